"""How often test was looked at."""

import json
import shutil

from harness.run.looks import settings_scored


def manifests(lab):
    return sorted((lab.root / "results" / "pets" / "records").glob("*/manifest.json"))


def scored(lab, **more) -> int:
    project = lab.open()
    return settings_scored(project.store, "pets", project.project.task("pets").test_hash, **more)


def test_each_setting_counts_once_whatever_its_seeds(lab) -> None:
    assert scored(lab) == 0
    for version in (1, 2, 3):
        lab.toy(f"version = {version}\nseeds = [0, 1]")
        lab.run("toy")
    assert scored(lab) == 3
    assert scored(lab, not_of={"toy"}) == 0


def test_training_data_that_changed_make_no_other_setting_and_new_test_items_begin_anew(lab) -> None:
    lab.toy()
    lab.run("toy")
    lab.train(lab.rows(0, 18, "train"))
    lab.run("toy")
    assert scored(lab) == 1
    lab.test(lab.rows(50, 70, "test"))
    assert scored(lab) == 0


def test_the_count_stands_in_the_manifests_and_outlasts_records_that_are_deleted(lab) -> None:
    for version in (1, 2, 3):
        lab.toy(f"version = {version}")
        lab.run("toy")
    counts = [json.loads(path.read_text())["settings_scored"] for path in manifests(lab)]
    assert sorted(counts) == [1, 2, 3]
    for path in manifests(lab):
        if '"version": 3' not in path.read_text():
            shutil.rmtree(path.parent)
    assert scored(lab) == 3
    lab.toy("version = 4")
    lab.run("toy")
    assert scored(lab) == 4
    assert scored(lab, not_of={"toy"}) <= 2


def test_a_run_again_counts_once_and_committed_manifests_keep_the_count(lab) -> None:
    lab.toy()
    lab.cli("run", "pets")
    before = scored(lab)
    shutil.rmtree(lab.root / "results" / "pets" / "records")
    assert scored(lab) == before
    lab.cli("run", "pets")
    assert scored(lab) == before


def test_the_leaderboard_says_how_many_settings_were_tried_on_its_test_set(lab) -> None:
    for version in (1, 2):
        lab.toy(f"version = {version}")
        out = lab.cli("run", "pets").out
        assert ("2 settings of these candidates have been scored on this test set, and 1 stand here" in out) == (
            version == 2
        )


def test_settings_of_a_candidate_that_was_given_up_count_and_those_on_another_board_do_not(lab) -> None:
    lab.cli("run", "pets")
    warned = "have been scored on this test set"
    assert warned not in lab.cli("leaderboard", "pets", "-c", "majority").out
    lab.toy()
    lab.run("toy")
    assert "3 settings of these candidates" in lab.cli("leaderboard", "pets").out
