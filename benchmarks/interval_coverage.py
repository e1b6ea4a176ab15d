"""How often nominal 95 % intervals hold the truth, cell by cell, as Markdown.

    python benchmarks/interval_coverage.py [repetitions]

Cells where `few_for_coverage` warns at the true rate are marked; so are those of few or very unequal groups, and the
mean over two seeds, which leave one degree of freedom.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from harness.stats.arrays import FloatArray, IntArray
from harness.stats.bootstrap import Bootstrapped, Method, bootstrap
from harness.stats.clusters import few_clusters
from harness.stats.interval import Interval
from harness.stats.mean import MeanEstimate, mean_interval
from harness.stats.multiseed import MultiSeed, Seeded, multi_bootstrap
from harness.stats.paired import PairedDifference, compare_means
from harness.stats.proportion import few_for_coverage, wilson, wilson_clustered

Rng = np.random.Generator
ITEMS = (30, 100, 1000)
RATES = (0.5, 0.9, 0.99)
# Share of items on which one of two candidates is right, and the difference.
PAIRS = ((0.3, 0.0), (0.2, 0.05), (0.1, 0.03))
PAIR_SIZE, PAIR_ICC = 3, 0.2
PAIRED_CLASSES = [(target, answer) for target in range(3) for answer in range(3)]


class Cell(NamedTuple):
    """One row of the table."""

    interval: str
    truth: str
    items: int
    clusters: str
    share: float
    warned: bool


def main() -> None:
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    rng = np.random.default_rng(1)
    print("| interval | of | items | clusters | covers | |")
    print("| --- | --- | ---: | --- | ---: | --- |")
    cells = []
    grouped = (clustered(rng, repetitions), paired(rng, repetitions), unequal(rng, repetitions))
    for part in (proportions(), *grouped, means(rng, repetitions)):
        for cell in part:
            inside = 0.93 <= cell.share <= 0.97
            mark = "warned" if cell.warned else "" if inside else "**outside 93 to 97**"
            print("|", " | ".join(map(str, cell[:4])), f"| {cell.share:.1%} | {mark} |", flush=True)
            cells.append(cell)
    plain = [cell.share for cell in cells if not cell.warned]
    within = sum(0.93 <= share <= 0.97 for share in plain)
    print(
        f"\n{within} of {len(plain)} cells without a warning lie within 93 to 97 %, all within "
        f"{min(plain):.1%} to {max(plain):.1%}; those with one within "
        f"{min(cell.share for cell in cells if cell.warned):.1%} to {max(c.share for c in cells if c.warned):.1%}."
        f"\n{repetitions} repetitions: a standard error of {np.sqrt(0.95 * 0.05 / repetitions):.1%}."
    )


def proportions() -> Iterator[Cell]:
    """Without clusters no simulation is needed: the sum over all outcomes is exact."""
    for n in ITEMS:
        successes = np.arange(n + 1)
        intervals = [wilson(int(k), n) for k in successes]
        for rate in RATES:
            holds = np.array([low <= rate <= high for low, high in intervals])
            share = float(stats.binom.pmf(successes, n, rate) @ holds)
            yield Cell("Wilson (exact)", f"p = {rate}", n, "", share, few_for_coverage(n * rate, n))


def clustered(rng: Rng, repetitions: int) -> Iterator[Cell]:
    """Clusters of geometric size, whose rates are Beta around the true one."""
    for n in ITEMS:
        for size in (3, 10):
            for icc in (0.0, 0.1, 0.3):
                for rate in RATES:
                    share = held(partial(one_clustered, rng, n // size, size, rate, icc), rate, repetitions)
                    label = f"{n // size}, mean size {size}, icc {icc}"
                    warned = few_for_coverage(n * rate, n, n // size)
                    yield Cell("Wilson, clustered", f"p = {rate}", n, label, share, warned)


def paired(rng: Rng, repetitions: int) -> Iterator[Cell]:
    """Two candidates on the same items, without clusters and with clusters of geometric size."""
    clusters = f"mean size {PAIR_SIZE}, icc {PAIR_ICC}"
    for n in ITEMS:
        for discordant, difference in PAIRS:
            truth = f"difference {difference}, discordant {discordant}"
            share = held(partial(one_pair, rng, n, 1, discordant, difference), difference, repetitions)
            warned = few_for_coverage(n * discordant, n)
            yield Cell("Tango", truth, n, "", share, warned)
            share = held(partial(one_pair, rng, n, PAIR_SIZE, discordant, difference), difference, repetitions)
            warned = few_for_coverage(n * discordant, n, n // PAIR_SIZE)
            yield Cell("clustered paired t", truth, n, f"{n // PAIR_SIZE}, {clusters}", share, warned)


def unequal(rng: Rng, repetitions: int) -> Iterator[Cell]:
    """One group of many items beside single ones; and macro-F1 over few groups, whose sizes are those of chance."""
    for big in (25, 100):
        groups = np.r_[np.zeros(big, dtype=np.int64), np.arange(1, big + 1)]
        for icc in (0.0, 0.1, 0.3):
            share = held(partial(one_dominated, rng, groups, icc), 0.0, repetitions)
            label = f"one of {big}, {big} of 1, icc {icc}"
            yield Cell("clustered paired t", "difference 0", 2 * big, label, share, few_clusters(groups))
    truth = float(macro_f1(PAIRED_CLASSES, np.bincount(three_classes(rng, 400_000, 40_000)[0], minlength=9)[None])[0])
    for n, groups_drawn in ((90, 3), (100, 10), (300, 30)):
        share = held(partial(one_macro_f1, rng, n, groups_drawn), truth, repetitions // 2)
        yield Cell("bootstrap over groups", "macro-F1", n, str(groups_drawn), share, groups_drawn < 20)


def means(rng: Rng, repetitions: int) -> Iterator[Cell]:
    """A skewed score between 0 and 1, Beta(4, 1) to two digits; and normal scores over seeds."""
    truth = "mean of a skewed score"
    for n in ITEMS:
        yield Cell("t", truth, n, "", held(partial(one_mean, rng, n), 0.8, repetitions), False)
        for method in ("percentile", "bca"):
            share = held(partial(one_bootstrap, rng, n, method), 0.8, repetitions // 2)
            yield Cell(f"bootstrap, {method}", truth, n, "", share, False)
    for seeds in (2, 3, 5):
        share = held(partial(one_crossed, rng, seeds), 0.8, repetitions // 2)
        yield Cell("multi-bootstrap", f"mean over {seeds} seeds", 100, "", share, seeds < 3)


def held(interval: Callable[[], Any], truth: float, repetitions: int) -> float:
    found = (interval() for _ in range(repetitions))
    return float(np.mean([one.low <= truth <= one.high for one in found]))


def one_clustered(rng: Rng, clusters: int, size: int, rate: float, icc: float) -> Interval:
    groups = np.repeat(np.arange(clusters), rng.geometric(1 / size, clusters))
    strength = (1 - icc) / icc if icc else np.inf
    rates = rng.beta(rate * strength, (1 - rate) * strength, clusters) if icc else np.full(clusters, rate)
    return wilson_clustered(rng.random(groups.size) < rates[groups], groups)


def one_pair(rng: Rng, n: int, size: int, discordant: float, difference: float) -> PairedDifference:
    """An item repeats the outcome of its cluster with probability sqrt(icc), so two agree by icc."""
    if size == 1:
        groups, outcome = None, rng.random(n)
    else:
        groups = np.repeat(np.arange(n // size), rng.geometric(1 / size, n // size))
        repeats = rng.random(groups.size) < np.sqrt(PAIR_ICC)
        outcome = np.where(repeats, rng.random(n // size)[groups], rng.random(groups.size))
    only_a, only_b = (discordant + difference) / 2, (discordant - difference) / 2
    a = (outcome < only_a) | (outcome >= discordant)
    b = (outcome >= only_a) & (outcome < only_a + only_b) | (outcome >= discordant)
    return compare_means(a, b, groups, True, rng)


def one_dominated(rng: Rng, groups: IntArray, icc: float) -> PairedDifference:
    a, b = (
        np.sqrt(icc) * rng.standard_normal(groups.max() + 1)[groups]
        + np.sqrt(1 - icc) * rng.standard_normal(groups.size)
        for _ in range(2)
    )
    return compare_means(a, b, groups, False, rng)


def three_classes(rng: Rng, n: int, clusters: int) -> tuple[IntArray, IntArray]:
    """Codes of (target, answer) out of three classes, right on about 3 of 4, and the clusters of the items."""
    groups, target = rng.integers(0, clusters, n), rng.integers(0, 3, n)
    right = rng.random(n) < 1 / (1 + np.exp(-(1.2 + 0.5 * rng.standard_normal(clusters)[groups])))
    return 3 * target + np.where(right, target, rng.integers(0, 3, n)), groups


def one_macro_f1(rng: Rng, n: int, clusters: int) -> Bootstrapped:
    codes, groups = three_classes(rng, n, clusters)
    return bootstrap(macro_f1, PAIRED_CLASSES, codes, 600, rng, groups=groups, bounds=(0.0, 1.0))


def macro_f1(pairs: Sequence[tuple[int, int]], counts: IntArray) -> FloatArray:
    target, answer = np.asarray(pairs).T
    found = []
    for k in range(3):
        both = counts[:, (target == k) & (answer == k)].sum(axis=1)
        found.append(2 * both / np.maximum(1, counts[:, target == k].sum(axis=1) + counts[:, answer == k].sum(axis=1)))
    return np.asarray(np.mean(found, axis=0))


def one_mean(rng: Rng, n: int) -> MeanEstimate:
    return mean_interval(rng.beta(4, 1, n))


def one_bootstrap(rng: Rng, n: int, method: Method) -> Bootstrapped:
    values, codes = np.unique(rng.beta(4, 1, n).round(2), return_inverse=True)
    return bootstrap(mean, values, codes, 1000, rng, method=method)


def one_crossed(rng: Rng, seeds: int) -> MultiSeed:
    noise = rng.standard_normal((seeds, 100)) + rng.standard_normal(100)
    scores = 0.8 + 0.02 * rng.standard_normal((seeds, 1)) + 0.1 * noise
    values, codes = np.unique(scores.round(2), return_inverse=True)
    return multi_bootstrap(Seeded(mean, values, codes.reshape(scores.shape)), 300, rng)


def mean(values: FloatArray, counts: IntArray) -> FloatArray:
    return np.asarray(counts @ values / counts.sum(axis=1))


if __name__ == "__main__":
    main()
