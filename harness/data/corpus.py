"""A task's corpus: documents to look things up in."""

from pathlib import Path

from harness.data.rows import read_rows
from harness.errors import DataError
from harness.types import Passage


def read_corpus(source: str, folder: Path, encoding: str, where: str) -> list[Passage]:
    """Documents of a folder of `.txt` and `.md` files, or of a data file with `id` and `text`.

    Raises:
        DataError: nothing there, or a document without text.
    """
    path = folder / source
    if path.is_dir():
        files = sorted(p for p in path.rglob("*") if p.suffix.lower() in (".txt", ".md"))
        if not files:
            raise DataError(f"{where}: {path} holds no .txt or .md file.")
        return [Passage(str(p.relative_to(path)), p.read_text(encoding=encoding)) for p in files]
    passages = []
    for number, row in enumerate(read_rows(source, folder, encoding, where), 1):
        text = row.cells.get("text")
        if not isinstance(text, str) or not text.strip():
            raise DataError(f"{row.where}: a document of the corpus needs a text.")
        passages.append(Passage(str(row.cells.get("id", number)), text))
    return passages
