"""Wrong even-parity samplers and wrong accounts: exactly the steps they break fail, by name.

The wrong sampler takes the place of the right one in the account; its schedule, which the same
rules emit, is shown to sample another law (or to run illegally) as well.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from dlmcheck.model.samplers.cell_wires import CellWires, P
from dlmcheck.model.samplers.local_rules import LocalSampler
from dlmcheck.model.samplers.revision import revision
from dlmcheck.spec.circuit import Literal
from dlmcheck.spec.errors import DlmcheckError
from dlmcheck.verify.engines import statelaw
from dlmcheck.verify.kernel.induction import check_step, truth_columns
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.proofs import parity_samplers
from dlmcheck.verify.proofs.local_wires import MASKED
from dlmcheck.verify.proofs.parity import local_proof
from dlmcheck.verify.proofs.parity_account import Account, Formula
from dlmcheck.verify.proofs.parity_steps import LocalStep
from dlmcheck.verify.proofs.positions import Index, Undecided
from tests.model.samplers.zoo import even
from tests.verify.proofs.parity_concrete import concluded, instance
from tests.verify.proofs.wrong_parity import WRONG


def failing(account: Account) -> dict[str, LocalStep]:
    """The steps that the kernel rejects because they do not hold."""
    found: dict[str, LocalStep] = {}
    for one in local_proof(account).steps:
        try:
            check_step(one.step)
        except Rejected as error:
            if " fails at " in error.reason:
                found[one.step.name] = one
    return found


def is_a_concrete_run(one: LocalStep) -> bool:
    """Whether the first row of the table that fails does so on the schedule that runs."""
    *premises, conclusion = truth_columns(one.step.circuit)
    inputs = one.step.circuit.inputs
    wrong = ((1 << (1 << len(inputs))) - 1) & ~conclusion
    for premise in premises:
        wrong &= premise
    row = (wrong & -wrong).bit_length() - 1
    values = {atom.name: bool(row >> i & 1) for i, atom in enumerate(inputs)}
    instances = one.situation.instances(6)[:3]
    found = [
        instance(one, numbers, values, lambda name, _: name == MASKED) for numbers in instances
    ]
    return not any(map(concluded, found))


def is_exact(sampler: LocalSampler, n: int) -> bool:
    try:
        return statelaw.output_law(sampler.schedule(n)).is_uniform_on(even(n))
    except DlmcheckError:
        return False


@pytest.mark.parametrize("error", WRONG)
def test_canary_a_wrong_sampler_fails_exactly_at_its_steps(error: str) -> None:
    make, steps, n = WRONG[error]
    account = make()
    found = failing(account)
    assert set(found) == steps
    assert all(map(is_a_concrete_run, found.values()))
    assert not is_exact(account.sampler, n)


# --- rules that look where they must not ---------------------------------------------------


def test_canary_a_neighbour_too_far_leaves_its_situation() -> None:
    def low(w: CellWires[P], i: P, n: P) -> tuple[Literal, ...]:
        fresh = w.coin(i) if i < n - 1 else w.zero()
        cells = [j for j in (i, i - 2) if j >= 0]
        return (w.builder.mux(w.masked(i), fresh, w.parity_of(*map(w.value, cells))),)

    sampler = replace(revision(), low=low)
    with pytest.raises(Undecided, match="situation inner: u - 2 >= 0 is not decided"):
        local_proof(parity_samplers.revision_account("S", clock=False, sampler=sampler))
    assert not is_exact(sampler, 4)


def test_canary_another_cells_coin() -> None:
    def low(w: CellWires[P], i: P, n: P) -> tuple[Literal, ...]:
        fresh = w.coin(n - 2 - 0) if i < n - 1 else w.zero()
        return (w.builder.mux(w.masked(i), fresh, w.value(i)),)

    sampler = replace(revision(), low=low)
    with pytest.raises(ValueError, match=r"cell 0 reads the coin p1\[m - 2\]"):
        local_proof(parity_samplers.revision_account("S", clock=False, sampler=sampler))


def test_canary_a_coin_that_is_not_there() -> None:
    def low(w: CellWires[P], i: P, _n: P) -> tuple[Literal, ...]:
        return (w.coin(i),)

    sampler = replace(revision(), low=low)
    with pytest.raises(ValueError, match=r"no coin p1\[0\]: there are 0"):
        local_proof(parity_samplers.revision_account("S", clock=False, sampler=sampler))


def test_canary_a_cell_that_is_not_there() -> None:
    def low(w: CellWires[P], i: P, n: P) -> tuple[Literal, ...]:
        fresh = w.coin(i) if i < n - 1 else w.zero()
        return (w.builder.mux(w.masked(i), fresh, w.parity_of(w.value(i), w.value(i + 1))),)

    sampler = replace(revision(), low=low)
    with pytest.raises(ValueError, match="no cell 1: there are 1"):
        local_proof(parity_samplers.revision_account("S", clock=False, sampler=sampler))


def test_canary_a_parity_that_is_not_there() -> None:
    with pytest.raises(ValueError, match="no unit 1: there are 1"):
        local_proof(replace(REVISION, carry=next_prefix))


def test_canary_more_tokens_than_stated() -> None:
    account = replace(parity_samplers.revision_account("S", clock=False), tokens=1)
    with pytest.raises(ValueError, match="reads 2 tokens, stated 1"):
        local_proof(account)


# --- wrong accounts ------------------------------------------------------------------------


def negated_carry(f: Formula, i: Index) -> Literal:
    return ~REVISION.carry(f, i)


def negated_prefix(f: Formula, _family: str, i: Index) -> Literal:
    return ~f.prefix(i)


def next_prefix(f: Formula, i: Index) -> Literal:
    return f.prefix(i + 1)


def one_more_coin(f: Formula, i: Index) -> tuple[tuple[str, Index], ...]:
    return (*REVISION.seeds(f, i), ("p2", f.at(0)))


def no_first_coin(f: Formula, i: Index) -> tuple[tuple[str, Index], ...]:
    return REVISION.seeds(f, i) if i > 0 else ()


REVISION = parity_samplers.revision_account("S", clock=False)


def test_canary_a_wrong_carry() -> None:
    wrong = replace(REVISION, carry=negated_carry)
    telescoping = {f"telescoping: {s}" for s in ("only", "first")}
    seeds = {f"seeds from the string: {s}" for s in ("first", "inner")}
    assert set(failing(wrong)) == telescoping | seeds | {"even: last"}


def test_canary_coins_read_off_the_wrong_parity() -> None:
    wrong = replace(REVISION, decode=negated_prefix)
    seeds = {f"seeds from the string: {s}" for s in ("first", "inner")}
    string = {f"string from the seeds: {s}" for s in ("first", "last")}
    assert set(failing(wrong)) == seeds | string


def test_canary_a_coin_that_the_string_does_not_depend_on() -> None:
    wrong = replace(REVISION, seeds=one_more_coin)
    places = ("only", "first", "inner", "last")
    assert set(failing(wrong)) == {f"seeds from the string: {s}" for s in places}


def test_canary_a_coin_left_out() -> None:
    with pytest.raises(ValueError, match=r"depends on p1\[0\], which is no seed"):
        local_proof(replace(REVISION, seeds=no_first_coin))


def test_canary_a_phase_that_is_missing() -> None:
    right = parity_samplers.remask_clock_account("S")
    with pytest.raises(ValueError, match="1 rounds, the sampler takes 2"):
        local_proof(replace(right, rounds=right.rounds[1:]))
    first = replace(right.rounds[0], remasked=None)
    with pytest.raises(ValueError, match="what G does"):
        local_proof(replace(right, rounds=(first, right.rounds[1])))
    with pytest.raises(ValueError, match="every cell visible"):
        local_proof(replace(right, rounds=(right.rounds[1], right.rounds[0])))


def test_canary_units_that_leave_a_gap() -> None:
    right = parity_samplers.remask_blocks_account("S")
    layout = replace(right.layout, extra=1)
    wrong = replace(right, sampler=replace(right.sampler, layout=layout))
    with pytest.raises(ValueError, match="the cells leave a gap"):
        local_proof(wrong)
