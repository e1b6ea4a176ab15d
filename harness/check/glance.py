"""The findings of a check that take no time: so they stand on every leaderboard."""

from harness.check import classes, splits
from harness.check.chance import by_chance
from harness.check.duplicates import same_words
from harness.check.finding import Level
from harness.errors import counted, some
from harness.task import Task


def leak_warning(task: Task) -> str | None:
    """Test items that stand exactly among the taught ones, as `harness check` counts them; None where there is none.

    Near duplicates and the corpus are left to `harness check`: over 10,000 texts of Banking77 equal ones take 60 ms,
    near ones a second; as many rows of 30 columns up to 1.6 s.
    """
    taught = [*task.train, *task.validation]
    if not taught:
        return None
    known = {same_words(item.input) for item in taught}
    equal = [item for item in task.test if same_words(item.input) in known]
    count = len(equal) - len(by_chance(equal, taught))
    if not count:
        return None
    of, stand = counted(len(task.test), "test item"), "stands" if count == 1 else "stand"
    text = f"{count:,} of {of} {stand} exactly in train or validation: they test memory"
    return (
        f"Data: {text}. --drop-leaks leaves them and near ones out for every candidate; harness check {task.name} "
        "names both."
    )


def split_warnings(task: Task) -> list[str]:
    """Classes and types of spans that test hardly has or train lacks, and groups on both sides.

    Dates are left to `harness check`, which reads the files again for them.
    """
    taught = [*task.train, *task.validation]
    found = [*classes.findings(task.kind, task.test, taught), *splits.group_findings(task.test, taught)]
    return [f"Data: {f.text} ({some(f.examples)})" for f in found if f.level is Level.WARNING]
