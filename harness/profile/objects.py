"""Of JSON: which fields are wrong, and how."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from harness.metrics.fields import fields, general, same
from harness.profile.table import Table, share


def of_objects(pairs: Sequence[tuple[Any, Any]], tolerance: float) -> list[Table]:
    """Of each field how often it is right, wrong, missing, or there though it should not be; the worst first.

    Args:
        pairs: target and answer, one pair an item; an answer of None has no field.
        tolerance: of numbers.
    """
    seen: dict[str, Counter[str]] = {}
    for target, answer in pairs:
        wanted, got = fields(target), {} if answer is None else fields(answer)
        for path in wanted | got:
            seen.setdefault(general(path), Counter())[_state(path, wanted, got, tolerance)] += 1
    rows = sorted(seen.items(), key=lambda one: (one[1]["right"] / one[1].total(), one[0]))
    cells = tuple(
        (name or "(the whole)", share(n["right"], n.total()), *(str(n[how]) for how in ("wrong", "missing", "extra")))
        for name, n in rows
    )
    return [Table("By field", ("field", "right", "wrong", "missing", "extra"), cells)] if cells else []


def _state(path: str, wanted: dict[str, Any], got: dict[str, Any], tolerance: float) -> str:
    if path not in got:
        return "missing"
    if path not in wanted:
        return "extra"
    return "right" if same(wanted[path], got[path], tolerance) else "wrong"
