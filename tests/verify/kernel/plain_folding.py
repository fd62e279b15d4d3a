"""A circuit under changing inputs, every gate looked at every time: the reference for `Folded`.

And some wrong variants of `Folded`, which the comparison has to find out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from dlmcheck.spec.circuit import Circuit
from dlmcheck.verify.kernel.folding import Folded
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

    def set_pairs(self, numbers: Iterable[int], pairs: Sequence[tuple[Code, Code]]) -> None:
        for i in numbers:
            self._inputs[2 * i], self._inputs[2 * i + 1] = pairs[i]

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


# --- wrong variants ----------------------------------------------------------------------------


def closed_for_ever(folded: Folded, node: int, k: int) -> None:
    """In place of `_close`: an argument that changes nothing once is never looked at again."""
    folded._open[node] &= ~(1 << k)  # pyright: ignore[reportPrivateUsage]


class _Stubborn(dict[int, Code]):
    def clear(self) -> None:
        return


def remembering(honest: Callable[..., None]) -> Callable[..., None]:
    """In place of `__init__`: what gates were in one glimpse is believed in the next."""

    def init(folded: Folded, *args: object) -> None:
        honest(folded, *args)
        folded._seen = _Stubborn()  # pyright: ignore[reportPrivateUsage]

    return init
