"""What a run writes, as a circuit, with the certificate that the run simulates this circuit.

A schedule whose circuits were rewritten, or that was made from another circuit, does not write the
nodes of the circuit it is compared with. But it writes the nodes of *some* circuit: the one that
unrolling finds. This splits the question in two. That the run writes that circuit is local
(`kernel.simulation`); that the two circuits are equal is a question about circuits alone
(`sweeping`, `kernel.merges`).
"""

from __future__ import annotations

from dataclasses import dataclass

from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Literal, Op
from dlmcheck.verify.engines.network import FALSE, TRUE, Key, Lit
from dlmcheck.verify.engines.partners import Partner
from dlmcheck.verify.engines.unroll import Unrolling, masked_literal, value_literal
from dlmcheck.verify.kernel.contents import Content, Simulation


@dataclass(frozen=True)
class Shown:
    """A circuit, the certificate that a run simulates it, and the variable of each input."""

    circuit: Circuit
    plan: Simulation
    keys: tuple[Key, ...]


def shown_circuit(run: Unrolling, circuit: Circuit, partners: tuple[Partner, ...]) -> Shown | str:
    """The circuit that a run writes, on the inputs of another circuit; or why there is none.

    `partners` couples the random inputs of that circuit. Coins of the run that stand for none of
    them become further random inputs.
    """
    if run.open:
        return "whether the run is legal was not settled by folding"
    if any(partner.inverted for partner in partners):
        return "the coupling inverts a coin"
    return _Showing(run, circuit, partners).result()


class _Showing:
    def __init__(self, run: Unrolling, circuit: Circuit, partners: tuple[Partner, ...]) -> None:
        self.run = run
        self.network = run.network
        self.node_of_key: dict[Key, int] = {}
        self.inputs = list(circuit.inputs)
        place = {one.name: node for node, one in enumerate(circuit.inputs)}
        for k, name in enumerate(run.schedule.data_names):
            self.node_of_key["data", 0, k] = place[name]
        for partner in partners:
            self.node_of_key[partner.coin] = place[partner.name]
        self.names = set(place)
        self.node: dict[int, int] = {}
        self.gates: list[Gate] = []
        self.outputs = circuit.output_names

    def result(self) -> Shown | str:
        schedule, encoding = self.run.schedule, self.run.schedule.encoding
        masked_of = masked_literal(self.network, encoding)
        changes: list[list[tuple[int, Lit | None]]] = []
        for done in self.run.rounds:
            line: list[tuple[int, Lit | None]] = []
            for cell, high, low in done.written:
                masked = masked_of((high, low))
                if masked not in (FALSE, TRUE):
                    return "whether a cell is masked depends on values"
                shown = None if masked else value_literal(encoding, (high, low))
                line.append((cell, shown))
            changes.append(line)
        roots = [one for line in changes for _, one in line if one is not None]
        order = self.network.cone([*roots, *self.run.outputs])
        reason = self._inputs(order)
        if reason:
            return reason
        for node in order:
            self._gate(node)
        by_name = dict(zip(schedule.output_names, self.run.outputs, strict=True))
        circuit = Circuit(
            tuple(self.inputs),
            tuple(self.gates),
            tuple(self._moved(by_name[name]) for name in self.outputs),
            self.outputs,
        )
        writes: tuple[tuple[tuple[int, Content], ...], ...] = tuple(
            tuple((cell, self._content(one)) for cell, one in line) for line in changes
        )
        coins = tuple(
            (number, index, node)
            for (part, number, index), node in sorted(self.node_of_key.items())
            if part == "predictor"
        )
        given = tuple(self.node_of_key["given", 0, k] for k in range(len(schedule.given_cells)))
        keys: list[Key] = [("spare", 0, node) for node in range(len(self.inputs))]
        for key, node in self.node_of_key.items():
            keys[node] = key
        return Shown(circuit, Simulation(writes, coins, given), tuple(keys))

    def _inputs(self, order: list[int]) -> str:
        """An input for each variable that has none; or why that cannot be."""
        given: list[Key] = [("given", 0, k) for k in range(len(self.run.schedule.given_cells))]
        read = [key for node in order if (key := self.network.key_of(2 * node)) is not None]
        for key in dict.fromkeys((*given, *read)):
            if key in self.node_of_key:
                continue
            if key[0] not in ("given", "predictor"):
                return f"what the run writes depends on a coin of {key[0]}"
            name = " ".join(map(str, key))
            while name in self.names:
                name += "'"
            self.names.add(name)
            self.node_of_key[key] = len(self.inputs)
            self.inputs.append(Input(name, InputKind.RANDOM))
        return ""

    def _gate(self, node: int) -> None:
        kind, left, right = self.network.arguments(node)
        key = self.network.key_of(2 * node)
        if key is not None:
            self.node[node] = self.node_of_key[key]
            return
        gate = Gate(Op.CONST0)
        if kind != "leaf":
            op = Op.AND if kind == "and" else Op.XOR
            gate = Gate(op, (self._moved(left), self._moved(right)))
        self.node[node] = len(self.inputs) + len(self.gates)
        self.gates.append(gate)

    def _moved(self, literal: Lit) -> Literal:
        node = self.node[literal >> 1]
        return ~node if literal & 1 else node

    def _content(self, literal: Lit | None) -> Content:
        return "M" if literal is None else self._moved(literal)
