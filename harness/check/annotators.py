"""How far several annotators agree."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from harness.check.finding import Finding, Level
from harness.errors import counted
from harness.stats.agreement import Agreement, cohen_kappa, fleiss_kappa

ENOUGH = 0.7


def findings(columns: Mapping[str, Sequence[Any]]) -> list[Finding]:
    """Cohen's kappa of two annotators, Fleiss' kappa of more, over the items that all of them labelled.

    Args:
        columns: by annotator the labels of the same items in the same order; None or "" where there is none.
    """
    rows = [row for row in zip(*columns.values(), strict=True) if all(cell not in (None, "") for cell in row)]
    if len(columns) == 1:
        return [Finding("annotators", Level.NOTE, f"{next(iter(columns))!r} alone: how far people agree takes two.")]
    if not rows:
        return []
    labels = {label: i for i, label in enumerate(sorted({str(cell) for row in rows for cell in row}))}
    codes = np.asarray([[labels[str(cell)] for cell in row] for row in rows])
    if len(labels) < 2:
        return [Finding("annotators", Level.NOTE, "all annotators gave every item the same label.")]
    found, name = _agreement(codes, len(labels))
    low = found.value < ENOUGH
    text = (
        f"{name} kappa of {len(columns)} annotators over {counted(len(rows), 'item')}: {found.value:.2f} "
        f"[{found.low:.2f}, {found.high:.2f}]"
    )
    reason = f"; under {ENOUGH} the targets themselves are in doubt, and no candidate can be better than they are."
    pairs = [f"{a} and {b}" for a, b in combinations(columns, 2)]
    return [Finding("annotators", Level.WARNING if low else Level.FINE, text + (reason if low else "."), pairs)]


def _agreement(codes: Any, labels: int) -> tuple[Agreement, str]:
    if codes.shape[1] == 2:
        return cohen_kappa(codes[:, 0], codes[:, 1]), "Cohen's"
    counts = np.stack([(codes == label).sum(axis=1) for label in range(labels)], axis=1)
    return fleiss_kappa(counts), "Fleiss'"
