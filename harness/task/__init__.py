"""A task: what must be done, read from its folder."""

from harness.task.reading import load_task, read_task_file
from harness.task.task import Requirement, Task

__all__ = ["Requirement", "Task", "load_task", "read_task_file"]
