"""Reading verdicts, who is whose family, and the example of the documentation."""

import re
import tomllib
from pathlib import Path

import pytest

from harness.judge.family import family, same_family
from harness.judge.rubric import read_choice
from harness.metrics.judged import NAMES
from harness.task.judging import JudgeTable


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("right", "right"),
        ("**Right.**", "right"),
        ("Let me think.\nIt lacks the unit.\n\nVerdict: wrong", "wrong"),
        ("it is not right", None),
        ("right or wrong", None),
        ("wrong, right", None),
        ("", None),
        ("rightly", None),
        ("right\nbecause it says so", None),
    ],
)
def test_a_verdict_is_read_only_where_it_stands_alone(text: str, choice: str | None):
    assert read_choice(text, ("right", "wrong")) == choice


@pytest.mark.parametrize(
    ("text", "choice"), [("4", "4"), ("Grade: 4", "4"), ("4/5", None), ("7", None), ("4.5", None), ("four", None)]
)
def test_a_grade_is_one_digit(text: str, choice: str | None):
    assert read_choice(text, "12345") == choice


@pytest.mark.parametrize(
    ("model", "url", "expected"),
    [
        ("openai/gpt-5-mini", None, "openai"),
        ("openai/o3", None, "openai"),
        ("openai/gpt-4o", "https://proxy.example/v1", "openai"),
        ("openai/anthropic/claude-x", "https://proxy.example/v1", "anthropic"),
        ("anthropic/claude-x", None, "anthropic"),
        ("openai/Qwen/Qwen2.5-7B-Instruct", "http://localhost:8000/v1", "qwen"),
        ("local/smollm2-135m-instruct", None, "smollm"),
        ("local/HuggingFaceTB/SmolLM2-1.7B-Instruct@main", None, "smollm"),
    ],
)
def test_families_go_by_maker_and_by_the_model_s_own_name(model: str, url: str | None, expected: str):
    assert family(model, url) == expected


def test_the_parts_of_a_candidate_are_looked_at_too():
    settings = {"light": {"adapter": "prompting", "model": "openai/gpt-4o-mini"}, "model": "anthropic/claude-x"}
    assert same_family("openai/gpt-5", None, settings) == "openai/gpt-4o-mini"
    assert same_family("openai/qwen2", "http://localhost:1/v1", settings) is None
    assert same_family("local/smollm2-135m-instruct", None, {"base": "smollm2-135m-instruct"}) is not None
    assert same_family("openai/gpt-5", None, {"fallback": None, "file": "a.jsonl"}) is None


def test_the_models_that_a_recording_names_are_looked_at_too():
    settings = {"file": "a.jsonl"}
    assert same_family("openai/gpt-5", None, settings, ("anthropic/claude-x", "openai/gpt-4o")) == "openai/gpt-4o"
    assert same_family("openai/gpt-5", None, settings, ("anthropic/claude-x",)) is None
    served = {"model": "openai/qwen3", "base_url": "http://localhost:1/v1"}
    assert same_family("openai/gpt-5", None, served, ("openai/qwen3",)) is None


def test_a_model_that_only_embeds_does_not_count_and_one_that_answers_too_does():
    settings = {"model": "anthropic/claude-x", "embedder": "openai/e", "parts": [{"embedder": "openai/f"}]}
    called = ("anthropic/claude-x", "openai/e", "openai/f")
    assert same_family("openai/gpt-5", None, settings, called) is None
    assert same_family("openai/gpt-5", None, settings, (*called, "openai/gpt-4o")) == "openai/gpt-4o"
    assert same_family("openai/gpt-5", None, settings | {"model": "openai/e"}, called) == "openai/e"


def test_the_documentation_s_example_is_valid_and_it_names_every_metric():
    text = (Path(__file__).parents[2] / "docs/judging.md").read_text(encoding="utf-8")
    example = re.search(r"```toml\n(.*?)```", text, flags=re.DOTALL)[1]
    assert JudgeTable.model_validate(tomllib.loads(example)["judge"]).metrics == ("judged", "faithfulness")
    assert [name for name in NAMES if f"`{name}`" not in text] == []
