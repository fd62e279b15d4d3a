"""The exhaustive domain is complete, counted, and closed under its symmetries."""

from __future__ import annotations

import hashlib
from collections import Counter
from fractions import Fraction
from itertools import permutations, product
from random import Random

import pytest

from dlmcheck.model.domains import (
    canonical,
    is_small,
    seeded_circuit,
    seeded_circuits,
    small_circuit_count,
    small_circuits,
    small_circuits_up_to_symmetry,
    small_layers,
)
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op, evaluate, is_inverted
from dlmcheck.spec.errors import BadCircuit
from dlmcheck.spec.resources import check_layered, depth, layer_width

SMALL = 190_739
SMALL_UP_TO_SYMMETRY = 41_870
ORBIT_SIZES = {1: 1071, 2: 7464, 4: 22_985, 8: 10_350}
DIFFERENT_SEEDED = 499
SEEDED_DIGEST = "11d135d207050d61"
ALIVE = 82


@pytest.fixture(scope="module")
def every() -> list[Circuit]:
    return list(small_circuits())


@pytest.fixture(scope="module")
def orbits() -> list[tuple[Circuit, int]]:
    return list(small_circuits_up_to_symmetry())


def key(circuit: Circuit) -> tuple[object, ...]:
    return (circuit.inputs, circuit.gates, circuit.outputs)


def test_the_number_of_small_circuits_is_pinned_and_fits_the_product_formula(
    every: list[Circuit],
) -> None:
    assert len(every) == small_circuit_count() == SMALL


def test_no_small_circuit_comes_twice(every: list[Circuit]) -> None:
    assert len({key(circuit) for circuit in every}) == SMALL


def test_small_circuits_by_inputs_and_layers(every: list[Circuit]) -> None:
    count = Counter((len(c.data_inputs), len(c.random_inputs), max(small_layers(c))) for c in every)
    assert count == {
        (0, 0, 1): 6,
        (0, 0, 2): 1072,
        **{(d, r, 0): 1 for d, r in ((1, 0), (0, 1), (2, 0), (1, 1), (0, 2))},
        **{(d, r, 1): 56 for d, r in ((1, 0), (0, 1))},
        **{(d, r, 2): 12_152 for d, r in ((1, 0), (0, 1))},
        **{(d, r, 1): 240 for d, r in ((2, 0), (1, 1), (0, 2))},
        **{(d, r, 2): 54_840 for d, r in ((2, 0), (1, 1), (0, 2))},
    }


def test_the_domain_is_what_a_direct_enumeration_of_gates_gives(every: list[Circuit]) -> None:
    """A second enumeration, by plain filters over all gate lists, for one list of inputs."""
    inputs = (Input("d0", InputKind.DATA), Input("r0", InputKind.RANDOM))
    found: set[tuple[object, ...]] = set()
    for first_width, last_width in product((0, 1, 2), (1, 2)):
        blocks = [range(2)]
        if first_width:
            blocks.append(range(2, 2 + first_width))
        first = 2 + first_width
        readable = [blocks[0]] * first_width + [blocks[-1]] * last_width
        choices = [
            [
                Gate(op, args)
                for op in Op
                for arity in range(3)
                for args in product(nodes, repeat=arity)
                if arity == {"0": 0, "1": 0, "ID": 1, "NOT": 1}.get(op.value, 2)
                and list(args) == sorted(args)
            ]
            for nodes in readable
        ]
        outputs = tuple(range(first, first + last_width))
        found |= {(inputs, gates, outputs) for gates in product(*choices)}
    generated = {key(c) for c in every if c.inputs == inputs and c.gates}
    assert generated == found


def test_every_small_circuit_is_layered_and_within_the_bounds(every: list[Circuit]) -> None:
    for circuit in every[::7]:
        layers = small_layers(circuit)
        check_layered(circuit, layers)
        assert layer_width(layers) <= 2
        assert depth(circuit) <= max(layers, default=0) <= 2
        assert is_small(circuit)
        # Built without a second validation or with it: the same circuit.
        assert Circuit(circuit.inputs, circuit.gates, circuit.outputs) == circuit


def test_is_small_agrees_with_the_list_on_neighbours_of_small_circuits(
    every: list[Circuit],
) -> None:
    """Small mutations of small circuits: some are small again, some not; the list decides."""
    known = {key(circuit) for circuit in every}
    coins = Random(1)
    verdicts: Counter[bool] = Counter()
    for circuit in coins.sample(every, 4000):
        for mutant in mutants(circuit, coins):
            sorted_args = tuple(Gate(g.op, tuple(sorted(g.args))) for g in mutant.gates)
            listed = (mutant.inputs, sorted_args, mutant.outputs) in known
            assert is_small(mutant) == listed, mutant
            verdicts[listed] += 1
    assert min(verdicts.values()) > 1000


def mutants(circuit: Circuit, coins: Random) -> list[Circuit]:
    """Neighbours: a gate's argument or kind changed, outputs dropped, turned or negated."""
    made: list[Circuit] = []
    outputs = circuit.outputs
    for changed in (outputs[::-1], outputs[:1], (~outputs[0], *outputs[1:]), ()):
        made.append(Circuit(circuit.inputs, circuit.gates, changed))
    for index, gate in enumerate(circuit.gates):
        node = len(circuit.inputs) + index
        for position in range(len(gate.args)):
            args = list(gate.args)
            args[position] = coins.randrange(node)
            gates = list(circuit.gates)
            gates[index] = Gate(gate.op, tuple(args))
            made.append(Circuit(circuit.inputs, tuple(gates), outputs))
    return made


@pytest.mark.parametrize(
    "circuit",
    [
        Circuit((), (), ()),
        Circuit((Input("r", InputKind.RANDOM), Input("d", InputKind.DATA)), (), (0, 1)),
        Circuit(tuple(Input(f"d{i}", InputKind.DATA) for i in range(3)), (), (0, 1, 2)),
        Circuit((Input("d", InputKind.DATA),), (Gate(Op.ID, (~0,)),), (1,)),
        Circuit((Input("d", InputKind.DATA),), (Gate(Op.AND, (0, 0, 0)),), (1,)),
        Circuit((), (Gate(Op.CONST0),) * 3, (0, 1, 2)),
        Circuit((), (Gate(Op.CONST0), Gate(Op.ID, (0,)), Gate(Op.ID, (1,))), (2,)),
    ],
)
def test_canary_circuits_just_outside_are_not_small(circuit: Circuit) -> None:
    assert not is_small(circuit)
    with pytest.raises(BadCircuit):
        canonical(circuit)


def test_names_and_the_order_of_arguments_do_not_matter() -> None:
    circuit = Circuit(
        (Input("chi", InputKind.DATA), Input("coin", InputKind.RANDOM)),
        (Gate(Op.XOR, (1, 0)),),
        (2,),
        ("noisy",),
    )
    assert is_small(circuit)
    assert canonical(circuit).gates == (Gate(Op.XOR, (0, 1)),)
    assert [given.name for given in canonical(circuit).inputs] == ["d0", "r0"]


# --- symmetry, done a second time on the circuits themselves ---------------------------------


def relabelled(circuit: Circuit, new: dict[int, int]) -> Circuit:
    """The circuit with its nodes renumbered, inputs keeping their places in name and kind."""
    count = len(circuit.inputs)
    gates: dict[int, Gate] = {}
    for index, gate in enumerate(circuit.gates):
        gates[new[count + index]] = Gate(gate.op, tuple(sorted(new[arg] for arg in gate.args)))
    return Circuit(circuit.inputs, tuple(gates[v] for v in sorted(gates)), circuit.outputs)


def symmetric_images(circuit: Circuit) -> list[Circuit]:
    """One circuit for each symmetry of its shape (the same one may come more than once)."""
    layers = small_layers(circuit)
    blocks: list[list[int]] = [list(circuit.data_inputs), list(circuit.random_inputs)]
    for layer in range(1, max(layers, default=0) + 1):
        blocks.append([v for v, where in enumerate(layers) if where == layer])
    images: list[Circuit] = []
    for orders in product(*(permutations(block) for block in blocks)):
        new = {
            old: image
            for block, order in zip(blocks, orders, strict=True)
            for old, image in zip(block, order, strict=True)
        }
        images.append(relabelled(circuit, new))
    return images


def test_orbit_sizes_sum_to_the_number_of_small_circuits(
    orbits: list[tuple[Circuit, int]],
) -> None:
    assert len(orbits) == SMALL_UP_TO_SYMMETRY
    assert sum(size for _, size in orbits) == SMALL
    assert Counter(size for _, size in orbits) == ORBIT_SIZES


def test_the_orbits_are_the_classes_of_equal_canonical_form(
    every: list[Circuit], orbits: list[tuple[Circuit, int]]
) -> None:
    classes = Counter(key(canonical(circuit)) for circuit in every)
    assert classes == {key(circuit): size for circuit, size in orbits}


def test_the_number_of_orbits_is_the_mean_number_of_fixed_circuits() -> None:
    """Burnside's lemma, by a product formula over the layers."""

    def gates(width: int, fixed_by_swap: bool) -> int:
        if fixed_by_swap:
            # 0 and 1, and AND, OR, XOR of {u, v}; every other gate prefers one node.
            return 5
        return 2 + 2 * width + 3 * width * (width + 1) // 2

    def fixed(widths: tuple[int, ...], swapped: tuple[bool, ...]) -> int:
        number = 1
        below = zip(widths, swapped, strict=True)
        for (under, under_swapped), width, swap in zip(
            below, widths[1:], swapped[1:], strict=False
        ):
            # If the layer is swapped too, its second gate is the image of its first.
            number *= gates(under, False) if swap else gates(under, under_swapped) ** width
        return number

    total = Fraction(0)
    for data, random in ((0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2)):
        for layer_widths in ((), (1,), (2,), (1, 1), (1, 2), (2, 1), (2, 2)):
            if not layer_widths and not data + random:
                continue
            widths = (data + random, *layer_widths)
            swappable = (2 in (data, random), *(width == 2 for width in layer_widths))
            group = list(product(*((False, True) if can else (False,) for can in swappable)))
            total += Fraction(sum(fixed(widths, swapped) for swapped in group), len(group))
    assert total == SMALL_UP_TO_SYMMETRY


def test_canonical_is_the_same_on_all_symmetric_images(every: list[Circuit]) -> None:
    for circuit in every[::37]:
        images = symmetric_images(circuit)
        form = canonical(circuit)
        assert {key(canonical(image)) for image in images} == {key(form)}
        assert key(form) in {key(image) for image in images}


def test_orbit_sizes_are_the_numbers_of_different_images(
    orbits: list[tuple[Circuit, int]],
) -> None:
    for circuit, size in orbits[::11]:
        assert len({key(image) for image in symmetric_images(circuit)}) == size


def test_canary_merging_inputs_of_different_kinds_would_be_noticed() -> None:
    inputs = (Input("d0", InputKind.DATA), Input("r0", InputKind.RANDOM))
    of_data = Circuit(inputs, (Gate(Op.NOT, (0,)),), (2,))
    of_coin = Circuit(inputs, (Gate(Op.NOT, (1,)),), (2,))
    assert canonical(of_data) != canonical(of_coin)


# --- seeded circuits ---------------------------------------------------------------------------


def test_seeded_circuits_keep_to_their_bounds() -> None:
    listed = list(seeded_circuits())
    assert [seed for seed, _ in listed] == list(range(500))
    for seed, circuit in listed:
        assert 1 <= len(circuit.inputs) <= 6
        assert bool(circuit.random_inputs) == (seed % 10 != 9)
        assert 1 <= len(circuit.outputs) <= 6
        assert depth(circuit) <= 6
        inverted = any(is_inverted(arg) for gate in circuit.gates for arg in gate.args)
        assert seed % 2 == 1 or not inverted


def test_seeded_circuits_reach_every_bound() -> None:
    circuits = [circuit for _, circuit in seeded_circuits()]
    assert {len(c.inputs) for c in circuits} == set(range(1, 7))
    assert {len(c.outputs) for c in circuits} == set(range(1, 7))
    assert {len(c.gates) // len(c.outputs) for c in circuits} == set(range(1, 7))
    assert {len(c.random_inputs) for c in circuits} == set(range(7))
    assert len({key(c) for c in circuits}) == DIFFERENT_SEEDED


def test_seeded_circuits_are_pinned() -> None:
    text = "\n".join(
        " ".join(f"{gate.op.value}{gate.args}" for gate in circuit.gates)
        for _, circuit in seeded_circuits()
    )
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == SEEDED_DIGEST
    assert next(seeded_circuits(1, first_seed=123))[1] == seeded_circuit(123)


def test_most_seeded_circuits_depend_on_their_inputs() -> None:
    alive = 0
    for _, circuit in seeded_circuits(100):
        values = product((False, True), repeat=len(circuit.inputs))
        alive += len({evaluate(circuit, assigned) for assigned in values}) > 1
    assert alive == ALIVE


def test_leaving_out_data_inputs_leaves_out_nothing_else() -> None:
    every = [c for c, _ in small_circuits_up_to_symmetry() if not c.data_inputs]
    assert [c for c, _ in small_circuits_up_to_symmetry(data=False)] == every
