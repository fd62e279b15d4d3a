"""The domains of circuits over which claims are audited, as the kernel wants them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from dlmcheck.model import domains
from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.serial import circuit_from_json, circuit_to_json
from dlmcheck.verify.claims.registry import Profile
from dlmcheck.verify.kernel.sweep import Domain

SEEDED = 500
ORBITS = 41870
"""The number of small circuits up to symmetry (a test recounts it by Burnside's lemma)."""

X = TypeVar("X")


def small_circuits(profile: Profile) -> Domain[Circuit]:
    """Every circuit over AND, OR, XOR, NOT, ID, 0, 1 with at most two inputs, width, depth.

    Up to symmetry in the quick profile (nodes within a layer, inputs of one kind), one by one in
    the others.
    """
    if profile is Profile.QUICK:
        return Domain(
            "small circuits up to symmetry",
            ORBITS,
            lambda: (circuit for circuit, _ in domains.small_circuits_up_to_symmetry()),
            lambda circuit: domains.is_small(circuit) and domains.canonical(circuit) == circuit,
            circuit_to_json,
            circuit_from_json,
        )
    return Domain(
        "small circuits",
        domains.small_circuit_count(),
        domains.small_circuits,
        domains.is_small,
        circuit_to_json,
        circuit_from_json,
    )


def seeded_circuits(count: int = SEEDED) -> Domain[Circuit]:
    """Random layered circuits of consecutive seeds, inputs, width and depth at most 6."""

    def seed_of(circuit: Circuit) -> int | None:
        text = circuit_to_json(circuit)
        return known.get(text)

    known = {circuit_to_json(circuit): seed for seed, circuit in domains.seeded_circuits(count)}
    return Domain(
        f"random layered circuits, seeds 0 to {count - 1}",
        count,
        lambda: (circuit for _, circuit in domains.seeded_circuits(count)),
        lambda circuit: seed_of(circuit) is not None,
        circuit_to_json,
        circuit_from_json,
    )


def listed(
    name: str,
    members: Sequence[X],
    write: Callable[[X], str],
) -> Domain[X]:
    """A domain that is a list; a member is read back by looking its text up."""

    def read(text: str) -> X:
        for member in members:
            if write(member) == text:
                return member
        raise BadInput("no member of this domain", source=name)

    return Domain(
        name, len(members), lambda: members, lambda member: member in members, write, read
    )


def numbers(name: str, values: Iterable[int]) -> Domain[int]:
    """A domain of integers."""
    return listed(name, tuple(values), str)
