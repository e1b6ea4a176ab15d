"""What stands behind a candidate's figure: by class, by field, by size of error."""

from harness.profile.of_run import profile_of
from harness.profile.table import Table

__all__ = ["Table", "profile_of"]
