"""The figure of a judged metric: the judge's opinion, or what people would say where they labelled some answers."""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import stats

from harness.estimate import Estimate
from harness.figures.columns import LEVEL, ONE_SIDED
from harness.figures.estimates import metric_estimate
from harness.judge.human import Labels
from harness.judge.judgements import Judgements
from harness.metrics.judged import VERDICT
from harness.metrics.metric import Metric
from harness.scores import Column, Scores
from harness.stats.interval import Interval
from harness.stats.judged import JudgedEstimate, judged_mean
from harness.stats.mean import clustered_variance
from harness.stats.proportion import effective_n
from harness.stats.rogan_gladen import rogan_gladen
from harness.task.judging import Errors

FEWEST = 20
"""Human labels, with fewer of which the interval may not cover as it says."""


def judged_estimate(
    metric: Metric,
    runs: Sequence[tuple[Scores, Judgements]],
    errors: Errors | None,
    rng: np.random.Generator,
    narrow: float = ONE_SIDED,
) -> Estimate:
    """The figure of a judged metric over the runs of one candidate.

    With human labels on a random part of the answers it is the prediction-powered mean of the labels (PPI++, arXiv
    2311.01453); with the judge's error rates from elsewhere Rogan and Gladen's; else the mean of what the judge says.
    An item without an answer counts the worst score for certain, and is neither the judge's nor a person's to score.

    Args:
        metric: whose scores are a judge's.
        runs: one per seed.
        errors: the judge's error rates, for verdicts of right and wrong.
        rng: for the bootstrap over seeds.
        narrow: level of the two-sided interval whose ends are the one-sided bounds.

    Raises:
        ComparisonError: nothing was judged.
    """
    plain = metric_estimate(metric, [scores for scores, _ in runs], rng, narrow)
    corrected, doubt = _corrected(metric, runs, errors, plain, narrow)
    missing = sum(judgements.unjudged.get(metric.name, (0, 0))[0] for _, judgements in runs)
    if missing:
        corrected = msgspec.structs.replace(corrected, failed=corrected.failed + missing, blind=True)
        doubt = doubt or f"Items without a judgement are left out of {metric.name}."
    return msgspec.structs.replace(corrected, warning=doubt or corrected.warning)


def _corrected(
    metric: Metric, runs: Sequence[tuple[Scores, Judgements]], errors: Errors | None, plain: Estimate, narrow: float
) -> tuple[Estimate, str | None]:
    scores, judgements = runs[0]
    labels = judgements.labels
    if labels is not None and labels.metric == metric.name and labels.by_item:
        if len(runs) > 1:
            return plain, "Human labels are of one seed's answers: with several, the figure is the judge's opinion."
        return _by_people(_Answered(metric, scores, narrow), labels, plain)
    if errors is not None and metric.name == VERDICT and len(runs) == 1:
        return _by_error_rates(_Answered(metric, scores, narrow), errors, plain), None
    return plain, None


def _by_people(part: "_Answered", labels: Labels, plain: Estimate) -> tuple[Estimate, str | None]:
    gold = np.asarray([labels.by_item.get(part.scores.ids[i], np.nan) for i in part.places.tolist()])
    known = ~np.isnan(gold)
    clusters = None if part.groups is None else part.groups[known]
    units = int(known.sum()) if clusters is None else len(np.unique(clusters))
    if units < 2:
        return plain, f"Too few human labels ({int(known.sum())}): {part.metric.name} is the judge's opinion."
    few = f"Human labels are few ({int(known.sum())}): the interval may not cover as it says."
    doubt = few if known.sum() < FEWEST else None
    if known.all():
        return _labels_alone(part, gold, plain), doubt
    wide, ends = (_powered(part, gold, known, level) for level in (LEVEL, part.narrow))
    method = f"PPI++, {wide.labelled} human labels, judge relied on by {wide.tuning:.0%}"
    return part.estimate(plain, wide.value, (wide.low, wide.high), (ends.low, ends.high), method), doubt


def _powered(part: "_Answered", gold: NDArray[np.float64], known: NDArray[np.bool_], level: float) -> JudgedEstimate:
    return judged_mean(
        gold[known],
        part.said[known],
        part.said[~known],
        groups=None if part.groups is None else part.groups[known],
        groups_unlabelled=None if part.groups is None else part.groups[~known],
        level=level,
        bounds=part.metric.bounds,
    )


def _labels_alone(part: "_Answered", gold: NDArray[np.float64], plain: Estimate) -> Estimate:
    """Every answer has a label: the judge adds nothing."""
    values, codes = np.unique(gold, return_inverse=True)
    ids = [part.scores.ids[i] for i in part.places.tolist()]
    labelled = part.scores.taken(part.places)
    column = Column([float(v) for v in values], codes.astype(np.int64))
    name = part.metric.name
    found = metric_estimate(
        part.metric,
        [Scores(ids, labelled.hashes, labelled.groups, {name: column}, labelled.failed, labelled.unparsed)],
        np.random.default_rng(0),
        part.narrow,
    )
    ends = (found.low, found.high), (found.lower, found.upper)
    return part.estimate(plain, found.value, *ends, f"human labels on every answer, {found.method}")


def _by_error_rates(part: "_Answered", errors: Errors, plain: Estimate) -> Estimate:
    """Rogan and Gladen's, with the effective number of items where they are grouped."""
    if not part.said.size:
        return plain
    right = (part.said > 0.5).astype(float)
    n = max(1, int(effective_n(right, part.groups)))
    value = rogan_gladen((int(right.sum()), right.size), errors.sensitivity, errors.specificity).value
    wide, ends = (
        rogan_gladen((round(float(right.mean()) * n), n), errors.sensitivity, errors.specificity, level)
        for level in (LEVEL, part.narrow)
    )
    method = "Rogan-Gladen, by the judge's errors on other items"
    return part.estimate(plain, value, (wide.low, wide.high), (ends.low, ends.high), method)


class _Answered:
    """The items of a run with a judgement, and their share among those that count."""

    def __init__(self, metric: Metric, scores: Scores, narrow: float) -> None:
        column = scores.columns[metric.name]
        scored, answered = column.codes >= 0, ~scores.without_answer
        self.metric, self.scores, self.narrow = metric, scores, narrow
        self.places = np.flatnonzero(scored & answered)
        self.said = column.taken(self.places).numbers
        clusters = scores.clusters
        self.groups = None if clusters is None else clusters[self.places]
        counted = answered[scored].astype(float)
        self._share = float(counted.mean())
        self._variance = clustered_variance(counted, None if clusters is None else clusters[scored])
        worst: Any = metric.failed(None) if metric.failed else 0.0  # the same for every item
        self._worst = float(worst)

    def estimate(
        self,
        plain: Estimate,
        value: float,
        wide: tuple[float, float],
        narrow: tuple[float, float],
        method: str,
    ) -> Estimate:
        """The figure over all items, from that over those with an answer."""
        low, high = self._over_all(value, wide, LEVEL)
        lower, upper = self._over_all(value, narrow, self.narrow)
        whole = self._worst + self._share * (value - self._worst)
        return Estimate(whole, low, high, lower, upper, LEVEL, plain.n, plain.failed, method, None, plain.blind)

    def _over_all(self, value: float, ends: tuple[float, float], level: float) -> Interval:
        """Both are uncertain, the mean of the answered and their share: their errors add up in squares."""
        above = value - self._worst
        luck = float(stats.norm.ppf((1 + level) / 2)) * abs(above) * np.sqrt(self._variance)
        whole = self._worst + self._share * above
        down, up = (np.hypot(self._share * (value - end), luck) for end in ends)
        least, most = self.metric.bounds or (-np.inf, np.inf)
        return Interval(max(float(whole - down), least), min(float(whole + up), most))
