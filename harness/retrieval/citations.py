"""Citations: the numbers of passages that a model puts into its answer."""

import re

ASK = 'After it write the numbers of the passages that it rests on, in brackets, as in "[2]" or "[1][3]".'
_LIST = r"[\[【]\s*\d+(?:\s*[,;–-]\s*\d+)*\s*[\]】]"
_CITED = re.compile(rf"[\s,;]*{_LIST}(?:(?:[\s,;]|\band\b|&)*{_LIST})*")


def read_citations(text: str, passages: int) -> tuple[str, tuple[int, ...]]:
    """The text without its citations, and their numbers, each once and in their order.

    Args:
        text: of an answer.
        passages: that were shown, numbered from 1. Brackets that hold no number of theirs are a part of the answer.
    """
    numbers: dict[int, None] = {}

    def take(found: re.Match[str]) -> str:
        meant = [number for number in _numbers(found[0]) if 1 <= number <= passages]
        numbers.update(dict.fromkeys(meant))
        return "" if meant else found[0]

    rest = _CITED.sub(take, text)
    if not numbers:
        return text, ()
    rest = re.sub(r"\.\s*\.$", ".", rest.strip())
    return rest if any(map(str.isalnum, rest)) else "", tuple(numbers)


def _numbers(cited: str) -> list[int]:
    """Those of a list, with every number between the ends of a range."""
    found = list[int]()
    for first, last in re.findall(r"(\d+)(?:\s*[–-]\s*(\d+))?", cited):
        found += range(int(first), min(int(last or first), int(first) + 1000) + 1)
    return found
