"""All policies of a few cells, one by one: the third road to the least number of rounds, n <= 3.

No solver, no formula, no locality built in. A policy says for every state that is reached, round
by round, which masked cells are written and with which choice (0, 1 or fair: `locality` says why
nothing else occurs). Every policy is run; of those whose law is the uniform one on the even strings
it is then measured on how many cells each F_i and p_i must look.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from fractions import Fraction
from itertools import combinations, product

from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.tokens import MASK, State, all_masked
from dlmcheck.verify.searches.locality import FAIR, Reading

MOST_CELLS = 3
"""With four cells there are too many policies."""

Step = Mapping[int, int]
"""What is written in a state: cell -> 0, 1 or `FAIR`."""
Policy = dict[tuple[int, State], Step]
"""(round, state) -> step, for the states that are reached."""


def _steps(state: State) -> Iterator[Step]:
    masked = [i for i, token in enumerate(state) if token == MASK]
    for choice in product((None, 0, 1, FAIR), repeat=len(masked)):
        yield {i: c for i, c in zip(masked, choice, strict=True) if c is not None}


def _after(state: State, step: Step) -> list[State]:
    options = [
        ((0, 1) if step[i] == FAIR else (step[i],)) if i in step else (t,)
        for i, t in enumerate(state)
    ]
    return list(product(*options))


def _policies(number: int, rounds: int, states: tuple[State, ...]) -> Iterator[Policy]:
    """All ways to go on from some reached states; only those that end without M."""
    if number > rounds:
        if all(MASK not in state for state in states):
            yield {}
        return
    for steps in product(*(list(_steps(state)) for state in states)):
        reached = tuple(
            y for state, step in zip(states, steps, strict=True) for y in _after(state, step)
        )
        here: Policy = {(number, state): step for state, step in zip(states, steps, strict=True)}
        for rest in _policies(number + 1, rounds, reached):
            yield {**here, **rest}


def _law(policy: Policy, n: int, rounds: int) -> dict[State, Fraction]:
    law = {all_masked(n): Fraction(1)}
    for number in range(1, rounds + 1):
        following: dict[State, Fraction] = {}
        for state, weight in law.items():
            reached = _after(state, policy[number, state])
            for y in reached:
                following[y] = following.get(y, Fraction(0)) + weight / len(reached)
        law = following
    return law


def _fewest(values: Mapping[tuple[Hashable, State], int], others: list[int]) -> int:
    """The least number of cells of which the values are a function, given the rest of the key."""
    for size in range(len(others) + 1):
        for cells in combinations(others, size):
            seen: dict[Hashable, int] = {}
            if all(
                seen.setdefault((told, tuple(x[j] for j in cells)), value) == value
                for (told, x), value in values.items()
            ):
                return size
    # Without the round number one state may be treated in two ways: no function of the state.
    return len(others) + 1


def _reads(policy: Policy, n: int, reading: Reading) -> int:
    """The most cells that one F_i or p_i must look at."""
    most = 0
    for i in range(n):
        others = [j for j in range(n) if j != i]
        select: dict[int, dict[tuple[Hashable, State], int]] = {}
        write: dict[int, dict[tuple[Hashable, State], int]] = {}
        for (number, x), step in policy.items():
            if x[i] == MASK:
                group = number if reading is Reading.PER_ROUND else 0
                told = number if reading.has_clock else 0
                flag = int(i in step)
                if select.setdefault(group, {}).setdefault((told, x), flag) != flag:
                    return n
                if i in step and (
                    write.setdefault(group, {}).setdefault((told, x), step[i]) != step[i]
                ):
                    return n
        for values in (*select.values(), *write.values()):
            most = max(most, _fewest(values, others))
    return most


Trace = tuple[frozenset[int], ...]
"""The visible cells after rounds 0, 1, ..., D on the way to a string."""


def _trace(policy: Policy, string: State, rounds: int) -> Trace:
    """What is visible on the way to a string, which fixes it."""
    visible: list[frozenset[int]] = [frozenset()]
    for number in range(1, rounds + 1):
        before = visible[-1]
        state = tuple(bit if i in before else MASK for i, bit in enumerate(string))
        visible.append(before | frozenset(policy[number, state]))
    return tuple(visible)


def samplers_by_traces(n: int, rounds: int) -> dict[tuple[Trace, ...], dict[Reading, int]]:
    """All policies that sample the target, by their traces, with the tokens that they read.

    The traces come in the order of the even strings; n tokens mean that no number is enough. By
    rigidity no two such policies have the same traces. Raises `BadInput` for n above `MOST_CELLS`,
    and `ValueError` if two have.
    """
    if not 1 <= n <= MOST_CELLS:
        raise BadInput(f"n = {n}", source="brute force", expected=f"1 <= n <= {MOST_CELLS}")
    even = [z for z in product((0, 1), repeat=n) if sum(z) % 2 == 0]
    target = dict.fromkeys(even, Fraction(1, len(even)))
    found: dict[tuple[Trace, ...], dict[Reading, int]] = {}
    for policy in _policies(1, rounds, (all_masked(n),)):
        if _law(policy, n, rounds) == target:
            traces = tuple(_trace(policy, z, rounds) for z in even)
            if traces in found:
                raise ValueError("two samplers with the same traces")
            found[traces] = {reading: min(n, _reads(policy, n, reading)) for reading in Reading}
    return found


def least_tokens(n: int, rounds: int) -> dict[Reading, int | None]:
    """The least k for which n cells and so many rounds are enough, in each reading; None: no k.

    Raises `BadInput` for n above `MOST_CELLS`.
    """
    found = samplers_by_traces(n, rounds).values()
    return {
        reading: min((read[reading] for read in found if read[reading] < n), default=None)
        for reading in Reading
    }
