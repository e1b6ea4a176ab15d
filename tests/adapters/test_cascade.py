"""A cascade: the cheap part answers where it is sure, the dear one where it is not."""

import asyncio
from collections import Counter

import pytest
from fakes.server import OK, FakeServer, failing

from harness.learning.cascade import Tried, choose_threshold
from harness.models.retry import RetryPolicy
from harness.run.journal import latest
from harness.run.manifest import read_manifest
from harness.run.options import Options, Outcome
from harness.types import Rung

TOML = """
[candidates.both]
adapter = "cascade"
cheap = {{ adapter = "tfidf" }}
dear = {{ adapter = "prompting", model = "openai/fake", base_url = "{url}" }}
"""


PRICE = """
[prices."openai/fake"]
input = 1000.0
output = 1000.0
"""


def zoo_row(n: int) -> dict[str, str]:
    """A training item that says nothing to TF-IDF."""
    label = "cat" if n % 2 else "dog"
    return {"id": f"t{n}", "text": f"nothing {label}_t{n}", "label": label}


def tried(text: str) -> list[Tried]:
    """`5yn`: the cheap part is 0.5 sure and right, the dear one is wrong."""
    return [Tried(int(word[0]) / 10, word[1] == "y", word[2] == "y") for word in text.split()]


@pytest.mark.parametrize(
    ("items", "threshold", "share", "accuracy"),
    [
        ("9yy 8yy 7yy", 0.0, 0.0, 1.0),
        ("9yy 8yn 3ny 2ny", 0.8, 0.5, 1.0),
        ("9ny 8ny", 2.0, 1.0, 1.0),
        ("9yn 8yn 2nn", 0.0, 0.0, 2 / 3),
        # Those that are equally sure go the same way.
        ("5yn 5ny 5ny 9yn", 0.9, 0.75, 3 / 4),
    ],
)
def test_the_threshold_has_the_most_right_answers_and_spares_the_dear_part(
    items: str, threshold: float, share: float, accuracy: float
) -> None:
    chosen = choose_threshold(tried(items))
    assert (chosen.threshold, chosen.share_to_dear, chosen.accuracy) == pytest.approx((threshold, share, accuracy))


@pytest.fixture
def zoo(lab):
    """Items of which half say nothing to TF-IDF; the last word, new each time, tells the fake server the label."""

    def row(prefix: str, n: int) -> dict[str, str]:
        label = "cat" if n % 2 else "dog"
        told = f"{'meow purr' if n % 2 else 'woof bark'} and" if n % 4 < 2 else "nothing"
        return {"id": f"{prefix}{n}", "text": f"{told} {label}_{prefix}{n}", "label": label}

    with FakeServer() as server:
        lab.write("tasks/pets/task.toml", lab.task.replace("requirement", "unused").split("[unused]")[0])
        lab.write("harness.toml", TOML.format(url=server.openai))
        lab.train(row("t", n) for n in range(80))
        lab.test(row("x", n) for n in range(24))
        lab.server = server
        yield lab


def test_both_parts_answer_and_each_record_says_which(zoo) -> None:
    (outcome,) = zoo.run()
    assert outcome.failed == 0
    (journal,) = zoo.root.glob("results/pets/records/*/records.jsonl")
    records = list(latest(journal).values())
    by = Counter(record.by for record in records)
    assert by == {"cheap": 12, "dear": 12}
    assert all(record.answer == ("cat" if int(record.item_id[1:]) % 2 else "dog") for record in records)
    assert all(bool(record.calls) == (record.by == "dear") for record in records)
    notes = read_manifest(journal.with_name("manifest.json")).preparation.notes
    assert 0.0 < notes["share_to_dear"] < 1.0
    assert notes["accuracy"] == 1.0


def test_a_cascade_stands_as_high_as_its_higher_part_and_sends_what_its_parts_send(zoo) -> None:
    candidate = zoo.open().project.candidate("both")
    assert candidate.rung is Rung.TRAINED
    assert candidate.adapter.sends_data_away(zoo.root) is False
    toml = (zoo.root / "harness.toml").read_text()
    zoo.write("harness.toml", toml.replace(zoo.server.openai, "https://far.example/v1"))
    assert zoo.open().project.candidate("both").adapter.sends_data_away(zoo.root) is True


def test_a_change_of_either_part_is_another_candidate(zoo) -> None:
    def key() -> str:
        return zoo.open().project.candidate("both").key(zoo.root)

    toml, before = (zoo.root / "harness.toml").read_text(), key()
    zoo.write("harness.toml", toml.replace("openai/fake", "openai/other"))
    assert key() != before
    zoo.write("harness.toml", toml.replace('adapter = "tfidf"', 'adapter = "majority"'))
    assert key() != before
    zoo.write("harness.toml", toml)
    assert key() == before


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"tfidf"', '"tfdif"', "did you mean 'tfidf'"),
        ("model =", "modell =", "[candidates.both] dear: the key "),
        ('adapter = "tfidf"', "c = 3", "cheap"),
    ],
)
def test_what_is_wrong_with_a_part_is_said_with_its_place(zoo, old: str, new: str, said: str) -> None:
    zoo.write("harness.toml", (zoo.root / "harness.toml").read_text().replace(old, new, 1))
    ended = zoo.cli("run", "pets")
    assert ended.code == 2
    assert said in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("status", [401, 404])
def test_a_dear_part_that_nobody_can_ask_ends_the_candidate_and_keeps_no_build(zoo, status: int) -> None:
    zoo.server.draw = lambda: failing(status)
    ended = zoo.cli("run", "pets")
    assert ended.code == 1
    assert f"both: stopped early: {'Unauthorised' if status == 401 else 'UnknownModel'}" in ended.err
    assert "run again to retry" not in ended.err
    assert not list(zoo.root.glob(".harness/builds/*/"))
    assert not list(zoo.root.glob("results/pets/records/*/manifest.json"))
    zoo.server.draw = lambda: OK
    (outcome,) = zoo.run()
    assert (outcome.failed, outcome.stopped) == (0, None)


def test_too_many_failures_of_the_dear_part_end_its_build_and_a_few_are_left_out(zoo, monkeypatch) -> None:
    monkeypatch.setattr("harness.models.caller.RetryPolicy", lambda: RetryPolicy(attempts=1))
    faults = iter([failing(500)] * 3)
    zoo.server.draw = lambda: next(faults, OK)
    (outcome,) = zoo.run()
    assert "3 of " in outcome.stopped
    assert outcome.calls == zoo.server.calls > 3
    faults = iter([failing(500)])
    (outcome,) = zoo.run(max_failures=0.5, cache=False)
    assert outcome.stopped is None
    (manifest,) = zoo.root.glob("results/pets/records/*/manifest.json")
    assert read_manifest(manifest).preparation.notes["accuracy"] == 1.0


def test_a_budget_that_a_build_spends_ends_the_candidate(zoo) -> None:
    zoo.write("harness.toml", (zoo.root / "harness.toml").read_text() + PRICE)
    ended = zoo.cli("run", "pets", "--budget-usd", "0.25", "--max-concurrency", "1")
    assert ended.code == 1
    assert "both: stopped early: BudgetSpent" in ended.err
    assert f"0 answers made, {zoo.server.calls} model calls" in ended.err
    assert zoo.server.calls > 0
    assert not list(zoo.root.glob(".harness/builds/*/"))


def test_an_end_while_it_is_built_asks_no_more_than_what_is_in_flight(zoo) -> None:
    zoo.server.delay = 0.05
    zoo.train(zoo_row(n) for n in range(400))
    project = zoo.open()
    session, chosen = project.session(project.project.task("pets"), [], Options(), lambda *_: None)

    async def main() -> list[Outcome]:
        running = asyncio.ensure_future(session.run(chosen))
        while not zoo.server.calls:  # noqa: ASYNC110 - the server is in another thread
            await asyncio.sleep(0.01)
        session.stop("enough")
        return await running

    (outcome,) = asyncio.run(main())
    assert (outcome.asked, outcome.stopped) == (0, "enough")
    assert outcome.calls == zoo.server.calls <= 16


def test_without_validation_items_it_cannot_be_built(zoo) -> None:
    task = (zoo.root / "tasks/pets/task.toml").read_text()
    zoo.write("tasks/pets/task.toml", task + "validation_share = 0.0\n")
    ended = zoo.cli("run", "pets", "-c", "both")
    assert ended.code == 2
    assert "it needs validation items to choose its threshold by" in ended.err
