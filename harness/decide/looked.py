"""What was looked into beside the runs themselves, and what of it speaks for or against a candidate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from harness.decide.verdict import Reason
from harness.errors import counted
from harness.guard import Guarded
from harness.stale.stale import Aged, Stale
from harness.stale.updating import How
from harness.stats.proportion import wilson
from harness.triage import Triage
from harness.words import listed, share, usd


@dataclass(frozen=True)
class Looked:
    """Curves, triages and trials, as far as they were made."""

    labels: Mapping[str, str] = field(default_factory=dict)
    """By candidate what its learning curve says of more labels, in words."""
    triages: Mapping[str, Triage] = field(default_factory=dict)
    """By candidate where its wrong answers live."""
    losses: Sequence[Guarded] = ()
    """What training broke on other tasks."""
    stale: Stale | None = None
    """What a change of the knowledge does to candidates."""


def of_triage(found: Triage) -> Reason:
    """Where most wrong answers of a candidate live, with an interval of their share."""
    if not found.wrong:
        return Reason(found.advice(), f"0 of {counted(found.items, 'item')}", "none", "measured")
    low, high = wilson(found.count(found.first), found.wrong)
    test = "answered again without and with the right passages" if found.arms else "read from the records"
    if found.repeats:
        test += f"; those at the model level asked {found.repeats} times more"
    figure = f"{share(found.share(found.first), low, high)} of {found.wrong:,} wrong answers"
    return Reason(found.advice(), figure, test, "measured")


def of_loss(found: Guarded) -> Reason:
    """What the training of a candidate broke on another task."""
    return Reason(found.words(), found.figure(), "paired on the same items, one-sided 95 % bound", "measured")


def of_stale(found: Stale, names: Sequence[str]) -> Reason | None:
    """What became of these candidates, in their order, when the knowledge changed; None where none is known."""
    by_name = {one.name: one for one in found.candidates}
    known = [by_name[name] for name in dict.fromkeys(names) if name in by_name and by_name[name].without]
    if not known:
        return None
    return Reason(
        f"When the answers to {found.changed} of {found.changed + found.unchanged} questions changed, "
        f"{listed([_done(one) for one in known])}",
        "; ".join(f"{one.name} {_told(one)}" for one in known),
        f"{found.metric} on those questions: before the change, after it, after the update; harness stale",
        "measured",
    )


def _done(one: Aged) -> str:
    if one.after is None:
        return f"{one.name} stayed as it was"
    return {
        How.NOTHING: f"{one.name} had nothing to update",
        How.REINDEX: f"{one.name} was indexed again",
        How.RETRAIN: f"{one.name} was trained again",
        How.REBUILD: f"{one.name} was built again",
    }[one.how]


def _told(one: Aged) -> str:
    figures = [share(e.value) for e in (one.before, one.without, one.after) if e]
    if one.after is None:
        return f"{', '.join(figures)}, not updated"
    price = "" if one.usd is None or not one.how.builds else f" for {usd(one.usd)}"
    return f"{', '.join(figures)}{price}"
