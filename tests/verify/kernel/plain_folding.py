"""A circuit under changing inputs, every gate looked at every time: the reference for `Folded`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dlmcheck.spec.circuit import Circuit
from dlmcheck.verify.kernel.functions import Code, Functions


class PlainFolded:
    """What `Folded` promises, by going through all gates."""

    def __init__(self, circuit: Circuit, functions: Functions, inputs: Sequence[Code]) -> None:
        self._circuit = circuit
        self._functions = functions
        self._inputs = list(inputs)
        self._codes: list[Code] = []
        self._watched: dict[int, Code | None] = {}
        """Per output that is watched, what it was."""
        self.changed: set[int] = set()

    def watch(self, numbers: Iterable[int], *, briefly: bool = False) -> None:
        del briefly
        self._watched.update(dict.fromkeys(numbers))

    def ignore(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            del self._watched[number]
            self.changed.discard(number)

    def set_input(self, node: int, code: Code) -> None:
        self._inputs[node] = code

    def output(self, number: int) -> Code:
        return self._literal(self._circuit.outputs[number])

    def _literal(self, literal: int) -> Code:
        return self._codes[literal] if literal >= 0 else self._codes[~literal] ^ 1

    def settle(self) -> None:
        self._codes = list(self._inputs)
        for gate in self._circuit.gates:
            codes = [self._literal(arg) for arg in gate.args]
            self._codes.append(self._functions.gate(gate.op, codes))
        for number, before in self._watched.items():
            if self.output(number) != before:
                self._watched[number] = self.output(number)
                self.changed.add(number)
