"""What a run would take, told before it, and what is left after a budget stopped it."""

import pytest
from fakes.server import FakeServer, failing, openai_answer

from harness.money import Tally, pricer, today
from harness.run.journal import latest

ASKING = """
[candidates.asking]
adapter = "prompting"
model = "openai/fake"
base_url = "{url}"

[prices."openai/fake"]
input = 1000.0
output = 1000.0
"""


@pytest.fixture
def shop(lab):
    """The lab with a candidate that asks the fake server; every answer says dog."""
    with FakeServer() as server:
        lab.write("harness.toml", ASKING.format(url=server.openai))
        lab.test({"id": f"i{n}", "text": f"beast {n} says dog", "label": "dog"} for n in range(40))
        lab.server = server
        yield lab


def row_of(ended) -> list[str]:
    return next(line.split() for line in ended.out.splitlines() if line.split()[:1] == ["asking"])


def test_a_dry_run_calls_nobody_and_leaves_nothing(shop) -> None:
    before = sorted(shop.root.rglob("*"))
    ended = shop.cli("run", "pets", "--dry-run")
    assert ended.code == 0, ended.err
    assert shop.server.calls == 0
    assert sorted(shop.root.rglob("*")) == before
    row = row_of(ended)
    assert row[1:3] == ["40", "40"]
    assert row[-1] == "estimated"


def test_after_a_part_was_run_the_rest_is_foreseen_by_what_the_part_took(shop) -> None:
    shop.cli("run", "pets", "--limit", "10")
    took = sum(len(" ".join(m["content"] for m in seen.body["messages"]).split()) for seen in shop.server.seen)
    ended = shop.cli("run", "pets", "--dry-run")
    assert shop.server.calls == 10
    row = row_of(ended)
    assert row[1:5] == ["30", "30", f"{3 * took:,}", "30"]
    assert row[-1] == "measured"
    # 1,000 USD for a million tokens, of which the server says that half were cached.
    assert float(row[5].removeprefix("$")) == pytest.approx(3 * took / 1000 + 0.03, rel=0.01)


def test_nothing_left_is_foreseen_as_nothing(shop) -> None:
    shop.cli("run", "pets")
    row = row_of(shop.cli("run", "pets", "--dry-run"))
    assert row[1:6] == ["0", "0", "0", "0", "$0.00"]


def test_a_candidate_that_cannot_run_here_says_why(lab) -> None:
    lab.write("harness.toml", '[candidates.far]\nadapter = "prompting"\nmodel = "openai/gpt-5-mini"\n')
    ended = lab.cli("run", "pets", "--dry-run")
    assert "far cannot run: the environment variable OPENAI_API_KEY is not set" in ended.out


def test_rates_that_a_candidate_keeps_to_bound_the_time(shop) -> None:
    toml = (shop.root / "harness.toml").read_text()
    shop.write("harness.toml", toml.replace("\n\n[prices", "\nrequests_per_minute = 20\n\n[prices"))
    assert row_of(shop.cli("run", "pets", "--dry-run"))[6:8] == ["2", "min"]


def spent(shop, records):
    tally = Tally(pricer(today(), shop.open().project.file.prices))
    tally.add(records)
    return tally.spending


def test_where_a_server_tells_no_usage_its_price_is_unknown_and_what_is_left_is_estimated(shop) -> None:
    def silent(body):
        said = openai_answer(body)
        del said["usage"]
        return said

    shop.server.answer = silent
    ended = shop.cli("run", "pets", "--limit", "10", "--budget-usd", "100")
    assert ended.code == 0, ended.err
    (journal,) = shop.root.glob("results/pets/records/*/records.jsonl")
    records = list(latest(journal).values())
    assert {call.usage for record in records for call in record.calls} == {"unknown"}
    found = spent(shop, records)
    assert (found.billed_usd, found.cold_usd) == (None, None)
    assert "tells no usage" in found.unknown[0]
    row = row_of(shop.cli("run", "pets", "--dry-run"))
    assert row[-1] == "estimated"
    assert float(row[5].removeprefix("$")) > 0
    toml = (shop.root / "harness.toml").read_text()
    shop.write("harness.toml", toml.replace("put = 1000.0", "put = 0.0"))
    free = spent(shop, records)
    assert free.billed_usd == 0.0, "whatever they are, tokens that cost nothing cost nothing"


def test_without_usage_a_budget_counts_what_it_set_aside(shop) -> None:
    shop.server.answer = lambda body: {**openai_answer(body), "usage": None}
    ended = shop.cli("run", "pets", "--budget-usd", "1", "--max-concurrency", "1")
    assert ended.code == 1
    assert "BudgetSpent" in ended.err
    assert 1 <= shop.server.calls < 15


def test_what_a_budget_kept_from_being_asked_has_no_record_and_is_no_failure(shop) -> None:
    ended = shop.cli("run", "pets", "--budget-usd", "0.5")
    assert f"{shop.server.calls} answers made, {shop.server.calls} model calls" in ended.err
    assert "failed" not in ended.err
    (journal,) = shop.root.glob("results/pets/records/*/records.jsonl")
    assert len(latest(journal)) == shop.server.calls < 40
    assert shop.cli("run", "pets").code == 0
    assert shop.server.calls == 40


def test_under_a_budget_an_unknown_price_is_refused_before_anything_is_asked(shop) -> None:
    toml = (shop.root / "harness.toml").read_text()
    shop.write("harness.toml", toml.partition("[prices")[0])
    ended = shop.cli("run", "pets", "--budget-usd", "1")
    assert ended.code == 2
    assert '[prices."openai/fake"]' in ended.err
    assert "openai/fake (asking)" in ended.err
    assert shop.server.calls == 0
    assert not list(shop.root.glob("results/pets/records/*"))
    assert shop.cli("run", "pets").code == 0
    assert shop.cli("run", "pets", "--budget-usd", "1").code == 0, "nothing is left to be called"


def test_a_wrong_key_costs_the_items_in_flight_and_the_others_have_no_record(shop) -> None:
    shop.server.draw = lambda: failing(401)
    shop.server.delay = 0.05
    ended = shop.cli("run", "pets")
    assert ended.code == 1
    assert shop.server.calls == 8
    assert f"0 answers made, {shop.server.calls} model calls" in ended.err
    assert "asking: 8 items failed" in ended.err
    assert "run again to retry" not in ended.err


def test_a_budget_stops_the_run_before_it_is_passed_and_the_rest_is_priced(shop) -> None:
    ended = shop.cli("run", "pets", "--budget-usd", "0.5", "--max-concurrency", "1")
    assert ended.code == 1
    assert "BudgetSpent" in ended.err
    done = list(shop.server.seen)
    spent = sum(len(" ".join(m["content"] for m in seen.body["messages"]).split()) + 1 for seen in done) / 1000
    assert 0.2 < spent <= 0.5
    assert f"asking: {40 - len(done)} items left to do, for about $" in ended.err


def test_fresh_asks_again_and_keeps_what_it_is_told_now(shop) -> None:
    shop.cli("run", "pets")
    shop.cli("run", "pets", "--fresh")
    assert shop.server.calls == 80
    for journal in shop.root.glob("results/pets/records/*/records.jsonl"):
        journal.unlink()
    shop.cli("run", "pets")
    assert shop.server.calls == 80, "the cache has what the fresh run was told"
