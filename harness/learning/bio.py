"""Spans as tags of tokens, B where one begins, I where it goes on, O elsewhere, and back again."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Place = tuple[int, int]
"""Start and end of a token in its text, in characters."""
OUT = "O"


@dataclass(frozen=True)
class Tags:
    """The tags of a task's types."""

    types: tuple[str, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """O, then B and I of each type."""
        return (OUT, *(f"{letter}-{kind}" for kind in self.types for letter in "BI"))

    def likeliest(self, outputs: Any) -> list[int]:
        """The sequence of tags with the greatest product of odds in which no span goes on that did not begin.

        Viterbi, Error bounds for convolutional codes, 1967.

        Args:
            outputs: tokens x tags, before softmax.
        """
        from scipy.special import log_softmax

        if not len(outputs):
            return []
        odds = log_softmax(np.asarray(outputs, dtype=np.float64), axis=1)
        best = np.where(self._starts, odds[0], -np.inf)
        steps = []
        for row in odds[1:]:
            paths = np.where(self._allowed, best[:, None], -np.inf)
            steps.append(paths.argmax(axis=0))
            best = paths.max(axis=0) + row
        path = [int(best.argmax())]
        for step in reversed(steps):
            path.append(int(step[path[-1]]))
        return path[::-1]

    def of(self, places: Sequence[Place], spans: Sequence[Any]) -> list[int]:
        """Tags of the tokens at `places`; a token belongs to the first span that it overlaps."""
        tags = [0] * len(places)
        for start, end, kind in spans:
            inside = [i for i, (a, b) in enumerate(places) if a < end and start < b and tags[i] == 0]
            for i in inside:
                tags[i] = self.names.index(f"{'B' if i == inside[0] else 'I'}-{kind}")
        return tags

    def spans(self, places: Sequence[Place], tags: Sequence[int], text: str) -> list[list[Any]]:
        """`[start, end, type]` of each span, without white space at its ends."""
        found = [
            [places[first][0], places[last][1], kind]
            for first, last, kind in sorted(counted(tags, self.names), key=lambda span: span[0])
        ]
        return [trimmed for span in found if (trimmed := _trimmed(span, text))]

    @cached_property
    def _starts(self) -> NDArray[np.bool_]:
        return np.asarray([not tag.startswith("I-") for tag in self.names])

    @cached_property
    def _allowed(self) -> NDArray[np.bool_]:
        return np.asarray(
            [[not after.startswith("I-") or before[2:] == after[2:] for after in self.names] for before in self.names]
        )


def counted(tags: Sequence[int], names: Sequence[str]) -> set[tuple[int, int, str]]:
    """The spans of a sequence in which none goes on that did not begin: first token, last token, type."""
    found: list[tuple[int, int, str]] = []
    for i, tag in enumerate(tags):
        letter, _, kind = names[tag].partition("-")
        if letter == "B":
            found.append((i, i, kind))
        elif letter == "I":
            found[-1] = (found[-1][0], i, kind)
    return set(found)


def _trimmed(span: list[Any], text: str) -> list[Any] | None:
    start, end, kind = span
    said = text[start:end]
    start, end = start + len(said) - len(said.lstrip()), end - (len(said) - len(said.rstrip()))
    return [start, end, kind] if start < end else None
