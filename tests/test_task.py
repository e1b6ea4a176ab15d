"""A task from its file and data."""

import pytest

from harness.errors import ConfigError


def load(lab):
    return lab.open().project.task("pets")


def test_metrics_of_the_requirement_are_computed_too_and_the_primary_is_first(lab) -> None:
    lab.write(
        "tasks/pets/task.toml",
        lab.task
        + '"recall[cat]" = { at_least = 0.9 }\np95_latency_ms = { at_most = 5 }\n[metrics]\nprimary = "macro_f1"\n',
    )
    task = load(lab)
    assert [m.name for m in task.metrics] == ["macro_f1", "accuracy", "recall[cat]"]
    assert task.primary.name == "macro_f1"
    assert set(task.requirement.bounds) == {"accuracy", "recall[cat]", "p95_latency_ms"}


def test_labels_are_those_of_the_data_where_none_are_declared(lab) -> None:
    lab.write("tasks/pets/task.toml", lab.task.replace('labels = ["cat", "dog"]\n', ""))
    assert load(lab).kind.choices == ("cat", "dog")


def test_labels_that_are_numbers_in_the_data_are_texts(lab) -> None:
    lab.write("tasks/pets/task.toml", lab.task.replace('labels = ["cat", "dog"]\n', ""))
    for write, name in ((lab.train, "train"), (lab.test, "test")):
        write([{"text": row["text"], "label": int(row["label"] == "cat")} for row in lab.rows(0, 12, name)])
    task = load(lab)
    assert task.kind.choices == ("0", "1")
    assert {item.target for item in task.test} == {"0", "1"}


def test_a_view_cuts_validation_by_seed_and_takes_the_file_where_there_is_one(lab) -> None:
    task = load(lab)
    view = task.view(0)
    assert (len(view.train), len(view.validation)) == (18, 2)
    assert task.view(0).validation == view.validation
    lab.write("tasks/pets/v.jsonl", (lab.root / "tasks/pets/test.jsonl").read_text())
    lab.write("tasks/pets/task.toml", lab.task.replace("target =", 'validation = "v.jsonl"\ntarget ='))
    assert (len(load(lab).view(0).train), len(load(lab).view(0).validation)) == (20, 12)


def test_what_adapters_learn_from_changes_one_hash_and_test_items_the_other(lab) -> None:
    before = load(lab)
    lab.test(lab.rows(0, 13, "test"))
    after = load(lab)
    assert (after.teaching_hash == before.teaching_hash, after.test_hash == before.test_hash) == (True, False)
    lab.train(lab.rows(0, 21, "train"))
    assert load(lab).teaching_hash != before.teaching_hash


def test_the_order_of_the_test_items_changes_no_hash(lab) -> None:
    before = load(lab)
    lab.test(reversed(lab.rows(0, 12, "test")))
    assert load(lab).test_hash == before.test_hash


@pytest.mark.parametrize("line", ['instructions = "Other?"', 'labels = ["cat", "dog", "cow"]'])
def test_instructions_and_labels_are_taught(lab, line: str) -> None:
    before = load(lab)
    key = line.partition(" ")[0]
    kept = [text for text in lab.task.splitlines() if not text.startswith(key)]
    lab.write("tasks/pets/task.toml", "\n".join([kept[0], line, *kept[1:]]))
    assert load(lab).teaching_hash != before.teaching_hash


def test_the_requirement_can_change_without_a_new_run(lab) -> None:
    lab.toy()
    lab.run()
    lab.asked()
    lab.write("tasks/pets/task.toml", lab.task.replace("at_least = 0.5", "at_least = 0.1"))
    assert lab.open().leaderboard("pets").requirement == {"accuracy": ">= 0.1"}
    lab.run()
    assert lab.asked() == []


def test_a_task_needs_test_items(lab) -> None:
    lab.write("tasks/pets/task.toml", lab.task.replace('test = "test.jsonl"\n', ""))
    with pytest.raises(ConfigError, match="names no test items: test = FILE"):
        load(lab)
