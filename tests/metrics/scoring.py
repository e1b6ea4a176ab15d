"""Scores items with a metric and aggregates them, as the harness does."""

from collections import Counter

import numpy as np

from harness.types import Answered, Context, Item


def figure(metric, targets, answers, scores=None, contexts=None, gold=None):
    """The metric over items; an answer of None is an item that failed."""
    found = []
    for i, (target, answer) in enumerate(zip(targets, answers, strict=True)):
        if metric.needs == "record":
            item = Item(str(i), "", target, gold=tuple(gold[i]) if gold else ())
            given = tuple(Context(name, "") for name in contexts[i]) if contexts else ()
            record = Answered(str(i), "", answer, scores=scores[i] if scores else None, contexts=given)
            nothing = answer is None and not (scores and scores[i])
            score = metric.failed(item) if nothing and not contexts else metric.score(item, record)
        elif answer is None:
            score = metric.failed(target) if metric.failed else None
        else:
            score = metric.score(target, answer)
        if score is not None:
            found.append(score)
    return aggregated(metric, found)


def aggregated(metric, found):
    """One figure, and the same again from a resample of twice the items."""
    counted = Counter(found)
    times = np.array(list(counted.values()))
    one, twice = metric.aggregate(list(counted), np.stack([times, 2 * times]))
    assert np.isnan(one) or np.isclose(one, twice, rtol=0, atol=1e-9) or metric.name in ("r2", "bleu")
    return one
