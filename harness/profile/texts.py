"""Of texts: how many are right, partly right or wrong, and whether what has no answer is left unanswered."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from harness.metrics.text import exact_match, normal, targets_of, token_f1
from harness.profile.table import Table, share

_BANDS = ((0.5, "at least half of the words"), (1e-12, "some of the words"), (0.0, "no word"))


def of_texts(pairs: Sequence[tuple[Any, str | None]], no_answer: str | None) -> list[Table]:
    """By token F1; and where `no_answer` is an answer, who gave it when.

    Args:
        pairs: target and answer, one pair an item; None is no answer at all.
        no_answer: the text that says that the documents do not tell.
    """
    bands = Counter(_band(target, answer) for target, answer in pairs)
    names = ("right", *(name for _, name in _BANDS), "failed or unparseable")
    rows = tuple((name, str(bands[name]), share(bands[name], len(pairs))) for name in names if bands[name])
    tables = [Table("Answers", ("in common with the target", "items", "share"), rows)]
    return [*tables, *_unanswerable(pairs, no_answer)] if no_answer else tables


def _band(target: Any, answer: str | None) -> str:
    if answer is None:
        return "failed or unparseable"
    if exact_match().score(target, answer):
        return "right"
    f1 = float(token_f1().score(target, answer))  # type: ignore[arg-type]
    return next(name for least, name in _BANDS if f1 >= least)


def _unanswerable(pairs: Sequence[tuple[Any, str | None]], no_answer: str) -> list[Table]:
    def declines(text: str | None) -> bool:
        return text is not None and normal(text) == normal(no_answer)

    seen = Counter(
        (any(map(declines, targets_of(target))), declines(answer)) for target, answer in pairs if answer is not None
    )
    rows = tuple(
        (name, str(seen[unanswerable, False]), str(seen[unanswerable, True]))
        for unanswerable, name in ((False, "in the documents"), (True, no_answer))
        if seen[unanswerable, False] + seen[unanswerable, True]
    )
    return [Table("Answerable or not", ("the answer is", "was answered", f"was called {no_answer!r}"), rows)]
