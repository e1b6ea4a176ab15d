"""What a reader should know of the test items, whatever the figures are."""

from collections.abc import Collection

from harness.check.glance import leak_warning, split_warnings
from harness.errors import counted
from harness.leaderboard.rows import Leaderboard
from harness.run.looks import settings_scored
from harness.run.store import Store
from harness.task import Task


def cautions(task: Task, board: Leaderboard, store: Store, candidates: Collection[str]) -> list[str]:
    """Test items that were left out or are known from training, how they were split off, and what was tried on them.

    Args:
        task: with the items that were left out.
        board: its rows are what is chosen among, and its intervals pay for that.
        store: where the runs of other settings are.
        candidates: all of the project: settings of those that stand on another board are not this one's.
    """
    found = [text for text in (_left_out(task), leak_warning(task)) if text]
    found += split_warnings(task)
    shown = [row.name for row in board.rows if not row.skipped]
    tried = settings_scored(store, task.name, task.test_hash, not_of=set(candidates) - set(shown))
    if tried > len(shown):
        found.append(
            f"{tried} settings of these candidates have been scored on this test set, and {len(shown)} stand here: the "
            "best of many looks better than it is. Choose settings by validation."
        )
    return found


def _left_out(task: Task) -> str | None:
    if not task.left_out:
        return None
    n = len(task.left_out)
    of, were = counted(n + len(task.test), "test item"), "was" if n == 1 else "were"
    text = f"{n:,} of {of} {were} left out for every candidate (--drop-leaks)"
    return f"{text}: they stand in train, validation or corpus, exactly or nearly."
