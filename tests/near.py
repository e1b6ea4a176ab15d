"""Near duplicates by character 5-grams."""

import re
from collections.abc import Sequence

import numpy as np
from scipy import sparse

GRAM, NEAR = 5, 0.6


def near_duplicates(texts: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs whose sets of character 5-grams have a Jaccard similarity over 0.6."""
    flat = [re.sub(r"\s+", " ", text.lower()) for text in texts]
    grams = [{text[i : i + GRAM] for i in range(len(text) - GRAM + 1)} for text in flat]
    number: dict[str, int] = {}
    columns = [number.setdefault(gram, len(number)) for found in grams for gram in sorted(found)]
    sizes = np.asarray([len(found) for found in grams])
    starts = np.concatenate([[0], np.cumsum(sizes)])
    table = sparse.csr_matrix((np.ones(len(columns), dtype=np.int32), columns, starts), shape=(len(texts), len(number)))
    shared = (table @ table.T).toarray()
    jaccard = shared / (sizes[:, None] + sizes[None, :] - shared)
    return [(int(i), int(j)) for i, j in np.argwhere(jaccard > NEAR) if i < j]
