"""Reading files that a person wrote: TOML, checked by pydantic, with messages that say where and what."""

import re
import tomllib
from pathlib import Path
from typing import Any, TypeVar, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from harness.errors import ConfigError, suggestion

Model = TypeVar("Model", bound=BaseModel)


class Table(BaseModel):
    """A table of a TOML file: frozen, and with no key that nobody reads."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def read_toml(path: Path) -> dict[str, Any]:
    """The content of a TOML file.

    Raises:
        ConfigError: it cannot be read or does not parse; names the line.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 at byte {error.start}. Save the file as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}.") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}.") from None


def inside(root: Path, relative: str, where: str) -> Path:
    """`root / relative`, refused where it would leave `root`, be it by a link.

    Raises:
        ConfigError: says where it was asked for.
    """
    path = (root / relative).resolve()
    if not path.is_relative_to(root.resolve()):
        raise ConfigError(f"{where}: {relative!r} leaves the project's folder {root}.")
    return path


def validated(model: type[Model], data: Any, where: str) -> Model:
    """`data` as `model`.

    Raises:
        ConfigError: one line per problem: file, key, what was found, what was expected, the near miss.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        lines = [_line(model, problem, where) for problem in error.errors(include_url=False)]
        raise ConfigError("\n".join(dict.fromkeys(lines))) from None


def _line(model: type[BaseModel], problem: ErrorDetails, where: str) -> str:
    path = [str(part) for part in problem["loc"]]
    key = ".".join(path)
    if problem["type"] == "extra_forbidden":
        known = _fields(model, path[:-1])
        return f"{where}: unknown key {key!r}{suggestion(path[-1], known)}"
    if problem["type"] == "missing":
        return f"{where}: the key {key!r} is missing."
    place = ": ".join(part for part in (where, key) if part)
    if problem["type"] == "value_error":
        return f"{place}: {problem['ctx']['error']}."
    said = problem["msg"].removeprefix("Input should be ").replace("String should match pattern", "a text that matches")
    expected = _EXPECTED.get(problem["type"], said)
    return f"{place}: found {_short(problem['input'], path)}; expected {expected}."


_EXPECTED = {
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "dict_type": "a table",
    "model_type": "a table",
    "float_parsing": "a number",
    "float_type": "a number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "string_type": "a text in quotes",
    "tuple_type": "a list",
}
"""What pydantic's words mean in TOML."""
_SECRET = re.compile(r"key|token|secret|password", re.IGNORECASE)


def _short(value: Any, path: list[str]) -> str:
    """The value as it was written, cut short; what may be a secret is not repeated."""
    if isinstance(value, str) and any(_SECRET.search(part) for part in path[-1:]):
        return "something else (not shown: it may be a secret)"
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _fields(model: Any, path: list[str]) -> list[str]:
    """Names of the fields of the table at `path` inside `model`, as far as annotations tell."""
    parts = iter(path)
    for part in parts:
        field = getattr(model, "model_fields", {}).get(part) or _by_alias(model, part)
        if field is None:
            return []
        annotation = field.annotation
        nested = [annotation, *getattr(annotation, "__args__", ())]
        model = next((a for a in nested if isinstance(a, type) and issubclass(a, BaseModel)), None)
        if model is None:
            return []
        if get_origin(annotation) is dict:
            next(parts, None)  # the name of one of several such tables
    return [field.alias or name for name, field in getattr(model, "model_fields", {}).items()]


def _by_alias(model: Any, alias: str) -> Any:
    fields = getattr(model, "model_fields", {}).values()
    return next((field for field in fields if field.alias == alias), None)
