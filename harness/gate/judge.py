"""Every task, candidate and metric of the head against the baseline, and what that makes of the whole."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec

from harness.errors import counted
from harness.estimate import State, hold
from harness.gate.baseline import Baseline, Kept
from harness.gate.compared import Compared, compared
from harness.gate.head import Head, of_now
from harness.gate.outcome import CeilingState, Change, Outcome, Verdicts, Word
from harness.gate.policy import Policy, Tier
from harness.leaderboard.requirements import figures_of
from harness.leaderboard.rows import Row
from harness.scores import common
from harness.stats.simultaneous import adjusted_p
from harness.task import Task


def judge(
    head: Head,
    base: Baseline,
    rows: Mapping[str, Sequence[Row]],
    policy: Policy,
) -> Outcome:
    """What the change did, and whether it may pass.

    A drop blocks where it is shown, and shown to be beyond what is allowed, both after Holm over all comparisons of
    its tier. It is inconclusive where a drop beyond what is allowed (or beyond the task's margin) cannot be excluded,
    and where a candidate could not be compared.

    Args:
        head: what stands here, with the tasks.
        base: what stands there.
        rows: of the head's candidates by task, for ceilings.
        policy: what is allowed.
    """
    found = _Changes(policy, notes=list(head.notes))
    for name, task in head.tasks.items():
        for candidate, kept in head.kept.get(name, {}).items():
            found.add(task, candidate, kept, base.kept.get(name, {}).get(candidate))
        for candidate, reason in head.waiting.get(name, {}).items():
            found.refuse(task, candidate, reason)
    changes = tuple(found.settled())
    ceilings = tuple(_ceilings(policy, rows))
    return Outcome(
        result=_result(changes, ceilings, empty=not base.kept),
        baseline=base.name,
        baseline_ended=base.ended,
        age_days=base.age_days(),
        alpha=policy.alpha,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        changes=changes,
        ceilings=ceilings,
        verdicts=tuple(_verdicts(base, head)),
        gone=tuple(head.gone),
        notes=tuple(found.notes),
    )


@dataclass
class _Changes:
    policy: Policy
    notes: list[str]
    found: list[Compared] = field(default_factory=list)

    def add(self, task: Task, candidate: str, head: Kept, base: Kept | None) -> None:
        """The comparisons of one candidate, before Holm."""
        who = f"{candidate} on {task.name}"
        if base is None:
            self.notes.append(f"{who} is new: the baseline does not have it.")
            return
        if base.version != head.version:
            version = f"the baseline is of version {base.version} of the task, this is version {head.version}"
            self.refuse(task, candidate, version)
            return
        shared = len(common([*head.runs, *base.runs])[0][0])
        if reason := self._too_few(task, shared, head, base):
            only_head, only_base = len(head.runs[0]) - shared, len(base.runs[0]) - shared
            self.refuse(task, candidate, reason, (shared, only_head, only_base))
            return
        for metric in task.metrics:
            rule = self.policy.rule(metric.name, primary=metric is task.primary)
            if rule.tier is Tier.IGNORE:
                continue
            if any(metric.name not in run.columns for run in (*head.runs, *base.runs)):
                self.notes.append(f"{who}: {metric.name} was not scored on both sides.")
                continue
            self.found.append(compared(task, candidate, metric, rule, head, base))

    def refuse(self, task: Task, candidate: str, reason: str, items: tuple[int, int, int] = (0, 0, 0)) -> None:
        """A candidate that is not compared at all: in the strictest tier that one of its metrics has.

        Args:
            task: on which.
            candidate: its name.
            reason: why not.
            items: how many both have, only the head, and only the baseline.
        """
        shared, only_head, only_base = items
        tiers = {self.policy.rule(m.name, primary=m is task.primary).tier for m in task.metrics}
        for tier in (Tier.BLOCK, Tier.WARN):
            if tier in tiers:
                change = Change(
                    task=task.name,
                    candidate=candidate,
                    metric=task.primary.name,
                    tier=tier,
                    word=Word.NOT_COMPARED,
                    shared=shared,
                    only_base=only_base,
                    only_head=only_head,
                    open=True,
                    reason=reason,
                )
                self.found.append(Compared(change))
                return

    def _too_few(self, task: Task, shared: int, head: Kept, base: Kept) -> str | None:
        """Why so few items in common are none to compare on.

        Of the head's items enough must be the baseline's, and of the baseline's enough must still be the task's: one
        who takes the hard ones out is not better. A run over a part of the items is held against all of the task's.
        """
        run, before, least = len(head.runs[0]), base.runs[0], self.policy.min_shared
        if shared < least * run:
            return f"only {shared} of {counted(run, 'item is', 'items are')} the baseline's too: make a new baseline"
        left = len(of_now(before, task))
        if left < least * len(before):
            were = counted(len(before), "item is", "items are")
            return f"only {left} of the baseline's {were} still the task's: make a new baseline"
        return None

    def settled(self) -> Sequence[Change]:
        """The changes with their words, after Holm within each tier."""
        words: dict[int, Change] = {}
        for tier in (Tier.BLOCK, Tier.WARN):
            places = [i for i, c in enumerate(self.found) if c.change.tier is tier and c.claimed is not None]
            chosen = [self.found[i] for i in places]
            holm, drops = _adjusted(c.change.p_value for c in chosen), _adjusted(c.p_drop for c in chosen)
            for i, one, p_holm, p_drop in zip(places, chosen, holm, drops, strict=True):
                words[i] = one.worded(p_holm, p_drop, self.policy.alpha)
        return [words.get(i, one.change) for i, one in enumerate(self.found)]


def _adjusted(p_values: Iterable[float | None]) -> list[float]:
    adjusted: list[float] = adjusted_p([1.0 if p is None else p for p in p_values], "holm").tolist()
    return adjusted


def _ceilings(policy: Policy, rows: Mapping[str, Sequence[Row]]) -> Sequence[CeilingState]:
    found = []
    for name, ceiling in policy.ceilings.items():
        for task, of_task in rows.items() if ceiling.tier is not Tier.IGNORE else ():
            for row in of_task:
                figure = figures_of(row)[name]
                state = State.OPEN if figure is None else hold(figure, at_most=ceiling.at_most)
                value, upper = (None, None) if figure is None else (figure.value, figure.upper)
                found.append(
                    CeilingState(task, row.name, name, ceiling.tier, ceiling.at_most, state.value, value, upper)
                )
    return found


def _verdicts(base: Baseline, head: Head) -> Sequence[Verdicts]:
    found = []
    for name in head.tasks:
        before, now = (_answer(side.get(name)) for side in (base.decisions, head.decisions))
        if now is not None or before is not None:
            found.append(Verdicts(name, before, now))
    return found


def _answer(decision: bytes | None) -> str | None:
    """E.g. `not worth it: rag`."""
    if decision is None:
        return None
    try:
        table = msgspec.json.decode(decision, type=dict)
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
