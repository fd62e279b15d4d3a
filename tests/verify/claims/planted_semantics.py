"""Wrong semantics and wrong schedules, each with one defect, for the canaries of the lemmas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

from dlmcheck.model.builder import Builder
from dlmcheck.spec.circuit import Circuit, Literal
from dlmcheck.spec.definition import Configuration, Sampler, initial_configurations
from dlmcheck.spec.lattice import Edits, End
from dlmcheck.spec.law import Law, marginal, product_law, uniform
from dlmcheck.spec.sampler import laws_by_round, selection_law, write_law
from dlmcheck.spec.schedule import Schedule, interface
from dlmcheck.spec.tokens import MASK, State
from dlmcheck.spec.trace import Coins, Step, run_on_coins

# --- schedules ---------------------------------------------------------------------------------


def coins_schedule(edits: Edits = Edits.WRITE_ONCE, *, hides: bool = False) -> Schedule:
    """Two cells, two rounds. Every masked cell is drawn by a fair coin; F selects every cell.

    Without revision visible cells keep their token, and with `hides` G hides cell 1 by a coin.
    With revision a coin says whether a visible token is inverted.
    """
    revises = edits in (Edits.REVISE_TOKEN, Edits.REVISE_ANY)
    builder = Builder(interface(2, random=2))
    zero = builder.constant(False)
    rows: list[Literal] = []
    for cell in (0, 1):
        coin, shown = 4 + cell, 2 * cell + 1
        rows += [zero, builder.xor(coin, shown) if revises else builder.mux(2 * cell, coin, shown)]
    unmask = Builder(interface(2))
    remask = Builder(interface(2, random=1))
    nothing = remask.constant(False)
    return Schedule(
        length=2,
        rounds=2,
        predictor=builder.build(rows),
        unmask=unmask.build([unmask.constant(True)] * 2),
        remask=remask.build([nothing, 4 if hides else nothing]) if edits is Edits.REMASK else None,
        output=(),
        output_names=(),
        edits=edits,
        end=End.OUTPUT_ONLY,
    )


def chain_schedule() -> Schedule:
    """Cell 0 is a coin that round 1 writes; round 1 also writes cell 1: 0, or what cell 0 shows."""
    builder = Builder(interface(2, random=1))
    zero = builder.constant(False)
    first = builder.mux(0, 4, 1)
    second = builder.mux(2, 1, 3)
    unmask = Builder(interface(2))
    return Schedule(
        length=2,
        rounds=1,
        predictor=builder.build([zero, first, zero, second]),
        unmask=unmask.build([0, 2]),
        output=(),
        output_names=(),
        end=End.OUTPUT_ONLY,
    )


def with_row(schedule: Schedule, cell: int, high: bool, low: bool) -> Schedule:
    """The schedule with one cell's row replaced by a certain code."""
    old = schedule.predictor
    builder = Builder(old.inputs, share=False)
    for gate in old.gates:
        builder.gate(gate.op, gate.args)
    outputs = list(old.outputs)
    outputs[2 * cell : 2 * cell + 2] = [builder.constant(high), builder.constant(low)]
    return replace(schedule, predictor=builder.build(outputs))


def idle(schedule: Schedule) -> Schedule:
    """The schedule with an F that selects nothing."""
    builder = Builder(schedule.unmask.inputs)
    nothing = builder.constant(False)
    return replace(schedule, unmask=builder.build([nothing] * schedule.length))


def half_renumbered(schedule: Schedule, order: Sequence[int]) -> Schedule:
    """A wrong renumbering: the outputs of F stay where they were, and nothing else changes."""
    del order
    flags = schedule.unmask.outputs
    turned: Circuit = replace(schedule.unmask, outputs=(*flags[1:], flags[0]))
    return replace(schedule, unmask=turned)


# --- semantics ---------------------------------------------------------------------------------


def one_cell_after_the_other(sampler: Sampler) -> list[Law[Configuration]]:
    """A wrong round: selected cells are drawn in turn, and each sees those drawn before it."""
    law = initial_configurations(sampler)
    laws = [law]
    for number in range(1, sampler.rounds + 1):
        law = law.bind(_in_turn(sampler, number))
        laws.append(law)
    return laws


def _in_turn(sampler: Sampler, number: int) -> Callable[[Configuration], Law[Configuration]]:
    def draw(state: State, cell: int) -> Law[State]:
        row = sampler.predictor(state, cell, sampler.round_argument(number))
        return row.map(lambda token: (*state[:cell], token, *state[cell + 1 :]))

    def after(before: Configuration) -> Law[Configuration]:
        def written(chosen: frozenset[int]) -> Law[State]:
            law = Law({before.state: 1})
            for cell in sorted(chosen):
                # mypy infers no type for a lambda with a default.
                law = law.bind(lambda state, cell=cell: draw(state, cell))  # type: ignore[misc]
            return law

        states = selection_law(sampler, before.state, number).bind(written)
        return states.map(Configuration)

    return after


def weights_forgotten(sampler: Sampler) -> list[Law[Configuration]]:
    """A wrong merge: the outcomes are kept, how likely they are is not."""
    return [uniform(sorted(law, key=repr)) for law in laws_by_round(sampler)]


def memory_forgotten(sampler: Sampler) -> list[Law[Configuration]]:
    """A wrong merge: equal states are merged after each round, and the memory starts anew."""
    law = initial_configurations(sampler)
    memory = next(iter(law)).memory
    laws = [law]
    for number in range(1, sampler.rounds + 1):
        one = replace(sampler, rounds=1, given=law.map(lambda c: c.state))
        del number
        law = laws_by_round(one)[-1].map(lambda c: Configuration(c.state, memory))
        laws.append(law)
    return laws


def flipping_write(sampler: Sampler, before: Configuration, number: int) -> Law[Configuration]:
    """A wrong write: visible tokens are inverted on the way."""

    def flipped(after: Configuration) -> Configuration:
        state = tuple(
            1 - old if old != MASK else new
            for old, new in zip(before.state, after.state, strict=True)
        )
        return Configuration(state, after.memory)

    return write_law(sampler, before, number).map(flipped)


def flipping_trace(
    schedule: Schedule, data: Sequence[bool], given: Sequence[bool], coins: Coins
) -> list[Step]:
    """A wrong run on coins: what is visible at the end of a round is inverted in it."""

    def flipped(step: Step) -> Step:
        state = tuple(t if t == MASK else (1 - t + step.number) % 2 for t in step.state)
        return replace(step, written=state, state=state)

    return [flipped(step) for step in run_on_coins(schedule, data, given, coins)]


def hiding_trace(
    schedule: Schedule, data: Sequence[bool], given: Sequence[bool], coins: Coins
) -> list[Step]:
    """A wrong run on coins: every second round ends with all cells masked."""
    steps = run_on_coins(schedule, data, given, coins)
    hidden = (MASK,) * schedule.length
    return [replace(s, state=hidden) if s.number % 2 == 0 else s for s in steps]


def stale_trace(
    schedule: Schedule, data: Sequence[bool], given: Sequence[bool], coins: Coins
) -> list[Step]:
    """A wrong run on coins: all rounds toss the coins of round 1."""
    return run_on_coins(schedule, data, given, lambda part, number, j: coins(part, 1, j))


def returning_trace(
    schedule: Schedule, data: Sequence[bool], given: Sequence[bool], coins: Coins
) -> list[Step]:
    """A wrong run on coins: the last round comes back to the state after the first."""
    steps = run_on_coins(schedule, data, given, coins)
    return [*steps[:-1], replace(steps[-1], state=steps[0].state)]


def one_coin_trace(
    schedule: Schedule, data: Sequence[bool], given: Sequence[bool], coins: Coins
) -> list[Step]:
    """A wrong run on coins: all positions of a circuit share its first coin."""
    return run_on_coins(schedule, data, given, lambda part, number, j: coins(part, number, 0))


def lawless_trace(
    schedule: Schedule, data: Sequence[bool], given: Sequence[bool], coins: Coins
) -> list[Step]:
    """A wrong run on coins: no rule is checked, and nothing happens."""
    del schedule, data, given, coins
    return []


# --- dependence --------------------------------------------------------------------------------

Engine = Callable[[Sampler], Law[Configuration]]


def _changed(engine: Engine, change: Callable[[Law[State]], Law[State]], given: bool) -> Engine:
    """An engine whose law of the state is changed: given the memory, or without regard to it."""

    def changed(sampler: Sampler) -> Law[Configuration]:
        law = engine(sampler)
        if not given:
            law = law.map(lambda c: Configuration(c.state))
        weights: dict[Configuration, Fraction] = {}
        for memory in {configuration.memory for configuration in law}:
            # mypy infers no type for a lambda with a default.
            mass = law.probability(lambda c, memory=memory: c.memory == memory)  # type: ignore[misc]
            part = law.given(lambda c, memory=memory: c.memory == memory)  # type: ignore[misc]
            for state, weight in change(part.map(lambda c: c.state)).items():
                weights[Configuration(state, memory)] = weight * mass
        return Law(weights)

    return changed


def _comonotone(law: Law[State]) -> Law[State]:
    """The cells keep their own laws, and are all read off one uniform number."""
    cells = [marginal(law, i) for i in range(2)]
    columns = [sorted(cell.items()) for cell in cells]
    weights: dict[State, Fraction] = {}
    places = [0, 0]
    left = [columns[0][0][1], columns[1][0][1]]
    while True:
        state = (columns[0][places[0]][0], columns[1][places[1]][0])
        step = min(left)
        weights[state] = weights.get(state, Fraction(0)) + step
        left = [rest - step for rest in left]
        for i in range(2):
            if left[i] == 0:
                places[i] += 1
                if places[i] == len(columns[i]):
                    return Law(weights)
                left[i] = columns[i][places[i]][1]


def one_number_for_all_cells(engine: Engine, *, given: bool) -> Engine:
    """A wrong round: the cells are drawn with one random number."""
    return _changed(engine, _comonotone, given)


def cells_apart(engine: Engine, *, given: bool) -> Engine:
    """A wrong round: each cell goes its own way, whatever joins them."""
    return _changed(engine, lambda law: product_law(marginal(law, i) for i in range(2)), given)
