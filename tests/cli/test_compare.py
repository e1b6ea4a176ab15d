import json
from typing import Any

import pytest

LINES = [{"id": f"i{i}", "score": int(i % 4 > 0)} for i in range(40)]


def write(lab: Any, name: str, lines: list[dict[str, Any]]) -> str:
    lab.write(name, "".join(json.dumps(line) + "\n" for line in lines))
    return name


def test_two_recordings_are_compared_without_a_project(lab: Any) -> None:
    (lab.root / "harness.toml").unlink()
    a = write(lab, "a.jsonl", LINES)
    b = write(lab, "b.jsonl", [{**line, "score": 0} for line in LINES])
    ended = lab.cli("compare", a, b, "--margin", "0.1")
    assert ended.code == 0, ended.err
    assert "a is better than b, by more than the margin of 0.1." in ended.out
    found = json.loads(lab.cli("compare", a, b, "--json").out)
    assert found["table"] == {"both_right": 0, "only_a": 30, "only_b": 0, "both_wrong": 10}


def test_two_candidates_of_a_task_are_compared(lab: Any) -> None:
    assert lab.cli("run", "pets").code == 0
    ended = lab.cli("compare", "pets", "tfidf", "majority")
    assert ended.code == 0, ended.err
    assert "tfidf and majority: accuracy on 12 items" in ended.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("compare", "pets", "tfidf", "majority"), "Run: harness run pets -c tfidf"),
        (("compare", "pets", "tfidf", "majorty"), "did you mean 'majority'"),
        (("compare", "pets", "tfidf"), "compare takes a task and two candidates"),
        (("compare", "a.jsonl", "missing.jsonl"), "there is no file"),
        (("compare", "a.jsonl", "other.jsonl"), "no item in common"),
        (("compare", "a.jsonl", "twice.jsonl"), "recorded more than once: 'i0'"),
        (("compare", "a.jsonl", "empty.jsonl"), "no rows"),
        (("import", "inspect", "a.jsonl"), "not valid JSON"),
        (("import", "lm-eval", "a.jsonl"), "no samples file"),
        (("import", "promtfoo", "a.jsonl"), "did you mean 'promptfoo'"),
        (("curve", "pets", "--sizes", "some"), "--sizes: found 'some'"),
        (("curve", "pets", "--sizes", ","), "--sizes: found ','"),
        (("curve", "pets", "--sizes", "5000", "-c", "tfidf"), "20 labelled items, fewer than the size 5000"),
        (("run", "pets", "--until-decided", "-c", "tfidf"), "at least two candidates"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_message_with_exit_code_2(
    lab: Any, arguments: tuple[str, ...], message: str
) -> None:
    write(lab, "a.jsonl", LINES)
    write(lab, "other.jsonl", [{"id": "x", "score": 1}])
    write(lab, "twice.jsonl", [LINES[0], LINES[0]])
    write(lab, "empty.jsonl", [])
    ended = lab.cli(*arguments)
    assert ended.code == 2
    assert message in ended.err
    assert "Traceback" not in ended.err


def test_imported_samples_can_be_compared_at_once(lab: Any) -> None:
    for model, right in (("one", 1.0), ("two", 0.0)):
        lines = [{"doc_id": i, "doc": {}, "target": "7", "acc": right if i % 3 else 1.0} for i in range(30)]
        write(lab, f"{model}/samples_sums_2024-07-01T12-00-00.1.jsonl", lines)
        path = f"{model}/samples_sums_2024-07-01T12-00-00.1.jsonl"
        assert lab.cli("import", "lm-eval", path).code == 0
    ended = lab.cli("compare", "recordings/sums-one.jsonl", "recordings/sums-two.jsonl")
    assert "sums-one is better than sums-two" in ended.out, ended.err


def test_a_curve_is_written(lab: Any) -> None:
    lab.train(lab.rows(0, 60, "train"))
    ended = lab.cli("curve", "pets", "-c", "tfidf", "--sizes", "10,20,40", "--draws", "2")
    assert ended.code == 0, ended.err
    assert (lab.root / "results/pets/curve.svg").read_text().startswith("<svg")


def test_a_run_that_is_decided_is_no_failure(lab: Any) -> None:
    lab.test(lab.rows(0, 600, "test"))
    lab.toy("")
    toml = '[candidates.{0}]\nadapter = "toy"\nrung = "{1}"\nbatch = 8\n'
    lab.write("adapters/wrong.py", (lab.root / "adapters/toy.py").read_text().replace('"cat" if', '"dog" if'))
    lab.write(
        "harness.toml", toml.format("toy", "trained") + toml.format("wrong", "rag").replace('"toy"', '"wrong"', 1)
    )
    ended = lab.cli("run", "pets", "--until-decided")
    assert ended.code == 0, ended.err
    assert "decided after" in ended.err
    assert len(lab.asked()) < 600
