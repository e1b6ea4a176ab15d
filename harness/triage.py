"""Where the failures live: each wrong answer in a class that says what to try next.

    prompt level    unparseable, refused, wrong format, wrong label set, empty: mend the configuration
    system level    the needed passage was not found, was cut off or was not used; the answer was cut off; time-out,
                    rate limit, another failure: mend retrieval and workflow
    model level     right form, right passage, still wrong, and wrong again when asked again: train
    unstable        right when asked again: draw less, or ask several times

What retrieval is to blame for is told by answering the wrong items again, once without any passage and once with the
gold passages alone. A candidate that is the same each time it is asked is not asked again.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

import msgspec

from harness.kinds.fault import Fault
from harness.metrics.retrieval import passages
from harness.task import Task
from harness.types import Answered, Failed, Item, Record
from harness.wrong import distance, wrong_items

EXAMPLES = 5
"""So many items of each class are named."""
_FAILURES = {
    "time-out": re.compile(r"time[ds]?[ -]?out|deadline exceeded", re.IGNORECASE),
    "rate limit": re.compile(r"rate[ -]?limit|too many requests|\b429\b", re.IGNORECASE),
    "the prompt is longer than the model takes": re.compile(r"prompt ?too ?long|context.length", re.IGNORECASE),
}
"""What failures are called, by providers and in recordings."""


class Level(StrEnum):
    """What has to be mended."""

    PROMPT = "prompt level"
    SYSTEM = "system level"
    MODEL = "model level"
    UNSTABLE = "unstable"

    @property
    def place(self) -> str:
        """Where a wrong answer is, in words."""
        return self.value if self is Level.UNSTABLE else f"at the {self.value}"


NEXT = {
    Level.PROMPT: "mend the prompt and the form of the answer",
    Level.SYSTEM: "mend retrieval and workflow",
    Level.MODEL: "train, or take a stronger model",
    Level.UNSTABLE: "lower the temperature, or ask several times and take the majority",
}


_UNSTABLE = Level.UNSTABLE, "right when it was asked again"


class ErrorClass(msgspec.Struct, frozen=True):
    """Wrong answers of one kind."""

    level: Level
    why: str
    count: int
    examples: tuple[str, ...]
    """Ids of items."""


class Triage(msgspec.Struct, frozen=True):
    """The wrong answers of a candidate, by class."""

    task: str
    candidate: str
    key: str
    """Of the run."""
    items: int
    wrong: int
    classes: tuple[ErrorClass, ...]
    """The most frequent first."""
    arms: bool
    """Whether the wrong items were answered again without and with the right passages."""
    repeats: int = 0
    """How often those at the model level were asked again; 0 for what answers the same each time."""

    def count(self, level: Level) -> int:
        """Wrong answers at a level."""
        return sum(c.count for c in self.classes if c.level is level)

    def share(self, level: Level) -> float:
        """Of the wrong answers."""
        return self.count(level) / self.wrong if self.wrong else 0.0

    @property
    def first(self) -> Level:
        """The level with most of them."""
        return max(Level, key=self.share)

    def advice(self) -> str:
        """E.g. `61 % of the wrong answers of rag are at the system level: mend retrieval and workflow first`."""
        if not self.wrong:
            return f"{self.candidate} got nothing wrong"
        before = "" if self.first is Level.MODEL else " before you train"
        share = f"{100 * self.share(self.first):.0f} %"
        return f"{share} of the wrong answers of {self.candidate} are {self.first.place}: {NEXT[self.first]}{before}"


def triage(
    task: Task,
    candidate: str,
    key: str,
    records: Mapping[str, Record],
    closed: Mapping[str, Record] | None = None,
    gold: Mapping[str, Record] | None = None,
    again: Sequence[Mapping[str, Record]] = (),
) -> Triage:
    """Sorts the wrong answers of a run.

    Args:
        task: with its test items.
        candidate: whose run.
        key: of the run.
        records: the last record of each item.
        closed: wrong items answered again without any passage.
        gold: wrong items answered again with their gold passages alone.
        again: items at the model level asked again, once for each repetition.
    """
    found: dict[tuple[Level, str], list[str]] = defaultdict(list)
    for kind, item in _sorted(task, records, closed, gold):
        chance = kind[0] is Level.MODEL and any(_right(task, item, repeat) for repeat in again)
        found[_UNSTABLE if chance else kind].append(item.id)
    wrong = sum(map(len, found.values()))
    counts = Counter({kind: len(ids) for kind, ids in found.items()})
    classes = tuple(
        ErrorClass(level, why, count, tuple(found[level, why][:EXAMPLES]))
        for (level, why), count in counts.most_common()
    )
    arms = gold is not None or closed is not None
    items = sum(item.id in records and records[item.id].item_hash == item.query.hash for item in task.test)
    return Triage(task.name, candidate, key, items, wrong, classes, arms, len(again))


def at_model_level(
    task: Task,
    records: Mapping[str, Record],
    closed: Mapping[str, Record] | None,
    gold: Mapping[str, Record] | None,
) -> list[Item]:
    """The items that are the model's to blame, unless asking again tells otherwise. Arguments are those of `triage`."""
    return [item for (level, _), item in _sorted(task, records, closed, gold) if level is Level.MODEL]


def varies(settings: Any, records: Mapping[str, Record]) -> bool:
    """Whether a candidate may answer otherwise when asked again: it draws, or a model answers that is not run here.

    Args:
        settings: of its adapter, those of its parts among them.
        records: of its run.
    """
    called = {call.model.partition("/")[0] for record in records.values() for call in record.calls}
    return bool(called - {"local", "recorded"}) or _draws(settings)


def _draws(settings: Any) -> bool:
    if not isinstance(settings, Mapping):
        return False
    return settings.get("temperature", 0) not in (None, 0) or any(map(_draws, settings.values()))


def wrong_of(task: Task, records: Mapping[str, Record]) -> Sequence[Item]:
    """The items that are worth answering again: wrong, and answered to the end in the form that was asked for."""
    return [
        one.item
        for one in wrong_items(task, records)
        if isinstance(one.record, Answered) and _unread(task, one.item, one.record) is None
    ]


def _sorted(
    task: Task,
    records: Mapping[str, Record],
    closed: Mapping[str, Record] | None,
    gold: Mapping[str, Record] | None,
) -> Iterator[tuple[tuple[Level, str], Item]]:
    texts = {passage.id: passage.text for passage in task.corpus}
    for one in wrong_items(task, records):
        record, right = one.record, [_right(task, one.item, arm) for arm in (closed, gold)]
        if isinstance(record, Failed):
            yield _failed(record), one.item
        else:
            shown = msgspec.structs.replace(record, contexts=task.passages(record))
            yield _unread(task, one.item, record) or _misled(one.item, shown, texts, *right), one.item


def _right(task: Task, item: Item, arm: Mapping[str, Record] | None) -> bool | None:
    record = None if arm is None else arm.get(item.id)
    return None if record is None else distance(task.primary, item, record) == 0


def _failed(record: Failed) -> tuple[Level, str]:
    """By the class of its error; a recording has the error's words alone."""
    said = record.message if record.error == "Recorded" else record.error
    known = next((why for why, pattern in _FAILURES.items() if pattern.search(said)), None)
    return Level.SYSTEM, known or f"failed: {record.error}"


def _unread(task: Task, item: Item, record: Answered) -> tuple[Level, str] | None:
    """What is wrong with the answer before one asks whether it is true; None where nothing is."""
    if record.given is not None:
        return None
    stop = record.calls[-1].stop if record.calls else "stop"
    if stop == "length":
        return Level.SYSTEM, "the answer was cut off at its limit of tokens"
    if stop == "refusal":
        return Level.PROMPT, Fault.REFUSED.value
    fault = task.kind.fault(record.text or "", record.answer, item.input)
    return None if fault is None else (Level.PROMPT, fault.value)


def _misled(
    item: Item, record: Answered, texts: Mapping[str, str], closed: bool | None, gold: bool | None
) -> tuple[Level, str]:
    """Whether what was retrieved is to blame for an answer of the right form."""
    found = bool(set(item.gold) & set(passages(record)))
    if gold and found:
        cut = _cut_off(item, record, texts)
        return Level.SYSTEM, "the needed passage was cut off" if cut else "the needed passage was found and not used"
    if gold or (gold is None and item.gold and record.contexts and not found):
        return Level.SYSTEM, "the needed passage was not found"
    if closed:
        return Level.SYSTEM, "right without what was retrieved"
    return Level.MODEL, "wrong with the right passage alone" if gold is False else "right form, wrong answer"


def _cut_off(item: Item, record: Answered, texts: Mapping[str, str]) -> bool:
    """Whether words of the needed passages that were found are not among what was shown: chunks of them are missing."""
    shown = Counter(word for context in record.contexts for word in context.text.split())
    found = set(item.gold) & set(passages(record))
    needed = Counter(word for name in found for word in texts.get(name, "").split())
    return bool(needed - shown)
