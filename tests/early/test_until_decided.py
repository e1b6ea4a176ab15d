import asyncio
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from harness import OpenProject
from harness.early.pairs import pairs_of
from harness.early.until_decided import AHEAD, UntilDecided
from harness.errors import RunError
from harness.run.manifest import read_manifest
from harness.run.options import Options, Outcome
from harness.types import Rung
from tests.projects import recorded_project

# Right on a share of the items that the hash of the text and a name decides, in small batches, for money.
TOY = """
import asyncio
from harness.adapter import Adapter
from harness.types import Call, Reply, Rung, content_hash

class Toy(Adapter):
    rung = Rung.PROMPTING
    salt: str
    percent: int
    batch: int = 1
    pause: float = 0.0

    async def load(self, task, folder, services):
        return _Toy(self)

class _Toy:
    def __init__(self, settings):
        self.settings, self.batch_size = settings, settings.batch

    async def predict(self, queries):
        await asyncio.sleep(self.settings.pause)
        return [self.reply(q) for q in queries]

    def reply(self, query):
        right = int(content_hash(query.input, self.settings.salt), 16) % 100 < self.settings.percent
        target = "xy"[int(query.input.split()[-1]) % 2]
        answer = target if right else {"x": "y", "y": "x"}[target]
        return Reply(answer=answer, calls=(Call("recorded", request="0.01"),))

    async def close(self):
        pass
"""


def project(root: Path, toml: str, *, items: int = 1200, groups: int = 0, margin: float = 0.0) -> OpenProject:
    (root / "adapters").mkdir()
    (root / "adapters" / "toy.py").write_text(TOY)
    return recorded_project(root, {"unused": [True] * items}, toml=toml, groups=groups, margin=margin)


def toy(name: str, rung: str, percent: int, **more: object) -> str:
    settings = "".join(f"{key} = {value!r}\n" for key, value in more.items())
    return f'[candidates.{name}]\nadapter = "toy"\nrung = "{rung}"\nsalt = "{name}"\npercent = {percent}\n{settings}\n'


def run(opened: OpenProject, *names: str) -> dict[str, Outcome]:
    session, chosen = opened.session("t", names, Options(latency=False))
    study = opened.until_decided(session, chosen)
    outcomes = asyncio.run(session.run(chosen))
    opened.finish_decided(study, outcomes)
    return {o.candidate: o for o in outcomes}


def test_trained_are_paired_with_prompting_and_rag_and_with_each_other_where_there_is_none(tmp_path: Path) -> None:
    opened = recorded_project(tmp_path, {key: [True] for key in "abcde"})
    rungs = {"a": Rung.TRAINED, "b": Rung.TRAINED, "c": Rung.PROMPTING, "d": Rung.RAG, "e": Rung.BASELINE}
    candidates = [replace(opened.project.candidate(name), rung=rung) for name, rung in rungs.items()]
    assert pairs_of(candidates) == [("a", "c"), ("a", "d"), ("b", "c"), ("b", "d")]
    assert pairs_of([candidates[0], candidates[4]]) == [("a", "e")]


def test_a_clear_pair_stops_long_before_the_last_item(tmp_path: Path) -> None:
    opened = project(tmp_path, toy("good", "trained", 90) + toy("poor", "prompting", 50))
    outcomes = run(opened, "good", "poor")
    for name, word in (("good", "better"), ("poor", "worse")):
        outcome = outcomes[name]
        assert outcome.decided
        assert outcome.asked < 300
        manifest = read_manifest(outcome.folder.manifest)  # type: ignore[union-attr]
        assert manifest is not None
        (pair,) = manifest.decided
        assert pair.decision == word
        assert pair.low <= pair.difference <= pair.high
        assert (pair.low > 0) == (word == "better")
        assert manifest.stopped is not None
        assert f"decided after {pair.n} of 1200 items: {word} than" in manifest.stopped
        assert manifest.saved is not None
        assert manifest.saved.items == 1200 - outcome.asked
        assert manifest.saved.calls == manifest.saved.items
        assert manifest.saved.usd == pytest.approx(0.01 * manifest.saved.items)


def test_both_are_asked_the_same_items_in_step_though_one_is_quicker(tmp_path: Path) -> None:
    opened = project(tmp_path, toy("quick", "trained", 90, batch=8) + toy("slow", "rag", 60, batch=8, pause=0.01))
    outcomes = run(opened, "quick", "slow")
    assert abs(outcomes["quick"].asked - outcomes["slow"].asked) <= AHEAD + 8


def test_two_equals_are_asked_everything_where_the_margin_is_0(tmp_path: Path) -> None:
    opened = project(tmp_path, toy("one", "trained", 80) + toy("two", "rag", 80), items=200)
    outcomes = run(opened, "one", "two")
    assert [o.asked for o in outcomes.values()] == [200, 200]
    assert not any(o.decided for o in outcomes.values())


def test_two_that_never_differ_are_equivalent_at_a_margin(tmp_path: Path) -> None:
    opened = project(tmp_path, toy("one", "trained", 100) + toy("two", "rag", 100), margin=0.1)
    outcomes = run(opened, "one", "two")
    assert outcomes["one"].decided
    manifest = read_manifest(outcomes["one"].folder.manifest)  # type: ignore[union-attr]
    assert manifest is not None
    assert manifest.decided[0].decision == "equivalent"


def test_groups_are_drawn_whole(tmp_path: Path) -> None:
    opened = project(tmp_path, toy("good", "trained", 95) + toy("poor", "rag", 30), groups=300)
    outcomes = run(opened, "good", "poor")
    manifest = read_manifest(outcomes["good"].folder.manifest)  # type: ignore[union-attr]
    assert manifest is not None
    assert manifest.decided[0].n % 4 == 0


def test_a_candidate_that_cannot_run_holds_nobody_up(tmp_path: Path) -> None:
    absent = '[candidates.absent]\nadapter = "recorded"\nfile = "absent.jsonl"\nrung = "rag"\n'
    opened = project(tmp_path, toy("good", "trained", 95) + toy("poor", "rag", 30) + absent)
    outcomes = run(opened, "good", "poor", "absent")
    assert outcomes["absent"].skipped
    assert outcomes["good"].decided


def test_running_again_asks_nothing_more_and_a_plain_run_goes_on(tmp_path: Path) -> None:
    opened = project(tmp_path, toy("good", "trained", 90) + toy("poor", "prompting", 50))
    first = run(opened, "good", "poor")
    again = run(opened, "good", "poor")
    assert [o.asked for o in again.values()] == [0, 0]
    assert all(o.decided for o in again.values())
    rest = opened.run("t", ["good", "poor"], Options(latency=False))
    assert [o.asked for o in rest] == [1200 - first[o.candidate].asked for o in rest]
    manifest = read_manifest(rest[0].folder.manifest)  # type: ignore[union-attr]
    assert manifest is not None
    assert manifest.stopped is None
    assert manifest.decided == ()


def test_a_run_that_is_decided_already_is_not_begun_again(tmp_path: Path) -> None:
    opened = project(tmp_path, toy("good", "trained", 90) + toy("poor", "prompting", 50))
    run(opened, "good", "poor")
    stages: list[tuple[str, int]] = []
    session, chosen = opened.session("t", ["good", "poor"], Options(latency=False))
    session.report = lambda _, stage, done, total, failed: stages.append((stage, total))
    opened.until_decided(session, chosen)
    asyncio.run(session.run(chosen))
    assert {stage for stage, _ in stages} == {"done"}


def test_what_answers_in_large_batches_is_stopped_between_small_ones(tmp_path: Path) -> None:
    opened = project(tmp_path, toy("good", "trained", 90, batch=4096) + toy("poor", "prompting", 50, batch=4096))
    outcomes = run(opened, "good", "poor")
    assert all(o.decided and o.asked % AHEAD == 0 and o.asked < 400 for o in outcomes.values())


def test_nothing_was_stopped_where_all_items_were_answered_before_it_was_decided(tmp_path: Path) -> None:
    opened = project(tmp_path, toy("good", "trained", 90) + toy("poor", "prompting", 50))
    opened.run("t", ["good", "poor"], Options(latency=False))
    outcomes = run(opened, "good", "poor")
    assert not any(o.stopped or o.decided for o in outcomes.values())
    board = opened.leaderboard("t", ["good", "poor"])
    assert "stopped early" not in " ".join(board.warnings)
    assert board["good"].saved is None


def test_the_same_order_gives_the_same_decision(tmp_path: Path) -> None:
    found = []
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        opened = project(folder, toy("good", "trained", 90) + toy("poor", "prompting", 50, pause=0.001))
        manifest = read_manifest(run(opened, "good", "poor")["good"].folder.manifest)  # type: ignore[union-attr]
        assert manifest is not None
        found.append(manifest.decided)
    assert found[0] == found[1]


def test_a_metric_that_is_no_mean_is_refused(tmp_path: Path) -> None:
    opened = recorded_project(tmp_path, {key: [True] for key in "ab"}, extra='[metrics]\nprimary = "macro_f1"\n')
    with pytest.raises(RunError, match="macro_f1"):
        UntilDecided(opened.project.task("t"), opened.project.candidates())


def test_false_decisions_are_rare_though_every_item_is_looked_at(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    opened = recorded_project(tmp_path, dict.fromkeys("ab", [True] * 400))
    task, candidates = opened.project.task("t"), opened.project.candidates()
    wrong = 0
    for _ in range(40):
        study = UntilDecided(task, candidates)
        for name in "ab":
            study._runs[name][0].scores.update({item: float(rng.random() < 0.7) for item in study.items})
        study.look("a")
        wrong += study.pairs[0].decision is not None
    assert wrong <= 4
