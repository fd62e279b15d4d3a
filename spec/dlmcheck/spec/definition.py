"""What a sampler is: predictor, policies, edit model, start, length, rounds.

Source: Jiang, Haghtalab, Chen (ICLR 2026), section 2. What a sampler does is in `sampler`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from dlmcheck.spec.errors import BadPoint, RemasksWithoutLicence
from dlmcheck.spec.lattice import Clock, Edits, End, Stop
from dlmcheck.spec.law import Law, certain
from dlmcheck.spec.policies import MemoryUnmasking, RemaskingPolicy, Round, UnmaskingPolicy
from dlmcheck.spec.tokens import MASK, State, Token, all_masked

Predictor = Callable[[State, int, Round], Law[Token]]
"""p_i(. | x) as a function of (x, i, round). Positions are independent given x by construction."""


@dataclass(frozen=True)
class Sampler:
    """A DLM with everything that a run needs.

    `length` is L; `prompt` maps cells to the visible tokens that stand there from the start and
    must stay; `given` is the law of the start on all cells (default: M everywhere but the
    prompt). `output` lists the cells that are read at the end, in order. `rounds` is D.

    Raises `RemasksWithoutLicence` if a remasking policy comes with another edit model, and
    `BadPoint` if it is missing; if a cell, a token, the length or the number of rounds is out of
    range; if the prompt names a cell twice, or `given` contradicts it or has another length; if
    the initial memory is not hashable; and if an absorbing stop is promised with a clock, since
    the rules of the rounds after D are then no part of the sampler.
    """

    length: int
    predictor: Predictor
    unmask: UnmaskingPolicy
    rounds: int
    output: tuple[int, ...]
    edits: Edits = Edits.WRITE_ONCE
    remask: RemaskingPolicy | None = None
    clock: Clock = Clock.STATE_ONLY
    end: End = End.WHOLE_STATE
    stop: Stop = Stop.FIXED_ROUNDS
    vocabulary: int = 2
    prompt: tuple[tuple[int, Token], ...] = ()
    given: Law[State] | None = None

    def __post_init__(self) -> None:
        if self.remask is not None and self.edits is not Edits.REMASK:
            raise RemasksWithoutLicence(f"remasking under edits {self.edits.value}")
        if self.remask is None and self.edits is Edits.REMASK:
            raise BadPoint("edits remask without a remasking policy", source="sampler")
        cells = [*self.output, *(cell for cell, _ in self.prompt)]
        if any(not 0 <= cell < self.length for cell in cells):
            raise BadPoint("an output or prompt cell is out of range", source="sampler")
        if self.rounds < 0 or self.length < 0 or self.vocabulary < 1:
            raise BadPoint("negative rounds or length, or no vocabulary", source="sampler")
        if self.stop is Stop.ABSORBING and self.clock is Clock.ROUND_NUMBER:
            raise BadPoint("an absorbing stop with a round number", source="sampler")
        _check_start(self)

    def start(self) -> Law[State]:
        """The law of the state before round 1."""
        if self.given is not None:
            return self.given
        state = list(all_masked(self.length))
        for cell, token in self.prompt:
            state[cell] = token
        return certain(tuple(state))

    def round_argument(self, number: int) -> Round:
        """What the sampler's functions are told about the round number.

        Raises `BadPoint` for a number below 1.
        """
        if number < 1:
            raise BadPoint(f"round {number}", source="sampler", expected="rounds from 1")
        return number if self.clock is Clock.ROUND_NUMBER else None


def _check_start(sampler: Sampler) -> None:
    prompt = dict(sampler.prompt)
    if len(prompt) != len(sampler.prompt):
        raise BadPoint("the prompt names a cell twice", source="sampler")
    vocabulary = range(sampler.vocabulary)
    if any(token not in vocabulary for token in prompt.values()):
        raise BadPoint("the prompt shows no token of the vocabulary", source="sampler")
    for state in sampler.given or ():
        if len(state) != sampler.length:
            raise BadPoint(f"the given start {state} has another length", source="sampler")
        if any(token != MASK and token not in vocabulary for token in state):
            raise BadPoint(f"the given start {state} has a foreign token", source="sampler")
        if any(state[cell] != token for cell, token in prompt.items()):
            raise BadPoint(f"the given start {state} contradicts the prompt", source="sampler")
    if isinstance(sampler.unmask, MemoryUnmasking):
        try:
            hash(sampler.unmask.initial)
        except TypeError as error:
            raise BadPoint("the initial memory is not hashable", source="sampler") from error


@dataclass(frozen=True)
class Configuration:
    """What a run carries from round to round: the state, and hidden memory if there is any."""

    state: State
    memory: Hashable = None


def initial_configurations(sampler: Sampler) -> Law[Configuration]:
    """The law of the configuration before round 1."""
    memory = sampler.unmask.initial if isinstance(sampler.unmask, MemoryUnmasking) else None
    return sampler.start().map(lambda state: Configuration(state, memory))
