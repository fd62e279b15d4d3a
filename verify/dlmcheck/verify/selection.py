"""Which rows of a registry somebody means: by id of a claim, id of a row, or pattern."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase

from dlmcheck.spec.errors import BadInput
from dlmcheck.verify.claims.registry import Profile, Registry, Row


class UnknownClaim(BadInput):
    """No claim and no row has this id; `near` lists ids that look like it."""

    def __init__(self, name: str, near: tuple[str, ...]) -> None:
        self.name = name
        self.near = near
        super().__init__(
            f"no claim and no row is called {name!r}",
            source="claims",
            expected=f"one of these? {', '.join(near)}" if near else "an id that audit lists",
        )


@dataclass(frozen=True)
class Selection:
    """Rows that were chosen, in the registry's order; with no wanted ids, all of them.

    `unmet` lists the patterns that no row matches in this profile.
    """

    rows: tuple[Row, ...]
    wanted: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()

    def covers(self, row_id: str) -> bool:
        """Whether a row of this id would be chosen, be there one or not."""
        return not self.wanted or any(is_meant(wanted, row_id) for wanted in self.wanted)


def is_meant(wanted: str, row_id: str) -> bool:
    """Whether an id of a claim or row, or a pattern with `*` and `?`, means a row.

    >>> is_meant("T3.1", "T3.1/free"), is_meant("T3.1", "T3.1-EXACT/if"), is_meant("*/f*", "T/f")
    (True, False, True)
    """
    claim = row_id.partition("/")[0]
    if wanted in (claim, row_id):
        return True
    # Brackets mean themselves.
    pattern = wanted.replace("[", "[[]")
    return is_pattern(wanted) and (fnmatchcase(row_id, pattern) or fnmatchcase(claim, pattern))


def is_pattern(wanted: str) -> bool:
    """Whether a name has a wildcard."""
    return "*" in wanted or "?" in wanted


def near(name: str, registry: Registry) -> tuple[str, ...]:
    """Ids of claims and rows that look like a name, the most similar first."""
    ids = [claim.id for claim in registry.claims] + [row.id for row in registry.rows]
    lowered = name.lower()
    close = get_close_matches(name, ids, n=5, cutoff=0.5)
    inside = [one for one in ids if lowered and lowered in one.lower()]
    return tuple(dict.fromkeys([*close, *inside]))[:5]


def select(registry: Registry, wanted: Sequence[str], profile: Profile) -> Selection:
    """The rows that a profile audits, of all claims or of the wanted ones.

    A row all of whose roads begin in a larger profile is left out. Raises `UnknownClaim` for a
    name without wildcards that is no id; a pattern that matches nothing is listed as unmet.
    """
    for name in wanted:
        if not is_pattern(name) and not any(is_meant(name, row.id) for row in registry.rows):
            raise UnknownClaim(name, near(name, registry))
    audited = tuple(row for row in registry.rows if row.roads_of(profile) or not row.roads)
    rows = tuple(
        row for row in audited if not wanted or any(is_meant(name, row.id) for name in wanted)
    )
    unmet = tuple(name for name in wanted if not any(is_meant(name, row.id) for row in rows))
    return Selection(rows, tuple(wanted), unmet)
