"""Every assumption, in one table, and what a user states instead of one.

Rows end in the approach they are for. Ranges said to be published come from practitioners' guides of
2024-2026, which agree on orders of magnitude and not on more; rows marked OWN have not even that. All of
them are shown as *assumed* wherever they are used.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from harness.economics.checks import number
from harness.economics.figures import Figure
from harness.errors import UnknownNameError

OWN = "an order of magnitude, no published range"
PEFT = "published range: an experiment $50-500, production PEFT $1,000-5,000"
FULL = "published range: full fine-tune of 7-13B $5,000-25,000"
LABELS = "published range: a few hundred to several thousand"
HOSTING = "published range: hosting a model $200-2,000 a month"
SALARY = "$12,000 a month, all included, over 20 days"
RAG = "published range: RAG is about two weeks of work"
TUNING = "published range: fine-tuning takes 3 to 8 weeks"
SCRATCH = "published range: from scratch takes 3 to 6 months"
SURVEY = "near a survey of 372 firms: 15 % of estimates within 10 %, 24 % off by over 50 %"
EXISTS = "it is in use already"


@dataclass(frozen=True)
class Assumption:
    """One row of the table."""

    name: str
    """Key in `[economics]` of harness.toml."""
    low: float
    """A plausible low value."""
    likely: float
    """What is used."""
    high: float
    """A plausible high value."""
    unit: str
    """Unit of the three; a `share` is at most 1."""
    source: str
    """Whose range it is."""
    least: float = 0.0
    """The smallest value that makes sense."""


# fmt: off
TABLE = (
    #          name                                low likely    high  unit                source, least
    Assumption("engineering_days_rule",             0.5,     1,      3, "working days",     OWN),
    Assumption("engineering_days_classical",          1,     3,     10, "working days",     OWN),
    Assumption("engineering_days_prompting",          1,     3,     10, "working days",     OWN),
    Assumption("engineering_days_rag",                5,    10,     20, "working days",     RAG),
    Assumption("engineering_days_hosted",             5,    12,     30, "working days",     OWN),
    Assumption("engineering_days_lora",              15,    25,     40, "working days",     TUNING),
    Assumption("engineering_days_full",              15,    30,     40, "working days",     TUNING),
    Assumption("engineering_days_scratch",           63,    94,    126, "working days",     SCRATCH),
    Assumption("engineering_days_existing",           0,     0,      0, "working days",     EXISTS),
    Assumption("day_rate_usd",                      400,   600,   1000, "USD per day",      SALARY),
    Assumption("weeks_to_first_result_rule",        0.1,   0.2,      1, "weeks",            OWN),
    Assumption("weeks_to_first_result_classical",   0.2,   0.6,      2, "weeks",            OWN),
    Assumption("weeks_to_first_result_prompting",   0.2,   0.6,      2, "weeks",            OWN),
    Assumption("weeks_to_first_result_rag",           1,     2,      4, "weeks",            RAG),
    Assumption("weeks_to_first_result_hosted",        1,   2.5,      6, "weeks",            OWN),
    Assumption("weeks_to_first_result_lora",          3,     5,      8, "weeks",            TUNING),
    Assumption("weeks_to_first_result_full",          3,     6,      8, "weeks",            TUNING),
    Assumption("weeks_to_first_result_scratch",      13,    20,     26, "weeks",            SCRATCH),
    Assumption("weeks_to_first_result_existing",      0,     0,      0, "weeks",            EXISTS),
    Assumption("training_usd_hosted",                50,   200,    500, "USD",              PEFT),
    Assumption("training_usd_lora",                1000,  2500,   5000, "USD",              PEFT),
    Assumption("training_usd_full",                5000, 12000,  25000, "USD",              FULL),
    Assumption("training_usd_scratch",             1000, 10000, 100000, "USD",              OWN),
    Assumption("retraining_share",                  0.2,   0.4,      1, "share",            OWN),
    Assumption("labels_needed",                     300,  1000,   5000, "labels",           LABELS),
    Assumption("label_cost_usd",                   0.05,   0.2,      2, "USD per label",    OWN),
    Assumption("upkeep_days_per_change_rule",       0.2,   0.5,      2, "working days",     OWN),
    Assumption("upkeep_days_per_change_classical",  0.5,     1,      3, "working days",     OWN),
    Assumption("upkeep_days_per_change_prompting",  0.2,   0.5,      2, "working days",     OWN),
    Assumption("upkeep_days_per_change_rag",        0.1,   0.2,      1, "working days",     OWN),
    Assumption("upkeep_days_per_change_hosted",       1,     2,      5, "working days",     OWN),
    Assumption("upkeep_days_per_change_lora",         2,     4,      8, "working days",     OWN),
    Assumption("upkeep_days_per_change_full",         2,     5,     10, "working days",     OWN),
    Assumption("upkeep_days_per_change_scratch",      3,     8,     15, "working days",     OWN),
    Assumption("upkeep_days_per_change_existing",   0.2,     1,      5, "working days",     OWN),
    Assumption("monitoring_days_month",             0.2,   0.5,      2, "working days",     OWN),
    Assumption("hosting_usd_month_model",           200,   600,   2000, "USD per machine",  HOSTING),
    Assumption("hosting_usd_month_small",            10,    50,    200, "USD per machine",  OWN),
    Assumption("hosting_usd_month_index",            10,    50,    300, "USD",              OWN),
    Assumption("machine_usd_hour_cpu",             0.05,   0.1,    0.5, "USD per hour",     OWN),
    Assumption("machine_usd_hour_gpu",              0.5,   1.5,      4, "USD per hour",     OWN),
    Assumption("utilisation",                       0.3,   0.6,    0.9, "share",            OWN, 0.01),
    Assumption("peak_to_average",                     2,     4,     10, "times",            OWN, 1),
    Assumption("misestimation_median",                1,     1,      1, "times",            SURVEY, 0.01),
    Assumption("misestimation_sigma",              0.45,  0.45,   0.45, "of the logarithm", SURVEY),
)
# fmt: on

_MOST: Mapping[str, float] = {
    "working days": 10_000,
    "weeks": 1_000,
    "USD": 1e9,
    "USD per day": 100_000,
    "USD per hour": 1_000,
    "USD per label": 100_000,
    "USD per machine": 1e9,
    "labels": 1e9,
    "share": 1,
    "times": 1_000,
    "of the logarithm": 3,
}
"""By unit what a person may state at most: more is a slip of the pen, and would drown every other figure."""

_APPROACHES: Mapping[tuple[str, str | None], str] = {
    ("majority", None): "rule",
    ("rules", None): "rule",
    ("tfidf", None): "classical",
    ("linear", None): "classical",
    ("boosting", None): "classical",
    ("knn", None): "classical",
    ("tagger", None): "classical",
    ("scratch", None): "scratch",
    ("prompting", None): "prompting",
    ("rag", None): "rag",
    ("finetuned", "lora"): "lora",
    ("finetuned", "full"): "full",
    ("hybrid", "lora"): "lora",
    ("hybrid", "full"): "full",
    ("recorded", None): "existing",
}
_PROMPTS = ("prompting", "rag")
_BY_RUNG: Mapping[str, str] = {"baseline": "rule", "prompting": "prompting", "rag": "rag", "trained": "lora"}

Assumptions = Mapping[str, Figure]
"""Every row of the table as a figure, by name."""


def approach_of(adapter: str, method: str | None, rung: str) -> str:
    """The approach whose rows hold for an adapter and method; an adapter unknown here goes by its rung.

    What prompts a model and stands as trained has that model fine-tuned by its provider.
    """
    if rung == "trained" and adapter in _PROMPTS:
        return "hosted"
    return _APPROACHES.get((adapter, method)) or _APPROACHES.get((adapter, None)) or _BY_RUNG[rung]


def assumptions(overrides: Mapping[str, object] | None = None, where: str = "harness.toml [economics]") -> Assumptions:
    """The table, with what a user states in place of single rows.

    A value that a user states is `given` and taken at its word: it neither varies in the Monte Carlo nor
    moves in the tornado.

    Raises:
        UnknownNameError: on a name that is not in the table.
        ConfigError: on a value that is no number or out of range.
    """
    overrides = overrides or {}
    rows = {row.name: row for row in TABLE}
    for name in overrides:
        if name not in rows:
            raise UnknownNameError("assumption", name, rows, where)
    return {
        name: _given(row, overrides[name], where) if name in overrides else _assumed(row) for name, row in rows.items()
    }


def _assumed(row: Assumption) -> Figure:
    return Figure(row.name, row.likely, "assumed", row.unit, row.source, low=row.low, high=row.high)


def _given(row: Assumption, value: object, where: str) -> Figure:
    stated = number(value, row.name, where, row.least, _MOST[row.unit])
    return Figure(row.name, stated, "given", row.unit, where)
