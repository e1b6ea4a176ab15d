import random

import numpy as np
import pytest
from sacrebleu.metrics import BLEU, CHRF

from harness.metrics import ngrams, text
from tests.metrics.scoring import figure

WORDS = ["the", "a", "pump", "valve", "leaks,", "3.5", "bar!", "E-12", "B;", "(seal)", "Ärger", "größer", "it's"]


def _sentences(rng, n, least=0):
    return [" ".join(rng.choice(WORDS) for _ in range(rng.randint(least, 12))) for _ in range(n)]


def _cases():
    rng = random.Random(0)
    for n in (1, 2, 30):
        for _ in range(5):
            targets = [t if rng.random() < 0.7 else [t, *_sentences(rng, 2, 1)] for t in _sentences(rng, n, least=1)]
            answers = [
                text.targets_of(t)[0] if rng.random() < 0.5 else s
                for t, s in zip(targets, _sentences(rng, n), strict=True)
            ]
            yield targets, answers
    yield ["the pump"], ["the pump"]
    yield ["the pump leaks"], [""]
    yield ["the pump leaks", "x"], ["valve", "y"]


def _corpus(metric, targets, answers):
    every = [text.targets_of(t) for t in targets]
    columns = [[refs[i] if i < len(refs) else None for refs in every] for i in range(max(map(len, every)))]
    return metric.corpus_score(answers, columns).score


def test_bleu_is_that_of_sacrebleu():
    for targets, answers in _cases():
        expected = _corpus(BLEU(), targets, answers)
        assert figure(ngrams.bleu(), targets, answers) == pytest.approx(expected, abs=1e-9)


def test_chrf_is_that_of_sacrebleu():
    for targets, answers in _cases():
        expected = _corpus(CHRF(), targets, answers)
        assert figure(ngrams.chrf(), targets, answers) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("make", [ngrams.bleu, ngrams.chrf])
def test_an_item_that_failed_counts_as_an_empty_answer(make):
    reference = {ngrams.bleu: BLEU, ngrams.chrf: CHRF}[make]()
    targets = ["replace the seal of the pump on Unit B", "valve leaks at 3.5 bar on Unit B"]
    expected = reference.corpus_score([targets[0], ""], [targets]).score
    assert figure(make(), targets, [targets[0], None]) == pytest.approx(expected, abs=1e-9)
    assert figure(make(), targets, [None, None]) == 0


@pytest.mark.parametrize(
    ("target", "answer", "exact", "f1"),
    [
        ("The Denver Broncos!", "denver  broncos", 1, 1.0),
        ("the pump", "a pump of the unit", 0, 2 * 1 / (1 + 3)),
        ("seven seven", "seven", 0, 2 / 3),
        ("pump", "valve", 0, 0.0),
        ("The", "a", 1, 1.0),
        ("the", "pump", 0, 0.0),
    ],
)
def test_short_answers_are_compared_as_in_squad(target, answer, exact, f1):
    assert text.exact_match().score(target, answer) == exact
    assert text.token_f1().score(target, answer) == pytest.approx(f1)


def test_of_several_targets_the_best_counts():
    assert figure(text.exact_match(), [["pump", "the valve"]], ["valve"]) == 1
    assert figure(text.token_f1(), [["pump", "the valve"], "x"], ["valve", None]) == 0.5


def _table(one, other):
    rows = np.zeros((len(one) + 1, len(other) + 1), dtype=int)
    for i, a in enumerate(one, 1):
        for j, b in enumerate(other, 1):
            rows[i, j] = rows[i - 1, j - 1] + 1 if a == b else max(rows[i - 1, j], rows[i, j - 1])
    return int(rows[-1, -1])


def test_the_longest_common_subsequence_is_that_of_the_textbook_table():
    rng = random.Random(1)
    for _ in range(200):
        one, other = ([rng.choice("abcd") for _ in range(rng.randint(0, 70))] for _ in range(2))
        assert text.common_length(one, other) == _table(one, other)


def test_rouge_l_of_lins_own_example():
    # Lin 2004, section 3.1: reference "police killed the gunman", candidates at 3/4 and 2/4 with beta 1.
    assert text.rouge_l().score("police killed the gunman", "police kill the gunman") == 0.75
    assert text.rouge_l().score("police killed the gunman", "the gunman kill police") == 0.5
    assert text.rouge_l().score("police", "...") == 0
