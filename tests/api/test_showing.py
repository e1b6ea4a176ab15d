"""One item of a run, with all that is known of it."""

import pytest

from harness.errors import UnknownNameError
from tests.projects import recorded_project


def test_an_item_is_shown_with_what_came_of_it(tmp_path) -> None:
    project = recorded_project(tmp_path, {"good": [True, False]})
    assert project.show("t", "good", "i0001").record is None
    project.run("t")
    shown = project.show("t", "good", "i0001")
    assert (shown.item.target, shown.record.answer) == ("y", "x")
    assert shown.messages == []
    with pytest.raises(UnknownNameError, match="i0001"):
        project.show("t", "good", "i001")
