"""One circuit of a schedule, re-evaluated round by round only where something changed.

A run changes few cells in a round, so most gates of the predictor and of the policies keep their
literal from one round to the next. A gate is marked stale when an argument gets another literal,
unless a constant of another argument decides it alone; stale gates are computed again only when
they are asked for. A gate whose value rests on a coin is good for one round. A coin becomes a
variable only when a gate really needs it, so that there are no variables for cells that are not
written.
"""

from __future__ import annotations

from collections.abc import Callable

from dlmcheck.spec.circuit import Circuit, InputKind, Literal, Op, node_of
from dlmcheck.verify.engines.network import FALSE, TRUE, Lit, Network

CoinMaker = Callable[[int], Lit]
"""The variable of a random input (counted among the random inputs) in the current round."""


class EventCircuit:
    """The literals of a circuit's outputs under changing inputs.

    The circuit's inputs are data inputs (to be set by `set_input`; FALSE before), then random
    ones. Call `next_round` before each round: it forgets the coins.
    """

    def __init__(self, circuit: Circuit, network: Network, coin: CoinMaker) -> None:
        self._circuit = circuit
        self._network = network
        self._coin = coin
        self._first_gate = len(circuit.inputs)
        self._first_random = sum(1 for i in circuit.inputs if i.kind is InputKind.DATA)
        count = circuit.node_count
        self._value: list[Lit] = [FALSE] * count
        # How long a node's literal is good for: ALWAYS (until it is marked stale), the current
        # round if it rests on a coin, or not at all (STALE, or a round that has passed).
        self._round = 0
        self._good = [_ALWAYS] * self._first_random + [_STALE] * (count - self._first_random)
        self._held_by = [_NOBODY] * count
        control = {op: _CONTROL.get(op, _NOBODY) for op in Op}
        self._control = [control[gate.op] for gate in circuit.gates]
        self._may_toss = [False] * self._first_random
        self._may_toss += [True] * (self._first_gate - self._first_random)
        self._readers: list[list[int] | None] = [None] * count
        may_toss, all_readers = self._may_toss, self._readers
        for node, gate in enumerate(circuit.gates, start=self._first_gate):
            tosses = False
            for arg in gate.args:
                below = arg if arg >= 0 else ~arg
                if may_toss[below]:
                    tosses = True
                readers = all_readers[below]
                if readers is None:
                    all_readers[below] = [node]
                else:
                    readers.append(node)
            may_toss.append(tosses)
        self._outputs_at: dict[int, list[int]] = {}
        for index, output in enumerate(circuit.outputs):
            self._outputs_at.setdefault(node_of(output), []).append(index)
        self.reads = frozenset(
            node
            for node in range(self._first_gate)
            if all_readers[node] is not None or node in self._outputs_at
        )
        self._touched = set(range(len(circuit.outputs)))
        # The outputs that rested on a coin when they were last asked for: new in every round.
        self._tossing: set[int] = set()

    def next_round(self) -> None:
        """Forget the coins of the round before."""
        self._round += 1

    def set_input(self, node: int, literal: Lit) -> None:
        """Give a data input its literal."""
        if self._value[node] == literal:
            return
        self._value[node] = literal
        good, held_by, outputs_at = self._good, self._held_by, self._outputs_at
        all_readers = self._readers
        stack = [node]
        while stack:
            changed = stack.pop()
            if changed in outputs_at:
                self._touched.update(outputs_at[changed])
            for reader in all_readers[changed] or ():
                if good[reader] == _ALWAYS:
                    holder = held_by[reader]
                    if holder == _NOBODY or (
                        holder == changed and not self._is_held_without(reader, changed)
                    ):
                        good[reader] = _STALE
                        stack.append(reader)

    def _is_held_without(self, node: int, changed: int) -> bool:
        """Whether a gate that an argument alone has decided is decided by another one as well."""
        control = self._control[node - self._first_gate]
        for arg in self._circuit.gates[node - self._first_gate].args:
            below = arg if arg >= 0 else ~arg
            if below != changed and self._good[below] == _ALWAYS:
                if self._value[below] ^ (arg < 0) == control:
                    self._held_by[node] = below
                    return True
        return False

    def take_touched(self) -> set[int]:
        """The outputs whose literal may have changed since they were last taken.

        An output that was not asked for since it was last listed is not listed again, unless it
        rests on a coin.
        """
        touched = self._touched | self._tossing
        self._touched = set[int]()
        return touched

    def output(self, index: int) -> Lit:
        """The literal of an output in the current round."""
        literal = self._circuit.outputs[index]
        node = literal if literal >= 0 else ~literal
        if self._good[node] != _ALWAYS and self._good[node] != self._round:
            self._compute(node)
        if self._good[node] != _ALWAYS:
            self._tossing.add(index)
        elif self._tossing:
            self._tossing.discard(index)
        return self._value[node] ^ (literal < 0)

    def _compute(self, root: int) -> None:
        stack = [root]
        gates, good, now = self._circuit.gates, self._good, self._round
        while stack:
            node = stack[-1]
            if good[node] == _ALWAYS or good[node] == now:
                stack.pop()
            elif node < self._first_gate:
                self._value[node] = self._coin(node - self._first_random)
                good[node] = now
            else:
                args = gates[node - self._first_gate].args
                if len(args) == 2:  # as below, without the lists
                    self._try_pair(node, args[0], args[1], stack)
                else:
                    stack += self._try_gate(node)

    def _try_pair(self, node: int, first: Literal, second: Literal, stack: list[int]) -> None:
        """Compute a gate with two arguments, or push those that are needed first."""
        good, now, values = self._good, self._round, self._value
        control = self._control[node - self._first_gate]
        left = first if first >= 0 else ~first
        right = second if second >= 0 else ~second
        has_left = good[left] == _ALWAYS or good[left] == now
        has_right = good[right] == _ALWAYS or good[right] == now
        x, y = values[left] ^ (first < 0), values[right] ^ (second < 0)
        if has_left and x == control:
            self._settle(node, x, left, good[left])
        elif has_right and y == control:
            self._settle(node, y, right, good[right])
        elif has_left and has_right:
            until = _ALWAYS if good[left] == good[right] == _ALWAYS else now
            literal = self._network.gate(self._circuit.gates[node - self._first_gate].op, (x, y))
            self._settle(node, literal, _NOBODY, until)
        elif has_left or has_right:
            stack.append(right if has_left else left)
        else:
            # An AND with a known 0 needs no coin: what may need coins comes last.
            tosses, other_tosses = self._may_toss[left], self._may_toss[right]
            if tosses <= other_tosses:
                stack.append(left)
            if other_tosses <= tosses:
                stack.append(right)

    def _try_gate(self, node: int) -> list[int]:
        """Compute a gate, or return the arguments that are needed first."""
        gate = self._circuit.gates[node - self._first_gate]
        control = self._control[node - self._first_gate]
        good, now = self._good, self._round
        missing: list[int] = []
        coins: list[int] = []
        known: list[Lit] = []
        until = _ALWAYS
        for arg in gate.args:
            below = arg if arg >= 0 else ~arg
            if good[below] in (_ALWAYS, now):
                value = self._value[below] ^ (arg < 0)
                if value == control:
                    # An AND with a known 0 needs nothing else, and no coin in particular.
                    return self._settle(node, value, below, good[below])
                known.append(value)
                if good[below] == now:
                    until = now
            elif self._may_toss[below]:
                coins.append(below)
            else:
                missing.append(below)
        # What may need coins comes last, for the same reason.
        if missing or coins:
            return missing or coins
        return self._settle(node, self._network.gate(gate.op, known), _NOBODY, until)

    def _settle(self, node: int, literal: Lit, held_by: int, until: int) -> list[int]:
        self._value[node] = literal
        self._held_by[node] = held_by
        self._good[node] = until
        return []


_ALWAYS = -1
_STALE = -2
_NOBODY = -1
_CONTROL = {Op.AND: FALSE, Op.OR: TRUE}
