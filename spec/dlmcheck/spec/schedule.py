"""Schedules: samplers whose predictor and policies are circuits over the two-bit encoding.

Source: Jiang, Haghtalab, Chen (ICLR 2026), section 2: L circuits C_i with 2L state bits and r_i
random bits of their own give the code of position i; F and G are circuits on the same bits.

A schedule is data: it can be written to a file, and whatever the file says is what runs. The
inputs of each of its circuits stand in this order:

    2L state bits      cell i: bit 2i (high), bit 2i+1 (low)
    clock bits         the round number, lowest bit first (none without a clock)
    2L candidate bits  only for an unmasking circuit that sees the candidates
    random bits        fair coins, fresh in every round

The predictor has 2L outputs (high and low bit of each cell's new token), F and G have L.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product, repeat

from dlmcheck.spec.circuit import Bits, Circuit, Input, InputKind, cone, evaluate
from dlmcheck.spec.errors import BadInput, SharedRandomBits
from dlmcheck.spec.lattice import Clock, Edits, End, Stop
from dlmcheck.spec.law import Law, uniform
from dlmcheck.spec.resources import groups_reading, reads, shared_inputs
from dlmcheck.spec.sampler import (
    AfterSamplingUnmasking,
    DeterministicRemasking,
    DeterministicUnmasking,
    IndependentRemasking,
    IndependentUnmasking,
    JointRemasking,
    JointUnmasking,
    Positions,
    RemaskingPolicy,
    Round,
    Sampler,
    UnmaskingPolicy,
)
from dlmcheck.spec.tokens import MASK, PAPER_ENCODING, Encoding, State, Token


def interface(
    length: int, *, clock_bits: int = 0, candidates: bool = False, random: int = 0
) -> tuple[Input, ...]:
    """The inputs, in order, of a circuit on a state of `length` cells.

    >>> [i.name for i in interface(1, random=1)]
    ['x0.high', 'x0.low', 'r0']
    """
    names = [f"x{i}.{half}" for i in range(length) for half in ("high", "low")]
    names += [f"t{j}" for j in range(clock_bits)]
    if candidates:
        names += [f"c{i}.{half}" for i in range(length) for half in ("high", "low")]
    coins = [f"r{j}" for j in range(random)]
    fixed = map(Input, names, repeat(InputKind.DATA))
    return (*fixed, *map(Input, coins, repeat(InputKind.RANDOM)))


@dataclass(frozen=True)
class Schedule:
    """A DLM given by circuits, with the conventions under which it runs.

    `data_cells` are the prompt: the cell that shows each data input. `given_cells` show a fair
    coin each before round 1 (the reading in which layer 0 is free). `output` lists the cells
    read at the end. `labels` are hints for people and for engines (one per cell, or none at
    all); nothing is ever concluded from them.

    Raises `BadInput` if a circuit's interface does not fit, a cell is used twice or does not
    exist, the clock bits do not reach the last round, or an absorbing stop is promised with a
    clock (`Sampler` says why); `SharedRandomBits` if two positions of the predictor read one
    random bit.
    """

    length: int
    rounds: int
    predictor: Circuit
    unmask: Circuit
    output: tuple[int, ...]
    output_names: tuple[str, ...]
    remask: Circuit | None = None
    edits: Edits = Edits.WRITE_ONCE
    clock_bits: int = 0
    unmask_sees_candidates: bool = False
    data_cells: tuple[int, ...] = ()
    data_names: tuple[str, ...] = ()
    given_cells: tuple[int, ...] = ()
    end: End = End.WHOLE_STATE
    stop: Stop = Stop.FIXED_ROUNDS
    encoding: Encoding = PAPER_ENCODING
    labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.length < 0 or self.rounds < 0 or self.clock_bits < 0:
            raise BadInput("negative length, rounds or clock bits", source="schedule")
        if self.clock_bits and self.stop is Stop.ABSORBING:
            raise BadInput("an absorbing stop with a round number", source="schedule")
        clock_value(self, self.rounds)
        _check_interface(self, "predictor", self.predictor, 2 * self.length, candidates=False)
        _check_interface(
            self, "unmask", self.unmask, self.length, candidates=self.unmask_sees_candidates
        )
        if (self.remask is not None) != (self.edits is Edits.REMASK):
            raise BadInput(
                f"edits {self.edits.value} do not fit the presence of a remasking circuit",
                source="schedule",
            )
        if self.remask is not None:
            _check_interface(self, "remask", self.remask, self.length, candidates=False)
        if len(self.output) != len(self.output_names):
            raise BadInput("number of output names differs from output cells", source="schedule")
        if len(self.data_cells) != len(self.data_names):
            raise BadInput("number of data names differs from data cells", source="schedule")
        if self.labels and len(self.labels) != self.length:
            raise BadInput("number of labels differs from the length", source="schedule")
        shown = (*self.data_cells, *self.given_cells)
        for cells in (shown, self.output):
            if len(set(cells)) != len(cells) or any(not 0 <= c < self.length for c in cells):
                raise BadInput(
                    "a cell is named twice or does not exist",
                    source="schedule",
                    expected=f"distinct cells below {self.length}",
                )
        coins = range(2 * self.length + self.clock_bits, len(self.predictor.inputs))
        positions = _positions(self.predictor)
        for node in sorted(shared_inputs(self.predictor, positions, coins)):
            first, second, *_ = groups_reading(self.predictor, positions, node)
            raise SharedRandomBits((first, second), self.predictor.inputs[node].name)


def _positions(predictor: Circuit) -> list[tuple[int, int]]:
    """The two outputs of each position."""
    return list(zip(predictor.outputs[::2], predictor.outputs[1::2], strict=True))


def _check_interface(
    schedule: Schedule, name: str, circuit: Circuit, outputs: int, *, candidates: bool
) -> None:
    fixed = 2 * schedule.length * (2 if candidates else 1) + schedule.clock_bits
    kinds = [i.kind for i in circuit.inputs]
    if kinds != [InputKind.DATA] * fixed + [InputKind.RANDOM] * (len(kinds) - fixed):
        raise BadInput(
            f"the {name} circuit has {len(kinds)} inputs",
            source="schedule",
            expected=f"{fixed} state, clock and candidate bits, then random bits",
        )
    if len(circuit.outputs) != outputs:
        raise BadInput(
            f"the {name} circuit has {len(circuit.outputs)} outputs",
            source="schedule",
            expected=f"{outputs}",
        )


def predictor_reads(schedule: Schedule) -> tuple[frozenset[int], ...]:
    """For each position, the inputs of the predictor circuit in the cone of its two outputs."""
    by_output = reads(schedule.predictor)
    return tuple(by_output[2 * i] | by_output[2 * i + 1] for i in range(schedule.length))


def cells_read(schedule: Schedule, inputs: frozenset[int]) -> frozenset[int]:
    """The cells whose state bits are among some circuit inputs."""
    return frozenset(node // 2 for node in inputs if node < 2 * schedule.length)


def clock_value(schedule: Schedule, number: int) -> Bits:
    """The clock bits of a round number, lowest first. Raises `BadInput` if it does not fit."""
    if schedule.clock_bits == 0:
        return ()
    if not 0 <= number < 1 << schedule.clock_bits:
        raise BadInput(f"round {number} does not fit {schedule.clock_bits} bits", source="clock")
    return tuple(bool(number >> j & 1) for j in range(schedule.clock_bits))


def start_state(schedule: Schedule, data: Sequence[bool], given: Sequence[bool]) -> State:
    """The state before round 1: data and given bits visible, M everywhere else.

    Raises `BadInput` if the number of values does not fit.
    """
    if len(data) != len(schedule.data_cells) or len(given) != len(schedule.given_cells):
        raise BadInput(f"{len(data)} data and {len(given)} given values", source="schedule")
    state: list[Token] = [MASK] * schedule.length
    for cell, value in zip(schedule.data_cells, data, strict=True):
        state[cell] = int(value)
    for cell, value in zip(schedule.given_cells, given, strict=True):
        state[cell] = int(value)
    return tuple(state)


# --- a schedule as a sampler ---------------------------------------------------------------


_Fixed = Callable[[State, Round], Bits]
"""State and round number as the fixed inputs of a circuit."""


@dataclass(frozen=True)
class _Part:
    """The sub-circuit behind some outputs, and how to feed it."""

    circuit: Circuit
    source: Mapping[int, int]

    def law(self, fixed: Bits) -> Law[Bits]:
        """The law of the outputs over the random inputs, the other inputs being fixed."""
        random = [v for v, i in enumerate(self.circuit.inputs) if i.kind is InputKind.RANDOM]
        counts: dict[Bits, int] = {}
        for coins in product((False, True), repeat=len(random)):
            drawn = dict(zip(random, coins, strict=True))
            inputs = [
                drawn[v] if v in drawn else fixed[self.source[v]]
                for v in range(len(self.circuit.inputs))
            ]
            value = evaluate(self.circuit, inputs)
            counts[value] = counts.get(value, 0) + 1
        return Law({value: Fraction(count, 2 ** len(random)) for value, count in counts.items()})


def _part(circuit: Circuit, outputs: Sequence[int]) -> _Part:
    smaller, source = cone(circuit, outputs)
    return _Part(smaller, source)


def _has_random(circuit: Circuit) -> bool:
    return any(i.kind is InputKind.RANDOM for i in circuit.inputs)


def _shares_random(circuit: Circuit) -> bool:
    shared = shared_inputs(circuit, [(output,) for output in circuit.outputs])
    return any(circuit.inputs[node].kind is InputKind.RANDOM for node in shared)


def sampler_of(schedule: Schedule, data: Sequence[bool] = ()) -> Sampler:
    """The sampler that a schedule is, for given data.

    The class of F and G is read off their circuits: deterministic without random bits,
    independent if no random bit reaches two positions, else joint; after-sampling if F sees the
    candidates. Raises `BadInput` if the number of data values does not fit.
    """
    given = [
        start_state(schedule, data, values)
        for values in product((False, True), repeat=len(schedule.given_cells))
    ]
    return sampler_from(schedule, data, uniform(given))


def sampler_from(schedule: Schedule, data: Sequence[bool], start: Law[State]) -> Sampler:
    """As `sampler_of`, but from any law of the start.

    With very many given cells the uniform law on all their values cannot be written down; one
    start can. Raises `BadPoint` if a start does not show the data.
    """
    encoding = schedule.encoding
    rows = [
        _part(schedule.predictor, schedule.predictor.outputs[2 * i : 2 * i + 2])
        for i in range(schedule.length)
    ]

    def fixed(state: State, number: Round) -> Bits:
        return encoding.encode(state) + (() if number is None else clock_value(schedule, number))

    def predictor(state: State, i: int, number: Round) -> Law[Token]:
        codes = rows[i].law(fixed(state, number))
        return codes.map(lambda code: encoding.token_of((code[0], code[1]), i))

    return Sampler(
        length=schedule.length,
        predictor=predictor,
        unmask=_unmasking(schedule, fixed),
        rounds=schedule.rounds,
        output=schedule.output,
        edits=schedule.edits,
        remask=None if schedule.remask is None else _remasking(schedule.remask, fixed),
        clock=Clock.ROUND_NUMBER if schedule.clock_bits else Clock.STATE_ONLY,
        end=schedule.end,
        stop=schedule.stop,
        prompt=tuple(
            (cell, int(value)) for cell, value in zip(schedule.data_cells, data, strict=True)
        ),
        given=start,
    )


def for_data(schedule: Schedule, sampler: Sampler, data: Sequence[bool]) -> Sampler:
    """The sampler of a schedule for other data: only prompt and start differ.

    Raises `BadInput` if the number of data values does not fit.
    """
    given = [
        start_state(schedule, data, values)
        for values in product((False, True), repeat=len(schedule.given_cells))
    ]
    prompt = zip(schedule.data_cells, map(int, data), strict=True)
    return replace(sampler, prompt=tuple(prompt), given=uniform(given))


def _chosen(flags: Bits) -> Positions:
    return frozenset(i for i, flag in enumerate(flags) if flag)


def _unmasking(schedule: Schedule, fixed: _Fixed) -> UnmaskingPolicy:
    circuit = schedule.unmask
    if schedule.unmask_sees_candidates:
        whole = _part(circuit, circuit.outputs)
        return AfterSamplingUnmasking(
            lambda state, candidates, number: whole.law(
                fixed(state, number) + schedule.encoding.encode(candidates)
            ).map(_chosen)
        )
    if not _has_random(circuit):
        return DeterministicUnmasking(
            lambda state, number: _chosen(evaluate(circuit, fixed(state, number)))
        )
    if not _shares_random(circuit):
        parts = [_part(circuit, (output,)) for output in circuit.outputs]
        return IndependentUnmasking(
            lambda state, i, number: parts[i].law(fixed(state, number))[(True,)]
        )
    whole = _part(circuit, circuit.outputs)
    return JointUnmasking(lambda state, number: whole.law(fixed(state, number)).map(_chosen))


def _remasking(circuit: Circuit, fixed: _Fixed) -> RemaskingPolicy:
    if not _has_random(circuit):
        return DeterministicRemasking(
            lambda state, number: _chosen(evaluate(circuit, fixed(state, number)))
        )
    if not _shares_random(circuit):
        parts = [_part(circuit, (output,)) for output in circuit.outputs]
        return IndependentRemasking(
            lambda state, i, number: parts[i].law(fixed(state, number))[(True,)]
        )
    whole = _part(circuit, circuit.outputs)
    return JointRemasking(lambda state, number: whole.law(fixed(state, number)).map(_chosen))
