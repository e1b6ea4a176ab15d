"""Kind `json`: a JSON value that is valid against a schema."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.errors import ConfigError, UnknownNameError
from harness.kinds.declared import Declared
from harness.kinds.fault import Fault, said_nothing
from harness.kinds.reading import json_in, keepable, unfit
from harness.kinds.schema import paths_of, validator_of
from harness.metrics import fields
from harness.metrics.metric import Metric

_NAMES = ("valid", "field_accuracy", "exact_object", "field_f1")
_TYPES: dict[str, type] = {"object": dict, "array": list}


@dataclass(frozen=True)
class Json:
    """A JSON object or list."""

    schema: dict[str, Any]
    validator: Any = field(repr=False, compare=False)
    """Of the schema, made once."""
    tolerance: float = 0.0
    """How far a number may be off and still be right."""
    name: str = "json"

    @property
    def choices(self) -> None:
        """There are infinitely many."""

    def key(self) -> Any:
        """Name and schema."""
        return [self.name, self.schema]

    def ask(self) -> str:
        """Shows the schema."""
        schema = json.dumps(self.schema, ensure_ascii=False, separators=(",", ":"))
        return f"Answer with JSON alone, without a fence or a word around it, valid against this schema: {schema}"

    def write(self, target: Any, asked: Any = None) -> str:
        """In one line."""
        return json.dumps(target, ensure_ascii=False)

    def parse(self, text: str, asked: Any = None) -> Any:
        """The first object (or list, as the schema says) in the text, whether valid or not: that is a metric."""
        return json_in(text, *self._types())

    def fault(self, text: str, answer: Any, asked: Any = None) -> Fault | None:
        """JSON that breaks the schema: values out of a list, or its form; a text without JSON is no answer."""
        if answer is None:
            other = json_in(text, dict, list)
            return Fault.FORMAT if other is not None else said_nothing(text) or Fault.UNPARSEABLE
        broken = {error.validator for error in self.validator.iter_errors(answer)}
        if not broken:
            return None
        return Fault.LABELS if broken <= {"enum", "const"} else Fault.FORMAT

    def check(self, target: Any, asked: Any = None) -> Any:
        """Refuses a target that breaks the schema; a text is read as JSON, as it stands in a CSV file."""
        value = _read(target) if isinstance(target, str) else target
        if why := unfit(value):
            raise ValueError(why)
        problem = next(iter(sorted(self.validator.iter_errors(value), key=lambda e: list(map(str, e.path)))), None)
        if problem is not None:
            at = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in problem.path).lstrip(".")
            raise ValueError(f"the target breaks its schema{f' at {at}' if at else ''}: {problem.message[:200]}")
        if not isinstance(value, self._types()):
            raise ValueError(f"found {value!r}, expected a JSON object or list")  # noqa: TRY004 - as every kind
        return value

    def accept(self, answer: Any, asked: Any = None) -> Any:
        """An object or a list, whether valid or not: that is a metric."""
        try:
            return self.check(answer, asked)
        except ValueError:
            read = self.parse(answer, asked) if isinstance(answer, str) else answer
            if not isinstance(read, self._types()) or not keepable(read):
                raise
            return read

    def metric(self, name: str) -> Metric:
        """`valid`, `field_accuracy`, `exact_object`, `field_f1`, or `f1[FIELD]`, e.g. `f1[lines[].amount]`."""
        if name == "valid":
            return fields.valid(self.validator.is_valid)
        if name == "field_accuracy":
            return fields.field_accuracy(self.tolerance)
        if name == "exact_object":
            return fields.exact_object(self.tolerance)
        if name == "field_f1":
            return fields.field_f1(self.tolerance)
        if name.startswith("f1[") and name.endswith("]") and len(name) > len("f1[]"):
            field, known = name[len("f1[") : -1], paths_of(self.schema)
            if not known.hold(field):
                raise UnknownNameError("metric of kind json", name, [f"f1[{path}]" for path in known.declared])
            return fields.field_f1(self.tolerance, name, field)
        raise UnknownNameError("metric of kind json", name, [*_NAMES, "f1[FIELD]"])

    def default_metrics(self) -> tuple[str, ...]:
        """The share of valid answers, then accuracy by field, exact objects and F1 of fields."""
        return _NAMES

    def _types(self) -> tuple[type, ...]:
        named = self.schema.get("type")
        wanted = [named] if isinstance(named, str) else named or []
        return tuple(_TYPES[t] for t in wanted if t in _TYPES) or (dict, list)


def make_json(declared: Declared) -> Json:
    """The kind of a task: its `schema`, in `task.toml` or in a file beside it, and its `tolerance`.

    Raises:
        ConfigError: there is no schema, or it is not one.
        UnavailableError: jsonschema is not installed.
    """
    schema = declared.settings.get("json_schema")
    if schema is None:
        raise ConfigError(f'{declared.where}: a task of kind json needs [task] schema, e.g. schema = "schema.json".')
    if isinstance(schema, str):
        schema = _schema_file(declared.folder / schema, declared.where)
    if not isinstance(schema, dict):
        found = json.dumps(schema)[:80]
        raise ConfigError(f"{declared.where}: [task] schema: found {found}, expected a schema, which is an object.")
    return Json(schema, validator_of(schema, declared.where), declared.settings.get("tolerance") or 0.0)


def _schema_file(path: Path, where: str) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{where}: [task] schema: cannot read {path}: {error.strerror}.") from None
    except ValueError as error:
        raise ConfigError(f"{where}: [task] schema: {path} is not JSON: {error}.") from None


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise ValueError(f"the target is not JSON: {error}") from None
