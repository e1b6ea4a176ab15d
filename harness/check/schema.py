"""What a JSON schema says and no answer is held against."""

from harness.check.finding import Finding, Level
from harness.errors import counted
from harness.kinds.kind import Kind
from harness.kinds.schema import unheeded


def findings(kind: Kind) -> list[Finding]:
    """For kinds with a schema: keywords that are misspelt, formats that are not checked here."""
    found = unheeded(kind.schema) if kind.schema is not None else []
    if not found:
        return []
    text = f"{counted(len(found), 'word')} of the schema without effect: no answer is held to what they say."
    return [Finding("schema", Level.WARNING, text, found)]
