"""Kind `number`: a finite number."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from harness.errors import UnknownNameError
from harness.metrics import regression
from harness.metrics.metric import Metric

_METRICS: dict[str, Callable[[], Metric]] = {
    "mae": regression.mae,
    "rmse": regression.rmse,
    "r2": regression.r2,
    "bias": regression.bias,
}
_NUMBER = re.compile(
    r"(?<![\w.,])[-+−]?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+,\d+|\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?!\w)"
)
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

        What follows the last "answer:" counts, then the whole text. `1,234.5` is a thousand, `3,5` three and a half.
        """
        marked = _MARK.split(text)
        for part in [marked[-1], text] if len(marked) > 1 else [text]:
            found = {value for digits in _NUMBER.findall(part) if math.isfinite(value := _value(digits))}
            if len(found) == 1:
                return found.pop()
        return None

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


def _value(digits: str) -> float:
    digits = digits.replace("−", "-")
    whole = re.fullmatch(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?(?:[eE].*)?", digits)
    return float(digits.replace(",", "" if whole else "."))
