"""How far a judge agrees with people, on the answers that both judged."""

from collections.abc import Mapping, Sequence
from statistics import fmean

import msgspec
import numpy as np
from numpy.typing import NDArray

from harness.data.table import group_codes
from harness.errors import ComparisonError
from harness.judge.human import Labels
from harness.judge.judgements import Judgements
from harness.metrics.judged import VERDICT
from harness.stats.agreement import Rate, cohen_kappa, error_rates
from harness.stats.proportion import wilson


class AgreementRow(msgspec.Struct, frozen=True):
    """The agreement on one candidate's answers, or on all."""

    candidate: str | None
    """None for all together."""
    n: int
    """Answers that both judged."""
    observed: float
    """Share of them on which judge and people say the same."""
    kappa: tuple[float, float, float] | None
    """Cohen's kappa: value, and the ends of its 95 % interval; None where both know one label alone."""
    sensitivity: tuple[float, float, float] | None
    """Of what people found right, the share that the judge did; None for grades, and where all labels are one."""
    specificity: tuple[float, float, float] | None
    """Of what people found wrong."""
    errors: dict[str, tuple[int, int]]
    """The same as (hits, answers): what `[judge] errors` takes."""


class JudgeAgreement(msgspec.Struct, frozen=True):
    """A judge against human labels."""

    task: str
    model: str
    metric: str
    """`judged` or `grade`."""
    rows: tuple[AgreementRow, ...]
    """All together first, then by candidate where there are several."""
    without_judgement: int
    """Labels whose answer has no judgement: they are left out."""
    repeats: int
    same_over_repeats: float | None
    """Share of the answers to which the judge said the same every time; None where it was asked once."""
    position_consistency: tuple[float, float, float] | None
    """Share to which it said the same with the expected answer shown first and last; None where it was asked once."""


def agreement_of(
    task: str,
    model: str,
    repeats: int,
    judged: Mapping[str, tuple[Judgements, Labels]],
    groups: Mapping[str, str | None],
) -> JudgeAgreement:
    """Cohen's kappa, sensitivity and specificity of a judge.

    Several answers to one item are not independent, and neither are the items of a group. A verdict that was given
    several times is that of the majority, a grade the nearest to the mean.

    Args:
        task: its name.
        model: the judge.
        repeats: how often it judged each answer.
        judged: by candidate what the judge and what people said.
        groups: by item.

    Raises:
        ComparisonError: no answer was judged by both.
    """
    metric = next(iter(judged.values()))[1].metric
    both = {name: _both(metric, *pair) for name, pair in judged.items()}
    shared = [(name, item, *pair) for name, pairs in both.items() for item, pair in pairs.items()]
    if not shared:
        raise ComparisonError("no answer has both a judgement and a human label.")
    everyone = [None, *both] if len(both) > 1 else [None]
    rows = []
    for who in everyone:
        mine = [one for one in shared if who in (None, one[0])]
        if mine:
            rows.append(_row(who, metric, mine, groups))
    labels = sum(len(pair[1].by_item) for pair in judged.values())
    return JudgeAgreement(
        task, model, metric, tuple(rows), labels - len(shared), repeats, _same(metric, judged), _swapped(metric, judged)
    )


_Shared = tuple[str, str, float, float]
"""Candidate, item, what the judge said, what people said."""


def _both(metric: str, judgements: Judgements, labels: Labels) -> dict[str, tuple[float, float]]:
    said = judgements.scores.get(metric, {})
    return {item: (_spoken(metric, said[item]), label) for item, label in labels.by_item.items() if item in said}


def _spoken(metric: str, mean: float) -> float:
    """The verdict of the majority, a tie being wrong; the nearest grade."""
    return float(mean > 0.5) if metric == VERDICT else float(np.floor(mean + 0.5))


def _row(who: str | None, metric: str, shared: Sequence[_Shared], groups: Mapping[str, str | None]) -> AgreementRow:
    said = np.asarray([one[2] for one in shared])
    label = np.asarray([one[3] for one in shared])
    codes = _clusters([one[1] for one in shared], groups)
    kappa = cohen_kappa(label, said, codes)
    # Of labels that are all the same, one of the two rates does not exist and the other is half of the story.
    found = error_rates(label, said, codes) if metric == VERDICT and len(set(label.tolist())) == 2 else None
    rates = {"sensitivity": found.sensitivity, "specificity": found.specificity} if found else {}
    return AgreementRow(
        candidate=who,
        n=len(shared),
        observed=kappa.observed,
        kappa=(kappa.value, kappa.low, kappa.high) if kappa.chance < 1 else None,
        sensitivity=_ends(rates.get("sensitivity")),
        specificity=_ends(rates.get("specificity")),
        errors={name: (rate.hits, rate.n) for name, rate in rates.items()},
    )


def _clusters(items: Sequence[str], groups: Mapping[str, str | None]) -> NDArray[np.int64] | None:
    if len(set(items)) == len(items):
        return group_codes([groups.get(item) for item in items])
    return group_codes([groups.get(item) or f"\0{item}" for item in items])


def _ends(rate: Rate | None) -> tuple[float, float, float] | None:
    return None if rate is None else (rate.value, rate.low, rate.high)


def _same(metric: str, judged: Mapping[str, tuple[Judgements, Labels]]) -> float | None:
    several = [scores for scores in _repeated(metric, judged) if len(scores) > 1]
    return fmean(len(set(scores.values())) == 1 for scores in several) if several else None


def _swapped(metric: str, judged: Mapping[str, tuple[Judgements, Labels]]) -> tuple[float, float, float] | None:
    """Repeats with odd numbers were shown the expected answer first, those with even ones last."""
    alike = []
    for scores in _repeated(metric, judged):
        first, last = ([score for number, score in scores.items() if number % 2 == odd] for odd in (1, 0))
        if first and last:
            alike.append(_spoken(metric, fmean(first)) == _spoken(metric, fmean(last)))
    if not alike:
        return None
    ends = wilson(sum(alike), len(alike))
    return fmean(alike), ends.low, ends.high


def _repeated(metric: str, judged: Mapping[str, tuple[Judgements, Labels]]) -> list[Mapping[int, float]]:
    return [scores for judgements, _ in judged.values() for scores in judgements.repeats.get(metric, {}).values()]
