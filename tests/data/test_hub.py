"""Data sets of the hub, which is never asked here."""

import pytest

from harness.data.hub import hub_rows, without_revision
from harness.errors import UnavailableError

datasets = pytest.importorskip("datasets")


@pytest.fixture
def hub(monkeypatch):
    """Says what asking the hub comes to, and keeps whether it was to be asked when data were loaded."""
    from huggingface_hub import HfApi, constants

    asked: list[bool] = []

    def answers(error: Exception | None, rows: list[dict[str, int]] | Exception) -> list[bool]:
        def info(*_: object, **__: object) -> None:
            if error is not None:
                raise error

        def load(*_: object, **__: object) -> list[dict[str, int]]:
            asked.append(not (datasets.config.HF_HUB_OFFLINE or constants.HF_HUB_OFFLINE))
            if isinstance(rows, Exception):
                raise rows
            return rows

        monkeypatch.setattr(HfApi, "dataset_info", info)
        monkeypatch.setattr(datasets, "load_dataset", load)
        return asked

    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    return answers


def test_a_hub_out_of_reach_is_not_asked_again_and_again(hub) -> None:
    asked = hub(TimeoutError("no route"), ConnectionError("tried in vain"))
    with pytest.raises(UnavailableError, match=r"hf:a/b:test cannot be read: the hub is out of reach \(no route\)"):
        list(hub_rows("a/b:test", "task.toml: [data] test"))
    assert asked == [False]
    assert datasets.config.HF_HUB_OFFLINE is False


def test_what_is_in_the_cache_is_read_without_the_hub(hub) -> None:
    hub(TimeoutError("no route"), [{"n": 1}])
    assert list(hub_rows("a/b@main:test", "")) == [{"n": 1}]


def test_a_hub_that_answers_is_asked_for_the_data_whatever_it_answers(hub) -> None:
    assert hub(None, [{"n": 1}]) == []
    assert list(hub_rows("a/b:test", "")) == [{"n": 1}]
    asked = hub(ValueError("no such name"), ValueError("Dataset 'a/b' does not exist"))
    with pytest.raises(UnavailableError, match="cannot be read: Dataset 'a/b' does not exist"):
        list(hub_rows("a/b:test", ""))
    assert asked == [True, True]


def test_only_sources_of_the_hub_without_a_revision_may_move() -> None:
    assert without_revision("hf:a/b:test")
    assert not without_revision("hf:a/b@57ec275:test")
    assert not without_revision("test.jsonl")
