"""How much an audit does. Apart from the registry, so that the command line starts without it."""

from __future__ import annotations

from enum import Enum, unique


@unique
class Profile(Enum):
    """How much an audit does: the domains grow, the statements stay."""

    QUICK = "quick"
    FULL = "full"
    DEEP = "deep"
