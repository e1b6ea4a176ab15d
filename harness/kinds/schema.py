"""A JSON schema as a validator, once it is known to be one. Nothing is fetched: it holds all that it refers to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.errors import ConfigError, UnavailableError


def validator_of(schema: Mapping[str, Any], where: str) -> Any:
    """The validator of a schema (draft 2020-12), formats included.

    Args:
        schema: as written.
        where: the file that names it, for messages.

    Raises:
        ConfigError: it is no schema, or refers to what does not stand in it.
        UnavailableError: jsonschema is not installed.
    """
    try:
        from jsonschema import Draft202012Validator, FormatChecker, SchemaError  # type: ignore[import-untyped]
        from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]
    except ImportError as error:
        raise UnavailableError(f"{where}: kind json needs jsonschema: pip install jsonschema.") from error
    try:
        Draft202012Validator.check_schema(schema, format_checker=FormatChecker(["regex"]))
    except SchemaError as error:
        at = ".".join(map(str, error.path)) or "its top"
        raise ConfigError(f"{where}: [task] schema is no JSON schema: at {at}: {error.message[:200]}.") from None
    if reference := next(_unresolved(schema, REGISTRY), None):
        raise ConfigError(
            f"{where}: [task] schema: $ref {reference!r} does not stand in the schema. Nothing is fetched: write what "
            "it refers to under $defs."
        )
    # Without a registry of its own the validator would fetch what it does not know.
    return Draft202012Validator(schema, format_checker=FormatChecker(), registry=REGISTRY)


def _unresolved(schema: Mapping[str, Any], registry: Any) -> Iterator[str]:
    """References that lead nowhere."""
    from referencing.exceptions import Unresolvable
    from referencing.jsonschema import DRAFT202012

    root = DRAFT202012.create_resource(schema)
    left = [(root, registry.resolver_with_root(root))]
    while left:
        part, resolver = left.pop()
        left += [(sub, resolver.in_subresource(sub)) for sub in part.subresources()]
        if isinstance(part.contents, Mapping) and isinstance(reference := part.contents.get("$ref"), str):
            try:
                resolver.lookup(reference)
            except Unresolvable:
                yield reference


@dataclass(frozen=True)
class Paths:
    """The fields that a schema declares, as metrics name them: `payer.name`, `lines[].amount`."""

    declared: frozenset[str]
    free: frozenset[str]
    """Fields of which the schema does not say what they hold; "" is the whole answer."""

    def hold(self, path: str) -> bool:
        """Whether an answer may have such a field, as far as the schema tells."""
        return path in self.declared or any(not at or path.startswith((f"{at}.", f"{at}[]")) for at in self.free)


def paths_of(schema: Mapping[str, Any]) -> Paths:
    """Every field that the schema declares, through references, lists and alternatives."""
    declared, free = set(), set()
    left: list[tuple[str, Any, frozenset[str]]] = [("", schema, frozenset())]
    while left:
        at, part, through = left.pop()
        if at:
            declared.add(at)
        inner = list(_inner(at, part, schema, through)) if isinstance(part, Mapping) else []
        if not inner and not (isinstance(part, Mapping) and _plain(part)):
            free.add(at)
        left += inner
    return Paths(frozenset(declared), frozenset(free))


_ALTERNATIVES = ("allOf", "anyOf", "oneOf")


def _inner(
    at: str, part: Mapping[str, Any], schema: Mapping[str, Any], through: frozenset[str]
) -> Iterator[tuple[str, Any, frozenset[str]]]:
    """What a part of a schema says of its value and of the fields in it; each reference is followed once a path."""
    for name, field in (part.get("properties") or {}).items():
        yield (f"{at}.{name}" if at else name), field, through
    of_list = [part["items"]] if isinstance(part.get("items"), Mapping) else []
    for field in (*of_list, *(part.get("prefixItems") or ())):
        yield f"{at}[]", field, through
    for key in _ALTERNATIVES:
        for one in part.get(key) or ():
            yield at, one, through
    for key in ("then", "else"):
        if key in part:
            yield at, part[key], through
    reference = part.get("$ref")
    if isinstance(reference, str) and reference.startswith("#") and reference not in through:
        yield at, _pointed(schema, reference), through | {reference}


def _plain(part: Mapping[str, Any]) -> bool:
    """Whether a part of a schema without fields holds none: a text, a number, one of some values."""
    named = part.get("type")
    types = [named] if isinstance(named, str) else named or []
    return bool({"enum", "const"} & part.keys()) or (bool(types) and not {"object", "array"} & set(types))


def _pointed(schema: Mapping[str, Any], reference: str) -> Any:
    """What a reference within the schema points at; {} where it is no plain pointer."""
    found: Any = schema
    for step in reference.removeprefix("#").split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        found = found.get(name, {}) if isinstance(found, Mapping) else {}
    return found
