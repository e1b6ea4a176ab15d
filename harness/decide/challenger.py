"""The trained candidate that the answer turns on: headline, reasons, needs and costs all speak of this one."""

from harness.decide.pick import Field
from harness.decide.rules import Standing, answer
from harness.decide.verdict import Answer
from harness.decide.worth import Ledger
from harness.estimate import State
from harness.leaderboard.rows import Row


def challenger(field: Field, ledger: Ledger) -> Row | None:
    """The one that is chosen, else the cheapest in all of those that come nearest to being worth it.

    Nearest are those that may yet be worth it, then those that may meet the bar, then the others. None where none was
    compared with a lighter candidate.
    """
    known = [row for row in field.trained if row.name in field.gaps]
    able = [row for row in known if row.meets is not State.MISSED]
    nearest = (
        [row for row in known if row.name == field.choice]
        or [row for row in able if may_be_worth_it(field, row)]
        or able
        or known
    )
    return min(nearest, key=lambda row: (ledger.stated(row.name), -field.gaps[row.name].value), default=None)


def may_be_worth_it(field: Field, row: Row) -> bool:
    """Whether it is open that a trained candidate is worth it beside lighter ones that meet the bar."""
    return answer(Standing.MET, field.beyond[row.name]) is Answer.UNDECIDED
