"""Adapters on real weights: small tasks whose answers leave no doubt."""

import json
from pathlib import Path

import pytest

from harness.api import OpenProject, open_project
from harness.run.options import Options

pytestmark = pytest.mark.slow

TEXTS = {
    "weather": ["Heavy rain and wind tomorrow", "It will snow in the mountains", "A sunny and warm afternoon",
                "Fog in the morning, clear later", "Thunderstorms are moving in", "Temperatures drop below zero"],
    "cooking": ["Fry the onions in butter", "Bake the bread for an hour", "Add salt and pepper to the soup",
                "Whisk the eggs with sugar", "Simmer the sauce gently", "Grill the fish with lemon"],
    "football": ["The striker scored twice", "The goalkeeper saved a penalty", "They won the league title",
                 "The referee showed a red card", "A late corner decided the match", "The coach changed the defence"],
}  # fmt: skip
TEST = [
    ("Rain showers are expected on Sunday", "weather"),
    ("Stir the cream into the hot pan", "cooking"),
    ("The midfielder was sent off after a foul", "football"),
    ("Strong gusts along the coast tonight", "weather"),
    ("Knead the dough until it is smooth", "cooking"),
    ("Two goals in injury time won the cup", "football"),
]
PROJECT = """
[candidates.knn]
adapter = "knn"
k = 3
[candidates.rag]
adapter = "rag"
model = "local/smollm2-135m-instruct"
k = 3
[candidates.few-shot]
adapter = "prompting"
model = "local/smollm2-135m-instruct"
shots = 3
reasoning = true
reasoning_tokens = 12
[candidates.lora]
adapter = "finetuned"
epochs = 6
batch_size = 4
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> OpenProject:
    root = tmp_path_factory.mktemp("with_models")
    folder = root / "tasks" / "topics"
    folder.mkdir(parents=True)
    train = [{"text": text, "label": label} for label, texts in TEXTS.items() for text in texts]
    test = [{"id": f"t{n}", "text": text, "label": label} for n, (text, label) in enumerate(TEST)]
    for name, rows in (("train", train), ("test", test)):
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (folder / "task.toml").write_text(
        '[task]\nkind = "label"\ninstructions = "What is this text about?"\n'
        '[data]\ntrain = "train.jsonl"\ntest = "test.jsonl"\ntarget = "label"\nvalidation_share = 0.2\n'
    )
    (root / "harness.toml").write_text(PROJECT)
    return open_project(root)


def right(project: OpenProject, name: str) -> int:
    project.run("topics", [name], Options(latency=False))
    return round(6 * project.leaderboard("topics", [name])[name].metrics["accuracy"].value)


def test_neighbours_vote_by_meaning(project: OpenProject) -> None:
    assert right(project, "knn") == 6


def test_retrieved_examples_become_turns_the_nearest_last_and_are_kept_in_the_record(project: OpenProject) -> None:
    assert right(project, "rag") >= 4
    shown = project.show("topics", "rag", "t0")
    assert shown.record is not None
    contexts = shown.record.contexts  # type: ignore[union-attr]
    assert len(contexts) == 3
    assert contexts[0].score >= contexts[1].score >= contexts[2].score
    (messages,) = shown.messages
    assert [m["role"] for m in messages] == ["system", *["user", "assistant"] * 3, "user"]
    assert messages[-1]["content"] == TEST[0][0]
    assert messages[-3]["content"] == contexts[0].text


def test_reasoning_takes_a_call_of_its_own_before_the_answer(project: OpenProject) -> None:
    right(project, "few-shot")
    shown = project.show("topics", "few-shot", "t1")
    assert shown.record is not None
    thinking, answering = shown.record.calls
    assert 0 < thinking.output_tokens <= 12
    assert answering.input_tokens > thinking.input_tokens
    assert shown.record.answer in TEXTS  # type: ignore[union-attr]


def test_a_fine_tuned_encoder_learns_and_answers_the_same_after_it_was_loaded_again(project: OpenProject) -> None:
    assert right(project, "lora") >= 5
    before = project.latest(project.project.task("topics"), "lora")
    builds = list((project.root / ".harness" / "builds").glob("*/trained.safetensors"))
    assert builds, "the trained weights are kept as safetensors"
    assert not list((project.root / ".harness" / "builds").rglob("*.bin"))
    for journal in Path(project.root).glob("results/topics/records/lora-*/records.jsonl"):
        journal.unlink()
    project.run("topics", ["lora"], Options(latency=False))
    after = project.latest(project.project.task("topics"), "lora")
    assert {k: r.answer for k, r in before.items()} == {k: r.answer for k, r in after.items()}  # type: ignore[union-attr]


def test_a_second_run_calls_no_model(project: OpenProject) -> None:
    right(project, "rag")
    (outcome,) = project.run("topics", ["rag"], Options(latency=False))
    assert (outcome.asked, outcome.calls, outcome.built) == (0, 0, False)
