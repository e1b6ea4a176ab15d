"""Finding a project, its adapters and tasks."""

from pathlib import Path

import pytest

from harness.config import inside
from harness.errors import ConfigError
from harness.project import bundled, find_project


def test_the_nearest_harness_toml_above_counts(lab) -> None:
    deep = lab.root / "a/b"
    deep.mkdir(parents=True)
    assert find_project(deep).root == lab.root
    lab.write("a/harness.toml", "")
    assert find_project(deep).root == lab.root / "a"


def test_a_folder_named_harness_toml_is_none(lab) -> None:
    (lab.root / "x/harness.toml").mkdir(parents=True)
    assert find_project(lab.root / "x").root == lab.root


def test_own_adapters_and_tasks_come_before_the_built_in_ones(lab) -> None:
    lab.write("adapters/tfidf.py", "")
    lab.write("adapters/_private.py", "")
    lab.write("tasks/document_routing/task.toml", lab.task)
    project = find_project(lab.root)
    assert project.adapter_files["tfidf"] == lab.root / "adapters/tfidf.py"
    assert project.adapter_files["majority"] == bundled() / "adapters/majority.py"
    assert "_private" not in project.adapter_files
    assert project.task_folders["document_routing"] == lab.root / "tasks/document_routing"
    assert set(project.own_tasks) == {"pets", "document_routing"}


def test_a_project_without_tasks_has_the_built_in_ones(tmp_path: Path) -> None:
    (tmp_path / "harness.toml").write_text("")
    assert "document_routing" in find_project(tmp_path).own_tasks


def test_a_candidate_is_its_adapter_with_settings(lab) -> None:
    lab.write(
        "harness.toml",
        '[candidates.a]\nadapter = "tfidf"\nngrams = 1\nrung = "rag"\nseeds = [3, 4]\n'
        '[candidates.b]\nadapter = "tfidf"\n',
    )
    one, two = find_project(lab.root).candidates("pets")
    assert (one.rung.value, one.seeds, one.settings["ngrams"]) == ("rag", (3, 4), 1)
    assert (two.rung.value, two.seeds, two.settings["ngrams"]) == ("trained", (0,), 2)
    assert one.key(lab.root) != two.key(lab.root)


def test_the_key_of_a_candidate_depends_on_no_name_and_no_place(lab) -> None:
    lab.write("harness.toml", '[candidates.a]\nadapter = "tfidf"\n[candidates.b]\nadapter = "tfidf"\nngrams = 2\n')
    one, two = find_project(lab.root).candidates()
    assert one.key(lab.root) == two.key(lab.root) == one.key(Path("/elsewhere"))


def test_candidates_are_meant_for_all_tasks_or_for_those_they_name(lab) -> None:
    lab.write("tasks/other/task.toml", lab.task)
    lab.write(
        "harness.toml", '[candidates.a]\nadapter = "tfidf"\ntasks = ["other"]\n[candidates.b]\nadapter = "rules"\n'
    )
    project = find_project(lab.root)
    assert [c.name for c in project.candidates("pets")] == ["b"]
    assert [c.name for c in project.candidates("other")] == ["a", "b"]


def test_a_setting_can_be_the_text_of_a_file(lab) -> None:
    lab.write("prompt.txt", "Say {ask}")
    lab.write(
        "harness.toml",
        '[candidates.a]\nadapter = "prompting"\nmodel = "openai/x"\nsystem = { file = "prompt.txt" }\n',
    )
    before = find_project(lab.root).candidate("a")
    assert before.settings["system"] == "Say {ask}"
    lab.write("prompt.txt", "Say it: {ask}")
    assert find_project(lab.root).candidate("a").key(lab.root) != before.key(lab.root)


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../x"])
def test_no_path_leaves_the_project(tmp_path: Path, path: str) -> None:
    with pytest.raises(ConfigError, match="leaves the project's folder"):
        inside(tmp_path, path, "here")
