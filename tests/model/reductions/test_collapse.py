"""A run as one circuit, and one round as a product law."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from dlmcheck.model.families.parity import even_strings
from dlmcheck.model.reductions.collapse import collapsed_blocks
from dlmcheck.model.samplers.random_unmasking import any_target_by_joint_unmasking
from dlmcheck.model.targets.strings import even_parity
from dlmcheck.spec.circuit import Circuit, output_law
from dlmcheck.spec.errors import BadInput, LeavesMask
from dlmcheck.spec.lattice import Edits
from dlmcheck.spec.law import (
    HALF,
    ONE,
    Law,
    bernoulli,
    certain,
    is_product,
    marginal,
    product_law,
    uniform,
)
from dlmcheck.spec.policies import (
    AfterSamplingUnmasking,
    DeterministicUnmasking,
    IndependentUnmasking,
    JointUnmasking,
    UnmaskingPolicy,
)
from dlmcheck.spec.resources import measure
from dlmcheck.spec.sampler import Sampler
from dlmcheck.spec.sampler import output_law as run_law
from dlmcheck.spec.tokens import State
from dlmcheck.verify.engines.cointables import evaluate_columns


def counts(circuit: Circuit) -> dict[tuple[int, ...], int]:
    """How many seeds give each output; all seeds at once."""
    r = len(circuit.inputs)
    size = 1 << r
    inputs = [sum((s >> i & 1) << s for s in range(size)) for i in range(r)]
    columns = evaluate_columns(circuit, inputs, (1 << size) - 1)
    found: dict[tuple[int, ...], int] = {}
    for s in range(size):
        z = tuple(column >> s & 1 for column in columns)
        found[z] = found.get(z, 0) + 1
    return found


def test_the_collapse_of_the_revision_sampler_samples_even_strings_up_to_12() -> None:
    for n in range(2, 13):
        circuit = even_strings(n)
        found = counts(circuit)
        assert set(found.values()) == {1}
        assert len(found) == 1 << (n - 1)
        assert all(sum(z) % 2 == 0 for z in found)
        assert (measure(circuit).depth, measure(circuit).locality) == (1, min(2, n - 1))


def test_the_collapse_of_the_block_sampler_samples_even_strings_up_to_12() -> None:
    for n in range(2, 13, 2):
        circuit = collapsed_blocks(n)
        found = counts(circuit)
        assert set(found.values()) == {1}
        assert len(found) == 1 << (n - 1)
        assert all(sum(z) % 2 == 0 for z in found)
        assert measure(circuit).depth <= 1
        assert measure(circuit).locality <= 3


def test_both_by_the_definition_for_small_n() -> None:
    for n in (2, 4, 6):
        for circuit in (even_strings(n), collapsed_blocks(n)):
            law = output_law(circuit).map(lambda bits: tuple(int(bit) for bit in bits))
            assert law == even_parity(n)


def without(i: int) -> Callable[[State], State]:
    return lambda z: z[:i] + z[i + 1 :]


def test_even_strings_are_no_product_law_though_all_proper_parts_are() -> None:
    for n in range(2, 13):
        assert not is_product(even_parity(n))
    for n in range(2, 8):
        target = even_parity(n)
        assert all(marginal(target, i) == bernoulli(HALF) for i in range(n))
        for left_out in range(n):
            assert is_product(target.map(without(left_out)))


def test_canary_for_one_cell_it_is_a_product_law() -> None:
    assert is_product(even_parity(1))
    assert is_product(uniform([(0, 0), (0, 1), (1, 0), (1, 1)]))


def one_round(policy: UnmaskingPolicy, ones: Sequence[int]) -> Sampler:
    """One round on masked cells, with marginals of numerator `ones` over 4."""
    n = len(ones)
    return Sampler(
        length=n,
        predictor=lambda _state, i, _number: bernoulli(HALF * HALF * ones[i]),
        unmask=policy,
        rounds=1,
        output=tuple(range(n)),
        edits=Edits.WRITE_ONCE,
    )


def everything(n: int) -> frozenset[int]:
    return frozenset(range(n))


@pytest.mark.parametrize("ones", [(2, 2, 2), (1, 2, 3), (0, 4, 2)])
def test_one_round_gives_a_product_law_whatever_the_class_of_f(ones: tuple[int, ...]) -> None:
    n = len(ones)
    expected: Law[State] = product_law(bernoulli(HALF * HALF * k) for k in ones)
    policies: list[UnmaskingPolicy] = [
        DeterministicUnmasking(lambda _x, _t: everything(n)),
        IndependentUnmasking(lambda _x, _i, _t: ONE),
        JointUnmasking(lambda _x, _t: certain(everything(n))),
        AfterSamplingUnmasking(lambda _x, _c, _t: certain(everything(n))),
    ]
    for policy in policies:
        law = run_law(one_round(policy, ones))
        assert law == expected
        assert is_product(law)


def test_one_round_that_leaves_a_choice_to_f_is_not_legal() -> None:
    choosy = JointUnmasking(lambda _x, _t: uniform([everything(2), frozenset([0])]))
    with pytest.raises(LeavesMask):
        run_law(one_round(choosy, (2, 2)))
    sees = AfterSamplingUnmasking(
        lambda _x, c, _t: certain(everything(2) if sum(c) % 2 == 0 else frozenset())
    )
    with pytest.raises(LeavesMask):
        run_law(one_round(sees, (2, 2)))
    # With a second round both can do it.
    assert run_law(any_target_by_joint_unmasking(even_parity(2))) == even_parity(2)


def test_collapsed_blocks_need_an_even_n() -> None:
    for n in (0, 3):
        with pytest.raises(BadInput, match="an even n >= 2"):
            collapsed_blocks(n)
