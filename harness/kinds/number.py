"""Kind `number`: a finite number."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from harness.errors import UnknownNameError
from harness.kinds.fault import Fault, said_nothing
from harness.metrics import regression
from harness.metrics.metric import Metric

_METRICS: dict[str, Callable[[], Metric]] = {
    "mae": regression.mae,
    "rmse": regression.rmse,
    "r2": regression.r2,
    "bias": regression.bias,
}
_RUN = re.compile(r"(?<![\w.,])([-+−]?)(?>((?:[.,]?\d+)+)((?:[eE][-+]?\d+)?))(?!\w)")
"""Sign, digits with points and commas as far as they go, exponent: a part of a longer number is never one."""
_ENGLISH = re.compile(r"(?:\d+|[1-9]\d{0,2}(?:,\d{3})+)(?:\.\d+)?|\.\d+")
_CONTINENTAL = re.compile(r"(?:\d+|[1-9]\d{0,2}(?:\.\d{3})+)(?:,\d+)?|,\d+")
_MARK = re.compile(r"(?:answer|result)\s*(?:is)?\s*:", re.IGNORECASE)


@dataclass(frozen=True)
class Number:
    """Has no settings."""

    name: str = "number"

    @property
    def choices(self) -> None:
        """There are infinitely many."""

    @property
    def schema(self) -> None:
        """A number is asked for in words."""

    def key(self) -> Any:
        """The name."""
        return [self.name]

    def ask(self) -> str:
        """Asks for digits alone."""
        return "Answer with exactly one number in digits, without a unit, and nothing else."

    def write(self, target: Any, asked: Any = None) -> str:
        """Up to 6 significant digits."""
        return f"{target:.6g}"

    def parse(self, text: str, asked: Any = None) -> float | None:
        """The number that a text states, if it states exactly one.

        What follows the last "answer:" counts, then the whole text. A number is read as in English; what cannot be
        English, as on the European continent: `1,234.5` and `1.234,5` are a thousand, `0,125` is an eighth, `3,5` three
        and a half. What is neither, `1,234,56`, is no answer, nor is any number beside it.
        """
        marked = _MARK.split(text)
        for part in [marked[-1], text] if len(marked) > 1 else [text]:
            found = {_value(*run) for run in _RUN.findall(part)}
            if len(found) == 1:
                return found.pop()
        return None

    def fault(self, text: str, answer: Any, asked: Any = None) -> Fault | None:
        """Several numbers, or words around none."""
        if answer is not None:
            return None
        return said_nothing(text) or (Fault.FORMAT if _RUN.search(text) else Fault.UNPARSEABLE)

    def check(self, target: Any, asked: Any = None) -> float:
        """Refuses what is no number, and what is not finite."""
        try:
            value = float(target) if not isinstance(target, bool) else math.nan
        except (TypeError, ValueError, OverflowError):
            value = math.nan
        if not math.isfinite(value):
            raise ValueError(f"found {target!r}, expected a finite number")
        return value

    def metric(self, name: str) -> Metric:
        """`mae`, `rmse`, `r2`, `bias`, or `residual_quantile[Q]` with Q between 0 and 1."""
        if name in _METRICS:
            return _METRICS[name]()
        q = regression.quantile_named(name)
        if q is not None:
            return regression.residual_quantile(q)
        raise UnknownNameError("metric of kind number", name, [*_METRICS, "residual_quantile[0.9]"])

    def default_metrics(self) -> tuple[str, ...]:
        """MAE, RMSE, R2 and bias."""
        return tuple(_METRICS)


def _value(sign: str, digits: str, exponent: str) -> float | None:
    """The number that a run of digits, points and commas is; None where it is none."""
    if _ENGLISH.fullmatch(digits):
        plain = digits.replace(",", "")
    elif _CONTINENTAL.fullmatch(digits):
        plain = digits.replace(".", "").replace(",", ".")
    else:
        return None
    value = float(sign.replace("−", "-") + plain + exponent)
    return value if math.isfinite(value) else None
