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


NUMBERS = '[task]\nkind = "number"\ninstructions = "Weigh."\n[data]\ntest = "n.jsonl"\n'


@pytest.fixture
def weights(lab):
    """The task `pets` as one of numbers, with more lines in its file."""
    lab.write("tasks/pets/n.jsonl", "".join(f'{{"id": "{i}", "text": "t{i}", "target": {i}}}\n' for i in range(9)))

    def written(more: str):
        lab.write("tasks/pets/task.toml", NUMBERS + more)
        return load(lab)

    return written


def test_the_primary_metric_is_the_first_of_the_kind_whatever_else_is_shown(weights) -> None:
    assert [m.name for m in weights("").metrics] == ["mae", "rmse", "r2", "bias"]
    assert [m.name for m in weights('[metrics]\nalso = ["r2"]\n').metrics] == ["mae", "r2"]
    task = weights('[metrics]\nalso = ["residual_quantile[.50]"]\n')
    assert [m.name for m in task.metrics] == ["mae", "residual_quantile[0.5]"]
    assert [m.name for m in weights('[metrics]\nprimary = "r2"\n').metrics] == ["r2"]


def test_a_metric_that_is_written_in_two_ways_is_one(weights) -> None:
    also = '[metrics]\nalso = ["residual_quantile[.50]"]\n[requirement]\n'
    task = weights(also + '"residual_quantile[0.500]" = { at_most = 3 }\n')
    assert [m.name for m in task.metrics] == ["mae", "residual_quantile[0.5]"]
    assert list(task.requirement.bounds) == ["residual_quantile[0.5]"]
    with pytest.raises(ConfigError, match="bounded twice"):
        weights(also + '"residual_quantile[0.5]" = { at_most = 3 }\n"residual_quantile[.5]" = { at_least = 1 }\n')


def test_a_bound_on_one_side_of_the_bias_is_refused_with_what_to_bound(weights) -> None:
    with pytest.raises(ConfigError, match=r"bias: it errs on both sides.*residual_quantile\[0\.95\]"):
        weights("[requirement]\nbias = { at_most = 3 }\n")


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


def test_a_column_of_gold_passages_that_is_nowhere_is_named_with_the_near_miss(lab) -> None:
    lab.write("tasks/pets/task.toml", lab.task.replace("[data]\n", '[data]\ngold = "glod"\n'))
    rows = [{**row, "gold": ["p1"]} for row in lab.rows(0, 12, "test")]
    lab.test(rows)
    with pytest.raises(ConfigError, match=r"\[data\] gold: no column named 'glod'; did you mean 'gold'\?"):
        load(lab)
    lab.test([{**row, "glod": []} for row in rows])
    assert all(item.gold == () for item in load(lab).test)


def test_an_input_column_named_twice_is_refused(lab) -> None:
    lab.write("tasks/pets/task.toml", lab.task.replace("[data]", '[data]\ninput = ["text", "text"]'))
    with pytest.raises(ConfigError, match="input names 'text' more than once"):
        load(lab)


def test_data_with_another_separator_are_read_where_the_task_names_it(lab) -> None:
    rows = lab.rows(0, 12, "test")
    lab.write("tasks/pets/test.csv", "text;label\n" + "".join(f"{r['text']};{r['label']}\n" for r in rows))
    lab.write(
        "tasks/pets/task.toml", lab.task.replace("test.jsonl", "test.csv").replace("[data]", '[data]\nseparator = ";"')
    )
    assert [item.input for item in load(lab).test] == [row["text"] for row in rows]
    lab.write("tasks/pets/task.toml", lab.task.replace("[data]", '[data]\nseparator = "::"'))
    with pytest.raises(ConfigError, match=r"data\.separator: found '::'; expected ',', ';'"):
        load(lab)


@pytest.mark.parametrize(
    "bound", ["mae = { at_least = 6 }", "r2 = { at_most = 0.9 }", "p95_latency_ms = { at_least = 9 }"]
)
def test_a_bound_that_would_refuse_the_better_ones_is_refused_with_the_right_one(weights, bound) -> None:
    name, _, table = bound.partition(" = ")
    right = table.replace("least", "x").replace("most", "least").replace("x", "most")
    with pytest.raises(ConfigError) as found:
        weights(f"[requirement]\n{bound}\n")
    assert f"[requirement] {name}: " in str(found.value)
    assert f"Write {right}." in str(found.value)
    assert weights(f"[requirement]\n{name} = {right}\n").requirement.bounds[name].text


@pytest.mark.parametrize("side", ["at_least", "at_most"])
def test_a_metric_that_tells_no_better_from_worse_may_be_bounded_on_either_side(weights, side) -> None:
    assert weights(f'[requirement]\n"residual_quantile[0.5]" = {{ {side} = 1 }}\n').requirement.bounds
