"""What an interrupt does to a run: the first lets it finish what is in flight, the second ends it now."""

import asyncio
import contextlib
import os
import signal
import sys
from typing import TYPE_CHECKING

from harness.cli.console import errors

if TYPE_CHECKING:
    from harness.project import Candidate
    from harness.run.session import Outcome, Session

_STOPPED_NOW = 130


async def interruptible(session: "Session", chosen: "list[Candidate]") -> "list[Outcome]":
    """Runs a session; SIGINT and SIGTERM end it.

    The second one ends the process too: a thread that trains or answers cannot be stopped, and nothing that it would
    still do is kept.
    """
    loop = asyncio.get_running_loop()
    work = asyncio.ensure_future(session.run(chosen))

    def interrupted() -> None:
        if session.stopped:
            work.cancel()
        else:
            session.stop("interrupted")
            errors().print("Finishing what is in flight; interrupt again to stop now. Nothing finished is lost.")

    # Where the system has no such handlers, an interrupt ends it at once.
    with contextlib.suppress(NotImplementedError):
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, interrupted)
    try:
        return await work
    except asyncio.CancelledError:
        errors().print("Stopped. Run the same command again to go on.")
        sys.stdout.flush()
        os._exit(_STOPPED_NOW)
