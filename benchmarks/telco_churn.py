"""Telco churn as a `binary` table: 5-fold ROC-AUC of the adapters `linear` and `boosting`, through the harness.

Run: python benchmarks/telco_churn.py. Measured elsewhere with scikit-learn alone: .845 and .836.
"""

import csv
import json
import sys
import tempfile
from pathlib import Path

from sklearn.model_selection import StratifiedKFold

from harness import open_project

sys.path.insert(0, str(Path(__file__).parent))
from shared_data import shared_data

FOLDS, REFERENCE = 5, {"linear": 0.8454, "boosting": 0.8358}
TASK = """
[task]
kind = "binary"
instructions = "Decide whether this customer of a telephone company will leave within a month."
labels = ["No", "Yes"]
positive = "Yes"
[data]
train = "train.jsonl"
test = "test.jsonl"
input = {columns}
target = "Churn"
[metrics]
primary = "roc_auc"
also = ["f1", "precision", "recall", "average_precision", "brier", "ece"]
"""


def main() -> None:
    with (shared_data("telco_churn") / "Telco-Customer-Churn.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns = [c for c in rows[0] if c not in ("customerID", "Churn")]
    splits = StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(rows, [r["Churn"] for r in rows])
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "harness.toml").write_text("".join(f'[candidates.{c}]\nadapter = "{c}"\n' for c in REFERENCE))
        for fold, parts in enumerate(splits):
            _write(root / "tasks" / f"fold{fold}", rows, parts, columns)
        project = open_project(root)
        found: dict[str, list[dict[str, float]]] = {c: [] for c in REFERENCE}
        for fold in range(FOLDS):
            project.run(f"fold{fold}")
            board = project.leaderboard(f"fold{fold}")
            for candidate in REFERENCE:
                found[candidate].append({m: e.value for m, e in board[candidate].metrics.items()})
    metrics = list(found["linear"][0])
    print(f"| candidate | {' | '.join(metrics)} | roc_auc elsewhere |\n|---{'|---' * (len(metrics) + 1)}|")
    for candidate, folds in found.items():
        means = [sum(fold[m] for fold in folds) / FOLDS for m in metrics]
        print(f"| {candidate} | {' | '.join(f'{v:.4f}' for v in means)} | {REFERENCE[candidate]} |")


def _write(folder: Path, rows: list[dict[str, str]], parts: tuple[list[int], list[int]], columns: list[str]) -> None:
    folder.mkdir(parents=True)
    (folder / "task.toml").write_text(TASK.replace("{columns}", json.dumps(columns)))
    for part, chosen in zip(("train", "test"), parts, strict=True):
        lines = [json.dumps({"id": rows[i]["customerID"], **rows[i]}) for i in chosen]
        (folder / f"{part}.jsonl").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
