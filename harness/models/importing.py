"""One import of the machine-learning libraries at a time.

transformers fills its modules as they are asked for: a second thread that imports from it meanwhile finds them half
made.
"""

import threading

IMPORTING = threading.RLock()
