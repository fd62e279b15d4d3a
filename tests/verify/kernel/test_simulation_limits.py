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
from dlmcheck.verify.kernel.contents import TABLE_LIMIT, Content, Simulation
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
    """One cell that shows the AND of many coins: the coins and the node are tabled."""
    coins = width - 1
    found = schedule(
        lambda b: [b.gate(Op.AND, range(2, 2 + coins))], lambda b: [masked_bit(0)], coins=coins
    )
    inputs = tuple(replace(R, name=f"r{j}") for j in range(coins))
    circuit = Circuit(inputs, (Gate(Op.AND, tuple(range(coins))),), (coins,), ("o",))
    certificate = Simulation((((0, coins),),), tuple((1, j, j) for j in range(coins)))
    if accepted:
        check_simulation("x", found, circuit, certificate)
    else:
        reason = reason_of(found, circuit, certificate.writes, certificate.coins)
        assert reason == f"a local step reads {width} values: too many to table"


def test_a_correct_value_whose_reason_lies_further_away_is_out_of_reach() -> None:
    """Cell 2 shows r and s; the circuit takes r through two negations, of which one is in sight."""
    found = schedule(
        lambda b: [
            b.or_(b.and_(masked_bit(0), 6), value_bit(0)),
            b.or_(b.and_(masked_bit(1), 7), value_bit(1)),
            b.or_(b.and_(masked_bit(2), value_bit(0), value_bit(1)), value_bit(2)),
        ],
        lambda b: [
            masked_bit(0),
            masked_bit(1),
            b.and_(masked_bit(2), ~masked_bit(0)),
        ],
        length=3,
        coins=2,
        rounds=2,
        output=(2,),
    )
    gates = (Gate(Op.NOT, (0,)), Gate(Op.NOT, (2,)), Gate(Op.AND, (3, 1)))
    far = Circuit((R, S), gates, (4,), ("o",))
    assert difference(found, far) is None
    writes: list[Line] = [((0, 0), (1, 1)), ((2, 4),)]
    coins = [(1, 0, 0), (1, 1, 1)]
    assert reason_of(found, far, writes, coins) == "round 2: cell 2 does not write node 4"
    near = Circuit((R, S), (Gate(Op.AND, (0, 1)),), (2,), ("o",))
    check_simulation("x", found, near, Simulation((writes[0], ((2, 2),)), tuple(coins)))
