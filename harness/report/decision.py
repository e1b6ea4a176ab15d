"""The decision on paper: everything that a person needs to sign it, as Markdown."""

from collections.abc import Iterator

from harness.decide.verdict import Verdict
from harness.report.markdown import escape, table
from harness.report.verdict import COST_TITLES, cost_rows, first_line, need, part_notes, part_rows, swing_cells

QUESTION = "Is it worth going beyond prompting and RAG?"


def decision_markdown(verdict: Verdict) -> str:
    """Question, date, data, answer, reasons, costs, assumptions, what was not measured, when to look again."""
    lines = [
        f"# Decision: {escape(verdict.task)}",
        "",
        f"**Question:** {QUESTION}",
        "",
        f"**Answer: {verdict.answer}.** {escape(first_line(verdict))}",
        "",
        f"- Date: {verdict.date}",
        f"- Task: {escape(verdict.task)}, version {escape(verdict.version)}",
        f"- Test data: `{verdict.test_hash}`",
        f"- Choice: {escape(verdict.choice or 'none')}",
        *_bullets("Keep in mind", verdict.caveats),
        *_reasons(verdict),
        *_needs(verdict),
        *_costs(verdict),
        *_tornado(verdict),
        *_front(verdict),
        *_weighted(verdict),
        *_stood(verdict),
        *_assumptions(verdict),
        *_bullets("What was not measured", verdict.not_measured),
        *_bullets("When to look again", verdict.look_again, "As soon as one of these holds:"),
        "",
        "## Signed",
        "",
        "Name, date:",
    ]
    return "\n".join(lines) + "\n"


def _bullets(title: str, texts: tuple[str, ...], before: str | None = None) -> Iterator[str]:
    if texts:
        yield from ("", f"## {title}", "", *([before, ""] if before else []), *(f"- {escape(text)}" for text in texts))


def _reasons(verdict: Verdict) -> Iterator[str]:
    if verdict.reasons:
        rows = [[r.claim, r.figure, r.source, r.test] for r in verdict.reasons]
        yield from ("", "## Reasons", "", "The weightiest first; intervals are 95 %.", "")
        yield from table(["reason", "figure", "source", "how it was tested"], rows, numbers=False)


def _needs(verdict: Verdict) -> Iterator[str]:
    if verdict.needs:
        yield from ("", "## What would decide it", "", *(f"- {escape(need(one))}" for one in verdict.needs))


def _costs(verdict: Verdict) -> Iterator[str]:
    if not verdict.costs:
        return
    yield from ("", "## What each costs", "")
    yield from table(list(COST_TITLES), cost_rows(verdict), words=1)
    yield from ("", "Over the horizon, by part, with the source of its least certain number:", "")
    names, rows = part_rows(verdict)
    yield from table(["candidate", *names], rows, words=1)
    if notes := part_notes(verdict):
        yield from ("", *(f"- {escape(text)}" for text in notes))
    if verdict.pairs:
        yield from ("", *(f"- {escape(text)}" for text in verdict.pairs))


def _tornado(verdict: Verdict) -> Iterator[str]:
    if not verdict.tornado or verdict.between is None:
        return
    ours, theirs = verdict.between
    yield from ("", f"## What moves it most: {escape(ours)} against {escape(theirs)}", "")
    yield f"What {escape(ours)} is worth more a month, one number moved at a time from its 10 % to its 90 % quantile:"
    yield ""
    titles = ["number", "value", "low", "high", "at low", "at high", "moves it by", "the order turns at"]
    yield from table([*titles, "source"], [[*swing_cells(one), one.source] for one in verdict.tornado])


def _front(verdict: Verdict) -> Iterator[str]:
    if len(verdict.front) < 2:
        return
    yield from ("", "## Who is beaten by nobody in quality, cost and latency at once", "")
    rows = [[f.candidate, "yes" if f.on_front else "no", f"{f.probability:.2f}"] for f in verdict.front]
    yield from table(["candidate", "as measured", "probability"], rows)


def _weighted(verdict: Verdict) -> Iterator[str]:
    if verdict.weighted:
        criteria = list(verdict.weighted[0].parts)
        yield from ("", "## Weighted: buy, rent or build", "", "By the stated weights; no part of the answer.", "")
        rows = [
            [w.candidate, w.way, f"{w.score:.2f}", *(f"{w.parts[c]:.2f}" for c in criteria)] for w in verdict.weighted
        ]
        yield from table(["candidate", "way", "score", *(c.replace("_", " ") for c in criteria)], rows)


def _stood(verdict: Verdict) -> Iterator[str]:
    yield from ("", "## What stood for each rung", "")
    rows = [[s.rung.value, s.candidate or "nothing", s.model or ""] for s in verdict.stood]
    yield from table(["rung", "best candidate", "model"], rows, numbers=False)


def _assumptions(verdict: Verdict) -> Iterator[str]:
    if verdict.assumptions:
        yield from ("", "## What was assumed, looked up or stated", "")
        rows = [[a.name, a.value, a.range, a.source, a.origin] for a in verdict.assumptions]
        yield from table(["number", "value", "range", "source", "origin"], rows, numbers=False)
