import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from harness.errors import DataError
from harness.importers.promptfoo import read_promptfoo

FILES = Path(__file__).parent / "files" / "promptfoo"


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


def recordings(name: str, **options: Any) -> dict[str, list[dict[str, Any]]]:
    return {one.name: one.lines for one in read_promptfoo(FILES / f"{name}.json", **options)}


@pytest.mark.parametrize("options", [{}, {"metric": "exact"}])
def test_each_column_of_promptfoos_table_becomes_a_recording_with_the_passes_it_reports(options) -> None:
    found = recordings("colours", **options)
    assert {name: [sum(x.get("score", 0) for x in lines), len(lines)] for name, lines in found.items()} == {
        "colours-openai:chat:big-prompt1": [4, 5],
        "colours-openai:chat:big-prompt2": [4, 5],
        "colours-openai:chat:big-prompt1-2": [4, 5],
        "colours-openai:chat:big-prompt2-2": [4, 5],
        "colours-openai:chat:gpt-4o-mini-prompt1": [2, 5],
        "colours-openai:chat:gpt-4o-mini-prompt2": [0, 5],
    }


def test_prompts_are_told_apart_by_what_each_was_asked() -> None:
    found = recordings("colours")
    # The second prompt has two words more.
    for name, lines in found.items():
        assert lines[0]["usage"]["input_tokens"] == (4 if "prompt1" in name else 6)
    items = [[(line["id"], line["hash"]) for line in lines] for lines in found.values()]
    assert all(one == items[0] for one in items)
    assert [name for name, _ in items[0]] == ["0", "1", "2", "3", "4"]


def test_what_promptfoo_could_not_run_is_an_error_in_each_recording() -> None:
    for lines in recordings("colours").values():
        assert [line["id"] for line in lines if "error" in line] == ["4"]
        assert lines[4]["error"].startswith("API error: 400")


def test_a_cost_is_known_where_promptfoo_knows_the_price_and_absent_elsewhere() -> None:
    found = recordings("colours")
    mini = found["colours-openai:chat:gpt-4o-mini-prompt1"]
    # $0.15 a million tokens in, half that for cached ones, and $0.60 out: 2 + 2 in and 1 out.
    assert mini[0]["cost_usd"] == pytest.approx((2 * 0.15 + 2 * 0.075 + 0.60) / 1e6)
    assert not any("cost_usd" in line for line in found["colours-openai:chat:big-prompt1"])


def test_what_promptfoos_cache_answered_has_neither_cost_nor_seconds() -> None:
    (lines,) = recordings("cached").values()
    assert [line["score"] for line in lines[:4]] == [1, 1, 1, 1]
    assert not any({"cost_usd", "seconds", "usage"} & line.keys() for line in lines[:4])


def test_what_promptfoo_repeated_is_one_group() -> None:
    (lines,) = recordings("repeated").values()
    assert len(lines) == len({line["id"] for line in lines}) == 10
    assert sorted(Counter(line["group"] for line in lines).values()) == [2] * 5


def test_a_recording_is_named_by_its_provider_alone_where_there_is_one_prompt(tmp_path: Path) -> None:
    # `promptIdx` counts the columns: each provider has one of its own.
    rows = [result(t, i, success=t == 0, provider=p) for t in (0, 1) for i, p in enumerate(("openai:a", "openai:b"))]
    a, b = read_promptfoo(write(tmp_path, rows))
    assert (a.name, b.name) == ("results-openai:a", "results-openai:b")
    first = dict(a.lines[0])
    assert first.pop("hash")
    assert first == {
        "id": "0",
        "score": 1.0,
        "answer": "hello",
        "usage": {"input_tokens": 10, "output_tokens": 2},
        "seconds": 1.25,
    }


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


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"latencyMs": -3}, "test 0: seconds: found -0.003"),
        ({"latencyMs": "slow"}, "test 0: latencyMs: found 'slow'"),
        ({"response": {"output": "x", "cost": -1}}, "test 0: cost_usd: found -1"),
        ({"response": {"output": "x", "cost": float("nan")}}, "test 0: cost_usd: found nan"),
        ({"response": {"output": "x", "tokenUsage": {"prompt": -1}}}, "test 0: usage: input_tokens: found -1"),
    ],
)
def test_figures_that_cannot_be_are_refused_and_said_where(tmp_path: Path, more: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_promptfoo(write(tmp_path, [result(0, 0, success=True, **more)]))


def test_null_is_what_is_not_known(tmp_path: Path) -> None:
    empty = {"latencyMs": None, "response": {"output": "x", "cost": None, "tokenUsage": {"prompt": None}}}
    (found,) = read_promptfoo(write(tmp_path, [result(0, 0, success=True, **empty)]))
    assert not {"seconds", "cost_usd", "usage"} & found.lines[0].keys()
