"""Learning curves as Markdown and JSON."""

from harness.curve import CandidateCurve, Curves, Overtaking
from harness.errors import counted
from harness.report.markdown import escape, table
from harness.run.files import indented
from harness.words import share


def curves_json(curves: Curves) -> bytes:
    """Indented JSON."""
    return indented(curves)


def curves_markdown(curves: Curves) -> str:
    """The answers, a table of the curves, and what the figures mean."""
    lines = [f"# {escape(curves.task)}: {escape(curves.metric)} by number of labels", "", "![curves](curve.svg)", ""]
    lines += [f"- {escape(line)}" for line in answers(curves)]
    sizes = sorted({p.labels for c in curves.candidates for p in c.points})
    rows = [[c.name, c.rung.value, *(_cell(c, size) for size in sizes)] for c in curves.candidates]
    lines += ["", *table(["candidate", "rung", *(f"{size:g} labels" for size in sizes)], rows), ""]
    lines += [f"- {escape(note)}" for note in notes(curves)]
    return "\n".join(lines) + "\n"


def answers(curves: Curves) -> list[str]:
    """Where training overtakes, and whether more labels would help."""
    lines = [overtaking(one) for one in curves.overtaking]
    lines += [f"{c.name}: {c.more}" for c in curves.candidates if c.more]
    return lines + [
        f"{c.name} has no curve, or not at every size: {c.missing}." for c in curves.candidates if c.missing
    ]


def overtaking(one: Overtaking) -> str:
    """E.g. "lora overtakes rag at 240 labels [150, 410]"."""
    if one.labels is None:
        few = f"{one.share:.0%} of the resampled curves do"
        text = f"{one.challenger} does not overtake {one.incumbent} by {one.limit:g} labels ({few})"
    else:
        low = "fewer" if one.low is None else f"{one.low:.0f}"
        high = f"more than {one.limit:.0f}, or never" if one.high is None else f"{one.high:.0f}"
        text = f"{one.challenger} overtakes {one.incumbent} at {one.labels:.0f} labels [{low}, {high}]"
    return text + (f"; it cannot be trusted there: {'; '.join(one.doubts)}." if one.doubts else ".")


def notes(curves: Curves) -> list[str]:
    """What the figures mean."""
    draws, items = counted(curves.draws, "draw"), counted(curves.items, "test item")
    return [
        f"{draws} of labels for each size, nested; {items}, the same for all.",
        "At the sizes measured the mean of the draws; fitted: what a power law through them says beyond.",
        "In brackets the 95 % band: the luck of the labels and of the test items, crossed.",
        "A candidate that uses no labels has the luck of the test items alone.",
        "Labels are all that a candidate is shown, for learning, for choosing and as retrieved examples.",
        "What is fitted is dashed in the drawing; ? says that it cannot be trusted.",
    ]


def _cell(candidate: CandidateCurve, size: float) -> str:
    point = next((p for p in candidate.points if p.labels == size), None)
    if point is None:
        return ""
    fitted, mark = "fitted: " if point.extrapolated else "", " ?" if point.doubts else ""
    return f"{fitted}{share(point.value, point.low, point.high)}{mark}"
