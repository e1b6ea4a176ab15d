"""Two candidates side by side: the difference, what can be claimed of it, and what it would take to claim more."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import stats

from harness.errors import ComparisonError, some
from harness.estimate import Comparison, Estimate
from harness.figures import Paired, difference, metric_estimate, pair
from harness.metrics.metric import Metric
from harness.scores import Scores
from harness.stats.equivalence import claims
from harness.stats.paired import agreement, mcnemar
from harness.stats.permutation import sign_flip_p, swap_p
from harness.stats.power import detectable_difference, items_to_settle

POWER = 0.8
_ONE_SIDED = 0.90
"""The ends of a two-sided 90 % interval are one-sided 95 % bounds."""


@dataclass(frozen=True)
class Contender:
    """One of the two: a name and its runs, one per seed."""

    name: str
    runs: Sequence[Scores]


class Claimed(msgspec.Struct, frozen=True):
    """What the items show of A and B at the margin, each with one-sided confidence of 95 %."""

    a_better: bool
    b_better: bool
    a_better_by_margin: bool
    """A is better by more than the margin."""
    b_better_by_margin: bool
    a_not_worse: bool
    """A is worse by less than the margin, if at all: non-inferior."""
    b_not_worse: bool
    equivalent: bool
    """The two differ by less than the margin."""

    @property
    def settled(self) -> bool:
        """Whether it is known on which side of the margin the difference lies."""
        return self.a_better_by_margin or self.b_better_by_margin or self.equivalent


class Agreement(msgspec.Struct, frozen=True):
    """On how many items which of the two is right."""

    both_right: int
    only_a: int
    only_b: int
    both_wrong: int


class Test(msgspec.Struct, frozen=True):
    """A test that the two are equal."""

    name: str
    p_value: float


class Power(msgspec.Struct, frozen=True):
    """What this many items can show, by the spread that these have."""

    detectable: float
    """The smallest true difference that they show with a power of 80 %, two-sided at 5 %."""
    items_to_settle: int | None
    """Items in all that would settle it at the margin, were the difference what it seems; None where it is settled,
    or where the difference seems to be the margin itself."""


class Flip(msgspec.Struct, frozen=True):
    """An item that the two scored differently; with several seeds the scores are means over them."""

    item: str
    a: Any
    b: Any


class PairedComparison(msgspec.Struct, frozen=True):
    """Two candidates on the same items."""

    a: str
    b: str
    metric: str
    higher_is_better: bool
    margin: float
    n: int
    """Items of both."""
    groups: int
    """Groups among them; 0 where they have none."""
    others: int
    """Items that only one of the two has; they are left out."""
    unscored: int
    """Items of both without a score, in a metric that has no worst value; they are left out."""
    failed: tuple[int, int]
    """Of those items, the ones that A and B have no answer for, over their seeds."""
    estimates: tuple[Estimate, Estimate] | None
    """Of A and B on these items."""
    difference: Comparison
    """A minus B."""
    claimed: Claimed
    table: Agreement | None
    """For scores of 0 and 1 under one seed each."""
    tests: tuple[Test, ...] = ()
    power: Power | None = None
    without_failed: Comparison | None = None
    """The difference over the items that both answered, where that would change what is claimed."""
    flips: tuple[Flip, ...] = ()
    """The largest differences first."""
    warnings: tuple[str, ...] = ()
    kind: Literal["fixed", "sequential", "judged"] = "fixed"
    """Whether the interval is of a fixed number of items, anytime-valid, or prediction-powered."""


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
        ComparisonError: no item in common, items that differ under one id, a single group, or a negative margin.
    """
    if margin < 0:
        raise ComparisonError(f"the margin is 0 or more, found {margin:g}.")
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
    shown = _claimed(paired, b.name, margin, seed)
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
        table=_table(paired),
        tests=_tests(paired, found, rng),
        power=power_of(found, margin, settled=shown.settled),
        without_failed=_without_failed(metric, a, b, margin, shown, found, seed),
        flips=flips(paired, a.runs[0]),
        warnings=_warnings(groups),
    )


def compare_stopped(metric: Metric, a: Contender, b: Contender, margin: float, found: Comparison) -> PairedComparison:
    """A against B where a run was ended because the pair was decided: the anytime-valid interval and what it claims.

    Nothing of a fixed number of items is in it: no test, no power, no interval of either alone.

    Args:
        metric: the primary one, which the runs were ended by.
        a: the one that the difference speaks of.
        b: the one that is subtracted.
        margin: the smallest difference that matters.
        found: the confidence sequence as it stood when the runs ended.
    """
    paired = pair(metric, a.runs, b.runs)
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
        claimed=claims_of(found.low, found.high, margin, higher_is_better=metric.higher_is_better),
        table=_table(paired),
        flips=flips(paired, a.runs[0]),
        kind="sequential",
    )


def claims_of(low: float, high: float, margin: float, *, higher_is_better: bool = True) -> Claimed:
    """What the ends of a two-sided 90 % interval of A - B allow to claim."""
    if not higher_is_better:
        low, high = -high, -low
    a, b = claims(low, high, margin), claims(-high, -low, margin)
    return Claimed(
        a.superior, b.superior, a.superior_by_margin, b.superior_by_margin, a.non_inferior, b.non_inferior, a.equivalent
    )


def power_of(found: Comparison, margin: float, *, settled: bool) -> Power | None:
    """What the items can show; None where the interval has no width or no end.

    The spread is taken from the interval, whose half is 1.96 standard errors: pairing, groups, seeds and the form of
    the metric are in it (Miller 2024, arXiv 2411.00640, with the observed variance).
    """
    error = (found.high - found.low) / 2 / float(stats.norm.ppf(0.975))
    if not np.isfinite(error) or error <= 0:
        return None
    variance = found.n * error**2
    # One-sided 95 % bounds decide, so that alpha is .10 for two sides.
    needed = None if settled else items_to_settle(found.difference, variance, margin, alpha=0.10, power=POWER)
    return Power(detectable_difference(found.n, variance, power=POWER), needed)


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
        raise ComparisonError(
            f"{len(wrong)} items differ in content under the same id in {a.name} and {b.name}: {some(wrong)}. Both "
            "must be of the same version of the data."
        )


def flips(paired: Paired, run: Scores) -> tuple[Flip, ...]:
    """The items that the two scored differently; `run` is A's first."""
    a, b = (_shown(paired.metric, columns) for columns in (paired.a, paired.b))
    wrong = [i for i in range(paired.n) if a[i] != b[i]]
    if paired.metric.is_mean:
        wrong.sort(key=lambda i: (-abs(a[i] - b[i]), a[i] < b[i]))
    return tuple(Flip(run.ids[paired.places[i]], a[i], b[i]) for i in wrong)


def _shown(metric: Metric, columns: Any) -> list[Any]:
    """The score of each item: the mean over seeds where there is one, else what the first seed scored."""
    if metric.is_mean:
        means: list[Any] = np.mean([c.numbers for c in columns], axis=0).tolist()
        return means
    return [columns[0].values[code] for code in columns[0].codes]


def _claimed(paired: Paired, against: str, margin: float, seed: int) -> Claimed:
    narrow = difference(paired, against, np.random.default_rng(seed), _ONE_SIDED)
    return claims_of(narrow.low, narrow.high, margin, higher_is_better=paired.metric.higher_is_better)


def _table(paired: Paired) -> Agreement | None:
    if not paired.binary or len(paired.a) > 1 or len(paired.b) > 1:
        return None
    return Agreement(*agreement(paired.a[0].numbers, paired.b[0].numbers))


def _tests(paired: Paired, found: Comparison, rng: np.random.Generator) -> tuple[Test, ...]:
    single = len(paired.a) == len(paired.b) == 1
    table = _table(paired)
    tests = []
    if table is not None and paired.groups is None:
        counted = agreement(paired.a[0].numbers, paired.b[0].numbers)
        tests.append(Test("McNemar, exact", mcnemar(counted).p_value))
    elif not table:
        tests.append(Test(found.method, found.p_value))
    if paired.metric.is_mean:
        a, b = (np.mean([c.numbers for c in columns], axis=0) for columns in (paired.a, paired.b))
        unit = "items" if paired.groups is None else "groups"
        tests.append(Test(f"permutation, signs of {unit} flipped", sign_flip_p(a - b, rng, paired.groups)))
    elif single:
        values, a_codes, b_codes = _one_list(paired)
        p_value = swap_p(paired.metric.aggregate, values, a_codes, b_codes, rng, groups=paired.groups)
        tests.append(Test("permutation, scores of A and B swapped", p_value))
    return tuple(tests)


def _one_list(paired: Paired) -> tuple[list[Any], NDArray[np.int64], NDArray[np.int64]]:
    number: dict[Any, int] = {}
    codes = [
        np.asarray([number.setdefault(v, len(number)) for v in c.values])[c.codes] for c in (paired.a[0], paired.b[0])
    ]
    return list(number), codes[0], codes[1]


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
    same = _claimed(paired, b.name, margin, seed) == shown and _sign(other) == _sign(found)
    return None if same else other


def _sign(found: Comparison) -> int:
    """Which side of 0 the interval is on; 0 where it holds it."""
    return int(found.low > 0) - int(found.high < 0)


def _warnings(groups: int) -> tuple[str, ...]:
    if 0 < groups < 20:
        return (f"{groups} groups are few: an interval over fewer than 20 may not cover as it says.",)
    return ()
