"""Gates and depth of one cell of a circuit family, from the function that emits it.

The function runs on free wires. Its gates are counted there, and its depth is computed with the
depths of the wires as unknowns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dlmcheck.model.builder import Builder
from dlmcheck.spec.circuit import Circuit, Literal, node_of
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.proofs.optimality import largest
from dlmcheck.verify.proofs.terms import Term

Emit = Callable[[Builder, Sequence[Literal]], Sequence[Literal]]
"""A cell of a stage on its wires."""


@dataclass(frozen=True)
class CellRule:
    """A function that emits a cell, and how many wires it takes.

    `beside` are the wires of another cell of the same stage, in every way in which two cells can
    have wires in common.
    """

    emit: Emit
    wires: int
    beside: tuple[tuple[int, ...], ...]


def emitted(rule: CellRule) -> Circuit:
    """One cell on free wires."""
    b = Builder.with_names(data=[f"w{k}" for k in range(rule.wires)])
    return b.build(rule.emit(b, list(range(rule.wires))))


def gates(rule: CellRule) -> int:
    """The gates of a cell. Raises `Rejected` if another one beside it does not add as many."""
    found = len(emitted(rule).gates)
    for other in rule.beside:
        b = Builder.with_names(data=[f"w{k}" for k in range(1 + max(rule.wires - 1, *other))])
        both = [*rule.emit(b, list(range(rule.wires))), *rule.emit(b, other)]
        if len(b.build(both).gates) != 2 * found:
            raise Rejected("two cells of a stage share a gate")
    return found


def depths(rule: CellRule, wires: Sequence[Term]) -> list[Term]:
    """How deep the outputs of a cell are, on wires of these depths: a gate is one deeper."""
    circuit = emitted(rule)
    found = list(wires)
    for gate in circuit.gates:
        deepest = found[node_of(gate.args[0])]
        for arg in gate.args[1:]:
            deepest = largest(deepest, found[node_of(arg)])
        found.append(deepest + 1)
    return [found[node_of(output)] for output in circuit.outputs]
