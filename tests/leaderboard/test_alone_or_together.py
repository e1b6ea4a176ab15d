"""What a leaderboard says of one candidate does not depend on the others, and agrees with `harness compare`."""

import numpy as np

from tests.projects import recorded_project


def test_a_bootstrapped_figure_is_the_same_whoever_else_is_there_and_in_a_comparison(tmp_path):
    rng = np.random.default_rng(5)
    right = {name: (rng.random(120) < share).tolist() for name, share in {"a": 0.8, "b": 0.7, "c": 0.75}.items()}
    opened = recorded_project(tmp_path, right, extra='[metrics]\nprimary = "macro_f1"\n')
    opened.run("t")
    whole, part = opened.leaderboard("t"), opened.leaderboard("t", ["b", "c"])
    compared = opened.compare("t", "c", "b").estimates[0]
    for one in (whole["c"].metrics["macro_f1"], part["c"].metrics["macro_f1"]):
        assert "bootstrap" in one.method
        assert (one.low, one.high, one.lower, one.upper) == (
            compared.low,
            compared.high,
            compared.lower,
            compared.upper,
        )
