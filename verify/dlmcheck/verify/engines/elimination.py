"""Certificates for linear circuits, by elimination over GF(2). Nothing here is trusted.

See `kernel.linear` for what the certificate shows.
"""

from __future__ import annotations

from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.schedule import Schedule
from dlmcheck.spec.serial import circuit_to_json, schedule_to_json
from dlmcheck.verify.kernel.contents import Simulation
from dlmcheck.verify.kernel.documents import certificate_text
from dlmcheck.verify.kernel.linear import KIND, Places, Uniform, affine_outputs


def uniform_claim(circuit: Circuit) -> Uniform:
    """The set on which a linear circuit is uniform, with the inverses that show it.

    Raises `Rejected` if the circuit is not linear.
    """
    outputs = affine_outputs(circuit)
    pivots: list[tuple[int, int, int]] = []
    """Per pivot: its coin, a sum of outputs reduced to that coin among the pivots, and which."""
    relations: list[int] = []
    for place, output in enumerate(outputs):
        mask, which = output.coins, 1 << place
        for coin, reduced, combined in pivots:
            if mask >> coin & 1:
                mask, which = mask ^ reduced, which ^ combined
        if mask == 0:
            relations.append(which)
            continue
        new = mask.bit_length() - 1
        pivots = [
            (coin, reduced ^ mask, combined ^ which) if reduced >> new & 1 else
            (coin, reduced, combined)
            for coin, reduced, combined in pivots
        ]  # fmt: skip
        pivots.append((new, mask, which))
    pivots.sort()
    # The last output of a relation is in no other one: it became no pivot.
    own = [which.bit_length() - 1 for which in relations]
    constants: list[bool] = []
    for which in relations:
        constants.append(sum(outputs[place].constant for place in _places(which)) % 2 == 1)
    return Uniform(
        tuple(_places(which) for which in relations),
        tuple(constants),
        tuple(coin for coin, _, _ in pivots),
        tuple(_places(combined) for _, _, combined in pivots),
        tuple((place,) for place in own),
    )


def _places(mask: int) -> Places:
    return tuple(place for place in range(mask.bit_length()) if mask >> place & 1)


def linear_text(
    circuit: Circuit, schedule: Schedule | None = None, certificate: Simulation | None = None
) -> str:
    """A certificate that a linear circuit, or a schedule that samples it, is uniform on a set.

    With a schedule and no cut-point certificate the laws are gone through by whoever checks.
    """
    claim = uniform_claim(circuit)
    more: dict[str, object] = {}
    if schedule is not None:
        more["schedule"] = schedule_to_json(schedule)
        if certificate is not None:
            more["certificate"] = certificate.to_json()
    return certificate_text(
        KIND,
        circuit=circuit_to_json(circuit),
        equations=claim.equations,
        constants=claim.constants,
        coins=claim.coins,
        left=claim.left,
        right=claim.right,
        **more,
    )
