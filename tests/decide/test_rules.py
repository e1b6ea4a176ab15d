import re
from itertools import product
from pathlib import Path

import pytest

from harness.decide.rules import ABSENT, Beyond, Standing, answer, overall, side
from harness.decide.truth import Truth, all_of, any_of, beyond
from harness.decide.verdict import Answer

PAGE = Path(__file__).parents[2] / "docs" / "verdict.md"
TRUTHS = list(Truth)
EVERY = list(product(Standing, Standing, Truth, Truth, Truth))


def rows():
    """The table of docs/verdict.md: sets of states per column, and the answer."""
    columns = [list(Standing), list(Standing), TRUTHS, TRUTHS, TRUTHS]
    found = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 6 and cells[5] in set(Answer) and line.startswith("|"):
            states = [
                set(all_) if cell == "any" else {type(all_[0])(cell)}
                for cell, all_ in zip(cells[:5], columns, strict=True)
            ]
            found.append((states, Answer(cells[5])))
    return found


def test_the_page_lists_every_combination_exactly_once():
    assert len(EVERY) == 4 * 4 * 27
    table = rows()
    for states in EVERY:
        hits = [said for sets, said in table if all(s in f for s, f in zip(states, sets, strict=True))]
        assert len(hits) == 1, states


def test_the_rule_answers_what_the_page_says_in_every_combination():
    table = rows()
    for light, trained, *truths in EVERY:
        said = [a for sets, a in table if all(s in f for s, f in zip((light, trained, *truths), sets, strict=True))]
        assert answer(light, Beyond(trained, *truths)) == said[0], (light, trained, truths)


def test_more_evidence_never_turns_a_decided_answer_round():
    """What is answered while something is open stays the answer whichever way that turns out."""
    for light, trained, *truths in EVERY:
        said = answer(light, Beyond(trained, *truths))
        if said is Answer.UNDECIDED or Standing.NONE in (light, trained):
            continue
        settled = [[t] if t is not Truth.OPEN else [Truth.YES, Truth.NO] for t in truths]
        lights = [light] if light is not Standing.OPEN else [Standing.MET, Standing.MISSED]
        trains = [trained] if trained is not Standing.OPEN else [Standing.MET, Standing.MISSED]
        later = {answer(x, Beyond(y, *z)) for x, y, *z in product(lights, trains, *settled)}
        assert later == {said}, (light, trained, truths)


def test_one_trained_candidate_that_is_worth_it_is_enough():
    no = Beyond(Standing.MET, Truth.NO, Truth.NO, Truth.NO)
    yes = Beyond(Standing.MET, Truth.YES, Truth.YES, Truth.NO)
    maybe = Beyond(Standing.MET, Truth.OPEN, Truth.YES, Truth.NO)
    assert overall(Standing.MET, [no, maybe, yes]) is Answer.WORTH_IT
    assert overall(Standing.MET, [no, maybe]) is Answer.UNDECIDED
    assert overall(Standing.MET, [no]) is Answer.NOT_WORTH_IT
    assert overall(Standing.MET, []) is answer(Standing.MET, ABSENT) is Answer.UNDECIDED


def test_a_side_stands_as_its_best_candidate_does():
    assert side([Standing.MISSED, Standing.OPEN, Standing.MET]) is Standing.MET
    assert side([Standing.MISSED, Standing.OPEN]) is Standing.OPEN
    assert side([]) is Standing.NONE


@pytest.mark.parametrize(
    ("low", "high", "said"), [(0.04, 0.06, Truth.YES), (0.02, 0.03, Truth.NO), (0.02, 0.04, Truth.OPEN)]
)
def test_a_gain_is_beyond_the_margin_only_where_its_bound_is(low, high, said):
    assert beyond(low, high, 0.03) is said


def test_three_valued_logic_settles_what_it_can():
    assert all_of([Truth.NO, Truth.OPEN]) is Truth.NO
    assert all_of([Truth.YES, Truth.OPEN]) is Truth.OPEN
    assert any_of([Truth.YES, Truth.OPEN]) is Truth.YES
    assert any_of([Truth.NO, Truth.OPEN]) is Truth.OPEN


def test_the_page_has_no_state_that_the_rule_does_not_know():
    words = {
        cell
        for line in PAGE.read_text().splitlines()
        if re.match(r"\| (met|open|missed|none) ", line)
        for cell in [c.strip() for c in line.strip("|").split("|")][:5]
    }
    assert words <= {*Standing, *Truth, "any"}
