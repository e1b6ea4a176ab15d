"""Classes and types of spans: how many test items each has, and which are new in test."""

from collections import Counter
from collections.abc import Iterable, Sequence

from harness.check.finding import Finding, Level, fine
from harness.errors import counted
from harness.kinds.kind import Kind
from harness.types import Item

FEW = 5
"""Test items below which nothing can be said of a class."""
_LOPSIDED = 0.9


def findings(kind: Kind, test: Sequence[Item], train: Sequence[Item]) -> list[Finding]:
    """For kinds with classes or types; others have none."""
    names = kind.choices or tuple(getattr(kind, "types", ()))
    if not names:
        return []
    words = ("class", "classes") if kind.choices else ("type of spans", "types of spans")
    in_test, in_train = Counter(names_of(test)), Counter(names_of(train))
    result = []
    few = [f"{name}: {in_test[name]}" for name in names if in_test[name] < FEW]
    if few:
        have = "has" if len(few) == 1 else "have"
        of = counted(len(names), *words)
        text = f"{len(few)} of {of} {have} fewer than {FEW} test items: nothing can be said of them alone."
        result.append(Finding("classes", Level.WARNING, text, few))
    new = [f"{name}: {counted(in_test[name], 'test item')}" for name in names if in_test[name] and not in_train[name]]
    if train and new:
        are = "is" if len(new) == 1 else "are"
        text = f"{counted(len(new), *words)} {are} in test and not in train: a trained candidate cannot know them."
        result.append(Finding("classes", Level.WARNING, text, new))
    if alike := _alike(names):
        text = f"{words[1].capitalize()} that differ by capitals or blanks alone are different ones to every figure."
        result.append(Finding("classes", Level.WARNING, text, alike))
    share = max(in_test.values(), default=0) / max(in_test.total(), 1)
    if kind.choices and share >= _LOPSIDED:
        most = in_test.most_common(1)[0][0]
        text = f"{share:.0%} of the test items are {most!r}: accuracy says little here, F1 and ROC-AUC say more."
        result.append(Finding("classes", Level.NOTE, text))
    least, greatest = (f(in_test[name] for name in names) for f in (min, max))
    return result or [fine("classes", f"{counted(len(names), *words)}, {least} to {greatest} times in test.")]


def _alike(names: Sequence[str]) -> list[str]:
    """Those that differ by capitals or the number of blanks alone."""
    written: dict[str, list[str]] = {}
    for name in names:
        written.setdefault(" ".join(name.casefold().split()), []).append(name)
    return [" and ".join(map(repr, ways)) for ways in written.values() if len(ways) > 1]


def names_of(items: Iterable[Item]) -> Iterable[str]:
    """The classes of items, or the types of their spans, one for each time."""
    for item in items:
        if isinstance(item.target, str):
            yield item.target
        else:
            yield from {span[2] for span in item.target}
