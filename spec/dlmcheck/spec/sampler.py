"""The semantics of a diffusion language model: predictor, policies, one round, a run.

Source: Jiang, Haghtalab, Chen (ICLR 2026), section 2. A round from state x:

    select   S = F(x)
    draw     candidates x'_i ~ p_i(. | x), independently over i
    write    x'_i replaces x_i for i in S
    remask   x''_i = M for i in G(x')

A run is D rounds from M^L, or from a prompt. Everything here is exact and enumerates; nothing is
cached and nothing is fast. Rounds are numbered from 1. Where the sampler has no clock, its
functions are handed None for the round number, so that they cannot depend on it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from dlmcheck.spec.errors import (
    BadPoint,
    ChangesPrompt,
    LeavesMask,
    NotAbsorbing,
    RemasksWithoutLicence,
    SelectsNoCell,
    WritesForeignToken,
    WritesMask,
    WritesVisibleToken,
)
from dlmcheck.spec.lattice import Clock, Edits, End, Remasking, Stop, Unmasking
from dlmcheck.spec.law import Law, certain, product_law
from dlmcheck.spec.tokens import MASK, State, Token, all_masked, masked_positions

Round = int | None
"""The round number, or None for a sampler without a clock."""
Positions = frozenset[int]
Predictor = Callable[[State, int, Round], Law[Token]]
"""p_i(. | x) as a function of (x, i, round). Positions are independent given x by construction."""


# --- unmasking policies F ------------------------------------------------------------------


@dataclass(frozen=True)
class DeterministicUnmasking:
    """S is a function of the state (and the clock)."""

    select: Callable[[State, Round], Positions]


@dataclass(frozen=True)
class IndependentUnmasking:
    """Position i is selected with probability rate(x, i), independently over i."""

    rate: Callable[[State, int, Round], Fraction]


@dataclass(frozen=True)
class SameRateUnmasking:
    """Each masked position is selected independently at one common rate (exchangeable)."""

    rate: Callable[[State, Round], Fraction]


@dataclass(frozen=True)
class UniformSubsetUnmasking:
    """S is a uniform subset of the masked positions of a given size (exchangeable).

    Where fewer positions are masked than asked for, all of them are selected.
    """

    size: Callable[[State, Round], int]


@dataclass(frozen=True)
class JointUnmasking:
    """S follows any law on sets of positions, given the state."""

    select: Callable[[State, Round], Law[Positions]]


@dataclass(frozen=True)
class AfterSamplingUnmasking:
    """S follows a law that may depend on the drawn candidates (visible cells keep their token)."""

    select: Callable[[State, State, Round], Law[Positions]]


@dataclass(frozen=True)
class MemoryUnmasking:
    """S and the next memory follow a law that depends on state, memory and candidates."""

    initial: Hashable
    select: Callable[[State, Hashable, State, Round], Law[tuple[Positions, Hashable]]]


UnmaskingPolicy = (
    DeterministicUnmasking
    | IndependentUnmasking
    | SameRateUnmasking
    | UniformSubsetUnmasking
    | JointUnmasking
    | AfterSamplingUnmasking
    | MemoryUnmasking
)


# --- remasking policies G ------------------------------------------------------------------


@dataclass(frozen=True)
class DeterministicRemasking:
    """G is a function of the state after the write."""

    select: Callable[[State, Round], Positions]


@dataclass(frozen=True)
class IndependentRemasking:
    """Position i is remasked with probability rate(x', i), independently over i."""

    rate: Callable[[State, int, Round], Fraction]


@dataclass(frozen=True)
class JointRemasking:
    """The remasked set follows any law, given the state after the write."""

    select: Callable[[State, Round], Law[Positions]]


RemaskingPolicy = DeterministicRemasking | IndependentRemasking | JointRemasking


# --- samplers ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sampler:
    """A DLM with everything that a run needs.

    `length` is L; `prompt` maps cells to the visible tokens that stand there from the start and
    must stay; `given` is the law of the start on all cells (default: M everywhere but the
    prompt). `output` lists the cells that are read at the end, in order. `rounds` is D.

    Raises `RemasksWithoutLicence` if a remasking policy comes with another edit model, and
    `BadPoint` if it is missing, or a cell, the length or the number of rounds is out of range.
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

    def start(self) -> Law[State]:
        """The law of the state before round 1."""
        if self.given is not None:
            return self.given
        state = list(all_masked(self.length))
        for cell, token in self.prompt:
            state[cell] = token
        return certain(tuple(state))

    def round_argument(self, number: int) -> Round:
        """What the sampler's functions are told about the round number."""
        return number if self.clock is Clock.ROUND_NUMBER else None


@dataclass(frozen=True)
class Configuration:
    """What a run carries from round to round: the state, and hidden memory if there is any."""

    state: State
    memory: Hashable = None


def unmasking_class(policy: UnmaskingPolicy) -> Unmasking:
    """The class of F that a policy's form promises (its behaviour may be simpler)."""
    if isinstance(policy, DeterministicUnmasking):
        return Unmasking.DETERMINISTIC
    if isinstance(policy, IndependentUnmasking):
        return Unmasking.INDEPENDENT
    if isinstance(policy, SameRateUnmasking | UniformSubsetUnmasking):
        return Unmasking.EXCHANGEABLE
    if isinstance(policy, JointUnmasking):
        return Unmasking.JOINT
    if isinstance(policy, AfterSamplingUnmasking):
        return Unmasking.AFTER_SAMPLING
    return Unmasking.MEMORY


def remasking_class(policy: RemaskingPolicy | None) -> Remasking:
    """The class of G that a policy's form promises."""
    if policy is None:
        return Remasking.NONE
    if isinstance(policy, DeterministicRemasking):
        return Remasking.DETERMINISTIC
    if isinstance(policy, IndependentRemasking):
        return Remasking.INDEPENDENT
    return Remasking.JOINT


def initial_configurations(sampler: Sampler) -> Law[Configuration]:
    """The law of the configuration before round 1."""
    memory = sampler.unmask.initial if isinstance(sampler.unmask, MemoryUnmasking) else None
    return sampler.start().map(lambda state: Configuration(state, memory))


# --- one round -----------------------------------------------------------------------------


def candidate_law(sampler: Sampler, state: State, number: int, cells: Positions) -> Law[State]:
    """The law of the drawn tokens on `cells`; all other cells keep what they show."""
    clock = sampler.round_argument(number)
    return product_law(
        sampler.predictor(state, i, clock) if i in cells else certain(state[i])
        for i in range(sampler.length)
    )


def independent_subset(cells: Positions, rate: Callable[[int], Fraction]) -> Law[Positions]:
    """The law of a random subset of `cells`, each in it with its own probability."""
    ordered = sorted(cells)
    flags = product_law(Law({True: rate(i), False: 1 - rate(i)}) for i in ordered)
    return flags.map(
        lambda chosen: frozenset(i for i, flag in zip(ordered, chosen, strict=True) if flag)
    )


def selection_law(sampler: Sampler, state: State, number: int) -> Law[Positions]:
    """The law of S = F(x) for a policy that does not see the candidates.

    Raises `BadPoint` for one that does.
    """
    clock = sampler.round_argument(number)
    policy = sampler.unmask
    masked = masked_positions(state)
    if isinstance(policy, DeterministicUnmasking):
        return certain(policy.select(state, clock))
    if isinstance(policy, IndependentUnmasking):
        everywhere = frozenset(range(sampler.length))
        return independent_subset(everywhere, lambda i: policy.rate(state, i, clock))
    if isinstance(policy, SameRateUnmasking):
        return independent_subset(masked, lambda _: policy.rate(state, clock))
    if isinstance(policy, UniformSubsetUnmasking):
        size = min(policy.size(state, clock), len(masked))
        subsets = [frozenset(chosen) for chosen in combinations(sorted(masked), size)]
        return Law({chosen: Fraction(1, len(subsets)) for chosen in subsets})
    if isinstance(policy, JointUnmasking):
        return policy.select(state, clock)
    raise BadPoint("this policy sees the candidates", source="sampler")


def write_law(sampler: Sampler, before: Configuration, number: int) -> Law[Configuration]:
    """The law after the phases select, draw and write, before remasking.

    Raises the errors of `check_write` and `SelectsNoCell`.
    """
    state = before.state
    clock = sampler.round_argument(number)
    policy = sampler.unmask

    if isinstance(policy, AfterSamplingUnmasking | MemoryUnmasking):
        # These policies see the candidates, so that all masked positions must be drawn.
        def select_and_write(candidates: State) -> Law[Configuration]:
            if isinstance(policy, MemoryUnmasking):
                choice = policy.select(state, before.memory, candidates, clock)
            else:
                choice = policy.select(state, candidates, clock).map(
                    lambda chosen: (chosen, before.memory)
                )
            return choice.map(
                lambda pair: Configuration(
                    _written(sampler, state, candidates, pair[0], number), pair[1]
                )
            )

        return candidate_law(sampler, state, number, masked_positions(state)).bind(select_and_write)

    def draw_and_write(chosen: Positions) -> Law[Configuration]:
        _check_positions(sampler, state, chosen, number)
        return candidate_law(sampler, state, number, chosen).map(
            lambda drawn: Configuration(
                _written(sampler, state, drawn, chosen, number), before.memory
            )
        )

    return selection_law(sampler, state, number).bind(draw_and_write)


def remask_law(sampler: Sampler, state: State, number: int) -> Law[State]:
    """The law after the phase remask: x''_i = M for i in G(x').

    Raises `ChangesPrompt` if a prompt cell is remasked.
    """
    policy = sampler.remask
    if policy is None:
        return certain(state)
    clock = sampler.round_argument(number)
    if isinstance(policy, DeterministicRemasking):
        choice = certain(policy.select(state, clock))
    elif isinstance(policy, IndependentRemasking):
        everywhere = frozenset(range(sampler.length))
        choice = independent_subset(everywhere, lambda i: policy.rate(state, i, clock))
    else:
        choice = policy.select(state, clock)

    def apply(chosen: Positions) -> State:
        _check_positions(sampler, state, chosen, number)
        for cell, _ in sampler.prompt:
            if cell in chosen:
                raise ChangesPrompt(
                    f"prompt cell {cell} is remasked", state=state, round_number=number
                )
        return tuple(MASK if i in chosen else token for i, token in enumerate(state))

    return choice.map(apply)


def round_law(sampler: Sampler, before: Configuration, number: int) -> Law[Configuration]:
    """The law of the configuration after one round, given the one before it."""
    return write_law(sampler, before, number).bind(
        lambda written: remask_law(sampler, written.state, number).map(
            lambda state: Configuration(state, written.memory)
        )
    )


def check_write(sampler: Sampler, old: Token, new: Token, state: State, number: int) -> None:
    """Check one cell's change against the edit model (mask preservation).

    Raises `WritesForeignToken`, `WritesMask` or `WritesVisibleToken`.
    """
    if new != MASK and not 0 <= new < sampler.vocabulary:
        raise WritesForeignToken(f"token {new} is written", state=state, round_number=number)
    if new == MASK and sampler.edits is not Edits.REVISE_ANY:
        raise WritesMask("the predictor writes M", state=state, round_number=number)
    keeps = sampler.edits in (Edits.WRITE_ONCE, Edits.REMASK)
    if keeps and old not in (MASK, new):
        raise WritesVisibleToken(
            f"visible token {old} becomes {new}", state=state, round_number=number
        )


def _written(
    sampler: Sampler, state: State, candidates: State, chosen: Positions, number: int
) -> State:
    _check_positions(sampler, state, chosen, number)
    for i in chosen:
        check_write(sampler, state[i], candidates[i], state, number)
    for cell, token in sampler.prompt:
        if cell in chosen and candidates[cell] != token:
            raise ChangesPrompt(
                f"prompt cell {cell} is rewritten", state=state, round_number=number
            )
    return tuple(candidates[i] if i in chosen else token for i, token in enumerate(state))


def _check_positions(sampler: Sampler, state: State, chosen: Positions, number: int) -> None:
    for i in chosen:
        if not 0 <= i < sampler.length:
            raise SelectsNoCell(f"position {i} is selected", state=state, round_number=number)


# --- a run ---------------------------------------------------------------------------------


def laws_by_round(sampler: Sampler, rounds: int | None = None) -> list[Law[Configuration]]:
    """The law of the configuration after 0, 1, ..., D rounds."""
    law = initial_configurations(sampler)
    laws = [law]
    for number in range(1, (sampler.rounds if rounds is None else rounds) + 1):
        law = law.bind(_round_kernel(sampler, number))
        laws.append(law)
    return laws


def _round_kernel(sampler: Sampler, number: int) -> Callable[[Configuration], Law[Configuration]]:
    return lambda before: round_law(sampler, before, number)


def check_end(sampler: Sampler, final: Law[Configuration]) -> None:
    """Check the end and stop conventions on the law after the last round.

    Raises `LeavesMask` if a token is missing with positive probability, `NotAbsorbing` if the
    sampler promises to be absorbing and one more round changes a state.
    """
    cells = range(sampler.length) if sampler.end is End.WHOLE_STATE else sampler.output
    for configuration, probability in final.items():
        if any(configuration.state[i] == MASK for i in cells):
            raise LeavesMask(configuration.state, sampler.rounds, probability)
    if sampler.stop is Stop.ABSORBING:
        number = sampler.rounds + 1
        for configuration in final:
            for after in round_law(sampler, configuration, number):
                if after.state != configuration.state:
                    raise NotAbsorbing(
                        "a further round changes the state",
                        state=configuration.state,
                        round_number=number,
                    )


def run_law(sampler: Sampler) -> Law[State]:
    """The exact law of the whole state after D rounds, with the end conventions checked.

    Raises `LeavesMask`, `NotAbsorbing`, and every error of a round.
    """
    final = laws_by_round(sampler)[-1]
    check_end(sampler, final)
    return final.map(lambda configuration: configuration.state)


def output_law(sampler: Sampler) -> Law[State]:
    """The exact law of the output cells after D rounds.

    >>> from dlmcheck.spec.law import uniform
    >>> coin = Sampler(length=1, predictor=lambda x, i, t: uniform([0, 1]),
    ...                unmask=DeterministicUnmasking(lambda x, t: masked_positions(x)),
    ...                rounds=1, output=(0,))
    >>> output_law(coin)
    Law({(0,): 1/2, (1,): 1/2})
    """
    return run_law(sampler).map(lambda state: tuple(state[i] for i in sampler.output))
