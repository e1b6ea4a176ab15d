"""Loading adapter files: each under a private parent package, so that `adapters` is no top-level name."""

import ast
import importlib.util
import inspect
import sys
import types
from functools import cache
from importlib.machinery import ModuleSpec
from pathlib import Path

from harness.adapter import Adapter
from harness.errors import ConfigError
from harness.types import Rung, content_hash

_ANSWERING = [["harness", part] for part in ("prompting", "retrieval", "learning", "finetuning")]


class BrokenAdapterError(ConfigError):
    """An adapter file that raises on import; the original error is its cause."""


def load_adapter_class(path: Path) -> type[Adapter]:
    """The adapter that a file defines.

    Raises:
        BrokenAdapterError: the file raises on import.
        ConfigError: it defines no adapter, or several.
    """
    module = _load(path)
    found = [
        value
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, Adapter) and value.__module__ == module.__name__
    ]
    if len(found) != 1:
        names = ", ".join(c.__name__ for c in found) or "none"
        raise ConfigError(f"{path}: a file in adapters/ defines exactly one subclass of Adapter; found {names}.")
    (adapter,) = found
    if not isinstance(getattr(adapter, "rung", None), Rung):
        known = ", ".join(f"Rung.{rung.name}" for rung in Rung)
        raise ConfigError(f"{path}: {adapter.__name__} does not say how far up the ladder it stands: rung = {known}.")
    if adapter.load is Adapter.load:
        raise ConfigError(f"{path}: {adapter.__name__} has no load(), which makes what answers the queries.")
    return adapter


def _load(path: Path) -> types.ModuleType:
    parent = f"harness._adapters_{content_hash(str(path.parent.resolve()))}"
    name = f"{parent}.{path.stem}"
    if name in sys.modules and sys.modules[name].__dict__.get("__harness_source__") == path.read_bytes():
        return sys.modules[name]
    if parent not in sys.modules:
        package_spec = ModuleSpec(parent, None, is_package=True)
        package_spec.submodule_search_locations = [str(path.parent)]
        sys.modules[parent] = importlib.util.module_from_spec(package_spec)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ConfigError(f"{path}: cannot be loaded.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise BrokenAdapterError(
            f"{path}: raises on import: {type(error).__name__}: {error}. Run with --debug for the traceback."
        ) from error
    module.__dict__["__harness_source__"] = path.read_bytes()
    return module


def source_hash(adapter: type[Adapter]) -> str:
    """Of the code behind an adapter, without comments and docstrings.

    Its own file, those of its base classes, and what these import of the harness's code that learns, retrieves and
    asks: another version of that may give other answers.
    """
    bases = [base for base in adapter.__mro__ if issubclass(base, Adapter) and base is not Adapter]
    files = [Path(inspect.getfile(base)) for base in bases]
    for file in files:  # it grows as it is walked
        files += [path for path in _imported(file.read_bytes()) if path not in files]
    return content_hash([code_hash(path) for path in files])


@cache
def _imported(source: bytes) -> tuple[Path, ...]:
    """Files of `_ANSWERING` that a source imports, at its head or inside functions."""
    found = []
    for node in ast.walk(ast.parse(source)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{name}" for name in names)]
        found += [file for name in names if name.split(".")[:2] in _ANSWERING and (file := _file_of(name))]
    return tuple(sorted(set(found)))


def _file_of(module: str) -> Path | None:
    place = Path(__file__).parents[1].joinpath(*module.split("."))
    return next((file for file in (place.with_suffix(".py"), place / "__init__.py") if file.is_file()), None)


def code_hash(path: Path) -> str:
    """Of a Python file's code, so that a comment or a docstring can change without a new run."""
    return _code_hash(path.read_bytes())


@cache
def _code_hash(source: bytes) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [s for s in body if not _is_docstring(s)]  # type: ignore[attr-defined]
    return content_hash(ast.dump(tree))


def _is_docstring(statement: object) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )
