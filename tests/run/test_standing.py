"""Where the items of a run stand, by what its journal says."""

from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.data.table import ItemTable, sorted_hash
from harness.run.journal import Journal, read_heads, read_records
from harness.run.standing import Standing
from harness.types import Answered, Failed, Item, Record, content_hash

ITEMS = [Item(f"i{n}", f"text {n}", "a", gold=("p",) if n == 3 else ()) for n in range(6)]
several = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def records(draw: st.DrawFn) -> Record:
    """Of one of the items, of its content before a change, or of an item that is no more."""
    item = draw(st.sampled_from(ITEMS))
    name = draw(st.sampled_from([item.id, item.id, item.id, "gone"]))
    content = draw(st.sampled_from([item.query.hash, item.query.hash, content_hash("before"), "no hash"]))
    return Answered(name, content, "a") if draw(st.booleans()) else Failed(name, content, "E", "m")


@several
@given(st.lists(records(), max_size=12), st.sets(st.integers(0, 5)), st.booleans())
def test_it_says_what_a_plain_reading_of_the_journal_says(
    tmp_path: Path, some: list[Record], asked: set[int], failed_too: bool
) -> None:
    path = tmp_path / "records.jsonl"
    path.unlink(missing_ok=True)
    with Journal(path) as journal:
        for record in some:
            journal.append(record)
    last = {record.item_id: record for record in some}
    now = {n: last[i.id] for n, i in enumerate(ITEMS) if i.id in last and last[i.id].item_hash == i.query.hash}
    answered = {n for n, record in now.items() if isinstance(record, Answered)}
    failed = set(now) - answered

    standing = Standing(ItemTable(ITEMS), path)
    left = set(standing.to_ask(np.asarray(sorted(asked), dtype=np.int64), failed_too=failed_too).tolist())
    assert left == asked - answered - (set() if failed_too else failed)
    assert (standing.items, standing.answered, standing.failed) == (len(asked | set(now)), len(answered), len(failed))
    for n in sorted(left):
        standing.see(Answered(ITEMS[n].id, "h") if n % 2 else Failed(ITEMS[n].id, "h", "E", "m"))
    again = failed & left
    assert standing.answered == len(answered) + sum(n % 2 for n in left)
    assert standing.failed == len(failed) - len(again) + sum(n % 2 == 0 for n in left)


@several
@given(st.lists(records(), min_size=1, max_size=8), st.floats(0, 1))
def test_any_prefix_of_a_journal_reads_as_the_heads_of_its_records(
    tmp_path: Path, some: list[Record], part: float
) -> None:
    path = tmp_path / "records.jsonl"
    path.unlink(missing_ok=True)
    with Journal(path) as journal:
        for record in some:
            journal.append(record)
    content = path.read_bytes()
    path.write_bytes(content[: round(part * len(content))])
    heads = [head for batch in read_heads(path) for head in batch]
    assert [(h.item_id, h.item_hash) for h in heads] == [(r.item_id, r.item_hash) for r in read_records(path)]


def test_the_digests_of_items_are_their_hashes() -> None:
    queries, items = ItemTable(ITEMS).digests
    assert [f"{n:016x}" for n in queries.tolist()] == [item.query.hash for item in ITEMS]
    assert [f"{n:016x}" for n in items.tolist()] == [item.hash for item in ITEMS]


def test_the_hash_of_many_hashes_does_not_depend_on_the_part_that_is_read_at_once(monkeypatch) -> None:
    _, items = ItemTable(ITEMS).digests
    whole = content_hash(sorted(item.hash for item in ITEMS))
    for part in (1, 2, 5, 6, 7):
        monkeypatch.setattr("harness.data.table._PART", part)
        assert sorted_hash(items) == whole
