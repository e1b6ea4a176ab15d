"""`harness`: commands, and how errors end."""

import sys
import traceback
from typing import Annotated

import typer

from harness.cli import show as show_command
from harness.cli.check import check
from harness.cli.compare import compare
from harness.cli.curve import curve
from harness.cli.decide import decide, price
from harness.cli.gate import gate
from harness.cli.guard import guard
from harness.cli.imports import import_results
from harness.cli.init import init
from harness.cli.judge import judge
from harness.cli.listing import doctor, list_all
from harness.cli.publish import publish
from harness.cli.run import leaderboard, run
from harness.cli.stale import stale
from harness.cli.triage import triage
from harness.cli.wrong import wrong
from harness.errors import HarnessError

app = typer.Typer(
    name="harness",
    help="Is it worth going beyond prompting and RAG? Every approach on the same items, with evidence.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    del debug  # taken out by `main`, which wants it wherever it stands


app.command("init")(init)
app.command("run")(run)
app.command("leaderboard")(leaderboard)
app.command("decide")(decide)
app.command("price")(price)
app.command("check")(check)
app.command("compare")(compare)
app.command("curve")(curve)
app.command("judge")(judge)
app.command("stale")(stale)
app.command("guard")(guard)
app.command("import")(import_results)
app.command("show")(show_command.show)
app.command("wrong")(wrong)
app.command("triage")(triage)
app.command("gate")(gate)
app.command("publish")(publish)
app.command("list")(list_all)
app.command("doctor")(doctor)


def main() -> None:
    """Runs the command line; an error that a user can mend is one message and exit code 2."""
    from harness.cli.console import errors

    debug = "--debug" in sys.argv
    try:
        app([argument for argument in sys.argv[1:] if argument != "--debug"])
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)
    except (HarnessError, OSError) as error:
        if debug:
            traceback.print_exception(error)
        message = f"{error.filename}: {error.strerror}." if isinstance(error, OSError) and error.filename else error
        errors().print(f"error: {message}", markup=False, highlight=False, soft_wrap=True, style="red")
        sys.exit(2)
