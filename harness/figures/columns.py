"""What the choice of a method asks of scores, and the settings that all methods share."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.metrics.arrays import Values
from harness.metrics.metric import Metric
from harness.scores import Column
from harness.stats.bootstrap import Side
from harness.stats.clusters import unit_count
from harness.stats.influence import MOST_VALUES
from harness.stats.multiseed import Seeded

DRAWS = 2000
BOOTSTRAP_SEED = 0
"""Of all draws over records: the same records give the same figures."""
MANY = 10_000
"""Items or clusters from which on draws are normal: the bootstrap would take minutes for the same."""
LEVEL, ONE_SIDED = 0.95, 0.90
"""The ends of a two-sided 90 % interval are one-sided 95 % bounds."""
SURE = (1 + ONE_SIDED) / 2
"""The level of such a bound."""

METHODS = {
    "percentile": "",
    "bca": ", BCa",
    "t": ", t standard errors of few units",
    "logit": ", t standard errors of the logit",
}
"""How a bootstrap interval was made, in words that follow its name; percentiles go without saying."""


def binary(column: Column) -> bool:
    """Whether every score is 0 or 1."""
    return all(v in (0, 1) for v in column.values)


def many(sides: Sequence[Side | Column], groups: NDArray[np.int64] | None) -> bool:
    """Whether there are so many items or clusters, of few distinct scores, that draws are normal."""
    return unit_count(groups, len(np.asarray(sides[0].codes))) >= MANY and all(
        len(side.values) <= MOST_VALUES for side in sides
    )


def seeded(metric: Metric, columns: Sequence[Column]) -> Seeded:
    """The columns of several seeds over one list of distinct values."""
    values: dict[Any, int] = {}
    tables = [np.asarray([values.setdefault(v, len(values)) for v in c.values], dtype=np.int64) for c in columns]
    codes = np.stack([table[c.codes] for table, c in zip(tables, columns, strict=True)])
    return Seeded(metric.aggregate, Values(values), codes)
