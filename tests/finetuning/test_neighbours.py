"""Votes of the nearest labelled items, in a space that is drawn by hand."""

import numpy as np
import pytest

from harness.finetuning.neighbours import Neighbours
from harness.finetuning.reader import LabelRead
from harness.types import Item

SPACE = {"east": (1, 0), "north": (0, 1), "north-east": (0.6, 0.8), "west": (-1, 0)}


class Reader:
    labels = ("a", "b")

    def read(self, texts):
        vectors = np.asarray([SPACE[text] for text in texts], dtype=np.float32)
        return LabelRead(texts, np.full((len(texts), 2), 0.5), vectors)


ITEMS = [Item("1", "east", "a"), Item("2", "north", "b"), Item("3", "west", "b")]


def test_a_vote_is_as_heavy_as_it_is_similar_and_one_more_is_spread_over_all(tmp_path):
    """Of (.6, .8) item 2 is .8 and item 1 .6 away: a (.6 + .5) / 2.4, b (.8 + .5) / 2.4."""
    opinion = Neighbours(2, "flat").fit(ITEMS, Reader(), 0)
    assert opinion.odds(Reader().read(["north-east"]))[0] == pytest.approx([1.1 / 2.4, 1.3 / 2.4], abs=1e-6)


def test_what_points_away_does_not_vote():
    opinion = Neighbours(3, "flat").fit(ITEMS, Reader(), 0)
    assert opinion.odds(Reader().read(["east"]))[0] == pytest.approx([1.5 / 2, 0.5 / 2], abs=1e-6)


def test_more_neighbours_than_there_are_are_all_there_are():
    assert Neighbours(9, "flat").fit(ITEMS, Reader(), 0).odds(Reader().read(["east"])).sum() == pytest.approx(1.0)


def test_kept_and_loaded_it_votes_and_shows_the_same(tmp_path):
    made = Neighbours(2, "flat")
    opinion, read = made.fit(ITEMS, Reader(), 0), Reader().read(["north-east", "west"])
    opinion.save(tmp_path)
    again = made.load(tmp_path, Reader())
    assert (again.odds(read) == opinion.odds(read)).all()
    shown = again.contexts(read)[0]
    assert shown == opinion.contexts(read)[0]
    assert [(c.id, c.text, c.score) for c in shown] == [("2", "b: north", 0.8), ("1", "a: east", 0.6)]
