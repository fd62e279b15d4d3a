"""The walk through a schedule with every gate looked at in every round: the reference.

What `kernel.simulation` promises, without columns and without leaving anything out.
"""

from __future__ import annotations

from collections.abc import Mapping

from dlmcheck.spec.circuit import Circuit, Gate
from dlmcheck.spec.lattice import Edits, End, Stop
from dlmcheck.spec.schedule import Schedule, clock_value
from dlmcheck.verify.kernel.claimed import (
    check_form,
    coin_map,
    contents_at_start,
    refuse_unsupported,
)
from dlmcheck.verify.kernel.contents import Content, Simulation
from dlmcheck.verify.kernel.functions import FALSE, TRUE, Code, Functions
from dlmcheck.verify.kernel.results import Rejected

FROZEN = (Edits.WRITE_ONCE, Edits.REMASK)


class PlainWalk:
    """The contents of all cells, moved forward round by round."""

    def __init__(self, schedule: Schedule, circuit: Circuit, certificate: Simulation) -> None:
        refuse_unsupported(schedule)
        self.schedule = schedule
        self.writes = 0
        self.contents: list[Content] = contents_at_start(schedule, circuit, certificate)
        self.functions = Functions()
        self.nodes = [self.functions.leaf() for _ in circuit.inputs]
        for gate in circuit.gates:
            self.embed(gate)
        self._coin_node = coin_map(schedule, circuit, certificate)
        tossed = len(schedule.predictor.random_inputs)
        self._free = [self.functions.leaf() for _ in range(tossed)]
        self.selected: list[int] = []
        self._drawn: list[Code] = []

    def embed(self, gate: Gate) -> None:
        """Give the circuit one more gate."""
        args = [self.nodes[arg] if arg >= 0 else self.nodes[~arg] ^ 1 for arg in gate.args]
        self.nodes.append(self.functions.cut(self.functions.gate(gate.op, args)))

    def _bits(self, content: Content) -> list[Code]:
        encoding = self.schedule.encoding
        if content == "M":
            return [int(bit) for bit in encoding.mask]
        zero, one = encoding.zero, encoding.one
        if isinstance(content, str):
            return [int(bit) for bit in (zero if content == "0" else one)]
        value = self.nodes[content] if content >= 0 else self.nodes[~content] ^ 1
        return [value ^ z if z != o else int(z) for z, o in zip(zero, one, strict=True)]

    def _outputs(self, circuit: Circuit, number: int, coins: list[Code]) -> list[Code]:
        codes = [code for content in self.contents for code in self._bits(content)]
        codes += [int(bit) for bit in clock_value(self.schedule, number)] + coins

        def literal(v: int) -> Code:
            return codes[v] if v >= 0 else codes[~v] ^ 1

        for gate in circuit.gates:
            codes.append(self.functions.gate(gate.op, [literal(arg) for arg in gate.args]))
        return [literal(output) for output in circuit.outputs]

    def _decided(self, circuit: Circuit, number: int, what: str) -> list[int]:
        chosen: list[int] = []
        for cell, code in enumerate(self._outputs(circuit, number, [])):
            if self.functions.equal(code, TRUE):
                chosen.append(cell)
            elif not self.functions.equal(code, FALSE):
                raise Rejected(f"round {number}: the {what} of cell {cell} depends on values")
        return chosen

    def round(self, number: int, claims: Mapping[int, Content]) -> None:
        self.begin(number)
        self.finish(number, claims)

    def begin(self, number: int) -> None:
        self.selected = self._decided(self.schedule.unmask, number, "selection")
        coins = list(self._free)
        for (t, j), node in self._coin_node.items():
            if t == number:
                coins[j] = self.nodes[node]
        self._drawn = self._outputs(self.schedule.predictor, number, coins)

    def finish(self, number: int, claims: Mapping[int, Content]) -> None:
        for cell in claims:
            if cell not in self.selected:
                raise Rejected(f"round {number}: cell {cell} is claimed but not written")
        new: list[Content] = [
            claims.get(cell, content) for cell, content in enumerate(self.contents)
        ]
        for cell in self.selected:
            if new[cell] == "M" and self.schedule.edits is not Edits.REVISE_ANY:
                raise Rejected(f"round {number}: cell {cell} is written, the certificate omits it")
            self.check_write(cell, new[cell], number)
        self.writes += len(self.selected)
        self.contents = new
        if self.schedule.remask is not None:
            for cell in self._decided(self.schedule.remask, number, "remasking"):
                if self.contents[cell] != "M":
                    if cell in self.schedule.data_cells:
                        raise Rejected(f"round {number}: prompt cell {cell} is remasked")
                    self.contents[cell] = "M"

    def check_write(self, cell: int, claim: Content, number: int) -> None:
        """The predictor of a selected cell writes the claimed content, and may."""
        old = self.contents[cell]
        if old not in ("M", claim) and self.schedule.edits in FROZEN:
            raise Rejected(f"round {number}: the visible token of cell {cell} is changed")
        if claim != old and cell in self.schedule.data_cells:
            raise Rejected(f"round {number}: prompt cell {cell} is changed")
        for drawn, wanted in zip(
            self._drawn[2 * cell : 2 * cell + 2], self._bits(claim), strict=True
        ):
            if not self.functions.equal(drawn, wanted):
                shown = (
                    f"{'not ' if claim < 0 else ''}node {max(claim, ~claim)}"
                    if isinstance(claim, int)
                    else claim
                )
                raise Rejected(f"round {number}: cell {cell} does not write {shown}")


def check_plainly(schedule: Schedule, circuit: Circuit, certificate: Simulation) -> int:
    """What `check_simulation` does; the number of writes."""
    check_form(schedule, circuit, certificate)
    walk = PlainWalk(schedule, circuit, certificate)
    for number, line in enumerate(certificate.writes, start=1):
        walk.round(number, dict(line))
    required = range(schedule.length) if schedule.end is End.WHOLE_STATE else schedule.output
    for cell in required:
        if walk.contents[cell] == "M":
            raise Rejected(f"cell {cell} is masked at the end")
    for cell, literal, output in zip(
        schedule.output, circuit.outputs, circuit.output_names, strict=True
    ):
        if walk.contents[cell] != literal:
            raise Rejected(f"output {output} is not what cell {cell} holds")
    if schedule.stop is Stop.ABSORBING:
        final = list(walk.contents)
        walk.round(schedule.rounds + 1, {})
        if walk.contents != final:
            raise Rejected("a further round changes the state")
    return walk.writes
