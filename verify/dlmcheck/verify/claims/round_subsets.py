"""Statements about uniform laws on few strings, and samplers that leave the setting, as sweeps.

Source: our note ROUNDS-WRITE-ONCE. Every statement that an engine checks here is also checked by
the specification or by running all policies.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dlmcheck.model.targets.sources import Target
from dlmcheck.spec.law import is_product
from dlmcheck.spec.rounds import (
    is_writable,
    least_rounds,
    least_rounds_by_state,
    non_empty_subsets,
    strategy_sampler,
    successors,
)
from dlmcheck.spec.sampler import output_law
from dlmcheck.spec.tokens import State, all_masked, masked_positions
from dlmcheck.verify.claims.registry import Profile
from dlmcheck.verify.claims.round_cases import subsets_domain, uniform_on
from dlmcheck.verify.claims.round_policies import (
    least_rounds_by_policies,
    not_fewer,
    one_hot_by_revision,
    one_hot_with_random_set,
    one_hot_with_scratch,
)
from dlmcheck.verify.kernel.sweep import HOLDS, NOT_MET, Domain, Outcome, Sweep, fails
from dlmcheck.verify.rounds.partial_states import solve_partial_states
from dlmcheck.verify.rounds.write_once import write_once

Strings = tuple[str, ...]


# --- uniform laws on few strings ---------------------------------------------------------------


def _least(strings: Strings) -> int | None:
    return least_rounds(uniform_on(strings))


def _policies_agree(strings: Strings) -> Outcome:
    if len(strings[0]) > 3:
        return NOT_MET
    by_runs, by_program = least_rounds_by_policies(uniform_on(strings)), _least(strings)
    if by_runs == by_program:
        return HOLDS
    return fails(f"policies take {by_runs} rounds, the dynamic program says {by_program}")


def _certificates_agree(strings: Strings) -> Outcome:
    found = write_once(Target("strings", uniform_on(strings))).result.interval
    by_program = _least(strings)
    if found == str(by_program):
        return HOLDS
    return fails(f"certified {found} rounds, the dynamic program says {by_program}")


def _one_round_if_product(strings: Strings) -> Outcome:
    law = uniform_on(strings)
    if (least_rounds(law) == 1) == is_product(law):
        return HOLDS
    return fails("one round without a product law, or the other way round")


def _one_round_run(strings: Strings) -> Outcome:
    """Write everything in one round, by the semantics."""
    law = uniform_on(strings)
    sampler = strategy_sampler(law, masked_positions, 1)
    if (output_law(sampler) == law) == is_product(law):
        return HOLDS
    return fails("one round samples what is no product law, or does not sample a product law")


def greedy_rounds(strings: Strings) -> int | None:
    """The least number of rounds of strategies that write inclusion-maximal sets only."""
    target = uniform_on(strings)
    least: dict[State, int] = {}

    def solve(state: State) -> int:
        masked = masked_positions(state)
        if masked and state not in least:
            sets = [s for s in non_empty_subsets(masked) if is_writable(target, state, s)]
            largest = [s for s in sets if not any(s < other for other in sets)]
            least[state] = 1 + min(
                max(solve(after) for after in successors(target, state, s)) for s in largest
            )
        return least[state] if masked else 0

    return solve(all_masked(len(strings[0])))


def _greedy_is_best(strings: Strings) -> Outcome:
    greedy, best = greedy_rounds(strings), _least(strings)
    return HOLDS if greedy == best else fails(f"maximal sets take {greedy} rounds, others {best}")


def _greedy_is_best_by_engine(strings: Strings) -> Outcome:
    law = uniform_on(strings)
    greedy = solve_partial_states(law, largest_only=True).rounds
    best = solve_partial_states(law).rounds
    return HOLDS if greedy == best else fails(f"maximal sets take {greedy} rounds, others {best}")


def _seeing_helps(strings: Strings) -> Outcome:
    least = least_rounds_by_state(uniform_on(strings))
    start = all_masked(len(strings[0]))
    return _no_harm(least[start], {s: r for s, r in least.items() if r is not None})


def _seeing_helps_by_engine(strings: Strings) -> Outcome:
    law = uniform_on(strings)
    solved = solve_partial_states(law)
    n = len(strings[0])
    states = {
        tuple(string[i] if i == cell else -1 for i in range(n)): 0
        for string in law
        for cell in range(n)
    }
    return _no_harm(solved.rounds, {state: solved.rounds_from(state) for state in states})


def _no_harm(start: int | None, least: dict[State, int]) -> Outcome:
    for state in sorted(least):
        shown = [cell for cell, token in enumerate(state) if token != -1]
        if len(shown) == 1 and start is not None and least[state] > start:
            (cell,) = shown
            return fails(
                f"{start} rounds from the start, {least[state]} once cell {cell} shows "
                f"{state[cell]}"
            )
    return HOLDS


AGREE = "all policies take as many rounds as the dynamic program"
AGREE_CERTIFIED = "the certificates are for as many rounds as the dynamic program"
PRODUCT = "one round if and only if a product law"
PRODUCT_RUN = "one round if and only if a product law, run"
MAXIMAL = "writing inclusion-maximal sets is optimal"
SEEING = "seeing one more cell never takes more rounds"


def few_sweep(_: Profile) -> Sweep[Strings, Strings]:
    """All policies, the dynamic program and certificates, on uniform laws for n <= 3."""
    sizes = [(1, 2), (2, 4), (3, 8)]
    return Sweep(
        subsets_domain(sizes),
        lambda strings: strings,
        {
            AGREE: _policies_agree,
            AGREE_CERTIFIED: _certificates_agree,
            PRODUCT: _one_round_if_product,
            PRODUCT_RUN: _one_round_run,
        },
    )


def four_sweep(profile: Profile) -> Sweep[Strings, Strings]:
    """Whether inclusion-maximal sets are enough, for n <= 4."""
    sizes = [(2, 4), (3, 8), (4, 3 if profile is Profile.QUICK else 4)]
    return Sweep(
        subsets_domain(sizes),
        lambda strings: strings,
        {
            MAXIMAL: _greedy_is_best,
            f"{MAXIMAL}, by engine": _greedy_is_best_by_engine,
        },
    )


GREEDY: Strings = ("00001", "01000", "01011", "01101", "10000", "10001", "11101", "11110")
"""Only the cells 0 and 3 are independent in pairs; whoever writes both needs a round more."""
HURTS: Strings = ("0001", "0100", "1000", "1110")
"""Seeing that cell 3 shows 0 leaves strings of odd weight on three cells, without 001."""


def _chosen(name: str, listed: Sequence[Strings]) -> Domain[Strings]:
    return Domain(
        name,
        len(set(listed)),
        lambda: listed,
        lambda strings: strings in listed,
        " ".join,
        lambda text: tuple(text.split(" ")),
    )


def five_sweep(_: Profile) -> Sweep[Strings, Strings]:
    """The same for n = 5, and whether it can hurt to see more: chosen laws."""
    return Sweep(
        _chosen("uniform laws on chosen strings of length 4 and 5", (HURTS, GREEDY)),
        lambda strings: strings,
        {
            f"{MAXIMAL}, n = 5": _greedy_is_best,
            f"{MAXIMAL}, n = 5, by engine": _greedy_is_best_by_engine,
            SEEING: _seeing_helps,
            f"{SEEING}, by engine": _seeing_helps_by_engine,
        },
    )


# --- samplers that leave the setting -----------------------------------------------------------

DROPPED: dict[str, tuple[str, Callable[[int], Outcome]]] = {
    "deterministic-F": (
        "F may follow any law on sets of cells",
        lambda bits: not_fewer(one_hot_with_random_set(1 << bits), 1 << bits),
    ),
    "write-once": (
        "tokens may be revised",
        lambda bits: not_fewer(one_hot_by_revision(bits), 1 << bits),
    ),
    "L=n": (
        "there are scratch cells",
        lambda bits: not_fewer(one_hot_with_scratch(bits), 1 << bits),
    ),
}


def outside_sweep(_: Profile) -> Sweep[int, int]:
    """Samplers that drop a hypothesis against the dynamic program."""
    listed: list[int] = [1, 2]
    domain = Domain(
        "one-hot strings of length 2 and 4",
        2,
        lambda: listed,
        lambda bits: bits in listed,
        lambda bits: str(1 << bits),
        lambda text: int(text).bit_length() - 1,
    )
    return Sweep(
        domain,
        lambda bits: bits,
        {f"{AGREE} without {name}": holds for name, (_, holds) in DROPPED.items()},
    )
