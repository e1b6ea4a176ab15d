"""Loading model libraries: one thread at a time, and the harness's own output goes on."""

import subprocess
import sys
import threading

import pytest

from harness.models.quiet import quiet_transformers

TOGETHER = """
import threading
from pathlib import Path
from harness.models.embedder import LocalEmbedder
from harness.models.local import load_causal
from harness.models.weights import weights_folder

failed = []
threading.excepthook = lambda args: failed.append(args.exc_value)
root = Path()
loads = [
    lambda: load_causal(weights_folder("smollm2-135m-instruct", "language", root)),
    lambda: LocalEmbedder("minilm", root)._loaded(),
]
threads = [threading.Thread(target=load) for load in loads]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert not failed, failed
"""


def test_a_second_thread_waits_for_its_turn() -> None:
    entered = threading.Event()

    def enter() -> None:
        with quiet_transformers():
            entered.set()

    second = threading.Thread(target=enter)
    with quiet_transformers():
        second.start()
        assert not entered.wait(0.2)
    assert entered.wait(30)
    second.join()


def test_what_the_harness_says_meanwhile_is_not_swallowed(capsys: pytest.CaptureFixture[str]) -> None:
    with quiet_transformers():
        print("a line of progress", file=sys.stderr)
    assert "a line of progress" in capsys.readouterr().err


@pytest.mark.slow
def test_two_models_that_are_loaded_at_once_in_a_new_process_both_load() -> None:
    ended = subprocess.run([sys.executable, "-c", TOGETHER], capture_output=True, text=True, check=False, timeout=250)
    assert ended.returncode == 0, ended.stderr
