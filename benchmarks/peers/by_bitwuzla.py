"""bitwuzla, a solver for bit-vectors: is a linear circuit uniform on the even strings?"""

from importlib import import_module
from typing import Any

from benchmarks.peers import common


class Terms:
    """Its terms, a little shorter to write."""

    def __init__(self) -> None:
        self.library: Any = import_module("bitwuzla")
        self.manager: Any = self.library.TermManager()

    def of(self, kind: str, *terms: Any, indices: tuple[int, ...] = ()) -> Any:
        """A term of a kind."""
        return self.manager.mk_term(getattr(self.library.Kind, kind), list(terms), list(indices))

    def number(self, width: int, value: int) -> Any:
        """A constant."""
        return self.manager.mk_bv_value(self.manager.mk_bv_sort(width), value)

    def unknown(self, width: int, name: str) -> Any:
        """A vector of coins."""
        return self.manager.mk_const(self.manager.mk_bv_sort(width), name)

    def satisfied(self, *claims: Any) -> bool:
        """Whether all can hold. Raises `KeyError` for "unknown"."""
        solver = self.library.Bitwuzla(self.manager, self.library.Options())
        for claim in claims:
            solver.assert_formula(claim)
        found = str(solver.check_sat())
        return {"sat": True, "unsat": False}[found.rsplit(".", maxsplit=1)[-1].lower()]


def even(path: str) -> common.Answers:
    """Two questions: a lost seed, an odd sum. Coins are bit-vectors of one bit.

    The sum is a chain in the order of the outputs; neither a balanced tree nor one reduction of
    their concatenation has an answer at 4,096 outputs.
    """
    terms = Terms()
    circuit = common.read_circuit(path)
    zero, one = terms.number(1, 0), terms.number(1, 1)
    inputs = [terms.unknown(1, f"r{v}") for v in range(circuit.inputs)]

    def add(a: Any, b: Any) -> Any:
        return terms.of("BV_XOR", a, b)

    def negated(a: Any) -> Any:
        return terms.of("BV_NOT", a)

    outputs = common.values(circuit, inputs, (zero, one), negated, {"XOR": add})
    total = common.in_order(circuit, outputs, add)
    some = terms.of("DISTINCT", terms.of("BV_CONCAT", *inputs), terms.number(circuit.inputs, 0))
    lost = terms.satisfied(some, *(terms.of("EQUAL", output, zero) for output in outputs))
    return common.told(lost=lost, odd=terms.satisfied(terms.of("EQUAL", total, one)))


def formula(length: str, shift: str = "1") -> common.Answers:
    """The same of u ^ (u << 1) for a vector u, with a 0 in front: of a formula, and of no file."""
    terms = Terms()
    width = int(length)
    u = terms.of("BV_ZERO_EXTEND", terms.unknown(width - 1, "u"), indices=(1,))
    moved = terms.of("BV_SHL", u, terms.number(width, int(shift)))
    outputs = terms.of("BV_XOR", u, moved)
    zero = terms.number(width, 0)
    lost = terms.satisfied(terms.of("DISTINCT", u, zero), terms.of("EQUAL", outputs, zero))
    total = terms.of("BV_REDXOR", outputs)
    return common.told(lost=lost, odd=terms.satisfied(terms.of("EQUAL", total, terms.number(1, 1))))


if __name__ == "__main__":
    common.answer({"even": even, "formula": formula})
