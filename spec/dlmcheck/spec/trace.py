"""A schedule run on given coins: the deterministic, step-by-step reading of a run.

Once every coin is fixed a run is a function, and this is that function. It is what a witness is
replayed with: coins in, states out, every rule of the model checked on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dlmcheck.spec.circuit import Bits, Circuit, InputKind, evaluate
from dlmcheck.spec.errors import ChangesPrompt, LeavesMask
from dlmcheck.spec.lattice import End
from dlmcheck.spec.law import ONE, certain
from dlmcheck.spec.sampler import Sampler, check_write, writable_cells
from dlmcheck.spec.schedule import Schedule, clock_value, sampler_from, start_state
from dlmcheck.spec.tokens import MASK, State

Coins = Callable[[str, int, int], bool]
"""coins(part, round, index): the coin of random input `index` of "predictor", "unmask" or
"remask" in a round (from 1)."""


@dataclass(frozen=True)
class Step:
    """One round of a trace: what was selected, and the states after write and after remask."""

    number: int
    selected: frozenset[int]
    written: State
    remasked: frozenset[int]
    state: State


def one_step(schedule: Schedule, sampler: Sampler, state: State, number: int, coins: Coins) -> Step:
    """One round on given coins, with the same phases and the same checks as `round_law`.

    `sampler` is `sampler_of(schedule, data)` and supplies the edit rules and the prompt. Raises
    `IllegalCode` if a selected position gets the code 11, and the errors of `check_write`.
    """
    encoding = schedule.encoding
    fixed = encoding.encode(state) + clock_value(schedule, number)
    codes = _run(schedule.predictor, fixed, "predictor", number, coins)

    def token(i: int) -> int:
        return encoding.token_of((codes[2 * i], codes[2 * i + 1]), i)

    seen = fixed
    if schedule.unmask_sees_candidates:
        drawn_cells = writable_cells(sampler, state)
        candidates = tuple(token(i) if i in drawn_cells else t for i, t in enumerate(state))
        seen = fixed + encoding.encode(candidates)
    flags = _run(schedule.unmask, seen, "unmask", number, coins)
    selected = frozenset(i for i, flag in enumerate(flags) if flag)
    written = list(state)
    for i in sorted(selected):
        check_write(sampler, state[i], token(i), state, number, i)
        written[i] = token(i)
    _check_prompt(sampler, tuple(written), number)
    after = tuple(written)
    remasked: frozenset[int] = frozenset()
    if schedule.remask is not None:
        again = encoding.encode(after) + clock_value(schedule, number)
        marks = _run(schedule.remask, again, "remask", number, coins)
        remasked = frozenset(i for i, flag in enumerate(marks) if flag)
    final = tuple(MASK if i in remasked else t for i, t in enumerate(after))
    _check_prompt(sampler, final, number)
    return Step(number, selected, after, remasked, final)


def run_on_coins(
    schedule: Schedule, data: Sequence[bool], given: Sequence[bool], coins: Coins
) -> list[Step]:
    """The whole run on given coins: one `Step` per round.

    One path shows one round after the other; whether an absorbing sampler would go on standing
    still is a question to `check_absorbing`. Raises `LeavesMask` if a token is missing at the
    end, and the errors of a round.
    """
    state = start_state(schedule, data, given)
    sampler = sampler_from(schedule, data, certain(state))
    steps: list[Step] = []
    for number in range(1, schedule.rounds + 1):
        steps.append(one_step(schedule, sampler, state, number, coins))
        state = steps[-1].state
    cells = range(schedule.length) if schedule.end is End.WHOLE_STATE else schedule.output
    if any(state[i] == MASK for i in cells):
        raise LeavesMask(state, schedule.rounds, ONE)
    return steps


def output_of(schedule: Schedule, steps: Sequence[Step], start: State) -> State:
    """The output cells at the end of a trace (of the start state, if there was no round)."""
    final = steps[-1].state if steps else start
    return tuple(final[i] for i in schedule.output)


def _check_prompt(sampler: Sampler, state: State, number: int) -> None:
    for cell, token in sampler.prompt:
        if state[cell] != token:
            raise ChangesPrompt(
                f"prompt cell {cell} changes", state=state, round_number=number, position=cell
            )


def _run(circuit: Circuit, fixed: Bits, part: str, number: int, coins: Coins) -> Bits:
    random = sum(1 for i in circuit.inputs if i.kind is InputKind.RANDOM)
    return evaluate(circuit, fixed + tuple(coins(part, number, j) for j in range(random)))
