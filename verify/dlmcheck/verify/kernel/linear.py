"""Uniform laws of linear circuits: the matrix, its inverses, and the equations of the support.

A circuit of XOR, NOT and identity gates on fair coins r gives z = A r + b over GF(2), which the
kernel reads off the gates. The law of z is uniform on the set {A r + b}. A certificate says which
set that is: the solutions of H z = c. Three identities show it:

    H A = 0 and H b = c             every output solves the equations;
    L A = I on m chosen coins       A has rank at least m, so there are at least 2^m outputs;
    H R = I, with m + q = n         the q equations are independent, so they have 2^m solutions.

L and R are in the file, as lists of the places of ones. If there is a schedule, it is shown to
sample the circuit first: by a cut-point certificate, seed for seed (`simulation`), or, where its
mask pattern depends on coins, by going through all seeds of both (`laws`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dlmcheck.spec.circuit import Circuit, InputKind, Op, is_inverted, node_of
from dlmcheck.spec.jsontext import Document, Json
from dlmcheck.spec.schedule import Schedule
from dlmcheck.verify.kernel.contents import Simulation
from dlmcheck.verify.kernel.documents import circuit_field, fields_of, schedule_field, text_field
from dlmcheck.verify.kernel.evidence import Certificate
from dlmcheck.verify.kernel.laws import check_same_law
from dlmcheck.verify.kernel.results import Checked, Rejected, kernel_result
from dlmcheck.verify.kernel.simulation import check_simulation
from dlmcheck.verify.kernel.verdicts import Verdict

KIND = "linear"

ENUMERATED = 12
"""Laws of more coins than this, or of schedules of more cells, are not gone through."""
_SHOWN = 80
"""Equations of more characters than this are not written out in the statement."""

Places = tuple[int, ...]


@dataclass(frozen=True)
class Affine:
    """A sum of coins and a constant: bit j of `coins` is the coefficient of random input j."""

    coins: int = 0
    constant: bool = False

    def __xor__(self, other: Affine) -> Affine:
        return Affine(self.coins ^ other.coins, self.constant != other.constant)


@dataclass(frozen=True)
class Uniform:
    """What is claimed of a linear circuit with n outputs, and the two inverses that show it.

    `equations` are the ones of the rows of H, `constants` is c, `coins` are the m chosen random
    inputs by number; `left` and `right` are the ones of the rows of L (one for each chosen coin)
    and of the columns of R (one for each equation), all as places among the outputs.
    """

    equations: tuple[Places, ...]
    constants: tuple[bool, ...]
    coins: Places
    left: tuple[Places, ...]
    right: tuple[Places, ...]


def affine_outputs(circuit: Circuit) -> tuple[Affine, ...]:
    """The outputs as sums of coins, read off the gates.

    Raises `Rejected` for a data input or a gate that is not linear.
    """
    for one in circuit.inputs:
        if one.kind is not InputKind.RANDOM:
            raise Rejected(f"the input {one.name} is no coin")
    values = [Affine(1 << coin) for coin in range(len(circuit.inputs))]

    def value(literal: int) -> Affine:
        return values[node_of(literal)] ^ Affine(0, is_inverted(literal))

    for gate in circuit.gates:
        if gate.op in (Op.AND, Op.OR) and len(gate.args) > 1:
            raise Rejected(f"node {len(values)} is an {gate.op.value}, which is not linear")
        total = Affine(0, gate.op in (Op.CONST1, Op.NOT))
        for arg in gate.args:
            total ^= value(arg)
        values.append(total)
    return tuple(value(output) for output in circuit.outputs)


def check_uniform(circuit: Circuit, claim: Uniform) -> Checked:
    """PROVED if the circuit's law is uniform on the solutions of the equations.

    Raises `Rejected` with the first identity that fails.
    """
    outputs = affine_outputs(circuit)
    _check_shape(circuit, claim)
    for k, (row, constant) in enumerate(zip(claim.equations, claim.constants, strict=True)):
        if _sum(outputs, row) != Affine(0, constant):
            raise Rejected(f"not every output solves equation {k}")
    chosen = sum(1 << coin for coin in claim.coins)
    for coin, row in zip(claim.coins, claim.left, strict=True):
        if _sum(outputs, row).coins & chosen != 1 << coin:
            raise Rejected(f"L A is not the identity at coin {coin}")
    equations = [frozenset(row) for row in claim.equations]
    for j, column in enumerate(claim.right):
        for i, equation in enumerate(equations):
            if len(equation.intersection(column)) % 2 != int(i == j):
                raise Rejected(f"H R is not the identity at row {i} and column {j}")
    if len(claim.coins) + len(claim.equations) != len(outputs):
        raise Rejected(
            f"{len(claim.coins)} coins and {len(claim.equations)} equations do not make "
            f"{len(outputs)} outputs"
        )
    size = sum(len(row) for row in (*claim.equations, *claim.left, *claim.right))
    evidence = Certificate("linear map with inverses", "the kernel, from the gates", size)
    return kernel_result(_statement(circuit, claim), Verdict.PROVED, evidence)


def _sum(outputs: Sequence[Affine], places: Places) -> Affine:
    total = Affine()
    for place in places:
        total ^= outputs[place]
    return total


def _check_shape(circuit: Circuit, claim: Uniform) -> None:
    if len(claim.constants) != len(claim.equations) or len(claim.right) != len(claim.equations):
        raise Rejected("there is not one constant and one column of R for each equation")
    if len(claim.left) != len(claim.coins):
        raise Rejected("there is not one row of L for each chosen coin")
    for what, rows, limit in (
        ("an output", (*claim.equations, *claim.left, *claim.right), len(circuit.outputs)),
        ("a coin", (claim.coins,), len(circuit.inputs)),
    ):
        for row in rows:
            if len(set(row)) != len(row) or not all(0 <= place < limit for place in row):
                raise Rejected(f"{what} is named that there is not, or twice: {row[:9]}")


def _statement(circuit: Circuit, claim: Uniform) -> str:
    names = circuit.output_names
    shown = ", ".join(
        f"{' + '.join(names[place] for place in row)} = {int(constant)}"
        for row, constant in zip(claim.equations, claim.constants, strict=True)
    )
    if len(shown) > _SHOWN:
        number = len(claim.equations)
        shown = f"{number} equation{'s' * (number > 1)} in {len(names)} bits"
    return f"the output is uniform on the solutions of {shown or 'no equation'}"


# --- files ---------------------------------------------------------------------------------

_FIELDS = ("circuit", "equations", "constants", "coins", "left", "right")
_SCHEDULE = ("schedule", "certificate")


def check_document(document: Document) -> Checked:
    """A linear circuit, perhaps a schedule that samples it, and the inverses, from a file."""
    raw = fields_of(document, _FIELDS, _SCHEDULE)
    circuit = circuit_field(document)
    constants = document.array(raw["constants"], ("constants",))
    claim = Uniform(
        _rows(document, raw, "equations"),
        tuple(document.boolean(value, ("constants", k)) for k, value in enumerate(constants)),
        _row(document, raw["coins"], ("coins",)),
        _rows(document, raw, "left"),
        _rows(document, raw, "right"),
    )
    if "schedule" in raw:
        certificate = text_field(document, "certificate") if "certificate" in raw else None
        _check_samples(schedule_field(document), circuit, certificate)
    elif "certificate" in raw:
        raise document.bad("a certificate without a schedule", ("certificate",), "a schedule")
    return check_uniform(circuit, claim)


def _check_samples(schedule: Schedule, circuit: Circuit, certificate: str | None) -> None:
    """Raise `Rejected` unless the schedule is shown to sample the circuit."""
    if certificate is not None:
        check_simulation(KIND, schedule, circuit, Simulation.from_json(certificate))
        return
    if max(len(circuit.inputs), schedule.length) > ENUMERATED:
        raise Rejected("the laws are too large to be gone through: a certificate is needed")
    found = check_same_law(KIND, schedule, circuit)
    if found.verdict is not Verdict.PROVED:
        raise Rejected(f"the schedule does not sample the circuit: {found.evidence}")


def _rows(document: Document, raw: dict[str, Json], key: str) -> tuple[Places, ...]:
    rows = document.array(raw[key], (key,))
    return tuple(_row(document, row, (key, k)) for k, row in enumerate(rows))


def _row(document: Document, value: Json, path: tuple[str | int, ...]) -> Places:
    places = document.array(value, path)
    return tuple(document.integer(place, (*path, k)) for k, place in enumerate(places))
