"""What was measured of costs has a sampling error, and is marked as what it is."""

import json

import numpy as np
import pytest

from harness.api import open_project

N = 200
CEILING = """
[requirement]
usd_per_1000_calls = { at_most = 9.6 }
[use]
calls_per_month = 100_000
horizon_months = 12
"""


@pytest.fixture
def recording(tmp_path):
    """`recording(rows, task, toml)`: a project with one recorded candidate, `api`, that answers rightly."""

    def make(rows, task="", toml="", settings='rung = "prompting"\nleaves_machine = true', items=()):
        folder = tmp_path / "tasks" / "work"
        folder.mkdir(parents=True)
        more = list(items) or [{}] * len(rows)
        lines = [{"id": f"i{k}", "text": f"item {k}", "target": "yes", **one} for k, one in enumerate(more)]
        (folder / "test.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        group = 'group = "customer"\n' if items else ""
        (folder / "task.toml").write_text(
            f'[task]\nkind = "label"\ninstructions = "Sort."\nlabels = ["yes", "no"]\n[data]\ntest = "test.jsonl"\n'
            f'{group}[metrics]\nprimary = "accuracy"\n{task}'
        )
        (tmp_path / "harness.toml").write_text(
            f'{toml}\n[candidates.api]\nadapter = "recorded"\nfile = "api.jsonl"\n{settings}\n'
        )
        said = [{} if "error" in row else {"answer": "yes"} for row in rows]
        answered = [{"id": f"i{k}", **one, **row} for k, (one, row) in enumerate(zip(said, rows, strict=True))]
        (tmp_path / "api.jsonl").write_text("".join(json.dumps(line) + "\n" for line in answered))
        opened = open_project(tmp_path)
        opened.run("work")
        return opened

    return make


def heavy_tailed():
    """200 costs with a mean of $9.50 per 1,000 calls."""
    drawn = np.random.default_rng(3).lognormal(0, 1.5, N)
    return drawn * 0.0095 / drawn.mean()


def test_a_cost_per_call_has_the_t_interval_of_its_mean_and_is_held_against_the_bar_by_its_bound(recording):
    from scipy import stats

    costs = heavy_tailed()
    row = recording([{"cost_usd": float(usd)} for usd in costs], CEILING).leaderboard("work")["api"]
    low, high = stats.t.interval(0.95, N - 1, 1000 * costs.mean(), 1000 * stats.sem(costs))
    assert (row.usd_per_1000.low, row.usd_per_1000.high) == pytest.approx((low, high))
    assert row.usd_per_1000.upper > 9.6
    assert row.requirements == {"usd_per_1000_calls": "open"}
    assert row.usd_source == "measured"


def test_calls_of_one_customer_are_not_independent(recording):
    """Ten customers of one price each: ten numbers, not 200."""
    price = np.random.default_rng(5).lognormal(0, 1, 10) / 100
    rows = [{"cost_usd": float(price[k % 10])} for k in range(N)]
    items = [{"customer": f"c{k % 10}"} for k in range(N)]
    found = recording(rows, items=items).leaderboard("work")["api"].usd_per_1000
    half = 2.262 * 1000 * price.std(ddof=0) / 10**0.5  # t with 9 degrees of freedom, no small-sample correction
    assert found.high - found.value == pytest.approx(half, rel=0.1)


def test_a_flat_price_is_not_in_doubt(recording):
    found = recording([{"cost_usd": 0.0095}] * N, CEILING).leaderboard("work")["api"]
    assert found.usd_per_1000.low == found.usd_per_1000.high == pytest.approx(9.5)
    assert found.requirements == {"usd_per_1000_calls": "met"}


def test_the_monte_carlo_draws_the_mean_cost_of_a_call_within_its_sampling_error(recording):
    costs = heavy_tailed()
    free = "[economics]\nday_rate_usd = 0\nmonitoring_days_month = 0\n"
    opened = recording([{"cost_usd": float(usd)} for usd in costs], CEILING, free)
    (found,) = opened.decide("work").costs
    error = 100_000 * costs.std(ddof=1) / N**0.5
    low, high = found.per_month_range
    assert high - low == pytest.approx(2 * 1.96 * error, rel=0.1)
    assert low < found.per_month < high


def test_failures_without_usage_are_not_billed_and_that_is_said(recording):
    rows = [{"cost_usd": 0.01}] * 160 + [{"error": "overloaded"}] * 40
    opened = recording(rows, CEILING)
    board = opened.leaderboard("work")
    assert board["api"].usd_per_1000.value == pytest.approx(8.0)
    assert any("40 failed items carry no usage" in warning for warning in board.warnings)


def test_an_answer_without_a_cost_leaves_the_price_unknown(recording):
    rows = [{"cost_usd": 0.01}] * 199 + [{}]
    assert recording(rows, CEILING).leaderboard("work")["api"].usd_per_1000 is None


def test_calls_that_can_wait_are_priced_at_the_batch_price_where_it_is_known(recording):
    """gpt-4o: $2.50 and $10 per million, half of that in a batch."""
    rows = [{"usage": {"model": "openai/gpt-4o", "input_tokens": 1000, "output_tokens": 100}}] * 50
    opened = recording(rows, CEILING, "[economics.candidates.api]\nbatch = true\n")
    (found,) = opened.decide("work").costs
    assert found.parts["tokens"] == pytest.approx(0.00175 * 1.2e6)
    assert "at the batch price of openai/gpt-4o" in found.about["tokens"].note
    assert opened.leaderboard("work")["api"].cold_usd == pytest.approx(0.0035 * 50)


def test_where_no_batch_price_is_known_the_price_stays_and_that_is_said(recording):
    rows = [{"usage": {"model": "acme/one", "input_tokens": 1000, "output_tokens": 100}}] * 50
    prices = '[prices."acme/one"]\ninput = 2.5\noutput = 10\n[economics.candidates.api]\nbatch = true\n'
    (found,) = recording(rows, CEILING, prices).decide("work").costs
    assert found.parts["tokens"] == pytest.approx(0.0035 * 1.2e6)
    assert "no batch price of acme/one is known" in found.about["tokens"].note


def test_a_wrong_answer_that_is_stated_to_cost_nothing_costs_nothing(recording):
    (found,) = recording([{"cost_usd": 0.01}] * 50, CEILING + "error_cost_usd = 0\n").decide("work").costs
    assert found.wrong_per_month == 0


def test_a_recording_served_on_a_stated_machine_pays_for_it_and_for_no_tokens(recording):
    """100,000 calls a month are .038 a second, at the assumed peak of four times that .152: two at .1 and all of it."""
    toml = """[economics.candidates.api]
hardware = "a10"
[hardware.a10]
usd_per_hour = 1.0
calls_per_second = 0.1
utilisation = 1.0
"""
    verdict = recording([{}] * 50, CEILING, toml).decide("work")
    (found,) = verdict.costs
    assert found.unknown == ()
    assert found.parts["hosting"] == pytest.approx(2 * 730 * 12)
    assert "2 kept on for a peak" in found.about["hosting"].note
    assert {"peak_to_average", "hardware.a10.calls_per_second"} <= {one.name for one in verdict.assumptions}


def test_what_was_trained_elsewhere_took_labels_and_how_many_is_assumed(recording):
    opened = recording([{"cost_usd": 0.01}] * 50, CEILING, settings='rung = "trained"')
    verdict = opened.decide("work")
    (found,) = verdict.costs
    assert found.parts["labels"] == pytest.approx(1000 * 0.2)
    assert found.about["labels"].source == "assumed"
    assert "labels_needed" in {one.name for one in verdict.assumptions}


def test_totals_have_intervals_from_the_same_draws(recording):
    rows = [{"cost_usd": 0.01, "answer": "no" if k < 10 else "yes"} for k in range(100)]
    (found,) = recording(rows, CEILING + "error_cost_usd = 1\n").decide("work").costs
    assert found.wrong_per_month == pytest.approx(10_000)
    assert found.wrong_range[0] < 10_000 < found.wrong_range[1]
    assert found.per_correct_range[0] < found.per_correct < found.per_correct_range[1]
    assert found.low >= 12 * (found.per_month_range[0] + found.wrong_range[0])


def test_the_assumptions_name_all_that_a_figure_rests_on(recording):
    verdict = recording([{"cost_usd": 0.01}] * 50, CEILING).decide("work")
    names = {one.name for one in verdict.assumptions}
    assert {"misestimation_sigma", "misestimation_median", "weeks_to_first_result_prompting"} <= names


def test_a_ceiling_on_the_monthly_cost_has_its_column_and_counts_items(recording):
    from harness.report.cells import cells, headings

    task = CEILING.replace("usd_per_1000_calls = { at_most = 9.6 }", "usd_per_month = { at_most = 5000 }")
    board = recording([{"cost_usd": 0.01}] * 50, task).leaderboard("work")
    shown = dict(zip(headings(board), cells(board, board["api"]), strict=True))
    assert shown["per month [95 %]"].startswith("$1,")
    assert board["api"].usd_per_month.n == 50
