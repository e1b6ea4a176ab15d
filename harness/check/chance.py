"""Rows of a table that are equal by chance: two columns of small whole numbers repeat, whoever made them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import prod

from harness.check.cells import same_cell
from harness.learning.tabular import as_number
from harness.types import Item

EXPECTED = 0.05
"""Equal rows that chance alone would put among the others, from which on an equal row proves nothing."""


def by_chance(test: Sequence[Item], taught: Sequence[Item]) -> frozenset[str]:
    """Ids of the test items whose row may well stand among the taught ones by chance.

    As many equal rows are to be expected as there are taught rows, times how often two of them agree in each column,
    multiplied as if columns were independent; where columns depend on one another more are. A text or a measurement
    that stands in one taught row alone is no chance, and neither is a column in which hardly two rows agree. Inputs
    that are no rows of a table are never equal by chance.
    """
    if len(taught) < 2 or not isinstance(taught[0].input, Mapping):
        return frozenset()
    rows = [item.input for item in taught]
    others = len(rows) - 1
    cells = {column: Counter(same_cell(row.get(column)) for row in rows) for column in rows[0]}
    agreeing = {name: sum(n * (n - 1) for n in held.values()) / (len(rows) * others) for name, held in cells.items()}

    def share(name: str, cell: object) -> float:
        number = as_number(cell)
        if number is not None and number.is_integer():
            return agreeing[name]
        return min(agreeing[name], max(cells[name][same_cell(cell)] - 1, 0) / others)

    def expected(row: Mapping[str, object]) -> float:
        return others * prod(share(name, row.get(name)) for name in cells)

    return frozenset(item.id for item in test if isinstance(item.input, Mapping) and expected(item.input) >= EXPECTED)
