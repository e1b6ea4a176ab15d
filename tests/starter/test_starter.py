import csv
import json
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from harness.api import open_project
from harness.cli.main import app
from harness.errors import ConfigError, DataError
from harness.starter.make import make_project

_WORDS = {"sport": "match goal team win", "weather": "rain sun wind cloud", "food": "bread soup salt cook"}


def _csv(path, rows, columns=("text", "label")):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)
    return path


def _rows(n=60):
    labels = list(_WORDS)
    return [(f"{_WORDS[labels[i % 3]]} number {i}", labels[i % 3]) for i in range(n)]


@pytest.fixture
def made(tmp_path):
    return make_project(tmp_path, _csv(tmp_path / "News Items.csv", _rows()))


def test_it_writes_a_project_that_opens_and_whose_task_loads(made, tmp_path):
    assert made.task == "news_items"
    project = open_project(tmp_path)
    task = project.project.task("news_items")
    assert {"majority", "tfidf", "knn"} <= set(project.project.file.candidates)
    assert project.project.file.suites["quick"].tasks == ("news_items",)
    assert (len(task.train), len(task.test)) == (42, 18)
    assert task.requirement.margin == 0.03


def test_each_label_is_split_in_its_share_and_no_test_item_is_learnt_from(made, tmp_path):
    task = open_project(tmp_path).project.task("news_items")
    assert [sum(i.target == label for i in task.test) for label in _WORDS] == [6, 6, 6]
    assert {i.input for i in task.test}.isdisjoint(i.input for i in task.train)


def test_the_same_file_gives_the_same_split(tmp_path):
    first, second = tmp_path / "a", tmp_path / "b"
    for folder in (first, second):
        folder.mkdir()
        make_project(folder, _csv(folder / "news.csv", _rows()))
    for name in ("train.jsonl", "test.jsonl"):
        assert (first / "tasks/news" / name).read_bytes() == (second / "tasks/news" / name).read_bytes()


def test_it_gives_a_leaderboard(made, tmp_path):
    project = open_project(tmp_path)
    project.run("news_items", ["majority", "tfidf"])
    board = project.leaderboard("news_items", ["majority", "tfidf"])
    assert board["tfidf"].metrics["accuracy"].value > board["majority"].metrics["accuracy"].value


def test_rows_that_are_empty_or_repeated_are_left_out_and_counted(tmp_path):
    rows = [*_rows(), ("", "food"), ("a", ""), _rows()[0], (_rows()[1][0], "food")]
    found = make_project(tmp_path, _csv(tmp_path / "news.csv", rows)).examples
    assert (found.empty, found.repeated, found.contradicted) == (2, 2, 1)
    assert len(found.train) + len(found.test) == 60
    assert "2 rows with an empty cell" in (tmp_path / "tasks/news/README.md").read_text()


def test_odd_labels_and_columns_survive_the_way_through_toml(tmp_path):
    odd = ['say "no"', "back\\slash", "ümlaut, comma", "[x] = 1"]
    rows = [(f"text {i} {i % 4}", odd[i % 4]) for i in range(40)]
    make_project(tmp_path, _csv(tmp_path / "odd.csv", rows, ("my text", 'the "label"')), "my text", 'the "label"')
    task = open_project(tmp_path).project.task("odd")
    assert {i.target for i in (*task.train, *task.test)} == set(odd)


def test_what_is_there_already_is_left_as_it_is(tmp_path):
    (tmp_path / ".gitignore").write_text("mine")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_news.py").write_text("# mine\n")
    made = make_project(tmp_path, _csv(tmp_path / "news.csv", _rows()))
    assert [p.name for p in made.kept] == ["test_news.py"]
    assert (tmp_path / "tests/test_news.py").read_text() == "# mine\n"
    assert (tmp_path / ".gitignore").read_text().splitlines()[:2] == ["mine", ".harness/"]
    with pytest.raises(ConfigError, match="is there already"):
        make_project(tmp_path, tmp_path / "news.csv")


@pytest.mark.parametrize(
    ("rows", "columns", "options", "message"),
    [
        (_rows(), ("a", "b"), [], "which column is it"),
        (_rows(), ("text", "label"), ["--input", "texte"], "did you mean 'text'"),
        ([(f"t{i}", str(i * 1.5)) for i in range(40)], ("text", "label"), [], "these are no labels"),
        ([(f"t{i}", "same") for i in range(40)], ("text", "label"), [], "nothing to tell apart"),
        (_rows(5), ("text", "label"), [], "at least 10 are needed"),
    ],
)
def test_a_file_that_makes_no_task_is_refused_and_nothing_is_written(
    tmp_path, monkeypatch, rows, columns, options, message
):
    monkeypatch.chdir(tmp_path)
    _csv(tmp_path / "news.csv", rows, columns)
    result = CliRunner().invoke(app, ["init", "--from", "news.csv", *options])
    assert isinstance(result.exception, DataError)
    assert message in str(result.exception)
    assert [p.name for p in tmp_path.iterdir()] == ["news.csv"]


def test_a_candidate_that_cannot_be_trained_here_is_commented_out_with_the_reason(tmp_path, monkeypatch):
    monkeypatch.setattr("harness.starter.make._untrainable", lambda _: "torch is not installed.")
    make_project(tmp_path, _csv(tmp_path / "news.csv", _rows()))
    text = (tmp_path / "harness.toml").read_text()
    assert "finetuned" not in tomllib.loads(text)["candidates"]
    assert "# torch is not installed.\n# [candidates.finetuned]\n" in text


def test_jsonl_is_read_too(tmp_path):
    path = tmp_path / "news.jsonl"
    path.write_text("".join(json.dumps({"question": t, "intent": y}) + "\n" for t, y in _rows()))
    assert make_project(tmp_path, path).examples.input == "question"


def test_a_file_in_another_encoding_is_told_the_option_and_read_with_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [(f"{text} für {i}", label) for i, (text, label) in enumerate(_rows())]
    _csv(tmp_path / "news.csv", rows)
    (tmp_path / "news.csv").write_bytes((tmp_path / "news.csv").read_text(encoding="utf-8").encode("latin-1"))
    result = CliRunner().invoke(app, ["init", "--from", "news.csv"])
    assert isinstance(result.exception, DataError)
    assert "--encoding latin-1" in str(result.exception)
    assert "task.toml" not in str(result.exception)
    with pytest.raises(DataError, match="no such encoding"):
        make_project(tmp_path, Path("news.csv"), encoding="latin-99")
    make_project(tmp_path, Path("news.csv"), encoding="latin-1")
    task = open_project(tmp_path).project.task("news")
    assert all(" für " in item.input for item in task.test)


def test_a_file_that_a_spreadsheet_saved_with_semicolons_is_read(tmp_path):
    (tmp_path / "news.csv").write_text("\ufeff" + "text;label\n" + "".join(f"{t};{y}\n" for t, y in _rows()))
    assert len(make_project(tmp_path, tmp_path / "news.csv").examples.labels) == 3


def test_parquet_is_read_too(tmp_path):
    pandas = pytest.importorskip("pandas")
    pandas.DataFrame(_rows(), columns=["text", "label"]).to_parquet(tmp_path / "news.parquet")
    assert len(make_project(tmp_path, tmp_path / "news.parquet").examples.labels) == 3
