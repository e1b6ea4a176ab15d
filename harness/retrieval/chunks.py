"""Cutting documents into chunks on sentence ends."""

import re

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"'(])|\n{2,}")


def chunk(text: str, words: int, overlap: int) -> list[str]:
    """Chunks of whole sentences, of at most `words` words unless one sentence alone is longer.

    Args:
        text: a document.
        words: of a chunk at most.
        overlap: each chunk begins with the sentences that end the one before, up to so many words.
    """
    sentences = [s.strip() for s in _SENTENCE_END.split(text) if s.strip()]
    chunks: list[list[str]] = []
    current: list[str] = []
    for sentence in sentences:
        if current and _length(current) + _length([sentence]) > words:
            chunks.append(current)
            current = _tail(current, overlap)
        current.append(sentence)
    if current:
        chunks.append(current)
    return [" ".join(c) for c in chunks]


def _length(sentences: list[str]) -> int:
    return sum(len(s.split()) for s in sentences)


def _tail(sentences: list[str], words: int) -> list[str]:
    kept: list[str] = []
    for sentence in reversed(sentences[1:]):
        if _length([sentence, *kept]) > words:
            break
        kept.insert(0, sentence)
    return kept
