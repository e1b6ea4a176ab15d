"""Verdicts on simulated tasks whose truth is known: how many are decided, and how many of those are wrong.

    python benchmarks/known_worlds.py [--worlds 500] [--seed 0]

The generator is described in docs/known-worlds.md. Every world goes through leaderboard and verdict as a task does.
"""

import argparse
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from harness.costs.stated import CandidateEconomics, Economy
from harness.decide.decision import decide, weigh
from harness.decide.rules import Beyond, Standing, overall, strength
from harness.decide.truth import Truth
from harness.decide.verdict import Answer
from harness.economics.cost import CandidateCost
from harness.economics.defaults import assumptions
from harness.kinds.label import Label
from harness.leaderboard.build import build_leaderboard
from harness.leaderboard.rows import Entry, SeedRun
from harness.metrics.classification import accuracy
from harness.money import Spending
from harness.run.manifest import Manifest
from harness.scores import Column, Scores
from harness.stats.paired import compare_means
from harness.stats.proportion import wilson
from harness.task import Requirement, Task
from harness.task.file import Bound, UseTable
from harness.types import Rung

LIGHT = (("prompting", Rung.PROMPTING), ("rag", Rung.RAG))
TRAINED = (("lora", Rung.TRAINED), ("full", Rung.TRAINED))
SIZES = (300, 500, 1000, 2000, 4000)
CORRELATION = 0.5
"""Of what makes an item hard for two candidates."""
SIGMA = 0.45
"""How far a true cost lies from the assumed one: standard deviation of the factor's logarithm."""


@dataclass(frozen=True)
class World:
    """One simulated task with its truth."""

    n: int
    margin: float
    bar: float | None
    use: UseTable
    rates: dict[str, float]
    """True accuracies."""
    right: dict[str, NDArray[np.bool_]]
    """(n,) what each candidate got right."""
    usd_per_1000: dict[str, float]
    near: bool
    """Whether the true gap lies within one standard error of the margin."""


def draw_world(rng: np.random.Generator, *, barred: bool) -> World:
    """One world: sizes, rates, outcomes, prices, and a bar or none."""
    n = int(rng.choice(SIZES))
    margin = float(rng.choice([0.01, 0.02, 0.03]))
    best = float(rng.uniform(0.80, 0.93))
    error = standard_error(best, best + margin, n)
    near = bool(rng.random() < 1 / 3)
    away = rng.uniform(-1, 1) if near else rng.choice([-1, 1]) * (1 + rng.exponential(4))
    top = float(np.clip(best + margin + away * error, 0.5, 0.995))
    rates = {"prompting": best - float(rng.uniform(0, 0.08)), "rag": best}
    rates |= {"lora": top, "full": top - float(rng.uniform(0, 0.03))}
    bar = draw_bar(best, top, n, rng) if barred else None
    use = UseTable(
        calls_per_month=float(np.exp(rng.uniform(np.log(5e3), np.log(1e6)))),
        horizon_months=float(rng.integers(12, 37)),
        knowledge_changes_per_year=float(rng.choice([0, 1, 2, 4, 12])),
        error_cost_usd=float(np.exp(rng.uniform(np.log(0.1), np.log(5)))),
    )
    api = float(np.exp(rng.uniform(np.log(0.2), np.log(10))))
    prices = {"prompting": api, "rag": 2 * api, "lora": 0.0, "full": 0.0}
    return World(n, margin, bar, use, rates, outcomes(rates, n, rng), prices, near)


def draw_bar(best: float, top: float, n: int, rng: np.random.Generator) -> float:
    """A bar: for one in three within one standard error of the best light or the best trained rate."""
    if rng.random() < 1 / 3:
        rate = float(rng.choice([best, top]))
        return float(np.clip(rate + rng.uniform(-1, 1) * np.sqrt(rate * (1 - rate) / n), 0.5, 0.99))
    return float(np.clip(best + rng.uniform(-0.05, 0.08), 0.5, 0.99))


def outcomes(rates: dict[str, float], n: int, rng: np.random.Generator) -> dict[str, NDArray[np.bool_]]:
    """Right or wrong by item, correlated across candidates: a Gaussian copula."""
    shared = rng.standard_normal(n)
    own = {name: rng.standard_normal(n) for name in rates}
    mixed = {k: np.sqrt(CORRELATION) * shared + np.sqrt(1 - CORRELATION) * z for k, z in own.items()}
    return {name: mixed[name] < stats.norm.ppf(rate) for name, rate in rates.items()}


def standard_error(a: float, b: float, n: int) -> float:
    """Of the paired difference of two accuracies on n items under the copula."""
    points = stats.norm.ppf([a, min(b, 0.999)])
    both = float(stats.multivariate_normal.cdf(points, cov=[[1, CORRELATION], [CORRELATION, 1]]))
    discordant = a + min(b, 0.999) - 2 * both
    return float(np.sqrt((discordant - (a - b) ** 2) / n))


def task_of(world: World) -> Task:
    """The world as a task without items: scores are given."""
    bounds = {} if world.bar is None else {"accuracy": Bound(at_least=world.bar)}
    return Task(
        name="world",
        version="1",
        kind=Label(("a", "b")),
        instructions="",
        test=(),
        train=(),
        validation=(),
        corpus=(),
        metrics=(accuracy(),),
        requirement=Requirement(bounds, margin=world.margin),
        use=world.use,
        keywords={},
        validation_share=0.1,
        folder=Path(),
    )


def entries_of(world: World) -> list[Entry]:
    """Every candidate with one scored run."""
    ids = [str(i) for i in range(world.n)]
    none = np.zeros(world.n, dtype=bool)
    groups: list[str | None] = [None] * world.n
    found = []
    for name, rung in (*LIGHT, *TRAINED):
        manifest = Manifest(
            "world", "1", "", "", name, name, "", {}, rung.value, 0, "", rung is not Rung.TRAINED, world.n
        )
        column = {"accuracy": Column([0, 1], world.right[name].astype(np.int64))}
        scores = Scores(ids, ids, groups, column, none, none)
        usd = world.usd_per_1000[name] * world.n / 1000
        found.append(Entry(name, name, rung, False, [SeedRun(manifest, scores, (), Spending(world.n, usd, usd))]))
    return found


def economy() -> Economy:
    """Assumed costs throughout; trained candidates are served on machines of their own."""
    return Economy(assumptions(), {name: CandidateEconomics(serving="kept on") for name, _ in TRAINED}, {})


def truth(world: World, costs: dict[str, CandidateCost], rng: np.random.Generator) -> Answer:
    """What the rule answers to somebody who knows everything: true rates, and true costs drawn from the prior."""
    names = {f.name: f for cost in costs.values() for f in cost.figures().values()}
    true = {k: f.value * rng.lognormal(0, SIGMA) for k, f in sorted(names.items()) if f.source == "assumed" and f.value}
    true |= {f"{name}: share of wrong answers": 1 - rate for name, rate in world.rates.items()}
    total = {k: float(cost.tco(true) or 0) for k, cost in costs.items()}
    spent = {k: float(replace(cost, wrong=None).tco(true) or 0) for k, cost in costs.items()}
    meets = {k: world.bar is None or rate >= world.bar for k, rate in world.rates.items()}
    light = [name for name, _ in LIGHT]
    rivals = [k for k in light if meets[k]] or light
    standing = Standing.MET if any(meets[k] for k in light) else Standing.MISSED
    pairs = [[_state(k, rival, world, total, spent, meets[k]) for rival in rivals] for k, _ in TRAINED]
    return overall(standing, [min(states, key=lambda s: strength(standing, s)) for states in pairs])


def _state(
    ours: str, theirs: str, world: World, total: dict[str, float], spent: dict[str, float], meets: bool
) -> Beyond:
    def yes(holds: bool) -> Truth:
        return Truth.YES if holds else Truth.NO

    return Beyond(
        Standing.MET if meets else Standing.MISSED,
        yes(total[ours] < total[theirs]),
        yes(world.rates[ours] - world.rates[theirs] > world.margin),
        yes(spent[ours] < spent[theirs]),
    )


def plain_rule(world: World, rng: np.random.Generator) -> Answer:
    """Plain 95 % intervals, nothing paid for picking: the candidates against the bar, the best of each side paired.

    It knows nothing of money: better by more than the margin is worth it.
    """
    light, trained = (_plain_side(world, [name for name, _ in group]) for group in (LIGHT, TRAINED))
    if light is Standing.MISSED:
        said = {Standing.MET: Answer.WORTH_IT, Standing.MISSED: Answer.NOTHING, Standing.OPEN: Answer.UNDECIDED}
        return said[trained]
    pick = [max((n for n, _ in group), key=lambda n: world.right[n].mean()) for group in (TRAINED, LIGHT)]
    a, b = (world.right[name].astype(float) for name in pick)
    found = compare_means(a, b, None, True, rng)
    if trained is Standing.MET and found.low > world.margin:
        return Answer.WORTH_IT
    if light is Standing.MET and (trained is Standing.MISSED or found.high < world.margin):
        return Answer.NOT_WORTH_IT
    return Answer.UNDECIDED


def _plain_side(world: World, names: Sequence[str]) -> Standing:
    if world.bar is None:
        return Standing.MET
    ends = [wilson(float(world.right[name].sum()), world.n) for name in names]
    if any(end.low >= world.bar for end in ends):
        return Standing.MET
    return Standing.MISSED if all(end.high < world.bar for end in ends) else Standing.OPEN


def plain_truth(world: World) -> Answer:
    """What that rule answers with no end of items."""
    light, trained = (max(world.rates[name] for name, _ in group) for group in (LIGHT, TRAINED))
    if world.bar is not None and light < world.bar:
        return Answer.WORTH_IT if trained >= world.bar else Answer.NOTHING
    meets = world.bar is None or trained >= world.bar
    return Answer.WORTH_IT if meets and trained - light > world.margin else Answer.NOT_WORTH_IT


@dataclass(frozen=True)
class Outcome:
    """What was said of one world, and what is so."""

    said: Answer
    plain: Answer
    true: Answer
    true_plain: Answer
    near: bool
    n: int
    needs: bool
    """Whether it names what would decide it."""


def judge(seed: int, *, barred: bool) -> Outcome:
    """Draws a world, and has it judged by the verdict and by the plain rule."""
    rng = np.random.default_rng(seed)
    world = draw_world(rng, barred=barred)
    task, entries, money = task_of(world), entries_of(world), economy()
    weighed = weigh(task, entries, build_leaderboard(task, entries, rng), money, rng)
    verdict = decide(task, entries, weighed, money, rng, date(2026, 1, 1))
    return Outcome(
        verdict.answer,
        plain_rule(world, rng),
        truth(world, dict(weighed.ledger.costs), rng),
        plain_truth(world),
        world.near,
        world.n,
        bool(verdict.needs),
    )


def table(outcomes_: Sequence[Outcome]) -> str:
    """Markdown: per kind of world how many are decided, and how many of those are wrong."""
    lines = [
        "| worlds | count | verdict decides | of those wrong | plain rule decides | of those wrong |",
        "|---" * 6 + "|",
    ]
    kinds = {
        "all": outcomes_,
        "gap within one standard error": [o for o in outcomes_ if o.near],
        "gap further away": [o for o in outcomes_ if not o.near],
        **{f"{n:,} items": [o for o in outcomes_ if o.n == n] for n in SIZES},
    }
    for name, part in kinds.items():
        said = [(o.said, o.true) for o in part if o.said is not Answer.UNDECIDED]
        plain = [(o.plain, o.true_plain) for o in part if o.plain is not Answer.UNDECIDED]
        cells = [name, f"{len(part)}", *_shares(said, len(part)), *_shares(plain, len(part))]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _shares(found: Sequence[tuple[Answer, Answer]], of: int) -> list[str]:
    wrong = sum(said is not true for said, true in found)
    return [f"{len(found) / max(of, 1):.1%}", f"{wrong / max(len(found), 1):.1%} ({wrong})"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    start = time.perf_counter()
    for title, barred, count in (("Without a bar", False, asked.worlds), ("With a bar", True, asked.worlds // 2)):
        found = [judge((2 * asked.seed + barred) * 1_000_000 + i, barred=barred) for i in range(count)]
        print(f"## {title}\n\n{table(found)}\n\n{confusion(found)}\n")
    print(f"{time.perf_counter() - start:.0f} s")


def confusion(found: Sequence[Outcome]) -> str:
    """Markdown: how often which answer was given where which one is true."""
    counts = Counter((o.said.value, o.true.value) for o in found)
    return "\n".join(
        ["| said | true | worlds |", "|---|---|---|", *(f"| {s} | {t} | {n} |" for (s, t), n in sorted(counts.items()))]
    )


if __name__ == "__main__":
    main()
