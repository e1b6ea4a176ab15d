"""`task.toml` as a person writes it, table by table."""

from math import inf
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from harness.config import Table
from harness.data.holdout import SplitTable
from harness.data.rows import Decimal, Separator
from harness.task.judging import JudgeTable


class TaskTable(Table):
    """`[task]`."""

    version: str = "1"
    kind: str
    instructions: str = Field(min_length=1)
    labels: tuple[str, ...] = ()
    positive: str | None = None
    """Of the two labels of a binary task, the one that is looked for."""
    types: tuple[str, ...] = ()
    """Of spans."""
    json_schema: str | dict[str, Any] | None = Field(default=None, alias="schema")
    """Of a JSON answer: a file beside the task, or the schema itself."""
    tolerance: float = Field(default=0.0, ge=0)
    """How far a number of a JSON answer may be off and still be right."""
    no_answer: str | None = None
    """What to answer to a question that the passages do not answer."""
    description: str = ""

    @field_validator("labels")
    @classmethod
    def _labels(cls, labels: tuple[str, ...]) -> tuple[str, ...]:
        if not labels or not all(label.strip() for label in labels):
            raise ValueError(f"none may be empty; leave the key out to take those of the data; found {list(labels)}")
        return labels


class DataTable(Table):
    """`[data]`."""

    test: str | None = None
    train: str | None = None
    all: str | None = None
    """One source in place of `test` and `train`; `split` says which items are test."""
    split: SplitTable = SplitTable()
    validation: str | None = None
    validation_share: float = Field(default=0.1, ge=0.0, lt=1.0)
    corpus: str | None = None
    input: str | tuple[str, ...] = "text"
    target: str = "target"
    group: str | None = None
    gold: str | None = None
    """Column with the ids of the passages that answer an item."""
    date: str | None = None
    """Column by which training must precede test: `harness check` looks at it, and a temporal split goes by it."""
    annotators: tuple[str, ...] = ()
    """Columns with the labels of several annotators; only `harness check` reads them."""
    encoding: str = "utf-8"
    separator: Separator = ","
    """Of the cells of CSV files."""
    decimal: Decimal = "."
    """What stands before the decimals of a number in CSV files; with a comma, points stand between thousands."""

    @model_validator(mode="after")
    def _inputs(self) -> "DataTable":
        if not self.input_columns:
            raise ValueError("input names no column")
        if twice := sorted({name for name in self.input_columns if self.input_columns.count(name) > 1}):
            raise ValueError(f"input names {', '.join(map(repr, twice))} more than once")
        if self.target in self.input_columns:
            raise ValueError(f"input has the target's column {self.target!r}: an adapter would be shown what to answer")
        return self

    @model_validator(mode="after")
    def _parts(self) -> "DataTable":
        named = [key for key in ("test", "train") if getattr(self, key)]
        if self.all is None and self.test is None:
            raise ValueError("names no test items: test = FILE, or one file to split, all = FILE")
        if self.all is not None and named:
            raise ValueError(
                f"names {' and '.join(named)} beside all: either one file is split, or each part has its own"
            )
        if self.all is None and "split" in self.model_fields_set:
            raise ValueError("has a split but no file to split: all = FILE")
        if self.split.by == "temporal" and self.date is None:
            raise ValueError('a temporal split goes by a date: name its column, date = "..."')
        return self

    @property
    def input_columns(self) -> tuple[str, ...]:
        """The input's columns, one or several."""
        return (self.input,) if isinstance(self.input, str) else self.input


class UpdateTable(Table):
    """`[update]`: a second edition of the corpus, for `harness stale`."""

    corpus: str
    """Documents that replace those of the same id, and new ones: a folder or a file."""
    target: str
    """Column with the new target, filled where the answer changes."""


class GuardTable(Table):
    """`[guard]`: what a model that is trained for this task must not unlearn, for `harness guard`."""

    tasks: tuple[str, ...] = Field(min_length=1)
    """Other tasks of the project."""


class IntervalsTable(Table):
    """`[metrics] intervals`: how the intervals of one run are made; see `harness.metrics.metric.Intervals`."""

    proportion: Literal["wilson", "clopper-pearson", "beta-binomial"] = "wilson"
    aggregate: Literal["percentile", "bca"] = "percentile"


class MetricsTable(Table):
    """`[metrics]`."""

    primary: str | None = None
    also: tuple[str, ...] = ()
    intervals: IntervalsTable = IntervalsTable()


class Bound(Table):
    """What a figure must reach, or not pass."""

    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _one(self) -> "Bound":
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("exactly one of at_least and at_most is needed")
        return self

    @property
    def limit(self) -> float:
        """The number, whichever way it bounds."""
        limit = self.at_least if self.at_least is not None else self.at_most
        assert limit is not None
        return limit

    @property
    def text(self) -> str:
        """E.g. `>= 0.9`."""
        return f">= {self.at_least:g}" if self.at_least is not None else f"<= {self.at_most:g}"


class UseTable(Table):
    """`[use]`: how the answers will be used. Drives the economics."""

    calls_per_month: float | None = Field(default=None, ge=0)
    horizon_months: float = Field(default=24, gt=0)
    knowledge_changes_per_year: float = Field(default=0, ge=0)
    error_cost_usd: float | None = Field(default=None, ge=0)
    """Of one wrong answer; 0 says that it costs nothing, None that nobody says."""
    label_cost_usd: float | None = Field(default=None, ge=0, le=100_000)
    peak_factor: float | None = Field(default=None, ge=1, le=1e6)
    """Busiest second's load over the average's; None takes the assumed `peak_to_average`."""
    worth_usd_per_month: float = Field(default=0, ge=0, le=1e9)
    """A heavier approach must be worth at least so much more each month."""
    probability: float = Field(default=0.95, gt=0.5, lt=1)
    """How sure its net value must be."""


class TaskFile(Table):
    """`task.toml`."""

    task: TaskTable
    data: DataTable
    update: UpdateTable | None = None
    guard: GuardTable | None = None
    metrics: MetricsTable = MetricsTable()
    requirement: dict[str, Any] = Field(default_factory=dict)
    judge: JudgeTable | None = None
    use: UseTable = UseTable()
    keywords: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _editions(self) -> "TaskFile":
        if self.update is not None and self.data.all is not None:
            raise ValueError("update goes with test and train as files of their own, not with one that is split")
        return self

    @field_validator("requirement")
    @classmethod
    def _bounds(cls, table: dict[str, Any]) -> dict[str, Any]:
        for key, value in table.items():
            if key == "on_premise":
                if not isinstance(value, bool):
                    raise ValueError(f"on_premise must be true or false, found {value!r}")
            elif key == "margin":
                if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value < inf:
                    raise ValueError(f"margin must be a number of at least 0, found {value!r}")
            elif not isinstance(value, dict):
                raise ValueError(f"{key} must be a table like {{ at_least = 0.9 }}, found {value!r}")
        return table
