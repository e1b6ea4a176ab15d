"""Whoever comes to a local model without its packages is told the extra."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.errors import UnavailableError
from harness.models.api import Message, Request
from harness.models.device import pick_device, pick_dtype
from harness.models.local import load_causal
from harness.models.services import Services


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / "config.json").write_text('{"architectures": ["BertForSequenceClassification"]}')
    made = Services(tmp_path)
    yield made
    asyncio.run(made.close())


def without(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    pick_device.cache_clear()
    pick_dtype.cache_clear()
    monkeypatch.setitem(sys.modules, package, None)


def test_an_embedder_names_the_extra(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "sentence_transformers")
    with pytest.raises(UnavailableError, match=r"sentence_transformers is not installed: .*\[rag\]"):
        asyncio.run(services.embedder("weights").embed(["a text"]))


def test_a_reranker_names_the_extra(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "sentence_transformers")
    with pytest.raises(UnavailableError, match=r"sentence_transformers is not installed: .*\[rag\]"):
        asyncio.run(services.reranker("weights").score([("a query", "a text")]))


@pytest.mark.parametrize("package", ["torch", "transformers"])
def test_a_language_model_names_the_extra(services: Services, monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    without(monkeypatch, package)
    with pytest.raises(UnavailableError, match=rf"{package} is not installed: .*\[train\]"):
        load_causal(services.root / "weights")
    with pytest.raises(UnavailableError, match=rf"{package} is not installed: .*\[train\]"):
        asyncio.run(services.model("local/weights").complete(Request((Message("user", "Hello"),))))
