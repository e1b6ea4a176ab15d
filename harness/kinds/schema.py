"""A JSON schema as a validator, once it is known to be one. Nothing is fetched: it holds all that it refers to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from harness.errors import ConfigError, UnavailableError
from harness.metrics import fields

_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_ALTERNATIVES = ("allOf", "anyOf", "oneOf")
_SAME_VALUE = ("not", "if", "then", "else")
"""What else says something of the value itself, not of a part of it."""
_FORMATS = (
    *("date-time", "date", "time", "duration", "email", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6", "uri"),
    *(
        "uri-reference",
        "iri",
        "iri-reference",
        "uuid",
        "uri-template",
        "json-pointer",
        "relative-json-pointer",
        "regex",
    ),
)
_NEAR = 0.8
_ANNOTATIONS = ("example", "nullable")
"""Words of OpenAPI that are near to keywords and mean no harm."""


def validator_of(schema: Mapping[str, Any], where: str) -> Any:
    """The validator of a schema, of the draft that it names (2020-12 where it names none), formats included.

    Args:
        schema: as written.
        where: the file that names it, for messages.

    Raises:
        ConfigError: it is no schema, refers to what does not stand in it, or to itself without end.
        UnavailableError: jsonschema is not installed.
    """
    try:
        from jsonschema import Draft202012Validator, FormatChecker, SchemaError  # type: ignore[import-untyped]
        from jsonschema.validators import validator_for  # type: ignore[import-untyped]
        from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]
    except ImportError as error:
        raise UnavailableError(f"{where}: kind json needs jsonschema: pip install jsonschema.") from error
    named = schema.get("$schema")
    draft = Draft202012Validator if named is None else isinstance(named, str) and validator_for(schema, default=None)
    if not draft:
        raise ConfigError(
            f"{where}: [task] schema: $schema {named!r} is no draft that is known; leave it out, or name one, e.g. "
            '"https://json-schema.org/draft/2020-12/schema" or "http://json-schema.org/draft-07/schema#".'
        )
    try:
        draft.check_schema(schema, format_checker=FormatChecker(["regex"]))
    except SchemaError as error:
        at = ".".join(map(str, error.path)) or "its top"
        raise ConfigError(f"{where}: [task] schema is no JSON schema: at {at}: {error.message[:200]}.") from None
    _check_references(schema, f"{where}: [task] schema")
    # Without a registry of its own the validator would fetch what it does not know.
    return draft(schema, format_checker=FormatChecker(), registry=REGISTRY)


def unheeded(schema: Mapping[str, Any]) -> list[str]:
    """What a schema says and no answer is held against: keywords that are misspelt, formats that are not known here."""
    from jsonschema import FormatChecker
    from jsonschema_specifications import REGISTRY

    keywords = {word for uri in REGISTRY for word in REGISTRY.contents(uri).get("properties", ())}
    found: dict[str, None] = {}  # as a set that keeps the order
    for part, _ in _parts(*_root(schema)):
        for word in part:
            if (
                word not in keywords
                and word not in _ANNOTATIONS
                and (near := get_close_matches(word, keywords, 1, _NEAR))
            ):
                found[f"{word!r} is no keyword; did you mean {near[0]!r}?"] = None
        name = part.get("format")
        if isinstance(name, str) and name not in FormatChecker.checkers:
            near = get_close_matches(name, _FORMATS, 1, _NEAR)
            if name in _FORMATS:
                more = 'needs a package: pip install "jsonschema[format-nongpl]".'
            else:
                more = f"is no format{f'; did you mean {near[0]!r}?' if near else '.'}"
            found[f"{name!r} {more}"] = None
    return list(found)


def _root(schema: Mapping[str, Any]) -> tuple[Any, Any]:
    """A schema as a resource of its draft, and what resolves its references."""
    from jsonschema_specifications import REGISTRY

    root = _draft(schema).create_resource(schema)
    return root, REGISTRY.resolver_with_root(root)


def _draft(schema: Mapping[str, Any]) -> Any:
    from referencing.jsonschema import DRAFT202012, specification_with

    return specification_with(schema.get("$schema", ""), default=DRAFT202012)


def _parts(resource: Any, resolver: Any) -> Iterator[tuple[Mapping[str, Any], Any]]:
    """Every schema in a schema, itself first, with what resolves its references."""
    left = [(resource, resolver)]
    while left:
        part, resolver = left.pop()
        left += [(sub, resolver.in_subresource(sub)) for sub in part.subresources()]
        if isinstance(part.contents, Mapping):
            yield part.contents, resolver


def _check_references(schema: Mapping[str, Any], where: str) -> None:
    """Every reference leads to a schema, and none back to itself with the same value."""
    from referencing.exceptions import Unresolvable

    leads: dict[int, list[Any]] = {}
    """The schemas that a schema holds its own value against, both by their identity."""
    pointers: dict[int, str] = {}
    left = list(_parts(*_root(schema)))
    while left:
        part, resolver = left.pop()
        if id(part) in leads:
            continue
        next_ones = leads[id(part)] = list(_of_same_value(part))
        for key in _REFERENCES:
            if key not in part:
                continue
            try:
                found = resolver.lookup(part[key])
            except (Unresolvable, TypeError, AttributeError):
                raise ConfigError(
                    f"{where}: {key} {part[key]!r} does not stand in the schema. Nothing is fetched: write what it "
                    "refers to under $defs."
                ) from None
            pointers[id(part)] = f"{key} {part[key]!r}"
            next_ones.append(found.contents)
            if id(found.contents) not in leads:
                left += _parts(_draft(schema).create_resource(found.contents), found.resolver)
    if circle := _circle({part: [id(one) for one in ones] for part, ones in leads.items()}):
        through = next((pointers[part] for part in circle if part in pointers), "")
        raise ConfigError(f"{where}: {through} leads back to itself: no answer could be held against it.")


def _of_same_value(part: Mapping[str, Any]) -> Iterator[Any]:
    """The schemas in a schema that are held against the same value as it is."""
    for key in _ALTERNATIVES:
        yield from part.get(key) or ()
    yield from (part[key] for key in _SAME_VALUE if key in part)
    for key in ("dependentSchemas", "dependencies"):
        yield from (part.get(key) or {}).values()


def _circle(leads: Mapping[int, list[int]]) -> list[int]:
    """The nodes of a graph that reach themselves, or none."""
    left = {node: set(ones) & leads.keys() for node, ones in leads.items()}
    while ends := {node for node, ones in left.items() if not ones & left.keys()}:
        for node in ends:
            del left[node]
    return list(left)


@dataclass(frozen=True)
class Paths:
    """The fields that a schema declares, as metrics name them: `payer.name`, `lines[].amount`."""

    declared: frozenset[str]
    free: frozenset[str]
    """Fields of which the schema does not say what they hold; "" is the whole answer."""

    def hold(self, path: str) -> bool:
        """Whether an answer may have such a field, as far as the schema tells."""
        return path in self.declared or any(not at or path.startswith((f"{at}.", f"{at}[")) for at in self.free)


def paths_of(schema: Mapping[str, Any]) -> Paths:
    """Every field that the schema declares, through references, lists and alternatives."""
    declared, free = set(), set()
    _, resolver = _root(schema)
    left: list[tuple[str, Any, frozenset[str]]] = [("", schema, frozenset())]
    while left:
        at, part, through = left.pop()
        if at:
            declared.add(at)
        inner = list(_inner(at, part, resolver, through)) if isinstance(part, Mapping) else []
        if not inner and not (isinstance(part, Mapping) and _plain(part)):
            free.add(at)
        left += inner
    return Paths(frozenset(declared), frozenset(free))


def _inner(
    at: str, part: Mapping[str, Any], resolver: Any, through: frozenset[str]
) -> Iterator[tuple[str, Any, frozenset[str]]]:
    """What a part of a schema says of its value and of the fields in it; each reference is followed once a path."""
    for name, field in (part.get("properties") or {}).items():
        yield fields.below(at, str(name)), field, through
    items = part.get("items")
    each = items if isinstance(items, list) else [items] if isinstance(items, Mapping) else []
    for field in (*each, *(part.get("prefixItems") or ())):
        yield f"{at}[]", field, through
    for key in _ALTERNATIVES:
        for one in part.get(key) or ():
            yield at, one, through
    for key in ("then", "else"):
        if key in part:
            yield at, part[key], through
    for key in _REFERENCES:
        reference = part.get(key)
        if isinstance(reference, str) and reference.startswith("#") and reference not in through:
            yield at, _pointed(resolver, reference), through | {reference}


def _plain(part: Mapping[str, Any]) -> bool:
    """Whether a part of a schema without fields holds none: a text, a number, one of some values."""
    named = part.get("type")
    types = [named] if isinstance(named, str) else named or []
    return bool({"enum", "const"} & part.keys()) or (bool(types) and not {"object", "array"} & set(types))


def _pointed(resolver: Any, reference: str) -> Any:
    """What a reference within the schema points at; {} where it is one within a part with an address of its own."""
    from referencing.exceptions import Unresolvable

    try:
        return resolver.lookup(reference).contents
    except Unresolvable:
        return {}
