"""snips as a `spans` task: a linear tagger over the whole test part, and a small local model over some of it.

Run: python benchmarks/snips.py [TRAIN [ASKED]]. TRAIN utterances are learnt from (2,100 by default, all with 0), and
ASKED of the 700 test utterances are put to SmolLM2-135M with the five nearest examples (none by default: it is slow).
"""

import json
import sys
import tempfile
from pathlib import Path

import numpy as np

from harness import open_project
from harness.run.options import Options

sys.path.insert(0, str(Path(__file__).parent))
from board_table import print_board
from shared_data import shared_data

TASK = """
[task]
kind = "spans"
instructions = "Mark the slots of this request to a voice assistant."
[data]
train = "train.jsonl"
test = "test.jsonl"
target = "spans"
[metrics]
primary = "f1"
also = ["precision", "recall", "macro_f1", "weighted_f1", "partial_recall", "exact_match"]
"""
CANDIDATES = """
[candidates.tagger]
adapter = "tagger"
[candidates.rag]
adapter = "rag"
model = "local/smollm2-135m-instruct"
embedder = "minilm"
k = 5
max_tokens = 160
"""


def rows(path: Path) -> list[dict[str, object]]:
    """The utterances of a file, as text and spans."""
    (listed,) = json.loads(path.read_text(encoding="utf-8", errors="replace")).values()
    found = []
    for number, utterance in enumerate(listed):
        text, spans = "", []
        for part in utterance["data"]:
            if "entity" in part and part["text"].strip():
                spans.append([len(text), len(text) + len(part["text"]), part["entity"]])
            text += part["text"]
        if text.strip():
            found.append({"id": f"{path.stem}-{number}", "text": text, "spans": spans})
    return found


def main() -> None:
    size, asked = (int(a) for a in [*sys.argv[1:], *["2100", "0"][len(sys.argv) - 1 :]])
    data = shared_data("snips")
    train = [row for path in sorted(data.glob("train_*_full.json")) for row in rows(path)]
    test = [row for path in sorted(data.glob("validate_*.json")) for row in rows(path)]
    chosen = np.random.default_rng(0).permutation(len(train))[: size or None]
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "tasks" / "snips").mkdir(parents=True)
        (root / "harness.toml").write_text(CANDIDATES)
        (root / "tasks" / "snips" / "task.toml").write_text(TASK)
        for part, kept in (("train", [train[i] for i in chosen]), ("test", test)):
            (root / "tasks" / "snips" / f"{part}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in kept))
        project = open_project(root)
        project.run("snips", ["tagger"])
        if asked:
            project.run("snips", ["rag"], Options(limit=asked, latency=False))
        board = project.leaderboard("snips", ["tagger", "rag"] if asked else ["tagger"])
    print(f"{len(chosen):,} train\n")
    print_board(board)


if __name__ == "__main__":
    main()
