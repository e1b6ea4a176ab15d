"""One candidate in one metric, head against base: what is known of it before Holm, and the word for it after."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from harness.compare.claims import claims_of
from harness.compare.flips import flips
from harness.compare.result import Claimed
from harness.errors import ComparisonError
from harness.figures.columns import BOOTSTRAP_SEED, ONE_SIDED
from harness.figures.paired import Paired, difference, pair
from harness.gate.baseline import Kept
from harness.gate.outcome import Change, Word
from harness.gate.policy import MetricRule
from harness.metrics.metric import Metric
from harness.scores import Column
from harness.task import Task

_SHOWN = 5
"""Items that fell which are named."""
_STEPS = 12
"""Halvings of the logarithm of a p-value between 1e-6 and 1: to 0.4 %."""


@dataclass(frozen=True)
class Compared:
    """A comparison that still lacks its word."""

    change: Change
    claimed: Claimed | None = None
    """What `harness compare` claims of head and base at what is allowed; None where nothing was compared."""
    p_drop: float | None = None
    """That the true drop is no more than the policy allows, two-sided as the interval is."""

    def worded(self, p_holm: float, p_drop: float, alpha: float) -> Change:
        """The change with its word.

        Args:
            p_holm: that nothing changed, after Holm.
            p_drop: that the drop is no more than is allowed, after Holm.
            alpha: chance of a false word over all comparisons.
        """
        change, claimed = self.change, self.claimed
        if claimed is None:
            return change
        if change.identical:
            word = Word.SAME
        elif p_holm < alpha:
            word = Word.BETTER if ((change.difference or 0.0) > 0) is change.higher_is_better else Word.WORSE
        else:
            word = Word.SAME if claimed.equivalent else Word.CANNOT_TELL
        beyond = word is Word.WORSE and p_drop < alpha
        excluded = word is not Word.CANNOT_TELL or claimed.a_not_worse
        if word is Word.WORSE:  # a drop that is shown is not forgiven for being within the task's margin
            excluded = change.gain[0] > -change.max_drop
        return msgspec.structs.replace(
            change, word=word, p_holm=p_holm, beyond=beyond, open=not beyond and not excluded
        )


def compared(task: Task, candidate: str, metric: Metric, rule: MetricRule, head: Kept, base: Kept) -> Compared:
    """Head against base in one metric, paired on the same items."""
    about: dict[str, Any] = {
        "task": task.name,
        "candidate": candidate,
        "metric": metric.name,
        "tier": rule.tier,
        "word": Word.CANNOT_TELL,
        "higher_is_better": metric.higher_is_better,
        "max_drop": rule.max_drop,
        "margin": task.requirement.margin if metric is task.primary else 0.0,
    }
    try:
        paired = pair(metric, head.runs, base.runs)
    except ComparisonError as error:
        return Compared(Change(**{**about, "word": Word.NOT_COMPARED}, open=True, reason=str(error)))
    shared = paired.n + paired.unscored
    about |= {"shared": shared, "only_head": len(head.runs[0]) - shared, "only_base": len(base.runs[0]) - shared}
    about |= {"base": _point(metric, paired.b), "head": _point(metric, paired.a)}
    # Seeded as `harness compare` is, so that both say the same of the same scores.
    seed = int(np.random.default_rng(BOOTSTRAP_SEED).integers(2**63))
    shown = difference(paired, "baseline", np.random.default_rng(seed))
    narrow = difference(paired, "baseline", np.random.default_rng(seed), ONE_SIDED)
    allowed = max(rule.max_drop, about["margin"])
    claimed = claims_of(shown, narrow, allowed, higher_is_better=metric.higher_is_better)
    if _identical(paired):
        same = Change(**about, difference=0.0, low=0.0, high=0.0, p_value=1.0, identical=True)
        return Compared(same, claimed, 1.0)
    fell = _fell(paired, head) if metric is task.primary else []
    change = Change(
        **about,
        difference=shown.difference,
        low=shown.low,
        high=shown.high,
        p_value=shown.p_value,
        flipped=tuple(fell[:_SHOWN]),
        flipped_in_all=len(fell),
    )
    return Compared(change, claimed, _p_drop(paired, change, seed))


def _p_drop(paired: Paired, change: Change, seed: int) -> float:
    """That the drop is no more than is allowed: the level at which the interval just excludes what is allowed.

    Never below the p of any change, since no change is an allowed drop too.
    """
    p_value = 1.0 if change.p_value is None else change.p_value
    if change.max_drop == 0:
        return p_value

    def excluded(log_p: float) -> bool:
        found = difference(paired, "baseline", np.random.default_rng(seed), 1 - 10**log_p)
        return (found.high if change.higher_is_better else -found.low) < -change.max_drop

    low, high = -6.0, -1e-3
    if not excluded(high):
        return 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if excluded(middle) else (middle, high)
    return float(max(10**high, p_value))


def _point(metric: Metric, columns: Sequence[Column]) -> float:
    """The figure, averaged over seeds."""
    counts = [np.bincount(c.codes, minlength=len(c.values))[None] for c in columns]
    return float(np.mean([metric.aggregate(c.values, n)[0] for c, n in zip(columns, counts, strict=True)]))


def _identical(paired: Paired) -> bool:
    """Whether every item has the score that it had."""
    if len(paired.a) != len(paired.b):
        return False
    return all(a.same_as(b) for a, b in zip(paired.a, paired.b, strict=True))


def _fell(paired: Paired, head: Kept) -> list[str]:
    """Ids of items that scored worse than before."""
    sign = 1 if paired.metric.higher_is_better else -1
    found = []
    for flip in flips(paired, head.runs[0]):
        if paired.metric.is_mean:
            fell = sign * (flip.a - flip.b) < 0
        else:
            fell = isinstance(flip.b, tuple) and len(flip.b) == 2 and flip.b[0] == flip.b[1]
        if fell:
            found.append(flip.item)
    return found
