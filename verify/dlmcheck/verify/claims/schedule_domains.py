"""Seeded schedules as domains that claims are checked on.

Three domains: legal schedules of every kind, nearly legal ones (some break a rule), and small
schedules compiled from circuits. Their sizes are products of the sizes of their axes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations_with_replacement, product

from dlmcheck.model.constructions.write_once import compile_write_once
from dlmcheck.model.domains import as_listed, is_small
from dlmcheck.model.families.inputs import numbered
from dlmcheck.model.legal_schedules import KINDS, coin_count, legal_schedule
from dlmcheck.model.random_schedules import Shape, random_schedule
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.lattice import Edits
from dlmcheck.spec.schedule import Schedule
from dlmcheck.spec.serial import circuit_from_json, circuit_to_json
from dlmcheck.verify.claims.registry import Profile
from dlmcheck.verify.claims.schedule_cases import FEW_COINS, ScheduleCase
from dlmcheck.verify.kernel.sweep import Domain


@dataclass(frozen=True)
class Legal:
    """The legal schedule of a kind (by its number in `KINDS`) and a seed."""

    kind: int
    seed: int

    def schedule(self) -> Schedule:
        """The schedule."""
        return legal_schedule(KINDS[self.kind], self.seed)

    def case(self, profile: Profile = Profile.QUICK) -> ScheduleCase:
        """The schedule with what is looked at."""
        most = FEW_COINS[profile]
        return ScheduleCase(self.schedule(), KINDS[self.kind], most_coins=most)


SEEDS = {Profile.QUICK: 3, Profile.FULL: 12, Profile.DEEP: 48}
"""Seeds for each kind of legal schedule."""

NEARLY_SEEDS = {Profile.QUICK: 6, Profile.FULL: 24, Profile.DEEP: 96}
"""Seeds for each shape of nearly legal schedule."""

KIND_COUNT = 72
"""Six forms of F; three edit models without G, and one with three forms of it; clock or none."""


def legal_schedules(profile: Profile) -> Domain[Legal]:
    """Legal schedules of every kind, smallest first."""
    seeds = SEEDS[profile]
    return Domain(
        f"legal schedules of {KIND_COUNT} kinds, seeds 0 to {seeds - 1}",
        KIND_COUNT * seeds,
        lambda: _legal_by_size(seeds),
        lambda member: 0 <= member.kind < len(KINDS) and 0 <= member.seed < seeds,
        lambda member: f"{KINDS[member.kind]}; seed {member.seed}",
        lambda text: _read_legal(text, seeds),
    )


@cache
def _legal_by_size(seeds: int) -> tuple[Legal, ...]:
    members = [Legal(kind, seed) for kind in range(len(KINDS)) for seed in range(seeds)]
    sizes = {member: _size(member.schedule()) for member in members}
    return tuple(sorted(members, key=lambda m: (sizes[m], m.kind, m.seed)))


def _size(schedule: Schedule) -> tuple[int, int, int, int]:
    gates = len(schedule.predictor.gates) + len(schedule.unmask.gates)
    return schedule.length, schedule.rounds, coin_count(schedule), gates


def _read_legal(text: str, seeds: int) -> Legal:
    for kind, known in enumerate(KINDS):
        for seed in range(seeds):
            if text == f"{known}; seed {seed}":
                return Legal(kind, seed)
    raise BadInput(f"{text!r} is no legal schedule", source="witness")


@dataclass(frozen=True)
class Nearly:
    """The nearly legal schedule of a shape (by its number in `SHAPES`) and a seed."""

    shape: int
    seed: int

    def schedule(self) -> Schedule:
        """The schedule."""
        return random_schedule(SHAPES[self.shape], self.seed)

    def case(self, profile: Profile = Profile.QUICK) -> ScheduleCase:
        """The schedule with what is looked at."""
        return ScheduleCase(self.schedule(), most_coins=FEW_COINS[profile])


SHAPES = tuple(
    Shape(edits, clock, sees, random_unmask, data=shown, given=shown)
    for edits in Edits
    for clock in (False, True)
    for sees in (False, True)
    for random_unmask in (False, True)
    for shown in (0, 1)
)
SHAPE_COUNT = 64
"""Four edit models, and four choices between two."""


def nearly_legal_schedules(profile: Profile) -> Domain[Nearly]:
    """Nearly legal schedules of every shape, smallest first."""
    seeds = NEARLY_SEEDS[profile]

    def read(text: str) -> Nearly:
        for member in _nearly_by_size(seeds):
            if _write_nearly(member) == text:
                return member
        raise BadInput(f"{text!r} is no nearly legal schedule", source="witness")

    return Domain(
        f"nearly legal schedules of {SHAPE_COUNT} shapes, seeds 0 to {seeds - 1}",
        SHAPE_COUNT * seeds,
        lambda: _nearly_by_size(seeds),
        lambda member: 0 <= member.shape < len(SHAPES) and 0 <= member.seed < seeds,
        _write_nearly,
        read,
    )


def _write_nearly(member: Nearly) -> str:
    shape = SHAPES[member.shape]
    parts = [
        shape.edits.value,
        "clock" if shape.clock else "no clock",
        "F sees candidates" if shape.sees_candidates else "F sees the state",
        "coins for F" if shape.random_unmask else "no coins for F",
        "data and given cells" if shape.data else "from M",
    ]
    return f"{', '.join(parts)}; seed {member.seed}"


@cache
def _nearly_by_size(seeds: int) -> tuple[Nearly, ...]:
    members = [Nearly(shape, seed) for shape in range(len(SHAPES)) for seed in range(seeds)]
    sizes = {member: _size(member.schedule()) for member in members}
    return tuple(sorted(members, key=lambda m: (sizes[m], m.shape, m.seed)))


WIDTHS = {Profile.QUICK: 1, Profile.FULL: 2, Profile.DEEP: 2}


def one_layer_count(width: int) -> int:
    """The number of small circuits with one layer of at most so many gates (width 1 or 2).

    Over m inputs, of m + 1 lists of kinds, there are 2 + 2m + 3 m (m + 1) / 2 gates.

    >>> one_layer_count(1)
    61
    """
    total = 0
    for m in range(3):
        gates = 2 + 2 * m + 3 * m * (m + 1) // 2
        total += (m + 1) * sum(gates**k for k in range(1, width + 1))
    return total


def one_layer_circuits(profile: Profile) -> Domain[Circuit]:
    """Every small circuit (`dlmcheck.model.domains`) with exactly one layer of gates."""
    width = WIDTHS[profile]

    def belongs(circuit: Circuit) -> bool:
        one_layer = 1 <= len(circuit.gates) == len(circuit.outputs) <= width
        return one_layer and is_small(circuit) and as_listed(circuit) == circuit

    return Domain(
        f"circuits with at most 2 inputs and one layer, at most {width} wide",
        one_layer_count(width),
        lambda: _one_layer(width),
        belongs,
        circuit_to_json,
        circuit_from_json,
    )


def _one_layer(width: int) -> Iterator[Circuit]:
    for count, random in ((m, r) for m in range(3) for r in range(m + 1)):
        inputs = (
            *(Input(name, InputKind.DATA) for name in numbered("d", count - random)),
            *(Input(name, InputKind.RANDOM) for name in numbered("r", random)),
        )
        pairs = list(combinations_with_replacement(range(count), 2))
        gates = [
            Gate(Op.CONST0),
            Gate(Op.CONST1),
            *(Gate(op, (u,)) for op in (Op.ID, Op.NOT) for u in range(count)),
            *(Gate(op, pair) for pair in pairs for op in (Op.AND, Op.OR, Op.XOR)),
        ]
        for size in range(1, width + 1):
            for chosen in product(gates, repeat=size):
                yield Circuit(inputs, chosen, tuple(range(count, count + size)))


def compiled_case(circuit: Circuit) -> ScheduleCase:
    """The write-once schedule of a circuit, random bits sampled (Theorem 3.1)."""
    return ScheduleCase(compile_write_once(circuit, random_outputs=True).schedule)
