import pytest
from typer.testing import CliRunner

from harness.api import open_project
from harness.cli.main import app

TOML = """
[candidates.rag]
adapter = "recorded"
rung = "rag"
file = "rag.jsonl"
[candidates.own]
adapter = "recorded"
rung = "trained"
file = "own.jsonl"
[economics.candidates.rag]
engineering_days = 0
[economics.candidates.own]
hosting_usd_month = 400
training_usd = 0
engineering_days = 0
"""
TASK = """
[task]
kind = "label"
instructions = "Sort."
labels = ["a", "b"]
[data]
test = "test.jsonl"
[requirement]
margin = 0.05
[use]
calls_per_month = 1_000
horizon_months = 12
"""
N = 80


@pytest.fixture
def project(tmp_path, monkeypatch):
    """RAG at $.01 of tokens a call and a trained model at $400 a month, equally good: prices decide."""
    folder = tmp_path / "tasks" / "sort"
    folder.mkdir(parents=True)
    (folder / "task.toml").write_text(TASK)
    (folder / "test.jsonl").write_text("".join(f'{{"id": "{i}", "text": "x{i}", "target": "a"}}\n' for i in range(N)))
    usage = '"usage": {"model": "openai/gpt-4o", "input_tokens": 2000, "cached_tokens": 0, "output_tokens": 500}'
    (tmp_path / "rag.jsonl").write_text("".join(f'{{"id": "{i}", "answer": "a", {usage}}}\n' for i in range(N)))
    (tmp_path / "own.jsonl").write_text("".join(f'{{"id": "{i}", "answer": "a"}}\n' for i in range(N)))
    (tmp_path / "harness.toml").write_text(TOML)
    monkeypatch.chdir(tmp_path)
    open_project(tmp_path).run("sort")
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


def test_decide_prints_the_answer_and_writes_the_decision(project):
    said = run("decide", "sort")
    assert said.exit_code == 0
    assert "Is it worth going beyond prompting and RAG? Not worth it:" in " ".join(said.output.split())
    assert (project / "results" / "sort" / "decision.md").is_file()


def test_a_leaderboard_ends_in_the_verdict_and_so_does_its_file(project):
    said = run("leaderboard", "sort")
    assert "Not worth it" in said.output
    board = (project / "results" / "sort" / "leaderboard.md").read_text()
    assert "Not worth it" in board
    assert "decision.md" in board


def test_price_answers_anew_under_another_volume_and_writes_nothing(project):
    """2,000 tokens in and 500 out at $2.50 and $10 per million are $.01: own is cheaper over 40,000 calls a month."""
    said = run("price", "sort", "--volume", "1e6")
    assert "Worth it: Use own" in " ".join(said.output.split())
    assert not (project / "results" / "sort" / "decision.md").exists()


def test_price_answers_anew_under_another_price(project):
    assert "Worth it: Use own" in " ".join(run("price", "sort", "--price", "openai/gpt-4o=900/900/900").output.split())


def test_a_price_of_a_model_that_no_run_called_is_refused_and_names_those_that_were(project):
    from harness.errors import ConfigError

    with pytest.raises(ConfigError, match="did you mean 'openai/gpt-4o'"):
        run("price", "sort", "--price", "openai/gpt-4o-mini=1/1/1")


def test_price_tells_of_each_part_where_it_came_from(project):
    said = " ".join(run("price", "sort").output.replace("│", " ").split())
    assert "Over the horizon, by part" in said
    assert "tokens as measured, at the price on the day" in said


def test_a_price_in_another_form_is_refused(project):
    from harness.errors import ConfigError

    with pytest.raises(ConfigError, match="expected"):
        run("price", "sort", "--price", "openai/gpt-4o=cheap")
