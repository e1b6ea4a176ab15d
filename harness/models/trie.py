"""The permitted answers of a closed question as a tree of tokens."""

from collections.abc import Sequence


class TokenTrie:
    """Token sequences, none of which is the beginning of another (end each with an end token)."""

    def __init__(self, sequences: Sequence[Sequence[int]]) -> None:
        """`sequences[i]` are the tokens of choice i."""
        self._next: dict[tuple[int, ...], list[int]] = {}
        self._leaf = {tuple(s): i for i, s in enumerate(sequences)}
        for sequence in sequences:
            for end in range(len(sequence)):
                ways = self._next.setdefault(tuple(sequence[:end]), [])
                if sequence[end] not in ways:
                    ways.append(sequence[end])

    def next(self, path: Sequence[int]) -> list[int]:
        """The tokens permitted after `path`."""
        return self._next[tuple(path)]

    def leaf(self, path: Sequence[int]) -> int | None:
        """The choice that `path` completes, if it does."""
        return self._leaf.get(tuple(path))

    def forced(self, path: Sequence[int]) -> list[int]:
        """The tokens that follow `path` without an alternative, up to the next branch or the end."""
        added: list[int] = []
        here = tuple(path)
        while here not in self._leaf and len(self._next[here]) == 1:
            added.append(self._next[here][0])
            here = (*here, added[-1])
        return added
