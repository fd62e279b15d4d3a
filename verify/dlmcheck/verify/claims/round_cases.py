"""Targets with the numbers of write-once rounds that are claimed for them, as domains of a sweep.

Source: our note ROUNDS-WRITE-ONCE. A case names a target and states a number by a formula; whether
it is so is for two roads to say: the specification's dynamic program, and engines whose
certificates the kernel accepts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import comb

from dlmcheck.model.targets.exact import TokenLaw
from dlmcheck.model.targets.sources import Target
from dlmcheck.spec import law as laws
from dlmcheck.spec.rounds import least_fixed_rounds, least_rounds
from dlmcheck.verify.kernel.sweep import HOLDS, NOT_MET, Domain, Outcome, Sweep, fails
from dlmcheck.verify.rounds.write_once import write_once

DEFINED_CELLS = 5
DEFINED_STATES = 300
"""Up to so many cells, and so many partial states at most, the specification is asked, too."""


@dataclass(frozen=True)
class RoundCase:
    """A target, which statement it belongs to, and the number of rounds that is stated.

    `fixed` is the number stated for schedules fixed in advance, None where nothing is stated.
    """

    group: str
    name: str
    build: Callable[[], TokenLaw]
    stated: int
    fixed: int | None = None
    vocabulary: int = 2

    @property
    def id(self) -> str:
        """A unique name."""
        return f"{self.group} {self.name}"


@dataclass(frozen=True)
class Built:
    """A case with its target."""

    case: RoundCase
    target: Target


Find = Callable[[Built, bool], str]
"""The interval for a case (adaptive or not) as text; empty where this road does not go."""


def by_certificates(built: Built, adaptive: bool) -> str:
    """By the engines, both ends with a certificate that the kernel accepts."""
    return write_once(built.target, adaptive=adaptive).result.interval


def by_definition(built: Built, adaptive: bool) -> str:
    """By the specification, where the target is small."""
    target = built.target
    states = (target.vocabulary + 1) ** target.length
    if target.length > DEFINED_CELLS or states > DEFINED_STATES:
        return ""
    found = least_rounds(target.law) if adaptive else least_fixed_rounds(target.law)
    return "never" if found is None else str(found)


def as_stated(group: str, find: Find) -> Callable[[Built], Outcome]:
    """The property that the cases of a group take the stated numbers of rounds."""

    def holds(built: Built) -> Outcome:
        case = built.case
        if case.group != group:
            return NOT_MET
        found = find(built, True)
        if not found:
            return NOT_MET
        if found != str(case.stated):
            return fails(f"{case.name}: {found} rounds, stated {case.stated}")
        if case.fixed is not None:
            found = find(built, False)
            if found != str(case.fixed):
                return fails(f"{case.name}: fixed {found} rounds, stated {case.fixed}")
        return HOLDS

    return holds


ROADS: dict[str, Find] = {"certificates": by_certificates, "definition": by_definition}


def cases_sweep(name: str, cases: Sequence[RoundCase]) -> Sweep[RoundCase, Built]:
    """A pass over cases: per group and road, that the stated numbers are right."""
    by_id = {case.id: case for case in cases}

    def read(text: str) -> RoundCase:
        if text not in by_id:
            raise ValueError(f"no case {text}")
        return by_id[text]

    domain = Domain(
        name,
        len({(case.group, case.name) for case in cases}),
        lambda: cases,
        lambda case: case in cases,
        lambda case: case.id,
        read,
    )
    return Sweep(
        domain,
        lambda case: Built(case, Target(case.id, case.build(), case.vocabulary)),
        {
            statement(group, road): as_stated(group, find)
            for group in dict.fromkeys(case.group for case in cases)
            for road, find in ROADS.items()
        },
    )


def statement(group: str, road: str) -> str:
    """The name of a statement."""
    return f"rounds of {group}, by {road}"


# --- all uniform laws on few strings -----------------------------------------------------------


def subsets_domain(sizes: Iterable[tuple[int, int]]) -> Domain[tuple[str, ...]]:
    """Uniform laws on sets of bit strings: for each (n, most) all sets of 1 to `most` strings."""
    listed = [(n, min(most, 2**n)) for n, most in sizes]
    shown = ", ".join(f"at most {most} of length {n}" for n, most in listed)

    def members() -> Iterable[tuple[str, ...]]:
        for n, most in listed:
            strings = ["".join(bits) for bits in product("01", repeat=n)]
            for size in range(1, most + 1):
                yield from combinations(strings, size)

    def contains(chosen: tuple[str, ...]) -> bool:
        lengths = {len(string) for string in chosen}
        return (
            len(lengths) == 1
            and list(chosen) == sorted(set(chosen))
            and all(set(string) <= {"0", "1"} for string in chosen)
            and any(n in lengths and len(chosen) <= most for n, most in listed)
        )

    return Domain(
        f"uniform laws on sets of strings: {shown}",
        sum(comb(2**n, size) for n, most in listed for size in range(1, most + 1)),
        members,
        contains,
        " ".join,
        lambda text: tuple(text.split(" ")),
    )


def uniform_on(strings: Sequence[str]) -> TokenLaw:
    """The uniform law on some strings of digits."""
    return laws.uniform(tuple(int(symbol) for symbol in string) for string in strings)
