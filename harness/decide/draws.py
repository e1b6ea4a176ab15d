"""How many draws of everything there are: figures, costs and latencies of one draw belong together."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DRAWS = 4000
