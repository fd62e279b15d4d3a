"""One round of a schedule from any state, run by the specification, and looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from random import Random

from dlmcheck.spec.circuit import evaluate
from dlmcheck.spec.definition import Configuration
from dlmcheck.spec.errors import IllegalCode
from dlmcheck.spec.sampler import Positions, remask_law, round_law, selection_law
from dlmcheck.spec.schedule import Schedule, clock_value, sampler_of
from dlmcheck.spec.tokens import MASK, PAPER_ENCODING, Code, State
from dlmcheck.verify.engines import smt
from dlmcheck.verify.engines.smt import decide, script
from dlmcheck.verify.kernel.evidence import SolverAnswer
from dlmcheck.verify.kernel.induction import (
    Proof,
    Step,
    check_proof,
    check_step,
    countermodel,
    truth_columns,
)
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.proofs.parity_steps import MadeStep
from dlmcheck.verify.proofs.terms import Argument

Atoms = dict[str, bool]


MOST_ROWS = 32
"""Of a larger truth table so many rows are looked at, drawn with a fixed seed."""


@dataclass(frozen=True)
class Row:
    """Values of a step's atoms, whether all premises hold, and whether the conclusion does."""

    atoms: Atoms
    premises: bool
    conclusion: bool


def rows(step: Step) -> list[Row]:
    """The rows of a step's truth table, or some of them, half of these with all premises."""
    *premises, conclusion = truth_columns(step.circuit)
    names = [one.name for one in step.circuit.inputs]
    every = range(1 << len(names))
    met = [row for row in every if all(column >> row & 1 for column in premises)]
    listed = list(every)
    if len(listed) > MOST_ROWS:
        draw = Random(step.name)
        half = MOST_ROWS // 2
        listed = draw.sample(met, min(half, len(met))) + draw.sample(listed, half)
    return [
        Row(
            {name: bool(row >> i & 1) for i, name in enumerate(names)},
            row in met,
            bool(conclusion >> row & 1),
        )
        for row in listed
    ]


def countermodels(step: Step) -> list[tuple[str, Atoms]]:
    """For each premise atoms under which all others hold and the conclusion does not."""
    return [(premise, countermodel(step, premise)) for premise in step.premises]


def failing(argument: Argument) -> set[str]:
    """The names of the steps and queries of a proof that do not hold."""
    found = {query.name for query in argument.queries if decide(script(query), query.name)}
    for step in argument.proof.every_step:
        *premises, conclusion = truth_columns(step.circuit)
        wrong = ~conclusion & ((1 << (1 << len(step.circuit.inputs))) - 1)
        for premise in premises:
            wrong &= premise
        if wrong:
            found.add(step.name)
    return found


def rejected(steps: Iterable[MadeStep]) -> set[str]:
    """The names of the steps that the kernel rejects because they do not hold."""
    found: set[str] = set()
    for one in steps:
        try:
            check_step(one.step)
        except Rejected as error:
            if " fails at " in error.reason:
                found.add(one.step.name)
    return found


def token(atoms: Atoms, cell: str) -> int:
    """The token of a cell of a step."""
    return MASK if atoms[f"{cell} is masked"] else int(atoms[f"{cell} is 1"])


def selected(schedule: Schedule, state: State, number: int = 1) -> Positions:
    """What F selects, by the specification."""
    (found,) = selection_law(sampler_of(schedule, _data(schedule)), state, number)
    return found


def after(schedule: Schedule, state: State, number: int = 1) -> list[State]:
    """The states that one round can lead to, by the specification."""
    sampler = sampler_of(schedule, _data(schedule))
    return [c.state for c in round_law(sampler, Configuration(state), number)]


def after_seed(schedule: Schedule, state: State, coins: Sequence[bool], number: int = 1) -> State:
    """The state after the write of one round, for given coins, by the schedule's circuits."""
    chosen = selected(schedule, state, number)
    return tuple(
        PAPER_ENCODING.token_of(drawn(schedule, state, i, coins, number)) if i in chosen else old
        for i, old in enumerate(state)
    )


def outcomes(schedule: Schedule, state: State, run: bool, number: int = 1) -> list[State]:
    """The states after a round run by the specification; else for the coins 1, by its circuits.

    None at all if the specification refuses the round, since a code is illegal.
    """
    try:
        if run:
            return after(schedule, state, number)
        return [after_seed(schedule, state, [True] * len(schedule.predictor.inputs), number)]
    except IllegalCode:
        return []


def after_g(schedule: Schedule, state: State, number: int = 1) -> State:
    """What G makes of a state, by the specification."""
    (found,) = remask_law(sampler_of(schedule, _data(schedule)), state, number)
    return found


def drawn(
    schedule: Schedule, state: State, cell: int, coins: Sequence[bool] = (), number: int = 1
) -> Code:
    """The code that the predictor draws for a cell, for given coins (0 where there are more)."""
    fixed = PAPER_ENCODING.encode(state) + clock_value(schedule, number)
    free = len(schedule.predictor.inputs) - len(fixed)
    tossed = (*coins, *[False] * free)[:free]
    bits = evaluate(schedule.predictor, (*fixed, *tossed))
    return bits[2 * cell], bits[2 * cell + 1]


def _data(schedule: Schedule) -> list[bool]:
    return [False] * len(schedule.data_cells)


def always(states: list[State], holds: Callable[[State], bool]) -> bool:
    """Whether something holds in all states that a round can lead to, and there are some."""
    return bool(states) and all(map(holds, states))


def accepted(proof: Proof, answers: SolverAnswer | None = None) -> None:
    """The kernel accepts a proof, and a solver confirms each step and that it can fail."""
    assert check_proof(proof, answers).verdict is Verdict.PROVED
    asked = smt.confirm_steps(proof.every_step)
    assert asked == sum(len(step.premises) + 2 for step in proof.every_step)
