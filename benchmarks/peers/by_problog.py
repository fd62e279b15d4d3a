"""ProbLog with exact weights: fractions in place of floats, compiled to diagrams as it chooses."""

import json
import sys
from fractions import Fraction
from importlib import import_module
from itertools import product
from pathlib import Path
from typing import Any

from benchmarks.peers import common


def exact(program: str) -> dict[str, Fraction]:
    """The probability of each query of a program."""
    problog: Any = import_module("problog")
    sys.setrecursionlimit(common.DEPTH)  # the import sets its own, 10,000
    evaluator: Any = import_module("problog.evaluator")

    class Exact(evaluator.Semiring):  # type: ignore[misc]  # the library has no types
        """Fractions."""

        def one(self) -> Fraction:
            return Fraction(1)

        def zero(self) -> Fraction:
            return Fraction(0)

        def plus(self, a: Fraction, b: Fraction) -> Fraction:
            return a + b

        def times(self, a: Fraction, b: Fraction) -> Fraction:
            return a * b

        def negate(self, a: Fraction) -> Fraction:
            return 1 - a

        def value(self, a: object) -> Fraction:
            return Fraction(float(str(a)))  # all are short dyadic numbers

        def is_one(self, value: Fraction) -> bool:
            return value == 1

        def is_zero(self, value: Fraction) -> bool:
            return value == 0

        def normalize(self, a: Fraction, z: Fraction) -> Fraction:
            return a / z

        def result(self, a: Fraction, formula: object = None) -> Fraction:
            return a

        def is_dsp(self) -> bool:
            return True

        def is_nsp(self) -> bool:
            return True

    text = import_module("problog.program").PrologString(program)
    found = problog.get_evaluatable().create_from(text).evaluate(semiring=Exact())
    return {str(query): Fraction(value) for query, value in found.items()}


def law(path: str) -> common.Answers:
    """The law of a circuit's outputs."""
    circuit = common.read_circuit(path)
    lines = [f"0.5::n{v}." for v in range(circuit.inputs)]

    def text(literal: int) -> str:
        return f"n{literal}" if literal >= 0 else f"\\+n{~literal}"

    for node, (op, args) in enumerate(circuit.gates, circuit.inputs):
        if op == "AND":
            lines.append(f"n{node} :- {', '.join(map(text, args))}.")
        elif op == "XOR":
            a, b = args
            lines.append(f"n{node} :- {text(a)}, {text(~b)}.")
            lines.append(f"n{node} :- {text(~a)}, {text(b)}.")
        elif args:  # OR, or one value handed on
            lines += [f"n{node} :- {text(arg)}." for arg in args]
        else:
            lines.append(f"n{node} :- {'true' if op == 'CONST1' else 'fail'}.")
    for bits in product("01", repeat=len(circuit.outputs)):
        name = "o" + "".join(bits)
        literals = zip(circuit.outputs, bits, strict=True)
        wanted = ", ".join(text(one if bit == "1" else ~one) for one, bit in literals)
        lines += [f"{name} :- {wanted}.", f"query({name})."]
    return common.weighed({name[1:]: value for name, value in exact("\n".join(lines)).items()})


def run(path: str) -> common.Answers:
    """The probability that the first cell of a run ends as 1."""
    found = json.loads(Path(path).read_text("utf-8"))
    lines = [f"s(0,{i},{token})." for i, token in enumerate(found["start"])]
    for t, cells in enumerate(found["tables"]):
        for i, table in enumerate(cells):
            for shown, chances in table.items():
                heads = [
                    f"{float(Fraction(chance))!r}::s({t + 1},{i},{token})"
                    for token, chance in enumerate(chances)
                    if Fraction(chance)
                ]
                reads = zip(found["reads"][i], shown, strict=True)
                body = ", ".join(f"s({t},{j},{token})" for j, token in reads)
                lines.append(f"{'; '.join(heads)} :- {body}.")
    lines.append(f"query(s({len(found['tables'])},0,1)).")
    (chance,) = exact("\n".join(lines)).values()
    return common.first_is(chance)


if __name__ == "__main__":
    common.answer({"law": law, "run": run}, deep=True)
