"""How many cells does a write-once, gate-local DLM need for a function, in any number of rounds?

Gate-local and oblivious: which cells are masked depends on the round alone, and a cell is written
as a fair coin or as one gate of fan-in at most two (any of the 16 functions) on visible cells. A
written cell stays, so that the order of writing makes the cells a straight-line program, one cell a
gate, and the number of rounds plays no part. For a function of the prompt coins do not help: fix
each to one outcome. So the least L (prompt apart) is the number of gates that the function needs.

Two roads that share no code: all sets of functions that so many gates can compute, and a
propositional question with a refutation checked by unit propagation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product

from dlmcheck.model.builder import Builder
from dlmcheck.model.constructions.rows import rows_of
from dlmcheck.spec.circuit import Circuit, Literal, Op, evaluate, is_inverted, node_of
from dlmcheck.spec.errors import BadInput
from dlmcheck.verify.searches.program_queries import program_formula
from dlmcheck.verify.searches.propositional import Formula, Model, check_refutation, solve


@dataclass(frozen=True)
class Target:
    """A function of data bits, given by a layered circuit of small width that computes it."""

    name: str
    circuit: Circuit

    @property
    def inputs(self) -> int:
        """The number of data bits."""
        return len(self.circuit.inputs)

    @property
    def shape(self) -> tuple[int, int]:
        """Width (data inputs apart) and depth of the circuit."""
        rows = rows_of(self.circuit)
        return rows.width, rows.depth

    def tables(self) -> tuple[int, ...]:
        """For each output its truth table: bit x is the value where input i is bit i of x.

        Raises `BadInput` if an output is constant, an input, or equal to another output, each up
        to negation: then a gate does not stand for a cell.
        """
        n = self.inputs
        rows = [evaluate(self.circuit, [bool(x >> i & 1) for i in range(n)]) for x in range(1 << n)]
        tables = tuple(
            sum(1 << x for x, row in enumerate(rows) if row[j])
            for j in range(len(self.circuit.outputs))
        )
        plain = [_plain(table, n) for table in tables]
        known = {0, *(_plain(variable(i, n), n) for i in range(n))}
        if len(set(plain)) != len(plain) or known & set(plain):
            raise BadInput(
                "an output needs no gate of its own", source=self.name, expected="proper functions"
            )
        return tables


def variable(i: int, n: int) -> int:
    """The truth table of input i.

    >>> bin(variable(0, 2)), bin(variable(1, 2))
    ('0b1010', '0b1100')
    """
    return sum(1 << x for x in range(1 << n) if x >> i & 1)


def _plain(table: int, n: int) -> int:
    """The one of f and not f that is 0 where all inputs are 0: gates negate for free."""
    return table ^ ((1 << (1 << n)) - 1) if table & 1 else table


# --- all programs --------------------------------------------------------------------------


def computable(target: Target, gates: int) -> bool:
    """Whether so many gates of fan-in two compute the target; all programs are gone through.

    A set of functions is all that matters of a program's beginning. No other rule cuts the
    search, except that each missing output still takes a gate.
    """
    n = target.inputs
    wanted = frozenset(_plain(table, n) for table in target.tables())
    level = {frozenset(variable(i, n) for i in range(n))}
    for left in range(gates, 1, -1):
        level = {
            known | {new}
            for known in level
            if len(wanted - known) <= left
            for new in _gates(known, n)
        }
    # The last gate, if there is one, has to be the one output that is missing.
    return any(
        wanted <= known
        or (gates > 0 and len(wanted - known) == 1 and not wanted.isdisjoint(_gates(known, n)))
        for known in level
    )


def _gates(known: frozenset[int], n: int) -> Iterator[int]:
    everywhere = (1 << (1 << n)) - 1
    for f, g in combinations(sorted(known), 2):
        for a, b in product((f, f ^ everywhere), (g, g ^ everywhere)):
            if (new := _plain(a & b, n)) not in known:
                yield new
        if (new := f ^ g) not in known:
            yield new


def without_copies(circuit: Circuit) -> Circuit:
    """The circuit with every ID gate replaced by its argument."""
    builder = Builder(circuit.inputs)
    image: list[Literal] = list(range(len(circuit.inputs)))

    def moved(literal: Literal) -> Literal:
        node = image[node_of(literal)]
        return ~node if is_inverted(literal) else node

    for gate in circuit.gates:
        args = [moved(arg) for arg in gate.args]
        image.append(args[0] if gate.op is Op.ID else builder.gate(gate.op, args))
    return builder.build(map(moved, circuit.outputs), circuit.output_names)


def gates_taken(target: Target) -> int:
    """The gates of the target's own circuit; a copy takes no cell where tokens stay."""
    return len(without_copies(target.circuit).gates)


def essential_inputs(target: Target) -> int:
    """How many inputs the first output depends on.

    Gates of fan-in two that join k inputs to one output number at least k - 1.
    """
    n, table = target.inputs, target.tables()[0]
    return sum(
        any((table >> x ^ table >> (x ^ 1 << i)) & 1 for x in range(1 << n)) for i in range(n)
    )


# --- as a propositional question -----------------------------------------------------------


def program_question(target: Target, gates: int) -> Formula:
    """A formula that holds iff so many gates compute the target; see `program_formula`."""
    return program_formula(target.inputs, target.tables(), gates)


def decide_program(target: Target, gates: int) -> tuple[bool, int]:
    """Whether so many gates are enough, and the lemmas of the checked refutation if not.

    Raises `Rejected` if a refutation does not stand. A model is not decoded: that a program
    exists is shown by giving one.
    """
    formula = program_question(target, gates)
    answer = solve(formula)
    if isinstance(answer, Model):
        return True, 0
    return False, check_refutation(formula.clauses, answer)


# --- targets -------------------------------------------------------------------------------


def running(name: str, op: Op, n: int) -> Target:
    """x_1 op x_2 op ... op x_n, one input a layer: width 1, depth n - 1."""
    builder = Builder.with_names(data=[f"x{i}" for i in range(n)])
    value = 0
    for i in range(1, n):
        value = builder.gate(op, (value, i))
    return Target(f"{name} of {n}", builder.build([value]))


def majority() -> Target:
    """The majority of three: width 2, depth 3."""
    b = Builder.with_names(data=["a", "b", "c"])
    both, either = b.and_(0, 1), b.or_(0, 1)
    kept, decided = b.gate(Op.ID, (both,)), b.and_(either, 2)
    return Target("majority of 3", b.build([b.or_(kept, decided)]))


def full_adder() -> Target:
    """Sum and carry of three bits: width 2, depth 3."""
    b = Builder.with_names(data=["a", "b", "c"])
    first, other = b.xor(0, 1), b.xor(0, 2)
    kept, both = b.gate(Op.ID, (first,)), b.and_(first, other)
    return Target("full adder", b.build([b.xor(kept, 2), b.xor(0, both)]))


def targets() -> tuple[Target, ...]:
    """The functions of the table."""
    return (
        *(running("parity", Op.XOR, n) for n in (2, 3, 4, 5)),
        *(running("conjunction", Op.AND, n) for n in (2, 3, 4, 5)),
        majority(),
        full_adder(),
    )
