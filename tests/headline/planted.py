"""What a planted error is: `test_planted_errors` plants one for each claim of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType


@dataclass(frozen=True)
class Planted:
    """What is replaced, in which module, on which road that is seen, and for what reason."""

    job: str
    statement: str
    module: ModuleType
    name: str
    error: object
    reason: str
