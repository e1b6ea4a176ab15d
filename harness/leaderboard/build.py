"""From the scored runs of candidates to a leaderboard."""

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from harness.early.stopped import holds_at_all_times, saved_in_all, saved_in_words
from harness.errors import counted
from harness.estimate import together
from harness.figures.estimates import not_defined
from harness.kinds.binary import Binary
from harness.leaderboard.alone import metrics_of, seed_share, with_money, with_preparation, with_speed
from harness.leaderboard.judging import judge_note, judge_warnings
from harness.leaderboard.requirements import requirement_states, requirement_text
from harness.leaderboard.rivals import Rivals
from harness.leaderboard.rows import Entry, Leaderboard, Row
from harness.metrics.binary import OF_CONFIDENCE, certain
from harness.metrics.retrieval import depth
from harness.scores import Scores
from harness.task import Task
from harness.words import listed, verb


def build_leaderboard(task: Task, entries: Sequence[Entry], rng: np.random.Generator) -> Leaderboard:
    """Rows for all entries: figures, paired comparisons, requirements.

    Args:
        task: with the current targets, metrics and requirement.
        entries: candidates with their scored runs.
        rng: for the bootstrap; the same seed gives the same leaderboard.
    """
    seed = int(rng.integers(2**63))
    rivals = Rivals(task, [e for e in entries if e.runs], rng)
    rows = [_row(task, e, rivals, seed) if e.runs else _skipped(e) for e in entries]
    sign = 1 if task.primary.higher_is_better else -1
    rows.sort(key=lambda r: -sign * r.metrics[task.primary.name].value if r.metrics else np.inf)
    groups = {item.group for item in task.test if item.group is not None}
    return Leaderboard(
        task=task.name,
        version=task.version,
        test_hash=task.test_hash,
        primary=task.primary.name,
        higher_is_better=task.primary.higher_is_better,
        metrics=tuple(m.name for m in task.metrics),
        requirement=requirement_text(task.requirement),
        margin=task.requirement.margin,
        items=len(task.test),
        groups=len(groups),
        rows=tuple(rows),
        best=rivals.best.name if rivals.best else None,
        best_trained=rivals.best_trained(),
        warnings=(*_warnings(task, rivals, rows), *judge_warnings(task, entries)),
        judge=judge_note(task, entries),
    )


def _skipped(entry: Entry) -> Row:
    return Row(entry.name, entry.adapter, entry.rung, entry.incumbent, skipped=entry.skipped or "not run yet")


def _row(task: Task, entry: Entry, rivals: Rivals, seed: int) -> Row:
    row = Row(
        name=entry.name,
        adapter=entry.adapter,
        rung=entry.rung,
        incumbent=entry.incumbent,
        n=len(entry.runs[0].scores),
        seeds=len(entry.runs),
        failed=sum(int(r.scores.failed.sum()) for r in entry.runs),
        unparsed=sum(int(r.scores.unparsed.sum()) for r in entry.runs),
        metrics=metrics_of(task, entry, seed, ended_early=rivals.ended_early(entry)),
        vs_best=rivals.to_best(entry),
        vs_incumbent=rivals.to_incumbent(entry),
        ranks=rivals.ranks(entry),
        detectable=rivals.detectable(entry),
        seed_share=seed_share(task.primary, entry.runs),
        leaves_machine=entry.runs[0].manifest.leaves_machine,
        stopped=next((r.manifest.stopped for r in entry.runs if r.manifest.stopped), None),
        saved=saved_in_all([r.manifest for r in entry.runs]),
    )
    for more in (with_speed, with_money, with_preparation):
        row = more(row, entry.runs)
    states = requirement_states(task.requirement, row)
    return msgspec.structs.replace(row, requirements=states, meets=together(list(states.values())))


def _saved(row: Row) -> str:
    return "" if row.saved is None else f"; {saved_in_words(row.saved)}"


def _of_figures(rows: Sequence[Row]) -> Iterator[str]:
    """What is said of single figures, once for all that it is said of: metrics, and whose."""
    for text in dict.fromkeys(e.warning for r in rows for e in r.metrics.values() if e.warning):
        names: dict[tuple[str, ...], list[str]] = {}
        for row in rows:
            if metrics := tuple(name for name, e in row.metrics.items() if e.warning == text):
                names.setdefault(metrics, []).append(row.name)
        said = [f"{', '.join(metrics)} of {', '.join(of)}" for metrics, of in names.items()]
        yield f"{text} ({'; '.join(said)})"


def _undefined(task: Task, rivals: Rivals) -> Iterator[str]:
    """Figures that are blank since there is nothing to count; a requirement on one is open."""
    names: dict[str, list[str]] = {}
    for entry in rivals.entries:
        for metric in task.metrics:
            if reason := not_defined(metric, [r.scores for r in entry.runs]):
                names.setdefault(reason, []).append(entry.name)
    for reason, of in names.items():
        yield f"{reason} Left blank, and a requirement on it is open. ({', '.join(of)})"


def _short_of(task: Task, rivals: Rivals) -> Iterator[str]:
    """Figures of the first k passages, of candidates that retrieve fewer."""
    for metric in task.metrics:
        k = depth(metric.name)
        # Whose figure is blank retrieves examples and no passages.
        scored = [e for e in rivals.entries if k and (e.runs[0].scores.columns[metric.name].codes >= 0).any()]
        fewer = {e.name: e.runs[0].manifest.settings.get("k") for e in scored}
        said = [f"{name} retrieves {got}" for name, got in fewer.items() if isinstance(got, int) and k and got < k]
        if said:
            yield f"{metric.name} looks at {counted(k or 0, 'passage')}: {', '.join(said)}."


def _without_confidence(task: Task, rivals: Rivals) -> Iterator[str]:
    """Metrics of confidence, of candidates that give none, or not always: what ranks by yes and no alone says less."""
    read = [m.name for m in task.metrics if m.name in OF_CONFIDENCE and isinstance(task.kind, Binary)]
    if not read:
        return
    names = [e.name for e in rivals.entries if all(_certain(run.scores, read[0]) for run in e.runs)]
    if names:
        yield (
            f"{listed(names)} {verb(names, 'gives', 'give')} answers without a confidence, or confidences of 0 and 1 "
            f"alone: {listed(read)} take every answer as certain, and are no measure of ranking or calibration."
        )
    for entry in rivals.entries:
        bare = sum(int(run.scores.bare.sum()) for run in entry.runs if run.scores.bare is not None)
        if bare and entry.name not in names:
            of = counted(sum(int((~run.scores.without_answer).sum()) for run in entry.runs), "answer")
            yield (
                f"{entry.name} gives no confidence with {bare:,} of {of}: {listed(read)} "
                f"{verb(read, 'takes', 'take')} {'it' if bare == 1 else 'them'} as certain."
            )


def _certain(scores: Scores, metric: str) -> bool:
    column = scores.columns[metric]
    found = np.unique(column.codes[~scores.without_answer & (column.codes >= 0)])
    return len(found) > 0 and certain(column.values[code] for code in found)


def _warnings(task: Task, rivals: Rivals, rows: Sequence[Row]) -> list[str]:
    """What a reader should know before trusting the figures."""
    found, joint = [], rivals.joint
    if joint.others:
        found.append(
            f"{counted(joint.others, 'item')} {'is' if joint.others == 1 else 'are'} not in every run; comparisons are "
            f"over the {joint.n} that all have."
        )
    tests = {r.manifest.test_hash for e in rivals.entries if not rivals.ended_early(e) for r in e.runs}
    if len(tests) > 1 or (tests and task.test_hash not in tests):
        found.append("The test data changed since some of the runs; run again to score all on the same items.")
    found += [*_of_figures(rows), *_undefined(task, rivals), *_short_of(task, rivals)]
    found += _without_confidence(task, rivals)
    found += [f"{row.name} was stopped early: {row.stopped}{_saved(row)}" for row in rows if row.stopped]
    if fixed := [m.name for m in task.metrics if not holds_at_all_times(m)]:
        names = [row.name for row in rows if row.saved is not None and row.stopped]
        shown = (
            f"{', '.join(fixed)}: not shown, since the interval would hold for a number of items fixed beforehand only"
        )
        found += [f"{shown} ({', '.join(names)})."] if names else []
    unbilled = {e.name: sum(r.spending.unbilled for r in e.runs) for e in rivals.entries}
    found += [
        f"{name}: {counted(n, 'failed item carries no usage and counts', 'failed items carry no usage and count')} as "
        "not billed."
        for name, n in unbilled.items()
        if n
    ]
    return found
