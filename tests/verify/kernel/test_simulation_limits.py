"""Schedules without a cut-point certificate: those at fault, and those out of reach."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from dlmcheck.model.builder import Builder, masked_bit, value_bit
from dlmcheck.spec.circuit import Circuit, Gate, Literal, Op
from dlmcheck.spec.lattice import Edits, End, Stop
from dlmcheck.spec.schedule import Schedule, interface
from dlmcheck.verify.kernel.contents import Content, Simulation
from dlmcheck.verify.kernel.functions import TABLE_LIMIT
from dlmcheck.verify.kernel.laws import difference
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.simulation import check_simulation
from tests.verify.kernel.small import A, R, S, one_coin

Line = tuple[tuple[int, Content], ...]
Draw = Callable[[Builder], Sequence[Literal]]


def schedule(
    predictor: Draw,
    unmask: Draw,
    *,
    length: int = 1,
    coins: int = 1,
    clock_bits: int = 0,
    remask: Draw | None = None,
    **fields: Any,
) -> Schedule:
    """A schedule from the literals of its outputs; high bits, unless given, are 0."""

    def built(draw: Draw, random: int, wanted: int) -> Circuit:
        builder = Builder(interface(length, clock_bits=clock_bits, random=random))
        literals = list(draw(builder))
        if len(literals) * 2 == wanted:
            zero = builder.constant(False)
            literals = [bit for low in literals for bit in (zero, low)]
        return builder.build(literals)

    given: dict[str, Any] = {"output": (0,), "output_names": ("o",), "rounds": 1, **fields}
    return Schedule(
        length=length,
        predictor=built(predictor, coins, 2 * length),
        unmask=built(unmask, 0, 0),
        remask=None if remask is None else built(remask, 0, 0),
        clock_bits=clock_bits,
        **given,
    )


def always(builder: Builder) -> list[Literal]:
    return [builder.constant(True)]


COIN = Circuit((R,), (), (0,), ("o",))
TWO_COINS = Circuit((R, S), (), (0,), ("o",))


def reason_of(
    found: Schedule,
    circuit: Circuit,
    writes: Sequence[Line],
    coins: Sequence[tuple[int, int, int]] = ((1, 0, 0),),
    given: Sequence[int] = (),
) -> str:
    certificate = Simulation(tuple(writes), tuple(coins), tuple(given))
    with pytest.raises(Rejected) as caught:
        check_simulation("x", found, circuit, certificate)
    return caught.value.reason


def error_of(found: Schedule, circuit: Circuit) -> str:
    """The rule that the run breaks, by the reference."""
    witness = difference(found, circuit)
    assert witness is not None
    return witness.error


# --- schedules that break a rule -------------------------------------------------------------


def test_a_visible_token_that_is_drawn_anew_is_rejected() -> None:
    found = schedule(lambda b: [2], always, rounds=2)
    reason = reason_of(found, COIN, [((0, 0),), ()])
    assert reason == "round 2: cell 0 does not write node 0"
    assert error_of(found, COIN) == "WritesVisibleToken"


def test_a_visible_token_that_is_replaced_by_another_coin_is_rejected() -> None:
    found = schedule(lambda b: [2], always, rounds=2)
    reason = reason_of(found, TWO_COINS, [((0, 0),), ((0, 1),)], [(1, 0, 0), (2, 0, 1)])
    assert reason == "round 2: the visible token of cell 0 is changed"
    # With revision the same certificate holds, for the circuit that outputs the second coin.
    revised = replace(found, edits=Edits.REVISE_TOKEN)
    second = replace(TWO_COINS, outputs=(1,))
    certificate = Simulation((((0, 0),), ((0, 1),)), ((1, 0, 0), (2, 0, 1)))
    check_simulation("x", revised, second, certificate)


def test_a_given_cell_that_is_drawn_anew_is_rejected() -> None:
    found = schedule(lambda b: [2], always, given_cells=(0,))
    reason = reason_of(found, TWO_COINS, [((0, 0),)], [(1, 0, 0)], [1])
    assert reason == "round 1: the visible token of cell 0 is changed"


def test_a_prompt_that_is_rewritten_is_rejected_even_where_revision_is_allowed() -> None:
    found = schedule(
        lambda b: [2], always, edits=Edits.REVISE_TOKEN, data_cells=(0,), data_names=("a",)
    )
    circuit = Circuit((A, R), (), (1,), ("o",))
    reason = reason_of(found, circuit, [((0, 1),)], [(1, 0, 1)])
    assert reason == "round 1: prompt cell 0 is changed"
    assert error_of(found, circuit) == "ChangesPrompt"


def test_a_prompt_that_is_remasked_is_rejected() -> None:
    found = schedule(
        lambda b: [value_bit(0)],
        lambda b: [masked_bit(0)],
        remask=always,
        edits=Edits.REMASK,
        data_cells=(0,),
        data_names=("a",),
    )
    circuit = Circuit((A,), (), (0,), ("o",))
    assert reason_of(found, circuit, [()], []) == "round 1: prompt cell 0 is remasked"
    assert error_of(found, circuit) == "ChangesPrompt"


@pytest.mark.parametrize("edits", [Edits.WRITE_ONCE, Edits.REVISE_TOKEN])
def test_a_written_mask_is_rejected_where_only_tokens_are_written(edits: Edits) -> None:
    found = schedule(lambda b: [b.constant(True), b.constant(False)], always, edits=edits)
    for content in ("M", "0", "1", 0):
        assert "round 1: cell 0" in reason_of(found, COIN, [((0, content),)])
    assert error_of(found, COIN) == "WritesMask"


def test_the_illegal_code_is_no_content() -> None:
    found = schedule(lambda b: [b.constant(True), b.constant(True)], always, edits=Edits.REVISE_ANY)
    for content in ("M", "0", "1", 0, ~0):
        assert "does not write" in reason_of(found, COIN, [((0, content),)])
    assert error_of(found, COIN) == "IllegalCode"


@pytest.mark.parametrize("end", End)
def test_a_mask_at_the_end_is_rejected_where_a_token_must_be(end: End) -> None:
    """Cell 1 is never written; it is the output, or must be unmasked with the whole state."""
    found = schedule(
        lambda b: [b.constant(False), b.constant(False)],
        lambda b: [masked_bit(0), b.constant(False)],
        length=2,
        coins=0,
        output=(1,) if end is End.OUTPUT_ONLY else (0,),
        end=end,
    )
    circuit = Circuit((), (Gate(Op.CONST0),), (0,), ("o",))
    assert reason_of(found, circuit, [((0, 0),)], []) == "cell 1 is masked at the end"
    assert error_of(found, circuit) == "LeavesMask"


def test_a_further_round_that_masks_the_output_breaks_an_absorbing_stop() -> None:
    """Cell 0 shows its coin; one round later it is rewritten with M, and then drawn again."""
    found = schedule(
        lambda b: [~masked_bit(0), b.and_(masked_bit(0), 2)],
        always,
        edits=Edits.REVISE_ANY,
        stop=Stop.ABSORBING,
    )
    assert reason_of(found, COIN, [((0, 0),)]) == "round 2: cell 0 does not write node 0"
    assert error_of(found, COIN) == "NotAbsorbing"
    fixed = replace(found, stop=Stop.FIXED_ROUNDS)
    check_simulation("x", fixed, COIN, Simulation((((0, 0),),), ((1, 0, 0),)))


def test_a_further_round_that_remasks_breaks_an_absorbing_stop() -> None:
    """Cell 1 is written in round 2, and masked again by G in round 3."""
    found = schedule(
        lambda b: [b.constant(False), b.constant(False)],
        lambda b: [masked_bit(0), b.and_(~masked_bit(0), masked_bit(1))],
        length=2,
        coins=0,
        remask=lambda b: [b.constant(False), b.constant(False)],
        edits=Edits.REMASK,
        rounds=2,
        output=(1,),
        stop=Stop.ABSORBING,
    )
    circuit = Circuit((), (Gate(Op.CONST0),), (0,), ("o",))
    certificate = Simulation((((0, "0"),), ((1, 0),)))
    check_simulation("x", found, circuit, certificate)
    builder = Builder(interface(2))
    # Masks cell 1 unless cell 0 is masked: then after round 2 as well, which ends with a mask.
    worse = replace(found, remask=builder.build([builder.constant(False), ~masked_bit(0)]))
    assert reason_of(worse, circuit, certificate.writes, []) == "cell 1 is masked at the end"


def test_a_further_round_that_writes_breaks_an_absorbing_stop() -> None:
    """One round of a schedule that takes two."""
    found = schedule(
        lambda b: [b.constant(False), b.constant(False)],
        lambda b: [masked_bit(0), b.and_(~masked_bit(0), masked_bit(1))],
        length=2,
        coins=0,
        end=End.OUTPUT_ONLY,
        stop=Stop.ABSORBING,
    )
    circuit = Circuit((), (Gate(Op.CONST0),), (0,), ("o",))
    reason = reason_of(found, circuit, [((0, 0),)], [])
    assert reason == "round 2: cell 1 is written, the certificate omits it"
    assert error_of(found, circuit) == "NotAbsorbing"


# --- schedules that are right and out of reach -----------------------------------------------


def test_a_policy_that_looks_at_values_is_out_of_reach() -> None:
    """F selects cell 1 whatever cell 0 shows, but writes it in two ways."""
    found = schedule(
        lambda b: [*coin_with(b, 4), b.constant(False)],
        lambda b: [masked_bit(0), b.and_(masked_bit(1), value_bit(0))],
        length=2,
        end=End.OUTPUT_ONLY,
        rounds=2,
    )
    assert difference(found, COIN) is None
    reason = reason_of(found, COIN, [((0, 0),), ()])
    assert reason == "round 2: the selection of cell 1 depends on values"


def coin_with(builder: Builder, coin: int) -> list[Literal]:
    return [builder.or_(builder.and_(masked_bit(0), coin), value_bit(0))]


def test_remasking_that_looks_at_values_is_out_of_reach() -> None:
    found = schedule(
        lambda b: [*coin_with(b, 4), b.constant(False)],
        lambda b: [masked_bit(0), b.constant(False)],
        length=2,
        remask=lambda b: [b.constant(False), value_bit(0)],
        edits=Edits.REMASK,
        end=End.OUTPUT_ONLY,
    )
    assert difference(found, COIN) is None
    reason = reason_of(found, COIN, [((0, 0),)])
    assert reason == "round 1: the remasking of cell 1 depends on values"


def test_random_policies_and_policies_that_see_candidates_are_out_of_reach() -> None:
    plain, circuit = one_coin()
    random = Builder(interface(1, random=1)).build([2])
    with_coin = replace(plain, unmask=random)
    remasked = replace(plain, edits=Edits.REMASK, remask=random)
    seen = Builder(interface(1, candidates=True)).build([masked_bit(0)])
    seeing = replace(plain, unmask=seen, unmask_sees_candidates=True)
    assert [reason_of(s, circuit, [((0, 0),)]) for s in (with_coin, remasked, seeing)] == [
        "the unmasking policy is random: no cut-point certificate",
        "the remasking policy is random: no cut-point certificate",
        "the unmasking policy sees the candidates: no cut-point certificate",
    ]


@pytest.mark.parametrize(("width", "accepted"), [(TABLE_LIMIT, True), (TABLE_LIMIT + 1, False)])
def test_a_local_step_may_read_so_many_values_and_no_more(width: int, *, accepted: bool) -> None:
    """One cell that shows the AND of many coins, drawn as an AND of two parts."""
    found = schedule(
        lambda b: [b.and_(b.gate(Op.AND, range(2, 4)), b.gate(Op.AND, range(4, 2 + width)))],
        lambda b: [masked_bit(0)],
        coins=width,
    )
    inputs = tuple(replace(R, name=f"r{j}") for j in range(width))
    circuit = Circuit(inputs, (Gate(Op.AND, tuple(range(width))),), (width,), ("o",))
    certificate = Simulation((((0, width),),), tuple((1, j, j) for j in range(width)))
    if accepted:
        check_simulation("x", found, circuit, certificate)
    else:
        reason = reason_of(found, circuit, certificate.writes, certificate.coins)
        assert reason == f"a local step reads {width} values: too many to table"


def test_any_number_of_values_may_be_read_in_the_way_of_the_circuit() -> None:
    """The same AND, drawn by one gate: there is nothing to table."""
    coins = 10 * TABLE_LIMIT
    found = schedule(
        lambda b: [b.gate(Op.AND, range(2, 2 + coins))], lambda b: [masked_bit(0)], coins=coins
    )
    inputs = tuple(replace(R, name=f"r{j}") for j in range(coins))
    circuit = Circuit(inputs, (Gate(Op.AND, tuple(range(coins))),), (coins,), ("o",))
    certificate = Simulation((((0, coins),),), tuple((1, j, j) for j in range(coins)))
    check_simulation("x", found, circuit, certificate)


def test_values_that_are_switched_off_are_not_read() -> None:
    """A cell draws coin t in round t, of many: a table over all of them would be too large."""
    rounds = 2 * TABLE_LIMIT
    inputs = tuple(replace(R, name=f"r{j}") for j in range(rounds))
    circuit = Circuit(inputs, (), (rounds - 1,), ("o",))

    def drawn(b: Builder) -> list[Literal]:
        clock = range(2, 8)
        terms = [
            b.and_(*(bit if t >> j & 1 else ~bit for j, bit in enumerate(clock)), 7 + t)
            for t in range(1, rounds + 1)
        ]
        return [b.or_(*terms)]

    found = schedule(
        drawn, always, coins=rounds, clock_bits=6, rounds=rounds, edits=Edits.REVISE_TOKEN
    )
    writes = [((0, t),) for t in range(rounds)]
    coins = tuple((t, t - 1, t - 1) for t in range(1, rounds + 1))
    check_simulation("x", found, circuit, Simulation(tuple(writes), coins))
    writes[5] = ((0, 6),)
    assert reason_of(found, circuit, writes, coins) == "round 6: cell 0 does not write node 6"


@pytest.mark.parametrize(("width", "accepted"), [(4, True), (TABLE_LIMIT + 1, False)])
def test_a_correct_value_whose_reason_lies_further_away_is_within_reach_of_a_table_or_out_of_it(
    width: int, *, accepted: bool
) -> None:
    """Cell w+1 shows (r0 and ... ) in two parts; the circuit's arguments of it are other parts."""
    coins = range(width)
    inputs = tuple(replace(R, name=f"r{j}") for j in coins)

    def keeps(b: Builder, cell: int, drawn: Literal) -> Literal:
        return b.or_(b.and_(masked_bit(cell), drawn), value_bit(cell))

    def drawn(b: Builder) -> list[Literal]:
        first = [keeps(b, j, 2 * (width + 1) + j) for j in coins]
        shown = [value_bit(j) for j in coins]
        parts = b.gate(Op.AND, shown[:2]), b.gate(Op.AND, shown[2:])
        return [*first, keeps(b, width, b.and_(*parts))]

    found = schedule(
        drawn,
        lambda b: [*(masked_bit(j) for j in coins), b.and_(masked_bit(width), ~masked_bit(0))],
        length=width + 1,
        coins=width,
        rounds=2,
        output=(width,),
    )
    halves = Gate(Op.AND, tuple(coins[:-2])), Gate(Op.AND, tuple(coins[-2:]))
    both = Gate(Op.AND, (width, width + 1))
    circuit = Circuit(inputs, (*halves, both), (width + 2,), ("o",))
    writes: list[Line] = [tuple((j, j) for j in coins), ((width, width + 2),)]
    stands = tuple((1, j, j) for j in coins)
    if accepted:
        check_simulation("x", found, circuit, Simulation(tuple(writes), stands))
    else:
        reason = reason_of(found, circuit, writes, stands)
        assert reason == "a local step reads 17 values: too many to table"
