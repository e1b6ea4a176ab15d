"""Of yes or no: how many are positive, and whether a confidence of 80 % is right four times in five."""

from collections.abc import Sequence

from harness.errors import counted
from harness.metrics.binary import reliability
from harness.profile.table import Table, share


def of_confidences(sure: Sequence[float], positive: Sequence[bool]) -> list[Table]:
    """Prevalence and reliability curve.

    Args:
        sure: (n,) of the positive class, 0 to 1.
        positive: (n,) what is so.
    """
    if not sure:
        return []
    rows = tuple((f"{mean:.2f}", f"{rate:.2f}", str(n)) for mean, rate, n in reliability(sure, positive))
    of = counted(len(positive), "item is", "items are")
    note = f"{sum(positive)} of {of} positive ({share(sum(positive), len(positive))})."
    return [Table("Reliability", ("mean confidence", "share positive", "items"), rows, note)]
