"""A folder of images as data."""

import asyncio

import numpy as np
import pytest
from PIL import Image

from harness.check.finding import Level
from harness.check.task import check_task
from harness.data.images import is_file, pixels
from harness.errors import DataError
from harness.models.services import Services
from harness.plugins import load_adapter_class
from harness.project import bundled
from harness.run.build import build
from harness.task import load_task
from harness.types import Failure, Reply
from harness.wrong import input_of

TOML = """
[task]
kind = "image-label"
instructions = "Which?"
[data]
train = "train"
test = "test"
input = "image"
target = "label"
"""


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(0)
    for part, n in (("train", 40), ("test", 6)):
        for i in range(n):
            label = ("dark", "light")[i % 2]
            path = tmp_path / part / label / f"{i}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            level = rng.integers(0, 90, size=(12, 10)) + 160 * (label == "light")
            Image.fromarray(level.astype(np.uint8)).save(path)
    (tmp_path / "task.toml").write_text(TOML)
    return tmp_path


def test_an_image_is_an_item_with_the_name_of_its_folder_as_target(folder):
    task = load_task(folder)
    assert task.kind.choices == ("dark", "light")
    assert [i.target for i in task.test] == ["dark"] * 3 + ["light"] * 3
    assert is_file(task.test[0].input)
    assert pixels(task.test[0].input, 8).shape == (8, 8)
    assert pixels([[1, 2], [3, 4]], 8).tolist() == [[1, 2], [3, 4]]


def test_nothing_of_an_images_place_reaches_an_adapter_since_its_folder_is_the_target(folder):
    for item in load_task(folder).test:
        assert item.target not in str(item.query)
        assert ".png" not in str(item.query)


def test_another_image_under_the_same_name_is_another_item(folder):
    before = {i.query.hash for i in load_task(folder).test}
    Image.new("L", (5, 5)).save(folder / "test" / "dark" / "0.png")
    after = {i.query.hash for i in load_task(folder).test}
    assert (len(before - after), len(after - before)) == (1, 1)


def test_an_image_that_does_not_open_fails_alone(folder):
    (folder / "test" / "light" / "1.png").write_bytes(b"no image")
    task = load_task(folder)
    adapter = load_adapter_class(bundled() / "adapters" / "scratch.py")(epochs=8, side=8, channels=4)
    view = task.view(0)
    assert adapter.unfit(view) is None
    (folder / "built").mkdir()

    async def go():
        await adapter.build(view, folder / "built", 0, None)
        return await (await adapter.load(view, folder / "built", None)).predict([i.query for i in task.test])

    said = list(zip(task.test, asyncio.run(go()), strict=True))
    assert [reply.error for _, reply in said if isinstance(reply, Failure)] == ["BrokenImage"]
    right = [reply.answer == item.target for item, reply in said if isinstance(reply, Reply)]
    assert right == [True] * 5


@pytest.mark.parametrize("place", ["loose.png", "dark/deeper/0.png"])
def test_an_image_that_stands_in_no_folder_of_a_label_is_refused(folder, place):
    path = folder / "train" / place
    path.parent.mkdir(exist_ok=True)
    Image.new("L", (5, 5)).save(path)
    with pytest.raises(DataError, match=rf"{place}: an image must stand directly in a folder with the name of its"):
        load_task(folder)


def test_an_image_in_a_form_that_is_not_read_is_refused_and_other_files_are_named_by_the_check(folder):
    (folder / "train" / "dark" / "notes.txt").write_text("x")
    (folder / "train" / ".hidden").mkdir()
    (folder / "train" / ".hidden" / "0.png").write_bytes(b"x")
    Image.new("L", (5, 5)).save(folder / "train" / "dark" / "x.tiff")
    assert len(load_task(folder).train) == 41
    (found,) = [f for f in check_task(folder) if f.check == "images"]
    assert (found.level, list(found.examples)) == (Level.NOTE, [str(folder / "train" / "dark" / "notes.txt")])
    (folder / "train" / "dark" / "x.heic").write_bytes(b"x")
    with pytest.raises(DataError, match=r"x\.heic: images of this form are not read\. Save it as one of \.png"):
        load_task(folder)


def test_images_that_do_not_open_are_named_by_the_check_and_where_building_fails_of_them(folder):
    wrong = [folder / "test" / "light" / "1.png", folder / "train" / "dark" / "2.png"]
    for path in wrong:
        path.write_bytes(b"no image")
    found = {f.text.split()[0]: list(f.examples) for f in check_task(folder) if f.check == "images"}
    assert found == {"test": [str(wrong[0])], "training": [str(wrong[1])]}
    adapter = load_adapter_class(bundled() / "adapters" / "scratch.py")(epochs=1, side=8, channels=4)

    async def go():
        return await build(adapter, load_task(folder).view(0), folder / "builds" / "x", 0, Services(folder))

    with pytest.raises(DataError, match=r"training images that do not open: '.*train/dark/2\.png'\. Mend or remove"):
        asyncio.run(go())


def test_models_of_pixels_are_not_recommended_for_files(folder):
    (found,) = [f for f in check_task(folder) if f.check == "readiness"]
    assert ["network from nothing" in line for line in found.examples] == [True]


def test_a_folder_without_images_is_refused(tmp_path):
    (tmp_path / "train").mkdir()
    (tmp_path / "test").mkdir()
    (tmp_path / "task.toml").write_text(TOML)
    with pytest.raises(DataError, match=r"is a folder; name a file in it .*, or one with images"):
        load_task(tmp_path)


def test_a_model_of_pixels_says_that_it_reads_no_files(folder):
    adapter = load_adapter_class(bundled() / "adapters" / "linear.py")()
    assert "not as files" in adapter.unfit(load_task(folder).view(0))


def test_people_are_told_the_file_of_an_image_and_adapters_are_not(folder):
    item = load_task(folder).test[0]
    assert item.file is not None
    assert input_of(item) == item.file
    assert item.file.endswith(".png")
    assert not hasattr(item.query, "file")
    assert "dark" not in str(item.query.input)
