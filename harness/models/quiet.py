"""Keeps progress bars and notices of the model libraries out of the harness's own output."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """Silences transformers inside the block, and puts back what was set before."""
    from transformers.utils import logging

    before, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        # The progress bar of a GGUF conversion knows no switch.
        with redirect_stderr(io.StringIO()), warnings.catch_warnings():
            # The libraries deprecate each other's names faster than they follow.
            warnings.simplefilter("ignore", FutureWarning)
            yield
    finally:
        logging.set_verbosity(before)
        if bars:
            logging.enable_progress_bar()
