"""Laws that are small enough for the kernel to list both: whether they are equal, for all data."""

from __future__ import annotations

from collections.abc import Sequence

from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.schedule import Schedule
from dlmcheck.verify.kernel.laws import (
    LawWitness,
    check_law_witness,
    check_same_law,
    difference_for,
)
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.same_law import is_listed
from dlmcheck.verify.kernel.verdicts import Verdict

SOON = 1 << 22
"""Laws are listed besides an affirmative answer if that takes at most so many gates."""


def is_soon_listed(schedule: Schedule, circuit: Circuit) -> bool:
    """Whether both laws are listed in about a second, by a bound on the gates to be evaluated."""
    if not is_listed(schedule, circuit):
        return False
    parts = [schedule.predictor, schedule.unmask, schedule.remask]
    coins = sum(len(part.random_inputs) for part in parts if part is not None)
    gates = sum(len(part.gates) for part in parts if part is not None) + schedule.length
    # So many states at most before the last round, each of them with all of a round's coins.
    states = min(3**schedule.length, 1 << len(schedule.given_cells) + coins * schedule.rounds)
    runs = (1 << len(schedule.data_cells) + coins) * states * schedule.rounds
    return runs * gates <= SOON and len(circuit.gates) << len(circuit.inputs) <= SOON


def listed_verdict(schedule: Schedule, circuit: Circuit) -> Verdict:
    """What the kernel says of both laws for all data; UNKNOWN if they are not listed."""
    if not is_listed(schedule, circuit):
        return Verdict.UNKNOWN
    try:
        return check_same_law("same law", schedule, circuit).verdict
    except Rejected:
        return Verdict.UNKNOWN


def listed_difference(
    schedule: Schedule, circuit: Circuit, data: Sequence[bool]
) -> LawWitness | None:
    """A difference of the laws for these data that the kernel has replayed, if it is small."""
    if not is_listed(schedule, circuit):
        return None
    place = {name: k for k, name in enumerate(schedule.data_names)}
    try:
        ordered = tuple(data[place[circuit.inputs[v].name]] for v in circuit.data_inputs)
        witness = difference_for(schedule, circuit, ordered)
        if witness is None or witness.error:  # of an illegal run there is a wrong run
            return None
        check_law_witness("same law", schedule, circuit, witness)
    except Rejected:  # names in another order: the kernel compares laws as they are written
        return None
    return witness
