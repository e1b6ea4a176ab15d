"""What a project and a task state about money, checked before anything is spent."""

from harness.costs.stated import Economy, economy_of, use_of_task
from harness.errors import ConfigError
from harness.project import Project
from harness.task import Task


def economy(project: Project) -> Economy:
    """What harness.toml states about costs.

    Raises:
        ConfigError: something of it cannot be.
    """
    file, where = project.file, str(project.root / "harness.toml")
    return economy_of(file.economics, file.hardware, file.candidates, where, file.weights)


def check_money(project: Project, task: Task) -> None:
    """Refuses what harness.toml and `[use]` state of costs where it cannot be.

    Raises:
        ConfigError: says where.
    """
    economy(project)
    if use_of_task(task) is None and "usd_per_month" in task.requirement.bounds:
        raise ConfigError(f"task {task.name} [requirement]: usd_per_month needs a volume: [use] calls_per_month.")
