"""Kind `spans`: pieces of the input text, each with a type."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from harness.errors import ConfigError, UnknownNameError, suggestion
from harness.kinds.declared import Declared
from harness.kinds.fault import Fault, said_nothing
from harness.kinds.reading import json_in
from harness.metrics import spans
from harness.metrics.metric import Metric

Span = list[Any]
"""`[start, end, type]`, positions of characters with the end excluded."""
_WHOLE: dict[str, Callable[[Sequence[str]], Metric]] = {
    "f1": lambda _: spans.exact("f1"),
    "precision": lambda _: spans.exact("precision"),
    "recall": lambda _: spans.exact("recall"),
    "macro_f1": lambda types: spans.averaged_f1(types, by_support=False),
    "weighted_f1": lambda types: spans.averaged_f1(types, by_support=True),
    "partial_recall": lambda _: spans.partial_recall(),
    "exact_match": lambda _: spans.exact_match(),
}
_PER_TYPE = ("f1", "precision", "recall", "partial_recall")


@dataclass(frozen=True)
class Spans:
    """Typed, non-overlapping spans of one text; an item may have none."""

    types: tuple[str, ...]
    name: str = "spans"

    @property
    def choices(self) -> None:
        """There are as many as there are pieces of a text."""

    @property
    def schema(self) -> None:
        """A list is asked for in words: not every server takes a list as the whole answer."""

    def key(self) -> Any:
        """Name and types."""
        return [self.name, *self.types]

    def ask(self) -> str:
        """Asks for quotes, since models cannot count characters."""
        return (
            'Answer with a JSON list and nothing else: one {"text": ..., "type": ...} for each span, in the order of '
            "the input and with its exact words; [] where there is none. Types: " + "; ".join(self.types) + "."
        )

    def write(self, target: Any, asked: Any = None) -> str:
        """Spans as quotes of the input."""
        quoted = [{"text": str(asked)[start:end], "type": kind} for start, end, kind in target]
        return json.dumps(quoted, ensure_ascii=False)

    def parse(self, text: str, asked: Any = None) -> list[Span] | None:
        """The spans that a text lists, by their quotes or by their place. The same quote again is its next place.

        A quote that the input does not hold, or a place outside it, is a span nowhere: it is answered, and never right.
        """
        return _listed(json_in(text, list), asked, self.types)

    def fault(self, text: str, answer: Any, asked: Any = None) -> Fault | None:
        """Types that the task has not, quotes that the input does not hold; a text without a list is no answer."""
        if answer is None:
            other = json_in(text, dict, list)
            return Fault.FORMAT if other is not None else said_nothing(text) or Fault.UNPARSEABLE
        if any(span[2] not in self.types for span in answer):
            return Fault.LABELS
        return Fault.FORMAT if any(span[0] < 0 for span in answer) else None

    def check(self, target: Any, asked: Any = None) -> list[Span]:
        """Spans by their place: lists `[start, end, type]`, or objects with `start`, `end`, `type` and maybe `text`.

        Refuses spans outside the input, overlapping ones, unknown types, and a `text` that does not stand there.
        """
        listed = _read(target) if isinstance(target, str) else target
        if not isinstance(listed, (list, tuple)):
            raise ValueError(f"found {target!r}, expected a list of spans")  # noqa: TRY004 - as every kind
        final = sorted((self._span(span, asked) for span in listed), key=lambda s: (s[0], s[1]))
        for one, other in pairwise(final):
            if other[0] < one[1]:
                raise ValueError(f"the spans {one} and {other} overlap")
        return final

    def accept(self, answer: Any, asked: Any = None) -> list[Span]:
        """As a target; what cannot be one is a span nowhere, or of no type, beside those that can."""
        try:
            return self.check(answer, asked)
        except ValueError:
            found = _listed(answer if isinstance(answer, list) else json_in(str(answer), list), asked, self.types)
            if found is None:
                raise
            return found

    def metric(self, name: str) -> Metric:
        """`f1`, `precision`, `recall`, `macro_f1`, `weighted_f1`, `partial_recall`, `exact_match`, or `f1[TYPE]`."""
        if name in _WHOLE:
            return _WHOLE[name](self.types)
        family, _, kind = name.removesuffix("]").partition("[")
        if family in _PER_TYPE and kind in self.types:
            return spans.partial_recall(kind) if family == "partial_recall" else spans.exact(family, kind)
        if family in _PER_TYPE and name.endswith("]"):
            raise UnknownNameError("metric of kind spans", name, [f"{family}[{one}]" for one in self.types])
        raise UnknownNameError("metric of kind spans", name, [*_WHOLE, *(f"{f}[TYPE]" for f in _PER_TYPE)])

    def default_metrics(self) -> tuple[str, ...]:
        """F1 of exact matches over all types and averaged, partial recall, and F1 of each type."""
        return ("f1", "macro_f1", "partial_recall", *(f"f1[{kind}]" for kind in self.types))

    def _span(self, span: Any, asked: Any) -> Span:
        start, end, kind, quote = _parts(span)
        if kind not in self.types:
            raise ValueError(f"span type {kind!r} is not declared{suggestion(str(kind), self.types)}")
        if not (type(start) is int and type(end) is int and 0 <= start < end):
            raise ValueError(f"span {span!r}: positions must be whole numbers with 0 <= start < end")
        if asked is not None and not isinstance(asked, str):
            raise ValueError("spans need one text as the input, not several columns")
        if isinstance(asked, str) and end > len(asked):
            raise ValueError(f"span {span!r} ends after the text, which has {len(asked)} characters")
        if isinstance(asked, str) and quote is not None and asked[start:end] != quote:
            raise ValueError(f"span {span!r}: {asked[start:end]!r} stands there")
        return [start, end, kind]


def make_spans(declared: Declared) -> Spans:
    """The kind of a task: its `types`, or those of the targets.

    Raises:
        ConfigError: there is none.
    """
    types = tuple(declared.settings.get("types") or ()) or tuple(sorted(_types(declared.targets)))
    if not types or len(set(types)) != len(types):
        raise ConfigError(
            f'{declared.where}: a task of kind spans needs [task] types, each once, e.g. types = ["part"].'
        )
    return Spans(types)


def _listed(listed: Any, asked: Any, types: Sequence[str]) -> list[Span] | None:
    """Answered spans, whatever is wrong with one of them; None where it is no list of spans."""
    if listed is None or not all(isinstance(s, dict) or (isinstance(s, (list, tuple)) and len(s) == 3) for s in listed):
        return None
    after: dict[str, int] = {}
    by_name = {kind.lower(): kind for kind in types}
    found: list[Span] = []
    for number, said in enumerate(listed, 1):
        if isinstance(said, dict):
            start, end, kind, quote = said.get("start"), said.get("end"), said.get("type", ""), said.get("text")
        else:
            (start, end, kind), quote = said, None
        if not _stands(start, end, quote, asked):
            start, end = _next_place(str(quote or ""), asked, after) or (-number, -number)
        found.append([start, end, by_name.get(str(kind).lower(), str(kind))])
    return found


def _stands(start: Any, end: Any, quote: Any, asked: Any) -> bool:
    """Whether a place is one in the input, and holds its quote where it has one."""
    if not (type(start) is int and type(end) is int and isinstance(asked, str) and 0 <= start < end <= len(asked)):
        return False
    return quote is None or asked[start:end] == quote


def _next_place(quote: str, asked: Any, after: dict[str, int]) -> tuple[int, int] | None:
    """Where a quote stands, behind the place that it had before."""
    start = str(asked).find(quote, after.get(quote, 0)) if quote else -1
    if start < 0:
        return None
    after[quote] = start + len(quote)
    return start, after[quote]


def _types(targets: Iterable[Any]) -> set[str]:
    """The types that raw targets name; what is wrong with a target is said where it is checked."""
    found = set()
    for target in targets:
        try:
            listed = _read(target) if isinstance(target, str) else target
            found |= {str(_parts(span)[2]) for span in listed or []}
        except (TypeError, ValueError):
            continue
    return found


def _parts(span: Any) -> tuple[Any, Any, Any, Any]:
    if isinstance(span, Mapping) and {"start", "end", "type"} <= span.keys():
        return span["start"], span["end"], span["type"], span.get("text")
    if isinstance(span, (list, tuple)) and len(span) == 3:
        return span[0], span[1], span[2], None
    raise ValueError(f"span {span!r}: expected [start, end, type] or an object with start, end and type")


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise ValueError(f"the spans are not JSON: {error}") from None
