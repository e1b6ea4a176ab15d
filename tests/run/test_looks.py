"""How often test was looked at."""

from harness.run.looks import settings_scored


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
