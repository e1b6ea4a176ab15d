"""A judge against people: agreement, and figures that are the people's although the judge errs."""

import json

import numpy as np
import pytest
from fakes.judge import by_equality, erring
from sklearn.metrics import cohen_kappa_score

from harness.errors import ConfigError
from harness.report.cells import notes
from harness.stats.judged import judged_difference, judged_mean
from harness.stats.proportion import wilson
from harness.stats.rogan_gladen import rogan_gladen

from .conftest import Court, answers


def right_of(court: Court, name: str) -> dict[str, int]:
    said = map(json.loads, (court.root / f"{name}.jsonl").read_text().splitlines())
    return {line["id"]: int(line["answer"] == f"{line['id'][1:]} bar") for line in said}


def verdicts(court: Court, name: str, metric: str = "judged") -> dict[str, float]:
    from harness.run.journal import latest

    (journal,) = court.root.glob(f"results/limits/records/{name}-*/judgements/{metric}-*/records.jsonl")
    return {item: record.answer for item, record in latest(journal).items()}


def test_agreement_is_scikit_learn_s_kappa_with_sensitivity_and_specificity(court: Court):
    court.task(60)
    court.candidate("rag", answers(60, wrong=range(0, 60, 3)))
    court.server.rule = erring(0.85, 0.8)
    court.run()
    truth = right_of(court, "rag")
    labels = court.labels([{"id": name, "label": label} for name, label in truth.items()], "labels.csv")
    ended = court.cli("judge", "limits", "--against", str(labels), "--json")
    assert ended.code == 0, ended.err
    found = json.loads(ended.out)
    said = verdicts(court, "rag")
    gold, judge = [truth[i] for i in truth], [int(said[i]) for i in truth]
    (row,) = found["rows"]
    assert row["kappa"][0] == pytest.approx(cohen_kappa_score(gold, judge), abs=1e-12)
    hits = sum(g and j for g, j in zip(gold, judge, strict=True))
    assert row["errors"]["sensitivity"] == [hits, sum(gold)]
    assert row["sensitivity"] == pytest.approx([hits / sum(gold), *wilson(hits, sum(gold))])
    assert row["specificity"][0] == pytest.approx(
        sum(not g and not j for g, j in zip(gold, judge, strict=True)) / (60 - sum(gold))
    )


def test_a_judge_that_minds_which_answer_it_reads_first_has_a_position_consistency_below_one(court: Court):
    court.task(40, "repeats = 2")
    court.candidate("rag", answers(40))
    swayed = {f"{i} bar" for i in range(10)}
    court.server.rule = lambda shown: (
        "right" if court.server.expected_first or shown["answer"] not in swayed else "wrong"
    )
    court.run()
    labels = court.labels([{"id": f"q{i}", "label": int(i < 39)} for i in range(40)], "labels.csv")
    found = json.loads(court.cli("judge", "limits", "--against", str(labels), "--json").out)
    assert found["position_consistency"] == pytest.approx([0.75, *wilson(30, 40)])
    said = court.cli("judge", "limits", "--against", str(labels)).out
    assert "shown first and last it said the same of 75.0% [59.8%, 85.8%]" in said


def test_only_what_has_a_label_is_judged_and_the_text_says_what_to_write_down(court: Court):
    court.task(40, 'metrics = ["judged", "grade"]')
    court.candidate("rag", answers(40, wrong=range(10)))
    court.run()
    labels = court.labels([{"id": f"q{i}", "label": int(i >= 10)} for i in range(5, 20)], "labels.csv")
    ended = court.cli("judge", "limits", "--against", str(labels))
    assert ended.code == 0, ended.err
    assert court.server.calls == 15
    assert "Cohen's kappa  1.000" in ended.out
    assert "errors = { sensitivity = [10, 10], specificity = [5, 5] }" in ended.out


def test_kappa_is_not_defined_where_judge_and_people_know_one_label(court: Court):
    court.task(6)
    court.candidate("rag", answers(6))
    court.run()
    labels = court.labels([{"id": f"q{i}", "label": 1} for i in range(6)], "labels.csv")
    (row,) = json.loads(court.cli("judge", "limits", "--against", str(labels), "--json").out)["rows"]
    assert (row["observed"], row["kappa"]) == (1.0, None)
    said = court.cli("judge", "limits", "--against", str(labels)).out
    assert "Cohen's kappa  not defined" in said
    assert "nan" not in said


def judged_with_labels_of_one(court: Court) -> None:
    """Two candidates, and people's labels for `rag` alone."""
    court.task(30, 'human = "human.csv"')
    court.candidate("rag", answers(30, wrong=[1, 2]))
    court.candidate("plain", answers(30, wrong=[3]))
    court.labels([{"id": f"q{i}", "candidate": "rag", "label": int(i not in (1, 2))} for i in range(20)])
    court.run()
    court.judge()


def test_the_board_names_whose_figures_the_labels_correct(court: Court):
    judged_with_labels_of_one(court)
    (said,) = (note for note in notes(court.open().leaderboard("limits")) if note.startswith("Corrected"))
    assert said == "Corrected for the judge's errors: judged of rag by PPI++. All others are the judge's opinion."


def test_grades_are_held_against_grades(court: Court):
    court.task(20, 'metrics = ["grade"]')
    court.candidate("rag", answers(20))
    court.server.rule = lambda shown: str(1 + int(shown["answer"].split()[0]) % 5)
    court.run()
    truth = {f"q{i}": 1 + i % 5 if i % 4 else 5 for i in range(20)}
    labels = court.labels([{"id": i, "label": grade} for i, grade in truth.items()], "labels.csv")
    ended = court.cli("judge", "limits", "--against", str(labels), "--json")
    (row,) = json.loads(ended.out)["rows"]
    said = verdicts(court, "rag", "grade")
    assert row["kappa"][0] == pytest.approx(cohen_kappa_score([*truth.values()], [said[i] for i in truth]))
    assert row["sensitivity"] is None


def test_labels_of_two_candidates_name_them_and_answers_to_one_item_are_one_cluster(court: Court):
    court.task(30)
    for name, wrong in (("a", range(10)), ("b", range(5, 15))):
        court.candidate(name, answers(30, wrong=wrong))
    court.server.rule = erring(0.8, 0.8)
    court.run()
    rows = [
        {"id": item, "candidate": name, "label": label}
        for name in "ab"
        for item, label in right_of(court, name).items()
    ]
    ended = court.cli("judge", "limits", "--against", str(court.labels(rows, "labels.csv")), "--json")
    found = json.loads(ended.out)
    assert [row["candidate"] for row in found["rows"]] == [None, "a", "b"]
    assert [row["n"] for row in found["rows"]] == [60, 30, 30]
    ended = court.cli("judge", "limits", "--against", str(court.labels(rows, "labels.csv")), "-c", "a", "--json")
    assert [row["n"] for row in json.loads(ended.out)["rows"]] == [30]
    bare = court.labels([{"id": row["id"], "label": row["label"]} for row in rows[:30]], "bare.csv")
    ended = court.cli("judge", "limits", "--against", str(bare))
    assert ended.code == 2
    assert "add a column 'candidate'" in ended.err


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"id": "q1", "label": 0.5}], "found 0.5"),
        ([{"id": "q1", "label": 7}], "found 7"),
        ([{"id": "q1", "label": 2}, {"id": "q2", "label": 0}], "found both: 0 and 2"),
        ([{"ident": "q1", "label": 1}], "no column 'id'"),
        ([{"id": "q1", "lable": 1}], "did you mean 'lable'"),
        ([{"id": "q1", "label": ""}], "no 'label'"),
        ([{"id": "q99", "label": 1}], "no item named 'q99'"),
        ([{"id": "q1", "label": 1}, {"id": "q1", "label": 0}], "two labels"),
        ([{"id": "q1", "candidate": "ragg", "label": 1}], "did you mean 'rag'"),
        ([{"id": "q1", "label": 4}], 'add "grade"'),
    ],
)
def test_a_file_of_labels_that_cannot_be_is_refused_with_its_line(court: Court, rows, said: str):
    court.task(5)
    court.candidate("rag", answers(5))
    court.run()
    ended = court.cli("judge", "limits", "--against", str(court.labels(rows, "labels.csv")))
    assert ended.code == 2
    assert said in ended.err
    assert court.server.calls == 0


def test_with_labels_on_some_items_the_figure_is_the_prediction_powered_mean(court: Court):
    items, labelled = 120, range(0, 120, 3)
    court.task(items, 'human = "human.csv"')
    court.candidate("rag", answers(items, wrong=range(0, items, 4)))
    court.server.rule = erring(0.9, 0.7)
    truth = right_of(court, "rag")
    court.labels([{"id": f"q{i}", "label": truth[f"q{i}"]} for i in labelled])
    court.run()
    court.judge()
    said = verdicts(court, "rag")
    known = [f"q{i}" for i in labelled]
    expected = judged_mean(
        [truth[i] for i in known],
        [said[i] for i in known],
        [said[i] for i in said if i not in known],
        bounds=(0, 1),
    )
    found = court.row("rag").metrics["judged"]
    assert (found.value, found.low, found.high) == pytest.approx((expected.value, expected.low, expected.high))
    assert found.method == f"PPI++, 40 human labels, judge relied on by {expected.tuning:.0%}"
    assert found.low <= found.lower <= found.value <= found.upper <= found.high
    assert court.open().leaderboard("limits").judge.human_labels == 40


def test_two_candidates_are_compared_by_the_labels_too(court: Court):
    items = 120
    court.task(items, 'human = "human.csv"')
    court.candidate("a", answers(items, wrong=range(0, items, 6)))
    court.candidate("b", answers(items, wrong=range(0, items, 3)))
    court.server.rule = erring(0.9, 0.7)
    truth = {name: right_of(court, name) for name in "ab"}
    known = [f"q{i}" for i in range(0, items, 5)]
    court.labels([{"id": i, "candidate": name, "label": truth[name][i]} for name in "ab" for i in known])
    court.run()
    court.judge()
    found = court.open().compare("limits", "a", "b", metric="judged")
    said = {name: verdicts(court, name) for name in "ab"}
    rest = [i for i in said["a"] if i not in known]
    expected = judged_difference(
        tuple([truth[n][i] for i in known] for n in "ab"),
        tuple([said[n][i] for i in known] for n in "ab"),
        tuple([said[n][i] for i in rest] for n in "ab"),
        bounds=(-1, 1),
    )
    assert found.kind == "judged"
    assert (found.difference.difference, found.difference.low) == pytest.approx((expected.value, expected.low))
    assert court.cli("compare", "limits", "a", "b", "-m", "judged").code == 0


def test_error_rates_from_elsewhere_are_taken_out_as_rogan_and_gladen_do(court: Court):
    court.task(80, "errors = { sensitivity = [90, 100], specificity = [95, 100] }")
    court.candidate("rag", answers(80, wrong=range(20)))
    court.server.rule = erring(0.9, 0.95)
    court.run()
    court.judge()
    said = verdicts(court, "rag")
    expected = rogan_gladen((int(sum(said.values())), 80), (90, 100), (95, 100))
    found = court.row("rag").metrics["judged"]
    assert (found.value, found.low, found.high) == pytest.approx((expected.value, expected.low, expected.high))
    assert found.method.startswith("Rogan-Gladen")


def test_failed_items_are_wrong_for_certain_whatever_judge_and_people_say_of_the_others(court: Court):
    court.task(40, "errors = { sensitivity = [90, 100], specificity = [95, 100] }")
    said = answers(40)
    for i in range(10):
        del said[i]
    court.candidate("rag", said)
    court.run()
    court.judge()
    found = court.row("rag").metrics["judged"]
    alone = rogan_gladen((30, 30), (90, 100), (95, 100))
    assert found.value == pytest.approx(0.75 * alone.value)
    assert found.low < 0.75 * alone.low
    assert (found.n, found.failed) == (40, 10)


def test_with_too_few_labels_or_all_of_them_it_says_what_it_is(court: Court):
    court.task(30, 'human = "human.csv"')
    court.candidate("rag", answers(30, wrong=range(10)))
    court.server.rule = erring(0.7, 0.7)
    court.labels([{"id": "q1", "label": 0}])
    court.run()
    court.judge()
    found = court.row("rag").metrics["judged"]
    assert found.method.startswith("Wilson")
    assert "Too few human labels (1)" in found.warning
    court.labels([{"id": f"q{i}", "label": int(i >= 10)} for i in range(30)])
    found = court.row("rag").metrics["judged"]
    assert (found.value, found.low) == pytest.approx((20 / 30, wilson(20, 30).low))
    assert found.method.startswith("human labels on every answer")


@pytest.mark.parametrize("way", ["people", "errors"])
def test_the_corrected_intervals_cover_the_truth_where_the_judge_s_own_does_not(court: Court, way: str):
    """Small simulated coverage, with failed items: 200 worlds of 300 items."""
    from harness.judge.figures import judged_estimate
    from harness.judge.human import Labels
    from harness.judge.judgements import Judgements
    from harness.metrics.judged import judged
    from harness.scores import Column, Scores
    from harness.task.judging import Errors

    rng, metric, n, rate, share = np.random.default_rng(7), judged(), 300, 0.7, 0.9
    covered = naive = 0
    for _ in range(200):
        answered = rng.random(n) < share
        truth = (rng.random(n) < rate).astype(float)
        said = np.where(rng.random(n) < np.where(truth, 0.95, 0.6), truth, 1 - truth) * answered
        ids = [f"i{i}" for i in range(n)]
        column = Column([0.0, 1.0], said.astype(np.int64))
        scores = Scores(ids, ids, [None] * n, {"judged": column}, ~answered, np.zeros(n, dtype=bool))
        labels = {ids[i]: truth[i] for i in rng.choice(n, 80, replace=False) if answered[i]}
        errors = Errors(sensitivity=(int(rng.binomial(100, 0.95)), 100), specificity=(int(rng.binomial(100, 0.6)), 100))
        known = Judgements(labels=Labels("judged", labels) if way == "people" else None)
        found = judged_estimate(metric, [(scores, known)], errors if way == "errors" else None, rng)
        plain = judged_estimate(metric, [(scores, Judgements())], None, rng)
        covered += found.low <= rate * share <= found.high
        naive += plain.low <= rate * share <= plain.high
    assert covered >= 0.91 * 200
    assert naive < 0.5 * 200


def test_grouped_items_are_grouped_in_the_correction_too(court: Court):
    court.task(100, 'human = "human.csv"', grouped=True)
    court.candidate("rag", answers(100, wrong=[i for i in range(100) if i // 5 % 3 == 0]))
    truth = right_of(court, "rag")
    court.labels([{"id": f"q{i}", "label": truth[f"q{i}"]} for i in range(0, 100, 2)])
    court.run()
    court.judge()
    grouped = court.row("rag").metrics["judged"]
    court.task(100, 'human = "human.csv"')
    court.run()
    court.judge()
    alone = court.row("rag").metrics["judged"]
    assert grouped.value == pytest.approx(alone.value)
    assert grouped.high - grouped.low > alone.high - alone.low


@pytest.mark.parametrize(
    ("judge", "extra", "said"),
    [
        ('metrics = ["faithfullness"]', "", "did you mean 'faithfulness'"),
        ('rubrik = "x"', "", "did you mean 'rubric'"),
        ('rubric = " "', "", "empty rubric"),
        ('rubric = { file = "none.md" }', "", "cannot read"),
        ('rubric = { file = "../../../x.md" }', "", "leaves the project"),
        ('human = "none.csv"', "", "there is no file"),
        ("repeats = 0", "", "repeats"),
        ("errors = { sensitivity = [90, 80], specificity = [95, 100] }", "", "hits from 0 to items"),
        ("errors = { sensitivity = [50, 100], specificity = [50, 100] }", "", "says nothing"),
        ('human = "a.csv"\nerrors = { sensitivity = [9, 10], specificity = [9, 10] }', "", "keep human"),
        ("", "[requirement]\njudge = { at_least = 0.5 }\n", "no figure named 'judge'"),
    ],
)
def test_what_a_task_says_wrongly_of_its_judge_is_named(court: Court, judge: str, extra: str, said: str):
    court.task(5, judge, extra)
    court.candidate("rag", answers(5))
    with pytest.raises(ConfigError, match=said):
        court.open().project.task("limits")


def test_a_metric_that_needs_a_judge_says_so_where_there_is_none(court: Court):
    court.task(5)
    court.candidate("rag", answers(5))
    text = (court.root / "tasks/limits/task.toml").read_text()
    bare = text[: text.index("[judge]")].replace('primary = "exact_match"', 'also = ["faithfulness"]')
    court.write("tasks/limits/task.toml", bare)
    with pytest.raises(ConfigError, match="faithfulness is given by a judge"):
        court.open().project.task("limits")


def test_a_rubric_may_stand_in_a_file(court: Court):
    court.task(5, 'rubric = { file = "rubric.md" }')
    court.write("tasks/limits/rubric.md", "Be kind.\n")
    court.candidate("rag", answers(5))
    assert court.open().project.task("limits").judge.rubric == "Be kind."
    assert by_equality({"answer": "a", "expected": "b\nor: a"}) == "right"


def test_without_labels_of_both_a_comparison_says_that_it_is_the_judges_opinion(court: Court):
    judged_with_labels_of_one(court)
    said = court.cli("compare", "limits", "rag", "plain", "-m", "judged").out
    assert "judged is the judge's opinion here, of both and uncorrected: only rag has human labels." in said
    assert "With some for plain too" in said
    assert "opinion" not in court.cli("compare", "limits", "rag", "plain").out
