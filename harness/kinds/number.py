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
_CODES = "AUD|BRL|CAD|CHF|CNY|CZK|DKK|EUR|GBP|HKD|HUF|INR|JPY|KRW|MXN|NOK|NZD|PLN|SEK|SGD|TRY|USD|ZAR"
_UNITS = (
    r"[kcdmµμn]?m[23²³]?|in|ft|mi|[kmµμ]?g|t|lbs?|oz|[mcd]?[lL]|[mµμn]?s|min|h|d|[kmM]?[WVA]|[kMG]?Wh|[kMG]?Hz"
    r"|[khM]?Pa|m?bar|psi|k?N|Nm|[kM]?J|k?cal|px|pt|dB|rpm|km/?h|mph"
)
_HUNDREDS = "hundreds?|thousands?|dozens?|[mbtr]{1,2}ill(?:ion|iard)(?:s|e|en)?|tausend|hundert|mille|mio|mrd|bn|mn"
_SPOKEN = (
    f"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
    f"|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|{_HUNDREDS}"
)
_UNREADABLE = re.compile(
    rf"""
    (?<!\w)(?i:{_SPOKEN})[\s-]+\d                   # one hundred 5
    | \d(?:[KMB]|\s*k|\s*(?i:{_HUNDREDS}))(?!\w)     # 5 million, 5k
    | \d\s+and\s+(?:an?\s+|one\s+)?(?:half|third|quarter)
    | \d\s*[\^⁺⁻¼-¾⅐-⅞]                             # 3 ½, 10^3
    | (?:[-–]\s+|±\s*|\+/-\s*)(?:[$€£¥₹]|{_CODES})?\s?[.,]?\d  # a minus or a bullet
    | \d[.,]{{2,}}\d                                # 3..5
    """,
    re.VERBOSE,
)
"""A text that goes on in words or powers where its number seems to end."""
_RUN = re.compile(
    rf"""
    (?<![\w.,])
    ((?<!-)(?i:minus|negative|moins)\s+|−\s?|[-–])?
    (?:(?:{_CODES}|[A-Z]{{0,2}}[$€£¥₹])\s?([-−–]?))?
    (?:
        ([1-9]\d{{0,2}}(?:[ \u00a0\u2009\u202f]\d{{3}})+|[1-9]\d{{0,2}}(?:['’]\d{{3}})+)((?:[.,]\d+)?)(?![.,]?[\d%])
        | ((?>[.,]?\d+(?:[.,]\d+)*))
    )
    ((?:[eE][-+]?\d+)?)
    (?:\s?(?:{_CODES})|{_UNITS})?
    (?!\w)
    """,
    re.VERBOSE,
)
"""Sign, currency, sign, thousands and decimals (or digits with points and commas as far as they go), exponent, unit: a
part of a longer number is never one."""
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

        What follows the last "answer:" counts, then the whole text. A currency and a unit may stand at it, blanks and
        apostrophes group its thousands. Points and commas are read as in English; what cannot be English, as on the
        European continent: `1,234.5` and `1.234,5` are a thousand, `0,125` is an eighth, `3,5` three and a half. No
        answer is what is neither (`1,234,56`), what words or powers go on with (`5 million`, `3 ½`), and a number after
        a dash and a blank, which is a minus or a bullet; nor is any number beside one of these.
        """
        marked = _MARK.split(text)
        for part in [marked[-1], text] if len(marked) > 1 else [text]:
            found = set() if _UNREADABLE.search(part) else {_value(*run) for run in _RUN.findall(part)}
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

    def accept(self, answer: Any, asked: Any = None) -> float:
        """As a target: it is one or it is none."""
        return self.check(answer, asked)

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


def _value(sign: str, inner: str, thousands: str, decimals: str, digits: str, exponent: str) -> float | None:
    """The number that a run is; None where its digits, points and commas are none."""
    if thousands:
        plain = "".join(re.findall(r"\d", thousands)) + decimals.replace(",", ".")
    elif _ENGLISH.fullmatch(digits):
        plain = digits.replace(",", "")
    elif _CONTINENTAL.fullmatch(digits):
        plain = digits.replace(".", "").replace(",", ".")
    else:
        return None
    value = float(plain + exponent)
    return (-value if sign or inner else value) if math.isfinite(value) else None
