"""ragas's metrics by the user's judge: figures worked out by hand, and no nonsense that becomes a score."""

import sys

import numpy as np
import pytest
from fakes.server import embedding

from harness.errors import UnavailableError
from harness.judge import ragas_judge
from harness.report.cells import notes
from harness.run.journal import latest
from harness.types import Failed

from .conftest import Court, lines, question

JUDGE = 'metrics = ["{}"]\nembedder = "openai/embed"\nembedder_base_url = "{}"\n'
ANSWER = {0: "0 bar. It was tested in May", 1: "1 bar", 2: "I do not know"}
CONTEXTS = ("The limit is 0 bar", "It is raining", "1 bar is meant")


@pytest.fixture
def judged(court: Court):
    def judge(metric: str, **options):
        court.task(3, JUDGE.format('", "'.join(metric.split()), court.server.openai))
        court.candidate("rag", ANSWER, CONTEXTS)
        court.run()
        return court.judge(**options)

    return judge


def scores(court: Court, metric: str) -> dict[str, float]:
    (journal,) = court.root.glob(f"results/limits/records/*/judgements/{metric}-*/records.jsonl")
    return {name: record.answer for name, record in latest(journal).items()}


def cosine(a: str, b: str) -> float:
    x, y = np.asarray(embedding(a)), np.asarray(embedding(b))
    return float(x @ y / np.linalg.norm(x) / np.linalg.norm(y))


def test_faithfulness_is_the_share_of_statements_that_the_passages_bear_out(court: Court, judged):
    judged("faithfulness hallucination_rate")
    assert scores(court, "faithfulness") == {"q0": 0.5, "q1": 1.0, "q2": 0.0}
    row = court.row("rag")
    assert row.metrics["faithfulness"].value == 0.5
    assert row.metrics["hallucination_rate"].value == 0.5
    assert row.metrics["hallucination_rate"].low == pytest.approx(1 - row.metrics["faithfulness"].high)
    # Two calls each: the statements, and whether they hold. The hallucination rate takes none.
    assert court.open().leaderboard("limits").judge.calls == 6


def test_answer_correctness_weighs_statements_and_meaning_three_to_one(court: Court, judged):
    judged("answer_correctness")
    found = scores(court, "answer_correctness")
    # One statement right, one added: precision 1/2, recall 1.
    assert found["q0"] == pytest.approx(0.75 * 2 / 3 + 0.25 * cosine(ANSWER[0], "0 bar"), abs=1e-6)
    assert found["q1"] == pytest.approx(1.0)
    assert found["q2"] == pytest.approx(0.25 * cosine(ANSWER[2], "2 bar"), abs=1e-6)


def test_context_precision_and_recall_look_at_the_passages(court: Court, judged):
    judged("context_precision context_recall")
    # The passage that helps stands first for q0 and third for q1; nothing helps q2.
    assert scores(court, "context_precision") == pytest.approx({"q0": 1.0, "q1": 1 / 3, "q2": 0.0}, abs=1e-6)
    assert scores(court, "context_recall") == {"q0": 1.0, "q1": 1.0, "q2": 0.0}


def test_response_relevancy_asks_three_times_and_an_evasive_answer_is_worth_nothing(court: Court, judged):
    judged("response_relevancy")
    found = scores(court, "response_relevancy")
    asked = "What is the limit of machine 1?"
    assert found["q1"] == pytest.approx(cosine(asked, "What of 1 bar?"), abs=1e-6)
    assert found["q2"] == 0.0
    chats = [seen for seen in court.server.seen if "chat" in seen.path]
    assert len(chats) == 3 * 3


def test_semantic_similarity_is_the_cosine_by_the_embedder_and_asks_no_model(court: Court, judged):
    judged("semantic_similarity")
    found = scores(court, "semantic_similarity")
    assert found == pytest.approx({f"q{i}": cosine(ANSWER[i], f"{i} bar") for i in range(3)}, abs=1e-6)
    assert not [seen for seen in court.server.seen if "chat" in seen.path]
    assert court.row("rag").metrics["semantic_similarity"].value == pytest.approx(np.mean([*found.values()]), abs=1e-6)


def test_calls_of_judge_and_embedder_are_recorded_cached_and_priced(court: Court, judged):
    judged("answer_correctness")
    made = court.server.calls
    court.toml(
        '[prices."openai/judge-1"]\ninput = 1.0\ncached = 1.0\noutput = 2.0\n'
        '[prices."openai/embed"]\ninput = 1.0\ncached = 1.0\noutput = 0.0\n'
    )
    note = court.open().leaderboard("limits").judge
    assert note.calls >= made
    assert note.cold_usd > 0
    assert court.judge()[0].asked == 0
    assert court.server.calls == made


NO_ANSWER = "not there"


def asked_of(court: Court, metrics: str, targets: dict[int, str], said: dict[int, str], contexts=CONTEXTS):
    court.task(len(targets), JUDGE.format('", "'.join(metrics.split()), court.server.openai))
    task = (court.root / "tasks/limits/task.toml").read_text()
    named = task.replace('kind = "text"', f'kind = "text"\nno_answer = "{NO_ANSWER}"')
    court.write("tasks/limits/task.toml", named)
    asked = [{**question(i), "answer": target} for i, target in targets.items()]
    court.write("tasks/limits/test.jsonl", lines(asked))
    court.candidate("rag", said, contexts)
    court.run()
    return court.judge()


def test_an_answer_that_nothing_is_there_claims_nothing_and_is_neither_faithful_nor_not(court: Court):
    targets = {0: "0 bar", 1: NO_ANSWER, 2: "2 bar", 3: NO_ANSWER}
    asked_of(
        court,
        "faithfulness hallucination_rate",
        targets,
        {0: "The limit is 0 bar", 1: "Not there.", 2: NO_ANSWER, 3: "7 bar"},
    )
    # Of the four answers two claim something: one that stands in the passages, one that is made up.
    assert scores(court, "faithfulness") == {"q0": 1.0, "q3": 0.0}
    board = court.open().leaderboard("limits")
    found = board["rag"].metrics
    assert (found["faithfulness"].value, found["hallucination_rate"].value) == (0.5, 0.5)
    assert (found["faithfulness"].n, found["faithfulness"].failed) == (2, 0)
    assert board.judge.left_out == {"faithfulness": {"rag": 2}, "hallucination_rate": {"rag": 2}}
    assert not any("without a judgement" in warning for warning in board.warnings)
    assert any("leave out answers where the task's no_answer" in note for note in notes(board))


def test_no_passage_helps_where_nothing_is_to_be_found_whatever_was_answered(court: Court):
    targets = {0: "0 bar", 1: NO_ANSWER, 2: [NO_ANSWER, "1 bar is meant"]}
    asked_of(court, "context_precision context_recall", targets, dict.fromkeys(targets, "5 bar"))
    assert scores(court, "context_recall").keys() == scores(court, "context_precision").keys() == {"q0", "q2"}
    assert scores(court, "context_precision")["q0"] == pytest.approx(1.0)


def test_only_a_right_abstention_is_not_evasive(court: Court):
    targets = {0: NO_ANSWER, 1: "1 bar", 2: "2 bar"}
    asked_of(court, "response_relevancy answer_correctness", targets, {0: NO_ANSWER, 1: NO_ANSWER, 2: "2 bar"})
    assert scores(court, "response_relevancy").keys() == {"q1", "q2"}
    assert scores(court, "answer_correctness").keys() == {"q0", "q1", "q2"}


def test_a_candidate_that_answers_nothing_has_no_faithfulness(court: Court):
    outcomes = asked_of(court, "faithfulness", {0: "0 bar", 1: "1 bar"}, {0: NO_ANSWER, 1: NO_ANSWER})
    assert [outcome.items for outcome in outcomes] == [0]
    assert "faithfulness" not in court.row("rag").metrics


def test_labelled_examples_are_no_passages_to_be_faithful_to(court: Court):
    court.task(3, 'metrics = ["faithfulness"]')
    court.candidate("shots", ANSWER, CONTEXTS)
    adapter = (court.root / "adapters/replay.py").read_text()
    court.write("adapters/replay.py", adapter.replace('f"c{i}"', 'f"t{i % 2}"'))  # as training items are called
    court.run()
    (outcome,) = court.judge()
    assert outcome.items == 0


def test_without_passages_there_is_nothing_to_be_faithful_to(court: Court):
    court.task(3, 'metrics = ["faithfulness"]')
    court.candidate("plain", ANSWER)
    court.run()
    (outcome,) = court.judge()
    assert (outcome.items, outcome.asked) == (0, 0)
    assert "faithfulness" not in court.row("plain").metrics


@pytest.mark.parametrize(
    ("metric", "said"),
    [
        ("faithfulness", '{"statements": []}'),
        ("faithfulness", '{"statements": [{"statement": "a", "reason": "b", "verdict": 7}]}'),
        ("faithfulness", "I am sorry"),
        ("answer_correctness", '{"statements": []}'),
        ("answer_correctness", '{"TP": [], "FP": [], "FN": []}'),
        ("context_precision", '{"reason": "r", "verdict": 3}'),
        ("context_recall", '{"classifications": []}'),
        ("response_relevancy", '{"question": "", "noncommittal": 0}'),
        ("response_relevancy", '{"question": "What?", "noncommittal": "maybe"}'),
    ],
)
def test_what_ragas_would_take_for_a_score_is_a_failure_where_the_judge_said_nothing(
    court: Court, judged, monkeypatch: pytest.MonkeyPatch, metric: str, said: str
):
    monkeypatch.setattr(court.server, "says", lambda user, body: said)
    (outcome,) = judged(metric)
    assert outcome.failed == outcome.items == 3
    (journal,) = court.root.glob(f"results/limits/records/*/judgements/{metric}-*/records.jsonl")
    assert all(isinstance(r, Failed) and r.error == "Nonsense" for r in latest(journal).values())
    assert metric not in court.row("rag").metrics


def test_a_broken_installation_names_the_versions_that_work(monkeypatch: pytest.MonkeyPatch):
    ragas_judge.load_ragas.cache_clear()
    for name in [name for name in sys.modules if name == "ragas" or name.startswith("ragas.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "ragas.llms.base", None)
    monkeypatch.setitem(sys.modules, "ragas.embeddings.base", None)
    try:
        with pytest.raises(UnavailableError, match=r"ragas 0\.4\.3 is installed but does not load.*ragas==0\.4\.3"):
            ragas_judge.load_ragas()
    finally:
        ragas_judge.load_ragas.cache_clear()


def test_its_telemetry_is_off(judged):
    judged("faithfulness")
    from ragas._analytics import _analytics_batcher, do_not_track

    assert do_not_track()
    assert _analytics_batcher.buffer == []


def test_a_schema_is_closed_all_the_way_down():
    schema = ragas_judge.closed(
        {"type": "object", "properties": {"a": {"type": "array", "items": {"$ref": "#/$defs/B"}}, "b": {"default": 1}},
         "$defs": {"B": {"type": "object", "properties": {"c": {"type": "string"}}}}}
    )  # fmt: skip
    assert schema["required"] == ["a", "b"]
    assert schema["additionalProperties"] is False
    assert schema["$defs"]["B"]["additionalProperties"] is False
