"""Who stands for each side, how trained candidates compare with it, and what is chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from harness.decide.evidence import Evidence, Gap
from harness.decide.picking import ALONE, Paid, failed_too_often
from harness.decide.rules import Beyond, Standing, answer, overall, side, strength
from harness.decide.truth import Truth, beyond
from harness.decide.verdict import Answer
from harness.decide.worth import Ledger
from harness.estimate import State
from harness.leaderboard.rows import Row
from harness.task.task import SYSTEM_FIGURES, Requirement
from harness.types import Rung

_FAILED = Beyond(Standing.OPEN, Truth.OPEN, Truth.OPEN, Truth.OPEN)
"""A trained candidate that failed too often may yet meet the bar that all others miss."""
_WEIGHT = {Rung.BASELINE: 0, Rung.PROMPTING: 1, Rung.RAG: 2, Rung.TRAINED: 3}


@dataclass(frozen=True)
class Field:
    """All candidates of a task, sorted by side, with the answer that follows."""

    light: tuple[Row, ...]
    """Without training, lightest first."""
    trained: tuple[Row, ...]
    """Lightest first."""
    excluded: tuple[Row, ...]
    """With too many failures."""
    standing: Standing
    """Of the light side."""
    rivals: tuple[Row, ...]
    """The light candidates that a trained one has to beat: those that meet the bar, else those that may."""
    beyond: Mapping[str, Beyond]
    """How each trained candidate compares with the rival that is hardest to beat for it."""
    gaps: Mapping[str, Gap]
    """How much better it is than that rival; the intervals of all pairs hold at once."""
    answer: Answer
    choice: str | None
    paid: Mapping[str, Paid]
    """What each candidate pays for being one of several on its side."""

    @property
    def among(self) -> int:
        """So many trained candidates may be worth it: each must be surer."""
        return _among(self.trained)

    def pays(self, name: str) -> Paid:
        """What a candidate pays."""
        return self.paid.get(name, ALONE)

    def row(self, name: str) -> Row:
        """The row of a candidate."""
        return next(row for row in (*self.light, *self.trained, *self.excluded) if row.name == name)


def survey(
    rows: Sequence[Row],
    paid: Mapping[str, Paid],
    evidence: Evidence,
    ledger: Ledger,
    requirement: Requirement,
) -> Field:
    """Sorts the candidates, compares them, and finds answer and choice.

    Args:
        rows: of the leaderboard, with their standing where picking is paid for; those that were not run are left out.
        paid: what each pays.
        evidence: how good they are.
        ledger: how dear they are.
        requirement: the bar and the margin.
    """
    ran = sorted((row for row in rows if row.skipped is None), key=lambda row: _lightness(row, ledger))
    excluded = tuple(row for row in ran if failed_too_often(row))
    light = tuple(row for row in ran if row not in excluded and row.rung is not Rung.TRAINED)
    trained = tuple(row for row in ran if row not in excluded and row.rung is Rung.TRAINED)
    standing = _light_side(light, excluded)
    rivals = tuple(row for row in light if _standing(row) is standing) or light
    pairs = _pairs(trained, rivals, evidence, ledger, requirement)
    hardest = {name: _hardest(standing, found, ledger) for name, found in pairs.items() if found}
    gaps = {name: pair.gap for name, pair in hardest.items()}
    states = {
        row.name: hardest[row.name].state if row.name in hardest else replace(_FAILED, standing=_standing(row))
        for row in trained
    }
    failing = [_FAILED] if standing is Standing.MISSED and any(r.rung is Rung.TRAINED for r in excluded) else []
    found = overall(standing, [*states.values(), *failing])
    choice = _choice(found, standing, light, trained, states, ledger)
    return Field(light, trained, excluded, standing, rivals, states, gaps, found, choice, paid)


def _lightness(row: Row, ledger: Ledger) -> tuple[int, bool, float, str]:
    """Rung, what is in use before what would have to be built, then what is spent."""
    return _WEIGHT[row.rung], not row.incumbent, ledger.stated(row.name, wrong=False), row.name


def _standing(row: Row) -> Standing:
    return {State.MET: Standing.MET, State.MISSED: Standing.MISSED, State.OPEN: Standing.OPEN}[row.meets]


def _among(trained: Sequence[Row]) -> int:
    return sum(row.meets is not State.MISSED for row in trained) or 1


def _light_side(light: Sequence[Row], excluded: Sequence[Row]) -> Standing:
    """A baseline that misses says nothing of prompting; one that failed too often may yet meet the bar."""
    best = side([_standing(row) for row in light])
    asked = any(row.rung in (Rung.PROMPTING, Rung.RAG) for row in light)
    if best in (Standing.MISSED, Standing.NONE) and any(row.rung is not Rung.TRAINED for row in excluded):
        return Standing.OPEN
    return Standing.NONE if best is Standing.MISSED and not asked else best


@dataclass(frozen=True)
class _Pair:
    """A trained candidate against one rival."""

    gap: Gap
    state: Beyond


def _pairs(
    trained: Sequence[Row],
    rivals: Sequence[Row],
    evidence: Evidence,
    ledger: Ledger,
    requirement: Requirement,
) -> dict[str, list[_Pair]]:
    """Every trained candidate against every rival."""
    names = [(t.name, r.name) for t in trained for r in rivals]
    if not names:
        return {row.name: [] for row in trained}
    found = evidence.gaps(names)
    pairs: dict[str, list[_Pair]] = {row.name: [] for row in trained}
    standings = {row.name: _standing(row) for row in trained}
    for gap in found:
        pairs[gap.ours].append(_Pair(gap, _beyond(standings[gap.ours], gap, ledger, requirement, _among(trained))))
    return pairs


def _beyond(standing: Standing, gap: Gap, ledger: Ledger, requirement: Requirement, among: int) -> Beyond:
    gain = beyond(gap.low, gap.high, requirement.margin)
    if not ledger.costs:
        return Beyond(standing, Truth.OPEN, gain, Truth.NO)
    saving = ledger.worth_more(gap.ours, gap.theirs, wrong=False, among=among)
    if ledger.priced:
        return Beyond(standing, ledger.worth_more(gap.ours, gap.theirs, among=among), gain, saving)
    return Beyond(standing, _unpriced(saving, gap, requirement), gain, saving)


def _hardest(light: Standing, pairs: Sequence[_Pair], ledger: Ledger) -> _Pair:
    """The pair with the weakest answer, the cheaper rival first: a trained candidate has to beat every rival."""
    return min(pairs, key=lambda pair: (strength(light, pair.state), ledger.stated(pair.gap.theirs)))


def _unpriced(saving: Truth, gap: Gap, requirement: Requirement) -> Truth:
    """Net value where nobody says what a wrong answer costs: sure only where money and quality agree.

    What is good enough is what the bar says; without a bar on quality, what is not worse by the margin.
    """
    barred = any(name not in SYSTEM_FIGURES for name in requirement.bounds)
    if saving is Truth.YES and (barred or gap.low > -requirement.margin):
        return Truth.YES
    return Truth.NO if saving is Truth.NO and gap.high <= 0 else Truth.OPEN


def _choice(
    found: Answer,
    standing: Standing,
    light: Sequence[Row],
    trained: Sequence[Row],
    states: Mapping[str, Beyond],
    ledger: Ledger,
) -> str | None:
    if found is Answer.WORTH_IT:
        worthy = [row.name for row in trained if answer(standing, states[row.name]) is Answer.WORTH_IT]
        return _climbed(worthy, ledger)
    return _climbed([row.name for row in light if _standing(row) is Standing.MET], ledger)


def _climbed(names: Sequence[str], ledger: Ledger) -> str | None:
    """The lightest, or a heavier one that is worth more than what was chosen before it."""
    if not names:
        return None
    chosen = names[0]
    for name in names[1:]:
        if ledger.worth_more(name, chosen, among=len(names) - 1) is Truth.YES:
            chosen = name
    return chosen
