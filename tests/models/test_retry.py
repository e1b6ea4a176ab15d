"""Trying again is bounded in count and in time, and spread by jitter."""

import random

from harness.models.retry import RetryPolicy


def _policy(**bounds: float) -> RetryPolicy:
    return RetryPolicy(**{"attempts": 1000, "rng": random.Random(7), **bounds})


def test_no_more_attempts_than_allowed():
    policy = _policy(attempts=3)
    assert policy.wait(2, None, 0.0) is not None
    assert policy.wait(3, None, 0.0) is None


def test_no_attempt_starts_after_the_time_allowed():
    policy = _policy(seconds=10.0)
    assert policy.wait(1, 9.0, 2.0) is None
    assert policy.wait(1, 9.0, 0.5) is not None
    assert policy.wait(1, None, 10.1) is None


def test_drawn_waits_double_up_to_a_longest_and_fill_the_whole_range():
    policy = _policy(base=1.0, longest=8.0)
    for attempt, most in [(1, 1.0), (2, 2.0), (4, 8.0), (900, 8.0)]:
        waits = [policy.wait(attempt, None, 0.0) or 0.0 for _ in range(500)]
        assert 0.0 <= min(waits) < 0.05 * most
        assert 0.95 * most < max(waits) <= most
        assert abs(sum(waits) / 500 - most / 2) < 0.06 * most


def test_a_wait_that_is_asked_for_is_never_cut_short():
    policy = _policy(base=1.0)
    waits = {policy.wait(1, 5.0, 0.0) for _ in range(50)}
    assert min(waits) >= 5.0
    assert max(waits) <= 5.1
    assert len(waits) > 40, "those who were refused together do not come back together"


def test_being_asked_to_wait_for_nothing_still_backs_off():
    assert sum(_policy(base=1.0).wait(3, 0.0, 0.0) or 0.0 for _ in range(20)) > 0.0


def test_jitter_comes_from_the_policys_own_generator():
    random.seed(1)
    state = random.getstate()
    assert _policy().wait(1, None, 0.0) == _policy().wait(1, None, 0.0)
    assert random.getstate() == state
