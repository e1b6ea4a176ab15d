"""What a gate allows, as a person writes it in `gate.toml`."""

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from pydantic import Field

from harness.config import Table, read_toml, validated
from harness.errors import ConfigError, UnknownNameError
from harness.metrics.metric import Metric

POLICY = "gate.toml"
"""Of a project."""
CEILINGS = ("p50_latency_ms", "p95_latency_ms", "usd_per_1000_calls")


class Tier(StrEnum):
    """What a drop in a metric does."""

    BLOCK = "block"
    WARN = "warn"
    IGNORE = "ignore"


class MetricRule(Table):
    """`[metrics.NAME]`."""

    tier: Tier = Tier.BLOCK
    max_drop: float = Field(default=0.0, ge=0.0)
    """A drop that is allowed, in the metric's own units; 0.01 is a point of accuracy."""


class Ceiling(Table):
    """`[ceilings.NAME]`: what a figure of the head may be at most, whatever it was before."""

    at_most: float = Field(ge=0.0)
    tier: Tier = Tier.BLOCK


class Policy(Table):
    """`gate.toml`. By default a task's primary metric blocks and its other metrics warn."""

    alpha: float = Field(default=0.05, gt=0.0, le=0.2)
    """Chance of calling any candidate changed that is not, over all comparisons of a tier."""
    min_shared: float = Field(default=0.5, gt=0.0, le=1.0)
    """Share of the head's items that the baseline must have too, and of the baseline's that the task must still
    have."""
    metrics: dict[str, MetricRule] = Field(default_factory=dict)
    ceilings: dict[str, Ceiling] = Field(default_factory=dict)

    def rule(self, metric: str, *, primary: bool) -> MetricRule:
        """The rule for a metric of a task."""
        return self.metrics.get(metric) or MetricRule(tier=Tier.BLOCK if primary else Tier.WARN)


def read_policy(path: Path | None) -> Policy:
    """The policy in a file, or the default one.

    Raises:
        ConfigError: what is wrong with the file.
    """
    return Policy() if path is None else validated(Policy, read_toml(path), str(path))


def check_policy(policy: Policy, metrics: Iterable[Metric], where: str) -> None:
    """Refuses a metric that no task has, a drop as wide as its range, and a ceiling on what is not measured.

    Args:
        policy: as read.
        metrics: of all tasks.
        where: the policy's file.

    Raises:
        UnknownNameError: with the near miss.
        ConfigError: an allowed drop that nothing can exceed.
    """
    known = {metric.name: metric for metric in metrics}
    for name, rule in policy.metrics.items():
        if name not in known:
            raise UnknownNameError("metric", name, known, f"{where}: [metrics]")
        if (bounds := known[name].bounds) and rule.max_drop >= bounds[1] - bounds[0]:
            raise ConfigError(
                f"{where}: [metrics.{name}] max_drop = {rule.max_drop:g}: nothing can fall by so much, {name} is from "
                f"{bounds[0]:g} to {bounds[1]:g}. It is in the metric's own units: 0.01 is one point of 100."
            )
    for name in policy.ceilings:
        if name not in CEILINGS:
            raise UnknownNameError("ceiling", name, CEILINGS, f"{where}: [ceilings]")
