"""The plugin's command line options."""

import argparse
from typing import Any

import pytest

_OPTIONS: dict[str, dict[str, Any]] = {
    "harness": {
        "flag": "--harness",
        "action": "store_true",
        "default": False,
        "help": "Collect the suites in tasks/ too: one test per requirement and candidate.",
    },
    "candidates": {
        "flag": "--candidates",
        "default": None,
        "metavar": "NAMES",
        "help": "Only these candidates of harness.toml, separated by commas.",
    },
    "evidence": {
        "flag": "--require-evidence",
        "action": "store_true",
        "default": False,
        "help": "A requirement that the interval cannot settle is a failure, not an open one.",
    },
    "all": {
        "flag": "--require-all",
        "action": "store_true",
        "default": False,
        "help": "A candidate that cannot run here is a failure, not a skip.",
    },
}


def add_options(parser: pytest.Parser) -> None:
    """Adds the options; one whose name another plugin has already goes by `--harness-NAME`."""
    group = parser.getgroup("harness", "eval suites (approach-harness)")
    for name, described in _OPTIONS.items():
        attributes = {key: value for key, value in described.items() if key != "flag"}
        flag = described["flag"]
        try:
            group.addoption(flag, dest=f"harness_{name}", **attributes)
        except (ValueError, argparse.ArgumentError):
            other = f"--harness-{flag.removeprefix('--')}"
            try:
                group.addoption(other, dest=f"harness_{name}", **attributes)
            except (ValueError, argparse.ArgumentError):
                raise pytest.UsageError(
                    f"another plugin or a conftest.py has both {flag} and {other}; approach-harness needs one. "
                    "Rename one there, or leave approach-harness out: -p no:harness."
                ) from None


def option(config: pytest.Config, name: str) -> Any:
    """The value of the option that `add_options` keeps under `name`."""
    return config.getoption(f"harness_{name}")


def chosen_candidates(config: pytest.Config) -> list[str]:
    """The names given with `--candidates`; none is every candidate."""
    given: str = option(config, "candidates") or ""
    return [name.strip() for name in given.split(",") if name.strip()]
