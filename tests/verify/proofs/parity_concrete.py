"""Steps of the even-parity proofs on concrete schedules: states, coins, rounds that run.

An instance of a step is a number for each of its situation's integers and a bit for each of its
atoms. What the step concludes is looked at in the schedule that runs: its circuits are evaluated
by the specification on the state and the coins of the instance, and the account's formulas on
numbers instead of symbolic positions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial

from dlmcheck.model.samplers.local_rules import LocalSampler
from dlmcheck.spec.circuit import Circuit, Literal, evaluate
from dlmcheck.spec.definition import Configuration
from dlmcheck.spec.errors import IllegalSampler
from dlmcheck.spec.sampler import check_write, remask_law, write_law
from dlmcheck.spec.schedule import Schedule, clock_value, sampler_of
from dlmcheck.spec.tokens import MASK, State
from dlmcheck.verify.proofs.local_wires import CANDIDATE, CLOCK, MASKED, TOKEN, Scene
from dlmcheck.verify.proofs.parity_account import (
    PREFIX,
    SPARE,
    START,
    STRING,
    UNIT,
    UNITS,
    Account,
    Bits,
    Formula,
    Stage,
    Strings,
)
from dlmcheck.verify.proofs.parity_steps import Kind, LocalStep
from dlmcheck.verify.proofs.positions import Frame, Index, Situation, equal

Value = Callable[[str, int], bool]
"""The bit of a family at a number."""

BY_LAW = 5
"""Up to this n a round is also looked for in the law of the specification."""


@cache
def schedule_of(sampler: LocalSampler, n: int) -> Schedule:
    return sampler.schedule(n)


# --- a schedule on given coins -------------------------------------------------------------


def _outputs(
    schedule: Schedule,
    circuit: Circuit,
    state: State,
    number: int,
    coins: Callable[[int], bool],
    candidates: State | None = None,
) -> tuple[bool, ...]:
    fixed = schedule.encoding.encode(state) + clock_value(schedule, number)
    if candidates is not None:
        fixed += schedule.encoding.encode(candidates)
    return evaluate(circuit, [*fixed, *map(coins, range(len(circuit.random_inputs)))])


def drawn(schedule: Schedule, state: State, number: int, coins: Callable[[int], bool]) -> State:
    """What the predictor writes into every cell, for its coins."""
    bits = _outputs(schedule, schedule.predictor, state, number, coins)
    pairs = zip(bits[::2], bits[1::2], strict=True)
    return tuple(schedule.encoding.token_of(pair, i) for i, pair in enumerate(pairs))


def shown(state: State, tokens: State) -> State:
    """The candidates: what is drawn, and of visible cells what they show."""
    return tuple(new if old == MASK else old for old, new in zip(state, tokens, strict=True))


def selected(
    schedule: Schedule,
    state: State,
    number: int,
    coins: Callable[[int], bool],
    candidates: State | None,
) -> tuple[bool, ...]:
    return _outputs(schedule, schedule.unmask, state, number, coins, candidates)


def remasked(schedule: Schedule, state: State, number: int) -> State:
    assert schedule.remask is not None
    marks = _outputs(schedule, schedule.remask, state, number, lambda _: False)
    return tuple(MASK if mark else x for mark, x in zip(marks, state, strict=True))


def run(schedule: Schedule, coins: Value) -> State:
    """The state after the last round, for given coins of every round; every write is legal."""
    sampler = sampler_of(schedule)
    state: State = (MASK,) * schedule.length
    for number in range(1, schedule.rounds + 1):
        tokens = drawn(schedule, state, number, partial(coins, f"p{number}"))
        seen = shown(state, tokens) if schedule.unmask_sees_candidates else None
        flags = selected(schedule, state, number, partial(coins, f"F{number}"), seen)
        written = tuple(
            new if flag else old for flag, new, old in zip(flags, tokens, state, strict=True)
        )
        for i, flag in enumerate(flags):
            if flag:
                check_write(sampler, state[i], tokens[i], state, number, i)
        state = written if schedule.remask is None else remasked(schedule, written, number)
    return state


# --- instances -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Instance:
    """A step on numbers: the situation's integers, and the bits of its atoms by family and place.

    `other` gives the bits of families and places that the step has no atom for.
    """

    step: LocalStep
    integers: Mapping[str, int]
    bits: Mapping[tuple[str, int], bool]
    other: Value

    @property
    def account(self) -> Account:
        return self.step.account

    @property
    def units(self) -> int:
        return self.integers[UNITS]

    @property
    def unit(self) -> int:
        return self.integers[UNIT]

    @property
    def n(self) -> int:
        return self.account.layout.length(self.units)

    @property
    def cells(self) -> tuple[int, ...]:
        return self.account.layout.cells(self.unit)

    @property
    def schedule(self) -> Schedule:
        return schedule_of(self.account.sampler, self.n)

    def bit(self, family: str, place: int) -> bool:
        found = self.bits.get((family, place))
        return self.other(family, place) if found is None else found

    @property
    def number(self) -> int:
        """The round number that the clock shows."""
        clock = self.account.sampler.clock_bits
        if not any(family == CLOCK for family, _ in self.bits):
            return self.step.number
        return max(1, sum(self.bit(CLOCK, j) << j for j in range(clock)))

    @property
    def state(self) -> State:
        return tuple(
            MASK if self.bit(MASKED, i) else int(self.bit(TOKEN, i)) for i in range(self.n)
        )


def instance(
    step: LocalStep, integers: Mapping[str, int], values: Mapping[str, bool], other: Value
) -> Instance:
    """A step on numbers, with values of its atoms by name."""
    bits = {
        (atom.family, atom.index.value(integers)): values[atom.name]
        for atom in step.atoms
        if atom.name in values
    }
    return Instance(step, integers, bits, other)


def formula_bits(
    account: Strings, units: int, make: Callable[[Formula], Sequence[Literal]], value: Value
) -> tuple[bool, ...]:
    """Formulas of an account on numbers."""
    frame = Frame(Situation("here", (equal(UNIT, 0), equal(UNITS, units))))
    scene = Scene(frame)
    literals = make(Formula(scene, account))
    atoms = [value(atom.family, atom.index.value({UNIT: 0, UNITS: units})) for atom in scene.atoms]
    circuit = scene.builder.build(literals)
    return evaluate(circuit, [*atoms, *[False] * (len(circuit.inputs) - len(atoms))])


def of_unit(one: Instance, bits: Bits, unit: int, value: Value) -> tuple[bool, ...]:
    """A stage's bits at one unit."""
    return formula_bits(one.account, one.units, lambda f: bits(f, f.at(unit)), value)


# --- what a step concludes, on the schedule that runs --------------------------------------


def concluded(one: Instance) -> bool:
    """Whether the step's conclusion is true of the instance."""
    if one.step.number:
        return _round_concluded(one)
    return {
        Kind.TELESCOPING: _telescopes,
        Kind.EVEN: _is_even,
        Kind.SEEDS: _gives_seeds,
        Kind.STRING: _gives_string,
    }[one.step.kind](one)


def stages(step: LocalStep) -> tuple[Stage, Stage | None, Bits | None]:
    """What is claimed after the step's phase: after the write, after remasking, candidates."""
    account = step.account
    if step.number > len(account.rounds):
        final = account.final
        return final, final, account.output
    found = account.rounds[step.number - 1]
    return found.written, found.remasked, found.candidates


def before(step: LocalStep) -> Stage:
    """What is claimed before the step's phase."""
    written, _, _ = stages(step)
    if step.kind is Kind.REMASK:
        return written
    if step.number == 1:
        return START
    found = step.account.rounds[step.number - 2]
    return found.written if found.remasked is None else found.remasked


def _round_concluded(one: Instance) -> bool:
    schedule, step, state = one.schedule, one.step, one.state
    written, after_remasking, candidates = stages(step)
    tokens = drawn(schedule, state, one.number, lambda i: one.bit(f"p{step.number}", i))
    if step.kind is Kind.DRAW:
        assert candidates is not None
        wanted = of_unit(one, candidates, one.unit, one.bit)
        found = shown(state, tokens)
        return all(found[c] == int(w) for c, w in zip(one.cells, wanted, strict=True))
    if step.kind is Kind.REMASK:
        assert after_remasking is not None
        new = remasked(schedule, state, one.number)
        if one.n <= BY_LAW:
            assert set(remask_law(sampler_of(schedule), state, one.number)) == {new}
        return _shows(one, new, after_remasking)
    if schedule.unmask_sees_candidates:
        tokens = tuple(int(one.bit(CANDIDATE, i)) for i in range(one.n))
    seen = tokens if schedule.unmask_sees_candidates else None
    flags = selected(schedule, state, one.number, lambda i: one.bit(f"F{step.number}", i), seen)
    new = tuple(t if flag else x for flag, t, x in zip(flags, tokens, state, strict=True))
    legal = [_is_legal(schedule, state, tokens, i) or not flags[i] for i in range(one.n)]
    if one.n <= BY_LAW and all(legal) and seen is None:
        law = write_law(sampler_of(schedule), Configuration(state), one.number)
        assert Configuration(new) in law
    return all(legal[c] for c in one.cells) and _shows(one, new, written)


def _is_legal(schedule: Schedule, state: State, tokens: State, cell: int) -> bool:
    try:
        check_write(sampler_of(schedule), state[cell], tokens[cell], state, 1, cell)
    except IllegalSampler:
        return False
    return True


def _shows(one: Instance, state: State, stage: Stage) -> bool:
    masks = of_unit(one, stage.masked, one.unit, one.bit)
    values = of_unit(one, stage.value, one.unit, one.bit)
    return all(
        (state[c] == MASK) == mask and (state[c] == 1) == value
        for c, mask, value in zip(one.cells, masks, values, strict=True)
    )


def _prefix(one: Instance, string: State, unit: int) -> bool:
    """The parity of a string up to a unit, unless the instance says otherwise."""
    found = one.bits.get((PREFIX, unit))
    if found is not None:
        return found
    layout = one.account.layout
    units = range(layout.first, unit + 1)
    return sum(string[c] for v in units for c in layout.cells(v)) % 2 == 1


def _added(one: Instance) -> bool:
    string = run(one.schedule, one.bit)
    return _prefix(one, string, one.unit - 1) ^ (sum(string[c] for c in one.cells) % 2 == 1)


def _telescopes(one: Instance) -> bool:
    account = one.account
    (carry,) = formula_bits(
        account, one.units, lambda f: [account.carry(f, f.at(one.unit))], one.bit
    )
    return _added(one) == carry


def _is_even(one: Instance) -> bool:
    return not _added(one)


def spare_bit(account: Strings, units: int, unit: int, coins: Value) -> bool | None:
    """The spare bit of a unit for given coins; None if it has none."""

    def make(f: Formula) -> list[Literal]:
        spare = account.spare_of(f, f.at(unit))
        return [] if spare is None else [spare]

    found = formula_bits(account, units, make, coins)
    return found[0] if found else None


def decoded(account: Strings, units: int, unit: int, value: Value) -> dict[tuple[str, int], bool]:
    """The coins of a unit, read off the string."""
    places: list[tuple[str, Index]] = []

    def make(f: Formula) -> list[Literal]:
        places.extend(account.seeds(f, f.at(unit)))
        return [account.decode(f, family, index) for family, index in places]

    found = formula_bits(account, units, make, value)
    names = [(family, index.value({UNIT: 0, UNITS: units})) for family, index in places]
    return dict(zip(names, found, strict=True))


def _gives_seeds(one: Instance) -> bool:
    string = run(one.schedule, one.bit)

    def value(family: str, place: int) -> bool:
        if family == STRING:
            return string[place] == 1
        if family == PREFIX:
            return _prefix(one, string, place)
        assert family == SPARE
        spare = spare_bit(one.account, one.units, place, one.bit)
        assert spare is not None
        return spare

    found = decoded(one.account, one.units, one.unit, value)
    return all(one.bit(*coin) == bit for coin, bit in found.items())


def _gives_string(one: Instance) -> bool:
    string = tuple(int(one.bit(STRING, i)) for i in range(one.n))

    def value(family: str, place: int) -> bool:
        return _prefix(one, string, place) if family == PREFIX else one.bit(family, place)

    coins: dict[tuple[str, int], bool] = {}
    for unit in range(one.account.layout.first, one.units):
        coins |= decoded(one.account, one.units, unit, value)
    made = run(one.schedule, lambda family, place: coins.get((family, place), False))
    spare = spare_bit(one.account, one.units, one.unit, lambda family, place: coins[family, place])
    fits = spare is None or spare == one.bit(SPARE, one.unit)
    return fits and all(made[c] == string[c] for c in one.cells)
