"""`[weights]` of harness.toml: how much each criterion counts where candidates are scored by weights."""

from collections.abc import Mapping

from harness.errors import ConfigError, UnknownNameError

CRITERIA = ("cost", "time_to_deploy", "maintenance", "strategic_value")


def parse_weights(table: Mapping[str, object], where: str) -> dict[str, float]:
    """`[weights]` of harness.toml, scaled to a sum of 1; empty where nothing is weighted.

    Raises:
        UnknownNameError: a criterion that there is not.
        ConfigError: a weight that is no number of at least 0, or none above 0.
    """
    found: dict[str, float] = {}
    for name, value in table.items():
        if name not in CRITERIA:
            raise UnknownNameError("weight", name, CRITERIA, where)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
            raise ConfigError(f"{where} {name}: found {value!r}; expected a number of at least 0.")
        found[name] = float(value)
    total = sum(found.values())
    if found and total == 0:
        raise ConfigError(f"{where}: every weight is 0; give at least one above 0, or take the table out.")
    return {name: value / total for name, value in found.items()}
