"""What a task says of its judge: `[judge]` in `task.toml`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from harness.config import Table, inside
from harness.errors import ConfigError, UnknownNameError
from harness.metrics import judged
from harness.models.http import Endpoint

RUBRIC = (
    "The answer is right if it says the same as the expected answer, in whatever words. It is wrong if it contradicts "
    "it, leaves out something that matters, or adds something false."
)
Tally = tuple[int, int]
"""(hits, items)."""


class Errors(Table):
    """How often the judge is right, as found on other items: (hits, items)."""

    sensitivity: Tally
    """Of the answers that people found right, those that the judge did."""
    specificity: Tally
    """Of those that people found wrong."""

    @field_validator("sensitivity", "specificity")
    @classmethod
    def _tally(cls, tally: Tally) -> Tally:
        hits, items = tally
        if items < 1 or not 0 <= hits <= items:
            raise ValueError(f"expected [hits, items] with hits from 0 to items, e.g. [90, 100]; found {list(tally)}")
        return tally

    @model_validator(mode="after")
    def _tells(self) -> "Errors":
        if self.sensitivity[0] / self.sensitivity[1] + self.specificity[0] / self.specificity[1] <= 1:
            raise ValueError("a judge whose sensitivity and specificity add up to 1 or less says nothing")
        return self


class RubricFile(Table):
    """`{ file = "rubric.md" }`."""

    file: str


class JudgeTable(Table):
    """`[judge]`."""

    model: str
    """`provider/model`."""
    base_url: str | None = None
    api_key_env: str | None = Field(default=None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    structured: bool | None = None
    """Whether its server can restrict answers to a JSON schema; by default the providers themselves can."""
    temperature: float | Literal["default"] = 0.0
    max_tokens: int = Field(default=1024, gt=0)
    """Of one of its answers at most."""
    timeout_s: float = Field(default=120.0, gt=0)
    requests_per_minute: float | None = Field(default=None, gt=0)
    tokens_per_minute: float | None = Field(default=None, gt=0)
    metrics: tuple[str, ...] = (judged.VERDICT,)
    rubric: str | RubricFile = RUBRIC
    """What makes an answer right, or what the grades mean."""
    repeats: int = Field(default=1, ge=1)
    """How often each answer is judged; its score is the mean."""
    embedder: str = "minilm"
    """Of the metrics that compare meanings."""
    embedder_base_url: str | None = None
    embedder_api_key_env: str | None = Field(default=None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    human: str | None = None
    """File with the labels that people gave to a random part of the items."""
    errors: Errors | None = None

    @field_validator("metrics")
    @classmethod
    def _metrics(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in judged.NAMES:
                raise ValueError(str(UnknownNameError("judged metric", name, judged.NAMES)).removesuffix("."))
        return tuple(dict.fromkeys(names))

    @field_validator("rubric")
    @classmethod
    def _rubric(cls, rubric: str | RubricFile) -> str | RubricFile:
        if isinstance(rubric, str) and not rubric.strip():
            raise ValueError("an empty rubric tells the judge nothing; leave the key out for the usual one")
        return rubric

    @model_validator(mode="after")
    def _one_correction(self) -> "JudgeTable":
        if self.human and self.errors:
            raise ValueError(
                "human and errors are two ways to the same; keep human: labels on these items say more than error "
                "rates found elsewhere"
            )
        return self


@dataclass(frozen=True)
class Judging:
    """The judge of a task."""

    table: JudgeTable
    rubric: str
    human: Path | None

    @property
    def endpoint(self) -> Endpoint:
        """Where its model is served."""
        return Endpoint(self.table.base_url, self.table.api_key_env, total_s=self.table.timeout_s)

    @property
    def embedder_endpoint(self) -> Endpoint:
        """Where its embedder is served, if that is one by API."""
        return Endpoint(self.table.embedder_base_url, self.table.embedder_api_key_env)


def read_judging(table: JudgeTable | None, folder: Path, path: str) -> Judging | None:
    """The judge of the task in `folder`, with its rubric read.

    Raises:
        ConfigError: a file that cannot be read, or lies outside the project.
    """
    if table is None:
        return None
    try:
        Endpoint(table.base_url), Endpoint(table.embedder_base_url)
    except ConfigError as error:
        raise ConfigError(f"{path}: [judge]: {error}") from None
    root = folder.parent.parent
    human = None
    if table.human is not None:
        human = inside(root, str(folder / table.human), f"{path}: [judge] human")
        if not human.is_file():
            raise ConfigError(f"{path}: [judge] human: there is no file {human}. Add the key once there are labels.")
    if isinstance(table.rubric, str):
        return Judging(table, table.rubric.strip(), human)
    place = inside(root, str(folder / table.rubric.file), f"{path}: [judge] rubric")
    try:
        return Judging(table, place.read_text(encoding="utf-8").strip(), human)
    except OSError as error:
        raise ConfigError(f"{path}: [judge] rubric: cannot read {place}: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: [judge] rubric: {place} is not UTF-8 at byte {error.start}.") from None


def judged_metric_names(table: JudgeTable | None, named: list[str], path: str) -> list[str]:
    """Those of `[metrics]` and `[requirement]`, and after them those of `[judge]`.

    Raises:
        ConfigError: one that needs a judge, where there is none.
    """
    wanting = [name for name in named if name in judged.NAMES]
    if wanting and table is None:
        raise ConfigError(
            f'{path}: {wanting[0]} is given by a judge: name its model, e.g. [judge] model = "openai/gpt-5-mini".'
        )
    return list(dict.fromkeys([*named, *(table.metrics if table else ())]))
