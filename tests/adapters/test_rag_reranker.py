"""A reranker in front of the model: a tiny cross-encoder with random weights, made here."""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from fakes.server import FakeServer

from harness.api import OpenProject, open_project
from harness.run.journal import latest
from harness.run.options import Options

pytestmark = pytest.mark.slow

WORDS = [
    "the", "pump", "leaks", "oil", "seal", "filter", "door", "is", "open", "motor", "hot", "replace", "clean", "close",
    "cool", "press", "start",
]  # fmt: skip
TEXTS = [
    "The pump leaks oil", "Replace the seal", "The oil filter is open", "Clean the filter", "The door is open",
    "Close the door", "The motor is hot", "Cool the motor", "Press start", "The pump is hot", "Oil the seal",
    "Oil oil oil",
]  # fmt: skip
QUESTIONS = ["the oil pump leaks oil", "is the motor hot", "the door is open"]


def make_cross_encoder(folder: Path, *, outputs: int = 1, safe: bool = True) -> Path:
    """Bert of two narrow layers over the words above; its scores differ widely, and mean nothing."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]))
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=5 + len(WORDS),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
        num_labels=outputs,
        initializer_range=1.0,
    )
    model = BertForSequenceClassification(config)
    model.save_pretrained(folder)
    BertTokenizerFast(str(folder / "vocab.txt"), model_max_length=64).save_pretrained(folder)
    if not safe:
        (folder / "model.safetensors").unlink()
        torch.save(model.state_dict(), folder / "pytorch_model.bin")
    return folder


@pytest.fixture
def server():
    with FakeServer() as running:
        yield running


@pytest.fixture
def project(tmp_path: Path, server: FakeServer) -> OpenProject:
    make_cross_encoder(tmp_path / "cross")
    folder = tmp_path / "tasks" / "manual"
    folder.mkdir(parents=True)
    rows = [{"id": f"q{i}", "text": text, "answer": "x"} for i, text in enumerate(QUESTIONS)]
    corpus = [{"id": f"p{i}", "text": text} for i, text in enumerate(TEXTS)]
    for name, data in (("test", rows), ("corpus", corpus)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in data))
    (folder / "task.toml").write_text(
        '[task]\nkind = "text"\ninstructions = "Answer."\n'
        '[data]\ntest = "test.jsonl"\ncorpus = "corpus.jsonl"\ninput = "text"\ntarget = "answer"\n'
    )
    (tmp_path / "harness.toml").write_text(
        f'[candidates.asked]\nadapter = "rag"\nmodel = "openai/fake"\nbase_url = "{server.openai}"\n'
        'search = "bm25"\nreranker = "cross"\nk = 2\ncandidates = 5\n'
    )
    return open_project(tmp_path)


def test_the_candidates_are_shown_in_the_cross_encoders_order(project: OpenProject) -> None:
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    from harness.retrieval.lexical import LexicalIndex

    (outcome,) = project.run("manual", options=Options(latency=False))
    assert (outcome.skipped, outcome.failed) == (None, 0)
    (journal,) = project.root.glob("results/manual/records/*/records.jsonl")
    records = latest(journal)
    model = AutoModelForSequenceClassification.from_pretrained(project.root / "cross").eval()
    tokenizer = AutoTokenizer.from_pretrained(project.root / "cross")
    moved = 0
    for number, question in enumerate(QUESTIONS):
        _, rows = LexicalIndex.build(TEXTS).search(question, 5)
        scores = {}
        for row in rows:
            with torch.no_grad():
                scores[row] = float(model(**tokenizer(question, TEXTS[row], return_tensors="pt")).logits[0, 0])
        best = sorted(rows, key=lambda row: -scores[row])[:2]
        contexts = records[f"q{number}"].contexts
        assert [context.text for context in contexts] == [TEXTS[row] for row in best]
        assert [context.score for context in contexts] == pytest.approx([scores[row] for row in best], abs=1e-4)
        moved += best != rows[:2]
    assert moved, "the order is another than that of the search"


def test_other_weights_are_another_run(project: OpenProject) -> None:
    project.run("manual", options=Options(latency=False))
    (project.root / "cross" / "config.json").touch()
    assert open_project(project.root).run("manual", options=Options(latency=False))[0].asked == 3


def test_only_safetensors_of_a_cross_encoder_with_one_output_are_read(project: OpenProject) -> None:
    make_cross_encoder(project.root / "pickled", safe=False)
    make_cross_encoder(project.root / "three", outputs=3)
    bare = make_cross_encoder(project.root / "bare")
    config = json.loads((bare / "config.json").read_text())
    (bare / "config.json").write_text(json.dumps({**config, "architectures": ["BertModel"]}))
    toml = (project.root / "harness.toml").read_text()
    for name, said in (
        ("pickled", "cannot be read as safetensors"),
        ("three", "gives 3 figures for a pair"),
        ("bare", "holds BertModel, not a cross-encoder"),
    ):
        (project.root / "harness.toml").write_text(toml.replace('"cross"', f'"{name}"'))
        (outcome,) = open_project(project.root).run("manual", options=Options(latency=False))
        assert said in (outcome.skipped or "")
