import json

import pytest
from typer.testing import CliRunner

from harness.check.task import check_task, leaked, summary
from harness.cli.main import app
from harness.errors import UnknownNameError
from harness.task import load_task

TOML = """
[task]
kind = "label"
instructions = "Which?"
[data]
train = "train.jsonl"
test = "test.jsonl"
input = "text"
target = "label"
group = "who"
date = "day"
annotators = ["ann", "bob"]
"""


def _row(i, text, label, day):
    return {"id": f"i{i}", "text": text, "label": label, "who": f"w{i}", "day": day, "ann": label, "bob": label}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "harness.toml").write_text("")
    folder = tmp_path / "tasks" / "t"
    folder.mkdir(parents=True)
    (folder / "task.toml").write_text(TOML)
    words = [
        "quartz",
        "lemon",
        "barrel",
        "ocean",
        "violin",
        "cactus",
        "marble",
        "tunnel",
        "feather",
        "copper",
        "wax",
        "ink",
    ]
    texts = [f"{word} question about {word} and {i * 7919}" for i, word in enumerate(words)]
    test = [_row(i, text, "ab"[i % 2], "2025-02-01") for i, text in enumerate(texts)]
    train = [_row(100, "another thing", "a", "2025-01-01"), _row(101, test[0]["text"].upper(), "b", "2025-01-02")]
    for name, rows in (("test", test), ("train", train)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    monkeypatch.chdir(tmp_path)
    return folder


def test_every_check_that_the_task_has_columns_for_is_made(folder):
    found = check_task(folder)
    assert {f.check for f in found} >= {"leakage", "groups", "classes", "dates", "annotators"}
    assert summary(found).startswith("Data: 1 test item stands in train")
    assert leaked(load_task(folder)) == {"i0"}


def test_the_command_lists_what_it_found_and_ends_with_1_for_a_leak(folder):
    result = CliRunner().invoke(app, ["check", "t"])
    assert result.exit_code == 1
    assert "test i0 = train i101" in result.output


def test_the_command_ends_with_0_where_nothing_leaks(folder):
    lines = (folder / "train.jsonl").read_text().splitlines()
    (folder / "train.jsonl").write_text(lines[0] + "\n" + lines[1].replace("QUARTZ", "WHOLLY OTHER") + "\n")
    result = CliRunner().invoke(app, ["check"])
    assert result.exit_code == 0, result.output
    assert summary([]) == "Data: nothing suspicious found."


@pytest.mark.parametrize(("key", "named", "near"), [("date", '"dya"', "day"), ("annotators", '["anm", "bob"]', "ann")])
def test_a_misspelt_column_is_named_with_the_near_miss(folder, key, named, near):
    toml = "\n".join(line for line in TOML.splitlines() if not line.startswith(key))
    (folder / "task.toml").write_text(f"{toml}\n{key} = {named}\n")
    with pytest.raises(UnknownNameError, match=f"{key}: no column .* did you mean '{near}'"):
        check_task(folder)


def test_a_single_annotator_is_said_to_be_one(folder):
    (folder / "task.toml").write_text(TOML.replace('["ann", "bob"]', '["ann"]'))
    assert "takes two" in next(f.text for f in check_task(folder) if f.check == "annotators")
