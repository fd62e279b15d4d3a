"""Circuits and schedules as text: round trips, writing by hand, and what is refused."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op, evaluate
from dlmcheck.spec.errors import (
    BadCircuit,
    BadInput,
    CyclicCircuit,
    DlmcheckError,
    DuplicateSignal,
    IllegalCode,
    MalformedSyntax,
    SharedRandomBits,
    UndefinedSignal,
    UnsupportedFeature,
)
from dlmcheck.spec.lattice import Edits, End, Stop
from dlmcheck.spec.schedule import Schedule, interface
from dlmcheck.spec.serial import (
    circuit_from_json,
    circuit_to_json,
    schedule_from_json,
    schedule_to_json,
)
from dlmcheck.spec.tokens import Encoding

# --- circuits --------------------------------------------------------------------------------

HALF_ADDER = Circuit(
    (Input("a", InputKind.DATA), Input("r", InputKind.RANDOM)),
    (Gate(Op.XOR, (0, 1)), Gate(Op.CONST1), Gate(Op.AND, (0, ~1, 3))),
    (2, ~4),
    ("sum", 'no "carry"'),
)
HALF_ADDER_TEXT = r"""{"format": "dlmcheck-circuit", "version": 1,
 "inputs": [
  {"name": "a", "kind": "data"},
  {"name": "r", "kind": "random"}],
 "gates": [
  ["XOR", 0, 1],
  ["1"],
  ["AND", 0, -2, 3]],
 "outputs": [
  {"name": "sum", "literal": 2},
  {"name": "no \"carry\"", "literal": -5}]}
"""


def test_the_text_of_a_circuit() -> None:
    assert circuit_to_json(HALF_ADDER) == HALF_ADDER_TEXT
    assert circuit_from_json(HALF_ADDER_TEXT) == HALF_ADDER


def test_the_empty_circuit() -> None:
    empty = Circuit((), (), ())
    assert circuit_from_json(circuit_to_json(empty)) == empty


def by_hand(gates: str, outputs: str) -> Circuit:
    return circuit_from_json(
        '{"format": "dlmcheck-circuit", "version": 1, "inputs": ['
        '{"name": "a", "kind": "data"}, {"name": "!b", "kind": "random"}],\n'
        f'"gates": [{gates}],\n"outputs": [{outputs}]}}'
    )


def test_names_may_stand_for_node_numbers() -> None:
    circuit = by_hand(
        '["AND", "a", "!a", 1], {"name": "g", "op": "OR", "args": [2, "!a"]}',
        '{"name": "x", "literal": "!g"}, {"name": "y", "literal": "a"}',
    )
    assert circuit.gates == (Gate(Op.AND, (0, ~0, 1)), Gate(Op.OR, (2, ~0)))
    assert circuit.outputs == (~3, 0)


def test_gates_that_are_read_by_name_may_stand_in_any_order() -> None:
    circuit = by_hand(
        '{"name": "top", "op": "AND", "args": ["mid", "!low"]},'
        '{"name": "mid", "op": "NOT", "args": ["low"]},'
        '{"name": "low", "op": "OR", "args": ["a", 1]},'
        '{"name": "one", "op": "1"}',
        '{"name": "x", "literal": "top"}, {"name": "y", "literal": 3},{"name": "z", "literal": -6}',
    )
    assert circuit.gates == (
        Gate(Op.OR, (0, 1)),
        Gate(Op.NOT, (2,)),
        Gate(Op.AND, (3, ~2)),
        Gate(Op.CONST1),
    )
    # A number counts the gates as they are written: 3 is "mid", -6 the negation of "one".
    assert circuit.outputs == (4, 3, ~5)


def test_gates_in_order_keep_their_numbers_even_if_they_have_names() -> None:
    circuit = by_hand(
        '{"name": "g", "op": "ID", "args": ["a"]}, ["NOT", "g"], {"name": "h", "op": "0"}', ""
    )
    assert [gate.op for gate in circuit.gates] == [Op.ID, Op.NOT, Op.CONST0]


@given(st.integers(0, 10**6))
def test_gates_written_by_name_in_shuffled_order_do_the_same(seed: int) -> None:
    coins = Random(seed)
    gates: list[Gate] = []
    for node in range(2, 9):
        op = coins.choice((Op.AND, Op.OR, Op.XOR))
        args = [coins.randrange(node) for _ in range(2)]
        gates.append(Gate(op, tuple(~a if coins.random() < 0.5 else a for a in args)))
    names = ["a", "!b", *(f"n{node}" for node in range(2, 9))]

    def spelt(literal: int) -> str:
        node = literal if literal >= 0 else ~literal
        if node == 1:
            return str(literal)  # "!b" is the negation of b, so this input has no spelling
        return f'"{"!" * (literal < 0)}{names[node]}"'

    lines = [
        f'{{"name": "n{node}", "op": "{gate.op.value}", '
        f'"args": [{", ".join(map(spelt, gate.args))}]}}'
        for node, gate in enumerate(gates, start=2)
    ]
    coins.shuffle(lines)
    found = by_hand(",\n".join(lines), '{"name": "x", "literal": "n8"}')
    wanted = Circuit(found.inputs, tuple(gates), (8,))
    for values in ((False, False), (False, True), (True, False), (True, True)):
        assert evaluate(found, values) == evaluate(wanted, values)


def test_errors_of_gates_by_name_lead_to_the_line() -> None:
    with pytest.raises(CyclicCircuit) as cyclic:
        by_hand('["ID", 0],\n["ID", "h"],\n{"name": "h",\n"op": "ID", "args": ["h"]}', "")
    assert (cyclic.value.cycle, cyclic.value.line) == (("h",), 4)
    with pytest.raises(UndefinedSignal) as undefined:
        by_hand('["ID", 0],\n{"name": "h", "op": "AND", "args": ["a",\n"!!c"]}', "")
    assert (undefined.value.signal, undefined.value.line) == ("!c", 4)
    with pytest.raises(BadCircuit) as late:
        by_hand('["ID", "a"],\n["ID", 4],\n{"name": "h", "op": "1"}', "")
    assert late.value.line == 3


# --- schedules -------------------------------------------------------------------------------


def random_circuit(
    coins: Random, inputs: tuple[Input, ...], outputs: int, readable: list[list[int]]
) -> Circuit:
    """A circuit whose output j depends on the inputs `readable[j]` only."""
    gates: list[Gate] = []
    literals: list[int] = []
    for j in range(outputs):
        nodes = list(readable[j])
        for _ in range(coins.randrange(3)):
            if nodes:
                op = coins.choice((Op.AND, Op.OR, Op.XOR))
                args = [coins.choice(nodes) for _ in range(coins.randint(1, 3))]
                gates.append(Gate(op, tuple(~a if coins.random() < 0.5 else a for a in args)))
            else:
                gates.append(Gate(coins.choice((Op.CONST0, Op.CONST1))))
            nodes.append(len(inputs) + len(gates) - 1)
        if not nodes:
            gates.append(Gate(Op.CONST0))
            nodes.append(len(inputs) + len(gates) - 1)
        literals.append(coins.choice(nodes))
    return Circuit(inputs, tuple(gates), tuple(literals))


def random_schedule(seed: int) -> Schedule:
    coins = Random(seed)
    length, clock_bits = coins.randint(0, 4), coins.randrange(4)
    sees = coins.random() < 0.5
    fixed = 2 * length + clock_bits
    own = [[*range(fixed), fixed + i] for i in range(length) for _ in range(2)]
    edits = coins.choice(list(Edits))

    def policy(candidates: bool) -> Circuit:
        inputs = interface(length, clock_bits=clock_bits, candidates=candidates, random=2)
        return random_circuit(coins, inputs, length, [list(range(len(inputs)))] * length)

    cells = coins.sample(range(length), length)
    data = cells[: coins.randint(0, length)]
    codes = [(False, False), (False, True), (True, False)]
    coins.shuffle(codes)
    predictor = interface(length, clock_bits=clock_bits, random=length)
    return Schedule(
        length=length,
        rounds=coins.randrange(1 << clock_bits if clock_bits else 5),
        predictor=random_circuit(coins, predictor, 2 * length, own),
        unmask=policy(sees),
        output=tuple(sorted(cells)),
        output_names=tuple(f"o{cell}" for cell in sorted(cells)),
        remask=policy(candidates=False) if edits is Edits.REMASK else None,
        edits=edits,
        clock_bits=clock_bits,
        unmask_sees_candidates=sees,
        data_cells=tuple(data),
        data_names=tuple(f'in "{cell}"' for cell in data),
        given_cells=tuple(c for c in cells if c not in data and coins.random() < 0.5),
        end=coins.choice(list(End)),
        stop=Stop.FIXED_ROUNDS if clock_bits else coins.choice(list(Stop)),
        encoding=Encoding(*codes),
        labels=tuple(f"cell {i}" for i in range(length)) if coins.random() < 0.5 else (),
    )


@given(st.integers(0, 10**6))
def test_a_schedule_is_given_back_equal_and_its_bytes_too(seed: int) -> None:
    schedule = random_schedule(seed)
    text = schedule_to_json(schedule)
    assert schedule_from_json(text) == schedule
    assert schedule_to_json(schedule_from_json(text)) == text


def test_the_schedules_of_the_round_trip_use_every_field() -> None:
    """A canary for the test above: no field has the same value in all of its schedules."""
    schedules = [random_schedule(seed) for seed in range(60)]
    for name in Schedule.__dataclass_fields__:
        assert len({getattr(schedule, name) for schedule in schedules}) > 1, name


def test_names_inside_the_circuits_are_not_kept() -> None:
    inputs = (Input("high", InputKind.DATA), Input("low", InputKind.DATA))
    renamed = Circuit(inputs, (), (0, 1), ("h", "l"))
    select = Circuit(inputs, (), (0,))
    schedule = Schedule(1, 1, renamed, select, (0,), ("y",))
    found = schedule_from_json(schedule_to_json(schedule))
    assert found.predictor == Circuit(interface(1), (), (0, 1))
    assert found.unmask == Circuit(interface(1), (), (0,))


COIN = """{"format": "dlmcheck-schedule",
 "version": 1,
 "length": 2,
 "rounds": 1,
 "edits": "write-once",
 "clock_bits": 1,
 "unmask_sees_candidates": false,
 "end": "whole-state",
 "stop": "fixed-rounds",
 "encoding": {"0": "00", "1": "01", "M": "10"},
 "data": [
  {"name": "a", "cell": 0}],
 "given": [],
 "output": [
  {"name": "a", "cell": 0},
  {"name": "y", "cell": 1}],
 "labels": [
  "the input",
  "the coin"],
 "predictor": {"random": 1,
  "gates": [
  ["0"],
  {"name": "x", "op": "XOR", "args": ["x0.low", "r0"]}],
  "outputs": [
  6, 1,
  6, "x"]},
 "unmask": {"random": 0,
  "gates": [
  ["AND", 2, -5]],
  "outputs": [
  0,
  5]},
 "remask": null}
"""


def test_a_schedule_written_by_hand() -> None:
    schedule = schedule_from_json(COIN)
    assert schedule.predictor.gates == (Gate(Op.CONST0), Gate(Op.XOR, (1, 5)))
    assert schedule.predictor.outputs == (6, 1, 6, 7)
    assert schedule.unmask.gates == (Gate(Op.AND, (2, ~4)),)
    assert schedule.labels == ("the input", "the coin")
    assert schedule_from_json(schedule_to_json(schedule)) == schedule


class Case(NamedTuple):
    """One change of the schedule above, and what it must raise."""

    old: str
    new: str
    error: type[BadInput]
    line: int
    message: str


CASES = [
    Case("-schedule", "-circuit", MalformedSyntax, 1, 'expected "dlmcheck-schedule"'),
    Case(COIN, "3", MalformedSyntax, 1, "the format is 3"),
    Case('n": 1', 'n": 2', UnsupportedFeature, 2, "version 2 of dlmcheck-schedule"),
    Case(' "rounds": 1,\n', "", MalformedSyntax, 1, 'no key "rounds"'),
    Case('"rounds"', '"round"', MalformedSyntax, 4, 'unknown key "round"'),
    Case('"length": 2', '"length": -2', MalformedSyntax, 3, "length is -2"),
    Case('"length": 2', '"length": 2.0', MalformedSyntax, 3, "the number 2.0"),
    Case('"length": 2', '"length": 3', BadInput, 24, "the predictor circuit has 4 outputs"),
    Case('"length": 2', '"length": 9999999999', BadInput, 24, "expected 19999999998"),
    Case('"rounds": 1', '"rounds": true', MalformedSyntax, 4, "rounds is true"),
    Case('"rounds": 1', '"rounds": -1', MalformedSyntax, 4, "an integer >= 0"),
    Case('"write-once"', '"once"', MalformedSyntax, 5, "one of write-once, remask"),
    Case('"write-once"', '"remask"', BadInput, 33, "edits remask with remask null"),
    Case('"clock_bits": 1', '"clock_bits": 65', UnsupportedFeature, 6, "at most 64"),
    Case('"rounds": 1', '"rounds": 2', BadInput, 6, "1 clock bits for 2 rounds (expected 2, or 0)"),
    Case('"fixed-rounds"', '"absorbing"', BadInput, 6, "1 clock bits with the stop absorbing"),
    Case("false", '"no"', MalformedSyntax, 7, "true or false"),
    Case('"whole-state"', '"whole"', MalformedSyntax, 8, 'end is "whole"'),
    Case('"fixed-rounds"', "null", MalformedSyntax, 9, "stop is null"),
    Case('"M": "10"', '"M": "11"', IllegalCode, 10, "illegal code 11"),
    Case('"1": "01"', '"1": "00"', BadInput, 10, "two tokens share the code 00"),
    Case('"M": "10"', '"M": "2"', MalformedSyntax, 10, 'encoding.M is "2"'),
    Case('"M": "10"', '"M": 10', MalformedSyntax, 10, "a string"),
    Case(', "M": "10"', "", MalformedSyntax, 10, 'no key "M"'),
    Case('"cell": 0', '"cell": 2', UndefinedSignal, 12, "cell 2 where there are 2 cells"),
    Case('"cell": 0', '"cell": "0"', MalformedSyntax, 12, 'data[0].cell is "0"'),
    Case('"given": []', '"given": [1, 1]', DuplicateSignal, 13, "cell 1 again"),
    Case('"given": []', '"given": [1,\n0]', DuplicateSignal, 14, "cell 0 again"),
    Case('"given": []', '"given": [7]', UndefinedSignal, 13, "cell 7"),
    Case('"y", "cell": 1', '"y", "cell": 0', DuplicateSignal, 16, "cell 0 again"),
    Case('{"name": "y", "cell": 1}', "1", MalformedSyntax, 16, "output[1] is 1"),
    Case(',\n  "the coin"', "", BadInput, 17, "1 labels for 2 cells"),
    Case('"the coin"', "1", MalformedSyntax, 19, "labels[1] is 1"),
    Case('"random": 1', '"random": 1000001', UnsupportedFeature, 20, "at most 1000000"),
    Case('"random": 1', '"random": -1', MalformedSyntax, 20, "predictor.random is -1"),
    Case('["0"]', '["0", 1]', BadCircuit, 22, "operation 0 with 1 arguments"),
    Case('["0"]', '["2"]', UnsupportedFeature, 22, 'unknown operation "2"'),
    Case('"r0"', '"r1"', UndefinedSignal, 23, 'nothing is called "r1"'),
    Case('"r0"', '"x"', CyclicCircuit, 23, "x reads x"),
    Case('"x", "op"', '"x0.low", "op"', DuplicateSignal, 23, 'the name "x0.low" again'),
    Case("6, 1,", "6,", BadInput, 24, "the predictor circuit has 3 outputs"),
    Case("6, 1,", "6, 8,", UndefinedSignal, 25, "literal 8 where there are 8 nodes"),
    Case("6, 1,", "6, null,", MalformedSyntax, 25, "null is no literal"),
    Case('"AND", 2, -5', '"AND", 2, -7', UndefinedSignal, 29, "literal -7"),
    Case('"AND", 2, -5', '"AND", 2, 5', CyclicCircuit, 29, "node 5 reads node 5"),
    Case("  0,\n  5]", "  0]", BadInput, 30, "the unmask circuit has 1 outputs (expected 2)"),
    Case('"unmask": {', '"unmask": {"x": 1, ', MalformedSyntax, 27, 'unknown key "x"'),
    Case('"unmask": {"random": 0,', '"unmask": {', MalformedSyntax, 27, 'no key "random"'),
    Case('"remask": null', '"remask": {}', BadInput, 33, "edits write-once with remask an object"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.new[:30]}-{case.line}")
def test_a_malformed_schedule_is_refused_for_the_right_reason(case: Case) -> None:
    assert case.old in COIN
    with pytest.raises(BadInput) as caught:
        schedule_from_json(COIN.replace(case.old, case.new, 1), "x.json")
    error = caught.value
    assert type(error) is case.error, str(error)
    assert error.line == case.line, str(error)
    assert str(error).startswith(f"x.json:{case.line}: ")
    assert case.message in str(error)
    assert error.expected
    assert "\n" not in str(error)


def test_two_positions_with_one_random_bit_break_the_rules_of_samplers() -> None:
    with pytest.raises(SharedRandomBits):
        schedule_from_json(COIN.replace("6, 1,", '6, "r0",'))


def complaint(text: str) -> str:
    """The message of the refusal, or nothing. Any other exception is the test's failure."""
    try:
        schedule_from_json(text)
    except DlmcheckError as error:
        return str(error)
    return ""


@given(st.data())
def test_a_damaged_schedule_is_a_schedule_or_refused(data: st.DataObject) -> None:
    text = COIN
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 3)))
        piece = data.draw(
            st.one_of(st.text(max_size=2), st.sampled_from(["0", "9", "-", "[", '"', "}"]))
        )
        text = text[:start] + piece + text[end:]
    assert "\n" not in complaint(text)
