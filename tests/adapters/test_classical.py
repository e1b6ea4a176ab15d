"""The adapters that need no model: majority, rules, tfidf."""

import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from harness.run.journal import latest
from harness.types import Answered


def answers(lab, name: str) -> dict[str, Answered]:
    (journal,) = lab.root.glob(f"results/pets/records/{name}-0-*/records.jsonl")
    found = latest(journal)
    assert all(isinstance(record, Answered) for record in found.values())
    return found  # type: ignore[return-value]


def candidate(lab, settings: str) -> None:
    lab.write("harness.toml", f"[candidates.x]\n{settings}\n")


def test_majority_gives_the_most_frequent_training_label_and_of_equals_the_first(lab) -> None:
    candidate(lab, 'adapter = "majority"')
    lab.run()
    assert {r.answer for r in answers(lab, "x").values()} == {"cat"}
    lab.train([*lab.rows(0, 20, "train"), {"id": "more", "text": "woof", "label": "dog"}])
    (old,) = lab.root.glob("results/pets/records/x-*")
    old.rename(lab.root / "old")
    lab.run()
    assert {r.answer for r in answers(lab, "x").values()} == {"dog"}


def test_tfidf_answers_as_scikit_learn_does(lab) -> None:
    candidate(lab, 'adapter = "tfidf"')
    lab.run()
    train, test = lab.rows(0, 20, "train"), lab.rows(0, 12, "test")
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    order = {item.id: n for n, item in enumerate(lab.open().project.task("pets").view(0).labelled)}
    train.sort(key=lambda row: order[row["id"]])
    model = LogisticRegression(C=20.0, max_iter=2000, random_state=0)
    model.fit(vectorizer.fit_transform([r["text"] for r in train]), [r["label"] for r in train])
    odds = model.predict_proba(vectorizer.transform([r["text"] for r in test]))
    for row, expected in zip(test, odds, strict=True):
        record = answers(lab, "x")[row["id"]]
        assert record.answer == model.classes_[expected.argmax()]
        assert record.scores == pytest.approx(dict(zip(model.classes_, expected, strict=True)), abs=1e-5)


@pytest.mark.parametrize("labels", [["cat", "dog"], ["cat", "dog", "cow"]])
def test_tfidf_learns_two_labels_or_more(lab, labels: list[str]) -> None:
    lab.write("tasks/pets/task.toml", lab.task.replace('["cat", "dog"]', str(labels)))
    for write, n in ((lab.train, 30), (lab.test, 12)):
        write(
            [
                {
                    "text": f"says {labels[i % len(labels)]}{labels[i % len(labels)]} today",
                    "label": labels[i % len(labels)],
                }
                for i in range(n)
            ]
        )
    candidate(lab, 'adapter = "tfidf"')
    lab.run()
    assert lab.open().leaderboard("pets")["x"].metrics["accuracy"].value == 1.0


def test_tfidf_reads_a_mapping_too(lab) -> None:
    lab.write("tasks/pets/task.toml", lab.task.replace("target =", 'input = ["text", "place"]\ntarget ='))
    lab.train([row | {"place": "garden"} for row in lab.rows(0, 20, "train")])
    lab.test([row | {"place": "house"} for row in lab.rows(0, 12, "test")])
    candidate(lab, 'adapter = "tfidf"')
    lab.run()
    assert lab.open().leaderboard("pets")["x"].metrics["accuracy"].value == 1.0


@pytest.mark.parametrize(
    ("keywords", "default", "expected"),
    [
        ('{ cat = ["meow"], dog = ["woof"] }', "", {"test0": "dog", "test1": "cat"}),
        ('{ dog = ["WOOF"] }', "", {"test0": "dog", "test1": "cat"}),
        ('{ dog = ["oof"] }', 'default = "cat"', {"test0": "cat", "test1": "cat"}),
        ('{ cat = ["woof bark"], dog = ["meow"] }', "", {"test0": "cat", "test1": "dog"}),
        ('{ cat = ["number", "bark"], dog = ["woof", "number"] }', "", {"test1": "cat"}),
    ],
)
def test_rules_answer_the_label_with_the_most_keywords(
    lab, keywords: str, default: str, expected: dict[str, str]
) -> None:
    candidate(lab, f'adapter = "rules"\n{default}\nkeywords = {keywords}')
    lab.run()
    found = answers(lab, "x")
    assert {name: found[name].answer for name in expected} == expected


def test_rules_take_the_keywords_of_the_task(lab) -> None:
    lab.write("tasks/pets/task.toml", lab.task + '[keywords]\ncat = ["meow"]\ndog = ["woof"]\n')
    candidate(lab, 'adapter = "rules"')
    lab.run()
    assert lab.open().leaderboard("pets")["x"].metrics["accuracy"].value == 1.0


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ('adapter = "rules"', "it needs keywords per label"),
        ('adapter = "rules"\nkeywords = { cow = ["moo"] }', "its keywords name labels that the task has not: cow"),
        ('adapter = "rules"\ndefault = "cow"\nkeywords = { cat = ["meow"] }', "labels that the task has not: cow"),
    ],
)
def test_rules_say_what_they_lack(lab, settings: str, why: str) -> None:
    candidate(lab, settings)
    (outcome,) = lab.run()
    assert why in outcome.skipped


@pytest.mark.parametrize(
    ("adapter", "why"), [("majority", "it needs training items"), ("tfidf", "at least 2 labels, found 0")]
)
def test_what_learns_needs_training_items(lab, adapter: str, why: str) -> None:
    lab.write("tasks/pets/task.toml", lab.task.replace('train = "train.jsonl"\n', ""))
    candidate(lab, f'adapter = "{adapter}"')
    (outcome,) = lab.run()
    assert why in outcome.skipped


@pytest.mark.parametrize("adapter", ["majority", "tfidf"])
def test_what_was_built_is_used_again_and_says_what_it_took(lab, adapter: str) -> None:
    candidate(lab, f'adapter = "{adapter}"')
    (first,) = lab.run()
    (second,) = lab.run()
    assert (first.built, second.built) == (True, False)
    row = lab.open().leaderboard("pets")["x"]
    assert row.labels == 20
    assert row.prepare_s is not None


def test_nothing_that_was_built_can_be_executed(lab) -> None:
    lab.run()
    built = [p for p in (lab.root / ".harness/builds").rglob("*") if p.is_file()]
    assert {p.suffix for p in built} <= {".json", ".npz", ".lock"}
