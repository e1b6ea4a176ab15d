"""The command line."""

from harness.cli.main import main as main
