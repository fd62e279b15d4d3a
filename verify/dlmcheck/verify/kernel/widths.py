"""Certificates for the least width of a layer assignment: an assignment, and a lower bound.

The definitions and the argument are in the note WIDTH. A lower bound is one of three: the number of
outputs (or of random inputs, which stand in layer 0); walks through one layer; or a refutation
of clauses that are made here from the circuit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dlmcheck.spec.assignment import bank_width, check_assignment
from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.errors import BadCircuit
from dlmcheck.spec.jsontext import Document, Json, Path
from dlmcheck.spec.serial import circuit_to_json
from dlmcheck.verify.kernel.documents import certificate_text, circuit_field, fields_of
from dlmcheck.verify.kernel.evidence import Certificate
from dlmcheck.verify.kernel.refutation import check_lrat, dimacs, read_lrat
from dlmcheck.verify.kernel.results import Checked, Rejected, kernel_result
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.kernel.width_clauses import Windows, width_question, windows

KIND = "width"
MOST_LAYERS = 1 << 20
MOST_PLACES = 1 << 20
"""More layers, or more nodes times layers where clauses are made, are refused: one number in a
short file can ask for any number of them."""


@dataclass(frozen=True)
class Walks:
    """A lower bound by walks that must each keep a value when one layer is written."""

    layer: int
    walks: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Refuted:
    """A lower bound by a refutation, with hints, of the clauses for one less."""

    proof: str


@dataclass(frozen=True)
class WidthClaim:
    """A circuit, layers 0..last, an assignment, and why none is much narrower.

    `below` is None where the number of outputs, or of inputs in layer 0, says it.
    """

    circuit: Circuit
    last: int
    late_coins: bool
    layers: tuple[int, ...]
    bound: int
    below: Walks | Refuted | None


def check_width(claim: WidthClaim) -> Checked:
    """PROVED: the least width of an assignment to layers 0..last is between two numbers, or is one.

    Raises `Rejected` if the assignment is none or the lower bound does not follow.
    """
    circuit, last = claim.circuit, claim.last
    try:
        check_assignment(circuit, claim.layers, last, late_coins=claim.late_coins)
    except BadCircuit as error:
        raise Rejected(f"not an assignment: {error.message}") from None
    width = bank_width(circuit, claim.layers, last)
    if claim.bound > width:
        raise Rejected(f"the bound is {claim.bound}, and the assignment has width {width}")
    size = 1
    if claim.below is None:
        how = "outputs, and inputs in layer 0"
        reached = _floor(claim)
    elif last == 0:
        raise Rejected("there is one layer only: its row is the width")
    elif isinstance(claim.below, Walks):
        how = f"walks through layer {claim.below.layer}"
        reached = size = check_walks(claim, claim.below)
    else:
        how = "a refutation, with its clauses made anew"
        question = width_question(circuit, last, claim.bound - 1, late_coins=claim.late_coins)
        size = check_lrat(question.encoded.clauses, read_lrat(claim.below.proof))
        reached = claim.bound
    if reached < claim.bound:
        raise Rejected(f"the bound is {claim.bound}, and {how} give {reached}")
    coins = "random inputs in any layer" if claim.late_coins else "random inputs in layer 0"
    exactly = f"{width}" if width == claim.bound else f"from {claim.bound} to {width}"
    statement = f"the least width with layers 0..{last}, {coins}, is {exactly}"
    evidence = Certificate(f"layers of all gates; {how}", "the kernel", size)
    return kernel_result(statement, Verdict.PROVED, evidence)


def _floor(claim: WidthClaim) -> int:
    circuit, around = claim.circuit, windows(claim.circuit, claim.last, late_coins=claim.late_coins)
    if claim.last == 0:
        return bank_width(circuit, claim.layers, 0)
    standing = around.idle if claim.late_coins else len(circuit.random_inputs)
    return max(1, len(circuit.outputs), standing)


def check_walks(claim: WidthClaim, below: Walks) -> int:
    """How many values walks show to be kept when layer `below.layer` < last is written.

    Raises `Rejected` with the walk that is wrong.
    """
    t = below.layer
    if not 0 <= t < claim.last:
        raise Rejected(f"layer {t} is not below the last, {claim.last}")
    around = windows(claim.circuit, claim.last, late_coins=claim.late_coins)
    used: set[int] = set()
    for number, walk in enumerate(below.walks, start=1):
        reason = _objection(around, t, walk, used)
        if reason:
            raise Rejected(f"walk {number}: {reason}")
    return len(below.walks) + (around.idle if t == 0 else 0)


def _objection(around: Windows, t: int, walk: Sequence[int], used: set[int]) -> str:
    """Why a walk does not show that one more value is kept; empty if it does.

    All along the walk: the node stands in a layer <= t, or one that was used up before is kept.
    """
    if not walk or any(node not in around.args for node in walk):
        return "it is empty, or has a node that is not needed"
    if around.latest[walk[0]] > t:
        return f"node {walk[0]} may stand above layer {t}"
    for node, following in zip(walk, [*walk[1:], None], strict=True):
        if following is not None and following in around.args[node]:
            continue  # an argument stands below
        if node in used:
            return f"node {node} is used up twice"
        used.add(node)
        if following is not None:
            if node not in around.args[following]:
                return f"there is no edge between {node} and {following}"
        elif node not in around.outputs and not any(
            around.earliest[reader] > t for reader in around.readers[node]
        ):
            return f"node {node} need not be kept"
    return ""


# --- files ---------------------------------------------------------------------------------


def width_text(claim: WidthClaim) -> str:
    """A claim as a certificate, not checked here."""
    below: dict[str, object] = {"by": "floor"}
    if isinstance(claim.below, Walks):
        walks = [list(walk) for walk in claim.below.walks]
        below = {"by": "walks", "layer": claim.below.layer, "walks": walks}
    elif isinstance(claim.below, Refuted):
        question = width_question(
            claim.circuit, claim.last, claim.bound - 1, late_coins=claim.late_coins
        )
        clauses = dimacs(question.encoded.variables, question.encoded.clauses)
        below = {"by": "clauses", "dimacs": clauses, "proof": claim.below.proof}
    return certificate_text(
        KIND,
        circuit=circuit_to_json(claim.circuit),
        last=claim.last,
        late_coins=claim.late_coins,
        layers=list(claim.layers),
        bound=claim.bound,
        below=below,
    )


def check_document(document: Document) -> Checked:
    """Check a certificate from its file alone; clauses must be those that are made here."""
    raw = fields_of(document, ("circuit", "last", "late_coins", "layers", "bound", "below"))
    late = raw["late_coins"]
    if not isinstance(late, bool):
        raise document.malformed(late, ("late_coins",), "true or false")
    claim = WidthClaim(
        circuit=circuit_field(document),
        last=document.integer(raw["last"], ("last",), 0),
        late_coins=late,
        layers=_numbers(document, raw["layers"], ("layers",)),
        bound=document.integer(raw["bound"], ("bound",), 1),
        below=None,
    )
    if claim.last > MOST_LAYERS:
        raise Rejected(f"more than {MOST_LAYERS} layers are too many")
    return check_width(_with_bound(document, raw["below"], claim))


def _with_bound(document: Document, value: Json, claim: WidthClaim) -> WidthClaim:
    by = value.get("by") if isinstance(value, dict) else None
    names: dict[object, tuple[str, ...]] = {
        "floor": (),
        "walks": ("layer", "walks"),
        "clauses": ("dimacs", "proof"),
    }
    if not isinstance(by, str) or by not in names:
        raise document.malformed(
            value, ("below",), f'an object with "by": {", ".join(map(str, names))}'
        )
    fields = document.fields(value, ("below",), ("by", *names[by]))
    below: Walks | Refuted | None = None
    if by == "walks":
        layer = document.integer(fields["layer"], ("below", "layer"), 0)
        listed = document.array(fields["walks"], ("below", "walks"))
        below = Walks(
            layer,
            tuple(_numbers(document, one, ("below", "walks", k)) for k, one in enumerate(listed)),
        )
    elif by == "clauses":
        written = document.string(fields["dimacs"], ("below", "dimacs"))
        if claim.last == 0 or len(claim.layers) != claim.circuit.node_count:
            raise Rejected("there is nothing to make clauses of")
        if claim.last * claim.circuit.node_count > MOST_PLACES:
            raise Rejected("there are too many layers to make clauses of")
        question = width_question(
            claim.circuit, claim.last, claim.bound - 1, late_coins=claim.late_coins
        )
        if written != dimacs(question.encoded.variables, question.encoded.clauses):
            raise Rejected("the clauses are not those of the circuit and the width")
        below = Refuted(document.string(fields["proof"], ("below", "proof")))
    return WidthClaim(claim.circuit, claim.last, claim.late_coins, claim.layers, claim.bound, below)


def _numbers(document: Document, value: Json, path: Path) -> tuple[int, ...]:
    items = document.array(value, path)
    return tuple(document.integer(item, (*path, k), 0) for k, item in enumerate(items))
