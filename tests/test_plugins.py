"""Adapter files: a file dropped in is a plugin, and two of the same name do not meet."""

import sys
from pathlib import Path

import pytest

from harness import plugins
from harness.plugins import code_hash, load_adapter_class, source_hash
from harness.project import bundled

ADAPTER = '''\
"""First line.

More."""

from harness.adapter import Adapter
from harness.types import Rung

# a comment
NUMBER = {number}


class Mine(Adapter):
    """A docstring."""

    rung = Rung.RAG

    async def load(self, task, folder, services):
        """Another."""
        return NUMBER
'''


def test_two_files_of_one_name_are_two_adapters(tmp_path: Path) -> None:
    for name, number in (("a", 1), ("b", 2)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "mine.py").write_text(ADAPTER.format(number=number))
    one, two = (load_adapter_class(tmp_path / name / "mine.py") for name in "ab")
    assert one is not two
    assert one.__module__ != two.__module__
    assert not {"mine", "adapters"} & set(sys.modules)


def test_a_file_is_loaded_once_until_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(ADAPTER.format(number=1))
    first = load_adapter_class(path)
    assert load_adapter_class(path) is first
    path.write_text(ADAPTER.format(number=2))
    assert load_adapter_class(path) is not first


def test_a_name_that_python_would_not_import_is_fine(tmp_path: Path) -> None:
    path = tmp_path / "my-bot 2.py"
    path.write_text(ADAPTER.format(number=1))
    assert load_adapter_class(path).__name__ == "Mine"


def test_a_comment_or_docstring_changes_no_hash_and_code_does(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(ADAPTER.format(number=1))
    before = code_hash(path)
    path.write_text(
        ADAPTER.format(number=1).replace("# a comment", "").replace("A docstring", "Other").replace("Another", "x")
    )
    assert code_hash(path) == before
    path.write_text(ADAPTER.format(number=2))
    assert code_hash(path) != before


def test_the_hash_of_an_adapter_covers_the_classes_it_builds_upon(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr("harness.plugins.code_hash", lambda path: seen.append(path.name) or path.name)
    source_hash(load_adapter_class(bundled() / "adapters/prompting.py"))
    assert seen == ["prompting.py", "prompting.py"]


def test_every_built_in_adapter_loads_and_says_what_it_does() -> None:
    files = sorted((bundled() / "adapters").glob("*.py"))
    assert {"majority", "rules", "tfidf", "knn", "prompting", "rag", "recorded", "finetuned"} <= {f.stem for f in files}
    for path in files:
        adapter = load_adapter_class(path)
        assert adapter.__doc__
        assert adapter.rung


def test_code_that_an_adapter_learns_with_is_part_of_its_hash(tmp_path, monkeypatch):
    package = tmp_path / "harness"
    for part in ("learning", "finetuning"):
        (package / part).mkdir(parents=True)
        (package / part / "__init__.py").write_text("")
    (package / "learning" / "words.py").write_text("from harness.finetuning.heads import head\n")
    (package / "finetuning" / "heads.py").write_text("head = 1\n")
    adapter = tmp_path / "mine.py"
    adapter.write_text(
        "from harness.adapter import Adapter\nfrom harness.types import Rung\n\n\nclass Mine(Adapter):\n"
        "    rung = Rung.BASELINE\n\n    async def load(self, task, folder, services):\n"
        "        from harness.learning import words\n"
    )
    monkeypatch.setattr(plugins, "__file__", str(package / "plugins.py"))
    plugins._imported.cache_clear()
    made = plugins.load_adapter_class(adapter)
    before = plugins.source_hash(made)
    (package / "finetuning" / "heads.py").write_text("head = 1  # a comment\n")
    assert plugins.source_hash(made) == before
    (package / "finetuning" / "heads.py").write_text("head = 2\n")
    assert plugins.source_hash(made) != before
    plugins._imported.cache_clear()
