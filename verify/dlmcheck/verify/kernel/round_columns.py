"""A circuit of a schedule in many rounds at once: what is constant in which, and what the rest is.

A bit that is known in some rounds, such as whether a cell is masked, is known there whatever the
values are, and so is nearly every gate that decides what is due when. All rounds stand side by
side in the bits of one number, so that one operation a gate (Kleene's three values) settles this
for all of them. What is left of a gate in one round is then small: a term for another layer is
known to be false. It is found by going down from an output, past constants, to the inputs
(`at`), as a function of `functions.Functions`. Nothing is assumed of the circuit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from dlmcheck.spec.circuit import Circuit, Literal, Op
from dlmcheck.verify.kernel.functions import FALSE, TRUE, Code, Functions

DEEP = 100
"""So many calls of a function that looks at gates are nested."""

LONG = 50
"""So many gates above one another are gone through without remembering what they are."""

TOGETHER = 64
"""So many ORs above one another are taken together."""


class RoundColumns:
    """A circuit in several rounds; round number k of them is bit k of a column."""

    def __init__(self, circuit: Circuit, functions: Functions) -> None:
        self._circuit = circuit
        self._functions = functions
        self.ones = [0] * (2 * circuit.node_count)
        """Per literal the rounds in which it is known to be true, at the place that it has as an
        index of a list: that of node v at v, that of its negation at ~v, counted from the end.
        Those of the inputs are to be set before `settle`."""
        self._every = 0
        self._tables: dict[int, dict[int, list[Literal]]] = {}

    def settle(self, every: int) -> None:
        """Find what is known of all gates, in the rounds that `every` has."""
        self._every = every
        self._tables.clear()
        ones = self.ones
        conjunction, disjunction, exclusive = Op.AND, Op.OR, Op.XOR
        for node, gate in enumerate(self._circuit.gates, start=len(self._circuit.inputs)):
            op, args = gate.op, gate.args
            if len(args) != 2:
                ones[node], ones[~node] = self._many(op, args)
                continue
            a, b = args
            if op is conjunction:
                ones[node] = ones[a] & ones[b]
                ones[~node] = ones[~a] | ones[~b]
            elif op is disjunction:
                ones[node] = ones[a] | ones[b]
                ones[~node] = ones[~a] & ones[~b]
            elif op is exclusive:
                ones[node] = ones[a] & ones[~b] | ones[~a] & ones[b]
                ones[~node] = ones[a] & ones[b] | ones[~a] & ones[~b]

    def _many(self, op: Op, args: Sequence[Literal]) -> tuple[int, int]:
        """The rounds in which a gate is known to be true, and those in which it is not."""
        ones = self.ones
        if op is Op.NOT:
            return ones[~args[0]], ones[args[0]]
        if op is Op.OR:  # the negation of a conjunction of negations
            true, false = self._many(Op.AND, [~arg for arg in args])
            return false, true
        true, false = (0, self._every) if op in (Op.XOR, Op.CONST0) else (self._every, 0)
        for arg in args:
            one, zero = ones[arg], ones[~arg]
            if op is Op.XOR:
                true, false = true & zero | false & one, true & one | false & zero
            else:
                true, false = true & one, false | zero
        return true, false

    def changes(self, inputs: Sequence[int]) -> list[int]:
        """Per node the rounds in which it may be another function than in the round before.

        `inputs` are those of the inputs. A gate none of whose arguments is another function is
        none, nor is one that is the same constant in both rounds.
        """
        ones = self.ones
        found: list[int] = []
        for node in range(self._circuit.node_count):
            if node < len(inputs):
                changed = inputs[node]
            else:
                changed = 0
                for arg in self._circuit.gates[node - len(inputs)].args:
                    changed |= found[arg if arg >= 0 else ~arg]
            if changed:
                one, zero = ones[node], ones[~node]
                changed &= ~(one & one << 1 | zero & zero << 1)
            found.append(changed)
        return found

    def at(  # noqa: C901 - one loop: calls would take longer than what they do
        self, place: int, inputs: Sequence[Code]
    ) -> Callable[[Literal], Code]:
        """What literals are in one round, given the codes of the inputs in that round."""
        ones, gates, first = self.ones, self._circuit.gates, len(self._circuit.inputs)
        functions, tables, terms, bit = self._functions, self._tables, self._terms, 1 << place
        both, differ, gate_on = functions.both, functions.differ, functions.gate
        conjunction, disjunction = Op.AND, Op.OR
        known: dict[int, Code] = {}

        def look(literal: Literal, left: int = DEEP) -> Code:  # noqa: C901
            """What a literal is; calls may be nested so deep."""
            if ones[literal] & bit:
                return TRUE
            if ones[~literal] & bit:
                return FALSE
            begun = literal
            for _ in range(LONG):
                node = literal if literal >= 0 else ~literal
                code = known.get(node)
                if code is not None:
                    break
                if node < first:
                    code = inputs[node]
                    break
                gate = gates[node - first]
                op = gate.op
                args: Sequence[Literal] = gate.args
                # A gate all but one of whose arguments are known is that one, or its negation.
                if len(args) != 2:
                    args, shown = terms(node)[bit], None
                else:
                    a, b = args
                    if op is conjunction:
                        shown = b if ones[a] & bit else a if ones[b] & bit else None
                    elif op is disjunction:
                        shown = b if ones[~a] & bit else a if ones[~b] & bit else None
                        if shown is not None and shown >= first:
                            if gates[shown - first].op is disjunction:
                                args = (tables.get(node) or terms(node))[bit]
                                shown = None
                    elif (ones[a] | ones[~a]) & bit:
                        shown = ~b if ones[a] & bit else b
                    elif (ones[b] | ones[~b]) & bit:
                        shown = ~a if ones[b] & bit else a
                    else:
                        shown = None
                if len(args) == 1:
                    shown = args[0]
                if shown is not None:
                    literal = shown if literal >= 0 else ~shown
                    continue
                if not left:
                    return deep(literal)
                x = look(args[0], left - 1)
                y = look(args[1], left - 1)
                if len(args) > 2:
                    code = gate_on(op, [x, y, *[look(arg, left - 1) for arg in args[2:]]])
                elif op is conjunction:
                    code = both(x, y)
                elif op is disjunction:
                    code = both(x ^ 1, y ^ 1) ^ 1
                else:
                    code = differ(x, y)
                known[node] = code
                break
            else:
                node = literal if literal >= 0 else ~literal
                code = look(node, left - 1) if left or node < first else deep(node)
            if literal < 0:
                code ^= 1
            known[begun if begun >= 0 else ~begun] = code if begun >= 0 else code ^ 1
            return code

        def deep(literal: Literal) -> Code:
            """The same from below, for circuits in which calls would nest too deeply."""
            stack = [literal if literal >= 0 else ~literal]
            while stack:
                node = stack[-1]
                gate = gates[node - first]
                args = gate.args if len(gate.args) == 2 else terms(node)[bit]
                waiting = [
                    below
                    for arg in args
                    if (below := arg if arg >= 0 else ~arg) >= first
                    and below not in known
                    and not (ones[below] | ones[~below]) & bit
                ]
                if waiting:
                    stack += waiting
                else:
                    look(stack.pop(), 1)
            return look(literal, 1)

        return look

    def _terms(self, node: int) -> Mapping[int, Sequence[Literal]]:
        """By round (its bit), the arguments of a gate but for constants that change nothing.

        They are found for all rounds at once, so that a choice between many layers is not gone
        through in each of them. For that ORs of ORs are taken together.
        """
        table = self._tables.get(node)
        if table is not None:
            return table
        ones, gates, first = self.ones, self._circuit.gates, len(self._circuit.inputs)
        op, args = gates[node - first].op, gates[node - first].args
        unknown = self._every & ~(ones[node] | ones[~node])
        table = self._tables[node] = {}
        # With one argument a gate is that, or its negation.
        waiting = [~args[0]] if op is Op.NOT else [*args]
        taken = 0
        while waiting:
            arg = waiting.pop()
            rounds = unknown & ~(ones[arg] if op is Op.AND else ones[~arg])
            if not rounds:
                continue
            if op is Op.OR and arg >= first and taken < TOGETHER:
                below = gates[arg - first]
                if below.op is op:
                    waiting += below.args
                    taken += 1
                    continue
            # A condition that holds whenever this counts adds nothing to it.
            while arg >= first and gates[arg - first].op is Op.AND:
                left = [one for one in gates[arg - first].args if rounds & ~ones[one]]
                if len(left) != 1:
                    break
                arg = left[0]
            while rounds:
                lowest = rounds & -rounds
                table.setdefault(lowest, []).append(arg)
                rounds ^= lowest
        return table
