"""What a predictor may say, and what the runner makes of it."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.kinds.label import Label
from harness.run.journal import Journal, read_records
from harness.run.runner import Busy, Stopper, answer
from harness.types import Answered, Call, Failed, Failure, Item, Record, Reply

KIND = Label(("cat", "dog"))
ITEMS = [Item(str(i), f"text {i}", "cat") for i in range(6)]


class Says:
    """A predictor that says what a function of the queries' ids gives."""

    def __init__(self, say: Any, batch_size: int) -> None:
        self._say, self.batch_size = say, batch_size

    async def predict(self, queries: Sequence[Any]) -> Any:
        return self._say([query.id for query in queries])

    async def close(self) -> None:
        pass


def run(tmp_path: Path, say: Any, batch_size: int = 1) -> tuple[list[Record], Busy]:
    async def work() -> Busy:
        with Journal(tmp_path / "records.jsonl") as journal:
            return await answer(
                ITEMS, Says(say, batch_size), KIND, journal,
                stopper=Stopper(), cores=asyncio.Lock(), concurrency=4, progress=lambda done, failed: None,
            )  # fmt: skip

    busy = asyncio.run(work())
    return sorted(read_records(tmp_path / "records.jsonl"), key=lambda r: r.item_id), busy


@pytest.mark.parametrize("batch_size", [1, 4])
def test_an_exception_fails_the_item_that_causes_it_and_no_other(tmp_path: Path, batch_size: int) -> None:
    def say(ids: list[str]) -> list[Reply]:
        if "3" in ids:
            raise KeyError("three")
        return [Reply(answer="cat")] * len(ids)

    records, _ = run(tmp_path, say, batch_size)
    assert [r.item_id for r in records if isinstance(r, Failed)] == ["3"]
    assert next(r.error for r in records if isinstance(r, Failed)) == "KeyError"


@pytest.mark.parametrize("batch_size", [1, 4])
@pytest.mark.parametrize("said", [None, [], ["cat"], [Reply(answer="cat")] * 9, 3])
def test_what_is_no_list_of_replies_fails_the_items(tmp_path: Path, said: Any, batch_size: int) -> None:
    records, _ = run(tmp_path, lambda ids: said, batch_size)
    assert len(records) == 6
    assert all(isinstance(r, Failed) for r in records)


@pytest.mark.parametrize(
    ("reply", "answer_", "text"),
    [
        (Reply(text="Cat."), "cat", "Cat."),
        (Reply(text="a horse"), None, "a horse"),
        (Reply(), None, None),
        (Reply(answer="dog"), "dog", None),
        (Reply(answer=np.str_("dog")), "dog", None),
        (Reply(answer="horse"), None, "horse"),
        (Reply(answer={"dog"}), None, "{'dog'}"),
        (Reply(answer=["dog"]), None, "['dog']"),
    ],
)
def test_an_answer_takes_its_final_form_or_is_counted_as_unparsed(
    tmp_path: Path, reply: Reply, answer_: str | None, text: str | None
) -> None:
    records, _ = run(tmp_path, lambda ids: [reply] * len(ids))
    assert {(type(r), r.answer, r.text) for r in records} == {(Answered, answer_, text)}


@pytest.mark.parametrize(
    "reply",
    [
        Reply(answer="cat", scores={"cat": float("nan")}),
        Reply(answer="cat", scores={"cat": np.float32(0.5)}),
        Reply(text="cat \ud800"),
    ],
)
def test_a_reply_that_cannot_be_written_down_is_a_failure_that_says_so(tmp_path: Path, reply: Reply) -> None:
    records, _ = run(tmp_path, lambda ids: [reply] * len(ids), 4)
    assert len(records) == 6
    assert all("cannot be written down" in r.message for r in records if isinstance(r, Failed))
    assert all(isinstance(r, Failed) for r in records)


def test_the_calls_of_a_failure_are_kept(tmp_path: Path) -> None:
    records, _ = run(tmp_path, lambda ids: [Failure("E", "m", (Call("x/y", 5),))] * len(ids))
    assert {r.calls for r in records} == {(Call("x/y", 5),)}


def test_a_call_to_an_api_is_timed_and_a_batch_is_not(tmp_path: Path) -> None:
    def fine(ids: list[str]) -> list[Reply]:
        return [Reply(answer="cat")] * len(ids)

    one, busy_one = run(tmp_path / "a", fine, 1)
    many, busy_many = run(tmp_path / "b", fine, 4)
    assert all(r.seconds is not None for r in one)
    assert all(r.seconds is None for r in many)
    assert (busy_one.items, busy_many.items) == (0, 6)


def test_an_answer_from_the_cache_counts_for_no_throughput(tmp_path: Path) -> None:
    cached = Reply(answer="cat", calls=(Call("x/y", from_cache=True),))
    _, busy = run(tmp_path, lambda ids: [cached] * len(ids), 4)
    assert (busy.items, busy.seconds) == (0, 0.0)


def test_a_rule_of_the_callers_can_stop_a_run() -> None:
    stopper = Stopper(further=lambda record: "enough" if record.item_id == "2" else None)
    for i in range(3):
        stopper.see(Answered(str(i), "h", "cat"), final=False)
    assert stopper.reason == "enough"
    stopper.stop("later")
    assert stopper.reason == "enough"
