"""Cutting a validation part off the training items, by seed."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from harness.types import Item


def cut_validation(
    train: Sequence[Item], test: Sequence[Item], share: float, seed: int
) -> tuple[list[Item], list[Item]]:
    """Training and validation items, each in the order of `train`.

    Validation stands to training as test does: if no group of the test items occurs among the training items, whole
    groups are cut off; otherwise single items, stratified by target where targets repeat.

    Args:
        train: labelled items.
        test: test items, of which only the groups are looked at.
        share: of `train` that becomes validation, 0 to 1; at least one item each side if there are two.
        seed: which items.
    """
    rng = np.random.default_rng([seed, 7919])
    size = min(max(round(share * len(train)), 1), len(train) - 1) if share > 0 and len(train) > 1 else 0
    groups = {item.group for item in train if item.group is not None}
    if len(groups) > 2 and groups.isdisjoint(item.group for item in test):
        chosen = _whole_groups(train, size, rng)
    else:
        chosen = _stratified(train, size, rng)
    return (
        [item for i, item in enumerate(train) if i not in chosen],
        [item for i, item in enumerate(train) if i in chosen],
    )


def _whole_groups(train: Sequence[Item], size: int, rng: np.random.Generator) -> set[int]:
    members: dict[str, list[int]] = defaultdict(list)
    for i, item in enumerate(train):
        members[item.group or f"\0{i}"].append(i)
    chosen: set[int] = set()
    names = list(members)
    for j in rng.permutation(len(names)):
        if len(chosen) >= size:
            break
        chosen.update(members[names[j]])
    return chosen


def _stratified(train: Sequence[Item], size: int, rng: np.random.Generator) -> set[int]:
    """Goes round the targets, taking a random item of each that has more than one left, the fullest first."""
    strata: dict[str, list[int]] = defaultdict(list)
    for i in rng.permutation(len(train)):
        target = train[i].target
        strata[target if isinstance(target, str) else ""].append(int(i))
    # Each stratum gives its share, rounded so that the shares add up to `size` (largest remainder).
    names = sorted(strata)
    exact = np.array([len(strata[n]) * size / len(train) for n in names])
    counts = np.floor(exact).astype(int)
    for j in np.argsort(counts - exact, kind="stable")[: size - int(counts.sum())]:
        counts[j] += 1
    return {i for name, count in zip(names, counts, strict=True) for i in strata[name][:count]}
