"""`harness`: commands, and how errors end."""

import sys
from typing import Annotated

import typer

from harness.cli import show as show_command
from harness.cli.listing import doctor, list_all
from harness.cli.run import leaderboard, run
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
    _Debug.on = debug


class _Debug:
    on = False


app.command("run")(run)
app.command("leaderboard")(leaderboard)
app.command("show")(show_command.show)
app.command("list")(list_all)
app.command("doctor")(doctor)


def main() -> None:
    """Runs the command line; an error that a user can mend is one message and exit code 2."""
    from harness.cli.console import errors

    try:
        app()
    except HarnessError as error:
        if _Debug.on or "--debug" in sys.argv:
            raise
        errors().print(f"error: {error}", markup=False, highlight=False, soft_wrap=True, style="red")
        sys.exit(2)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)
