"""Proofs for all n: finite step queries, decided by truth tables, under named rules.

A *step* is an implication between circuits over finitely many atoms (bits of cells, coins, facts
assumed of earlier rounds or positions). It is decided here, by its truth table, with nothing but
the gates. What turns steps into a statement for all n is a *rule* (induction over rounds, say);
rules are not replayed, they are few, named, and listed with every result that uses one.

A step must be able to fail: its premises must be jointly satisfiable, and each of them needed,
that is, without it the conclusion fails somewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, unique

from dlmcheck.spec.circuit import Circuit
from dlmcheck.verify.kernel.columns import output_columns, variable_column
from dlmcheck.verify.kernel.evidence import Induction, SolverAnswer
from dlmcheck.verify.kernel.results import Checked, Rejected, kernel_result
from dlmcheck.verify.kernel.verdicts import Verdict

TABLE_ATOMS = 20
"""More atoms make no table."""
CONCLUSION = "conclusion"


@unique
class Rule(Enum):
    """The rules that turn finitely many steps into a statement for all n."""

    ROUNDS = "induction over rounds"
    """An invariant that holds at the start and that a round preserves holds after every round."""
    POSITIONS = "induction over positions"
    """The same over the cells of a sequence, from the first one on."""
    SITUATIONS = "cases over positions"
    """The classes of positions (first, inner, last, ...) for which steps are given are all there
    are; that they are exhaustive is a query of linear arithmetic of its own."""
    LISTS = "conjunctions and disjunctions of any length"
    """AND and OR over a list of unknown length follow from their members one at a time."""
    FAN_IN = "gates of any fan-in"
    """AND, OR and XOR of many arguments are the same gate of one and of that gate of the rest."""
    UNIFORM = "one rule for every cell"
    """A construction emits the circuit of every cell of a class by one function, to which only
    the cell's own neighbourhood is passed."""
    BIJECTION = "bijection of seeds"
    """Finite sets with a bijection between them have as many members; so a bijection between
    uniform seeds and a set of strings, or of strings together with spare bits, makes the strings
    uniform."""
    COUPLING = "the same function of the same coins"
    """Two random variables that are one function of one seed have one law."""
    DRAWS = "draws given the state"
    """Given the state before a round, its draws are independent and follow p(. | x)."""
    INDEPENDENT = "functions of separate coins"
    """Functions of disjoint groups of independent random variables are independent: several of
    them take given values with the product of the probabilities."""
    UNIONS = "sizes of unions"
    """A union of finite sets has at most as many members as the sets have together."""
    DISJOINT = "sizes of disjoint sets"
    """Pairwise disjoint subsets of a finite set have together at most as many members as it."""
    NUMBERS = "induction over natural numbers"
    """What holds of 1, and of 2 m and 2 m + 1 if of m, holds of every positive number; likewise
    what holds of a number (an exponent, say) and passes on to the next one holds from there on."""


@dataclass(frozen=True)
class Step:
    """One implication: for all values of the inputs, the premises imply the conclusion.

    The circuit's inputs are the atoms, its outputs the premises, in order, and the conclusion
    last; `output_names` are the premises' names and "conclusion". Raises `ValueError` for a
    circuit without that shape.
    """

    name: str
    circuit: Circuit

    def __post_init__(self) -> None:
        names = self.circuit.output_names
        if not names or names[-1] != CONCLUSION or len(set(names)) != len(names):
            raise ValueError(f"step {self.name}: outputs are named premises and a conclusion")

    @property
    def premises(self) -> tuple[str, ...]:
        """The names of the premises."""
        return self.circuit.output_names[:-1]


@dataclass(frozen=True)
class Proof:
    """Steps and the rules that join them; `base` are the steps of the start."""

    statement: str
    base: tuple[Step, ...]
    steps: tuple[Step, ...]
    rules: tuple[Rule, ...]
    queries: tuple[str, ...] = ()
    """Names of the queries of arithmetic that it also rests on; a solver answers them."""
    skeleton: tuple[str, ...] = ()
    """The argument in a few sentences, for a reader; nothing is concluded from it."""

    @property
    def every_step(self) -> tuple[Step, ...]:
        """Base and steps."""
        return self.base + self.steps


def check_proof(proof: Proof, answers: SolverAnswer | None = None) -> Checked:
    """PROVED if every step holds and can fail; the rules are named in the evidence.

    `answers` is who answered the proof's queries of arithmetic; the evidence says that they were
    believed.

    Raises `Rejected` for a step that does not hold, with a countermodel in the reason, for one
    whose premises contradict each other, for a premise that is not needed, and for queries that
    nobody answered.
    """
    if (0 if answers is None else answers.queries) != len(proof.queries):
        raise Rejected("not every query of the proof was answered, or one that is not its own")
    names = [step.name for step in proof.every_step]
    if not names or len(set(names)) != len(names):
        raise Rejected("a proof has steps, and no two of one name")
    if not proof.rules or len(set(proof.rules)) != len(proof.rules):
        raise Rejected("a proof for all n rests on a rule, and names each once")
    rows = sum(check_step(step) for step in proof.every_step)
    evidence = Induction(
        tuple(step.name for step in proof.base),
        tuple(step.name for step in proof.steps),
        tuple(rule.value for rule in proof.rules),
        rows,
        proof.queries,
        "" if answers is None else f"{answers.engine} {answers.version}",
    )
    return kernel_result(proof.statement, Verdict.PROVED, evidence)


def check_step(step: Step) -> int:
    """The number of rows of the truth table gone through. Raises `Rejected`."""
    columns = truth_columns(step.circuit)
    rows = 1 << len(step.circuit.inputs)
    every = (1 << rows) - 1
    *premises, conclusion = columns
    wrong = _meet(premises, every) & ~conclusion
    if wrong:
        raise Rejected(f"step {step.name} fails at {_row(step.circuit, wrong)}")
    if not _meet(premises, every):
        raise Rejected(f"step {step.name}: the premises contradict each other")
    for number, name in enumerate(step.premises):
        others = [column for i, column in enumerate(premises) if i != number]
        if not _meet(others, every) & ~conclusion:
            raise Rejected(f"step {step.name}: premise {name!r} is not needed")
    return rows


def countermodel(step: Step, without: str) -> dict[str, bool]:
    """Atoms for which all premises but one hold and the conclusion does not.

    Raises `Rejected` if there are none, `ValueError` if there is no such premise.
    """
    number = step.premises.index(without)
    *premises, conclusion = truth_columns(step.circuit)
    every = (1 << (1 << len(step.circuit.inputs))) - 1
    others = [column for i, column in enumerate(premises) if i != number]
    wrong = _meet(others, every) & ~conclusion
    if not wrong:
        raise Rejected(f"step {step.name}: premise {without!r} is not needed")
    return _values(step.circuit, wrong)


def truth_columns(circuit: Circuit) -> list[int]:
    """Per output its truth table as a number: bit r is the value in row r of all assignments.

    Input i is bit i of the row's number. Raises `Rejected` for more than `TABLE_ATOMS` inputs.
    """
    atoms = len(circuit.inputs)
    if atoms > TABLE_ATOMS:
        raise Rejected(f"{atoms} atoms: too many for a truth table")
    inputs = [variable_column(i, atoms) for i in range(atoms)]
    return output_columns(circuit, inputs, (1 << (1 << atoms)) - 1)


def _meet(columns: Sequence[int], every: int) -> int:
    result = every
    for column in columns:
        result &= column
    return result


def _values(circuit: Circuit, rows: int) -> dict[str, bool]:
    first = (rows & -rows).bit_length() - 1
    return {one.name: bool(first >> i & 1) for i, one in enumerate(circuit.inputs)}


def _row(circuit: Circuit, rows: int) -> str:
    values = _values(circuit, rows)
    return ", ".join(f"{name}={int(value)}" for name, value in values.items()) or "no atoms"
