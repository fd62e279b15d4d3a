"""A circuit in many rounds at once is, in each of them, the circuit with that round's inputs."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import pytest

from dlmcheck.model.builder import Builder
from dlmcheck.model.random_schedules import random_circuit
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Literal, Op, evaluate
from dlmcheck.verify.kernel import round_columns
from dlmcheck.verify.kernel.functions import FALSE, TRUE, Code, Functions
from dlmcheck.verify.kernel.round_columns import RoundColumns

INPUTS = 6
ROUNDS = 8


def some_circuit(seed: int) -> Circuit:
    return random_circuit(seed, data=INPUTS, coins=0, gates=25, outputs=8)


def choice_circuit(seed: int) -> Circuit:
    """Choices between layers, as the constructions make them, and some that they do not make.

    Conditions on the first inputs; a choice is a tree or a chain of ORs, or one gate of many
    arguments, over "condition and value"; or an exclusive or of them. Some parts have two readers.
    """
    source = random.Random(f"choices {seed}")
    builder = Builder.with_names(data=[f"d{j}" for j in range(INPUTS)])

    def some(nodes: Sequence[Literal]) -> Literal:
        node = source.choice(nodes)
        return node if source.random() < 0.7 else ~node

    def combined(op: Op, terms: list[Literal]) -> Literal:
        shape = source.choice(["tree", "chain", "gate"])
        if shape == "gate":
            return builder.gate(op, terms)
        while len(terms) > 1:
            place = 0 if shape == "tree" else len(terms) - 2
            terms = [*terms[:place], *terms[place + 2 :], builder.gate(op, terms[place:][:2])]
            parts.append(terms[-1])
        return terms[0]

    conditions = [builder.and_(*(some([0, 1, 2]) for _ in range(3))) for _ in range(5)]
    parts: list[Literal] = [*range(INPUTS)]
    chosen: list[Literal] = []
    for _ in range(8):
        terms: list[Literal] = []
        for condition in source.sample(conditions, source.randint(3, 5)):
            value = some(parts)
            if source.random() < 0.5:
                value = builder.gate(source.choice([Op.AND, Op.XOR]), [value, some(parts)])
            terms.append(builder.and_(*source.sample([condition, value], 2)))
        if source.random() < 0.3:
            terms.append(some(parts))
        chosen.append(combined(Op.OR if source.random() < 0.7 else Op.XOR, terms))
    return builder.build([one if source.random() < 0.7 else ~one for one in chosen])


def plain_codes(circuit: Circuit, store: Functions, inputs: Sequence[Code]) -> list[Code]:
    """The codes of all nodes, gate by gate."""
    codes = list(inputs)
    for gate in circuit.gates:
        args = [codes[arg] if arg >= 0 else codes[~arg] ^ 1 for arg in gate.args]
        codes.append(store.gate(gate.op, args))
    return codes


def shown(columns: RoundColumns, rounds: Sequence[Sequence[Code]]) -> None:
    """Give a circuit what is known of its inputs."""
    for node in range(len(rounds[0])):
        for literal, known in ((node, TRUE), (~node, FALSE)):
            columns.ones[literal] = sum(
                1 << place for place, inputs in enumerate(rounds) if inputs[node] == known
            )
    columns.settle((1 << len(rounds)) - 1)


def mistakes(seed: int, make: Callable[[int], Circuit] = some_circuit) -> int:
    """How many nodes are not what the reference says, in one of some rounds.

    Inputs are constants or one of two variables.
    """
    source = random.Random(seed)
    circuit = make(seed)
    store = Functions()
    leaves = [store.leaf(), store.leaf()]
    rounds: list[list[Code]] = [
        [source.choice([0, 1, *leaves, leaves[0] ^ 1]) for _ in range(INPUTS)]
    ]
    for _ in range(ROUNDS - 1):
        rounds.append(list(rounds[-1]))
        for node in source.sample(range(INPUTS), source.randint(0, 3)):
            rounds[-1][node] = source.choice([0, 0, 1, 1, *leaves, leaves[0] ^ 1])
    columns = RoundColumns(circuit, store)
    shown(columns, rounds)
    changed = columns.changes(
        [
            sum(
                1 << place
                for place in range(ROUNDS)
                if not place or rounds[place][node] != rounds[place - 1][node]
            )
            for node in range(INPUTS)
        ]
    )
    wrong = 0
    before: list[Code] = []
    for place, inputs in enumerate(rounds):
        plain = plain_codes(circuit, store, inputs)
        look = columns.at(place, inputs)
        order = [*range(circuit.node_count)]
        source.shuffle(order)
        for node in order:
            code = plain[node]
            wrong += not store.equal(look(node), code) or look(~node) != look(node) ^ 1
            for literal, known in ((node, TRUE), (~node, FALSE)):
                if columns.ones[literal] >> place & 1:
                    wrong += code != known
            if place and not changed[node] >> place & 1:
                wrong += before[node] != code
        if all(code <= TRUE for code in inputs):
            values = evaluate(circuit, [bool(code) for code in inputs])
            wrong += [look(output) for output in circuit.outputs] != list(map(int, values))
        before = plain
    return wrong


@pytest.mark.parametrize("seed", range(80))
@pytest.mark.parametrize("make", [some_circuit, choice_circuit])
def test_every_node_is_in_every_round_what_the_reference_says(
    seed: int, make: Callable[[int], Circuit]
) -> None:
    assert mistakes(seed, make) == 0


def all_mistakes() -> int:
    return sum(
        mistakes(seed, make) for seed in range(20) for make in (some_circuit, choice_circuit)
    )


def test_it_is_so_however_deeply_calls_are_nested(monkeypatch: pytest.MonkeyPatch) -> None:
    for deep, long, together in ((1, 1, 0), (1, 3, 1), (2, 50, 64), (100, 1, 2)):
        monkeypatch.setattr(round_columns, "DEEP", deep)
        monkeypatch.setattr(round_columns, "LONG", long)
        monkeypatch.setattr(round_columns, "TOGETHER", together)
        assert all_mistakes() == 0


def test_every_kind_of_gate_is_known_where_its_arguments_are() -> None:
    """By all values of up to three arguments, each in a round of its own."""
    for op in Op:
        least = 0 if op in (Op.CONST0, Op.CONST1) else 1
        most = least if op in (Op.CONST0, Op.CONST1, Op.ID, Op.NOT) else 3
        for size in range(least, most + 1):
            inputs = tuple(Input(f"a{j}", InputKind.DATA) for j in range(size))
            for signs in range(1 << size):
                args = tuple(~j if signs >> j & 1 else j for j in range(size))
                circuit = Circuit(inputs, (Gate(op, args),), (size,))
                rounds = [[row >> j & 1 for j in range(size)] for row in range(1 << size)]
                columns = RoundColumns(circuit, Functions())
                shown(columns, rounds)
                for row, values in enumerate(rounds):
                    expected = evaluate(circuit, list(map(bool, values)))[0]
                    assert columns.ones[size] >> row & 1 == expected
                    assert columns.ones[~size] >> row & 1 != expected


def test_canary_gates_known_the_wrong_way_round_are_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    honest = RoundColumns._many  # pyright: ignore[reportPrivateUsage]

    def swapped(columns: RoundColumns, op: Op, args: Sequence[Literal]) -> tuple[int, int]:
        true, false = honest(columns, op, args)
        return (false, true) if op is Op.NOT else (true, false)

    monkeypatch.setattr(RoundColumns, "_many", swapped)
    assert all_mistakes() > 20


def test_canary_terms_that_are_lost_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = RoundColumns._terms  # pyright: ignore[reportPrivateUsage]

    def fewer(columns: RoundColumns, node: int) -> dict[int, Sequence[Literal]]:
        return {bit: args[:2] for bit, args in honest(columns, node).items()}

    monkeypatch.setattr(RoundColumns, "_terms", fewer)
    assert all_mistakes() > 5


def chain(op: Op, length: int, *, outputs: bool) -> Circuit:
    """Each gate reads the one before it, and an input; every gate is an output, or the last."""
    inputs = tuple(Input(f"a{j}", InputKind.DATA) for j in range(3))
    gates = [Gate(op, (0, 1))]
    for k in range(1, length):
        gates.append(Gate(op, (len(inputs) + k - 1, k % 2)))
    nodes = tuple(range(3, 3 + length))
    return Circuit(inputs, tuple(gates), nodes if outputs else nodes[-1:])


@pytest.mark.parametrize("op", [Op.AND, Op.OR, Op.XOR])
@pytest.mark.parametrize("known", [0, 1, 2])
@pytest.mark.parametrize("outputs", [False, True])
def test_long_chains_are_gone_through(op: Op, known: int, outputs: bool) -> None:
    """Twenty thousand gates above one another: no, one or both inputs are known."""
    circuit = chain(op, 20_000, outputs=outputs)
    store = Functions()
    neutral = TRUE if op is Op.AND else FALSE
    inputs = [store.leaf() if j >= known else neutral for j in range(2)] + [FALSE]
    columns = RoundColumns(circuit, store)
    shown(columns, [inputs])
    look = columns.at(0, inputs)
    plain = plain_codes(circuit, store, inputs)
    assert [look(output) for output in circuit.outputs] == [plain[v] for v in circuit.outputs]


def test_what_another_layer_does_is_not_looked_at() -> None:
    """Of a choice between forty layers what is due is left in each round, and nothing else."""
    layers = 40
    builder = Builder.with_names(data=[f"d{j}" for j in range(layers + 1)])
    terms = [builder.and_(layer, layers) for layer in range(layers)]
    left = list(terms)
    while len(left) > 1:
        left = [*left[2:], builder.or_(*left[:2])]
    circuit = builder.build(left)
    store = Functions()
    value = store.leaf()
    rounds = [[int(j == layer) for j in range(layers)] + [value] for layer in range(layers)]
    columns = RoundColumns(circuit, store)
    shown(columns, rounds)
    for place, inputs in enumerate(rounds):
        assert columns.at(place, inputs)(circuit.outputs[0]) == value
    table = columns._terms(circuit.outputs[0])  # pyright: ignore[reportPrivateUsage]
    assert table == {1 << place: [layers] for place in range(layers)}
