"""Which candidate comes nearest to a bar that all miss."""

from harness.decide.verdict import Answer

TASK = """
[requirement]
accuracy = { at_least = 0.95 }
p95_latency_ms = { at_most = 500 }
"""


def test_a_little_off_in_two_requirements_is_nearer_than_far_off_in_one(project, shares):
    candidates = {
        "wrong": ('rung = "prompting"', shares(600, 0.04, 1), {"seconds": 0.1}),
        "good": ('rung = "trained"', shares(600, 0.80, 2), {"seconds": 0.55}),
    }
    verdict = project(600, candidates, TASK).decide("work")
    assert verdict.answer is Answer.NOTHING
    assert "good comes nearest" in verdict.headline
