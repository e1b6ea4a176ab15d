"""What a run would take, told before it, and what is left after a budget stopped it."""

import pytest
from fakes.server import FakeServer

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
