"""A task's corpus: documents to look things up in."""

from pathlib import Path
from typing import Any

from harness.data.rows import Separator, read_rows, read_text
from harness.errors import DataError
from harness.types import Passage


def read_corpus(source: str, folder: Path, encoding: str, where: str, separator: Separator = ",") -> list[Passage]:
    """Documents of a folder of `.txt` and `.md` files, or of a data file with `id` and `text`.

    Raises:
        DataError: nothing there, or a document without text.
    """
    path = folder / source
    if path.is_dir():
        files = sorted(p for p in path.rglob("*") if p.suffix.lower() in (".txt", ".md"))
        if not files:
            raise DataError(f"{where}: {path} holds no .txt or .md file.")
        return [_passage(str(p.relative_to(path)), read_text(p, encoding), str(p)) for p in files]
    passages: dict[str, Passage] = {}
    for number, row in enumerate(read_rows(source, folder, encoding, where, separator), 1):
        passage = _passage(str(row.cells.get("id", number)), row.cells.get("text"), row.where)
        if passage.id in passages:
            raise DataError(f"{row.where}: the id {passage.id!r} stands already above. Ids must differ.")
        passages[passage.id] = passage
    return list(passages.values())


def _passage(name: str, text: Any, where: str) -> Passage:
    if not isinstance(text, str) or not text.strip():
        raise DataError(f"{where}: a document of the corpus needs a text.")
    return Passage(name, text)
