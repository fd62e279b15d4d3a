"""The semantics of a diffusion language model: predictor, policies, one round, a run.

Source: Jiang, Haghtalab, Chen (ICLR 2026), section 2. A round from state x:

    select   S = F(x)
    draw     candidates x'_i ~ p_i(. | x), independently over i
    write    x'_i replaces x_i for i in S
    remask   x''_i = M for i in G(x')

Policies that see the candidates select after the draw. A run is D rounds from M^L, or from a
prompt. Everything here is exact and enumerates; nothing is cached and nothing is fast. Rounds are
numbered from 1. Where the sampler has no clock, its functions are handed None for the round
number, so that they cannot depend on it.

What a sampler is stands in `definition` and `policies`; their names can be imported from here.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from fractions import Fraction
from itertools import combinations

from dlmcheck.spec.definition import (
    Configuration,
    Predictor,
    Sampler,
    initial_configurations,
)
from dlmcheck.spec.errors import (
    BadPoint,
    BadSubsetSize,
    ChangesPrompt,
    IllegalSampler,
    LeavesMask,
    NotAbsorbing,
    SelectsNoCell,
    WritesForeignToken,
    WritesMask,
    WritesVisibleToken,
)
from dlmcheck.spec.lattice import REVISING, Clock, Edits, End, Stop
from dlmcheck.spec.law import Law, certain, product_law
from dlmcheck.spec.policies import (
    AfterSamplingUnmasking,
    DeterministicRemasking,
    DeterministicUnmasking,
    IndependentRemasking,
    IndependentUnmasking,
    JointRemasking,
    JointUnmasking,
    MemoryUnmasking,
    Positions,
    RemaskingPolicy,
    Round,
    SameRateUnmasking,
    UniformSubsetUnmasking,
    UnmaskingPolicy,
    remasking_class,
    unmasking_class,
)
from dlmcheck.spec.tokens import MASK, State, Token, masked_positions

__all__ = [
    "AfterSamplingUnmasking",
    "Configuration",
    "DeterministicRemasking",
    "DeterministicUnmasking",
    "IndependentRemasking",
    "IndependentUnmasking",
    "JointRemasking",
    "JointUnmasking",
    "MemoryUnmasking",
    "Positions",
    "Predictor",
    "RemaskingPolicy",
    "Round",
    "SameRateUnmasking",
    "Sampler",
    "UniformSubsetUnmasking",
    "UnmaskingPolicy",
    "candidate_law",
    "check_absorbing",
    "check_end",
    "check_write",
    "independent_subset",
    "initial_configurations",
    "laws_by_round",
    "output_law",
    "remask_law",
    "remasking_class",
    "round_law",
    "run_law",
    "selection_law",
    "unmasking_class",
    "writable_cells",
    "write_law",
]


# --- one round -----------------------------------------------------------------------------


def writable_cells(sampler: Sampler, state: State) -> Positions:
    """The cells that a write can change: all of them with revision, else the masked ones."""
    if sampler.edits in REVISING:
        return frozenset(range(sampler.length))
    return masked_positions(state)


def candidate_law(sampler: Sampler, state: State, number: int, cells: Positions) -> Law[State]:
    """The law of the drawn tokens on `cells`; all other cells keep what they show."""
    clock = sampler.round_argument(number)
    drawn = sorted(cells)
    tokens = product_law(sampler.predictor(state, i, clock) for i in drawn)
    return tokens.map(lambda written: _with_tokens(state, drawn, written))


def _with_tokens(state: State, cells: Sequence[int], tokens: Sequence[Token]) -> State:
    after = list(state)
    for cell, token in zip(cells, tokens, strict=True):
        after[cell] = token
    return tuple(after)


def independent_subset(cells: Positions, rate: Callable[[int], Fraction]) -> Law[Positions]:
    """The law of a random subset of `cells`, each in it with its own probability."""
    ordered = sorted(cells)
    flags = product_law(Law({True: rate(i), False: 1 - rate(i)}) for i in ordered)
    return flags.map(
        lambda chosen: frozenset(i for i, flag in zip(ordered, chosen, strict=True) if flag)
    )


def selection_law(sampler: Sampler, state: State, number: int) -> Law[Positions]:
    """The law of S = F(x) for a policy that does not see the candidates.

    Raises `BadPoint` for one that does, `BadSubsetSize` for a negative number of positions.
    """
    clock = sampler.round_argument(number)
    policy = sampler.unmask
    writable = writable_cells(sampler, state)
    if isinstance(policy, DeterministicUnmasking):
        return certain(policy.select(state, clock))
    if isinstance(policy, IndependentUnmasking):
        everywhere = frozenset(range(sampler.length))
        return independent_subset(everywhere, lambda i: policy.rate(state, i, clock))
    if isinstance(policy, SameRateUnmasking):
        return independent_subset(writable, lambda _: policy.rate(state, clock))
    if isinstance(policy, UniformSubsetUnmasking):
        wanted = policy.size(state, clock)
        if wanted < 0:
            raise BadSubsetSize(wanted, state=state, round_number=number)
        size = min(wanted, len(writable))
        subsets = [frozenset(chosen) for chosen in combinations(sorted(writable), size)]
        return Law({chosen: Fraction(1, len(subsets)) for chosen in subsets})
    if isinstance(policy, JointUnmasking):
        return policy.select(state, clock)
    raise BadPoint("this policy sees the candidates", source="sampler")


def write_law(sampler: Sampler, before: Configuration, number: int) -> Law[Configuration]:
    """The law after the phases select, draw and write, before remasking.

    Raises the errors of `check_write` and `SelectsNoCell`.
    """
    policy = sampler.unmask
    if isinstance(policy, AfterSamplingUnmasking | MemoryUnmasking):
        return _write_law_after_sampling(sampler, policy, before, number)
    state = before.state

    def draw_and_write(chosen: Positions) -> Law[Configuration]:
        _check_positions(sampler, state, chosen, number)
        return candidate_law(sampler, state, number, chosen).map(
            lambda drawn: Configuration(
                _written(sampler, state, drawn, chosen, number), before.memory
            )
        )

    return selection_law(sampler, state, number).bind(draw_and_write)


def _write_law_after_sampling(
    sampler: Sampler,
    policy: AfterSamplingUnmasking | MemoryUnmasking,
    before: Configuration,
    number: int,
) -> Law[Configuration]:
    """Draw first, on every cell that can change; then select with the candidates in view."""
    state = before.state
    clock = sampler.round_argument(number)
    drawn_cells = writable_cells(sampler, state)

    def select(candidates: State) -> Law[tuple[Positions, Hashable]]:
        if isinstance(policy, MemoryUnmasking):
            return policy.select(state, before.memory, candidates, clock)
        return policy.select(state, candidates, clock).map(lambda chosen: (chosen, before.memory))

    def write(candidates: State, chosen: Positions) -> State:
        _check_positions(sampler, state, chosen, number)
        # The candidate of a cell that must stay is what it shows. To select such a cell is legal
        # only if its own law keeps it, too.
        for i in sorted(chosen - drawn_cells):
            for token in sampler.predictor(state, i, clock):
                check_write(sampler, state[i], token, state, number, i)
        return _written(sampler, state, candidates, chosen, number)

    def select_and_write(candidates: State) -> Law[Configuration]:
        return select(candidates).map(
            lambda pair: Configuration(write(candidates, pair[0]), pair[1])
        )

    return candidate_law(sampler, state, number, drawn_cells).bind(select_and_write)


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
                    f"prompt cell {cell} is remasked",
                    state=state,
                    round_number=number,
                    position=cell,
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


def check_write(
    sampler: Sampler,
    old: Token,
    new: Token,
    state: State,
    number: int,
    position: int | None = None,
) -> None:
    """Check one cell's change against the edit model (mask preservation).

    `position`, where it is known, only goes into the error. Raises `WritesForeignToken`,
    `WritesMask` or `WritesVisibleToken`.
    """
    error: type[IllegalSampler]
    if new != MASK and not 0 <= new < sampler.vocabulary:
        error, message = WritesForeignToken, f"token {new} is written"
    elif new == MASK and sampler.edits is not Edits.REVISE_ANY:
        error, message = WritesMask, "the predictor writes M"
    elif sampler.edits in (Edits.WRITE_ONCE, Edits.REMASK) and old not in (MASK, new):
        error, message = WritesVisibleToken, f"visible token {old} becomes {new}"
    else:
        return
    raise error(message, state=state, round_number=number, position=position)


def _written(
    sampler: Sampler, state: State, candidates: State, chosen: Positions, number: int
) -> State:
    _check_positions(sampler, state, chosen, number)
    for i in sorted(chosen):
        check_write(sampler, state[i], candidates[i], state, number, i)
    for cell, token in sampler.prompt:
        if cell in chosen and candidates[cell] != token:
            raise ChangesPrompt(
                f"prompt cell {cell} is rewritten",
                state=state,
                round_number=number,
                position=cell,
            )
    return tuple(candidates[i] if i in chosen else token for i, token in enumerate(state))


def _check_positions(sampler: Sampler, state: State, chosen: Positions, number: int) -> None:
    for i in sorted(chosen):
        if not 0 <= i < sampler.length:
            raise SelectsNoCell(
                f"position {i} is selected", state=state, round_number=number, position=i
            )


# --- a run ---------------------------------------------------------------------------------


def laws_by_round(sampler: Sampler, rounds: int | None = None) -> list[Law[Configuration]]:
    """The law of the configuration after 0, 1, ..., D rounds (or as many as asked for).

    Raises `BadPoint` for a negative number of rounds, and every error of a round.
    """
    law = initial_configurations(sampler)
    laws = [law]
    last = sampler.rounds if rounds is None else rounds
    if last < 0:
        raise BadPoint(f"{last} rounds", source="sampler")
    for number in range(1, last + 1):
        law = law.bind(_round_kernel(sampler, number))
        laws.append(law)
    return laws


def _round_kernel(sampler: Sampler, number: int) -> Callable[[Configuration], Law[Configuration]]:
    return lambda before: round_law(sampler, before, number)


def check_end(sampler: Sampler, final: Law[Configuration]) -> None:
    """Check the end and stop conventions on the law after the last round.

    Raises `LeavesMask` if a token is missing with positive probability, `NotAbsorbing` if the
    sampler promises to be absorbing and a further round changes a state.
    """
    cells = range(sampler.length) if sampler.end is End.WHOLE_STATE else sampler.output
    for configuration, probability in final.items():
        if any(configuration.state[i] == MASK for i in cells):
            raise LeavesMask(configuration.state, sampler.rounds, probability)
    if sampler.stop is Stop.ABSORBING:
        check_absorbing(sampler, final)


def check_absorbing(
    sampler: Sampler, final: Law[Configuration], further: int | None = None
) -> None:
    """Check that no further round changes a state of the law after the last round.

    Without a clock and with `further` None, all further rounds are meant: the configurations
    that they reach are followed until no new ones turn up (hidden memory may go on changing; if
    it takes infinitely many values, this does not end). Otherwise `further` says how many
    rounds after D are checked.

    Raises `NotAbsorbing`, and `BadPoint` for all further rounds of a sampler with a clock.
    """
    if further is None and sampler.clock is Clock.ROUND_NUMBER:
        raise BadPoint("all further rounds of a sampler with a clock", source="sampler")
    todo = set(final)
    seen: set[Configuration] = set()
    number = sampler.rounds
    while todo and (further is None or number < sampler.rounds + further):
        number += 1
        seen |= todo
        reached: set[Configuration] = set()
        for configuration in todo:
            for after in round_law(sampler, configuration, number):
                if after.state != configuration.state:
                    raise NotAbsorbing(
                        "a further round changes the state",
                        state=configuration.state,
                        round_number=number,
                    )
                reached.add(after)
        # With a clock, a configuration may behave otherwise in the next round.
        todo = reached - seen if sampler.clock is Clock.STATE_ONLY else reached


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
