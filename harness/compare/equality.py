"""Tests that two candidates are equal."""

import numpy as np

from harness.compare.result import Agreement, Test
from harness.estimate import Comparison
from harness.figures.columns import seeded
from harness.figures.paired import Paired
from harness.stats.paired import agreement
from harness.stats.permutation import sign_flip_p, swap_p


def agreement_of(paired: Paired) -> Agreement | None:
    """On how many items which of the two is right; None but for scores of 0 and 1 under one seed each."""
    if not paired.binary or len(paired.a) > 1 or len(paired.b) > 1:
        return None
    return Agreement(*agreement(paired.a[0].numbers, paired.b[0].numbers))


def equality_tests(paired: Paired, found: Comparison, rng: np.random.Generator) -> tuple[Test, ...]:
    """Tests that the two are equal: the one that goes with the interval `found`, and a permutation.

    No permutation with several seeds: it would know the luck of the items only.
    """
    single = len(paired.a) == len(paired.b) == 1
    table = agreement_of(paired)
    tests = []
    if table is None:
        tests.append(Test(found.method, found.p_value))
    elif paired.groups is None:
        tests.append(Test("McNemar, exact", found.p_value))
    if paired.metric.is_mean and single:
        differences = paired.a[0].numbers - paired.b[0].numbers
        unit = "items" if paired.groups is None else "groups"
        tests.append(Test(f"permutation, signs of {unit} flipped", sign_flip_p(differences, rng, paired.groups)))
    elif single:
        both = seeded(paired.metric, (paired.a[0], paired.b[0]))
        a, b = np.asarray(both.codes)
        p_value = swap_p(both.aggregate, both.values, a, b, rng, groups=paired.groups)
        tests.append(Test("permutation, scores of A and B swapped", p_value))
    return tuple(tests)
