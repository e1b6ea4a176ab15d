import json
from pathlib import Path
from typing import Any

import pytest

from harness.errors import DataError
from harness.importers.promptfoo import read_promptfoo


def result(
    test: int, prompt: int, *, success: bool, provider: str = "openai:gpt-4o-mini", **more: Any
) -> dict[str, Any]:
    """As `EvaluateResult` of promptfoo's version 3 summaries."""
    return {
        "cost": 0.0001,
        "failureReason": 0 if success else 1,
        "gradingResult": {"pass": success, "score": float(success), "reason": ""},
        "id": f"uuid-{test}-{prompt}",
        "latencyMs": 1250,
        "namedScores": {"tone": 0.5},
        "prompt": {"raw": "Say {{what}}", "label": "Say {{what}}"},
        "promptId": "p",
        "promptIdx": prompt,
        "provider": {"id": provider, "label": ""},
        "response": {"output": "hello", "tokenUsage": {"total": 12, "prompt": 10, "completion": 2}, "cached": False},
        "score": float(success),
        "success": success,
        "testCase": {"vars": {"what": f"v{test}"}, "assert": []},
        "testIdx": test,
        "vars": {"what": f"v{test}"},
        **more,
    }


def write(folder: Path, results: list[dict[str, Any]]) -> Path:
    path = folder / "results.json"
    path.write_text(json.dumps({"evalId": "eval-1", "results": {"version": 3, "results": results}, "config": {}}))
    return path


def test_each_provider_becomes_a_recording(tmp_path: Path) -> None:
    rows = [result(t, 0, success=t == 0, provider=p) for t in (0, 1) for p in ("openai:a", "openai:b")]
    a, b = read_promptfoo(write(tmp_path, rows))
    assert (a.name, b.name) == ("results-openai:a", "results-openai:b")
    assert [line["score"] for line in a.lines] == [1.0, 0.0]
    first = dict(a.lines[0])
    assert first.pop("hash")
    assert first == {
        "id": "0",
        "score": 1.0,
        "answer": "hello",
        "usage": {"input_tokens": 10, "output_tokens": 2},
        "cost_usd": 0.0001,
        "seconds": 1.25,
    }


def test_each_prompt_becomes_a_recording(tmp_path: Path) -> None:
    rows = [result(0, prompt, success=True) for prompt in (0, 1)]
    assert [f.name.rpartition("-")[2] for f in read_promptfoo(write(tmp_path, rows))] == ["prompt1", "prompt2"]


def test_what_failed_to_run_is_an_error_and_no_wrong_answer(tmp_path: Path) -> None:
    row = result(0, 0, success=False, failureReason=2, error="Error: 429", response={"error": "Error: 429"})
    (found,) = read_promptfoo(write(tmp_path, [row]))
    assert found.lines[0]["error"] == "Error: 429"
    assert "score" not in found.lines[0]


def test_a_cached_answer_has_no_latency(tmp_path: Path) -> None:
    row = result(0, 0, success=True, response={"output": "x", "cached": True})
    assert "seconds" not in read_promptfoo(write(tmp_path, [row]))[0].lines[0]


def test_repeats_of_a_test_are_one_group(tmp_path: Path) -> None:
    same = {"what": "the same"}
    rows = [result(0, 0, success=True, vars=same), result(1, 0, success=False, vars=same), result(2, 0, success=True)]
    (found,) = read_promptfoo(write(tmp_path, rows))
    assert found.lines[0]["group"] == found.lines[1]["group"]
    assert "group" not in found.lines[2]


def test_a_named_score_can_be_chosen(tmp_path: Path) -> None:
    path = write(tmp_path, [result(0, 0, success=True)])
    assert read_promptfoo(path, metric="tone")[0].lines[0]["score"] == 0.5
    with pytest.raises(DataError, match="there is tone"):
        read_promptfoo(path, metric="tune")


@pytest.mark.parametrize("content", ["[]", "{}", '{"results": {"results": []}}', '{"results": {"results": [{}]}}'])
def test_another_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "results.json"
    path.write_text(content)
    with pytest.raises(DataError):
        read_promptfoo(path)
