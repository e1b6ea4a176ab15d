"""Is it worth going beyond prompting and RAG? Every approach on the same items, with evidence.

From Python:

    from harness import open_project

    project = open_project()
    project.run("document_routing", candidates=["tfidf", "rag"])
    board = project.leaderboard("document_routing")
    board["rag"].metrics["accuracy"].value
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.api import OpenProject as OpenProject
    from harness.api import open_project as open_project

__version__ = "0.1.0"
__all__ = ["OpenProject", "__version__", "open_project"]


def __getattr__(name: str) -> Any:
    """Loads the programming interface when it is first asked for, so that `import harness` costs nothing."""
    if name in ("OpenProject", "open_project"):
        from harness import api

        return getattr(api, name)
    raise AttributeError(f"module 'harness' has no attribute {name!r}")
