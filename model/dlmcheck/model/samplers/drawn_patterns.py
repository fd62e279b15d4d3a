"""Two rounds by the pattern of masks: what F or G draws is a memory that the next round erases.

Write-once or with remasking, L = n. For jointly random F, and for jointly random G, every law on
{0,1}^n takes two rounds, without the round number too (note SEPARATION). With coins apart, or
with a uniform subset, some laws do: one-hot laws, and the uniform laws of one weight.
"""

from __future__ import annotations

from fractions import Fraction

from dlmcheck.model.samplers.mixtures import first_one, hazards
from dlmcheck.model.targets import TokenLaw
from dlmcheck.spec.definition import Predictor, Sampler
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.lattice import Clock, Edits
from dlmcheck.spec.law import ONE, ZERO, Law, bernoulli, certain
from dlmcheck.spec.policies import (
    DeterministicRemasking,
    DeterministicUnmasking,
    IndependentUnmasking,
    JointRemasking,
    JointUnmasking,
    Positions,
    Round,
    UniformSubsetUnmasking,
)
from dlmcheck.spec.tokens import MASK, State, Token, all_masked, masked_positions


def shown_by_pattern(bit: bool, *, odd: bool, empty: bool) -> bool:
    """Whether F writes a cell in round 1: where y has a 1, or cell `odd` if it has none."""
    return empty if odd else bit


def hidden_by_pattern(bit: bool) -> bool:
    """Whether G masks a cell after round 1: where the drawn string has a 0."""
    return not bit


def bit_of_pattern(token: Token) -> Token:
    """The drawn bit, as the pattern shows it: what is visible shows 1, what is masked stands for 0.

    >>> bit_of_pattern(1), bit_of_pattern(0), bit_of_pattern(MASK)
    (1, 0, 0)
    """
    return max(token, 0)


def any_target_by_joint_patterns(target: TokenLaw, odd: int = 0) -> Sampler:
    """Two rounds, write-once, F jointly random, no clock: for every law on {0,1}^n.

    F draws y, the target's string without cell `odd`, and selects its ones; their token is 1. If y
    has none, F selects cell `odd`, whose token is 1 with its probability given y = 0. Either way a
    cell is visible, and what is visible says what y was. Round 2 writes the rest: zeros, and
    cell `odd` by its conditional law.
    """
    n = _length(target)
    others, mass, ones = _without(target, odd)
    start = all_masked(n)
    nothing = (0,) * (n - 1)

    def select(state: State, _number: Round) -> Law[Positions]:
        if state != start:
            return certain(masked_positions(state))
        return Law({written_first(y): weight for y, weight in mass.items()})

    def written_first(y: State) -> Positions:
        empty = not any(y)
        bits = dict(zip(others, y, strict=True))
        return frozenset(
            i for i in range(n) if shown_by_pattern(bool(bits.get(i)), odd=i == odd, empty=empty)
        )

    def predictor(state: State, i: int, _number: Round) -> Law[Token]:
        if state == start:
            return _bit(ones, mass, nothing) if i == odd else certain(1)
        y = tuple(bit_of_pattern(state[k]) for k in others)
        return _bit(ones, mass, y) if i == odd else certain(0)

    return _write_once(n, predictor, JointUnmasking(select))


def any_target_by_joint_remasking(target: TokenLaw) -> Sampler:
    """Two rounds, F deterministic, G jointly random, no clock: for every law on {0,1}^n, n >= 2.

    Round 1 writes all but cell 0: cell 1 by its law, the others 1. While cell 0 is masked, G draws
    the string of cells 2, ..., n-1 given cell 1 and masks its zeros. Round 2 writes them, and cell
    0 by its conditional law. Raises `BadInput` for n < 2.
    """
    n = _length(target)
    if n < 2:
        raise BadInput(f"n = {n}", source="joint remasking", expected="n >= 2")
    _, mass, ones = _without(target, 0)
    start = all_masked(n)
    kept: Positions = frozenset(range(1, n))
    second = sum((w for y, w in mass.items() if y[0]), ZERO)

    def predictor(state: State, i: int, _number: Round) -> Law[Token]:
        if state == start:
            return bernoulli(second) if i == 1 else certain(1)
        y = tuple(bit_of_pattern(token) for token in state[1:])
        return _bit(ones, mass, y) if i == 0 else certain(0)

    def remask(state: State, _number: Round) -> Law[Positions]:
        if state[0] != MASK:
            return certain(frozenset())
        given = {y: w for y, w in mass.items() if y[0] == state[1]}
        total = sum(given.values(), ZERO)
        if not total:
            return certain(frozenset())
        return Law(
            {
                frozenset(i for i in range(2, n) if hidden_by_pattern(bool(y[i - 1]))): w / total
                for y, w in given.items()
            }
        )

    return Sampler(
        length=n,
        predictor=predictor,
        unmask=DeterministicUnmasking(
            lambda state, _: kept if state == start else masked_positions(state)
        ),
        rounds=2,
        output=tuple(range(n)),
        edits=Edits.REMASK,
        remask=JointRemasking(remask),
    )


def any_target_by_joint_remasking_zeros(target: TokenLaw, missing: State | None = None) -> Sampler:
    """Two rounds, G jointly random, every token certain: with a clock, or two strings are missing.

    Round 1 writes a string w, G masks where the drawn string differs from w, round 2 writes the
    complement of w there. Without a clock w must be `missing` from the support, so that the state
    w tells G of round 1, and its complement too, so that something stays visible. Raises
    `BadInput` if one of them is not missing.
    """
    n = _length(target)
    if missing is not None and (target[missing] or target[tuple(1 - bit for bit in missing)]):
        raise BadInput(f"{missing} or its complement occurs", source="joint remasking")
    w = (1,) * n if missing is None else missing
    start = all_masked(n)
    clock = missing is None

    def is_first(state: State, number: Round) -> bool:
        return number == 1 if clock else state == start

    def remask(state: State, number: Round) -> Law[Positions]:
        if number == 1 if clock else state == w:
            return target.map(lambda z: frozenset(i for i in range(n) if z[i] != w[i]))
        return certain(frozenset())

    return Sampler(
        length=n,
        predictor=lambda state, i, number: certain(w[i] if is_first(state, number) else 1 - w[i]),
        unmask=DeterministicUnmasking(lambda state, _: masked_positions(state)),
        rounds=2,
        output=tuple(range(n)),
        edits=Edits.REMASK,
        remask=JointRemasking(remask),
        clock=Clock.ROUND_NUMBER if clock else Clock.STATE_ONLY,
    )


# --- one-hot laws ------------------------------------------------------------------------------


def one_hot_weights(target: TokenLaw) -> tuple[Fraction, ...] | None:
    """P(the 1 stands at i) for i = 0, ..., n-1; None if a string has not exactly one 1."""
    n = _length(target)
    if any(sum(z) != 1 for z in target):
        return None
    return tuple(target[tuple(int(i == k) for i in range(n))] for k in range(n))


def becomes_one(*, first: bool, one_is_there: bool) -> bool:
    """Whether a masked cell becomes 1 in round 2: the first one, unless cell 0 shows a 1."""
    return first and not one_is_there


def is_hidden(bit: bool, *, earlier: bool) -> bool:
    """Whether G masks a cell: it shows a 1, and an earlier one does."""
    return bit and earlier


def is_one_of_the_rest(*, started: bool, shows_zero: bool) -> bool:
    """Whether a 1 is drawn for a cell: in round 2, where round 1 wrote no 0."""
    return started and not shows_zero


def one_hot_by_independent_unmasking(target: TokenLaw) -> Sampler:
    """Two rounds, write-once, F independent per position, no clock: for every one-hot law, n >= 2.

    Round 1 writes cell 0, 1 with its probability, and the others as 0, each selected by a coin of
    its own but the last one never; the coins are a decision list. In round 2 the first of the
    cells 1, ..., n-1 that is masked becomes 1, unless cell 0 is. Raises `BadInput` for other laws.
    """
    weights = _one_hot(target)
    n = len(weights)
    start = all_masked(n)
    rest = 1 - weights[0]
    skip = [1 - h for h in hazards([w / rest for w in weights[1:]])] if rest else [ONE] * (n - 1)
    skip[-1] = ZERO

    def rate(state: State, i: int, _number: Round) -> Fraction:
        if state == start:
            return ONE if i == 0 else skip[i - 1]
        return ONE if state[i] == MASK else ZERO

    def predictor(state: State, i: int, _number: Round) -> Law[Token]:
        if state == start:
            return bernoulli(weights[0]) if i == 0 else certain(0)
        first = 1 + first_one([int(token == MASK) for token in state[1:]])
        return certain(int(becomes_one(first=i == first, one_is_there=state[0] != 0)))

    return _write_once(n, predictor, IndependentUnmasking(rate))


def one_hot_by_remasking(target: TokenLaw) -> Sampler:
    """Two rounds, F and G deterministic, no clock: for every one-hot law, n >= 1.

    Round 1 writes independent bits, a decision list; G masks every 1 after the first, round 2
    writes 0 there. An absorbing sampler. Raises `BadInput` for other laws.
    """
    weights = _one_hot(target)
    n = len(weights)
    start = all_masked(n)
    chances = [*hazards(weights)[:-1], ONE]

    def remask(state: State, _number: Round) -> Positions:
        return frozenset(i for i in range(n) if is_hidden(state[i] == 1, earlier=1 in state[:i]))

    return Sampler(
        length=n,
        predictor=lambda state, i, _: bernoulli(chances[i]) if state == start else certain(0),
        unmask=DeterministicUnmasking(lambda state, _: masked_positions(state)),
        rounds=2,
        output=tuple(range(n)),
        edits=Edits.REMASK,
        remask=DeterministicRemasking(remask),
    )


# --- exchangeable F ----------------------------------------------------------------------------


def fixed_weight_by_uniform_subset(n: int, k: int, edits: Edits = Edits.WRITE_ONCE) -> Sampler:
    """Two rounds, F a uniform subset, every token certain: the uniform law of weight k.

    F selects a uniform subset of n-k cells, which become 0; the others become 1. n > k >= 0. With
    revision F selects all cells in round 2, and visible ones keep their token. Raises `BadInput`
    for other numbers: with nothing selected no round is over.
    """
    if not 0 <= k < n:
        raise BadInput(f"n = {n}, k = {k}", source="fixed weight", expected="0 <= k < n")
    start = all_masked(n)
    return Sampler(
        length=n,
        predictor=lambda state, i, _: certain(
            int(is_one_of_the_rest(started=state != start, shows_zero=state[i] == 0))
        ),
        unmask=UniformSubsetUnmasking(lambda state, _: n - k if state == start else n),
        rounds=2,
        output=tuple(range(n)),
        edits=edits,
    )


def by_subsets_of_any_place(target: TokenLaw, sizes: dict[State, int], rounds: int) -> Sampler:
    """Write-once, F a uniform subset of `sizes[x]` masked cells; p the conditional law given x.

    Exact if in every state reached any so many masked cells are independent given what is visible;
    with size 1 always, in n rounds (order at random, one token at a time).
    """
    n = _length(target)

    def predictor(state: State, i: int, _number: Round) -> Law[Token]:
        mass = one = ZERO
        for z, weight in target.items():
            if all(shown in (MASK, bit) for shown, bit in zip(state, z, strict=True)):
                mass += weight
                one += weight if z[i] else ZERO
        return bernoulli(one / mass) if mass else certain(0)

    return _write_once(n, predictor, UniformSubsetUnmasking(lambda x, _: sizes.get(x, 1)), rounds)


# --- shared ------------------------------------------------------------------------------------


def _length(target: TokenLaw) -> int:
    return len(next(iter(target)))


def _one_hot(target: TokenLaw) -> tuple[Fraction, ...]:
    weights = one_hot_weights(target)
    if weights is None or len(weights) < 2:
        raise BadInput("no one-hot law", source="target", expected="strings with one 1, n >= 2")
    return weights


def _without(
    target: TokenLaw, odd: int
) -> tuple[list[int], dict[State, Fraction], dict[State, Fraction]]:
    """The other cells, the law of their string, and its part where cell `odd` is 1."""
    others = [i for i in range(_length(target)) if i != odd]
    mass: dict[State, Fraction] = {}
    ones: dict[State, Fraction] = {}
    for z, weight in target.items():
        y = tuple(z[i] for i in others)
        mass[y] = mass.get(y, ZERO) + weight
        ones[y] = ones.get(y, ZERO) + (weight if z[odd] else ZERO)
    return others, mass, ones


def _bit(ones: dict[State, Fraction], mass: dict[State, Fraction], y: State) -> Law[Token]:
    total = mass.get(y, ZERO)
    return bernoulli(ones[y] / total) if total else certain(0)


def _write_once(
    n: int,
    predictor: Predictor,
    unmask: JointUnmasking | IndependentUnmasking | UniformSubsetUnmasking,
    rounds: int = 2,
) -> Sampler:
    return Sampler(
        length=n,
        predictor=predictor,
        unmask=unmask,
        rounds=rounds,
        output=tuple(range(n)),
    )
