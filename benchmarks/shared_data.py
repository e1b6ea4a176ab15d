"""Where the public data sets that benchmarks read are, if they are here at all."""

import os
import sys
from pathlib import Path


def shared_data(name: str) -> Path:
    """Folder of a data set: under `$HARNESS_SHARED_DATA`, or `../shared/data` beside this repository.

    Ends the program with a clear reason, and success, where it is absent.
    """
    root = Path(os.environ.get("HARNESS_SHARED_DATA") or Path(__file__).parents[2] / "shared" / "data")
    if not (root / name).is_dir():
        print(f"skipped: there is no data set {name} in {root}; set HARNESS_SHARED_DATA to the folder that has it.")
        sys.exit(0)
    return root / name
