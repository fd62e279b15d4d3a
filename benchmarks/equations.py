"""Equations of outputs over GF(2), brought into one form, so that different bases can be compared.

An equation is a number: bit i for output i, and the bit after the last output's if the sum is 1.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable
from itertools import product
from pathlib import Path

from dlmcheck.spec.circuit import Circuit, evaluate
from dlmcheck.verify.kernel.affine import Row, Run, Sums, Values, as_bits, coin, numbers_in


def canonical(equations: Iterable[int], outputs: int) -> list[int]:
    """The reduced basis of the same space: each one's last output is in no other; by that output.

    Raises `ValueError` if an equation follows from the others, or contradicts them.
    """
    places = (1 << outputs) - 1
    stairs: dict[int, int] = {}
    for row in equations:
        rest = row
        while (last := (rest & places).bit_length()) in stairs:
            rest ^= stairs[last]
        if not last:
            raise ValueError("an equation that follows from the others, or contradicts them")
        stairs[last] = rest
    found: dict[int, int] = {}
    lasts = 0
    for last in sorted(stairs):
        rest = stairs[last]
        for other in numbers_in(rest & lasts):
            rest ^= found[other + 1]
        found[last] = rest
        lasts |= 1 << (last - 1)
    return list(found.values())


def digest(equations: Iterable[int], outputs: int) -> str:
    """How many equations, and the same short text for every basis of the same space."""
    reduced = canonical(equations, outputs)
    text = ";".join(f"{one:x}" for one in reduced)
    return f"{len(reduced)} in {outputs} bits, {hashlib.sha256(text.encode()).hexdigest()[:16]}"


def written(path: Path, outputs: int) -> str:
    """The digest of a file with an equation in each line, in base 16."""
    return digest((int(line, 16) for line in path.read_text("ascii").split()), outputs)


def certified(path: Path, outputs: int) -> str:
    """The digest of the equations that a certificate holds, steps put in, or of its outcomes.

    The evidence of a law that is listed is the list. Raises `ValueError` for other evidence.
    """
    found = json.loads(path.read_text("utf-8"))
    if found["kind"] == "circuit-law":
        listed = found["counts"]
        if len(set(listed.values())) != 1:
            raise ValueError("not all outcomes have the same chance")
        return of_outcomes([int(bits[::-1], 2) for bits in listed], outputs)
    if found["kind"] != "linear":
        raise ValueError(f"evidence of the kind {found['kind']}")
    values = Values(Sums(outputs), [coin(i) for i in range(outputs)])
    rows = [_row(row) for row in found["equations"]]
    if any(isinstance(place, Run) or place >= outputs for row in rows for place in row):
        values.extend([_row(row) for row in found["steps"]])
    sums = values.each(rows)
    places = (1 << outputs) - 1
    equations = [
        # coin i is number i + 1 in a form
        as_bits(numbers_in(form)) >> 1 & places | constant << outputs
        for form, constant in zip(sums, found["constants"], strict=True)
    ]
    return digest(equations, outputs)


def _row(row: list[int | str]) -> Row:
    return tuple(place if isinstance(place, int) else _run(place) for place in row)


def _run(text: str) -> Run:
    base, bits = text.split(":")
    return Run(int(base), int(bits, 16))


def of_outcomes(outcomes: Collection[int], outputs: int) -> str:
    """The digest of the equations of a set of outcomes, whose bit i is output i.

    Raises `ValueError` if there are other solutions.
    """
    start = min(outcomes)
    rows: dict[int, int] = {}
    for outcome in outcomes:
        rest = outcome ^ start
        for first, row in rows.items():
            if rest >> first & 1:
                rest ^= row
        if rest:
            first = (rest & -rest).bit_length() - 1
            for other, row in rows.items():
                if row >> first & 1:
                    rows[other] = row ^ rest
            rows[first] = rest
    if len(set(outcomes)) != 1 << len(rows):
        raise ValueError(f"{len(set(outcomes))} outcomes, which span 2^{len(rows)}")
    equations: list[int] = []
    for last in set(range(outputs)) - rows.keys():
        equation = 1 << last | sum(1 << first for first, row in rows.items() if row >> last & 1)
        equations.append(equation | ((equation & start).bit_count() & 1) << outputs)
    return digest(equations, outputs)


def by_definition(circuit: Circuit) -> str:
    """The same of a small circuit, from all its seeds."""
    seeds = product((False, True), repeat=len(circuit.inputs))
    reached = {as_bits(i for i, bit in enumerate(evaluate(circuit, seed)) if bit) for seed in seeds}
    return of_outcomes(reached, len(circuit.outputs))
