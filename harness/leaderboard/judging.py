"""What a leaderboard says of the judge: its cost apart, whose kind it is, and what it has not judged."""

from collections.abc import Iterator, Sequence

from harness.judge.family import same_family
from harness.leaderboard.rows import Entry, JudgeNote
from harness.task import Task


def judge_note(task: Task, entries: Sequence[Entry]) -> JudgeNote | None:
    """Who judged and at what cost; None where nothing was judged."""
    said = [run.judgements for entry in entries for run in entry.runs]
    if task.judge is None or not any(one.any for one in said):
        return None
    cold, billed = [one.spending.cold_usd for one in said], [one.spending.billed_usd for one in said]
    return JudgeNote(
        model=task.judge.table.model,
        metrics=tuple(m.name for m in task.metrics if m.needs == "judge"),
        calls=sum(one.spending.calls for one in said),
        cold_usd=_sum(cold),
        billed_usd=_sum(billed),
        kin=_kin(task, entries),
        human_labels=sum(len(one.labels.by_item) for one in said if one.labels),
        left_out=_left_out(task, entries),
        answered=sum(one.spending.answered for one in said),
    )


def judge_warnings(task: Task, entries: Sequence[Entry]) -> Iterator[str]:
    """What a reader should know of the judge before trusting its figures."""
    if task.judge is None:
        return
    judge = task.judge.table.model
    if kin := _kin(task, [entry for entry in entries if any(run.judgements.any for run in entry.runs)]):
        named = ", ".join(f"{name} ({model})" for name, model in kin.items())
        yield f"The judge {judge} is of the same family as {named}: judges prefer answers of their own kind."
    for metric in (m.name for m in task.metrics if m.needs == "judge"):
        lacking = {e.name: _lacking(e, metric) for e in entries if e.runs}
        words = [
            f"{name} {items}" + (f" ({failed} tried in vain)" if failed else "")
            for name, (items, failed) in lacking.items()
            if items
        ]
        if words:
            yield f"Items without a judgement in {metric}: {', '.join(words)}. To judge them: harness judge {task.name}"
    labelled = any(run.judgements.labels for entry in entries for run in entry.runs)
    if task.primary.needs == "judge" and labelled:
        yield (
            f"Differences and ranks here are the judge's opinion of {task.primary.name}; harness compare {task.name} "
            "A B corrects them by the human labels."
        )


def _kin(task: Task, entries: Sequence[Entry]) -> dict[str, str]:
    """By candidate its model of the judge's family."""
    if task.judge is None:
        return {}
    table = task.judge.table
    found = {
        e.name: same_family(table.model, table.base_url, e.runs[0].manifest.settings, e.runs[0].spending.models)
        for e in entries
        if e.runs
    }
    return {name: model for name, model in found.items() if model}


def _left_out(task: Task, entries: Sequence[Entry]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for metric in (m.name for m in task.metrics if m.needs == "judge"):
        for entry in entries:
            if n := sum(run.judgements.left_out.get(metric, 0) for run in entry.runs):
                found.setdefault(metric, {})[entry.name] = n
    return found


def _lacking(entry: Entry, metric: str) -> tuple[int, int]:
    """Items without a judgement over its seeds, and those of them that were tried."""
    pairs = [run.judgements.unjudged.get(metric, (0, 0)) for run in entry.runs]
    return sum(items for items, _ in pairs), sum(failed for _, failed in pairs)


def _sum(parts: Sequence[float | None]) -> float | None:
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None
