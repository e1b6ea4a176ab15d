"""Logs of Inspect (inspect_ai), `.eval` or `.json`."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.errors import DataError
from harness.importers.imported import Imported, choose, figure, line
from harness.importers.inspect_log import read_log
from harness.types import content_hash

_GRADES = {"C": 1.0, "P": 0.5, "I": 0.0, "N": 0.0}
"""Correct, partial, incorrect, no answer: as `inspect_ai.scorer.value_to_float`."""
_WORDS = {"yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}
"""The same, in lower case."""


def read_inspect(path: Path, *, metric: str | None = None, **_: Any) -> list[Imported]:
    """The samples of one log; epochs become seeds, where there are several.

    A sample that broke or that the scorer could not score is an error. Inspect leaves it out of its own metrics, and
    the harness does not.

    Args:
        path: `.eval` or `.json`.
        metric: name of the scorer, where there are several; `scorer.key` for one value of a scorer that gives many.

    Raises:
        DataError: it is no log, or has no samples or no scores.
        UnavailableError: a `.eval` that nothing here can decompress.
    """
    log = read_log(path)
    samples = log.get("samples") if isinstance(log, dict) else None
    if not samples or not isinstance(log.get("eval"), dict):
        raise DataError(f"{path}: no samples: it is no log of Inspect, or one that was written without samples.")
    head = log["eval"]
    scorers = sorted({name for sample in samples for name in _values(sample)})
    if not scorers:
        raise DataError(f"{path}: no scorer gave a number: score it with `inspect score`.")
    scorer = choose("scorer", metric, scorers, path, "--metric")
    epochs = {sample.get("epoch", 1) for sample in samples}
    lines = [_line(sample, scorer, path, several=len(epochs) > 1) for sample in samples]
    return [Imported(f"{head.get('task', path.stem)}-{head.get('model', 'unknown')}", lines, _note(log, len(lines)))]


def _note(log: Mapping[str, Any], found: int) -> str | None:
    """Whether the run ended as it should: only then the samples are all there."""
    status, head = log.get("status", "success"), log["eval"]
    if status == "success":
        return None
    items = (head.get("dataset") or {}).get("samples") or 0
    epochs = (head.get("config") or {}).get("epochs") or 1
    return f"Inspect's run ended with status {status!r}: {found} samples of {items * epochs} are in its log."


def _line(sample: Mapping[str, Any], scorer: str, path: Path, *, several: bool) -> dict[str, Any]:
    where = f"{path}: sample {sample['id']}"
    error = (sample.get("error") or {}).get("message")
    score = _values(sample).get(scorer)
    seconds = sample.get("working_time") or sample.get("total_time")
    return line(
        where,
        id=str(sample["id"]),
        score=None if error else score,
        answer=_answer(sample, scorer),
        target=_text(sample.get("target")),
        hash=content_hash(_asked(sample.get("input")), sample.get("target")),
        seed=sample.get("epoch") if several else None,
        usage=_usage(sample.get("model_usage") or {}, where),
        seconds=seconds,
        error=error or (None if score is not None else _why_not(sample, scorer)),
    )


def _asked(said: Any) -> Any:
    """What the model was asked, less the ids that Inspect gives to messages anew in each run."""
    if not isinstance(said, list):
        return said
    return [(message.get("role"), message.get("content")) for message in said]


def _values(sample: Mapping[str, Any]) -> dict[str, float | None]:
    """Score by scorer, or by `scorer.key` where a scorer gives several values; None where it says NaN: not scored."""
    found: dict[str, float | None] = {}
    for name, score in (sample.get("scores") or {}).items():
        value = score.get("value") if isinstance(score, dict) else score
        parts = {f"{name}.{key}": part for key, part in value.items()} if isinstance(value, dict) else {name: value}
        numbers = {key: _number(part) for key, part in parts.items()}
        found.update({key: None if math.isnan(n) else n for key, n in numbers.items() if n is not None})
    return found


def _number(value: Any) -> float | None:
    """As Inspect's metrics read a value; None for what they call 0 with a warning."""
    if isinstance(value, (bool, int, float)):
        return float(value)
    if not isinstance(value, str):
        return None
    known = _GRADES.get(value, _WORDS.get(value.lower()))
    if known is not None:
        return known
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _why_not(sample: Mapping[str, Any], scorer: str) -> str:
    score = _score(sample, scorer)
    reason = score.get("reason")
    value = score.get("value")
    if reason or not isinstance(value, str):
        return f"not scored: {reason}" if reason else "not scored"
    return f"not scored: {scorer} said {value!r}"


def _score(sample: Mapping[str, Any], scorer: str) -> Mapping[str, Any]:
    score = (sample.get("scores") or {}).get(scorer.partition(".")[0])
    return score if isinstance(score, dict) else {}


def _answer(sample: Mapping[str, Any], scorer: str) -> str | None:
    return _score(sample, scorer).get("answer") or (sample.get("output") or {}).get("completion") or None


def _text(target: Any) -> str | None:
    return " | ".join(map(str, target)) if isinstance(target, list) else target


def _usage(by_model: Mapping[str, Mapping[str, Any]], where: str) -> dict[str, Any]:
    """Tokens of the sample, those of a model that graded it among them.

    Where several models worked on it, without their names, since prices differ.
    """

    def count(name: str) -> float:
        return sum(figure(f"{where}: {name}", usage.get(name)) for usage in by_model.values())

    cached = count("input_tokens_cache_read")
    # Inspect counts cached tokens beside the input, the harness among it.
    total = {
        "input_tokens": count("input_tokens") + cached + count("input_tokens_cache_write"),
        "cached_tokens": cached,
        "output_tokens": count("output_tokens"),
    }
    return {"model": next(iter(by_model)), **total} if len(by_model) == 1 else total if by_model else {}
