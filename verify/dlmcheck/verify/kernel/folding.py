"""One circuit of a schedule under changing inputs: the function that a gate is in this round.

What a gate is follows by `functions.Functions` from what its arguments are; nothing is assumed
of the schedule. Only what is asked for is looked at: a gate is *awake* if an output that is
watched rests on it. It then stands among the readers of the arguments that its function rests
on, which is a single one where that decides it alone (a false argument of an AND), and it is
looked at again when one of these becomes another function. So a round costs what changes in it,
and a term for another layer, switched off by its condition, costs nothing.

An output may be watched *briefly*, if it will hardly be the same for longer than until the inputs
change next. It is only glimpsed then: looked at, and not listened to, nor are the gates that stand
just below it. Once it is found to be what it was before, it is listened to like any other.

A gate of many arguments, such as a choice between layers, remembers which of them are *open*. The
others are constants that change nothing (an OR's false), and will be told of; so that even a
glimpse finds the layer that counts without going through all. ORs of ORs are joined for that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import heappop, heappush

from dlmcheck.spec.circuit import Circuit, Literal, Op
from dlmcheck.verify.kernel.functions import FALSE, TRUE, Code, Functions
from dlmcheck.verify.kernel.joining import join_ors

ASLEEP = -1
"""In place of a code: nobody has asked what this gate is."""

GLIMPSED = 5
"""So many gates above one another are looked at in a glimpse; those below wake up."""

_NEGATED = frozenset({Op.OR, Op.NOT})


class Folded:
    """The codes of the watched outputs of a circuit, given those of its inputs.

    `changed` collects the numbers of the watched outputs that have become another function;
    whoever looks at them empties it. An output that is newly watched is among them.
    """

    def __init__(self, circuit: Circuit, functions: Functions, inputs: Sequence[Code]) -> None:
        self._functions = functions
        self._outputs = circuit.outputs
        gates = circuit.gates
        asleep = [ASLEEP] * len(gates)
        self.codes = [*inputs, *asleep, *asleep, *(code ^ 1 for code in reversed(inputs))]
        """The code of each literal, at the place that it has as an index of a list: that of
        node v at v, that of its negation at ~v, which counts from the end."""
        self._args: list[tuple[Literal, ...]] = [
            *[()] * len(inputs),
            *[tuple([~a for a in g.args]) if g.op in _NEGATED else g.args for g in gates],
        ]
        """Per gate the literals whose conjunction or exclusive or it is. In place of an OR its
        negation stands here: the conjunction of the negated arguments."""
        self._is_xor = bytearray(len(inputs)) + bytes([g.op is Op.XOR for g in gates])
        self._is_or = bytearray(len(inputs)) + bytes([g.op is Op.OR for g in gates])
        join_ors(self._args, self._is_or, circuit.outputs)
        self._readers: list[list[int] | None] = [None] * circuit.node_count
        """Per node, who is to be told when it becomes another function: argument k of gate g,
        as g << shift | k."""
        self._shift = max(map(len, self._args), default=0).bit_length()
        self._reads = [0] * circuit.node_count
        """Per gate a bit set: the arguments among whose readers it stands."""
        self._open = [(1 << len(args)) - 1 for args in self._args]
        """Per gate a bit set: its arguments but for some that it reads, and that are constants
        which change nothing. (Gates of two arguments have no use for it.)"""
        self._watched: dict[int, set[int]] = {}
        """Per node, the outputs that are watched and show it."""
        self._told: list[int] = []
        """Nodes that have become another function, of which their readers do not know yet."""
        self._queue: list[int] = []
        """Gates that have to be looked at: a heap, as arguments have smaller numbers."""
        self._woken: list[int] = []
        """Gates that were asleep when an output that shows them was watched."""
        self._brief: set[int] = set()
        """The outputs that are watched briefly."""
        self._due: list[int] = []
        """Of these, the ones that have to be glimpsed."""
        self._glimpsed: dict[int, Code] = {}
        """The outputs that were glimpsed last, and what they were."""
        self._seen: dict[int, Code] = {}
        """What gates were found to be that sleep on, in this glimpse."""
        self.changed: set[int] = set()
        for node, gate in enumerate(gates, start=len(inputs)):
            if not gate.args:  # a constant is awake from the beginning
                self.codes[node] = TRUE if gate.op is Op.CONST1 else FALSE
                self.codes[~node] = self.codes[node] ^ 1

    # --- what is looked at -------------------------------------------------------------------

    def watch(self, numbers: Iterable[int], *, briefly: bool = False) -> None:
        """From now on `settle` brings these outputs up to date.

        After `briefly`, which changes no answer, `settle` has to come before `ignore`.
        """
        for number in numbers:
            self.changed.add(number)
            if briefly and self._args[self._node(number)]:
                self._brief.add(number)
                self._due.append(number)
            else:
                self._listen(number)

    def _listen(self, number: int) -> None:
        node = self._node(number)
        self._watched.setdefault(node, set()).add(number)
        if self.codes[node] < 0:
            self._woken.append(node)

    def ignore(self, numbers: Iterable[int]) -> None:
        """These outputs, which are watched, need not be kept up to date any longer."""
        for number in numbers:
            if self._glimpsed.pop(number, None) is None:
                self._turn_away(number)
        self._brief.difference_update(numbers)
        self.changed.difference_update(numbers)

    def _turn_away(self, number: int) -> None:
        """No longer listen to an output."""
        node = self._node(number)
        watched = self._watched[node]
        watched.discard(number)
        if not watched:
            del self._watched[node]
            self._rests(node)

    def output(self, number: int) -> Code:
        """The function of an output that is watched; `settle` before."""
        code = self.codes[self._outputs[number]]
        return self._glimpsed[number] if code < 0 else code

    def set_input(self, node: int, code: Code) -> None:
        """Give an input another function."""
        codes = self.codes
        if codes[node] != code:
            codes[node] = code
            codes[~node] = code ^ 1
            self._told.append(node)

    def set_pairs(self, numbers: Iterable[int], pairs: Sequence[tuple[Code, Code]]) -> None:
        """Give the inputs 2i and 2i+1 the functions of pair i, for some i."""
        codes, told = self.codes, self._told
        for i in numbers:
            first, second = pairs[i]
            node = 2 * i
            if codes[node] != first:
                codes[node] = first
                codes[~node] = first ^ 1
                told.append(node)
            node += 1
            if codes[node] != second:
                codes[node] = second
                codes[~node] = second ^ 1
                told.append(node)

    # --- nodes -------------------------------------------------------------------------------

    def _node(self, number: int) -> int:
        literal = self._outputs[number]
        return literal if literal >= 0 else ~literal

    def _rests(self, node: int) -> bool:
        """Have a gate fall asleep if nobody reads or watches it; whether it sleeps."""
        if self._readers[node] is None and node not in self._watched and self._args[node]:
            self.codes[node] = self.codes[~node] = ASLEEP
        return self.codes[node] < 0

    # --- looking -----------------------------------------------------------------------------

    def settle(self) -> None:
        """Bring all watched outputs up to date."""
        before, self._glimpsed = self._glimpsed, {}
        known, self.changed = self.changed, set()
        self._catch_up()
        for number in self.changed & self._brief:
            self._glimpsed[number] = self.output(number)
            self._turn_away(number)
        self.changed |= known
        if before or self._due:
            self._glimpse(before)

    def _glimpse(self, before: dict[int, Code]) -> None:
        """Look at outputs without listening; listen to those that are what they were before."""
        for number in [*before, *self._due]:
            code = self._look(self._outputs[number], GLIMPSED)
            if before.get(number) == code:
                self._listen(number)
            else:
                self._glimpsed[number] = code
                self.changed.add(number)
        self._due.clear()
        self._seen.clear()
        self._catch_up()

    def _look(self, literal: Literal, gates: int) -> Code:
        """What a literal is; so many gates above one another are not woken for that."""
        codes = self.codes
        code = codes[literal]
        if code >= 0:
            return code
        node = literal if literal >= 0 else ~literal
        if not gates:
            self._woken.append(node)
            self._catch_up()
            return codes[literal]
        args = self._args[node]
        if len(args) != 2:
            code = self._look_at_many(node, gates - 1)
        else:
            x, y = codes[args[0]], codes[args[1]]
            is_xor = self._is_xor[node]
            if FALSE in (x, y) and not is_xor:
                code = FALSE
            else:
                if x < 0:
                    x = self._look(args[0], gates - 1)
                if y < 0 and (x != FALSE or is_xor):
                    y = self._look(args[1], gates - 1)
                code = self._functions.differ(x, y) if is_xor else self._functions.both(x, y)
        return code ^ self._is_or[node] ^ (literal < 0)

    def _look_at_many(self, node: int, gates: int) -> Code:
        code = self._seen.get(node)
        if code is None:
            args, is_xor = self._args[node], self._is_xor[node]
            neutral = FALSE if is_xor else TRUE
            found: list[Code] = []
            for k in numbers(self._open[node]):
                code = self._look(args[k], gates)
                if code == neutral:
                    self._close(node, k)
                elif code == FALSE:
                    break
                else:
                    found.append(code)
            else:
                code = self._functions.odd(found) if is_xor else self._functions.every(found)
            self._seen[node] = code
        return code

    def _close(self, node: int, k: int) -> None:
        """Do not look at an argument that changes nothing until told that it might.

        Who has to tell is a node that is awake and makes it constant: the argument itself, or a
        false argument of that.
        """
        codes = self.codes
        bit = 1 << k
        self._open[node] &= ~bit
        if self._reads[node] & bit:
            return
        self._reads[node] |= bit
        literal = self._args[node][k]
        cause = literal if literal >= 0 else ~literal
        if codes[cause] < 0:
            for arg in () if self._is_xor[cause] else self._args[cause]:
                if codes[arg] == FALSE:
                    cause = arg if arg >= 0 else ~arg
                    break
            else:
                self._woken.append(cause)
                self._catch_up()
        edges = self._readers[cause]
        if edges is None:
            self._readers[cause] = [node << self._shift | k]
        else:
            edges.append(node << self._shift | k)

    def _catch_up(self) -> None:  # noqa: C901 - one loop: calls would take longer than what they do
        """Bring all outputs up to date that are listened to.

        Who reads a node that has become another function is queued; a gate that is looked at
        then stands among the readers of the arguments on which its function rests.
        """
        codes, all_args, is_xor, is_or = self.codes, self._args, self._is_xor, self._is_or
        reads, readers, shift, watched = self._reads, self._readers, self._shift, self._watched
        opened = self._open
        told, queue, woken = self._told, self._queue, self._woken
        both, differ = self._functions.both, self._functions.differ
        low = (1 << shift) - 1
        last = -1
        while True:
            while told:
                node = told.pop()
                if node in watched:
                    self.changed |= watched[node]
                edges = readers[node]
                if edges is not None:  # they are no readers until they have looked again
                    readers[node] = None
                    for edge in edges:
                        reader = edge >> shift
                        bit = 1 << (edge & low)
                        reads[reader] ^= bit
                        opened[reader] |= bit
                        if codes[reader] >= 0:
                            heappush(queue, reader)
            if queue:
                node = heappop(queue)
                if node == last or (readers[node] is None and self._rests(node)):
                    continue
                last = node
            elif woken:
                node = woken.pop()
                if codes[node] >= 0:
                    continue
            else:
                return
            stack = [node]  # above it those asleep on which it rests, to be looked at before
            while stack:
                node = stack[-1]
                args = all_args[node]
                # What it is, and a bit set: on which arguments that rests; or ASLEEP, and the
                # number of an argument that is.
                if len(args) != 2:
                    code, on = self._many(node)
                else:  # the same for two, as most have
                    x, y = codes[args[0]], codes[args[1]]
                    if is_xor[node]:
                        code, on = (differ(x, y), 3) if x >= 0 <= y else (ASLEEP, y < 0)
                    elif x == FALSE:
                        code, on = FALSE, 1
                    elif y == FALSE:
                        code, on = FALSE, 2
                    else:
                        code, on = (both(x, y), 3) if x >= 0 <= y else (ASLEEP, y < 0)
                if code < 0:
                    arg = args[on]
                    stack.append(arg if arg >= 0 else ~arg)
                    continue
                stack.pop()
                code ^= is_or[node]
                before = codes[node]
                if before != code:
                    codes[node] = code
                    codes[~node] = code ^ 1
                    if before >= 0:
                        told.append(node)
                new = on & ~reads[node]
                if new:
                    reads[node] |= new
                    for k in NUMBERS[new] if new < 8 else numbers(new):
                        arg = args[k]
                        below = arg if arg >= 0 else ~arg
                        edges = readers[below]
                        if edges is None:
                            edges = readers[below] = []
                        edges.append(node << shift | k)

    def _many(self, node: int) -> tuple[Code, int]:
        """What a gate is, and on which arguments that rests (a bit set).

        ASLEEP, and the number of an argument, if that has to be looked at before.
        """
        args, is_xor = self._args[node], self._is_xor[node]
        found: list[Code] = []
        for k in numbers(self._open[node]):
            code = self.codes[args[k]]
            if code == ASLEEP:
                return ASLEEP, k
            if code == (FALSE if is_xor else TRUE):
                self._close(node, k)
            elif code == FALSE:
                return FALSE, 1 << k
            else:
                found.append(code)
        code = self._functions.odd(found) if is_xor else self._functions.every(found)
        return code, (1 << len(args)) - 1


def numbers(bits: int) -> list[int]:
    """The places of the ones of a number.

    >>> numbers(0b1101)
    [3, 2, 0]
    """
    found: list[int] = []
    while bits:
        found.append(bits.bit_length() - 1)
        bits ^= 1 << found[-1]
    return found


NUMBERS = [numbers(bits) for bits in range(8)]
