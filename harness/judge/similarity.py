"""How near an answer's meaning is to the target's, by the user's embedder; no model is asked."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from harness.judge.judge import Judge
from harness.models.api import Embedder
from harness.types import Call

_AT_ONCE = 16


class SimilarityJudge(Judge):
    """Gives the cosine of answer and target; of several targets, that of the nearest (SAS: Risch et al. 2021)."""

    def __init__(self, embedder: Embedder) -> None:
        super().__init__(1, _AT_ONCE)
        self._embedder = embedder

    async def _once(self, material: Mapping[str, Any], repeat: int, calls: list[Call]) -> tuple[float, str]:
        answer, *targets = await self._embedder.embed([material["answer"], *material["targets"]], calls)
        best = max(float(np.dot(answer, target)) for target in targets)
        return min(max(best, -1.0), 1.0), ""
