"""What an interrupt does to a run: the first lets it finish what is in flight, the second ends it now."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from harness.cli.console import errors

if TYPE_CHECKING:
    from harness.run.together import Stoppable

_STOPPED_NOW = 130
_SIGNALS = {
    signal.SIGINT: ("interrupted", "interrupt again"),
    signal.SIGTERM: ("asked to end by SIGTERM", "send it again"),
}
"""Why a run ended, and how to end it at once."""
Ended = TypeVar("Ended")


async def interruptible(session: "Stoppable", running: Coroutine[Any, Any, Ended]) -> Ended:
    """Runs a session; SIGINT and SIGTERM end it.

    The second one ends the process too: a thread that trains or answers cannot be stopped, and nothing that it would
    still do is kept.
    """
    loop = asyncio.get_running_loop()
    work = asyncio.ensure_future(running)

    def end(reason: str, again: str) -> None:
        if session.stopped:
            work.cancel()
        else:
            session.stop(reason)
            errors().print(f"Finishing what is in flight; {again} to stop now. Nothing finished is lost.")

    # Where the system has no such handlers, an interrupt ends it at once.
    with contextlib.suppress(NotImplementedError):
        for number, (reason, again) in _SIGNALS.items():
            loop.add_signal_handler(number, end, reason, again)
    try:
        return await work
    except asyncio.CancelledError:
        errors().print("Stopped. Run the same command again to go on.")
        sys.stdout.flush()
        os._exit(_STOPPED_NOW)
