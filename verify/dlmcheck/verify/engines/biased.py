"""Output laws of circuits and schedules whose random bits are biased, as polynomials.

Source: circuits and schedules as in Jiang, Haghtalab, Chen (ICLR 2026), section 2, except that
random bit j is 1 with probability p_j. Weights may be rationals, or polynomials in p_1, ..., p_r:
then one computation is about all biases at once.
"""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import product
from typing import Any

from dlmcheck.spec.circuit import Bits, Circuit, InputKind, cone, evaluate
from dlmcheck.spec.policies import DeterministicRemasking, DeterministicUnmasking
from dlmcheck.spec.sampler import check_write
from dlmcheck.spec.schedule import Schedule, clock_value, sampler_of
from dlmcheck.spec.tokens import MASK, State, Token
from dlmcheck.verify.engines.algebra import Number
from dlmcheck.verify.kernel.results import Rejected


@cache
def polynomials(variables: tuple[str, ...]) -> tuple[Number, ...]:
    """The variables as polynomials with integer coefficients."""
    import sympy
    from sympy.polys.rings import ring

    found: tuple[Any, ...] = ring(list(variables), sympy.ZZ)
    return found[1:]


def biased_circuit_law(
    circuit: Circuit, data: Bits, biases: Mapping[int, Number]
) -> dict[State, Number]:
    """The law of the outputs; `biases` has the probability of 1 for each random input."""
    data_of = dict(zip(circuit.data_inputs, data, strict=True))
    law: dict[State, Number] = {}
    random = circuit.random_inputs
    for coins in product((False, True), repeat=len(random)):
        drawn = dict(zip(random, coins, strict=True))
        values = [drawn[v] if v in drawn else data_of[v] for v in range(len(circuit.inputs))]
        output = tuple(map(int, evaluate(circuit, values)))
        weight = _weight(coins, [biases[v] for v in random])
        law[output] = law.get(output, 0) + weight
    return _without_zeros(law)


def biased_schedule_law(
    schedule: Schedule, data: Bits, biases: Sequence[Number]
) -> dict[State, Number]:
    """The law of the output cells; `biases` is per random input of the predictor, in order.

    Raises `Rejected` if F or G draw coins or cells are given, and the errors of an illegal write.
    """
    sampler = sampler_of(schedule, data)
    unmask, remask = sampler.unmask, sampler.remask
    if not isinstance(unmask, DeterministicUnmasking) or schedule.given_cells:
        raise Rejected("biased laws are for deterministic F and no given cells")
    if remask is not None and not isinstance(remask, DeterministicRemasking):
        raise Rejected("biased laws are for deterministic G")
    rows = [_row(schedule, i, biases) for i in range(schedule.length)]
    (start,) = sampler.start()
    law: dict[State, Number] = {start: 1}
    for number in range(1, schedule.rounds + 1):
        clock = sampler.round_argument(number)
        after: dict[State, Number] = {}
        for state, weight in law.items():
            fixed = schedule.encoding.encode(state) + clock_value(schedule, clock or 0)
            chosen = sorted(unmask.select(state, clock))
            drawn = [rows[i](fixed) for i in chosen]
            for tokens in product(*(law_of_cell.items() for law_of_cell in drawn)):
                new, total = list(state), weight
                for i, (token, probability) in zip(chosen, tokens, strict=True):
                    check_write(sampler, state[i], token, state, number, i)
                    new[i], total = token, total * probability
                written = tuple(new)
                masked = frozenset[int]() if remask is None else remask.select(written, clock)
                final = tuple(MASK if i in masked else x for i, x in enumerate(written))
                after[final] = after.get(final, 0) + total
        law = _without_zeros(after)
    output: dict[State, Number] = {}
    for state, weight in law.items():
        shown = tuple(state[i] for i in schedule.output)
        output[shown] = output.get(shown, 0) + weight
    return _without_zeros(output)


def coin_biases(
    schedule: Schedule,
    coins: Sequence[tuple[int, int, int]],
    biases: Mapping[int, Number],
    spare: Number,
) -> list[Number]:
    """The bias of every coin of the predictor: that of the input for which it stands.

    `coins` lists (round, coin, random input). A coin that stands for none has the bias `spare`.
    Raises `Rejected` if a coin stands for two inputs, or an input has two coins.
    """
    stands: dict[int, int] = {}
    for _, coin, node in coins:
        if stands.setdefault(coin, node) != node:
            raise Rejected(f"coin {coin} stands for two random inputs")
    named = [node for _, _, node in coins]
    if len(set(named)) != len(named):
        raise Rejected("a random input has two coins")
    count = len(schedule.predictor.random_inputs)
    return [biases[stands[j]] if j in stands else spare for j in range(count)]


def _row(
    schedule: Schedule, i: int, biases: Sequence[Number]
) -> Callable[[Bits], dict[Token, Number]]:
    predictor = schedule.predictor
    part, source = cone(predictor, predictor.outputs[2 * i : 2 * i + 2])
    own = [v for v, one in enumerate(part.inputs) if one.kind is InputKind.RANDOM]
    first = predictor.random_inputs[0] if own else 0
    weights = [biases[source[v] - first] for v in own]

    @cache
    def law(fixed: Bits) -> dict[Token, Number]:
        found: dict[Token, Number] = {}
        for coins in product((False, True), repeat=len(own)):
            drawn = dict(zip(own, coins, strict=True))
            values = [drawn[v] if v in drawn else fixed[source[v]] for v in range(len(part.inputs))]
            high, low = evaluate(part, values)
            token = schedule.encoding.token_of((high, low), i)
            found[token] = found.get(token, 0) + _weight(coins, weights)
        return _without_zeros(found)

    return law


def _weight(coins: Sequence[bool], biases: Sequence[Number]) -> Number:
    result: Number = 1
    for coin, bias in zip(coins, biases, strict=True):
        result = result * (bias if coin else 1 - bias)
    return result


def _without_zeros(law: dict[Any, Number]) -> dict[Any, Number]:
    return {outcome: weight for outcome, weight in law.items() if weight != 0}
