"""Results of promptfoo (`promptfoo eval -o results.json`): one recording for each provider and prompt."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.errors import DataError
from harness.importers.imported import Imported, figure, line, read_json
from harness.types import content_hash

_FAILED_TO_RUN = 2
"""`ResultFailureReason.ERROR`: something else than an assertion failed."""


def read_promptfoo(path: Path, *, metric: str | None = None, **_: Any) -> list[Imported]:
    """The results of one evaluation. What ran with the same variables several times is one group.

    Args:
        path: the JSON that promptfoo wrote.
        metric: a named score; by default whether all assertions passed.

    Raises:
        DataError: it is no such file.
    """
    content = read_json(path)
    summary = content.get("results") if isinstance(content, dict) else None
    results = summary.get("results") if isinstance(summary, dict) else None
    if not isinstance(results, list) or not results:
        raise DataError(f"{path}: no results: it is no output of promptfoo eval -o FILE.json.")
    columns: dict[int, list[Mapping[str, Any]]] = {}
    for number, result in enumerate(results):
        if "testIdx" not in result or "promptIdx" not in result:
            raise DataError(f"{path}: result {number} has no testIdx and promptIdx: use a promptfoo of 2024 or later.")
        columns.setdefault(result["promptIdx"], []).append(result)
    sides = [sorted(found, key=lambda result: int(result["testIdx"])) for _, found in sorted(columns.items())]
    names = _names([found[0] for found in sides])
    return [
        Imported(f"{path.stem}-{name}", _lines(found, metric, path)) for name, found in zip(names, sides, strict=True)
    ]


def _names(columns: list[Mapping[str, Any]]) -> list[str]:
    """A name for each column of promptfoo's table, which is one provider with one prompt.

    `promptIdx` counts columns. Two of them may have the same prompt, and the same provider with another `config`.

    Args:
        columns: a result of each, in the order of the table.
    """
    prompts = list(dict.fromkeys(map(_prompt, columns)))
    plain = [
        _provider(column) + (f"-prompt{prompts.index(_prompt(column)) + 1}" if len(prompts) > 1 else "")
        for column in columns
    ]
    before = [plain[:place].count(name) for place, name in enumerate(plain)]
    return [name if not times else f"{name}-{times + 1}" for name, times in zip(plain, before, strict=True)]


def _provider(result: Mapping[str, Any]) -> str:
    provider = result.get("provider") or {}
    return (
        str(provider.get("label") or provider.get("id") or "unknown") if isinstance(provider, dict) else str(provider)
    )


def _prompt(result: Mapping[str, Any]) -> Any:
    """What is the same for all providers that were given one prompt."""
    return result.get("promptId") or (result.get("prompt") or {}).get("label")


def _lines(results: list[Mapping[str, Any]], metric: str | None, path: Path) -> list[dict[str, Any]]:
    asked = [content_hash(result.get("vars") or {}) for result in results]
    often = Counter(asked)
    return [
        _line(result, h, h if often[h] > 1 else None, metric, path) for result, h in zip(results, asked, strict=True)
    ]


def _line(result: Mapping[str, Any], asked: str, group: str | None, metric: str | None, path: Path) -> dict[str, Any]:
    response = result.get("response") or {}
    failed = result.get("failureReason") == _FAILED_TO_RUN
    error = result.get("error") or response.get("error") or "failed to run" if failed else None
    tokens = response.get("tokenUsage") or result.get("tokenUsage") or {}
    output, where = response.get("output"), f"{path}: test {result['testIdx']}"
    waited = figure(f"{where}: latencyMs", result.get("latencyMs"))
    return line(
        where,
        id=str(result["testIdx"]),
        score=None if error else _score(result, metric, path),
        answer=output if isinstance(output, str) else None,
        hash=asked,
        group=group,
        usage=_usage(tokens, where),
        # The result's own `cost` is 0 where promptfoo knows no price, and that of a cached answer is 0 too.
        cost_usd=None if response.get("cached") else response.get("cost"),
        seconds=None if response.get("cached") or not waited else waited / 1000,
        error=None if error is None else str(error),
    )


def _score(result: Mapping[str, Any], metric: str | None, path: Path) -> float:
    if metric is None:
        return float(bool(result.get("success")))
    named = result.get("namedScores") or {}
    if metric not in named:
        known = ", ".join(named) or "none"
        raise DataError(f"{path}: test {result['testIdx']}: no named score {metric!r}; there is {known}.")
    return figure(f"{path}: test {result['testIdx']}: {metric}", named[metric])


def _usage(tokens: Mapping[str, Any], where: str) -> dict[str, float]:
    """Promptfoo counts tokens that its own cache answered as `cached`, not those of the provider's."""
    found = {"input_tokens": tokens.get("prompt"), "output_tokens": tokens.get("completion")}
    counts = {name: figure(f"{where}: {name}", count) for name, count in found.items()}
    return {name: count for name, count in counts.items() if count}
