"""Retrieval metrics where a task names gold passages."""

import json

import pytest

from harness.errors import ConfigError, DataError, UnknownNameError
from harness.scores import score
from harness.task import load_task
from harness.types import Answered, Context, Failed

TOML = """
[task]
kind = "text"
instructions = "?"
[data]
test = "test.jsonl"
corpus = "corpus"
gold = "gold"
[metrics]
primary = "token_f1"
also = ["recall@1", "mrr"]
"""


def task(folder, rows, toml=TOML):
    (folder / "corpus").mkdir(exist_ok=True)
    for name in ("a", "b"):
        (folder / "corpus" / f"{name}.md").write_text(f"# {name}\nText of {name}.")
    (folder / "task.toml").write_text(toml)
    (folder / "test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return load_task(folder)


def row(name, gold):
    return {"id": name, "text": name, "target": "x", "gold": gold}


def test_what_was_retrieved_is_scored_against_the_gold_passages(tmp_path):
    loaded = task(
        tmp_path, [row("one", ["a.md"]), row("two", ["b.md", "a.md"]), row("none", []), row("lost", ["a.md"])]
    )
    hashes = {item.id: item.query.hash for item in loaded.test}

    def said(name, *contexts):
        return Answered(name, hashes[name], "x", contexts=tuple(Context(c, "") for c in contexts))

    records = [said("one", "b.md#4", "a.md#0"), said("two", "b.md#3"), said("none", "a.md#0"), said("lost", "a.md#0")]
    found = score(loaded, [*records, Failed("lost", hashes["lost"], "E", "gone")])
    by_id = lambda name: dict(zip(found.ids, found.columns[name].codes, strict=True))  # noqa: E731
    values = {m: {i: None if c < 0 else found.columns[m].values[c] for i, c in by_id(m).items()} for m in found.columns}
    assert values["recall@1"] == {"one": 0.0, "two": 0.5, "none": None, "lost": 0.0}
    assert values["mrr"] == {"one": 0.5, "two": 1.0, "none": None, "lost": 0.0}
    assert values["token_f1"]["lost"] == 0.0


def test_labelled_examples_that_were_retrieved_are_no_passages(tmp_path):
    (tmp_path / "train.jsonl").write_text("".join(json.dumps(row(f"t{i}", [])) + "\n" for i in range(3)))
    rows = [row("one", ["a.md"]), row("two", ["b.md"])]
    loaded = task(tmp_path, rows, TOML.replace("corpus =", 'train = "train.jsonl"\ncorpus ='))
    hashes = {item.id: item.query.hash for item in loaded.test}

    def values(**contexts):
        found = score(
            loaded,
            [
                Answered(name, hashes[name], "x", contexts=tuple(Context(c, "") for c in some))
                for name, some in contexts.items()
            ],
        ).columns["mrr"]
        return [None if code < 0 else found.values[code] for code in found.codes]

    assert values(one=["t1", "t2"], two=["t0"]) == [None, None]
    # Of one that retrieves both, the passages alone are ranked.
    assert values(one=["t1", "a.md#0"], two=["t0", "a.md#1", "b.md#0"]) == [1.0, 0.5]


def test_gold_changes_what_an_item_is_and_a_target_alone_does_not_tell_it(tmp_path):
    one = task(tmp_path, [row("one", ["a.md"])]).test[0]
    other = task(tmp_path, [row("one", ["b.md"])]).test[0]
    assert one.hash != other.hash
    assert one.query == other.query


def test_a_gold_passage_that_the_corpus_lacks_is_refused(tmp_path):
    with pytest.raises(UnknownNameError, match=r"item 'one': no passage named 'c.md'"):
        task(tmp_path, [row("one", ["c.md"])])
    with pytest.raises(DataError, match="must be a list of ids"):
        task(tmp_path, [row("one", [3])])


def test_a_retrieval_metric_needs_gold_passages(tmp_path):
    with pytest.raises(ConfigError, match=r"recall@1 needs the passages .* \[data\] gold"):
        task(tmp_path, [row("one", [])], TOML.replace('gold = "gold"\n', ""))


def test_a_run_that_retrieved_for_no_item_has_no_figure(tmp_path):
    loaded = task(tmp_path, [row("one", ["a.md"])])
    found = score(loaded, [Answered("one", loaded.test[0].query.hash, "x")])
    assert found.columns["recall@1"].codes.tolist() == [-1]
    assert found.columns["token_f1"].codes.tolist() == [0]
