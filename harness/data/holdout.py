"""Test items held out of the one file that a task brings, by seed: at random, by label, by whole groups."""

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from harness.config import Table
from harness.data.table import group_codes
from harness.errors import DataError, counted
from harness.types import Item

By = Literal["random", "stratified", "grouped", "temporal"]
DEFAULT_SHARE = 0.3
_DRAWS = 20


class SplitTable(Table):
    """`[data] split`."""

    by: By | None = None
    """Left out: by label where answers are labels, at random where not; whole groups wherever items have groups."""
    test_share: float | None = Field(default=None, gt=0, lt=1)
    folds: int | None = Field(default=None, ge=2)
    """So many parts, of which one is the test part."""
    fold: int | None = Field(default=None, ge=0)
    """Which one, from 0."""
    seed: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _fits(self) -> "SplitTable":
        if self.folds is not None and self.test_share is not None:
            raise ValueError("has both folds and test_share; one of them says how much is test")
        if (self.folds is None) != (self.fold is None):
            raise ValueError("folds and fold go together, e.g. { folds = 5, fold = 0 }")
        if self.folds is not None and self.fold is not None and self.fold >= self.folds:
            raise ValueError(f"fold: found {self.fold}; {self.folds} folds are counted from 0 to {self.folds - 1}")
        if self.by == "temporal" and self.folds is not None:
            raise ValueError("a temporal split has no folds: all but the last would test on the past; name test_share")
        if self.by == "temporal" and "seed" in self.model_fields_set:
            raise ValueError("a temporal split draws nothing; leave seed out")
        return self

    @property
    def share(self) -> float:
        """Of the items, those that are to be test."""
        return self.test_share or (1 / self.folds if self.folds else DEFAULT_SHARE)


@dataclass(frozen=True)
class Parts:
    """Items of one file, each part in the order of the file."""

    test: Sequence[Item]
    train: Sequence[Item]
    words: str | None = None
    """How they were told apart; None where each has a file of its own."""
    validation: Sequence[Item] = ()
    """Empty where it is to be cut from `train` by seed."""


def hold_out(items: Sequence[Item], table: SplitTable, *, labels: bool, where: str) -> Parts:
    """Test items by seed: at random or by label, and whole groups wherever items have groups.

    scikit-learn deals the items in the order of their ids, so that the order of the file does not matter, nor what is
    corrected in an item that has an id of its own. An item that is added may move others.

    Args:
        items: of one file.
        table: how; not temporal.
        labels: whether targets are labels, so that each part can have its share of each.
        where: the key in `task.toml`, for messages.

    Raises:
        DataError: too few items, groups, or items of a class.
    """
    order = sorted(range(len(items)), key=lambda i: items[i].id)
    ordered = [items[i] for i in order]
    if table.by == "stratified" and not labels:
        raise DataError(f'{where}: by = "stratified" needs answers that are labels. Take by = "random".')
    by_label = labels and table.by != "random"
    classes = np.unique([str(item.target) if by_label else "" for item in ordered], return_inverse=True)[1]
    groups = group_codes([item.group for item in ordered])
    if groups is None and table.by == "grouped":
        raise DataError(f'{where}: by = "grouped" needs groups: name their column, group = "..." under [data].')
    _check_enough(ordered, table, groups, by_label=by_label, where=where)
    dealt = _deal(classes, table) if groups is None else _deal_groups(classes, groups, table)
    chosen = {order[i] for i in dealt.tolist()}
    return Parts(
        [item for i, item in enumerate(items) if i in chosen],
        [item for i, item in enumerate(items) if i not in chosen],
        _words(len(items), table, by_label=by_label, grouped=groups is not None),
    )


def _check_enough(
    items: Sequence[Item], table: SplitTable, groups: NDArray[np.int64] | None, *, by_label: bool, where: str
) -> None:
    """Every part needs an item of each class; where whole groups are dealt, a group, and of one class enough."""
    least = table.folds or 2
    units = len(items) if groups is None else len(set(groups.tolist()))
    if units < least:
        raise DataError(
            f"{where}: {units} {'items' if groups is None else 'groups'} cannot be dealt into {least} parts."
        )
    if not by_label:
        return
    # Groups go where they go; of single items each part gets some of every class.
    counts = sorted((n, name) for name, n in Counter(str(item.target) for item in items).items())
    count, name = counts[0 if groups is None else -1]
    least = least if groups is None or table.folds else 1
    if count < least:
        raise DataError(
            f"{where}: {name!r} has {counted(count, 'item')}, and a split by label needs {least} of each. Add some, "
            'take fewer folds, or by = "random".'
        )


def _deal(classes: NDArray[Any], table: SplitTable) -> NDArray[np.int64]:
    """Positions of the test items among n items of these classes."""
    from sklearn.model_selection import ShuffleSplit, StratifiedKFold, StratifiedShuffleSplit

    if table.folds is not None and table.fold is not None:
        folds = StratifiedKFold(table.folds, shuffle=True, random_state=table.seed)
        return np.asarray(list(folds.split(classes, classes))[table.fold][1])
    several = len(set(classes.tolist())) > 1
    n, least = len(classes), len(set(classes.tolist()))
    size = min(max(round(table.share * n), least), n - least)
    splitter = StratifiedShuffleSplit if several else ShuffleSplit
    return np.asarray(next(splitter(1, test_size=size, random_state=table.seed).split(classes, classes))[1])


def _deal_groups(classes: NDArray[Any], groups: NDArray[np.int64], table: SplitTable) -> NDArray[np.int64]:
    """The same with whole groups: of some draws of groups, the one whose items come nearest to the share."""
    from sklearn.model_selection import GroupShuffleSplit, StratifiedGroupKFold

    if table.folds is not None and table.fold is not None:
        folds = StratifiedGroupKFold(table.folds, shuffle=True, random_state=table.seed)
        with warnings.catch_warnings():
            # A class with fewer items than folds cannot be in each of them: the groups decide.
            warnings.simplefilter("ignore", UserWarning)
            return np.asarray(list(folds.split(classes, classes, groups))[table.fold][1])
    several = len(set(groups.tolist()))
    size = min(max(round(table.share * several), 1), several - 1)
    draws = GroupShuffleSplit(_DRAWS, test_size=size, random_state=table.seed).split(classes, classes, groups)
    wanted = table.share * np.bincount(classes)

    def off(test: NDArray[np.int64]) -> float:
        return float(np.abs(np.bincount(classes[test], minlength=len(wanted)) - wanted).sum())

    return np.asarray(min((test for _, test in draws), key=off))


def _words(n: int, table: SplitTable, *, by_label: bool, grouped: bool) -> str:
    part = f"{100 * table.share:g} %" if table.folds is None else f"fold {table.fold} of {table.folds}"
    how = ["stratified by label" if by_label else "at random", *(["whole groups"] if grouped else [])]
    return f"{part} of {n:,} items, {', '.join(how)}, seed {table.seed}"
