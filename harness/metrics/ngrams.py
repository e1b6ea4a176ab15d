"""BLEU and chrF of a whole set of texts, 0 to 100 as sacrebleu gives them, from sacrebleu's statistics of each."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.errors import UnavailableError
from harness.metrics.arrays import FloatArray, ratio, sums
from harness.metrics.metric import Metric, Score
from harness.metrics.text import targets_of

_BOUNDS = (0.0, 100.0)
_ORDERS = 4
"""Longest n-gram of words in BLEU."""
_CHARACTERS = 6
"""Longest n-gram of characters in chrF."""
_BETA2 = 4.0
"""chrF weighs recall twice as much as precision."""


def bleu() -> Metric:
    """Corpus BLEU (Papineni et al. 2002): 13a tokens, exponential smoothing, sacrebleu's defaults.

    Raises:
        UnavailableError: sacrebleu is not installed.
    """
    _need()
    from sacrebleu.metrics.bleu import BLEU

    # The order that is called effective changes no statistic, only a notice about single sentences.
    counter = BLEU(effective_order=True)

    def score(target: Any, answer: str) -> Score:
        found = counter.sentence_score(answer, list(targets_of(target)))
        return (found.sys_len, found.ref_len, *found.counts, *found.totals)

    return Metric("bleu", score, lambda target: score(target, ""), _bleu, bounds=_BOUNDS, percent=False)


def chrf() -> Metric:
    """Corpus chrF2 (Popović 2015): n-grams of 1 to 6 characters without white space, sacrebleu's defaults.

    Raises:
        UnavailableError: sacrebleu is not installed.
    """
    _need()
    from sacrebleu.metrics.helpers import extract_all_char_ngrams

    def score(target: Any, answer: str) -> Score:
        said = extract_all_char_ngrams(answer, _CHARACTERS)
        each = [_shared(extract_all_char_ngrams(text, _CHARACTERS), said) for text in targets_of(target)]
        figures = _chrf(each, np.eye(len(each)))
        return each[int(np.argmax(figures))]

    return Metric("chrf", score, lambda target: score(target, ""), _chrf, bounds=_BOUNDS, percent=False)


def _need() -> None:
    from importlib.util import find_spec

    if find_spec("sacrebleu") is None:
        raise UnavailableError('BLEU and chrF need sacrebleu: pip install "approach-harness[text]".')


def _bleu(values: Sequence[Any], counts: NDArray[Any]) -> FloatArray:
    table = sums(values, counts)
    said, wanted = table[:, 0], table[:, 1]
    right, total = table[:, 2 : 2 + _ORDERS], table[:, 2 + _ORDERS :]
    # Each order without a match counts half of the one before it (NIST's smoothing).
    halves = 0.5 ** np.cumsum((right == 0) & (total > 0), axis=1)
    precision = ratio(np.where(right > 0, right, halves), total)
    defined = (precision > 0).all(axis=1) & right.any(axis=1)
    logs = np.log(np.where(precision > 0, precision, 1.0)).mean(axis=1)
    shortness = np.minimum(0.0, 1 - ratio(wanted, said))
    return np.where(defined, 100 * np.exp(logs + shortness), 0.0)


def _shared(wanted: Sequence[Counter[str]], said: Sequence[Counter[str]]) -> tuple[int, ...]:
    """Per order: n-grams of the answer (0 where the target has none), of the target, of both."""
    parts = [(a.total() if t else 0, t.total(), (t & a).total()) for t, a in zip(wanted, said, strict=True)]
    return tuple(number for part in parts for number in part)


def _chrf(values: Sequence[Any], counts: NDArray[Any]) -> FloatArray:
    table = sums(values, counts)
    said, wanted, both = table[:, 0::3], table[:, 1::3], table[:, 2::3]
    orders = ((said > 0) & (wanted > 0)).astype(np.float64)
    n = orders.sum(axis=1)
    precision = ratio((ratio(both, said) * orders).sum(axis=1), n)
    recall = ratio((ratio(both, wanted) * orders).sum(axis=1), n)
    return 100 * ratio((1 + _BETA2) * precision * recall, _BETA2 * precision + recall)
