"""Rules that are functions of a few truth values: as wires of a step, by their tables.

A sampler that is no circuit decides by such functions what a cell does (is it selected, which
phase is it). A step takes the function itself and goes through all its arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product

from dlmcheck.model.reductions.folding import Wire, negated
from dlmcheck.verify.proofs.implication import Implication

Rule = Callable[[Mapping[str, bool]], bool]
"""A function of truth values that have names."""


def tabulated(s: Implication, wires: Mapping[str, Wire], rule: Rule) -> Wire:
    """The value of a rule on wires, whose values are handed to it by name.

    >>> s = Implication("a step", "a", "b")
    >>> step = s.concludes(tabulated(s, {"x": s["a"], "y": s["b"]}, lambda v: v["x"] <= v["y"]))
    >>> len(step.circuit.inputs)
    2
    """
    cases: list[Wire] = []
    for values in product((False, True), repeat=len(wires)):
        if rule(dict(zip(wires, values, strict=True))):
            pairs = zip(wires.values(), values, strict=True)
            cases.append(s.both(*(wire if value else negated(wire) for wire, value in pairs)))
    return s.either(*cases)
