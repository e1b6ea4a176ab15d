"""Known figures on banking77 (77 intents, 3,080 test items): does every approach do what others measured for it?

    python benchmarks/banking77.py [tfidf knn rag zero-shot finetuned]

Prints a table beside the reference figures. `rag` and `zero-shot` take 200 random test items; `finetuned` trains all
weights for 4 epochs, which takes some minutes on two cores.
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path

from shared_data import shared_data

from harness.api import open_project
from harness.run.options import Options

REFERENCE = {"majority": 0.0130, "tfidf": 0.894, "knn": 0.916, "rag": 0.895, "zero-shot": 0.015, "finetuned": 0.943}
LIMIT = {"rag": 200, "zero-shot": 200}
TASK = """
[task]
kind = "label"
instructions = "You classify a message of a bank's customer by what the customer wants."
[data]
train = "train.csv"
test = "test.csv"
input = "text"
target = "category"
[metrics]
primary = "accuracy"
"""
PROJECT = """
[candidates.majority]
adapter = "majority"
[candidates.tfidf]
adapter = "tfidf"
[candidates.knn]
adapter = "knn"
k = 10
[candidates.rag]
adapter = "rag"
model = "local/smollm2-135m-instruct"
k = 5
[candidates.zero-shot]
adapter = "prompting"
model = "local/smollm2-135m-instruct"
[candidates.finetuned]
adapter = "finetuned"
method = "full"
words = true
learning_rate = 2e-4
head_learning_rate = 2e-3
epochs = 4
patience = 4
"""


def main() -> None:
    data = shared_data("banking77")
    names = sys.argv[1:] or list(REFERENCE)
    print(
        "| candidate | items | accuracy [95 %] | reference | prepare s | answer s |\n"
        "| --- | ---: | --- | ---: | ---: | ---: |"
    )
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        (root / "tasks" / "banking77").mkdir(parents=True)
        (root / "tasks" / "banking77" / "task.toml").write_text(TASK)
        for name in ("train.csv", "test.csv"):
            shutil.copy(data / name, root / "tasks" / "banking77")
        (root / "harness.toml").write_text(PROJECT)
        project = open_project(root)
        for name in names:
            begun = time.perf_counter()
            project.run("banking77", [name], Options(limit=LIMIT.get(name), latency=False))
            seconds = time.perf_counter() - begun
            row = project.leaderboard("banking77", [name])[name]
            found = row.metrics["accuracy"]
            prepare = row.prepare_s or 0.0
            print(
                f"| {name} | {row.n} | {found.value:.3f} [{found.low:.3f}, {found.high:.3f}] | {REFERENCE[name]:.3f} "
                f"| {prepare:.1f} | {seconds - prepare:.1f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
