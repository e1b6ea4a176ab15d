import json
from pathlib import Path

import pytest

from harness.data.update import second_edition
from harness.errors import ConfigError, DataError
from harness.task import load_task
from harness.types import Passage

HEAD = '[task]\nkind = "text"\ninstructions = "Answer."\n'
DATA = '[data]\ntest = "test.jsonl"\ntrain = "train.csv"\ncorpus = "corpus"\ninput = "question"\ntarget = "answer"\n'
UPDATE = '[update]\ncorpus = "corpus-2"\ntarget = "new"\n'
TEST = [
    {"id": "a", "question": "a?", "answer": "1", "new": ["2", "two"]},
    {"id": "b", "question": "b?", "answer": "1"},
]


def task_folder(root: Path, toml: str = HEAD + DATA + UPDATE, test=TEST, second=("a",)) -> Path:
    folder = root / "tasks" / "t"
    for name in ("corpus", "corpus-2"):
        (folder / name).mkdir(parents=True)
    for name in ("a", "b"):
        (folder / "corpus" / f"{name}.md").write_text(f"{name} is 1")
    for name in second:
        (folder / "corpus-2" / f"{name}.md").write_text(f"{name} is 2")
    (folder / "test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in test))
    (folder / "train.csv").write_text("question,answer,new\na then?,1,2\nb then?,1,\n")
    (folder / "task.toml").write_text(toml)
    return folder


def test_documents_of_the_same_id_are_replaced_and_new_ones_added(tmp_path):
    task = load_task(task_folder(tmp_path, second=("a", "c")))
    after = {p.id: p.text for p in task.updated().corpus}
    assert after == {"a.md": "a is 2", "b.md": "b is 1", "c.md": "c is 2"}
    assert task.update.documents == 2
    assert [p.text for p in task.corpus] == ["a is 1", "b is 1"]


def test_the_filled_rows_alone_get_new_targets_in_test_and_train(tmp_path):
    task = load_task(task_folder(tmp_path))
    assert [item.target for item in task.updated().test] == [["2", "two"], "1"]
    assert [item.target for item in task.updated().train] == ["2", "1"]
    assert [item.hash for item in task.updated().test][1] == task.test[1].hash
    assert [item.query for item in task.updated().test] == [item.query for item in task.test]


def test_what_an_adapter_is_shown_does_not_change_before_the_update(tmp_path):
    folder = task_folder(tmp_path)
    task = load_task(folder)
    (folder / "task.toml").write_text(HEAD + DATA)
    assert load_task(folder).teaching_hash == task.teaching_hash != task.updated().teaching_hash


def test_a_task_without_a_corpus_has_no_second_edition(tmp_path):
    folder = task_folder(tmp_path, HEAD + DATA.replace('corpus = "corpus"\n', "") + UPDATE)
    with pytest.raises(ConfigError, match=r"\[update\]: the task has no corpus"):
        load_task(folder)


def test_a_column_that_no_test_item_fills_is_refused(tmp_path):
    folder = task_folder(tmp_path, HEAD + DATA + UPDATE.replace('"new"', '"newer"'))
    with pytest.raises(DataError, match="no test item has anything in a column 'newer'"):
        load_task(folder)


def test_a_column_of_the_data_is_no_new_target(tmp_path):
    for column in ("question", "answer"):
        folder = task_folder(tmp_path / column, HEAD + DATA + UPDATE.replace('"new"', f'"{column}"'))
        with pytest.raises(ConfigError, match="is a column of"):
            load_task(folder)


def test_an_answer_that_does_not_change_is_refused(tmp_path):
    folder = task_folder(tmp_path, test=[TEST[0] | {"new": "1"}, TEST[1]])
    with pytest.raises(DataError, match=r"test\.jsonl:1: 'new' is the answer as it was"):
        load_task(folder)


def test_an_edition_that_replaces_nothing_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"replaces nothing: no document of the corpus has one of its ids \('c\.md'\)"):
        load_task(task_folder(tmp_path, second=("c",)))
    same = [Passage("a", "as it was")]
    with pytest.raises(DataError, match="its 1 documents read as they do in the corpus"):
        second_edition(same, same, "here")


def test_an_unknown_key_is_refused_with_the_near_one(tmp_path):
    folder = task_folder(tmp_path, HEAD + DATA + UPDATE.replace("target", "targets"))
    with pytest.raises(ConfigError, match=r"update\.targets.*target"):
        load_task(folder)


def test_a_task_without_an_update_says_what_to_add(tmp_path):
    with pytest.raises(ConfigError, match=r"has no \[update\]"):
        load_task(task_folder(tmp_path, HEAD + DATA)).updated()
