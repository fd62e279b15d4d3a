"""A circuit that is looked at again only where something changed is the circuit all the same."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import pytest

from dlmcheck.model.builder import Builder
from dlmcheck.model.random_schedules import random_circuit
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Literal, Op, evaluate
from dlmcheck.verify.kernel import folding
from dlmcheck.verify.kernel.folding import Folded
from dlmcheck.verify.kernel.functions import Code, Functions
from dlmcheck.verify.kernel.joining import join_ors
from tests.verify.kernel.plain_folding import PlainFolded, closed_for_ever, remembering

INPUTS = 6


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


def awake(folded: Folded, circuit: Circuit) -> int:
    """How many nodes have a code."""
    return sum(folded.codes[node] >= 0 for node in range(circuit.node_count))


def mistakes(seed: int, make: Callable[[int], Circuit] = some_circuit, changes: int = 40) -> int:
    """How often an output that is watched has not the value that the reference gives it.

    Inputs become other constants or one of two variables, outputs are watched and ignored.
    """
    source = random.Random(seed)
    circuit = make(seed)
    store = Functions()
    leaves = [store.leaf(), store.leaf()]
    values: list[Code] = [source.randrange(2) for _ in range(INPUTS)]
    folded = Folded(circuit, store, values)
    watched: set[int] = set()
    wrong = 0
    outputs = range(len(circuit.outputs))
    last = dict[int, Code]()
    for _ in range(changes):
        for node in source.sample(range(INPUTS), source.randint(0, 3)):
            values[node] = source.choice([0, 1, *leaves, leaves[0] ^ 1])
            if source.random() < 0.5:
                folded.set_input(node, values[node])
            else:
                folded.set_pairs([node // 2], [*zip(values[::2], values[1::2], strict=True)])
        folded.settle()
        for number in outputs:
            if number in watched:
                if source.random() < 0.2:
                    folded.ignore([number])
                    watched.discard(number)
                    last.pop(number, None)
            elif source.random() < 0.3:
                folded.watch([number], briefly=source.random() < 0.5)
                watched.add(number)
        folded.settle()
        fresh = Folded(circuit, store, values)
        fresh.watch(outputs)
        fresh.settle()
        plain = PlainFolded(circuit, store, values)
        plain.watch(outputs)
        plain.settle()
        for number in sorted(watched):
            code = folded.output(number)
            wrong += code != fresh.output(number)
            wrong += not store.equal(code, plain.output(number))
            wrong += last.get(number) != code and number not in folded.changed
            last[number] = code
            if code < 2 and all(value < 2 for value in values):
                wrong += evaluate(circuit, [bool(value) for value in values])[number] != bool(code)
        folded.changed.clear()
    return wrong


@pytest.mark.parametrize("seed", range(80))
@pytest.mark.parametrize("make", [some_circuit, choice_circuit])
def test_a_watched_output_is_what_a_fresh_look_finds_and_changes_are_told(
    seed: int, make: Callable[[int], Circuit]
) -> None:
    assert mistakes(seed, make) == 0


def nothing(*_: object) -> None:
    return


def all_mistakes() -> int:
    return sum(
        mistakes(seed, make) for seed in range(10) for make in (some_circuit, choice_circuit)
    )


def test_canary_a_circuit_whose_gates_are_never_queued_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(folding, "heappush", nothing)
    assert all_mistakes() > 100


def test_canary_a_circuit_whose_gates_read_without_being_told_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(folding, "NUMBERS", [folding.numbers(0)] * 8)
    assert all_mistakes() > 100


def test_canary_an_argument_that_is_closed_without_being_told_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Folded, "_close", closed_for_ever)
    assert all_mistakes() > 100


def test_canary_a_glimpse_that_is_remembered_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Folded, "__init__", remembering(Folded.__init__))
    assert all_mistakes() > 100


def test_canary_an_or_joined_to_one_of_its_readers_only_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As if it mattered nothing who else reads it, or whether it is read negated."""

    def joined(args: list[tuple[int, ...]], is_or: bytearray, outputs: Sequence[int]) -> None:
        del outputs
        for node, of in enumerate(args):
            for arg in of if is_or[node] else ():
                below = arg if arg >= 0 else ~arg
                if is_or[below] and args[below]:
                    args[node] = (*args[node], *args[below])
                    args[node] = tuple(a for a in args[node] if a != arg)
                    args[below] = ()

    monkeypatch.setattr(folding, "join_ors", joined)
    assert all_mistakes() > 100


def test_ors_of_ors_are_joined_where_one_reads_the_other_alone() -> None:
    b = Builder.with_names(data="abcd")
    inner, shared = b.or_(0, 1), b.or_(2, 3)
    outer = b.or_(inner, shared)
    circuit = b.build([outer, b.or_(~b.or_(0, 2), b.or_(shared, 1))])
    is_or = bytearray(4) + bytes([gate.op is Op.OR for gate in circuit.gates])
    args = [()] * 4 + [tuple([~a for a in gate.args]) for gate in circuit.gates]
    join_ors(args, is_or, circuit.outputs)
    assert args[inner] == ()
    assert sorted(args[outer]) == sorted([~0, ~1, ~shared])
    assert args[shared] == (~2, ~3)
    negated, last = outer + 1, circuit.outputs[1]
    assert args[negated] == (~0, ~2)
    assert sorted(args[last]) == sorted([negated, ~shared, ~1])


def test_a_glimpse_leaves_nobody_awake() -> None:
    """Until the output is found to be the same; then it is told of a change, and glimpsed again."""
    two = (Input("a", InputKind.DATA), Input("b", InputKind.DATA))
    circuit = Circuit(two, (Gate(Op.AND, (0, 1)),), (2,))
    store = Functions()
    folded = Folded(circuit, store, [0, 1])
    folded.watch([0], briefly=True)
    folded.settle()
    assert (folded.output(0), awake(folded, circuit)) == (0, 2)
    folded.changed.clear()
    folded.settle()
    assert (folded.output(0), awake(folded, circuit), folded.changed) == (0, 3, set[int]())
    folded.set_input(0, 1)
    folded.settle()
    assert (folded.output(0), awake(folded, circuit), folded.changed) == (1, 2, {0})


def looks(monkeypatch: pytest.MonkeyPatch, layers: int, cells: int) -> int:
    """How many gates are looked at in a run of choices: in each round another layer, new values."""
    builder = Builder.with_names(data=[f"d{j}" for j in range(layers + cells)])
    chosen: list[Literal] = []
    for cell in range(layers, layers + cells):
        terms = [builder.and_(layer, cell if layer % 2 else ~cell) for layer in range(layers)]
        while len(terms) > 1:
            terms = [*terms[2:], builder.or_(*terms[:2])]
        chosen += terms
    circuit = builder.build(chosen)
    store = Functions()
    count = 0

    def counted(of: Callable[..., Code]) -> Callable[..., Code]:
        def call(*args: object) -> Code:
            nonlocal count
            count += 1
            return of(*args)

        return call

    with monkeypatch.context() as patched:
        for owner, name in ((Functions, "both"), (Functions, "every"), (Folded, "_look")):
            patched.setattr(owner, name, counted(getattr(owner, name)))
        folded = Folded(circuit, store, [0] * (layers + cells))
        folded.watch(range(cells), briefly=True)
        for layer in range(layers):
            folded.set_input(layer, 1)
            if layer:
                folded.set_input(layer - 1, 0)
            for cell in range(layers, layers + cells):
                folded.set_input(cell, store.leaf())
            folded.settle()
            assert len(folded.changed) == cells
            folded.changed.clear()
    return count


def test_a_round_costs_what_changes_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the number of layers between which there is a choice: that is met once."""
    for layers in (10, 40):
        terms = 30 * layers
        assert terms < looks(monkeypatch, layers, 30) < 8 * terms


def test_what_nobody_watches_is_not_looked_at() -> None:
    """Only the cone of the output that is watched is awake, and of that what decides it."""
    circuit = some_circuit(3)
    store = Functions()
    folded = Folded(circuit, store, [0] * INPUTS)
    least = awake(folded, circuit)  # inputs and constants
    assert INPUTS <= least < INPUTS + 5
    folded.watch([0])
    folded.settle()
    assert least < awake(folded, circuit) < circuit.node_count


def test_what_nobody_watches_any_longer_falls_asleep() -> None:
    """The output at once, the rest when it is told of something."""
    circuit = some_circuit(3)
    store = Functions()
    folded = Folded(circuit, store, [0] * INPUTS)
    least = awake(folded, circuit)
    folded.watch([0])
    folded.settle()
    most = awake(folded, circuit)
    folded.ignore([0])
    assert awake(folded, circuit) < most
    for code in [1, 0] * 10:
        for node in range(INPUTS):
            folded.set_input(node, code)
        folded.settle()
    # What rests on constants alone is never told of anything.
    assert least <= awake(folded, circuit) <= least + 1
