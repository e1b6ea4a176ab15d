"""The harness from Python: the same steps as the command line, typed."""

from harness.api.project import OpenProject, open_project

__all__ = ["OpenProject", "open_project"]
