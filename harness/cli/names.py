"""Names as the command line takes them."""


def split(text: str | None) -> list[str]:
    """`a,b` as a list; nothing is an empty one."""
    return [part.strip() for part in (text or "").split(",") if part.strip()]
