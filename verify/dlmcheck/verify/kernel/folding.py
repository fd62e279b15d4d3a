"""One circuit of a schedule under changing inputs: the function that a gate is in this round.

What a gate is follows by `functions.Functions` from what its arguments are; nothing is assumed
of the schedule. Only what is asked for is looked at: a gate is *awake* if an output that is
watched rests on it. It then stands among the readers of the arguments that its function rests
on, which is a single one where that decides it alone (a false argument of an AND), and it is
looked at again when one of these becomes another function. So a round costs what changes in it,
and a term for another layer, switched off by its condition, costs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappop, heappush

from dlmcheck.spec.circuit import Circuit, Literal, Op
from dlmcheck.verify.kernel.functions import FALSE, TRUE, Code, Functions


class Folded:
    """The codes of the watched outputs of a circuit, given those of its inputs.

    `changed` collects the numbers of the watched outputs that have become another function;
    whoever looks at them empties it. An output that is newly watched is among them.
    """

    def __init__(self, circuit: Circuit, functions: Functions, inputs: Sequence[Code]) -> None:
        self._functions = functions
        self._gates = circuit.gates
        self._outputs = circuit.outputs
        self._first = len(inputs)
        asleep = bytes(len(circuit.gates))
        self._codes: list[Code] = [*inputs, *asleep]
        self.is_awake = bytearray(b"\1" * self._first + asleep)
        self._readers: dict[int, list[int]] = {}
        """Per node, who is to be told when it becomes another function: edge k of gate g, as
        g * edges + k."""
        self._edges = max((len(gate.args) for gate in circuit.gates), default=1) or 1
        self._told_by: list[int] = list(asleep)
        """Per gate a bit set: the edges by which it stands among the readers of an argument."""
        self._queue: list[int] = []
        self._is_queued = bytearray(self._first + len(asleep))
        self._watched: dict[int, set[int]] = {}
        """Per node, the outputs that are watched and show it."""
        self.changed: set[int] = set()

    # --- what is looked at -------------------------------------------------------------------

    def watch(self, numbers: Sequence[int]) -> None:
        """From now on these outputs are kept up to date."""
        self.settle()
        for number in numbers:
            node = self._node(number)
            self._watched.setdefault(node, set()).add(number)
            if not self.is_awake[node]:
                self._wake(node)
        self.changed.update(numbers)

    def ignore(self, numbers: Sequence[int]) -> None:
        """These outputs, which are watched, need not be kept up to date any longer."""
        for number in numbers:
            node = self._node(number)
            self._watched[node].discard(number)
            if not self._watched[node]:
                del self._watched[node]
        self.changed.difference_update(numbers)

    def output(self, number: int) -> Code:
        """The function of an output that is watched; `settle` before."""
        literal = self._outputs[number]
        return self._codes[literal] if literal >= 0 else self._codes[~literal] ^ 1

    def set_input(self, node: int, code: Code) -> None:
        """Give an input another function."""
        if self._codes[node] != code:
            self._codes[node] = code
            self.tell(node)

    def settle(self) -> None:
        """Bring all watched outputs up to date."""
        queue = self._queue
        while queue:  # arguments first, as they have smaller numbers
            node = heappop(queue)
            self._is_queued[node] = 0
            if node not in self._readers and node not in self._watched:
                self.is_awake[node] = 0
                continue
            before = self._codes[node]
            if self._asleep_below(node) >= 0:
                self._wake(node)
            if self._codes[node] != before:
                self.tell(node)

    # --- nodes -------------------------------------------------------------------------------

    def _node(self, number: int) -> int:
        literal = self._outputs[number]
        return literal if literal >= 0 else ~literal

    def tell(self, node: int) -> None:
        """Have the readers of a node look again: they are no readers until they have."""
        if node in self._watched:
            self.changed |= self._watched[node]
        for edge in self._readers.pop(node, ()):
            index, k = divmod(edge, self._edges)
            self._told_by[index] &= ~(1 << k)
            reader = self._first + index
            if self.is_awake[reader] and not self._is_queued[reader]:
                self._is_queued[reader] = 1
                heappush(self._queue, reader)

    def _wake(self, node: int) -> None:
        """Find the function of a gate, and of those asleep on which it rests."""
        stack = [node]
        while stack:
            asleep = self._asleep_below(stack[-1])
            if asleep < 0:
                stack.pop()
            else:
                stack.append(asleep)

    def _asleep_below(self, node: int) -> int:
        """Find the function of a gate (-1), or an argument that has to be awake first."""
        gate = self._gates[node - self._first]
        op, args = gate.op, gate.args
        decides = FALSE if op is Op.AND else TRUE if op is Op.OR else -1
        if len(args) == 2:  # as below, without the lists
            return self._asleep_below_pair(node, op, decides, args[0], args[1])
        codes: list[Code] = []
        asleep = -1
        for k, arg in enumerate(args):
            below = arg if arg >= 0 else ~arg
            if self.is_awake[below]:
                code = self._codes[below] ^ (arg < 0)
                if code == decides:
                    return self._found(node, code, k, below)
                codes.append(code)
            elif asleep < 0:
                asleep = below
        if asleep >= 0:
            return asleep
        for k, arg in enumerate(args):
            self.read(node, k, arg if arg >= 0 else ~arg)
        self._codes[node] = self._functions.gate(op, codes)
        self.is_awake[node] = 1
        return -1

    def _asleep_below_pair(
        self, node: int, op: Op, decides: Code, first: Literal, second: Literal
    ) -> int:
        left = first if first >= 0 else ~first
        right = second if second >= 0 else ~second
        x, y = self._codes[left] ^ (first < 0), self._codes[right] ^ (second < 0)
        if not self.is_awake[left]:
            if self.is_awake[right] and y == decides:
                return self._found(node, y, 1, right)
            return left
        if x == decides:
            return self._found(node, x, 0, left)
        if not self.is_awake[right]:
            return right
        if y == decides:
            return self._found(node, y, 1, right)
        told_by = self._told_by[node - self._first]
        if told_by != 3:
            if not told_by & 1:
                self.read(node, 0, left)
            if not told_by & 2:
                self.read(node, 1, right)
        if op is Op.XOR:
            code = self._functions.differ(x, y)
        elif op is Op.AND:
            code = self._functions.both(x, y)
        else:
            code = self._functions.both(x ^ 1, y ^ 1) ^ 1
        self._codes[node] = code
        self.is_awake[node] = 1
        return -1

    def _found(self, node: int, code: Code, k: int, below: int) -> int:
        """The k-th argument alone decides what a gate is."""
        if not self._told_by[node - self._first] >> k & 1:
            self.read(node, k, below)
        self._codes[node] = code
        self.is_awake[node] = 1
        return -1

    def read(self, node: int, k: int, below: int) -> None:
        """Have a gate told when its k-th argument becomes another function."""
        index = node - self._first
        told_by = self._told_by[index]
        if not told_by >> k & 1:
            self._told_by[index] = told_by | 1 << k
            readers = self._readers.get(below)
            if readers is None:
                self._readers[below] = [index * self._edges + k]
            else:
                readers.append(index * self._edges + k)
