"""Whether a judge judges its own kind: models of one family prefer one another's answers."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from harness.models.catalogue import CATALOGUE

_OWN = {"openai", "anthropic"}
"""Providers that serve their own models alone at their own address."""
_MAKERS = {"gpt": "openai", "chatgpt": "openai", "claude": "anthropic"}
_MODEL_KEYS = ("model", "fallback", "base")
_EMBEDDER = "embedder"


def family(model: str, base_url: str | None = None) -> str:
    """A word that models of one family share: `openai`, `anthropic`, `qwen`, `smollm`.

    At a provider's own address that is the provider; elsewhere the letters that the model's own name begins with,
    whoever serves it.
    """
    provider, _, name = model.partition("/")
    if provider in _OWN and base_url is None:
        return provider
    short = CATALOGUE.get(name)
    last = (short.hub if short else name).partition("@")[0].rstrip("/").rpartition("/")[2].lower()
    letters = re.match(r"[a-z]+", last)
    word = letters.group() if letters else last
    return _MAKERS.get(word, word)


def models_in(settings: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """The models that the settings of a candidate name, those of its parts too, and where they are served."""
    for part in _parts(settings):
        for key in _MODEL_KEYS:
            if isinstance(value := part.get(key), str):
                # What is trained names its weights without a provider; a fallback stands at its provider's own address.
                name = value if key != "base" else f"local/{value}"
                yield name, part.get("base_url") if key == "model" else None


def _parts(settings: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The settings of a candidate and, below them, those of its parts."""
    yield settings
    for value in settings.values():
        for part in value if isinstance(value, (list, tuple)) else (value,):
            if isinstance(part, Mapping):
                yield from _parts(part)


def same_family(
    judge: str, base_url: str | None, settings: Mapping[str, Any], called: Iterable[str] = ()
) -> str | None:
    """The first model with which a candidate answers that is of the judge's family; None where none is.

    Args:
        judge: its model.
        base_url: where that is served.
        settings: of the candidate.
        called: models that its records name: those of a recording stand in no settings.
    """
    own, named = family(judge, base_url), dict(models_in(settings))
    finding = {part.get(_EMBEDDER) for part in _parts(settings)}  # these are called too, and answer nothing
    models = {**dict.fromkeys(model for model in called if model not in finding), **named}
    return next((model for model, where in models.items() if family(model, where) == own), None)
