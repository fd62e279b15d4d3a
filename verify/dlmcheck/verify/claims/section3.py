"""Theorems 3.2 and 3.3, and the shorter lengths: space linear in the width.

Source: Jiang, Haghtalab, Chen (ICLR 2026), Theorems 3.2 (remasking) and 3.3 (revision); the
shorter constructions are this project's. A row is a construction under an end convention; it is
decided on the serialised schedule: its length, its rounds, and what it samples.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from dlmcheck.model.constructions.remask import compile_remasking
from dlmcheck.model.constructions.revise import compile_revision
from dlmcheck.model.constructions.rows import Banked, rows_of
from dlmcheck.model.constructions.shorter import (
    compile_clocked_remasking,
    compile_clocked_revision,
    compile_growing_revision,
    compile_split_remasking,
    compile_ternary_revision,
)
from dlmcheck.model.domains import seeded_circuit
from dlmcheck.spec.circuit import Circuit, InputKind
from dlmcheck.spec.lattice import Clock, Edits, End, Point, Remasking, Stop
from dlmcheck.spec.schedule import Schedule
from dlmcheck.spec.serial import schedule_from_json, schedule_to_json
from dlmcheck.verify.claims.domains import SEEDS, circuit_seeds, plain_circuits
from dlmcheck.verify.claims.proved_simulation import BANKS_PROOFS, banks_road
from dlmcheck.verify.claims.registry import Claim, Profile, Road, Row, SweepJob
from dlmcheck.verify.claims.t31 import COUPLING, CUT_POINTS, REFERENCE
from dlmcheck.verify.engines.coupling import CouplingVerdict, check_coupling
from dlmcheck.verify.kernel.contents import Simulation
from dlmcheck.verify.kernel.laws import difference
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.simulation import check_simulation
from dlmcheck.verify.kernel.sweep import HOLDS, Outcome, Sweep, fails

Compile = Callable[[Circuit, End], Banked]


def bits(count: int) -> int:
    """ceil(log2(count)) for count >= 1: the cells that a counter of so many values takes."""
    return (count - 1).bit_length()


def ternary_digits(count: int) -> int:
    """ceil(log3(count)) for count >= 1."""
    digits = 0
    while 3**digits < count:
        digits += 1
    return digits


@dataclass(frozen=True)
class Shape:
    """What the lengths are functions of: depth, and the number of slots of each layer.

    Data inputs have no slot, they are the prompt. A layer has at least one cell.
    """

    depth: int
    slots: tuple[int, ...]

    def widest(self, layers: Sequence[int]) -> int:
        """The largest of some layers; 0 for none."""
        return max((max(1, self.slots[t]) for t in layers), default=0)

    @property
    def width(self) -> int:
        """w."""
        return self.widest(range(self.depth + 1))


@dataclass(frozen=True)
class Construction:
    """A way to compile, with the length that is claimed for it (prompt apart)."""

    name: str
    claim: str
    says: str
    compile: Compile
    length: Callable[[Shape], int]
    edits: Edits
    clock: Clock = Clock.STATE_ONLY
    stop: Stop = Stop.ABSORBING


def _parity(shape: Shape, parity: int) -> list[int]:
    """The layers t with t = parity (mod 2)."""
    return [t for t in range(shape.depth + 1) if t % 2 == parity]


def _split_width(shape: Shape) -> int:
    return shape.widest(_parity(shape, 0)) + shape.widest(_parity(shape, 1))


CONSTRUCTIONS = (
    Construction(
        "remasking",
        "T3.2",
        "with remasking, L = 2w + 2 ceil(log2(d+1)) and D = d+1",
        lambda c, end: compile_remasking(c, end=end),
        lambda s: 2 * s.width + 2 * bits(s.depth + 1),
        Edits.REMASK,
    ),
    Construction(
        "revision",
        "T3.3",
        "with revision, L = w + ceil(log2(d+1)) and D = d+1",
        lambda c, end: compile_revision(c, end=end),
        lambda s: s.width + bits(s.depth + 1),
        Edits.REVISE_TOKEN,
    ),
    Construction(
        "revision, mask as a counter symbol",
        "T3-SHORTER",
        "with revision to tokens, L = w + ceil(log2(d+2)) - 1 and D = d+1",
        lambda c, end: compile_growing_revision(c, end=end),
        lambda s: s.width + bits(s.depth + 2) - 1,
        Edits.REVISE_TOKEN,
    ),
    Construction(
        "revision to mask, ternary counter",
        "T3-SHORTER",
        "with revision to tokens and M, L = w + ceil(log3(d+1)) and D = d+1",
        lambda c, end: compile_ternary_revision(c, end=end),
        lambda s: s.width + ternary_digits(s.depth + 1),
        Edits.REVISE_ANY,
    ),
    Construction(
        "remasking, banks of their own",
        "T3-SHORTER",
        "with remasking, L = w_even + w_odd + ceil(log2(floor(d/2)+1)) + "
        "ceil(log2(max(1, ceil(d/2)))) and D = d+1",
        lambda c, end: compile_split_remasking(c, end=end),
        lambda s: _split_width(s) + bits(s.depth // 2 + 1) + bits(max(1, (s.depth + 1) // 2)),
        Edits.REMASK,
    ),
    Construction(
        "revision with a clock",
        "T3-SHORTER",
        "with revision and the round number, L = w and D = d+1",
        lambda c, end: compile_clocked_revision(c, end=end),
        lambda s: s.width,
        Edits.REVISE_TOKEN,
        Clock.ROUND_NUMBER,
        Stop.FIXED_ROUNDS,
    ),
    Construction(
        "remasking with a clock",
        "T3-SHORTER",
        "with remasking and the round number, L = w_even + w_odd and D = d+1",
        lambda c, end: compile_clocked_remasking(c, end=end),
        _split_width,
        Edits.REMASK,
        Clock.ROUND_NUMBER,
        Stop.FIXED_ROUNDS,
    ),
)


class BankedCase:
    """One circuit under every construction, compiled when needed."""

    def __init__(self, circuit: Circuit) -> None:
        self.circuit = circuit
        self._banked: dict[tuple[str, End], Banked] = {}
        self._schedules: dict[tuple[str, End], Schedule] = {}

    def banked(self, construction: Construction, end: End) -> Banked:
        """The compilation, with the hints that it gives for a certificate."""
        key = construction.name, end
        if key not in self._banked:
            self._banked[key] = construction.compile(self.circuit, end)
        return self._banked[key]

    def schedule(self, construction: Construction, end: End) -> Schedule:
        """The schedule as it is after it was written to text and read again."""
        key = construction.name, end
        if key not in self._schedules:
            text = schedule_to_json(self.banked(construction, end).schedule)
            self._schedules[key] = schedule_from_json(text)
        return self._schedules[key]

    @cached_property
    def shape(self) -> Shape:
        """Depth and widths, of the layers that the circuit is taken to have."""
        rows = rows_of(self.circuit).rows
        return Shape(len(rows) - 1, tuple(map(len, rows)))


def has_length(construction: Construction, end: End) -> Callable[[BankedCase], Outcome]:
    """The schedule has the stated length, rounds, edits, clock, end and stop, outputs last."""

    def holds(case: BankedCase) -> Outcome:
        schedule = case.schedule(construction, end)
        data = [i for i in case.circuit.inputs if i.kind is InputKind.DATA]
        found = schedule.length - len(data)
        if found != construction.length(case.shape):
            return fails(f"L = {found}, stated {construction.length(case.shape)}")
        if schedule.rounds != case.shape.depth + 1:
            return fails(f"D = {schedule.rounds}, stated {case.shape.depth + 1}")
        last = tuple(range(schedule.length - len(schedule.output), schedule.length))
        if tuple(sorted(schedule.output)) != last:
            return fails("the output is not in the last cells")
        clocked = construction.clock is Clock.ROUND_NUMBER
        promised = (schedule.edits, bool(schedule.clock_bits), schedule.end, schedule.stop)
        if promised != (construction.edits, clocked, end, construction.stop):
            return fails("the schedule runs under other conventions")
        return HOLDS

    return holds


def has_law(construction: Construction, end: End) -> Callable[[BankedCase], Outcome]:
    """The output law is the circuit's for all data, and every promise of the schedule is kept."""

    def holds(case: BankedCase) -> Outcome:
        found = difference(case.schedule(construction, end), case.circuit)
        return HOLDS if found is None else fails(found.reason)

    return holds


def has_cut_points(construction: Construction, end: End) -> Callable[[BankedCase], Outcome]:
    """The kernel accepts the certificate that the compilation proposes."""

    def holds(case: BankedCase) -> Outcome:
        banked = case.banked(construction, end)
        plan = Simulation(banked.writes, banked.coins)
        try:
            check_simulation("cut", case.schedule(construction, end), case.circuit, plan)
        except Rejected as error:
            return fails(error.reason)
        return HOLDS

    return holds


def is_coupled(construction: Construction, end: End) -> Callable[[BankedCase], Outcome]:
    """The unrolled run and the circuit are the same function of the same coins."""

    def holds(case: BankedCase) -> Outcome:
        result = check_coupling(case.schedule(construction, end), case.circuit)
        if result.verdict is CouplingVerdict.EQUIVALENT:
            return HOLDS
        return fails(f"{result.verdict.value}: {result.reason}")

    return holds


_CHECKS = {
    "length": has_length,
    "law": has_law,
    "cut": has_cut_points,
    "coupling": is_coupled,
}


def _properties(*kinds: str) -> dict[str, Callable[[BankedCase], Outcome]]:
    return {
        f"{kind}:{construction.name}, {end.value}": _CHECKS[kind](construction, end)
        for kind in kinds
        for construction in CONSTRUCTIONS
        for end in End
    }


def _ends(construction: Construction, profile: Profile) -> tuple[End, ...]:
    """The end conventions under which laws are enumerated.

    Without remasking the schedule is the same for both but for what it promises, and the
    stronger promise (the whole state) implies the other; the quick profile stops there.
    """
    same = construction.edits is not Edits.REMASK
    return (End.WHOLE_STATE,) if same and profile is Profile.QUICK else tuple(End)


def _small_laws(profile: Profile) -> Sweep[Circuit, BankedCase]:
    properties = {
        f"law:{c.name}, {end.value}": has_law(c, end)
        for c in CONSTRUCTIONS
        for end in _ends(c, profile)
    }
    return Sweep(plain_circuits(profile), BankedCase, properties)


def _small_cuts(profile: Profile) -> Sweep[Circuit, BankedCase]:
    return Sweep(plain_circuits(profile), BankedCase, _properties("length", "cut"))


def _seeded(profile: Profile) -> Sweep[int, BankedCase]:
    return Sweep(
        circuit_seeds(SEEDS // 4 if profile is Profile.QUICK else SEEDS),
        lambda seed: BankedCase(seeded_circuit(seed)),
        _properties("length", "cut", "coupling"),
    )


JOBS = (
    SweepJob("banks-small", _small_cuts),
    SweepJob("banks-seeded", _seeded),
    SweepJob("banks-laws", _small_laws),
    BANKS_PROOFS,
)


def _enumerated(construction: Construction, end: End) -> Profile:
    """The smallest profile that enumerates this law."""
    return Profile.QUICK if end in _ends(construction, Profile.QUICK) else Profile.FULL


def _rows(claim: str) -> tuple[Row, ...]:
    rows: list[Row] = []
    for construction in CONSTRUCTIONS:
        if construction.claim != claim:
            continue
        for end in End:
            key = f"{construction.name}, {end.value}"
            unmasked = "the whole state" if end is End.WHOLE_STATE else "the output"
            rows.append(
                Row(
                    claim,
                    key.replace(", ", ","),
                    f"{construction.says}; {unmasked} is unmasked at the end",
                    (
                        Road("banks-laws", f"law:{key}", REFERENCE, _enumerated(construction, end)),
                        Road("banks-small", f"cut:{key}", CUT_POINTS),
                        Road("banks-small", f"length:{key}", "measured on the schedule"),
                        Road("banks-seeded", f"cut:{key}", CUT_POINTS),
                        Road("banks-seeded", f"length:{key}", "measured on the schedule"),
                        Road("banks-seeded", f"coupling:{key}", COUPLING),
                        banks_road(construction.name, end),
                    ),
                    Point(
                        edits=construction.edits,
                        remasking=(
                            Remasking.DETERMINISTIC
                            if construction.edits is Edits.REMASK
                            else Remasking.NONE
                        ),
                        clock=construction.clock,
                        end=end,
                        stop=construction.stop,
                    ),
                )
            )
    return tuple(rows)


_SOURCE = "Jiang, Haghtalab, Chen (ICLR 2026), Theorem"
_HYPOTHESES = (
    "strict-layers",
    "enough-rounds",
    "counter-in-front",
    "start-from-mask",
    "F-stops",
    "enough-counter-cells",
)

CLAIMS = (
    Claim(
        "T3.2",
        "remasking simulates a circuit in space linear in its width",
        f"{_SOURCE} 3.2",
        (*_HYPOTHESES, "layer-0-bank", "older-bank-kept"),
        "T3.2",
        _rows("T3.2"),
    ),
    Claim(
        "T3.3",
        "revision simulates a circuit in space linear in its width",
        f"{_SOURCE} 3.3",
        _HYPOTHESES,
        "T3.3",
        _rows("T3.3"),
    ),
    Claim(
        "T3-SHORTER",
        "the lengths of Theorems 3.2 and 3.3 are not optimal by themselves",
        "this project, after " + f"{_SOURCE}s 3.2 and 3.3",
        (),
        "T3-SHORTER",
        _rows("T3-SHORTER"),
    ),
)
