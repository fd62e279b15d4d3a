"""One circuit of a schedule, re-evaluated round by round only where something changed.

A run changes few cells in a round, so most gates of the predictor and of the policies keep their
literal from one round to the next. Gates whose cone holds no random input are marked stale when
an input below them gets another literal, and computed again only when they are asked for. Gates
above a random input get fresh coins in every round; they too are computed only when asked for,
and a coin becomes a variable only when a gate really needs it.
"""

from __future__ import annotations

from collections.abc import Callable

from dlmcheck.spec.circuit import Circuit, Gate, InputKind, Op, node_of
from dlmcheck.verify.engines.network import FALSE, TRUE, Lit, Network, embedded

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
        # `fresh[v] == now` means that a node's literal is up to date; a node without random
        # inputs below it stays so (ALWAYS) until it is marked stale.
        self._round = 0
        self._fresh = [_ALWAYS] * self._first_random + [_STALE] * (count - self._first_random)
        self._random = [False] * self._first_random + [True] * (
            self._first_gate - self._first_random
        )
        self._readers: list[list[int]] = [[] for _ in range(count)]
        for node, gate in enumerate(circuit.gates, start=self._first_gate):
            self._random.append(any(self._random[node_of(arg)] for arg in gate.args))
            if not self._random[node]:
                for arg in gate.args:
                    self._readers[node_of(arg)].append(node)
        self._outputs_at: dict[int, list[int]] = {}
        for index, output in enumerate(circuit.outputs):
            self._outputs_at.setdefault(node_of(output), []).append(index)
        self.random_outputs = tuple(
            index for index, output in enumerate(circuit.outputs) if self._random[node_of(output)]
        )
        """The outputs that get fresh coins in every round."""
        self._touched = set(range(len(circuit.outputs)))

    def next_round(self) -> None:
        """Forget the coins of the round before."""
        self._round += 1

    def set_input(self, node: int, literal: Lit) -> None:
        """Give a data input its literal."""
        if self._value[node] == literal:
            return
        self._value[node] = literal
        stack = [node]
        while stack:
            changed = stack.pop()
            if changed in self._outputs_at:
                self._touched.update(self._outputs_at[changed])
            for reader in self._readers[changed]:
                if self._fresh[reader] == _ALWAYS:
                    self._fresh[reader] = _STALE
                    stack.append(reader)

    def take_touched(self) -> set[int]:
        """The outputs whose literal may have changed since they were last taken.

        Outputs that depend on random inputs are not listed again; they may change always.
        """
        touched = self._touched
        self._touched = set[int]()
        return touched

    def output(self, index: int) -> Lit:
        """The literal of an output in the current round."""
        literal = self._circuit.outputs[index]
        node = node_of(literal)
        if not self._is_fresh(node):
            self._compute(node)
        return embedded(self._value, literal)

    def _is_fresh(self, node: int) -> bool:
        return self._fresh[node] == _ALWAYS or self._fresh[node] == self._round

    def _compute(self, root: int) -> None:
        stack = [root]
        while stack:
            node = stack[-1]
            if self._is_fresh(node):
                stack.pop()
            elif node < self._first_gate:
                self._value[node] = self._coin(node - self._first_random)
                self._fresh[node] = self._round
            else:
                missing = self._try_gate(node, self._circuit.gates[node - self._first_gate])
                stack.extend(missing)

    def _try_gate(self, node: int, gate: Gate) -> list[int]:
        """Compute a gate, or return the arguments that are needed first."""
        missing: list[int] = []
        coins: list[int] = []
        known: list[Lit] = []
        for arg in gate.args:
            below = node_of(arg)
            if self._is_fresh(below):
                known.append(embedded(self._value, arg))
            elif self._random[below]:
                coins.append(below)
            else:
                missing.append(below)
        # An AND with a known 0 needs no coin: this keeps variables out of cells that are not
        # written, or are written without chance.
        if missing and not _decided(gate.op, known):
            return missing
        if coins and not _decided(gate.op, known):
            return coins
        self._value[node] = self._network.gate(gate.op, known)
        self._fresh[node] = self._round if self._random[node] else _ALWAYS
        return []


_ALWAYS = -1
_STALE = -2


def _decided(op: Op, known: list[Lit]) -> bool:
    return (op is Op.AND and FALSE in known) or (op is Op.OR and TRUE in known)
