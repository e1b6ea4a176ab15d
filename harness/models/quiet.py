"""Where the model libraries load: one thread at a time, and without their own bars and notices."""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_LOADING = threading.RLock()


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """Silences transformers inside the block, and puts back what was set before; other threads wait for their turn.

    What is set is the process's, and transformers fills its modules as they are imported from: a second thread would
    find them half made. So import from it, and from what is built on it, inside the block.
    """
    with _LOADING:
        from transformers.utils import logging

        before, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
        logging.set_verbosity_error()
        logging.disable_progress_bar()
        try:
            with warnings.catch_warnings():
                # The libraries deprecate each other's names faster than they follow.
                warnings.simplefilter("ignore", FutureWarning)
                yield
        finally:
            logging.set_verbosity(before)
            if bars:
                logging.enable_progress_bar()
