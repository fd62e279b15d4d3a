"""The domains of circuits over which claims are audited, as the kernel wants them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from dlmcheck.model import domains
from dlmcheck.spec.circuit import Circuit, Op
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.serial import circuit_from_json, circuit_to_json
from dlmcheck.verify.claims.registry import Profile
from dlmcheck.verify.kernel.sweep import Domain

SEEDS = 512
"""Seeds of random circuits; a few give the same circuit, more than 500 are different."""

ORBITS = 41870
"""The number of small circuits up to symmetry (a test recounts it by Burnside's lemma)."""

RANDOM_ORBITS = 6395
"""How many of them have random inputs only and no constant gate (recounted likewise)."""

PLAIN_ORBITS = 692
"""How many of these have no gate that reads a node twice (recounted likewise)."""

X = TypeVar("X")


def small_circuits(profile: Profile) -> Domain[Circuit]:
    """Every circuit over AND, OR, XOR, NOT, ID, 0, 1 with at most two inputs, width, depth.

    Up to symmetry in the quick profile (nodes within a layer, inputs of one kind), one by one in
    the others.
    """
    return _up_to_symmetry() if profile is Profile.QUICK else _one_by_one()


def random_circuits(profile: Profile) -> Domain[Circuit]:
    """Small circuits for claims that cost more: in the quick profile those with random inputs only
    and no constant gate, in the full one all of them up to symmetry.
    """
    if profile is Profile.QUICK:
        return _random()
    return _up_to_symmetry() if profile is Profile.FULL else _one_by_one()


def plain_circuits(profile: Profile) -> Domain[Circuit]:
    """As `random_circuits`, for claims that cost more still, one step smaller in each profile.

    In the quick one no gate reads a node twice either.
    """
    if profile is Profile.QUICK:
        return _restricted(
            "random inputs only, no constant gate, no gate that reads a node twice",
            PLAIN_ORBITS,
            lambda circuit: (
                _random_without_constants(circuit)
                and all(len(set(gate.args)) == len(gate.args) for gate in circuit.gates)
            ),
        )
    return _random() if profile is Profile.FULL else _up_to_symmetry()


def _one_by_one() -> Domain[Circuit]:
    return Domain(
        "small circuits",
        domains.small_circuit_count(),
        domains.small_circuits,
        lambda circuit: domains.is_small(circuit) and domains.as_listed(circuit) == circuit,
        circuit_to_json,
        circuit_from_json,
    )


def _up_to_symmetry() -> Domain[Circuit]:
    return Domain(
        "small circuits up to symmetry",
        ORBITS,
        lambda: (circuit for circuit, _ in domains.small_circuits_up_to_symmetry()),
        lambda circuit: domains.is_small(circuit) and domains.canonical(circuit) == circuit,
        circuit_to_json,
        circuit_from_json,
    )


def _random() -> Domain[Circuit]:
    return _restricted(
        "random inputs only, no constant gate", RANDOM_ORBITS, _random_without_constants
    )


def _random_without_constants(circuit: Circuit) -> bool:
    return not circuit.data_inputs and all(
        gate.op not in (Op.CONST0, Op.CONST1) for gate in circuit.gates
    )


def _restricted(name: str, count: int, kept: Callable[[Circuit], bool]) -> Domain[Circuit]:
    """The small circuits up to symmetry that `kept` keeps; it keeps none with a data input."""
    whole = _up_to_symmetry()
    return Domain(
        f"{whole.name}, {name}",
        count,
        lambda: (c for c, _ in domains.small_circuits_up_to_symmetry(data=False) if kept(c)),
        lambda circuit: kept(circuit) and whole.contains(circuit),
        whole.write,
        whole.read,
    )


def circuit_seeds(count: int = SEEDS) -> Domain[int]:
    """Seeds of random layered circuits (`dlmcheck.model.domains.seeded_circuit`)."""
    return Domain(
        f"random layered circuits of seeds 0 to {count - 1} (inputs, width, depth <= 6)",
        count,
        lambda: range(count),
        lambda seed: 0 <= seed < count,
        str,
        int,
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
