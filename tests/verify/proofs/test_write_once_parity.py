"""Theorem 4.5's samplers for all n: their steps on schedules, the invariant on runs, canaries."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlmcheck.model.samplers import mask_memory
from dlmcheck.model.samplers.cell_wires import CellWires
from dlmcheck.model.samplers.mask_memory import (
    Node,
    capacity,
    chain_shape,
    pair_flags,
    parity_chain,
    parity_on_tree,
    parity_tree,
    root_tokens,
    tree_shape,
)
from dlmcheck.model.samplers.one_parity_check import parity_left_to_right, parity_two_rounds
from dlmcheck.model.samplers.wires import wire_locality
from dlmcheck.spec.circuit import Literal, evaluate
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.schedule import Schedule, sampler_of
from dlmcheck.spec.tokens import MASK
from dlmcheck.verify.claims import proved_write_once
from dlmcheck.verify.claims.parity_samplers import WRITE_ONCE, ParitySampler
from dlmcheck.verify.engines import smt, statelaw
from dlmcheck.verify.kernel.evidence import SolverAnswer
from dlmcheck.verify.kernel.induction import Step, check_proof, check_step
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.proofs import parity_last_cell, parity_shapes
from dlmcheck.verify.proofs import parity_tree as tree_proof
from dlmcheck.verify.proofs.parity_tree import KINDS, ROOT_ALONE, Kind, Phase
from tests.model.samplers.zoo import even
from tests.verify.proofs.rounds import Atoms, countermodels, failing, rows
from tests.verify.proofs.tree_concrete import (
    pair_after,
    parities,
    random_tree,
    runs,
    small,
    state_of,
    tokens_of,
)

each = pytest.mark.parametrize("sampler", WRITE_ONCE, ids=lambda s: s.name)
both_clocks = pytest.mark.parametrize("clock", [False, True])


@each
def test_the_kernel_accepts_the_proof(sampler: ParitySampler) -> None:
    found = proved_write_once.exact(sampler)
    asked = SolverAnswer("nobody", "0", len(found.queries))
    checked = check_proof(found.proof, asked)
    assert checked.verdict is Verdict.PROVED
    assert found.proof.base
    assert 4 <= len(found.proof.skeleton) <= 8


def test_solvers_answer_every_query() -> None:
    unique = {q for s in WRITE_ONCE for q in proved_write_once.exact(s).queries}
    assert smt.answer(sorted(unique, key=lambda q: q.name)).queries == len(unique)


def test_solvers_confirm_what_the_tables_decided() -> None:
    steps = list(proved_write_once.exact(WRITE_ONCE[0]).proof.every_step)
    steps += [tree_proof.telescoping(kind) for kind in KINDS]
    assert smt.confirm_steps(steps) == sum(len(step.premises) + 2 for step in steps)


def test_the_numbers_of_steps_are_pinned() -> None:
    found = [proved_write_once.exact(s) for s in WRITE_ONCE]
    assert [(len(a.proof.every_step), len(a.queries)) for a in found] == [
        (9, 1), (11, 4), (60, 14), (60, 14), (60, 20), (60, 20),
    ]  # fmt: skip


# --- steps on schedules --------------------------------------------------------------------

WRITTEN = [(kind, phase) for kind in KINDS for phase in kind.phases]


@both_clocks
@pytest.mark.parametrize(("kind", "phase"), WRITTEN, ids=lambda one: getattr(one, "name", ""))
def test_a_step_says_what_f_does(kind: Kind, phase: Phase, clock: bool) -> None:
    step = tree_proof.written(kind, phase, clock=clock)
    check_step(step)
    met = 0
    for row in rows(step):
        found = pair_after(kind, phase, row.atoms, clock=clock)
        if found is not None:
            met += 1
            assert found == row.conclusion, row
    assert met
    for premise, atoms in countermodels(step):
        assert pair_after(kind, phase, atoms, clock=clock) in (False, None), premise


ROOTS = [kind for kind in (*KINDS, *ROOT_ALONE) if kind.name != "a pair alone"]


def root_is_right(kind: Kind, atoms: Atoms, *, second: bool) -> bool:
    """Whether the predictor writes into the root's pair what the step says, in the step's state."""
    found = small(kind, clock=False)
    (a, b), names = found.root.pair, found.names

    def coin(name: str) -> bool:
        return atoms.get(f"coin of {name}", False)

    def shown(cell: int) -> bool:
        return atoms.get(f"{names[cell]} is 1", False)

    written = tokens_of(found, state_of(found, atoms), coin)
    if not second:
        return (written[a], written[b]) == (coin(names[a]), coin(names[b]))
    below = [x for child in found.root.children for x in child.pair]
    cells = below if found.root.level > 1 else list(found.root.payload)
    rest = sum(map(shown, cells)) % 2 == 1
    if atoms.get("c at a", False):
        return written[a] != (rest ^ shown(b))
    return written[b] == (rest ^ shown(a))


@pytest.mark.parametrize("kind", ROOTS, ids=lambda kind: kind.name)
def test_a_step_says_what_p_writes_at_the_root(kind: Kind) -> None:
    for step, second in (
        (tree_proof.first_of_root(kind), False),
        (tree_proof.second_of_root(kind), True),
    ):
        check_step(step)
        for row in rows(step):
            assert root_is_right(kind, row.atoms, second=second) == row.conclusion, row
        for premise, atoms in countermodels(step):
            assert not root_is_right(kind, atoms, second=second), premise
    assert countermodels(tree_proof.second_of_root(kind))


# --- the invariant on runs -----------------------------------------------------------------


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 10_000), st.booleans())
def test_the_invariant_on_random_trees(seed: int, coin_seed: int, clock: bool) -> None:
    root = random_tree(seed)
    n = sum(len(node.payload) + 2 for node in root.below())
    random = Random(coin_seed)
    coins = tuple(random.random() < 0.5 for _ in range(n))
    states = list(runs(root, coins, clock=clock))
    string = states[-1]
    assert MASK not in string
    assert sum(string) % 2 == 0
    c = parities(root, string)
    for t, state in enumerate(states):
        for node in root.below():
            a, b = node.pair
            shown = (state[a] != MASK, state[b] != MASK)
            first = (not c[node.pair], c[node.pair])
            assert shown == ((False, False) if t < node.level else first if t == node.level
                             else (True, True))  # fmt: skip
            assert all((state[cell] != MASK) == (t >= 1) for cell in node.payload)
        pairs = zip(state, string, strict=True)
        assert all(token in (MASK, final) for token, final in pairs)
    second = root.pair[0] if c[root.pair] else root.pair[1]
    assert all(string[cell] == coins[cell] for cell in range(n) if cell != second)


@pytest.mark.parametrize("seed", range(12))
def test_every_random_tree_of_few_cells_is_exact(seed: int) -> None:
    root = random_tree(seed)
    n = sum(len(node.payload) + 2 for node in root.below())
    if n <= 10:
        assert statelaw.output_law(parity_on_tree(root)).is_uniform_on(even(n))


def below(node: Node) -> int:
    return sum(len(one.payload) + 2 for one in node.below())


@pytest.mark.parametrize("n", [*range(2, 60), 100, 317, 1000])
def test_the_shapes_are_as_the_queries_say(n: int) -> None:
    chain = chain_shape(n)
    assert chain.rounds == max(2, -(-n // 2))
    for node in chain.below():
        assert len(node.children) <= 1
        assert not node.payload or (node.level <= 2 and len(node.payload) <= 2)
    tree = tree_shape(n, 2)
    for node in tree.below():
        assert len(node.children) <= 2
        if node.level == 2:
            assert not node.children
            assert 1 <= len(node.payload) <= 3
        elif node.level > 2:
            assert node.children
            assert not node.payload
            assert capacity(node.level - 1, 2) < below(node) <= capacity(node.level, 2)
    assert tree.level > 1 or len(tree.payload) <= 2
    for root in (chain, tree):
        assert all(not v.payload for v in root.below() if v.level == 1 and v is not root)


@each
def test_reads_on_wires_are_within_what_is_stated(sampler: ParitySampler) -> None:
    for n in (2, 3, 4, 5, 9, 18, 30):
        read = wire_locality(sampler.make(n))
        if sampler.tokens is not None:
            assert max(read.predictor or 0, read.unmasking or 0) <= sampler.tokens


# --- the last cell -------------------------------------------------------------------------


def last_cell_state(schedule: Schedule, step: Step, atoms: dict[str, bool]) -> bool:
    """Whether the predictor's last bit makes the sum of three cells 0, in the step's state."""
    names = ("a cell before", "the others before")[: schedule.length - 1]
    state = tuple(
        MASK if atoms.get(f"{name} is masked", True) else int(atoms.get(f"{name} is 1", False))
        for name in names
    )
    bits = schedule.encoding.encode((*state, MASK))
    found = evaluate(schedule.predictor, [*bits, *[False] * (schedule.length - 1)])
    shown = sum(atoms.get(f"{name} is 1", False) for name in names)
    assert step.name
    return (shown + found[-1]) % 2 == 0


@pytest.mark.parametrize("make", [parity_two_rounds, parity_left_to_right])
@pytest.mark.parametrize(("word", "n"), [("two cells", 2), ("more", 3)])
def test_the_last_cell_on_schedules(make: Any, word: str, n: int) -> None:
    (step,) = (
        one
        for one in parity_last_cell.string_steps()
        if one.name == f"the sum of all cells is 0, {word}"
    )
    schedule = make(n)
    for row in rows(step):
        assert last_cell_state(schedule, step, row.atoms) == row.conclusion
    for _, atoms in countermodels(step):
        assert not last_cell_state(schedule, step, atoms)


@pytest.mark.parametrize("n", range(2, 9))
def test_after_round_t_the_first_t_cells_are_visible(n: int) -> None:
    from dlmcheck.spec.sampler import laws_by_round

    for t, law in enumerate(laws_by_round(sampler_of(parity_left_to_right(n)))):
        for found in law:
            assert [x != MASK for x in found.state] == [i < t for i in range(n)]


# --- planted errors ------------------------------------------------------------------------


def failing_names(monkeypatch: pytest.MonkeyPatch, name: str, wrong: Any) -> set[str]:
    monkeypatch.setattr(tree_proof, name, wrong)
    return failing(proved_write_once.exact(WRITE_ONCE[2]))


def exact_with(monkeypatch: pytest.MonkeyPatch, name: str, wrong: Any, n: int) -> bool:
    monkeypatch.setattr(mask_memory, name, wrong)
    return statelaw.output_law(parity_chain(n)).is_uniform_on(even(n))


def test_canary_f_that_writes_the_wrong_one_first(monkeypatch: pytest.MonkeyPatch) -> None:
    def swapped(f: CellWires[int], node: Node, *, clock: bool) -> tuple[Literal, Literal]:
        if node.level == 1:
            return pair_flags(f, node, clock=clock)
        b, a = pair_flags(f, replace(node, pair=(node.pair[1], node.pair[0])), clock=clock)
        return a, b

    found = failing_names(monkeypatch, "pair_flags", swapped)
    assert found == {f"{kind.name}, at its time" for kind in KINDS if kind.level > 1}
    assert not exact_with(monkeypatch, "pair_flags", swapped, 6)


def test_canary_f_that_sees_no_grandchildren(monkeypatch: pytest.MonkeyPatch) -> None:
    def blind(f: CellWires[int], node: Node, *, clock: bool) -> tuple[Literal, Literal]:
        cut = tuple(replace(child, children=()) for child in node.children)
        return pair_flags(f, replace(node, children=cut), clock=clock)

    found = failing_names(monkeypatch, "pair_flags", blind)
    assert found == {f"{name}, at its time" for name in ("a node in a chain", "a node")}
    assert not exact_with(monkeypatch, "pair_flags", blind, 8)


def test_canary_a_second_cell_that_comes_with_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    def both(f: CellWires[int], node: Node, *, clock: bool) -> tuple[Literal, Literal]:
        a, b = pair_flags(f, node, clock=clock)
        either = f.builder.or_(a, b)
        return f.builder.and_(either, f.masked(node.pair[0])), f.builder.and_(
            either, f.masked(node.pair[1])
        )

    found = failing_names(monkeypatch, "pair_flags", both)
    assert found == {f"{kind.name}, at its time" for kind in KINDS}


def test_canary_a_root_that_forgets_its_children(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgets(w: CellWires[int], root: Node) -> tuple[Literal, Literal]:
        return root_tokens(w, replace(root, children=()))

    found = failing_names(monkeypatch, "root_tokens", forgets)
    assert found == {
        f"{kind.name} as root, the second cell" for kind in KINDS if kind.node.children
    }
    assert not exact_with(monkeypatch, "root_tokens", forgets, 6)


def test_canary_the_same_coin_for_two_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    def constant(w: CellWires[int], cell: int) -> Literal:
        del cell
        return w.zero()

    assert "a cell gets its coin" in failing_names(monkeypatch, "free_token", constant)


def test_canary_payload_of_a_child_of_level_1_is_left_out() -> None:
    """The construction samples another law there; it is refused."""
    with pytest.raises(BadInput, match="payload of a child of level 1"):
        Node(2, (3, 4), (), (Node(1, (1, 2), payload=(0,)),))


def test_canary_a_round_less(monkeypatch: pytest.MonkeyPatch) -> None:
    def as_many_as_levels(level: Any) -> Any:
        return level

    monkeypatch.setattr(parity_shapes, "rounds_of", as_many_as_levels)
    found = failing(parity_shapes.chain("S", 5, clock=False))
    assert found == {"the chain takes max(2, ceil(n/2)) rounds"}


def test_canary_fewer_tokens_than_are_read() -> None:
    assert failing(parity_shapes.chain("S", 4, clock=False)) == {
        "chain: F reads no more than stated"
    }
    assert failing(parity_shapes.binary_tree("S", 11, clock=False)) == {
        "binary tree: F reads no more than stated"
    }
    assert failing(parity_shapes.binary_tree("S", 4, clock=True)) >= {
        "binary tree: p reads no more than stated"
    }


def test_canary_rules_that_read_more_than_the_formulas_say(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    right = parity_shapes.read_by_flag

    def less(payload: Any, children: Any, pairs: Any, *, clock: bool) -> Any:
        return right(payload, children, pairs, clock=clock) - 1

    monkeypatch.setattr(parity_shapes, "read_by_flag", less)
    with pytest.raises(ValueError, match=r"F reads . tokens, stated"):
        parity_shapes.check_reads(clock=False)


def test_canary_an_f_that_reads_a_coin(monkeypatch: pytest.MonkeyPatch) -> None:
    def tossing(f: CellWires[int], node: Node, *, clock: bool) -> tuple[Literal, Literal]:
        a, b = pair_flags(f, node, clock=clock)
        return f.builder.and_(a, f.coin(node.pair[0])), b

    monkeypatch.setattr(parity_shapes, "pair_flags", tossing)
    with pytest.raises(ValueError, match="F reads a coin"):
        parity_shapes.check_reads(clock=False)


def test_canary_a_capacity_that_grows_faster(monkeypatch: pytest.MonkeyPatch) -> None:
    def larger(below_: Any, arity: int) -> Any:
        return below_ * arity + 3

    monkeypatch.setattr(parity_shapes, "capacity_above", larger)
    assert "a node has one child or two" in failing(parity_shapes.binary_tree("S", 12, clock=False))


def test_canary_a_turn_that_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    def at_once(f: CellWires[int], i: int) -> Literal:
        del i
        return f.one()

    monkeypatch.setattr(parity_last_cell, "after_the_left", at_once)
    assert failing(parity_last_cell.left_to_right("S")) == {"a cell waits for its left"}


def test_canary_a_last_cell_that_misses_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def deaf(w: CellWires[int], n: int) -> list[Literal]:
        before = range(n - 1)
        return [*map(w.coin, before), w.parity_of(*map(w.value, range(1, n - 1)))]

    monkeypatch.setattr(parity_last_cell, "tokens", deaf)
    assert failing(parity_last_cell.one_check("S")) == {
        f"{name}, {word}"
        for name in ("the sum of all cells is 0", "string from the seeds")
        for word in ("two cells", "more")
    }


def test_trees_of_the_claims_are_those_of_the_proofs() -> None:
    for n in range(2, 30):
        assert parity_chain(n) == parity_on_tree(chain_shape(n))
        assert parity_tree(n, clock=True) == parity_on_tree(tree_shape(n, 2), clock=True)
