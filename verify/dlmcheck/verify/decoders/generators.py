"""Where the global generators of random numbers are: whoever draws from them moves them."""

from __future__ import annotations

import random
import sys
from typing import Any, cast


def global_generators() -> dict[str, object]:
    """Where Python's global generator is, and NumPy's if it is loaded."""
    states: dict[str, object] = {"random": random.getstate()}
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        _, keys, *rest = cast(Any, numpy_random).get_state()
        states["numpy"] = keys.tobytes(), tuple(rest)
    return states
