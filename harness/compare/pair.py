"""Two candidates side by side: the difference, what can be claimed of it, and what it would take to claim more."""

import numpy as np

from harness.compare.claims import check_margin, claims_of
from harness.compare.equality import agreement_of, equality_tests
from harness.compare.flips import flips
from harness.compare.power import FEWEST, power_of
from harness.compare.result import Claimed, Contender, PairedComparison
from harness.early.stopped import as_comparison
from harness.errors import ComparisonError, counted, some
from harness.estimate import Comparison, Estimate
from harness.figures.columns import ONE_SIDED
from harness.figures.estimates import metric_estimate
from harness.figures.paired import Paired, difference, pair
from harness.metrics.metric import Metric
from harness.run.manifest import Decided
from harness.stats.clusters import FEW, few_clusters


def compare_contenders(
    metric: Metric, a: Contender, b: Contender, margin: float, rng: np.random.Generator
) -> PairedComparison:
    """A against B in a metric, paired on the items of both.

    Args:
        metric: in whose units the margin is.
        a: the one that the difference speaks of.
        b: the one that is subtracted.
        margin: the smallest difference that matters, 0 or more.
        rng: for bootstrap and permutations.

    Raises:
        ComparisonError: no item in common, items that differ under one id, a single group, or a margin that cannot be.
    """
    check_margin(metric, margin)
    refuse_other_content(a, b)
    paired = pair(metric, a.runs, b.runs)
    groups = 0 if paired.groups is None else len(np.unique(paired.groups))
    if groups == 1 and paired.n > 1:
        raise ComparisonError(
            f"all {paired.n} items of both belong to one group. Items of a group are not independent, so that a "
            "single one says nothing about others; at least 2 are needed, and 20 for an interval to trust."
        )
    seed = int(rng.integers(2**63))
    found = difference(paired, b.name, np.random.default_rng(seed))
    shown = _claimed(paired, found, margin, seed)
    return PairedComparison(
        a=a.name,
        b=b.name,
        metric=metric.name,
        higher_is_better=metric.higher_is_better,
        margin=margin,
        n=paired.n,
        groups=groups,
        others=paired.others,
        unscored=paired.unscored,
        failed=(_failed(a, a, paired), _failed(b, a, paired)),
        estimates=(_estimate(metric, a, paired, seed), _estimate(metric, b, paired, seed, a)),
        difference=found,
        claimed=shown,
        table=agreement_of(paired),
        tests=equality_tests(paired, found, rng),
        power=power_of(paired, found, margin, rng, settled=shown.settled),
        without_failed=_without_failed(metric, a, b, margin, shown, found, seed),
        flips=flips(paired, a.runs[0]),
        warnings=_warnings(paired),
    )


def compare_stopped(metric: Metric, a: Contender, b: Contender, margin: float, decided: Decided) -> PairedComparison:
    """A against B where a run was ended because the pair was decided: the anytime-valid interval and what it claims.

    Nothing of a fixed number of items is in it: no test, no power, no interval of either alone.

    Args:
        metric: the primary one, which the runs were ended by.
        a: the one that the difference speaks of, on the items that the sequence looked at.
        b: the one that is subtracted, on the same items.
        margin: the smallest difference that matters.
        decided: the pair as it stood when it was decided, seen from A.

    Raises:
        ComparisonError: a margin that cannot be.
    """
    check_margin(metric, margin)
    paired, found = pair(metric, a.runs, b.runs), as_comparison(decided)
    return PairedComparison(
        a=a.name,
        b=b.name,
        metric=metric.name,
        higher_is_better=metric.higher_is_better,
        margin=margin,
        n=found.n,
        groups=0 if paired.groups is None else len(np.unique(paired.groups)),
        others=paired.others,
        unscored=paired.unscored,
        failed=(_failed(a, a, paired), _failed(b, a, paired)),
        estimates=None,
        difference=found,
        claimed=claims_of(found, found, margin, higher_is_better=metric.higher_is_better),
        table=agreement_of(paired),
        flips=flips(paired, a.runs[0]),
        kind="sequential",
        pairs=decided.pairs,
    )


def refuse_other_content(a: Contender, b: Contender) -> None:
    """Refuses items that have one id and two contents.

    Raises:
        ComparisonError: names some of them.
    """
    contents = {name: content for run in a.runs for name, content in zip(run.ids, run.hashes, strict=True)}
    wrong = [
        name
        for run in b.runs
        for name, content in zip(run.ids, run.hashes, strict=True)
        if contents.get(name, content) != content
    ]
    if wrong:
        differ = counted(len(wrong), "item differs", "items differ")
        raise ComparisonError(
            f"{differ} in content under the same id in {a.name} and {b.name}: {some(wrong)}. Both must be of the same "
            "version of the data."
        )


def _claimed(paired: Paired, found: Comparison, margin: float, seed: int) -> Claimed:
    narrow = difference(paired, found.against, np.random.default_rng(seed), ONE_SIDED)
    return claims_of(found, narrow, margin, higher_is_better=paired.metric.higher_is_better)


def _failed(who: Contender, first: Contender, paired: Paired) -> int:
    """Answers that are missing on the items of both, over the seeds of one of them."""
    ids = {first.runs[0].ids[i] for i in paired.places}
    return sum(run.ids[i] in ids for run in who.runs for i in np.flatnonzero(run.without_answer).tolist())


def _estimate(metric: Metric, who: Contender, paired: Paired, seed: int, first: Contender | None = None) -> Estimate:
    ids = [(first or who).runs[0].ids[i] for i in paired.places]
    kept = []
    for run in who.runs:
        place = {name: i for i, name in enumerate(run.ids)}
        kept.append(run.taken(np.asarray([place[name] for name in ids], dtype=np.int64)))
    return metric_estimate(metric, kept, np.random.default_rng(seed))


def _without_failed(
    metric: Metric, a: Contender, b: Contender, margin: float, shown: Claimed, found: Comparison, seed: int
) -> Comparison | None:
    answered = [run.taken(np.flatnonzero(~run.without_answer)) for run in (*a.runs, *b.runs)]
    if all(len(short) == len(run) for short, run in zip(answered, (*a.runs, *b.runs), strict=True)):
        return None
    try:
        paired = pair(metric, answered[: len(a.runs)], answered[len(a.runs) :])
    except ComparisonError:
        return None
    other = difference(paired, b.name, np.random.default_rng(seed))
    same = _claimed(paired, other, margin, seed) == shown and _sign(other) == _sign(found)
    return None if same else other


def _sign(found: Comparison) -> int:
    """Which side of 0 the interval is on; 0 where it holds it."""
    return int(found.low > 0) - int(found.high < 0)


def _warnings(paired: Paired) -> tuple[str, ...]:
    if paired.groups is not None and few_clusters(paired.groups):
        groups = len(np.unique(paired.groups))
        said = f"{groups} groups are few" if groups < FEW else f"Few of the {groups} groups hold most items"
        return (f"{said}: an interval over fewer than {FEW}, or over very unequal ones, may not cover as it says.",)
    if paired.n < FEWEST:
        return (f"Fewer than {FEWEST} items say too little of their spread to tell how many more would settle it.",)
    return ()
