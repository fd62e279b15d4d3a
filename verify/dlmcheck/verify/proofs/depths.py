"""The depth of emitted gates as a term, where the depths of their inputs are not known."""

from __future__ import annotations

from collections.abc import Sequence

from dlmcheck.spec.circuit import Circuit, node_of
from dlmcheck.verify.proofs.optimality import largest
from dlmcheck.verify.proofs.terms import Term, number


def output_depths(circuit: Circuit, inputs: Sequence[Term]) -> list[Term]:
    """Per output its depth: a gate is one above the deepest of its arguments.

    Gates that no output needs do not count. Raises `ValueError` if the number of depths is not
    that of the inputs.
    """
    if len(inputs) != len(circuit.inputs):
        raise ValueError(f"{len(inputs)} depths for {len(circuit.inputs)} inputs")
    # A depth is the largest of some inputs' depths, each plus a number of gates; without any
    # input it is a number.
    found: list[dict[Term, int]] = [{one: 0} for one in inputs]
    for gate in circuit.gates:
        above: dict[Term, int] = {} if gate.args else {number(0): 1}
        for arg in gate.args:
            for one, gates in found[node_of(arg)].items():
                above[one] = max(above.get(one, 0), gates + 1)
        found.append(above)
    return [
        deepest([one + gates for one, gates in found[node_of(output)].items()])
        for output in circuit.outputs
    ]


def deepest(depths: Sequence[Term]) -> Term:
    """The largest of some depths, each looked at once, none of which is negative; 0 of none."""
    result = number(0)
    for one in dict.fromkeys(depths):
        result = largest(result, one)
    return result
