"""Reading files that a person wrote: TOML, checked by pydantic, with messages that say where and what."""

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from harness.errors import ConfigError, suggestion

Model = TypeVar("Model", bound=BaseModel)


class Table(BaseModel):
    """A table of a TOML file: frozen, and with no key that nobody reads."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def read_toml(path: Path) -> dict[str, Any]:
    """The content of a TOML file.

    Raises:
        ConfigError: it cannot be read or does not parse; names the line.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 at byte {error.start}. Save the file as UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}.") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}.") from None


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
    found = problem["input"]
    message = problem["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    expected = message if message.startswith("a ") or message != problem["msg"] else message.lower()
    return f"{where}: {key}: found {_short(found)}; expected {expected}."


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _fields(model: Any, path: list[str]) -> list[str]:
    """Names of the fields of the table at `path` inside `model`, as far as annotations tell."""
    for part in path:
        field = getattr(model, "model_fields", {}).get(part) or _by_alias(model, part)
        if field is None:
            return []
        annotation = field.annotation
        nested = [annotation, *getattr(annotation, "__args__", ())]
        model = next((a for a in nested if isinstance(a, type) and issubclass(a, BaseModel)), None)
        if model is None:
            return []
    return [field.alias or name for name, field in getattr(model, "model_fields", {}).items()]


def _by_alias(model: Any, alias: str) -> Any:
    fields = getattr(model, "model_fields", {}).values()
    return next((field for field in fields if field.alias == alias), None)
