"""Which rungs so many labels can honestly feed.

The numbers are thresholds of the literature where there are any, and rules of thumb where not: each line says which. A
smaller number makes an approach doubtful, not impossible. A learning curve (`harness curve`) is the better answer; this
is the one that costs nothing.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from harness.check.classes import names_of
from harness.check.finding import Finding, Level
from harness.data.images import is_file
from harness.errors import counted
from harness.kinds.kind import Kind
from harness.types import Item, Rung


@dataclass(frozen=True)
class Need:
    """What an approach asks of labels."""

    rung: Rung
    what: str
    labels: int
    each: Literal["class", "all", "column"]
    """`class`: of each class; `column`: for each column of the input, of the rarest class."""
    source: str


_EXAMPLES = Need(Rung.PROMPTING, "worked examples in the prompt", 1, "class", "rule of thumb")
_RETRIEVED = Need(Rung.RAG, "labelled examples looked up", 5, "class", "rule of thumb: as many as are shown at once")
_FEW_SHOT = Need(Rung.TRAINED, "linear model on words or embeddings", 8, "class", "SetFit, Tunstall et al. 2022")
_LINEAR = Need(
    Rung.TRAINED, "linear model on columns", 10, "column", "events per variable, Peduzzi et al. 1996, disputed since"
)
_PIXELS = Need(Rung.TRAINED, "linear model on pixels", 20, "class", "rule of thumb")
_TREES = Need(Rung.TRAINED, "boosting on columns", 200, "column", "flexible models, van der Ploeg et al. 2014")
_TUNED = Need(Rung.TRAINED, "fine-tuned encoder", 1_000, "all", "unstable below, Zhang et al. 2021")
_CAUSAL = Need(Rung.TRAINED, "fine-tuned language model", 1_000, "all", "LIMA, Zhou et al. 2023")
_NOTHING = Need(Rung.TRAINED, "network from nothing", 5_000, "class", "Goodfellow, Bengio and Courville 2016, ch. 1")


def findings(kind: Kind, taught: Sequence[Item], test: int) -> list[Finding]:
    """One line for each approach that such inputs and answers can have.

    Args:
        kind: of the answers.
        taught: training and validation items.
        test: number of test items.
    """
    tells = counted(test, "test item tells", "test items tell")
    known = f"{tells} a share to within {98 / max(test, 1) ** 0.5:.1f} points at worst (95 %)."
    if not taught:
        return [
            Finding("readiness", Level.NOTE, f"no labels to learn from: zero-shot prompting and rules alone. {known}")
        ]
    lines = [_line(need, kind, taught) for need in _needs(kind, taught)]
    return [Finding("readiness", Level.NOTE, f"{counted(len(taught), 'label')} to learn from. {known}", lines)]


def _needs(kind: Kind, taught: Sequence[Item]) -> list[Need]:
    if is_file(taught[0].input):  # the models of columns read rows of grey values, and no files
        return [_NOTHING]
    if kind.name == "image-label" or isinstance(taught[0].input, list):
        return [_PIXELS, _NOTHING]
    if isinstance(taught[0].input, dict):
        return [_EXAMPLES, _RETRIEVED, _LINEAR, _TREES]
    return [_EXAMPLES, _RETRIEVED, *([_CAUSAL] if kind.name in ("json", "text") else [_FEW_SHOT, _TUNED])]


def _line(need: Need, kind: Kind, taught: Sequence[Item]) -> str:
    answer, count = _held_against(need, kind, taught)
    return f"{answer:<8} {need.rung.value}: {need.what}: {count} ({need.source})"


def _held_against(need: Need, kind: Kind, taught: Sequence[Item]) -> tuple[str, str]:
    names = kind.choices or tuple(getattr(kind, "types", ()))
    counts = Counter(names_of(taught)) if names else Counter()
    if need.each == "column":
        wanted = need.labels * len(taught[0].input)
        has = min(counts[name] for name in names) if names else len(taught)
        of = " of the rarest class" if names else ""
        return _word(has >= wanted), f"{wanted:,}{of} for {counted(len(taught[0].input), 'column')}, {has:,} there"
    if need.each == "all" or not names:
        return _word(len(taught) >= need.labels), f"{counted(need.labels, 'label')}, {len(taught):,} there"
    enough = sum(counts[name] >= need.labels for name in names)
    text = f"{need.labels:,} of each class, {enough} of {len(names)} have them"
    return _word(enough == len(names)) if enough in (0, len(names)) else "in part", text


def _word(enough: bool) -> str:
    return "enough" if enough else "doubtful"
