"""Metrics of short texts, item by item: exact match and token F1 (SQuAD), ROUGE-L.

With several targets the best counts. Normalisation, exact match and token F1 are those of SQuAD's own script
(Rajpurkar et al. 2018).
"""

import re
import string
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from harness.metrics.metric import Metric

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)
_WORDS = re.compile(r"[^\W_]+")


def exact_match() -> Metric:
    """The share of items whose answer equals a target after normalisation."""
    return Metric("exact_match", _best(lambda t, a: int(normal(t) == normal(a))), failed=lambda _: 0)


def token_f1() -> Metric:
    """Mean F1 of the tokens that answer and target share after normalisation."""
    return Metric("token_f1", _best(_token_f1), failed=lambda _: 0.0)


def rouge_l() -> Metric:
    """Mean F-measure of the longest common subsequence of words (Lin 2004), lower case, without stemming."""
    return Metric("rouge_l", _best(_rouge_l), failed=lambda _: 0.0)


def targets_of(target: Any) -> Sequence[str]:
    """The acceptable answers of an item: one text, or a list of them."""
    return (target,) if isinstance(target, str) else tuple(target)


def normal(text: str) -> str:
    """Lower case without punctuation, articles and superfluous white space."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def _best(one: Callable[[str, str], float]) -> Callable[[Any, Any], float]:
    return lambda target, answer: max(one(text, answer) for text in targets_of(target))


def _token_f1(target: str, answer: str) -> float:
    wanted, said = normal(target).split(), normal(answer).split()
    if not wanted or not said:
        return float(wanted == said)
    shared = (Counter(wanted) & Counter(said)).total()
    return 2 * shared / (len(wanted) + len(said))


def _rouge_l(target: str, answer: str) -> float:
    wanted, said = _WORDS.findall(target.lower()), _WORDS.findall(answer.lower())
    if not wanted or not said:
        return 0.0
    return 2 * common_length(wanted, said) / (len(wanted) + len(said))


def common_length(one: Sequence[str], other: Sequence[str]) -> int:
    """Length of the longest common subsequence, with the rows of its table as bits of an integer (Hyyrö 2004)."""
    places: dict[str, int] = {}
    for i, word in enumerate(one):
        places[word] = places.get(word, 0) | 1 << i
    full = (1 << len(one)) - 1
    row = full
    for word in other:
        hit = row & places.get(word, 0)
        row = ((row + hit) | (row - hit)) & full
    return len(one) - row.bit_count()
