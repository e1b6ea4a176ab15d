"""What all candidates share: the items that every run has, and one set of bootstrap draws over them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from harness.estimate import Comparison
from harness.figures.columns import DRAWS
from harness.figures.joint import Pairs, joint_figures
from harness.figures.units import concerned
from harness.leaderboard.rows import Entry
from harness.metrics.metric import Metric
from harness.scores import common
from harness.stats.arrays import FloatArray
from harness.stats.bootstrap import Side
from harness.stats.clusters import FEW_EFFECTIVE
from harness.stats.power import detectable_difference
from harness.stats.simultaneous import against, all_pairs, best_of, rank_sets, simultaneous


@dataclass(frozen=True)
class Joint:
    """The figures of k candidates in the primary metric, in the same resamples of their common items."""

    names: tuple[str, ...]
    """Of the candidates."""
    n: int
    """Items that every run has."""
    others: int
    """Items that some runs have and others not."""
    pairs: Pairs | None
    """Their figures and draws; None where no item is common, or none of them has a score everywhere."""

    @property
    def known(self) -> bool:
        """Whether there are figures."""
        return self.pairs is not None

    def point(self, name: str) -> float | None:
        """The figure of one candidate; None where nothing is known."""
        return float(self.pairs.figures.estimates[self.names.index(name)]) if self.pairs else None

    @cached_property
    def ranks(self) -> dict[str, tuple[int, int]]:
        """By candidate the best and the worst rank that it may truly have, all at once; empty for a single one."""
        k = len(self.names)
        if k < 2 or self.pairs is None:
            return {}
        sets = rank_sets(simultaneous(*self._better(self.pairs), all_pairs(k), interval=self.pairs.better), k)
        return dict(zip(self.names, sets, strict=True))

    def detectable(self, name: str, reference: str) -> float | None:
        """The smallest true difference that the items show, by the draws' spread: pairing and groups are in it.

        None where nothing is known, or the difference rests on so little that its spread is hardly known.
        """
        if self.pairs is None:
            return None
        a, b = self.names.index(name), self.names.index(reference)
        if self.pairs.footing(a, b).fewest < FEW_EFFECTIVE:
            return None
        draws = self.pairs.figures.draws
        error = float(np.nanstd(draws[:, a] - draws[:, b], ddof=1))
        return detectable_difference(self.n, self.n * error**2) if error > 0 else None

    def differences(self, reference: str) -> dict[str, Comparison]:
        """By candidate how much better it is than `reference`, all at once: each row is looked at."""
        if self.pairs is None:
            return {}
        figures, rows = self.pairs.figures, against(len(self.names), self.names.index(reference))
        found = simultaneous(figures.estimates, figures.draws, rows, interval=self.pairs.interval)
        return {
            self.names[a]: Comparison(
                against=reference,
                difference=float(found.value[j]),
                low=float(found.low[j]),
                high=float(found.high[j]),
                p_value=float("nan"),
                n=self.n,
                method="paired, simultaneous over the rows (max-T)",
            )
            for j, (a, _) in enumerate(found.pairs)
        }

    def best_against_best(self, ours: Sequence[str], theirs: Sequence[str]) -> Comparison | None:
        """The best of one group against the best of another, whichever they truly are."""
        if not ours or not theirs or self.pairs is None:
            return None
        a, b = ([self.names.index(name) for name in names] for names in (ours, theirs))
        found = best_of(a, b, *self._better(self.pairs), interval=self.pairs.better)
        return Comparison(
            against=f"{self.names[found.best_a]} - {self.names[found.best_b]}",
            difference=found.value,
            low=found.low,
            high=found.high,
            p_value=float("nan"),
            n=self.n,
            method="paired, simultaneous over all pairs of the two groups (max-T)",
        )

    @staticmethod
    def _better(pairs: Pairs) -> tuple[FloatArray, FloatArray]:
        """Figures and draws, higher is better."""
        sign = 1.0 if pairs.metric.higher_is_better else -1.0
        return sign * pairs.figures.estimates, sign * pairs.figures.draws


def joint_of(metric: Metric, entries: Sequence[Entry], rng: np.random.Generator) -> Joint:
    """The figures of all entries, over the items that each of their runs has and has a score for."""
    names = tuple(entry.name for entry in entries)
    runs = [(k, run.scores) for k, entry in enumerate(entries) for run in entry.runs]
    if not runs:
        return Joint(names, 0, 0, None)
    places, others = common([scores for _, scores in runs])
    columns = [s.columns[metric.name].taken(p) for (_, s), p in zip(runs, places, strict=True)]
    scored = np.all([column.codes >= 0 for column in columns], axis=0) & concerned(metric, columns)
    if not scored.any():
        return Joint(names, len(places[0]), others, None)
    columns, owners = [column.taken(scored) for column in columns], [k for k, _ in runs]
    codes = runs[0][1].clusters
    groups = None if codes is None else codes[places[0]][scored]
    sides = [Side(metric.aggregate, column.values, column.codes) for column in columns]
    figures = joint_figures(sides, owners, DRAWS, rng, groups)
    seeds = [[c for c, k in zip(columns, owners, strict=True) if k == j] for j in range(len(entries))]
    return Joint(names, len(places[0]), others, Pairs(metric, seeds, groups, figures))
