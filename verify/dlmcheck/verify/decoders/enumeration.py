"""One round of a decoder, enumerated with as few runs of its step as possible.

`spec.decoder.step_law` runs the step once for every outcome of everything that is drawn. Here a
candidate that the step did not look at is not drawn by running the step again: given the path,
the tokens of such revealed cells are independent, so that their laws are multiplied out. The two
give one law (tests).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from dlmcheck.spec.choices import Choices, explore
from dlmcheck.spec.decoder import Candidates, Decoder, Step, apply_step, check_step
from dlmcheck.spec.definition import Configuration
from dlmcheck.spec.law import Law
from dlmcheck.spec.tokens import MASK, State, Token


@dataclass(frozen=True)
class Branch:
    """One way through a step: what it decides, and the revealed candidates it has looked at.

    `left` are the revealed cells it has not looked at: their tokens follow the predictor.
    """

    step: Step
    seen: tuple[tuple[int, Token], ...]
    left: tuple[int, ...]


@dataclass(frozen=True)
class Transition:
    """The law of one round from one configuration.

    `branches` is the law of the branches; `sources` says per cell from which law its token is
    drawn, None if that is not one law per cell; `as_offered` says whether these are the laws that
    the predictor offers; `after` is the law of the next configuration, as
    integer weights over `denominator`.
    """

    branches: Law[Branch]
    sources: dict[int, Law[Token]] | None
    after: dict[Configuration, int]
    denominator: int
    as_offered: bool


def transition(decoder: Decoder, before: Configuration, number: int) -> Transition:
    """Enumerate one round. Raises the errors of `spec.decoder.step_law`."""
    state = before.state
    sources: dict[int, Law[Token]] = {}
    several: set[int] = set()

    def note(cell: int, law: Law[Token]) -> None:
        if sources.setdefault(cell, law) != law:
            several.add(cell)

    def run(choices: Choices) -> Branch:
        candidates = Candidates(lambda cell: decoder.predictor(state, cell), choices)
        step = decoder.step(state, number, before.memory, candidates, choices)
        check_step(decoder, state, number, step)
        revealed = sorted(step.reveal)
        seen = tuple((c, candidates.token(c)) for c in revealed if candidates.was_drawn(c))
        for cell, _ in seen:
            note(cell, candidates.source(cell))
        return Branch(step, seen, tuple(c for c in revealed if not candidates.was_drawn(c)))

    branches = explore(run)
    weights: list[tuple[Configuration, Fraction]] = []
    for branch, weight in branches.items():
        for cell in branch.left:
            note(cell, decoder.predictor(state, cell))
        for cell, token in branch.step.edit:
            if state[cell] == MASK:
                note(cell, Law({token: 1}))
        for tokens, chance in _expanded(decoder, state, branch):
            following = apply_step(state, branch.step, tokens)
            weights.append((Configuration(following, branch.step.memory), weight * chance))
    denominator = lcm(*(weight.denominator for _, weight in weights))
    after: dict[Configuration, int] = {}
    for configuration, weight in weights:
        scaled = weight.numerator * (denominator // weight.denominator)
        after[configuration] = after.get(configuration, 0) + scaled
    as_offered = not several and all(
        law == decoder.predictor(state, cell) for cell, law in sources.items()
    )
    return Transition(branches, None if several else sources, after, denominator, as_offered)


def _expanded(
    decoder: Decoder, state: State, branch: Branch
) -> Iterator[tuple[dict[int, Token], Fraction]]:
    """The tokens of all revealed cells with their probability, given the branch."""
    found: list[tuple[dict[int, Token], Fraction]] = [(dict(branch.seen), Fraction(1))]
    for cell in branch.left:
        law = decoder.predictor(state, cell)
        found = [
            (tokens | {cell: token}, weight * chance)
            for tokens, weight in found
            for token, chance in law.items()
        ]
    yield from found
