"""How far a judge agrees with people, as text and as JSON."""

from harness.errors import counted
from harness.judge.agreement import AgreementRow, JudgeAgreement
from harness.run.files import indented


def agreement_json(found: JudgeAgreement) -> bytes:
    """Indented JSON."""
    return indented(found)


def agreement_text(found: JudgeAgreement) -> str:
    """Kappa, sensitivity and specificity with their intervals, and what to write into `task.toml`."""
    lines = [f"{found.model} against people in {found.metric}, 95 % intervals:", ""]
    for row in found.rows:
        lines += [*_row(row), ""]
    first = found.rows[0]
    if first.errors:
        tallies = ", ".join(f"{name} = [{hits}, {n}]" for name, (hits, n) in first.errors.items())
        lines.append(f"For other items of the same kind: [judge] errors = {{ {tallies} }}")
    elif found.metric == "judged":
        lines.append("All labels are the same: the judge's errors on the other kind of answer are not known.")
    if found.without_judgement:
        lines.append(f"Labelled answers without a judgement, left out: {found.without_judgement}.")
    if found.same_over_repeats is not None:
        lines.append(
            f"Asked {found.repeats} times, the judge said the same of {found.same_over_repeats:.0%} of answers."
        )
    if found.position_consistency is not None:
        share, low, high = found.position_consistency
        lines.append(
            f"With the expected answer shown first and last it said the same of {share:.1%} [{low:.1%}, {high:.1%}] "
            "(position consistency)."
        )
    elif found.repeats < 2:
        lines.append("[judge] repeats = 2 shows the expected answer first and last, and tells how consistent it is.")
    return "\n".join(lines) + "\n"


def _row(row: AgreementRow) -> list[str]:
    lines = [f"{row.candidate or 'all'}: {counted(row.n, 'answer')}, {row.observed:.1%} judged alike"]
    if row.kappa is None:
        lines.append("  Cohen's kappa  not defined: judge and people gave one and the same label to all of them")
    figures = (("Cohen's kappa", row.kappa), ("sensitivity", row.sensitivity), ("specificity", row.specificity))
    for name, ends in figures:
        if ends is not None:
            hits = row.errors.get(name)
            count = f"  ({hits[0]} of {hits[1]})" if hits else ""
            lines.append(f"  {name:<14} {ends[0]:.3f} [{ends[1]:.3f}, {ends[2]:.3f}]{count}")
    return lines
