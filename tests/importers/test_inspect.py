import json
import sys
import types
import zipfile
from pathlib import Path
from typing import Any

import pytest

from harness.errors import DataError, UnavailableError
from harness.importers.inspect import read_inspect


def sample(name: str, epoch: int, value: Any, **more: Any) -> dict[str, Any]:
    """As Inspect 0.3.285 writes it, less its events."""
    return {
        "id": name,
        "epoch": epoch,
        "input": f"What is {name}?",
        "target": "1",
        "output": {"model": "mockllm/model", "choices": [], "completion": "1", "time": 0.0003},
        "scores": {"match": {"value": value, "answer": "1", "explanation": "1", "history": []}},
        "metadata": {},
        "store": {},
        "model_usage": {"mockllm/model": {"input_tokens": 7, "output_tokens": 1, "total_tokens": 8}},
        "total_time": 2.037,
        "working_time": 1.966,
        "uuid": "3jpqFp7QUvMkuwqLbdZjQw",
        **more,
    }


def log(samples: list[dict[str, Any]]) -> dict[str, Any]:
    head = {"task": "sums", "model": "mockllm/model", "dataset": {"samples": 2}, "config": {"epochs": 2}}
    return {"version": 2, "status": "success", "eval": head, "samples": samples}


def write(path: Path, samples: list[dict[str, Any]]) -> Path:
    path.write_text(json.dumps(log(samples)))
    return path


@pytest.fixture(autouse=True)
def without_inspect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "inspect_ai.log", None)


def test_a_json_log_becomes_a_recording_with_epochs_as_seeds(tmp_path: Path) -> None:
    path = write(
        tmp_path / "log.json", [sample("a", 1, "C"), sample("b", 1, "I"), sample("a", 2, "P"), sample("b", 2, "N")]
    )
    (found,) = read_inspect(path)
    assert found.name == "sums-mockllm/model"
    assert [(x["id"], x["seed"], x["score"]) for x in found.lines] == [
        ("a", 1, 1),
        ("b", 1, 0),
        ("a", 2, 0.5),
        ("b", 2, 0),
    ]
    assert found.lines[0]["usage"] == {
        "model": "mockllm/model",
        "input_tokens": 7,
        "cached_tokens": 0,
        "output_tokens": 1,
    }
    assert found.lines[0]["seconds"] == 1.966
    assert found.lines[0]["target"] == "1"


def test_one_epoch_is_no_seed(tmp_path: Path) -> None:
    (found,) = read_inspect(write(tmp_path / "log.json", [sample("a", 1, 0.25)]))
    assert "seed" not in found.lines[0]
    assert found.lines[0]["score"] == 0.25


def test_cached_tokens_are_counted_among_the_input(tmp_path: Path) -> None:
    usage = {"m": {"input_tokens": 7, "output_tokens": 1, "input_tokens_cache_read": 5}}
    (found,) = read_inspect(write(tmp_path / "log.json", [sample("a", 1, "C", model_usage=usage)]))
    assert found.lines[0]["usage"]["input_tokens"] == 12
    assert found.lines[0]["usage"]["cached_tokens"] == 5


def test_a_sample_that_broke_is_an_error_and_no_score(tmp_path: Path) -> None:
    broken = sample("b", 1, "C", scores={}, error={"message": "ConnectionError()", "traceback": ""})
    (found,) = read_inspect(write(tmp_path / "log.json", [sample("a", 1, "C"), broken]))
    assert found.lines[1]["error"] == "ConnectionError()"
    assert "score" not in found.lines[1]


def test_one_of_several_scorers_must_be_chosen(tmp_path: Path) -> None:
    two = sample("a", 1, "C")
    two["scores"]["includes"] = {"value": {"strict": 0, "loose": 1}}
    path = write(tmp_path / "log.json", [two])
    with pytest.raises(DataError, match=r"includes\.loose, includes\.strict, match"):
        read_inspect(path)
    assert read_inspect(path, metric="includes.loose")[0].lines[0]["score"] == 1


def test_an_uncompressed_eval_file_is_read_without_inspect(tmp_path: Path) -> None:
    path = tmp_path / "log.eval"
    content = log([sample("a", 1, "C")])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("samples/a_epoch_1.json", json.dumps(content.pop("samples")[0]))
        archive.writestr("header.json", json.dumps(content))
    assert read_inspect(path)[0].lines[0]["score"] == 1


def test_an_eval_file_in_zstandard_needs_inspect_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise NotImplementedError("That compression method is not supported")

    path = tmp_path / "log.eval"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("header.json", "{}")
    monkeypatch.setattr(zipfile.ZipFile, "read", refuse)
    with pytest.raises(UnavailableError, match="pip install inspect-ai"):
        read_inspect(path)


def test_the_log_reader_is_used_where_it_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Log:
        def model_dump(self, mode: str) -> dict[str, Any]:
            assert mode == "json"
            return log([sample("from the reader", 1, "C")])

    module = types.ModuleType("inspect_ai.log")
    module.read_eval_log = lambda _: Log()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "inspect_ai", types.ModuleType("inspect_ai"))
    monkeypatch.setitem(sys.modules, "inspect_ai.log", module)
    assert read_inspect(tmp_path / "log.eval")[0].lines[0]["id"] == "from the reader"


@pytest.mark.parametrize("content", ["[]", "{}", '{"eval": {}, "samples": []}', "no json"])
def test_another_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "log.json"
    path.write_text(content)
    with pytest.raises(DataError):
        read_inspect(path)
