"""The steps of a proof about an even-parity sampler, and how one is made from formulas.

Source of the construction: the note T4.1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, unique

from dlmcheck.spec.circuit import Literal
from dlmcheck.verify.kernel.induction import CONCLUSION, Step, truth_columns
from dlmcheck.verify.proofs.local_wires import Atom, Scene
from dlmcheck.verify.proofs.parity_account import Account
from dlmcheck.verify.proofs.positions import Index, Situation, Undecided


@unique
class Kind(Enum):
    """What a step is about."""

    DRAW = "draw"
    WRITE = "write"
    REMASK = "remask"
    TELESCOPING = "telescoping"
    EVEN = "even"
    SEEDS = "seeds from the string"
    STRING = "string from the seeds"


@dataclass(frozen=True, eq=False)
class MadeStep:
    """A step with what it is made of: its kind, the round (0 if none), situation and atoms."""

    step: Step
    kind: Kind
    number: int
    situation: Situation
    atoms: tuple[Atom, ...]


@dataclass(frozen=True, eq=False)
class LocalStep(MadeStep):
    """A step of the proof of an account."""

    account: Account

    @classmethod
    def of(cls, account: Account, made: MadeStep) -> LocalStep:
        """The step, with the account that it was made from."""
        return cls(made.step, made.kind, made.number, made.situation, made.atoms, account)


Premise = tuple[str, Literal]
"""A name, and what is assumed."""


def made_step(
    scene: Scene,
    label: str,
    kind: Kind,
    number: int,
    premises: Sequence[Premise],
    conclusion: Literal,
) -> MadeStep:
    """A step from those of the premises that it needs."""
    situation = scene.frame.situation
    name = f"{label}: {situation.name}"

    def step(chosen: Sequence[Premise]) -> Step:
        outputs = [*(literal for _, literal in chosen), conclusion]
        return Step(name, scene.circuit(outputs, [*(one for one, _ in chosen), CONCLUSION]))

    kept = [premises[k] for k in needed(step(premises))]
    outputs = [*(literal for _, literal in kept), conclusion]
    return MadeStep(step(kept), kind, number, situation, tuple(scene.read_by(outputs)))


def needed(step: Step) -> list[int]:
    """The premises left after dropping, from the last one on, those that the step holds without.

    All of them if it does not hold: what is wrong is for the kernel to say.
    """
    *premises, conclusion = truth_columns(step.circuit)
    wrong = ((1 << (1 << len(step.circuit.inputs))) - 1) & ~conclusion

    def holds(kept: Sequence[int]) -> bool:
        found = wrong
        for k in kept:
            found &= premises[k]
        return not found

    kept = list(range(len(premises)))
    if holds(kept):
        for k in reversed(range(len(premises))):
            fewer = [other for other in kept if other != k]
            if holds(fewer):
                kept = fewer
    return kept


def known_equal(left: Index, right: Index) -> bool:
    """Whether two positions are known to be the same."""
    return known(lambda found: found == right, left)


def known(test: Callable[[Index], bool], index: Index) -> bool:
    """Whether a test is known to hold."""
    try:
        return test(index)
    except Undecided:
        return False
