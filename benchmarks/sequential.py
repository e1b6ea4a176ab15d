"""How often looking after every item misleads, and what stopping early saves.

    python benchmarks/sequential.py [--runs 2000] [--seed 1]

Paired binary outcomes: an item is discordant with probability `discordant`, and the mean difference is
`truth`. The reference is the fixed-size test with 80 % power for the difference `delta` (Connor 1987). Many
sequences are simulated at once against one claim; the last line shows that `ConfidenceSequence` stops where
they do.
"""

import argparse

import numpy as np

from harness.stats.betting import STAKES, growth
from harness.stats.power import connor_items
from harness.stats.sequential import ConfidenceSequence, decide

ALPHA = 0.05
CELLS = [
    (discordant, delta)
    for discordant, deltas in {
        0.1: (0.02, 0.03, 0.045),
        0.2: (0.03, 0.05, 0.08),
        0.3: (0.03, 0.05, 0.1),
    }.items()
    for delta in deltas
]


def outcomes(discordant: float, truth: float, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    p = [(discordant - truth) / 2, 1 - discordant, (discordant + truth) / 2]
    return rng.choice([-1.0, 0.0, 1.0], p=p, size=shape)


def first_stops(
    totals: np.ndarray, sizes: np.ndarray, largest: int = 1, claim: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Unit at which each row first refutes `mean <= claim` and `mean >= claim`; one past the end if never."""
    runs, units = totals.shape
    stops = np.full((2, runs), units + 1)
    for side, (excess, gap) in enumerate(((totals + sizes, 1 + claim), (sizes - totals, 1 - claim))):
        capital, open_ = np.ones((STAKES.size, runs)), np.arange(runs)
        for unit in range(units):
            capital *= growth(excess[open_, unit], sizes[open_, unit], gap, largest)
            stopped = capital.mean(axis=0) >= 2 / ALPHA
            stops[side, open_[stopped]] = unit + 1
            capital, open_ = capital[:, ~stopped], open_[~stopped]
    return stops[0], stops[1]


def saving(runs: int, rng: np.random.Generator) -> None:
    print("Stopping where the truth is twice what the fixed-size test was powered for\n")
    print("| discordant | delta | truth | fixed n | mean n | share | decided by n | if truth = delta |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for discordant, delta in CELLS:
        n = connor_items(discordant, delta)
        x = outcomes(discordant, 2 * delta, (runs, 4 * n), rng)
        stop = np.minimum(np.minimum(*first_stops(x, np.ones_like(x))), 4 * n)
        y = outcomes(discordant, delta, (runs, n), rng)
        powered = np.minimum(*first_stops(y, np.ones_like(y))) <= n
        print(
            f"| {discordant:.0%} | {delta:.3f} | {2 * delta:.3f} | {n} | {stop.mean():.0f} "
            f"| {stop.mean() / n:.1%} | {(stop <= n).mean():.1%} | {powered.mean():.1%} |",
            flush=True,
        )


def false_decisions(runs: int, rng: np.random.Generator) -> None:
    print("\nFalse decisions, looked at after every one of 3000 items (at most 5 %)\n")
    print("| discordant | margin = truth | false |\n| --- | --- | --- |")
    for discordant in (0.1, 0.2, 0.3):
        for truth in (0.0, 0.03):
            x = outcomes(discordant, truth, (runs, 3000), rng)
            up, down = first_stops(x, np.ones_like(x), claim=truth)
            print(f"| {discordant:.0%} | {truth} | {(np.minimum(up, down) <= 3000).mean():.2%} |", flush=True)


def clustered(runs: int, rng: np.random.Generator) -> None:
    """Clusters of 1 to 8 items that share their outcome, so that items taken one by one would mislead."""
    print("\nClusters of 1 to 8 equal items, discordance 20 %, no difference, 1000 clusters\n")
    print("| unit | false |\n| --- | --- |")
    sizes = rng.integers(1, 9, size=(runs, 1000)).astype(float)
    shared = outcomes(0.2, 0.0, sizes.shape, rng)
    whole = first_stops(shared * sizes, sizes, largest=8)
    print(f"| clusters drawn whole | {(np.minimum(*whole) <= 1000).mean():.2%} |")
    few = min(runs, 500)
    single = np.stack([np.repeat(shared[i], sizes[i].astype(int))[:3000] for i in range(few)])
    wrong = first_stops(single, np.ones_like(single))
    print(f"| items, ignoring the clusters | {(np.minimum(*wrong) <= 3000).mean():.2%} |", flush=True)


def same_as_the_class(rng: np.random.Generator) -> None:
    x = outcomes(0.2, 0.06, (50, 2000), rng)
    fast = np.minimum(*first_stops(x, np.ones_like(x)))
    slow = []
    for row in x:
        sequence = ConfidenceSequence(alpha=ALPHA)
        stops = (i for i, value in enumerate(row, 1) if decide(sequence.update([value])))
        slow.append(next(stops, len(row) + 1))
    print(f"\n`ConfidenceSequence` stops at the same item in {(fast == slow).sum()} of {len(slow)} sequences")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    rng = np.random.default_rng(arguments.seed)
    saving(arguments.runs, rng)
    false_decisions(arguments.runs, rng)
    clustered(arguments.runs, rng)
    same_as_the_class(rng)


if __name__ == "__main__":
    main()
