"""The counts that domains declare, recounted by Burnside's lemma; and what belongs to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import islice, pairwise, permutations, product

import pytest

from dlmcheck.model.domains import small_circuit_count
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op
from dlmcheck.spec.errors import BadInput
from dlmcheck.verify.claims import domains
from dlmcheck.verify.claims.registry import Profile
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.sweep import HOLDS, Domain, Sweep, check_sweep

Order = tuple[int, ...]


def fixed_gates(order: Order, *, constants: bool, twice: bool) -> int:
    """How many gates over a layer stay what they are when its nodes are permuted."""
    nodes = range(len(order))
    single = sum(order[u] == u for u in nodes)
    pairs = [(u, v) for u in nodes for v in nodes if u < v or (twice and u == v)]
    kept = sum({order[u], order[v]} == {u, v} for u, v in pairs)
    return (2 if constants else 0) + 2 * single + 3 * kept


def fixed_layers(below: Order, order: Order, *, constants: bool, twice: bool) -> int:
    """How many layers of gates stay what they are under permutations of both layers.

    The gates of one cycle are determined by one of them, which the same power of the permutation
    below must fix.
    """
    total, left = 1, set(range(len(order)))
    while left:
        start = left.pop()
        power, node, length = below, order[start], 1
        while node != start:
            left.remove(node)
            power, node, length = tuple(below[u] for u in power), order[node], length + 1
        total *= fixed_gates(power, constants=constants, twice=twice)
    return total


def recounted(*, data: Sequence[int], constants: bool, twice: bool, symmetry: bool = True) -> int:
    """The number of small circuits (up to symmetry), as a mean of numbers of fixed circuits."""

    def orders(width: int) -> list[Order]:
        every = list(permutations(range(width)))
        return every if symmetry else every[:1]

    total = Fraction(0)
    for inputs in range(3):
        for known in (d for d in range(inputs + 1) if d in data):
            groups = [
                (*first, *(known + u for u in second))
                for first in orders(known)
                for second in orders(inputs - known)
            ]
            total += 1 if inputs else 0
            for depth in (1, 2):
                for widths in product((1, 2), repeat=depth):
                    ways = 0
                    moves = list(product(groups, *map(orders, widths)))
                    for move in moves:
                        fixed = 1
                        for below, order in pairwise(move):
                            fixed *= fixed_layers(below, order, constants=constants, twice=twice)
                        ways += fixed
                    total += Fraction(ways, len(moves))
    assert total.denominator == 1
    return int(total)


ANY = (0, 1, 2)


def test_the_declared_counts_are_those_of_burnsides_lemma() -> None:
    assert recounted(data=ANY, constants=True, twice=True) == domains.ORBITS == 41_870
    assert recounted(data=[0], constants=False, twice=True) == domains.RANDOM_ORBITS == 6395
    assert recounted(data=[0], constants=False, twice=False) == domains.PLAIN_ORBITS == 692


def test_without_symmetry_the_formula_gives_the_whole_domain() -> None:
    whole = recounted(data=ANY, constants=True, twice=True, symmetry=False)
    assert whole == small_circuit_count() == domains.small_circuits(Profile.FULL).count == 190_739


def test_canary_another_symmetry_gives_another_count() -> None:
    assert recounted(data=ANY, constants=False, twice=True) != domains.ORBITS
    assert recounted(data=ANY, constants=True, twice=False) != domains.ORBITS
    assert recounted(data=[0], constants=True, twice=True) != domains.ORBITS


def test_the_profiles_declare_these_counts() -> None:
    """Quick, full, deep: each kind of claim goes one step up the chain of domains."""
    for made, counts in (
        (domains.small_circuits, (41_870, 190_739, 190_739)),
        (domains.random_circuits, (6395, 41_870, 190_739)),
        (domains.plain_circuits, (692, 6395, 41_870)),
    ):
        assert tuple(made(profile).count for profile in Profile) == counts


def test_the_smallest_of_the_domains_has_its_members() -> None:
    domain = domains.plain_circuits(Profile.QUICK)
    sweep = Sweep(domain, lambda circuit: circuit, {"x": lambda _: HOLDS})
    assert check_sweep(sweep)["x"].verdict.is_affirmative


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize(
    "made", [domains.small_circuits, domains.random_circuits, domains.plain_circuits]
)
def test_members_belong_and_are_read_as_they_were_written(
    made: Callable[[Profile], Domain[Circuit]], profile: Profile
) -> None:
    domain = made(profile)
    for circuit in islice(domain.members(), 0, 300, 7):
        assert domain.contains(circuit)
        assert domain.read(domain.write(circuit)) == circuit


TWO = (Input("r0", InputKind.RANDOM), Input("r1", InputKind.RANDOM))
MEMBER = Circuit(TWO, (Gate(Op.AND, (0, 1)), Gate(Op.XOR, (0, 1))), (2, 3))


@pytest.mark.parametrize(
    "variant",
    [
        replace(MEMBER, inputs=TWO[::-1]),
        replace(MEMBER, inputs=(replace(TWO[0], name="x"), TWO[1])),
        replace(MEMBER, output_names=("x", "y")),
        replace(MEMBER, gates=(Gate(Op.AND, (1, 0)), MEMBER.gates[1])),
        replace(MEMBER, outputs=(3, 2)),
        replace(MEMBER, outputs=(2, ~3)),
        replace(MEMBER, gates=(*MEMBER.gates, Gate(Op.ID, (0,)))),
    ],
)
@pytest.mark.parametrize("profile", [Profile.QUICK, Profile.FULL])
def test_canary_a_variant_of_a_member_is_no_member(variant: Circuit, profile: Profile) -> None:
    """Else a generator could list a circuit twice, in two spellings, and leave another one out."""
    domain = domains.small_circuits(profile)
    assert domain.contains(MEMBER)
    assert not domain.contains(variant)


def test_only_one_circuit_of_an_orbit_is_a_member_up_to_symmetry() -> None:
    mirrored = replace(MEMBER, gates=MEMBER.gates[::-1])
    assert not domains.small_circuits(Profile.QUICK).contains(mirrored)
    assert domains.small_circuits(Profile.FULL).contains(mirrored)


def test_seeds_are_numbers_below_their_count() -> None:
    domain = domains.circuit_seeds()
    assert domain.count == domains.SEEDS == 512
    assert list(domain.members()) == list(range(512))
    assert [domain.contains(seed) for seed in (-1, 0, 511, 512)] == [False, True, True, False]


def test_a_listed_domain_reads_its_members_only() -> None:
    domain = domains.listed("names", ["a", "b"], str.upper)
    assert domain.read("B") == "b"
    with pytest.raises(BadInput):
        domain.read("c")
    doubled = domains.listed("names", ["a", "a"], str.upper)
    with pytest.raises(Rejected, match="repeats a member"):
        check_sweep(Sweep(doubled, lambda name: name, {"x": lambda _: HOLDS}))
