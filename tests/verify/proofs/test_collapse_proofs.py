"""R-4 for all n: the circuits that run, one round of runs, and what makes the proofs fail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlmcheck.model.builder import Builder
from dlmcheck.model.families.parity import even_string_bit, even_strings
from dlmcheck.model.reductions.collapse import collapsed_block, collapsed_blocks
from dlmcheck.model.reductions.folding import Wire
from dlmcheck.model.reductions.unrolled import Gates
from dlmcheck.model.samplers.cell_wires import P
from dlmcheck.model.samplers.local_rules import one_coin_each
from dlmcheck.model.targets.strings import even_parity
from dlmcheck.spec.circuit import Circuit, Literal, evaluate
from dlmcheck.spec.lattice import Edits
from dlmcheck.spec.law import bernoulli, is_product, product_law
from dlmcheck.spec.sampler import laws_by_round
from dlmcheck.spec.schedule import Schedule, interface, sampler_of
from dlmcheck.spec.tokens import MASK, PAPER_ENCODING, State
from dlmcheck.verify.claims import proved_collapse
from dlmcheck.verify.engines import smt
from dlmcheck.verify.kernel.evidence import SolverAnswer
from dlmcheck.verify.kernel.induction import check_proof, countermodel
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.proofs import one_round
from dlmcheck.verify.proofs.parity_account import PREFIX, STRING, UNIT, UNITS
from dlmcheck.verify.proofs.parity_circuits import (
    CircuitAccount,
    CircuitProof,
    blocks_circuit,
    circuit_proof,
    revision_circuit,
)
from dlmcheck.verify.proofs.parity_steps import Kind, MadeStep
from dlmcheck.verify.proofs.positions import Undecided
from tests.verify.concluding import conclusions
from tests.verify.proofs.parity_concrete import decoded, formula_bits
from tests.verify.proofs.rounds import Atoms, countermodels, failing, rejected, rows

PROOFS: dict[str, tuple[Callable[[], CircuitAccount], Callable[[int], Circuit]]] = {
    "revision": (revision_circuit, even_strings),
    "blocks": (blocks_circuit, collapsed_blocks),
}
each = pytest.mark.parametrize("which", PROOFS)


@cache
def built(which: str) -> CircuitProof:
    return circuit_proof(PROOFS[which][0]())


def test_all_three_are_proved() -> None:
    job = proved_collapse.JOB
    found = conclusions(job)
    assert {checked.verdict for checked in found.values()} == {Verdict.PROVED}
    assert set(found) == set(proved_collapse.READINGS.values())


def test_the_numbers_of_steps_are_pinned() -> None:
    sizes = [(len(a.proof.every_step), len(a.queries)) for a in proved_collapse.arguments()]
    assert sizes == [(9, 13), (14, 34), (3, 1)]
    assert all(4 <= len(a.proof.skeleton) <= 6 for a in proved_collapse.arguments())


def test_solvers_confirm_what_the_tables_decided() -> None:
    steps = [step for a in proved_collapse.arguments() for step in a.proof.every_step]
    assert smt.confirm_steps(steps) == sum(len(step.premises) + 2 for step in steps)


# --- the circuits that run -----------------------------------------------------------------


class Concrete:
    """A step on numbers: its atoms by family and place, all other bits drawn from a seed."""

    def __init__(
        self,
        which: str,
        one: MadeStep,
        numbers: Mapping[str, int],
        values: Mapping[str, bool],
        seed: int,
    ) -> None:
        self.account, self.one = built(which).account, one
        self.unit, self.units = numbers[UNIT], numbers[UNITS]
        self.n = self.account.layout.length(self.units)
        self.circuit = PROOFS[which][1](self.n)
        self.seed = seed
        self.bits = {
            (atom.family, atom.index.value(numbers)): values[atom.name]
            for atom in one.atoms
            if atom.name in values
        }

    def bit(self, family: str, place: int) -> bool:
        found = self.bits.get((family, place))
        return Random(f"{self.seed} {family} {place}").random() < 0.5 if found is None else found

    def outputs(self, coins: Callable[[str, int], bool]) -> tuple[bool, ...]:
        """The circuit on coins; its inputs have the names of the coins."""
        return evaluate(
            self.circuit, [coins(one.name[0], int(one.name[1:])) for one in self.circuit.inputs]
        )

    def of_unit(self, string: tuple[bool, ...]) -> list[bool]:
        return [string[cell] for cell in self.account.layout.cells(self.unit)]

    def prefix(self, string: tuple[bool, ...], unit: int) -> bool:
        found = self.bits.get((PREFIX, unit))
        if found is not None:
            return found
        cells = [c for u in range(unit + 1) for c in self.account.layout.cells(u)]
        return sum(string[c] for c in cells) % 2 == 1

    def concluded(self) -> bool:
        """Whether what the step concludes is true of the circuit."""
        if self.one.kind in (Kind.TELESCOPING, Kind.EVEN):
            string = self.outputs(self.bit)
            total = self.prefix(string, self.unit - 1) ^ (sum(self.of_unit(string)) % 2 == 1)
            if self.one.kind is Kind.EVEN:
                return not total
            (carry,) = formula_bits(
                self.account,
                self.units,
                lambda f: [self.account.carry(f, f.at(self.unit))],
                self.bit,
            )
            return total == carry
        if self.one.kind is Kind.SEEDS:
            string = self.outputs(self.bit)
            found = decoded(self.account, self.units, self.unit, self._of(string))
            return all(self.bit(*coin) == bit for coin, bit in found.items())
        string = tuple(self.bit(STRING, cell) for cell in range(self.n))
        coins: dict[tuple[str, int], bool] = {}
        for unit in range(self.units):
            coins |= decoded(self.account, self.units, unit, self._of(string))
        made = self.outputs(lambda family, place: coins[family, place])
        return self.of_unit(made) == self.of_unit(string)

    def _of(self, string: tuple[bool, ...]) -> Callable[[str, int], bool]:
        def value(family: str, place: int) -> bool:
            return self.prefix(string, place) if family == PREFIX else string[place]

        return value


@each
def test_every_countermodel_is_a_run_of_the_circuit(which: str) -> None:
    replayed = 0
    for one in built(which).steps:
        for premise in one.step.premises:
            values = countermodel(one.step, premise)
            for numbers in one.situation.instances(6)[:2]:
                assert not Concrete(which, one, numbers, values, 0).concluded(), one.step.name
                replayed += 1
    assert replayed >= 10


@settings(max_examples=300)
@given(data=st.data())
def test_a_step_agrees_with_the_circuit(data: st.DataObject) -> None:
    which = data.draw(st.sampled_from(sorted(PROOFS)))
    one = data.draw(st.sampled_from(built(which).steps))
    numbers = data.draw(st.sampled_from(list(one.situation.instances(6))))
    names = [atom.name for atom in one.step.circuit.inputs]
    bits = data.draw(st.lists(st.booleans(), min_size=len(names), max_size=len(names)))
    values = dict(zip(names, bits, strict=True))
    *_, conclusion = evaluate(one.step.circuit, bits)
    seed = data.draw(st.integers(0, 2**16))
    assert Concrete(which, one, numbers, values, seed).concluded() == conclusion


# --- wrong circuits ------------------------------------------------------------------------


def wrong_steps(account: CircuitAccount) -> set[str]:
    """The steps that the kernel rejects because they do not hold."""
    return rejected(circuit_proof(account).steps)


def inverted_first(b: Builder, y: Callable[[P], Literal], i: P, n: P) -> Literal:
    found = even_string_bit(b, y, i, n)
    return found if i > 0 else ~found


def no_right_coin(b: Builder, y: Callable[[P], Literal], i: P, n: P) -> Literal:
    return b.xor(y(i - 1)) if i > 0 and i < n - 1 else even_string_bit(b, y, i, n)


def free_end(b: Builder, y: Callable[[P], Literal], i: P, n: P) -> Literal:
    return y(i) if i >= n - 1 else even_string_bit(b, y, i, n)


def two_to_the_left(b: Builder, y: Callable[[P], Literal], i: P, n: P) -> Literal:
    return b.xor(y(i - 2), y(i)) if i > 0 and i < n - 1 else even_string_bit(b, y, i, n)


def without_u(
    b: Builder, y: Callable[[P], Literal], u: Callable[[P], Literal], j: P, m: P
) -> tuple[Literal, Literal]:
    own, _ = collapsed_block(b, y, u, j, m)
    carried = [y(k) for k in (j, j - 1) if k >= 0 and k < m - 1]
    return own, b.xor(*carried) if carried else b.constant(False)


def test_canary_wrong_circuits_fail_exactly_at_their_steps() -> None:
    assert wrong_steps(revision_circuit(inverted_first)) == {
        "telescoping: first",
        "string from the seeds: first",
    }
    assert wrong_steps(revision_circuit(no_right_coin)) == {
        "telescoping: inner",
        "string from the seeds: inner",
    }
    assert wrong_steps(blocks_circuit(without_u)) == {
        *(f"telescoping: {s}" for s in ("only", "first", "inner", "last")),
        *(f"string from the seeds: {s}" for s in ("only", "first", "inner", "last")),
        *(f"even: {s}" for s in ("only", "last")),
    }


def test_canary_a_circuit_that_reads_too_much_or_what_is_not_there() -> None:
    with pytest.raises(ValueError, match=r"no coin y\[u\]: there are u"):
        circuit_proof(revision_circuit(free_end))
    with pytest.raises(ValueError, match=r"depends on y.* which is no seed"):
        circuit_proof(revision_circuit(free_end, one_coin_each))
    with pytest.raises(ValueError, match="inner: reads 3, stated 2"):
        circuit_proof(replace(blocks_circuit(), reads=2))
    with pytest.raises(ValueError, match="depth 1, stated 0"):
        circuit_proof(replace(revision_circuit(), levels=0))
    with pytest.raises(Undecided, match="situation inner: u - 2 >= 0 is not decided"):
        circuit_proof(revision_circuit(two_to_the_left))


# --- one round -----------------------------------------------------------------------------


def one_cell(atoms: Atoms) -> Schedule | None:
    """One cell that starts masked, in one round; None if no schedule both writes M and remasks."""
    drawn = MASK if atoms[one_round.DRAWN_MASK] else int(atoms[one_round.DRAWN_ONE])
    marked = atoms[one_round.MARKED]
    if drawn == MASK and marked:
        return None

    def constant(*bits: bool) -> Circuit:
        builder = Builder(interface(1))
        return builder.build([builder.constant(bit) for bit in bits])

    return Schedule(
        length=1,
        rounds=1,
        predictor=constant(*PAPER_ENCODING.code_of(drawn)),
        unmask=constant(atoms[one_round.SELECTED]),
        remask=constant(True) if marked else None,
        output=(0,),
        output_names=("o",),
        edits=Edits.REMASK if marked else Edits.REVISE_ANY,
    )


def end(schedule: Schedule) -> list[State]:
    """The states that the run can end in, by the specification."""
    return [found.state for found in laws_by_round(sampler_of(schedule))[-1]]


def test_the_step_of_one_round_is_what_a_round_does() -> None:
    step = one_round.shows_what_is_drawn()
    met = 0
    for row in rows(step):
        schedule = one_cell(row.atoms)
        if schedule is None:
            continue
        ((token,),) = end(schedule)
        assert (token != MASK) == row.premises
        if row.premises:
            met += 1
            assert token == int(row.atoms[one_round.DRAWN_ONE])
    assert met == 2


def test_its_countermodel_replays_as_a_round() -> None:
    ((premise, atoms),) = countermodels(one_round.shows_what_is_drawn())
    assert premise == one_round.VISIBLE
    schedule = one_cell(atoms)
    assert schedule is not None
    assert end(schedule) == [(MASK,)]


@given(st.lists(st.fractions(0, 1, max_denominator=4), min_size=1, max_size=5))
def test_a_product_law_on_even_strings_is_a_point(ones: list[Fraction]) -> None:
    law = product_law(bernoulli(p) for p in ones)
    even = all(sum(string) % 2 == 0 for string in law)
    assert not even or len(law) == 1


@pytest.mark.parametrize("n", range(1, 9))
def test_flips_of_two_bits_stay_in_the_support(n: int) -> None:
    law = even_parity(n)
    assert is_product(law) == (n == 1)
    flipped = [(1 - z[0], 1 - z[1], *z[2:]) for z in law if n > 1]
    assert all(law[z] for z in flipped)


def test_canary_a_remask_that_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    def unmarked(
        gates: Gates[Wire], flag: Wire, cell: tuple[Wire, Wire], mask: tuple[bool, bool]
    ) -> tuple[Wire, Wire]:
        del gates, flag, mask
        return cell

    monkeypatch.setattr(one_round, "remasked", unmarked)
    assert failing(one_round.argument()) == {"a cell that ends visible shows what is drawn"}


def test_canary_a_cell_that_keeps_what_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    def kept(
        gates: Gates[Wire], flag: Wire, new: tuple[Wire, Wire], old: tuple[Wire, Wire]
    ) -> tuple[Wire, Wire]:
        del gates, flag, old
        return new

    monkeypatch.setattr(one_round, "either", kept)
    assert failing(one_round.argument()) == {"a cell that ends visible shows what is drawn"}


def test_canary_one_cell_is_not_enough() -> None:
    weaker = replace(one_round.TWO_CELLS, premises=(("n is at least 1", "(<= 1 n)"),))
    with pytest.raises(Rejected, match="does not hold"):
        smt.answer([weaker])
    asked = SolverAnswer("nobody", "0", 0)
    with pytest.raises(Rejected, match="not every query"):
        check_proof(one_round.argument().proof, asked)
