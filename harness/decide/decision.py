"""From a leaderboard and its runs to the verdict."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import msgspec
import numpy as np

from harness.costs.of_runs import costs_of
from harness.costs.stated import Economy
from harness.decide.evidence import Evidence, gather
from harness.decide.headline import Headline
from harness.decide.looked import Looked
from harness.decide.movers import swings
from harness.decide.needs import Open
from harness.decide.paid import assumptions_of, costs_table
from harness.decide.papers import compared, look_again, not_measured, pair_words
from harness.decide.pareto import front
from harness.decide.pick import Field, survey
from harness.decide.picking import MAX_FAILED, Bar
from harness.decide.reasons import Why
from harness.decide.rules import Standing
from harness.decide.rungs import stood
from harness.decide.verdict import Verdict
from harness.decide.weights import weighted
from harness.decide.worth import Ledger, ledger_of
from harness.errors import ComparisonError, counted
from harness.estimate import together
from harness.leaderboard.requirements import requirement_states
from harness.leaderboard.rows import Entry, Leaderboard, Row
from harness.task import Task
from harness.words import share


@dataclass(frozen=True)
class Weighed:
    """A leaderboard with what its candidates cost."""

    board: Leaderboard
    """With the monthly cost in its rows, held against the bar."""
    evidence: Evidence
    ledger: Ledger


def weigh(
    task: Task,
    entries: Sequence[Entry],
    board: Leaderboard,
    economy: Economy,
    rng: np.random.Generator,
    volume: float | None = None,
) -> Weighed:
    """Puts a price on every candidate.

    Args:
        task: with its use and bar.
        entries: candidates with their scored runs.
        board: their leaderboard.
        economy: assumptions and statements.
        rng: for the draws.
        volume: calls a month in place of the task's.

    Raises:
        ComparisonError: the candidates have no item in common.
        ConfigError: a use or a statement that cannot be.
    """
    evidence = gather(task, entries, rng)
    if evidence is None:
        raise ComparisonError(f"the candidates of {task.name} have no item in common; run them on the same items.")
    costs = costs_of(task, entries, {row.name: row for row in board.rows}, evidence.wrong, economy, volume)
    use = task.use
    ledger = ledger_of(costs, evidence, economy.prior, use.worth_usd_per_month, use.probability, rng)
    return Weighed(_with_cost(board, ledger, task), evidence, ledger)


def _with_cost(board: Leaderboard, ledger: Ledger, task: Task) -> Leaderboard:
    rows = []
    for row in board.rows:
        priced = msgspec.structs.replace(row, usd_per_month=ledger.per_month(row.name) if ledger.costs else None)
        if row.skipped is None:
            states = requirement_states(task.requirement, priced)
            priced = msgspec.structs.replace(priced, requirements=states, meets=together(list(states.values())))
        rows.append(priced)
    return msgspec.structs.replace(board, rows=tuple(rows))


def decide(
    task: Task,
    entries: Sequence[Entry],
    weighed: Weighed,
    economy: Economy,
    rng: np.random.Generator,
    on: date,
    looked: Looked | None = None,
) -> Verdict:
    """The verdict on a task.

    Args:
        task: with its use and bar.
        entries: candidates with their scored runs.
        weighed: their leaderboard with costs.
        economy: assumptions and statements.
        rng: for the comparisons.
        on: the day it is made.
        looked: what was looked into beside the runs.
    """
    looked = looked or Looked()
    board, evidence, ledger = weighed.board, weighed.evidence, weighed.ledger
    bar = Bar(task, {entry.name: entry for entry in entries}, ledger, int(rng.integers(2**63)))
    ran = survey(*bar.paid(board.rows), evidence, ledger, task.requirement)
    rows = {row.name: row for row in (*ran.light, *ran.trained)}
    pair = compared(ran, ledger)
    costs = costs_table(ledger, entries, list(rows.values()), economy)
    strategic = {name: economy.of(name).strategic_value for name in rows}
    return Verdict(
        task=task.name,
        version=task.version,
        test_hash=board.test_hash,
        date=on.isoformat(),
        answer=ran.answer,
        choice=ran.choice,
        headline=Headline(task, ran, ledger).text(),
        incumbent=_against_incumbent(board, ran),
        reasons=Why(task, ran, evidence, ledger, looked).reasons(),
        needs=Open(task, ran, evidence, ledger, economy, looked.labels).needs(),
        stood=stood(board, entries, ran.excluded),
        front=front(evidence, ledger, list(rows.values()), rng),
        costs=costs,
        weighted=weighted(economy.weights, costs, rows, strategic) if economy.weights else (),
        pairs=tuple(pair_words(ledger, *pair)) if pair else (),
        tornado=swings(ledger, *pair) if pair and ran.standing in (Standing.MET, Standing.OPEN) else (),
        between=pair,
        assumptions=assumptions_of(ledger, [entry for entry in entries if entry.name in rows], economy),
        not_measured=tuple(not_measured(task, board, evidence, ledger, rows, looked)),
        look_again=tuple(look_again(task, ran, ledger, pair)),
        excluded=tuple(_excluded(row) for row in ran.excluded),
    )


def _against_incumbent(board: Leaderboard, field: Field) -> str | None:
    current = next((row for row in board.rows if row.incumbent and row.skipped is None), None)
    if current is None or field.choice is None:
        return None
    if field.choice == current.name:
        return f"{current.name} is what is in use: nothing has to change."
    against = field.row(field.choice).vs_incumbent
    if against is None:
        return f"{current.name} is what is in use; {field.choice} cannot be compared with it on the same items."
    gain = share(against.difference, against.low, against.high, signed=True)
    return f"Against {current.name}, which is in use, {field.choice} has {gain} {board.primary}."


def _excluded(row: Row) -> str:
    asked = counted(row.n * row.seeds, "item")
    return f"{row.name} gets no verdict: {row.failed} of {asked} failed, more than {MAX_FAILED:.0%}."
