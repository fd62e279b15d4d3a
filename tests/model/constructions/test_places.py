"""Where values stand in the banks, and what it saves that those that are handed on stay there."""

from __future__ import annotations

import pytest

from dlmcheck.model.builder import Builder
from dlmcheck.model.constructions import places
from dlmcheck.model.constructions.carrying import carried, latest_layers
from dlmcheck.model.constructions.places import Places
from dlmcheck.model.constructions.remask import compile_remasking
from dlmcheck.model.constructions.revise import compile_revision
from dlmcheck.model.constructions.rows import Bank, Rows, rows_of
from dlmcheck.model.domains import seeded_circuit
from dlmcheck.model.families import FAMILIES
from dlmcheck.model.logarithm import ceil_log2
from dlmcheck.spec.circuit import Circuit, Op
from dlmcheck.spec.errors import BadCircuit
from dlmcheck.spec.resources import depth
from dlmcheck.verify.kernel.contents import Simulation
from dlmcheck.verify.kernel.simulation import check_simulation
from dlmcheck.verify.kernel.verdicts import Verdict
from tests.model.constructions.banked import Compile


def late_and(length: int) -> Circuit:
    """A chain of XORs, and its first input once more in the last gate."""
    b = Builder.with_names(random=[f"r{k}" for k in range(length + 1)])
    last = 0
    for k in range(1, length + 1):
        last = b.xor(last, k)
    return b.build([b.and_(last, 0)])


def some_circuits() -> list[tuple[Circuit, tuple[int, ...]]]:
    """Circuits that hand on values, with layers, early and late."""
    found: list[tuple[Circuit, tuple[int, ...]]] = []
    families = [FAMILIES[name](5) for name in ("parity-chain", "ripple-adder")]
    for circuit in (*map(seeded_circuit, range(30)), *families, late_and(9)):
        try:
            found += [carried(circuit), carried(circuit, latest_layers(circuit))]
        except BadCircuit:
            continue
    return found


def by_layer(rows: Rows, width: int) -> list[dict[int, int]]:
    """For each layer which place shows which slot or the value that it is a copy of."""
    stays = Places(rows, (Bank(0, width),), (0,) * len(rows.rows)).stays
    shown: list[dict[int, int]] = [{} for _ in rows.rows]
    for place, listed in enumerate(stays):
        for stay in listed:
            for t in range(stay.first, stay.last + 1):
                assert place not in shown[t]
                shown[t][place] = stay.slot
    return shown


def source(circuit: Circuit, literal: int) -> int:
    """What a literal is a copy of, through all ID gates."""
    first = len(circuit.inputs)
    while literal >= first and circuit.gates[literal - first].op is Op.ID:
        (literal,) = circuit.gates[literal - first].args
    return literal


def test_each_slot_of_a_row_has_one_place_and_outputs_the_last_ones() -> None:
    for circuit, layers in some_circuits():
        rows = rows_of(circuit, layers)
        shown = by_layer(rows, rows.width)
        for row, placed in zip(rows.rows, shown, strict=True):
            sources = sorted(source(circuit, literal) for literal in row)
            assert sorted(source(circuit, slot) for slot in placed.values()) == sources
            assert all(0 <= place < rows.width for place in placed)
        ending = [source(circuit, shown[-1][k]) for k in range(len(rows.rows[-1]))]
        assert ending == [source(circuit, literal) for literal in reversed(rows.rows[-1])]


def test_without_copies_rows_are_right_aligned() -> None:
    circuit = FAMILIES["parity-tree"](8)
    rows = rows_of(circuit)
    assert by_layer(rows, rows.width) == [dict(enumerate(reversed(row))) for row in rows.rows]


def test_a_value_that_is_handed_on_stays_until_the_last_layer_but_one() -> None:
    circuit, layers = carried(late_and(9))
    rows = rows_of(circuit, layers)
    stays = Places(rows, (Bank(0, rows.width),), (0,) * len(rows.rows)).stays
    assert [(s.first, s.last) for listed in stays for s in listed if s.slot == 0] == [
        (0, rows.depth - 1)
    ]


def test_a_place_that_the_other_bank_does_not_have_is_left() -> None:
    assert places._placed([2, 4, -1], 3) == [2, 1, 0]  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize("compile_", [compile_revision, compile_remasking])
def test_what_is_kept_takes_gates_for_values_and_not_for_layers(compile_: Compile) -> None:
    gates: dict[int, int] = {}
    for length in (16, 32, 64):
        circuit, layers = carried(late_and(length))
        gates[length] = len(compile_(circuit, layers=layers).schedule.predictor.gates)
        # Some 2 d^2 of them would be needed, were each layer of each coin a case.
        assert gates[length] < 40 * length
    assert gates[64] < 2.3 * gates[32] < 2.3 * 2.3 * gates[16]


def test_the_depth_stays_below_the_bound_of_the_notes() -> None:
    for circuit, layers in some_circuits():
        d = max(layers)
        c = ceil_log2(d + 1)
        above = c + ceil_log2(2 * c + 1)
        assert depth(compile_revision(circuit, layers=layers).schedule.predictor) <= above + 2
        assert depth(compile_remasking(circuit, layers=layers).schedule.predictor) <= above + 4


def test_schedules_that_keep_values_are_certified() -> None:
    for circuit, layers in some_circuits():
        for compile_ in (compile_revision, compile_remasking):
            made = compile_(circuit, layers=layers)
            plan = Simulation(made.writes, made.coins)
            checked = check_simulation("kept", made.schedule, circuit, plan)
            assert checked.verdict is Verdict.PROVED


def test_canary_a_copy_in_another_place_is_not_what_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """If stays went on although copies moved, the kernel would refuse the schedule."""
    circuit, layers = carried(late_and(4))
    made = compile_revision(circuit, layers=layers)
    plan = Simulation(made.writes, made.coins)

    def shifted(first: int, last: int) -> int:
        return (1 << last) - (1 << first) if last > first else 0

    monkeypatch.setattr("dlmcheck.model.constructions.revise.bits_between", shifted)
    wrong = compile_revision(circuit, layers=layers).schedule
    with pytest.raises(Exception, match="does not write"):
        check_simulation("kept", wrong, circuit, plan)
