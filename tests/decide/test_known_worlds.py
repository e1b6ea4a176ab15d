"""A few of the worlds of benchmarks/known_worlds.py: the benchmark runs, and its verdicts are not wrong."""

import importlib.util
import sys
from pathlib import Path

from harness.decide.verdict import Answer

PATH = Path(__file__).parents[2] / "benchmarks" / "known_worlds.py"


def load():
    spec = importlib.util.spec_from_file_location("known_worlds", PATH)
    module = importlib.util.module_from_spec(spec)
    sys.modules["known_worlds"] = module
    spec.loader.exec_module(module)
    return module


def test_of_twenty_known_worlds_none_is_decided_wrongly_and_some_are_decided():
    worlds = load()
    found = [worlds.judge(seed, barred=seed % 2 == 1) for seed in range(20)]
    decided = [outcome for outcome in found if outcome.said is not Answer.UNDECIDED]
    assert len(decided) >= 5
    assert all(outcome.said is outcome.true for outcome in decided)
    assert all(outcome.needs is (outcome.said is Answer.UNDECIDED) for outcome in found)
