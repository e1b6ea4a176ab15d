import json
import sys
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
import zstandard

from harness.errors import DataError, UnavailableError
from harness.importers.inspect import read_inspect

FILES = Path(__file__).parent / "files" / "inspect"


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


def lines(name: str, metric: str | None = None) -> list[dict[str, Any]]:
    (found,) = read_inspect(FILES / name, metric=metric)
    return found.lines


@pytest.mark.parametrize(("model", "accuracy"), [("big", 0.7142857142857143), ("small", 0.42857142857142855)])
def test_a_log_of_inspect_gives_the_accuracy_that_inspect_reports_for_what_did_not_break(model, accuracy) -> None:
    found = lines(f"colours-{model}.eval", "match")
    assert [sum(line["seed"] == seed for line in found) for seed in (1, 2)] == [8, 8]
    scores = [line["score"] for line in found if "error" not in line]
    assert len(scores) == 14
    assert sum(scores) / 14 == pytest.approx(accuracy)


def test_a_sample_that_inspect_could_not_run_is_an_error_in_each_epoch() -> None:
    broken = [line for line in lines("colours-big.eval", "match") if line["id"] == "q-broken"]
    assert [line["seed"] for line in broken] == [1, 2]
    assert all("scripted 400" in line["error"] and "score" not in line and "answer" not in line for line in broken)


def test_a_log_of_inspect_keeps_answers_targets_and_the_tokens_of_the_cache() -> None:
    chat = next(line for line in lines("colours-big.eval", "match") if line["id"] == "q-chat")
    assert (chat["answer"], chat["target"], chat["score"]) == ("black", "black | dark", 1)
    # The server counted 6 tokens sent, half of them cached, and 1 received.
    assert chat["usage"] == {
        "model": "openai-api/fake/big",
        "input_tokens": 6,
        "cached_tokens": 3,
        "output_tokens": 1,
    }


def test_the_same_samples_have_the_same_hash_in_each_log_of_inspect() -> None:
    a, b = ({line["id"]: line["hash"] for line in lines(f"colours-{m}.eval", "match")} for m in ("big", "small"))
    assert a == b
    assert len(set(a.values())) == 8


def test_each_value_of_a_scorer_of_inspect_can_be_chosen() -> None:
    with pytest.raises(DataError, match=r"match, two\.loose, two\.strict\. Choose with --metric"):
        lines("colours-big.eval")
    assert sum(line.get("score", 0) for line in lines("colours-big.eval", "two.strict")) == 10


def test_a_sample_that_inspect_left_unscored_is_an_error_with_the_scorers_reason() -> None:
    found = {line["id"]: line for line in lines("judged-big.json")}
    assert found["q2"]["error"] == "not scored: grader_failed"
    assert "score" not in found["q2"]
    scores = [line["score"] for line in found.values() if "score" in line]
    assert (len(scores), sum(scores) / len(scores)) == (5, 0.8)


def test_a_message_is_known_again_by_what_it_says_and_not_by_its_id(tmp_path: Path) -> None:
    def asked(said: str, message_id: str) -> str:
        one = sample("a", 1, "C", input=[{"id": message_id, "role": "user", "content": said}])
        return str(read_inspect(write(tmp_path / "log.json", [one]))[0].lines[0]["hash"])

    assert asked("red?", "1") == asked("red?", "2") != asked("blue?", "2")


@pytest.mark.parametrize(("value", "score"), [("Yes", 1), ("false", 0), ("0.25", 0.25), (True, 1), (3, 3)])
def test_a_value_is_read_as_inspects_metrics_read_it(tmp_path: Path, value: Any, score: float) -> None:
    assert read_inspect(write(tmp_path / "log.json", [sample("a", 1, value)]))[0].lines[0]["score"] == score


def test_a_grade_that_is_no_number_is_no_score(tmp_path: Path) -> None:
    (found,) = read_inspect(write(tmp_path / "log.json", [sample("a", 1, "C"), sample("b", 1, "B+")]))
    assert found.lines[1]["error"] == "not scored: match said 'B+'"


def test_a_log_without_scores_says_how_to_score_it(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="inspect score"):
        read_inspect(write(tmp_path / "log.json", [sample("a", 1, "C", scores={})]))


def test_a_run_that_ended_early_is_told_with_how_much_of_it_is_there(tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    path.write_text(json.dumps({**log([sample("a", 1, "C")]), "status": "cancelled"}))
    note = read_inspect(path)[0].note
    assert note is not None
    assert "'cancelled': 1 samples of 4" in note


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


def archive(path: Path, **members: Any) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(f"{name}.json", json.dumps(content))
    return path


def test_an_eval_file_of_an_inspect_before_zstandard_is_read(tmp_path: Path) -> None:
    head = log([])
    head.pop("samples")
    path = archive(tmp_path / "log.eval", header=head, **{"samples/a_epoch_1": sample("a", 1, "C")})
    assert read_inspect(path)[0].lines[0]["score"] == 1


def test_an_eval_file_of_a_run_that_was_cut_off_says_so(tmp_path: Path) -> None:
    path = archive(tmp_path / "log.eval", **{"_journal/start": {}, "samples/a_epoch_1": sample("a", 1, "C")})
    with pytest.raises(DataError, match="cut off"):
        read_inspect(path)


def test_an_eval_file_without_zstandard_here_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise NotImplementedError("That compression method is not supported")

    monkeypatch.setattr(zipfile.ZipFile, "read", refuse)  # as Python before 3.14 does
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(UnavailableError, match=r"pip install .approach-harness\[data\]"):
        lines("colours-big.eval")


def test_a_large_sample_in_several_frames_is_read_whole(tmp_path: Path) -> None:
    content = json.dumps(sample("a", 1, "C")).encode()
    frames = b"".join(zstandard.compress(part) for part in (content[:50], content[50:]))
    path = tmp_path / "log.eval"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("samples/a_epoch_1.json", frames)
        made.writestr("header.json", json.dumps(log([])))
        # As if zipfile could write the method: what it stored is Zstandard already.
        info = made.getinfo("samples/a_epoch_1.json")
        info.compress_type, info.file_size, info.CRC = 93, len(content), zlib.crc32(content)
    assert read_inspect(path)[0].lines[0]["id"] == "a"


def test_a_damaged_eval_file_is_refused(tmp_path: Path) -> None:
    content = bytearray((FILES / "colours-big.eval").read_bytes())
    path = tmp_path / "log.eval"
    with zipfile.ZipFile(FILES / "colours-big.eval") as whole:
        start = whole.getinfo("samples/q0_epoch_1.json").header_offset
    content[start + 200 : start + 260] = bytes(60)
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"log\.eval"):
        read_inspect(path, metric="match")


@pytest.mark.parametrize("content", ["[]", "{}", '{"eval": {}, "samples": []}', "no json"])
def test_another_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "log.json"
    path.write_text(content)
    with pytest.raises(DataError):
        read_inspect(path)
