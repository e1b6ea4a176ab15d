"""Retrieval in front of a model that repeats the last word it is sent: what is found, shown, logged and refused."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from fakes.server import FakeServer, failing

from harness.api import open_project
from harness.errors import ConfigError
from harness.models.retry import RetryPolicy
from harness.money import Tally, pricer, today
from harness.run.journal import latest
from harness.run.options import Options, Outcome
from harness.types import Answered, Failed, Preparation

MANUAL = {
    "seal.md": "The shaft seal of pump E-104 leaks. Replace the seal after 2000 hours.",
    "filter.md": "The oil filter of pump E-105 holds two litres. Clean the filter every month.",
    "door.md": "Error 7 means that the door is open. Close the door and press start.",
    "motor.md": "The motor is too hot. Let the motor cool for an hour.",
}
QUESTIONS = [
    ("q1", "How many litres does the oil filter of E-105 hold? two", "two", ["filter.md"]),
    ("q2", "What does error 7 mean? open", "open", ["door.md"]),
    ("q3", "After how many hours is the seal of E-104 replaced? 2000", "2000", ["seal.md"]),
    ("q4", "How long must the motor cool? hour", "hour", ["motor.md"]),
]
TASK = """
[task]
kind = "text"
instructions = "Answer from the manual."
{task}
[data]
test = "test.jsonl"
train = "train.jsonl"
corpus = "corpus.jsonl"
input = "question"
target = "answer"
gold = "gold"
[metrics]
primary = "exact_match"
also = ["recall@1", "recall@2", "mrr"]
"""


class Desk:
    """A project with one candidate `asked`, a task `manual` and a server that answers and embeds."""

    def __init__(self, root: Path, server: FakeServer) -> None:
        self.root, self.server = root, server

    def candidate(self, settings: str, *, task: str = "", questions: Any = QUESTIONS) -> None:
        folder = self.root / "tasks" / "manual"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "task.toml").write_text(TASK.format(task=task))
        rows = [{"id": i, "question": q, "answer": a, "gold": gold} for i, q, a, gold in questions]
        train = [
            {"id": f"t{i}", "question": f"Similar to {q}", "answer": a, "gold": gold} for i, q, a, gold in QUESTIONS
        ]
        corpus = [{"id": name, "text": text} for name, text in MANUAL.items()]
        for name, data in (("test", rows), ("train", train), ("corpus", corpus)):
            (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in data))
        model = f'model = "openai/fake"\nbase_url = "{self.server.openai}"'
        (self.root / "harness.toml").write_text(f'[candidates.asked]\nadapter = "rag"\n{model}\n{settings}\n')

    def run(self, **options: Any) -> Outcome:
        return open_project(self.root).run("manual", ["asked"], Options(**{"latency": False, **options}))[0]

    def metrics(self) -> dict[str, float]:
        row = open_project(self.root).leaderboard("manual", ["asked"])["asked"]
        return {name: estimate.value for name, estimate in row.metrics.items()}

    def records(self) -> dict[str, Any]:
        (journal,) = self.root.glob("results/manual/records/*/records.jsonl")
        return latest(journal)

    def preparation(self) -> Preparation:
        (manifest,) = self.root.glob("results/manual/records/*/manifest.json")
        return Preparation(**json.loads(manifest.read_text())["preparation"])

    def refusal(self, settings: str, **parts: Any) -> str:
        self.candidate(settings, **parts)
        try:
            outcome = self.run()
        except ConfigError as error:
            return str(error)
        return outcome.skipped or ""

    def hosted(self, **more: str) -> str:
        extra = "".join(f'{key} = "{value}"\n' for key, value in more.items())
        return f'embedder = "openai/text-embedding-3-small"\nembedder_base_url = "{self.server.openai}"\n{extra}'

    def sent(self, path: str) -> list[dict[str, Any]]:
        return [seen.body for seen in self.server.seen if seen.path.endswith(path)]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("harness.models.caller.RetryPolicy", lambda: RetryPolicy(attempts=2, base=0.001))
    with FakeServer() as server:
        yield Desk(tmp_path, server)


def test_bm25_needs_no_embedder_and_finds_the_passages(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "faiss", None)
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    desk.candidate('search = "bm25"\nk = 2')
    outcome = desk.run()
    assert (outcome.skipped, outcome.failed, outcome.built) == (None, 0, True)
    assert desk.metrics() == {"exact_match": 1.0, "recall@1": 1.0, "recall@2": 1.0, "mrr": 1.0}
    assert {path.suffix for path in (desk.root / ".harness").rglob("bm25/*")} == {".json", ".npy"}
    asked = [body["messages"][-1]["content"] for body in desk.sent("completions")]
    (shown,) = [text for text in asked if text.endswith(QUESTIONS[0][1])]
    assert "[1] The oil filter of pump E-105" in shown


def test_where_bm25_finds_nothing_the_question_goes_alone(desk: Desk) -> None:
    desk.candidate('search = "bm25"\nk = 2', questions=[("q9", "Zebra?", "Zebra?", [])])
    desk.run()
    (record,) = desk.records().values()
    assert record.contexts == ()
    assert desk.sent("completions")[0]["messages"][-1]["content"] == "Zebra?"


def test_bm25_finds_labelled_examples_too(desk: Desk) -> None:
    desk.candidate('search = "bm25"\nk = 2\nsource = "examples"')
    desk.run()
    shown = next(b["messages"] for b in desk.sent("completions") if "error 7" in b["messages"][-1]["content"])
    assert [m["role"] for m in shown] == ["system", *["user", "assistant"] * 2, "user"]
    assert shown[-3]["content"] == "Similar to What does error 7 mean? open"
    assert shown[-1]["content"] == "What does error 7 mean? open", "examples are turns, and no passages besides"


def test_an_embedder_by_api_is_logged_with_the_index_and_with_each_item(desk: Desk) -> None:
    desk.candidate(desk.hosted(search="hybrid") + "k = 2")
    outcome = desk.run()
    assert (outcome.skipped, outcome.failed) == (None, 0)
    (indexed,) = desk.preparation().calls
    assert indexed["model"] == "openai/text-embedding-3-small"
    assert indexed["input_tokens"] == sum(len(text.split()) for text in MANUAL.values())
    for name, question, _, _ in QUESTIONS:
        embedding, answering = desk.records()[name].calls
        assert (embedding.model, answering.model) == ("openai/text-embedding-3-small", "openai/fake")
        assert embedding.input_tokens == len(question.split())
    assert desk.metrics()["recall@2"] == 1.0
    desk.server.seen.clear()
    assert desk.run().asked == 0
    assert desk.server.seen == []


def test_the_calls_of_embedding_are_priced_with_the_others(desk: Desk) -> None:
    desk.candidate(desk.hosted() + "k = 2")
    prices = '[prices."openai/fake"]\ninput = 0\noutput = 0\n'
    (desk.root / "harness.toml").write_text((desk.root / "harness.toml").read_text() + prices)
    desk.run()
    tally = Tally(pricer(today(), {"openai/fake": {"input": 0, "output": 0}}))
    tally.add(desk.records().values())
    words = sum(len(question.split()) for _, question, _, _ in QUESTIONS)
    assert tally.spending.cold_usd == pytest.approx(words * 0.02e-6)


def test_a_query_that_cannot_be_embedded_is_a_failure_with_its_call(desk: Desk) -> None:
    desk.candidate(desk.hosted() + "k = 2")
    desk.run(limit=1)
    desk.server.draw = lambda: failing(400)
    outcome = desk.run(max_concurrency=1, max_failures=1.0)
    assert outcome.failed == 3
    failed = [record for record in desk.records().values() if isinstance(record, Failed)]
    assert {(record.error, len(record.calls)) for record in failed} == {("BadRequest", 1)}


def test_an_index_that_cannot_be_made_stops_the_run_with_what_to_do(desk: Desk) -> None:
    desk.candidate(desk.hosted() + "k = 2")
    desk.server.draw = lambda: failing(400)
    outcome = desk.run()
    assert "failed while indexing" in outcome.stopped
    assert "run again to continue" in outcome.stopped
    assert not list(desk.root.glob(".harness/builds/*/"))
    assert not list(desk.root.glob("results/*/records/*/manifest.json"))


def test_data_leave_the_machine_by_an_embedder_elsewhere_but_not_by_bm25(desk: Desk) -> None:
    def leaves(settings: str) -> bool:
        desk.candidate(settings)
        return open_project(desk.root).project.candidate("asked").adapter.sends_data_away(desk.root)

    assert not leaves('search = "bm25"')
    assert not leaves(desk.hosted())
    assert leaves('embedder = "openai/text-embedding-3-small"')
    assert leaves('embedder = "openai/x"\nembedder_base_url = "http://example.com/v1"')


def test_a_forecast_counts_the_call_of_an_embedder_by_api(desk: Desk) -> None:
    def foreseen(settings: str) -> list[str]:
        desk.candidate(settings)
        project = open_project(desk.root).project
        task = project.task("manual")
        calls = project.candidate("asked").adapter.foreseen(task.view(0), task.test[0].query)
        assert all(call.input_tokens > 5 for call in calls)
        return [call.model for call in calls]

    assert foreseen('search = "bm25"') == foreseen('embedder = "minilm"') == ["openai/fake"]
    assert foreseen(desk.hosted()) == ["openai/text-embedding-3-small", "openai/fake"]


def test_another_search_is_another_run(desk: Desk) -> None:
    desk.candidate('search = "bm25"\nk = 2')
    desk.run()
    desk.candidate(desk.hosted(search="hybrid") + "k = 2")
    assert desk.run().asked == 4


def test_neighbours_vote_by_an_embedder_behind_an_api_too(lab, desk: Desk) -> None:
    lab.write("harness.toml", f'[candidates.near]\nadapter = "knn"\nk = 3\n{desk.hosted()}')
    (outcome,) = lab.run()
    assert (outcome.skipped, outcome.failed, outcome.asked) == (None, 0, 12)
    assert lab.open().leaderboard("pets", ["near"])["near"].metrics["accuracy"].value == 1.0
    (journal,) = lab.root.glob("results/pets/records/*/records.jsonl")
    records = latest(journal).values()
    assert {call.model for r in records for call in r.calls} == {"openai/text-embedding-3-small"}
    assert all(isinstance(r, Answered) and len(r.calls) == 1 and r.seconds for r in records)


CITED = [
    ("q1", "Which filter holds how much? two[1]", "two", ["filter.md"]),
    ("q2", "What does error 7 mean? open[2][1][9]", "open", ["door.md"]),
    ("q3", "What of the seal? [1]", "2000", ["seal.md"]),
    ("q4", "How long must the motor cool? hour", "hour", ["motor.md"]),
]


def test_citations_are_asked_for_taken_off_the_answer_and_kept_by_passage(desk: Desk, lab) -> None:
    desk.candidate('search = "bm25"\nk = 2\ncitations = true', questions=CITED)
    desk.run()
    records = desk.records()
    assert (records["q1"].answer, records["q1"].text) == ("two", "two[1]")
    assert records["q1"].cited == (records["q1"].contexts[0].id,) == ("filter.md#1",)
    assert records["q2"].answer == "open"
    assert records["q2"].cited == tuple(context.id for context in reversed(records["q2"].contexts)), "9 is no passage"
    assert (records["q4"].answer, records["q4"].cited) == ("hour", ())
    assert desk.metrics()["exact_match"] == 0.75
    system = desk.sent("completions")[0]["messages"][0]["content"]
    assert 'After it write the numbers of the passages that it rests on, in brackets, as in "[2]"' in system
    journal = next(desk.root.glob("results/manual/records/*/records.jsonl")).read_text()
    assert journal.count('"cited"') == 2, "it stands in a record only where there is one"
    shown = lab.cli("show", "manual", "asked", "q1").out
    assert "cited: filter.md#1" in shown


def test_citations_without_an_answer_are_asked_again_and_are_no_answer(desk: Desk) -> None:
    desk.candidate('search = "bm25"\nk = 2\ncitations = true', questions=CITED[2:3])
    desk.run()
    (record,) = desk.records().values()
    assert len(record.calls) == 2, "once more, saying that the answer was not valid"
    assert record.cited == ()


def test_without_citations_brackets_belong_to_the_answer(desk: Desk) -> None:
    desk.candidate('search = "bm25"\nk = 2', questions=CITED[:1])
    desk.run()
    assert desk.records()["q1"].answer == "two[1]"
    assert "brackets" not in desk.sent("completions")[0]["messages"][0]["content"]


@pytest.mark.parametrize("citations", ["", "citations = true"])
def test_the_model_is_told_what_to_answer_where_the_passages_do_not(desk: Desk, citations: str) -> None:
    questions = [("q1", "Who painted it? unknown", "unknown", []), *QUESTIONS[1:]]
    desk.candidate(f'search = "bm25"\nk = 2\n{citations}', task='no_answer = "unknown"', questions=questions)
    desk.run()
    system = desk.sent("completions")[0]["messages"][0]["content"]
    assert 'If what you were given does not answer the question, answer exactly "unknown".' in system
    assert desk.records()["q1"].answer == "unknown"
    assert desk.metrics()["exact_match"] == 1.0


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ('search = "bm25"\nembedder = "minilm"', 'search = "bm25" embeds nothing; leave out embedder'),
        ('search = "bm25"\nindex = "hnsw"', "leave out index"),
        ('search = "semantic"', "expected 'dense', 'bm25' or 'hybrid'"),
        ("candidates = 9", 'candidates are for search = "hybrid" and for a reranker'),
        ('search = "hybrid"\ncandidates = 3', "candidates = 3 is less than the k = 5"),
        ("chunk_tokens = 100\nchunk_words = 50", "leave out chunk_words or chunk_tokens"),
        ("chunk_tokens = 100\noverlap_words = 5", "leave out overlap_words or chunk_tokens"),
        ("overlap_tokens = 10", "overlap_tokens needs chunk_tokens beside it"),
        ("chunk_tokens = 50\noverlap_tokens = 50", "overlap_tokens = 50 leaves no room in chunk_tokens = 50"),
        ('embedder_base_url = "http://localhost:1/v1"', 'write embedder = "openai/NAME"'),
        ('source = "examples"\ncitations = true', 'citations: for passages, and source = "examples" shows none'),
        ('source = "examples"\nchunk_tokens = 90', "chunk_tokens: for passages"),
        ('search = "bm25"\nk = 9', "k = 9 is more than the 4 chunks in the corpus; lower k"),
        ('search = "bm25"\nk = 99\nchunk_tokens = 16', "is more than the 8 chunks in the corpus; lower k"),
        ('search = "bm25"\nk = 2\nreranker = "no/such"', "the weights of reranker 'no/such' are not on this machine"),
        ('search = "bm25"\nk = 2\nreranker = "nosuch"', "no reranking model named 'nosuch'"),
        ('embedder = "openai/text-embedding-3-small"\nk = 2', "OPENAI_API_KEY is not set"),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_refused_with_what_to_do(desk: Desk, settings: str, said: str) -> None:
    assert said in desk.refusal(settings)
    assert desk.sent("completions") == []


def test_citations_are_for_answers_in_words(lab, desk: Desk) -> None:
    settings = 'adapter = "rag"\nmodel = "openai/fake"\nsearch = "bm25"\ncitations = true\nk = 2'
    lab.write("harness.toml", f'[candidates.asked]\n{settings}\nbase_url = "{desk.server.openai}"\n')
    assert "needs passages, and the task has no corpus" in lab.run()[0].skipped
    lab.write("tasks/pets/corpus.jsonl", '{"id": "a", "text": "Cats meow."}\n{"id": "b", "text": "Dogs bark."}\n')
    task = lab.task.replace('test = "test.jsonl"', 'test = "test.jsonl"\ncorpus = "corpus.jsonl"')
    lab.write("tasks/pets/task.toml", task)
    assert "citations = true is for answers of kind text, the task's are of label" in lab.run()[0].skipped


@pytest.mark.slow
def test_a_chunk_longer_than_the_embedder_reads_is_refused(desk: Desk) -> None:
    assert "the embedder minilm reads 254 tokens" in desk.refusal("chunk_tokens = 300\nk = 2")


@pytest.mark.slow
def test_chunks_by_tokens_are_those_of_the_embedder(desk: Desk) -> None:
    desk.candidate("chunk_tokens = 16\noverlap_tokens = 0\nk = 2")
    desk.run()
    texts = {context.text for record in desk.records().values() for context in record.contexts}
    assert "Replace the seal after 2000 hours." in texts
    # Counted by hand: seal.md has 10 + 7 tokens, filter.md 12 + 6, door.md 9 + 7, motor.md 6 + 8.
    assert desk.preparation().notes == {"vectors": 6, "dimension": 384}
