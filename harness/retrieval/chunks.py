"""Cutting documents into chunks on sentence ends."""

import re
from collections.abc import Callable, Iterator

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"'(])|\n{2,}")


def chunk(text: str, words: int, overlap: int) -> list[str]:
    """Chunks of whole sentences, of at most `words` words unless one sentence alone is longer.

    Args:
        text: a document.
        words: of a chunk at most.
        overlap: each chunk begins with the sentences that end the one before, up to so many words.
    """
    chunks: list[list[str]] = []
    current: list[str] = []
    for sentence in _sentences(text):
        if current and _words([*current, sentence]) > words:
            chunks.append(current)
            current = _tail(current, lambda kept: _words(kept) <= overlap)
        current.append(sentence)
    if current:
        chunks.append(current)
    return [" ".join(c) for c in chunks]


def chunk_by_tokens(text: str, tokens: int, overlap: int, count: Callable[[str], int]) -> list[str]:
    """Chunks of whole sentences that never hold more than `tokens`: a longer sentence is cut between words.

    Args:
        text: a document.
        tokens: of a chunk at most, its overlap included.
        overlap: each chunk begins with the sentences that end the one before, up to so many tokens.
        count: the tokens of a text.
    """

    def of(parts: list[str]) -> int:
        return count(" ".join(parts))

    chunks: list[list[str]] = []
    current: list[str] = []
    for part in (part for sentence in _sentences(text) for part in _cut(sentence, tokens, count)):
        if current and of([*current, part]) > tokens:
            chunks.append(current)
            following = part
            current = _tail(current, lambda kept: of(kept) <= overlap and of([*kept, following]) <= tokens)  # noqa: B023
        current.append(part)
    if current:
        chunks.append(current)
    return [" ".join(c) for c in chunks]


def _sentences(text: str) -> list[str]:
    return [s.strip() for s in _SENTENCE_END.split(text) if s.strip()]


def _words(sentences: list[str]) -> int:
    return sum(len(s.split()) for s in sentences)


def _tail(sentences: list[str], fits: Callable[[list[str]], bool]) -> list[str]:
    """As many of the last sentences as fit, never all of them."""
    kept: list[str] = []
    for sentence in reversed(sentences[1:]):
        if not fits([sentence, *kept]):
            break
        kept.insert(0, sentence)
    return kept


def _cut(sentence: str, tokens: int, count: Callable[[str], int]) -> Iterator[str]:
    """The sentence in pieces of at most `tokens`."""
    if count(sentence) <= tokens:
        yield sentence
        return
    piece = ""
    for word in (part for whole in sentence.split() for part in _halved(whole, tokens, count)):
        longer = f"{piece} {word}".lstrip()
        if piece and count(longer) > tokens:
            yield piece
            longer = word
        piece = longer
    yield piece


def _halved(word: str, tokens: int, count: Callable[[str], int]) -> Iterator[str]:
    """What stands without a space may be longer than a chunk too: a table, a language that writes none."""
    if len(word) == 1 or count(word) <= tokens:
        yield word
        return
    middle = len(word) // 2
    yield from _halved(word[:middle], tokens, count)
    yield from _halved(word[middle:], tokens, count)
