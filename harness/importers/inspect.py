"""Logs of Inspect (inspect_ai): `.eval` through its own log reader, `.json` with or without it."""

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from harness.errors import DataError, UnavailableError
from harness.importers.imported import Imported, choose, line, read_json
from harness.types import content_hash

_GRADES = {"C": 1.0, "P": 0.5, "I": 0.0, "N": 0.0}
"""Correct, partial, incorrect, no answer: as `inspect_ai.scorer.value_to_float`."""


def read_inspect(path: Path, *, metric: str | None = None, **_: Any) -> list[Imported]:
    """The samples of one log; epochs become seeds, where there are several.

    Args:
        path: `.eval` or `.json`.
        metric: name of the scorer, where there are several; `scorer.key` for one value of a scorer that gives many.

    Raises:
        DataError: it is no log, or has no samples.
        UnavailableError: a `.eval` that only Inspect itself can read.
    """
    log = _log(path)
    samples = log.get("samples") if isinstance(log, dict) else None
    if not samples or not isinstance(log.get("eval"), dict):
        raise DataError(f"{path}: no samples: it is no log of Inspect, or one that was written without samples.")
    head = log["eval"]
    scorers = sorted({name for sample in samples for name in _values(sample)})
    scorer = choose("scorer", metric, scorers, path, "--metric")
    epochs = {sample.get("epoch", 1) for sample in samples}
    lines = [_line(sample, scorer, several=len(epochs) > 1) for sample in samples]
    return [Imported(f"{head.get('task', path.stem)}-{head.get('model', 'unknown')}", lines)]


def _log(path: Path) -> Any:
    try:
        from inspect_ai.log import read_eval_log  # type: ignore[import-not-found]
    except ImportError:
        return _read_zip(path) if path.suffix == ".eval" else read_json(path)
    try:
        return read_eval_log(str(path)).model_dump(mode="json")
    except Exception as error:
        raise DataError(f"{path}: Inspect's log reader refuses it: {type(error).__name__}: {error}") from error


def _read_zip(path: Path) -> dict[str, Any]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.startswith("samples/")]
            header = msgspec.json.decode(archive.read("header.json"))
            return {**header, "samples": [msgspec.json.decode(archive.read(name)) for name in names]}
    except NotImplementedError:
        raise UnavailableError(
            f"{path}: compressed as only Inspect reads it: pip install inspect-ai, or `inspect log convert --to json`."
        ) from None
    except (OSError, KeyError, zipfile.BadZipFile, msgspec.DecodeError) as error:
        raise DataError(f"{path}: no log of Inspect: {error}.") from None


def _line(sample: Mapping[str, Any], scorer: str, *, several: bool) -> dict[str, Any]:
    error = (sample.get("error") or {}).get("message")
    score = _values(sample).get(scorer)
    seconds = sample.get("working_time") or sample.get("total_time")
    return line(
        id=str(sample["id"]),
        score=None if error else score,
        answer=_answer(sample, scorer),
        target=_text(sample.get("target")),
        hash=content_hash(sample.get("input") if isinstance(sample.get("input"), str) else None, sample.get("target")),
        seed=sample.get("epoch") if several else None,
        usage=_usage(sample.get("model_usage") or {}),
        seconds=seconds,
        error=error or (None if score is not None else "not scored"),
    )


def _values(sample: Mapping[str, Any]) -> dict[str, float]:
    """Score by scorer, or by `scorer.key` where a scorer gives several values."""
    found = {}
    for name, score in (sample.get("scores") or {}).items():
        value = score.get("value") if isinstance(score, dict) else score
        parts = {f"{name}.{key}": part for key, part in value.items()} if isinstance(value, dict) else {name: value}
        found.update({key: number for key, part in parts.items() if (number := _number(part)) is not None})
    return found


def _number(value: Any) -> float | None:
    if isinstance(value, str):
        return _GRADES.get(value)
    return float(value) if isinstance(value, (bool, int, float)) else None


def _answer(sample: Mapping[str, Any], scorer: str) -> str | None:
    score = (sample.get("scores") or {}).get(scorer.partition(".")[0])
    answer = score.get("answer") if isinstance(score, dict) else None
    return answer or (sample.get("output") or {}).get("completion") or None


def _text(target: Any) -> str | None:
    return " | ".join(map(str, target)) if isinstance(target, list) else target


def _usage(by_model: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Tokens of the sample; where several models worked on it, without their names, since prices differ."""
    total = {
        "input_tokens": sum((u.get("input_tokens") or 0) + _cached(u) for u in by_model.values()),
        "cached_tokens": sum(u.get("input_tokens_cache_read") or 0 for u in by_model.values()),
        "output_tokens": sum(u.get("output_tokens") or 0 for u in by_model.values()),
    }
    return {"model": next(iter(by_model)), **total} if len(by_model) == 1 else total if by_model else {}


def _cached(usage: Mapping[str, Any]) -> int:
    """Inspect counts cached tokens beside the input, the harness among it."""
    return (usage.get("input_tokens_cache_read") or 0) + (usage.get("input_tokens_cache_write") or 0)
