"""The commands as a user sees them."""

import json

import pytest


def test_run_prints_a_leaderboard_and_leaves_it_in_results(lab) -> None:
    ended = lab.cli("run", "pets")
    assert ended.code == 0
    assert "pets: 24 answers made, 0 model calls." in ended.err
    for word in ("majority", "tfidf", "accuracy [95 %]", "meets the bar"):
        assert word in ended.out
    assert "vs " not in ended.out.partition("test items")[0]  # nothing of prompting and RAG stands
    folder = lab.root / "results/pets"
    board = json.loads((folder / "leaderboard.json").read_text())
    assert [row["name"] for row in board["rows"]] == ["tfidf", "majority"]
    assert (folder / "leaderboard.md").read_text().startswith("# pets\n")
    assert sorted(p.name for p in (folder / "manifests").iterdir()) == ["majority-0.json", "tfidf-0.json"]


def test_run_without_a_task_runs_every_task_of_the_project_and_no_built_in_one(lab) -> None:
    ended = lab.cli("run", "-c", "majority")
    assert ended.code == 0
    assert [p.name for p in (lab.root / "results").iterdir()] == ["pets"]


def test_leaderboard_calls_nobody_and_makes_the_same_again(lab) -> None:
    lab.toy()
    lab.cli("run", "pets")
    lab.asked()
    path = lab.root / "results/pets/leaderboard.json"
    before = path.read_bytes()
    path.unlink()
    assert lab.cli("leaderboard").code == 0
    assert lab.asked() == []
    assert path.read_bytes() == before


def test_leaderboard_of_all_tasks_leaves_out_the_one_without_records(lab) -> None:
    lab.write(
        "tasks/other/task.toml",
        lab.task.replace("train.jsonl", "../pets/train.jsonl").replace("test.jsonl", "../pets/test.jsonl"),
    )
    lab.cli("run", "pets", "-c", "majority")
    ended = lab.cli("leaderboard")
    assert ended.code == 0
    assert "majority" in ended.out
    assert "there are no records of task 'other' yet" in ended.err


def test_a_part_of_the_candidates_overwrites_no_leaderboard(lab) -> None:
    lab.cli("run", "pets")
    path = lab.root / "results/pets/leaderboard.md"
    before = path.read_text()
    assert lab.cli("run", "pets", "-c", "majority").code == 0
    assert path.read_text() == before


def test_show_tells_everything_of_one_item(lab) -> None:
    lab.cli("run", "pets")
    ended = lab.cli("show", "pets", "tfidf", "test1")
    assert ended.code == 0
    for part in ("meow purr number 1", "target", "cat", "answer", "(right)", "confidence"):
        assert part in ended.out
    lab.write("broken.txt", "test2")
    lab.toy()
    lab.cli("run", "pets")
    assert "Broken: out of order" in lab.cli("show", "pets", "toy", "test2").out


def test_show_of_an_item_that_was_not_run_says_what_to_do(lab) -> None:
    ended = lab.cli("show", "pets", "tfidf", "test1")
    assert ended.code == 0
    assert "tfidf has no record of this item. Run: harness run pets -c tfidf" in ended.out


@pytest.mark.parametrize("text", ["[red]not a colour[/red]", "[/]", "a [link=http://x]b", "\\[x]"])
def test_show_takes_no_text_for_markup(lab, text: str) -> None:
    data = lab.rows(0, 12, "test")
    data[0]["text"] = text
    lab.test(data)
    lab.cli("run", "pets", "-c", "majority")
    ended = lab.cli("show", "pets", "majority", "test0")
    assert ended.code == 0
    assert text in ended.out


def test_list_names_tasks_candidates_and_adapters(lab) -> None:
    lab.write("adapters/broken.py", "def f(:")
    lab.write("adapters/mine.py", '"""Does [b]things[/b]."""\nraise RuntimeError("never imported")\n')
    ended = lab.cli("list")
    assert ended.code == 0
    for word in (
        "pets",
        "document_routing (built in)",
        "tfidf",
        "Does [b]things[/b].",
        "cannot be read: invalid syntax",
    ):
        assert word in ended.out


def test_list_names_a_broken_task_and_lists_the_others(lab) -> None:
    lab.write("tasks/broken/task.toml", "[task]\nkind = ")
    ended = lab.cli("list")
    assert ended.code == 2
    assert "pets" in ended.out
    assert "tasks/broken/task.toml" in ended.err


def test_the_board_of_a_part_of_the_items_says_on_how_many_it_stands(lab) -> None:
    ended = lab.cli("run", "pets", "-c", "majority", "--limit", "5")
    assert "Figures stand on 5 of 12 test items" in ended.out


def test_doctor_says_what_is_ready_missing_and_broken(lab) -> None:
    lab.write(
        "harness.toml",
        lab.toml + '[candidates.far]\nadapter = "prompting"\nmodel = "openai/gpt-5-mini"\n'
        '[candidates.wrong]\nadapter = "tfidf"\nngrm = 2\n',
    )
    ended = lab.cli("doctor")
    assert ended.code == 2
    assert "ready   majority" in ended.out
    assert "missing far: the environment variable OPENAI_API_KEY is not set." in ended.out
    assert "broken  wrong:" in ended.out
    assert "did you mean 'ngrams'?" in ended.out
    lab.write("harness.toml", lab.toml)
    assert lab.cli("doctor").code == 0


def test_help_names_the_commands(lab) -> None:
    ended = lab.cli("--help")
    assert ended.code == 0
    for word in ("run", "leaderboard", "show", "list", "doctor", "--debug"):
        assert word in ended.out


def test_the_same_things_from_python(lab) -> None:
    from harness import open_project

    project = open_project(lab.root)
    outcomes = project.run("pets", candidates=["tfidf"])
    assert [(o.candidate, o.asked, o.failed) for o in outcomes] == [("tfidf", 12, 0)]
    board = project.leaderboard("pets", ["tfidf"])
    assert board["tfidf"].metrics["accuracy"].value == 1.0
    shown = project.show("pets", "tfidf", "test3")
    assert shown.record.answer == shown.item.target == "cat"


def test_show_without_an_item_tells_what_stands_behind_the_figure(lab) -> None:
    lab.toy()
    lab.run()
    shown = lab.cli("show", "pets", "toy")
    assert shown.code == 0, shown.err
    assert "By class" in shown.out
    assert "harness wrong pets toy" in shown.out
    assert lab.cli("show", "pets", "majority").code == 2


def test_help_texts_are_shown_as_they_are_written() -> None:
    import typer
    from rich.text import Text

    from harness.cli.main import app

    commands = typer.main.get_command(app).commands
    texts = [text for one in commands.values() for text in (one.help, *(p.help for p in one.params)) if text]
    assert len(texts) > 50
    # What Rich takes for markup would be missing: "a task with a [judge]".
    assert [text for text in texts if Text.from_markup(text).plain != text.replace("\\[", "[")] == []
    assert any("[judge]" in Text.from_markup(text).plain for text in texts)
