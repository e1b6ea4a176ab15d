"""The journal: whatever happens to the last bytes, what was finished reads back."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.errors import RunError
from harness.run.journal import Journal, cut_torn_line, latest, read_batches, read_records
from harness.types import Answered, Call, Context, Failed, Record

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
scores = st.dictionaries(texts, st.floats(allow_nan=False, allow_infinity=False), max_size=3)
calls = st.lists(st.builds(Call, texts, st.integers(0, 9**9)), max_size=2).map(tuple)
contexts = st.lists(st.builds(Context, texts, texts), max_size=2).map(tuple)
records = st.one_of(
    st.builds(
        Answered, texts, texts, st.one_of(st.none(), texts, st.integers(0, 9), st.booleans()), st.none() | texts,
        st.none() | scores, contexts, calls, st.none() | st.floats(0, 10),
    ),
    st.builds(Failed, texts, texts, texts, texts, calls),
)  # fmt: skip
several = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def written(path: Path, some: list[Record]) -> bytes:
    path.unlink(missing_ok=True)
    with Journal(path) as journal:
        for record in some:
            journal.append(record)
    return path.read_bytes()


@several
@given(some=st.lists(records, max_size=8))
def test_what_was_written_reads_back(tmp_path: Path, some: list[Record]) -> None:
    path = tmp_path / "records.jsonl"
    written(path, some)
    assert list(read_records(path)) == some


@several
@given(some=st.lists(records, min_size=1, max_size=6), part=st.floats(0, 1))
def test_any_prefix_of_the_bytes_reads_as_a_prefix_of_the_records(
    tmp_path: Path, some: list[Record], part: float
) -> None:
    path = tmp_path / "records.jsonl"
    content = written(path, some)
    kept = content[: round(part * len(content))]
    path.write_bytes(kept)
    found = list(read_records(path))
    assert found == some[: kept.count(b"\n")]


@several
@given(some=st.lists(records, min_size=1, max_size=6), part=st.floats(0, 1), more=records)
def test_appending_after_a_torn_line_loses_the_torn_line_alone(
    tmp_path: Path, some: list[Record], part: float, more: Record
) -> None:
    path = tmp_path / "records.jsonl"
    kept = written(path, some)
    kept = kept[: round(part * len(kept))]
    path.write_bytes(kept)
    with Journal(path) as journal:
        journal.append(more)
    assert list(read_records(path)) == [*some[: kept.count(b"\n")], more]


@pytest.mark.parametrize("length", [0, 1, 65535, 65536, 65537, 200_000])
def test_a_torn_line_of_any_length_is_cut_off(tmp_path: Path, length: int) -> None:
    path = tmp_path / "records.jsonl"
    path.write_bytes(b'{"a":1}\n' + b"x" * length)
    cut_torn_line(path)
    assert path.read_bytes() == b'{"a":1}\n'
    path.write_bytes(b"x" * length)
    cut_torn_line(path)
    assert path.read_bytes() == b""


def test_a_line_longer_than_what_is_read_at_once_reads_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.run.journal._CHUNK", 50)
    some: list[Record] = [Answered(f"i{n}", "h", text="x" * 37 * n) for n in range(8)]
    path = tmp_path / "records.jsonl"
    content = written(path, some)
    assert [r for batch in read_batches(path) for r in batch] == some
    path.write_bytes(content[:-5])
    assert list(read_records(path)) == some[:-1]


def test_damage_before_the_last_line_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    content = written(path, [Answered("a", "h", 1), Answered("b", "h", 2), Answered("c", "h", 3)])
    first, _, third = content.splitlines()
    path.write_bytes(first + b"\n{rubbish\n" + third + b"\n")
    with pytest.raises(RunError, match=r"records\.jsonl:2: the journal is damaged"):
        list(read_records(path))


def test_a_record_that_could_not_be_read_again_is_refused_and_nothing_else_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    with Journal(path) as journal:
        journal.append(Answered("a", "h", "yes"))
        for strange in (
            Answered("b", "h", object()),
            Answered("b", "h", "x\ud800"),
            Answered("b", "h", "x", scores={"x": float("nan")}),
        ):
            with pytest.raises((TypeError, ValueError)):
                journal.append(strange)
        journal.append(Answered("c", "h", "no"))
    assert [r.item_id for r in read_records(path)] == ["a", "c"]


def test_what_is_flushed_can_be_read_while_the_journal_is_open(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    with Journal(path) as journal:
        journal.append(Answered("a", "h", "yes"))
        journal.flush()
        assert [r.item_id for r in read_records(path)] == ["a"]


def test_the_last_record_of_an_item_counts(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    written(path, [Failed("a", "h", "E", "m"), Answered("b", "h", 1), Answered("a", "h", 2)])
    assert {name: type(r) for name, r in latest(path).items()} == {"a": Answered, "b": Answered}


def test_a_journal_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert list(read_records(tmp_path / "none.jsonl")) == []
