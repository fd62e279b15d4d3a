"""Storm with exact numbers: a Markov chain in PRISM's language, model checking with rationals."""

import json
import tempfile
from collections.abc import Iterable
from fractions import Fraction
from importlib import import_module
from itertools import product
from pathlib import Path
from typing import Any

from benchmarks.peers import common


def exact(program: str, events: Iterable[str]) -> list[Fraction]:
    """The probabilities that states of these kinds are reached."""
    storm: Any = import_module("stormpy")
    with tempfile.NamedTemporaryFile("w", suffix=".prism", encoding="ascii") as file:
        file.write(program)
        file.flush()
        chain = storm.parse_prism_program(file.name)
    text = ";".join(f"P=? [F {event}]" for event in events)
    properties = storm.parse_properties(text, chain)
    model = storm.build_model[storm.Rational](chain, properties)
    start = model.initial_states[0]
    found = (storm.model_checking(model, one, only_initial_states=True) for one in properties)
    return [Fraction(str(one.get_value(start))) for one in found]


def law(path: str) -> common.Answers:
    """The law of a circuit's outputs: one step a coin or a gate, values forgotten after use."""
    circuit = common.read_circuit(path)
    last = circuit.inputs + len(circuit.gates)
    outputs = {common.node_of(one) for one in circuit.outputs}
    uses: dict[int, int] = {}
    for node, (_, args) in enumerate(circuit.gates, circuit.inputs):
        uses |= {common.node_of(one): node for one in args}
    forgotten: dict[int, list[int]] = {}
    for node, use in uses.items():
        if node not in outputs:
            forgotten.setdefault(use, []).append(node)

    def text(literal: int) -> str:
        return f"n{literal}" if literal >= 0 else f"!n{~literal}"

    lines = ["dtmc", "module circuit", f"t : [0..{last}] init 0;"]
    lines += [f"n{node} : bool init false;" for node in range(last)]
    for node in range(circuit.inputs):
        step = f"(t'={node + 1})"
        lines.append(f"[] t={node} -> 1/2:(n{node}'=false)&{step} + 1/2:(n{node}'=true)&{step};")
    for node, (op, args) in enumerate(circuit.gates, circuit.inputs):
        if op == "XOR":
            value = f"({text(args[0])})!=({text(args[1])})"
        elif args:
            value = (" & " if op == "AND" else " | ").join(map(text, args))
        else:
            value = "true" if op == "CONST1" else "false"
        done = "".join(f"&(n{one}'=false)" for one in forgotten.get(node, []))
        lines.append(f"[] t={node} -> (n{node}'={value})&(t'={node + 1}){done};")
    lines += [f"[] t={last} -> true;", "endmodule"]
    names = ["".join(bits) for bits in product("01", repeat=len(circuit.outputs))]
    events = [
        f"(t={last})"
        + "".join(
            f"&({text(one if bit == '1' else ~one)})"
            for one, bit in zip(circuit.outputs, bits, strict=True)
        )
        for bits in names
    ]
    found = exact("\n".join(lines), events)
    return common.weighed(dict(zip(names, found, strict=True)))


def run(path: str) -> common.Answers:
    """The probability that the first cell of a run ends as 1: a module a cell, in lockstep."""
    found = json.loads(Path(path).read_text("utf-8"))
    last = len(found["tables"])
    lines = ["dtmc", "module clock", f"t : [0..{last}] init 0;"]
    lines += [f"[step] t<{last} -> (t'=t+1);", f"[] t={last} -> true;", "endmodule"]
    for i, start in enumerate(found["start"]):
        lines += [f"module cell{i}", f"s{i} : [0..2] init {start};"]
        for t, cells in enumerate(found["tables"]):
            for shown, chances in cells[i].items():
                reads = zip(found["reads"][i], shown, strict=True)
                guard = "".join(f" & s{j}={token}" for j, token in reads)
                heads = [
                    f"{chance}:(s{i}'={token})"
                    for token, chance in enumerate(chances)
                    if Fraction(chance)
                ]
                lines.append(f"[step] t={t}{guard} -> {' + '.join(heads)};")
        lines.append("endmodule")
    (chance,) = exact("\n".join(lines), [f"t={last} & s0=1"])
    return common.first_is(chance)


if __name__ == "__main__":
    common.answer({"law": law, "run": run})
