"""Every task, candidate and metric of the head against the baseline, and what that makes of the whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec
import numpy as np

from harness.compare.flips import flips
from harness.errors import ComparisonError
from harness.estimate import State, hold
from harness.figures.columns import BOOTSTRAP_SEED
from harness.figures.paired import Paired, difference, pair
from harness.gate.baseline import Baseline, Kept
from harness.gate.outcome import CeilingState, Change, Outcome, Verdicts, Word
from harness.gate.policy import MetricRule, Policy, Tier
from harness.leaderboard.requirements import figures_of
from harness.leaderboard.rows import Leaderboard
from harness.metrics.metric import Metric
from harness.scores import Column, common
from harness.stats.simultaneous import adjusted_p
from harness.task import Task

_FLIPPED = 5


def judge(
    head: Baseline,
    base: Baseline,
    tasks: Mapping[str, Task],
    boards: Mapping[str, Leaderboard],
    policy: Policy,
) -> Outcome:
    """What the change did, and whether it may pass.

    A drop blocks where it is shown (after Holm over all comparisons of its tier) and shown to be beyond what is
    allowed. It is inconclusive where a drop beyond what is allowed (or beyond the task's margin) cannot be excluded.

    Args:
        head: the new scores.
        base: those that stand.
        tasks: by name, for metrics, directions and margins.
        boards: the head's leaderboards, for ceilings.
        policy: what is allowed.
    """
    found = _Changes(policy)
    for name, task in tasks.items():
        for candidate, kept in head.kept.get(name, {}).items():
            found.add(task, candidate, kept, base.kept.get(name, {}).get(candidate))
        missing = set(base.kept.get(name, {})) - set(head.kept.get(name, {}))
        found.notes += [f"{c} on {name} is in the baseline and was not run here." for c in sorted(missing)]
    gone = sorted(set(base.kept) - set(head.kept))
    found.notes += [f"task {name} is in the baseline and was not run here." for name in gone]
    changes = tuple(found.settled())
    ceilings = tuple(_ceilings(policy, boards))
    return Outcome(
        result=_result(changes, ceilings, empty=not base.kept),
        baseline=base.name,
        baseline_ended=base.ended,
        age_days=base.age_days(),
        alpha=policy.alpha,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        changes=changes,
        ceilings=ceilings,
        verdicts=tuple(_verdicts(tasks, base, head)),
        notes=tuple(found.notes),
    )


@dataclass
class _Changes:
    policy: Policy
    changes: list[Change] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, task: Task, candidate: str, head: Kept, base: Kept | None) -> None:
        """The comparisons of one candidate, before Holm."""
        who = f"{candidate} on {task.name}"
        if base is None:
            self.notes.append(f"{who} is new: the baseline does not have it.")
            return
        if reason := self._refusal(head, base):
            self.changes.append(
                Change(task.name, candidate, task.primary.name, Tier.BLOCK, Word.CANNOT_TELL, open=True, reason=reason)
            )
            return
        for metric in task.metrics:
            rule = self.policy.rule(metric.name, primary=metric is task.primary)
            if rule.tier is Tier.IGNORE:
                continue
            if any(metric.name not in run.columns for run in (*head.runs, *base.runs)):
                self.notes.append(f"{who}: {metric.name} was not scored on both sides.")
                continue
            self.changes.append(_change(task, candidate, metric, rule, head, base))

    def _refusal(self, head: Kept, base: Kept) -> str | None:
        if head.version != base.version:
            return f"the baseline is of version {base.version} of the task, this is version {head.version}"
        shared, items = len(common([*head.runs, *base.runs])[0][0]), len(head.runs[0])
        if shared < self.policy.min_shared * items:
            return f"only {shared} of {items} items are the baseline's too: make a new baseline"
        return None

    def settled(self) -> Sequence[Change]:
        """The changes with their words, after Holm within each tier."""
        adjusted: dict[int, float] = {}
        for tier in (Tier.BLOCK, Tier.WARN):
            places = [i for i, c in enumerate(self.changes) if c.tier is tier and c.p_value is not None]
            p_values = adjusted_p([self.changes[i].p_value or 0.0 for i in places], "holm")
            adjusted |= dict(zip(places, p_values.tolist(), strict=True))
        return [_worded(c, adjusted[i], self.policy.alpha) if i in adjusted else c for i, c in enumerate(self.changes)]


def _change(task: Task, candidate: str, metric: Metric, rule: MetricRule, head: Kept, base: Kept) -> Change:
    about: dict[str, Any] = {
        "task": task.name,
        "candidate": candidate,
        "metric": metric.name,
        "tier": rule.tier,
        "word": Word.CANNOT_TELL,
        "higher_is_better": metric.higher_is_better,
        "max_drop": rule.max_drop,
        "margin": task.requirement.margin if metric is task.primary else 0.0,
        "only_head": len(head.runs[0]),
        "only_base": len(base.runs[0]),
    }
    try:
        paired = pair(metric, head.runs, base.runs)
    except ComparisonError as error:
        return Change(**about, open=True, reason=str(error))
    shared = paired.n + paired.unscored
    about |= {"shared": shared, "only_head": len(head.runs[0]) - shared, "only_base": len(base.runs[0]) - shared}
    points: dict[str, Any] = {"base": _point(metric, paired.b), "head": _point(metric, paired.a)}
    if _identical(paired):
        return Change(
            **{**about, **points, "word": Word.SAME}, difference=0.0, low=0.0, high=0.0, p_value=1.0, identical=True
        )
    # Seeded as `harness compare` is, so that both say the same of the same scores.
    seed = int(np.random.default_rng(BOOTSTRAP_SEED).integers(2**63))
    shown = difference(paired, "baseline", np.random.default_rng(seed))
    return Change(
        **about,
        **points,
        difference=shown.difference,
        low=shown.low,
        high=shown.high,
        p_value=shown.p_value,
        flipped=_flipped(paired, head) if metric is task.primary else (),
    )


def _worded(change: Change, p_holm: float, alpha: float) -> Change:
    """The word for a comparison, and whether what it may hide is allowed."""
    low, high = change.gain
    allowed = max(change.max_drop, change.margin)
    if change.identical:
        word = Word.SAME
    elif p_holm < alpha:
        word = Word.BETTER if ((change.difference or 0.0) > 0) is change.higher_is_better else Word.WORSE
    else:
        word = Word.SAME if -allowed < low and high < allowed else Word.CANNOT_TELL
    beyond = word is Word.WORSE and (change.max_drop == 0 or high < -change.max_drop)
    excluded = word in (Word.BETTER, Word.SAME) or low > -(change.max_drop if word is Word.WORSE else allowed)
    return msgspec.structs.replace(change, word=word, p_holm=p_holm, beyond=beyond, open=not beyond and not excluded)


def _point(metric: Metric, columns: Sequence[Column]) -> float:
    """The figure, averaged over seeds."""
    counts = [np.bincount(c.codes, minlength=len(c.values))[None] for c in columns]
    return float(np.mean([metric.aggregate(c.values, n)[0] for c, n in zip(columns, counts, strict=True)]))


def _identical(paired: Paired) -> bool:
    if len(paired.a) != len(paired.b):
        return False
    return all(
        [a.values[i] for i in a.codes] == [b.values[i] for i in b.codes]
        for a, b in zip(paired.a, paired.b, strict=True)
    )


def _flipped(paired: Paired, head: Kept) -> tuple[str, ...]:
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
    return tuple(found[:_FLIPPED])


def _ceilings(policy: Policy, boards: Mapping[str, Leaderboard]) -> Sequence[CeilingState]:
    found = []
    for name, ceiling in policy.ceilings.items():
        for board in boards.values() if ceiling.tier is not Tier.IGNORE else ():
            for row in board.rows:
                if row.skipped:
                    continue
                figure = figures_of(row)[name]
                state = State.OPEN if figure is None else hold(figure, at_most=ceiling.at_most)
                value, upper = (None, None) if figure is None else (figure.value, figure.upper)
                found.append(
                    CeilingState(board.task, row.name, name, ceiling.tier, ceiling.at_most, state.value, value, upper)
                )
    return found


def _verdicts(tasks: Mapping[str, Task], base: Baseline, head: Baseline) -> Sequence[Verdicts]:
    found = []
    for name in tasks:
        before, now = (_answer(side.decisions.get(name)) for side in (base, head))
        if now is not None or before is not None:
            found.append(Verdicts(name, before, now))
    return found


def _answer(decision: bytes | None) -> str | None:
    """E.g. `not worth it: rag`."""
    if decision is None:
        return None
    try:
        table = msgspec.json.decode(decision)
    except msgspec.DecodeError:
        return None
    choice = table.get("choice")
    return str(table.get("answer")) + (f": {choice}" if choice else "")


def _result(changes: Sequence[Change], ceilings: Sequence[CeilingState], *, empty: bool) -> str:
    blocking = [c for c in ceilings if c.tier is Tier.BLOCK]
    if any(c.beyond for c in changes if c.tier is Tier.BLOCK) or any(c.state == State.MISSED for c in blocking):
        return "blocked"
    if any(c.open for c in changes if c.tier is Tier.BLOCK) or any(c.state == State.OPEN for c in blocking):
        return "inconclusive"
    # A baseline that shares nothing with what was run settles nothing; without any this is the first run.
    return "pass" if changes or empty else "inconclusive"
