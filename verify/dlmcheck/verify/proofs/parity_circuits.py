"""Shallow circuits that sample even parity, for all n: the collapsed runs of T4.1 and T4.2.

Source: Jiang, Haghtalab, Chen (ICLR 2026), remark after Theorems 4.1 and 4.2; note R-4. The
outputs are emitted by the functions that emit the circuits, at symbolic positions. What is shown
of them is what `parity_strings` shows of samplers: the parity telescopes to 0, and coins and even
strings correspond one to one. No round is run: a circuit has no state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dlmcheck.model.families.parity import even_string_bit
from dlmcheck.model.reductions.collapse import collapsed_block
from dlmcheck.model.samplers.cell_wires import P
from dlmcheck.model.samplers.local_rules import PAIRS, SINGLE, Count, Layout, one_coin_a_unit
from dlmcheck.spec.circuit import Literal
from dlmcheck.spec.resources import depth
from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.kernel.induction import Proof, Rule
from dlmcheck.verify.proofs import parity_skeletons
from dlmcheck.verify.proofs.local_wires import Scene
from dlmcheck.verify.proofs.parity_account import EVEN, UNIT, Formula, Seeds, Support
from dlmcheck.verify.proofs.parity_samplers import AT_LEAST_TWO, BY_PLACE, EVERY_UNIT
from dlmcheck.verify.proofs.parity_steps import Kind, MadeStep
from dlmcheck.verify.proofs.parity_strings import string_steps
from dlmcheck.verify.proofs.positions import Constraint, Frame, Index, Situation, exhaustive
from dlmcheck.verify.proofs.terms import Argument

RULES = (Rule.POSITIONS, Rule.SITUATIONS, Rule.UNIFORM, Rule.BIJECTION)

Coins = Callable[[str, Index], Literal]
"""A coin of a family, by its number. Raises `ValueError` if there is none."""
Emit = Callable[[Formula, Coins, Index], tuple[Literal, ...]]
"""The outputs of a unit, by the function that emits the circuit."""


@dataclass(frozen=True)
class CircuitAccount:
    """A circuit for every n, and what is claimed of it.

    `coins` gives the number of coins of each family; each output reads at most `reads` of them,
    at depth `levels` at most. The other fields are those of `parity_account.Account`.
    """

    statement: str
    layout: Layout
    coins: Mapping[str, Count]
    emit: Emit
    reads: int
    levels: int
    domain: tuple[Constraint, ...]
    situations: tuple[Situation, ...]
    carry: Callable[[Formula, Index], Literal]
    seeds: Seeds
    decode: Callable[[Formula, str, Index], Literal]
    skeleton: tuple[str, ...] = ()
    support: Support | None = EVEN

    def spare_of(self, formula: Formula, unit: Index) -> Literal | None:
        """None: every coin shows in the string."""
        del formula, unit
        return None

    def output(self, formula: Formula, unit: Index) -> tuple[Literal, ...]:
        """The outputs of a unit. Raises `ValueError` for a coin that is not there."""

        def coin(family: str, index: Index) -> Literal:
            number = self.coins[family](formula.n, formula.units)
            if index < 0 or index >= number:
                raise ValueError(f"no coin {family}[{index}]: there are {number}")
            return formula.coin(family, index)

        return self.emit(formula, coin, unit)


@dataclass(frozen=True, eq=False)
class CircuitProof:
    """A proof with its steps as they were made, and the texts of its queries."""

    account: CircuitAccount
    steps: tuple[MadeStep, ...]
    queries: tuple[Query, ...]

    @property
    def argument(self) -> Argument:
        """As the kernel takes it: telescoping at the first unit is the base."""
        first = [self._is_first(one) for one in self.steps]
        pairs = list(zip(self.steps, first, strict=True))
        proof = Proof(
            self.account.statement,
            tuple(one.step for one, is_first in pairs if is_first),
            tuple(one.step for one, is_first in pairs if not is_first),
            RULES,
            tuple(query.name for query in self.queries),
            self.account.skeleton,
        )
        return Argument(proof, self.queries)

    def _is_first(self, one: MadeStep) -> bool:
        example = one.situation.example or {}
        return one.kind is Kind.TELESCOPING and example.get(UNIT) == self.account.layout.first


def circuit_proof(account: CircuitAccount) -> CircuitProof:
    """The proof of an account.

    Raises `Undecided` where a situation leaves open what the circuit's function has to know,
    `ValueError` for an output that reads more coins than stated or lies deeper.
    """
    made: list[MadeStep] = []
    queries = [exhaustive("every unit is in a situation", account.domain, account.situations)]
    for situation in account.situations:
        frame = Frame(situation)
        _check_outputs(account, frame)
        made += string_steps(account, frame)
        queries += frame.queries()
    kinds = list(Kind)
    made.sort(key=lambda one: kinds.index(one.kind))
    return CircuitProof(account, tuple(made), tuple(queries))


def _check_outputs(account: CircuitAccount, frame: Frame) -> None:
    scene = Scene(frame)
    outputs = account.output(Formula(scene, account), frame.index(UNIT))
    for literal in outputs:
        read = len(scene.read_by([literal]))
        if read > account.reads:
            raise ValueError(f"{frame.situation.name}: reads {read}, stated {account.reads}")
    deepest = depth(scene.builder.build(outputs))
    if deepest > account.levels:
        raise ValueError(f"{frame.situation.name}: depth {deepest}, stated {account.levels}")


# --- the two circuits ----------------------------------------------------------------------


def _coin_unless_last(f: Formula, i: Index) -> Literal:
    return f.coin("y", i) if i < f.units - 1 else f.zero()


def _seeds(f: Formula, i: Index) -> tuple[tuple[str, Index], ...]:
    return (("y", i),) if i < f.units - 1 else ()


def _one_less_than_units(_n: P, units: P) -> P:
    return units - 1


COLLAPSED = "the collapsed circuit of Theorem 4.1: D_n exactly, two coins an output, every n >= 2"
COLLAPSED_BLOCKS = (
    "the collapsed circuit of Theorem 4.2: D_n exactly, three coins an output, every even n >= 2"
)


def revision_circuit(
    emit: Callable[..., Literal] = even_string_bit, coins: Count | None = None
) -> CircuitAccount:
    """`families.parity.even_strings` for every n >= 2; coins y_0, ..., y_(n-2).

    `emit` and `coins` are other rules, for canaries.
    """

    def bit(f: Formula, coin: Coins, i: Index) -> tuple[Literal, ...]:
        def y(k: Index) -> Literal:
            return coin("y", k)

        return (emit(f.scene.builder, y, i, f.n),)

    return CircuitAccount(
        COLLAPSED,
        SINGLE,
        {"y": coins or _one_less_than_units},
        bit,
        2,
        1,
        AT_LEAST_TWO,
        BY_PLACE[1:],
        _coin_unless_last,
        _seeds,
        lambda f, _family, i: f.prefix(i),
        parity_skeletons.CIRCUIT,
    )


def blocks_circuit(
    emit: Callable[..., tuple[Literal, Literal]] = collapsed_block,
) -> CircuitAccount:
    """`reductions.collapse.collapsed_blocks` for every even n >= 2; coins y and u.

    `emit` is another rule, for canaries.
    """

    def block(f: Formula, coin: Coins, j: Index) -> tuple[Literal, ...]:
        def y(k: Index) -> Literal:
            return coin("y", k)

        def u(k: Index) -> Literal:
            return coin("u", k)

        return emit(f.scene.builder, y, u, j, f.units)

    def decode(f: Formula, family: str, j: Index) -> Literal:
        return f.prefix(j) if family == "y" else f.z(j * 2)

    return CircuitAccount(
        COLLAPSED_BLOCKS,
        PAIRS,
        {"y": _one_less_than_units, "u": one_coin_a_unit},
        block,
        3,
        1,
        EVERY_UNIT,
        BY_PLACE,
        _coin_unless_last,
        lambda f, j: (*_seeds(f, j), ("u", j)),
        decode,
        parity_skeletons.BLOCKS_CIRCUIT,
    )
