import ir_measures
import numpy as np
import pytest

from harness.metrics import retrieval
from tests.metrics.scoring import figure


def _drawn(rng, n):
    names = [f"p{i}" for i in range(12)]
    gold = [list(rng.choice(names, size=rng.integers(1, 5), replace=False)) for _ in range(n)]
    found = [list(rng.choice(names, size=rng.integers(0, 12), replace=False)) for _ in range(n)]
    return gold, found


def _theirs(measure, gold, found):
    qrels = [ir_measures.Qrel(str(i), p, 1) for i, ps in enumerate(gold) for p in ps]
    run = [ir_measures.ScoredDoc(str(i), p, -float(r)) for i, ps in enumerate(found) for r, p in enumerate(ps)]
    return ir_measures.calc_aggregate([measure], qrels, run)[measure] if run else 0.0


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (retrieval.recall_at(1), ir_measures.R @ 1),
        (retrieval.recall_at(5), ir_measures.R @ 5),
        (retrieval.mrr(), ir_measures.RR),
        (retrieval.ndcg_at(3), ir_measures.nDCG @ 3),
        (retrieval.ndcg_at(10), ir_measures.nDCG @ 10),
    ],
)
def test_figures_are_those_of_ir_measures(ours, theirs):
    rng = np.random.default_rng(0)
    for n in (1, 2, 40):
        gold, found = _drawn(rng, n)
        if not any(found):
            continue
        expected = _theirs(theirs, gold, found)
        assert figure(ours, [""] * n, [""] * n, contexts=found, gold=gold) == pytest.approx(expected, abs=1e-9)


def test_chunks_count_as_their_passage_at_its_best_rank():
    contexts, gold = [["b.md#3", "a.md#7", "a.md#8", "c.md#9"]], [["c.md"]]
    assert figure(retrieval.mrr(), [""], [""], contexts=contexts, gold=gold) == pytest.approx(1 / 3)


def test_items_without_gold_passages_are_left_out_and_those_without_a_reply_found_nothing():
    metric = retrieval.recall_at(2)
    gold, contexts = [["a"], [], ["b"]], [["a"], ["x"], []]
    assert figure(metric, [""] * 3, ["", "", ""], contexts=contexts, gold=gold) == 0.5
    assert figure(metric, ["", ""], [None, None], gold=[["a"], []]) == 0


def test_names_are_read_exactly():
    assert retrieval.named("recall@5").name == "recall@5"
    assert retrieval.named("recall@0") is None
    assert retrieval.named("mrr@5") is None
