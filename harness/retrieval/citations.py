"""Citations: the numbers of passages that a model puts after its answer."""

import re

ASK = 'After it write the numbers of the passages that it rests on, in brackets, as in "[2]" or "[1][3]".'
_CITED = re.compile(r"(?:[\s,;]*\[\s*\d+(?:\s*[,;]\s*\d+)*\s*\])+[\s.]*$")


def read_citations(text: str) -> tuple[str, tuple[int, ...]]:
    """The text without the citations at its end, and their numbers, each once and in their order."""
    found = _CITED.search(text)
    if not found:
        return text, ()
    numbers = dict.fromkeys(int(number) for number in re.findall(r"\d+", found[0]))
    return text[: found.start()].rstrip(), tuple(numbers)
