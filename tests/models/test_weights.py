import json
from pathlib import Path

import pytest

from harness.errors import ConfigError, UnavailableError, UnknownNameError
from harness.models.catalogue import find_weights
from harness.models.gguf import converted
from harness.models.weights import weights_folder, weights_key, weights_present


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No hub to be reached, and nothing of it kept."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))


def test_the_package_that_carries_the_weights_is_found_before_the_hub() -> None:
    folder = weights_folder("minilm", "embedding")
    assert (folder / "model.safetensors").is_file()
    assert weights_present("minilm", "embedding")


def test_a_converted_model_is_safetensors_in_the_users_cache() -> None:
    folder = weights_folder("smollm2-135m-instruct", "language")
    assert (folder / "model.safetensors").is_file()
    assert json.loads((folder / "config.json").read_text())["hidden_size"] == 576
    assert not list(folder.glob("*.bin"))


def test_a_folder_with_a_model_is_taken_as_it_is_and_its_content_is_in_the_key(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    assert weights_folder("mine", "language", tmp_path) == folder
    before = weights_key("mine", "language", tmp_path)
    (folder / "model.safetensors").write_bytes(b"12345678")
    assert weights_key("mine", "language", tmp_path) != before


def test_a_misspelt_short_name_is_told_the_right_one() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'minilm'"):
        find_weights("mini-lm", "embedding")


def test_an_embedder_cannot_stand_for_a_language_model() -> None:
    with pytest.raises(ConfigError, match="embedding"):
        find_weights("minilm", "language")


def test_a_hub_name_keeps_its_revision() -> None:
    weights = find_weights("owner/model@v1.2", "language")
    assert (weights.hub, weights.revision) == ("owner/model", "v1.2")


@pytest.mark.usefixtures("offline")
def test_weights_that_are_not_here_offline_say_what_to_do() -> None:
    with pytest.raises(UnavailableError, match=r"not on this machine.*Connect once, or name a local folder"):
        weights_folder("owner/never-heard-of", "language")
    assert not weights_present("owner/never-heard-of", "language")


def test_a_gguf_file_that_cannot_be_read_leaves_nothing_in_the_cache(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF and then nothing of use")
    with pytest.raises(UnavailableError, match=r"broken\.gguf cannot be converted"):
        converted(broken, tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []
