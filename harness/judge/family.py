"""Whether a judge judges its own kind: models of one family prefer one another's answers."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from harness.models.catalogue import CATALOGUE

_OWN = {"openai", "anthropic"}
"""Providers that serve their own models alone at their own address."""
_MAKERS = {"gpt": "openai", "chatgpt": "openai", "claude": "anthropic"}
_MODEL_KEYS = ("model", "fallback", "base")


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
    for key, value in settings.items():
        if isinstance(value, Mapping):
            yield from models_in(value)
        elif isinstance(value, (list, tuple)):
            for part in value:
                if isinstance(part, Mapping):
                    yield from models_in(part)
        elif key in _MODEL_KEYS and isinstance(value, str):
            # What is trained names its weights without a provider; a fallback stands at its provider's own address.
            name = value if key != "base" else f"local/{value}"
            yield name, settings.get("base_url") if key == "model" else None


def same_family(
    judge: str, base_url: str | None, settings: Mapping[str, Any], called: Iterable[str] = ()
) -> str | None:
    """The first model of a candidate that is of the judge's family; None where none is.

    Args:
        judge: its model.
        base_url: where that is served.
        settings: of the candidate.
        called: models that its records name: those of a recording stand in no settings.
    """
    own, named = family(judge, base_url), dict(models_in(settings))
    models = {**dict.fromkeys(called), **named}
    return next((model for model, where in models.items() if family(model, where) == own), None)
