"""A builder for circuits: gates are added one at a time, equal gates are shared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Literal, Op

# To read a member off its class takes Python 3.11 as long as three look-ups in a table.
_CONST0, _CONST1, _AND, _OR, _XOR = Op.CONST0, Op.CONST1, Op.AND, Op.OR, Op.XOR

_Table = dict[tuple[Literal, ...], int]


class _Forgetful(_Table):
    """A table that never finds what it was given."""

    def setdefault(self, _args: tuple[Literal, ...], made: int = 0, /) -> int:
        return made


class Builder:
    """Collects gates over fixed inputs and returns literals.

    With `share` (the default) asking twice for the same gate gives the same node, so the size
    that is measured later is that of a circuit without plain repetition. Nothing is simplified.

    >>> b = Builder.with_names(data=["a", "b"])
    >>> circuit = b.build([b.xor(0, 1), b.and_(0, 1)], ["sum", "carry"])
    >>> circuit.node_count
    4
    """

    def __init__(self, inputs: Sequence[Input], *, share: bool = True) -> None:
        self.inputs = tuple(inputs)
        self._gates: list[Gate] = []
        self._next = len(self.inputs)
        # One table for each operation: arguments are hashed much faster than gates.
        self._known: dict[Op, _Table] = {op: {} if share else _Forgetful() for op in Op}

    @classmethod
    def with_names(cls, *, data: Iterable[str] = (), random: Iterable[str] = ()) -> Builder:
        """A builder over named data inputs followed by named random inputs."""
        return cls(
            [
                *(Input(name, InputKind.DATA) for name in data),
                *(Input(name, InputKind.RANDOM) for name in random),
            ]
        )

    def gate(self, op: Op, args: Iterable[Literal] = ()) -> Literal:
        """Add a gate (or find the equal one) and return its node as a literal."""
        wanted = tuple(args)
        made = self._next
        node = self._known[op].setdefault(wanted, made)
        if node == made:
            self._gates.append(Gate(op, wanted))
            self._next = made + 1
        return node

    def constant(self, value: bool) -> Literal:
        """A constant gate."""
        return self.gate(_CONST1 if value else _CONST0)

    def and_(self, *args: Literal) -> Literal:
        """One AND gate over all arguments."""
        return self.gate(_AND, args)

    def or_(self, *args: Literal) -> Literal:
        """One OR gate over all arguments."""
        return self.gate(_OR, args)

    def xor(self, *args: Literal) -> Literal:
        """One XOR gate over all arguments."""
        return self.gate(_XOR, args)

    def mux(self, select: Literal, when_one: Literal, when_zero: Literal) -> Literal:
        """Three gates: (select and when_one) or (not select and when_zero)."""
        return self.or_(self.and_(select, when_one), self.and_(~select, when_zero))

    def build(self, outputs: Iterable[Literal], names: Iterable[str] = ()) -> Circuit:
        """The finished circuit. Raises `BadCircuit` if it breaks the rules of circuits."""
        # The outputs may be a generator that still adds gates: run it first.
        listed = tuple(outputs)
        return Circuit(self.inputs, tuple(self._gates), listed, tuple(names))


def masked_bit(cell: int) -> Literal:
    """In a schedule's circuits, the high bit of a cell: 1 iff it is masked (paper's encoding)."""
    return 2 * cell


def value_bit(cell: int) -> Literal:
    """In a schedule's circuits, the low bit of a cell: its value, 0 while it is masked."""
    return 2 * cell + 1
