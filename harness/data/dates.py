"""Dates as they stand in data files."""

from datetime import UTC, datetime
from typing import Any


def as_date(cell: Any) -> datetime | None:
    """An ISO date or time as one without a time zone (UTC, where the cell names one); None where it is none."""
    try:
        found = cell if isinstance(cell, datetime) else datetime.fromisoformat(str(cell))
    except ValueError:
        return None
    return found if found.tzinfo is None else found.astimezone(UTC).replace(tzinfo=None)
