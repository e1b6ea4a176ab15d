"""A task without the test items that leak."""

from dataclasses import replace

from harness.check.task import leaked
from harness.errors import DataError
from harness.task import Task


def without_leaks(task: Task) -> Task:
    """The task without the test items that stand in train, validation or corpus, exactly or nearly.

    They are left out for every candidate alike. Worked examples are drawn from the training items, so those are looked
    at too. What has been answered already stays in the records, and counts in no figure.

    Raises:
        DataError: no test item would be left.
    """
    names = leaked(task)
    kept = [item for item in task.test if item.id not in names]
    if not kept:
        raise DataError(
            f"{task.folder / 'task.toml'}: every one of the {len(task.test)} test items leaks: nothing is left to test "
            f"with. The places: harness check {task.name} --all"
        )
    gone = [item for item in task.test if item.id in names]
    return replace(task, test=kept, left_out=(*task.left_out, *gone)) if gone else task
