"""How many tokens a text is to an embedder, and how many it reads."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from harness.models.services import is_hosted
from harness.models.weights import weights_folder

_A_WORD = 1.4
_BYTES = 4


def token_count(embedder: str | None, root: Path) -> Callable[[str], int]:
    """Counts by the embedder's own tokenizer where that is on this machine, else about: see `about_tokens`.

    Args:
        embedder: its name, None where there is none.
        root: the project's folder.

    Raises:
        UnavailableError: its weights are not on this machine and cannot be fetched.
    """
    tokenizer = _tokenizer(embedder, root)
    if tokenizer is None:
        return about_tokens
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)


def about_tokens(text: str) -> int:
    """1.4 tokens a word, or one for four bytes where that is more: numbers, long words, writing without spaces."""
    return max(math.ceil(_A_WORD * len(text.split())), math.ceil(len(text.encode()) / _BYTES))


def most_tokens(embedder: str, root: Path) -> int | None:
    """Tokens that a local embedder reads of a text, those that it adds itself left out; None where that is unknown."""
    tokenizer = _tokenizer(embedder, root)
    if tokenizer is None:
        return None
    file = weights_folder(embedder, "embedding", root) / "sentence_bert_config.json"
    limit = json.loads(file.read_text(encoding="utf-8")).get("max_seq_length") if file.is_file() else None
    return int(limit) - int(tokenizer.num_special_tokens_to_add(is_pair=False)) if limit else None


def _tokenizer(embedder: str | None, root: Path) -> Any:
    if embedder is None or is_hosted(embedder):
        return None
    file = weights_folder(embedder, "embedding", root) / "tokenizer.json"
    if not file.is_file():
        return None
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
