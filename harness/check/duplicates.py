"""Items that stand twice: within a part, across parts, and test items that stand in the corpus."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.check.cells import same_row
from harness.check.chance import by_chance
from harness.check.finding import Finding, Level, fine
from harness.check.near import near_pairs, normal
from harness.errors import counted
from harness.prompting import as_text
from harness.types import Item, Passage

_LEAST = 20
"""Characters from which a text is looked for in the corpus: a shorter one stands there by chance."""
_TAUGHT = ("train", "validation")

Place = tuple[str, str]
"""Part and id of an item."""


@dataclass(frozen=True)
class Twin:
    """Two items with the same or nearly the same input; one of a test and a taught item is named first."""

    one: Place
    other: Place
    similarity: float
    """1 for equal up to case and punctuation."""

    def __str__(self) -> str:
        near = "" if self.similarity == 1 else f" ({self.similarity:.2f})"
        return f"{self.one[0]} {self.one[1]} = {self.other[0]} {self.other[1]}{near}"


def same_words(value: Any) -> Hashable:
    """An input so that those that stand twice exactly are equal: a text but for case, punctuation and blanks.

    A text without a word, a row of a table and an image are taken as they are: `harness.check.cells.same_row`.
    """
    return (normal(value) if isinstance(value, str) else "") or (same_row(value),)


def twins(parts: Mapping[str, Sequence[Item]]) -> list[Twin]:
    """Pairs of items that are equal or, where the input is a text, nearly so.

    Of many equal items each is paired with the first of each part, so that every item that has a twin in a part is
    named with one. Cells of a table are compared exactly, however a number is written, and so are images.
    """
    same: dict[Hashable, dict[str, list[Place]]] = {}
    for part, items in parts.items():
        for item in items:
            same.setdefault(same_words(item.input), {}).setdefault(part, []).append((part, item.id))
    found = [twin for held in same.values() for twin in _equal(held)]
    texts = [text for text in same if isinstance(text, str)]
    for i, j, similarity in near_pairs(texts):
        one, other = same[texts[i]], same[texts[j]]
        found += [Twin(a[0], b[0], similarity) for a in one.values() for b in other.values()]
    return [_test_first(twin) for twin in found]


def _equal(held: Mapping[str, Sequence[Place]]) -> list[Twin]:
    firsts = {part: places[0] for part, places in held.items()}
    pairs = {
        (min(first, place), max(first, place))
        for first in firsts.values()
        for places in held.values()
        for place in places
        if first != place
    }
    return [Twin(one, other, 1.0) for one, other in sorted(pairs)]


def _test_first(twin: Twin) -> Twin:
    return Twin(twin.other, twin.one, twin.similarity) if twin.other[0] == "test" != twin.one[0] else twin


def leaks(found: Sequence[Twin], chance: Collection[str] = ()) -> dict[str, Twin]:
    """By id the test items that stand among the items that candidates are taught.

    Args:
        found: twins.
        chance: test items that would stand there anyway: `harness.check.chance`.
    """
    leaked: dict[str, Twin] = {}
    for twin in found:
        if twin.one[0] == "test" and twin.other[0] in _TAUGHT and twin.one[1] not in chance:
            known = leaked.get(twin.one[1])
            if known is None or known.similarity < twin.similarity:
                leaked[twin.one[1]] = twin
    return leaked


def in_corpus(test: Sequence[Item], corpus: Sequence[Passage]) -> dict[str, str]:
    """By id the test items whose whole text stands in the corpus, and the passage where."""
    passages = {passage.id: f" {normal(passage.text)} " for passage in corpus}
    found: dict[str, str] = {}
    for item in test:
        text = normal(as_text(item.input))
        if len(text) >= _LEAST:
            place = next((name for name, held in passages.items() if f" {text} " in held), None)
            if place is not None:
                found[item.id] = place
    return found


def findings(parts: Mapping[str, Sequence[Item]], corpus: Sequence[Passage]) -> list[Finding]:
    """Leaks into train, validation and corpus, and duplicates within each part."""
    found = twins(parts)
    chance = by_chance(parts.get("test", ()), [item for part in _TAUGHT for item in parts.get(part, ())])
    leaked, standing = leaks(found, chance), in_corpus(parts.get("test", ()), corpus)
    result = []
    if leaked:
        exact = sum(twin.similarity == 1 for twin in leaked.values())
        many = counted(len(leaked), "test item stands", "test items stand")
        text = f"{many} in train or validation too ({exact} exactly): they test memory."
        result.append(Finding("leakage", Level.LEAK, text, [str(twin) for twin in leaked.values()]))
    if standing:
        text = f"{counted(len(standing), 'test item stands', 'test items stand')} word for word in the corpus."
        result.append(Finding("leakage", Level.LEAK, text, [f"test {i} in {p}" for i, p in standing.items()]))
    alike = sorted(leaks(found).keys() - leaked.keys())
    if alike:
        text = (
            f"{counted(len(alike), 'test item equals', 'test items equal')} a row of train or validation, as rows of "
            "so few different cells do by chance: no leak."
        )
        result.append(Finding("leakage", Level.NOTE, text, alike))
    if not leaked and not standing and not alike:
        result.append(fine("leakage", "no test item stands in train, validation or corpus."))
    for part in parts:
        within = [twin for twin in found if twin.one[0] == twin.other[0] == part]
        if within:
            text = f"{len({twin.other for twin in within})} items of {part} repeat another, exactly or nearly."
            result.append(Finding("duplicates", Level.WARNING, text, [str(twin) for twin in within]))
    if not any(finding.check == "duplicates" for finding in result):
        result.append(fine("duplicates", "no item stands twice in its part."))
    return result
