"""xquad as a `text` task with a corpus: retrieval by all-MiniLM-L6-v2, answers by SmolLM2-135M.

Run: python benchmarks/xquad.py [ASKED]. ASKED of the 1,190 questions are put to the model, 40 by default: it is slow.
"""

import json
import sys
import tempfile
from pathlib import Path

from harness import open_project
from harness.run.options import Options

sys.path.insert(0, str(Path(__file__).parent))
from board_table import print_board
from shared_data import shared_data

TASK = """
[task]
kind = "text"
instructions = "Answer the question with words from the passages."
[data]
test = "test.jsonl"
corpus = "corpus.jsonl"
input = "question"
target = "answers"
group = "paragraph"
gold = "gold"
[metrics]
primary = "token_f1"
also = ["exact_match", "rouge_l", "chrf", "recall@1", "recall@3", "mrr", "ndcg@3"]
"""
CANDIDATES = """
[candidates.zero-shot]
adapter = "prompting"
model = "local/smollm2-135m-instruct"
max_tokens = 24
[candidates.rag]
adapter = "rag"
model = "local/smollm2-135m-instruct"
embedder = "minilm"
k = 3
chunk_words = 400
max_tokens = 24
"""


def main() -> None:
    asked = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    articles = json.loads((shared_data("xquad") / "xquad.en.json").read_text(encoding="utf-8"))["data"]
    paragraphs = [paragraph for article in articles for paragraph in article["paragraphs"]]
    corpus = [{"id": f"p{i}", "text": paragraph["context"]} for i, paragraph in enumerate(paragraphs)]
    test = [
        {
            "id": question["id"],
            "question": question["question"],
            "answers": [answer["text"] for answer in question["answers"]],
            "paragraph": f"p{i}",
            "gold": [f"p{i}"],
        }
        for i, paragraph in enumerate(paragraphs)
        for question in paragraph["qas"]
    ]
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        folder = root / "tasks" / "xquad"
        folder.mkdir(parents=True)
        (root / "harness.toml").write_text(CANDIDATES)
        (folder / "task.toml").write_text(TASK)
        for part, rows in (("corpus", corpus), ("test", test)):
            (folder / f"{part}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        project = open_project(root)
        project.run("xquad", options=Options(limit=asked, latency=False))
        board = project.leaderboard("xquad")
    print(f"{asked} of {len(test):,} questions\n")
    print_board(board)


if __name__ == "__main__":
    main()
