"""What a change of the knowledge does to each candidate, as Markdown and JSON, and as cells of a table."""

from collections.abc import Iterator, Sequence

from harness.compare.loss import Loss
from harness.errors import counted
from harness.estimate import Comparison, Estimate
from harness.report.markdown import escape, table
from harness.run.files import indented
from harness.stale.stale import Aged, Relearnt, Stale
from harness.stale.updating import Paid
from harness.words import measured, share, usd

HEADINGS = ("candidate", "update", "before", "after, not updated", "updated", "gained", "regained", "the others")


def stale_json(stale: Stale) -> bytes:
    """Indented JSON."""
    return indented(stale)


def stale_markdown(stale: Stale) -> str:
    """What was found in words, the table, what each update cost, and what the columns mean."""
    lines = [f"# {escape(stale.task)}: when the knowledge changes", "", escape(head(stale)), ""]
    lines += [f"- {escape(line)}" for line in findings(stale)]
    lines += ["", *table(list(HEADINGS), [list(cells(one)) for one in stale.candidates])]
    lines += ["", "## What the updates cost", ""]
    lines += table(["candidate", "counted here", "besides", "USD in all"], list(_costs(stale)), numbers=False)
    lines += ["", *(f"- {escape(note)}" for note in notes(stale))]
    return "\n".join(lines) + "\n"


def head(stale: Stale) -> str:
    """What changed, in one sentence."""
    changed = counted(stale.documents, "document is", "documents are")
    of, them = counted(stale.changed + stale.unchanged, "test item"), "it" if stale.documents == 1 else "them"
    return f"{changed} changed or new; the answers to {stale.changed} of {of} change with {them}."


def findings(stale: Stale) -> list[str]:
    """What a reader must know: who got worse on the rest, what training did not teach, who is missing."""
    worse = [
        f"{one.name} has lost on the questions whose answer did not change: {_difference(one.others)} {stale.metric}."
        for one in stale.candidates
        if one.others_worse is Loss.YES
    ]
    taught = [line for one in stale.relearnt if (line := _taught(one, stale))]
    return worse + taught + [f"{one.name}: {one.missing}." for one in stale.candidates if one.missing]


def cells(one: Aged, *, intervals: bool = True) -> Sequence[str]:
    """One row under `HEADINGS`; where there is little room, the intervals of the differences alone."""
    others = _difference(one.others) + (", worse" if one.others_worse is Loss.YES else "")
    figures = [_figure(figure, interval=intervals) for figure in (one.before, one.without, one.after)]
    return (one.name, one.how.value, *figures, _difference(one.gained), _difference(one.regained), others)


def cost_line(one: Aged) -> str | None:
    """What an update cost, in a line; None where nothing was built anew."""
    if not one.how.builds or one.after is None:
        return None
    sum_ = "unknown" if one.usd is None else usd(one.usd)
    return f"{one.name}: {sum_} an update: {_listed(one.counted)}; {_listed(one.work)}"


def notes(stale: Stale) -> list[str]:
    """What the columns mean."""
    better = "higher" if stale.higher_is_better else "lower"
    return [
        f"{stale.metric} ({better} is better), over the {counted(stale.changed, 'item')} whose answer changes.",
        f"the others: updated minus before, over the {stale.unchanged} whose answer stays; margin {stale.margin:g}.",
        "before: by the answers before the change. After, not updated: the same replies by the new answers.",
        "updated: after the cheapest update, which the second column names; what has nothing built in stays as it is.",
        "re-index: built again on the new documents. Retrain: on the new answers of the training items.",
        "gained: updated minus not updated. Regained: updated minus before, question by question.",
        "Differences are paired on the same questions, with 95 % intervals. A recording cannot be updated here.",
    ]


def _taught(one: Relearnt, stale: Stale) -> str | None:
    """Ovadia et al. 2023: retrieval teaches changed facts, fine-tuning alone hardly does."""
    sign = 1 if stale.higher_is_better else -1
    low, high = sorted((sign * one.difference.low, sign * one.difference.high))
    figure = f"{_difference(one.difference)} {stale.metric}"
    if high < 0:
        return (
            f"{one.trained}, trained again, does not know what {one.indexed} knows once indexed again ({figure}): as "
            "published, fine-tuning alone is not the way to learn facts that change (Ovadia et al., arXiv 2312.05934)."
        )
    if low > 0:
        return (
            f"{one.trained}, trained again, knows more of what changed than {one.indexed}, indexed again ({figure}). "
            "That is not what others found (Ovadia et al., arXiv 2312.05934): look whether the new answers stand in "
            "the training items, and what is retrieved."
        )
    return None


def _costs(stale: Stale) -> Iterator[list[str]]:
    for one in stale.candidates:
        if one.how.builds and one.after is not None:
            yield [one.name, _listed(one.counted), _listed(one.work), "unknown" if one.usd is None else usd(one.usd)]
        else:
            yield [one.name, "", one.how.value, ""]


def _listed(parts: Sequence[Paid]) -> str:
    return ", ".join(f"{p.what} ({'unknown' if p.usd is None else usd(p.usd)}, {p.source})" for p in parts)


def _figure(estimate: Estimate | None, *, interval: bool) -> str:
    if estimate is None:
        return ""
    return measured(estimate) if interval else measured(estimate).partition(" ")[0]


def _difference(found: Comparison | None) -> str:
    return "" if found is None else share(found.difference, found.low, found.high, signed=True)
