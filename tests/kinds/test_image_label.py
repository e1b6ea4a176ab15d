from pathlib import Path

import pytest

from harness.errors import UnknownNameError
from harness.kinds.registry import make_kind

KIND = make_kind("image-label", {}, ["seven", "two", "seven"], "task.toml", Path())


def test_it_is_a_label_with_top_k_beside():
    assert KIND.name == "image-label"
    assert KIND.choices == ("seven", "two")
    assert KIND.parse("It is a seven.") == "seven"
    for name in (*KIND.default_metrics(), "top_2", "f1[two]"):
        assert KIND.metric(name).name == name


def test_an_unknown_metric_is_told_with_the_known_ones():
    with pytest.raises(UnknownNameError, match=r"image-label.*top_5"):
        KIND.metric("top5")


def test_it_is_another_kind_than_label_with_the_same_labels():
    assert KIND.key() != make_kind("label", {}, ["seven", "two"], "task.toml", Path()).key()
