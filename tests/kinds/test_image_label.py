from pathlib import Path

from harness.kinds.registry import make_kind

KIND = make_kind("image-label", {}, ["seven", "two", "seven"], "task.toml", Path())


def test_it_is_a_label_of_an_image():
    assert KIND.name == "image-label"
    assert KIND.choices == ("seven", "two")
    assert KIND.parse("It is a seven.") == "seven"


def test_it_is_another_kind_than_label_with_the_same_labels():
    assert KIND.key() != make_kind("label", {}, ["seven", "two"], "task.toml", Path()).key()
