"""What all adapters share: circuits read from their files, answers written in one form."""

from __future__ import annotations

import hashlib
import json
import sys
import threading
from collections.abc import Callable, Hashable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

Answers = dict[str, str]
Node = TypeVar("Node")


class Circuit(NamedTuple):
    """Inputs (all random), gates (operation, literals) and outputs; `~v` negates node v."""

    inputs: int
    gates: list[tuple[str, list[int]]]
    outputs: list[int]

    def order(self) -> list[int]:
        """The inputs as a search from the outputs meets them: a good order for diagrams."""
        seen = set[int]()
        found: list[int] = []
        waiting = [node_of(output) for output in self.outputs]
        while waiting:
            node = waiting.pop()
            if node in seen:
                continue
            seen.add(node)
            if node < self.inputs:
                found.append(node)
            else:
                waiting += [node_of(one) for one in reversed(self.gates[node - self.inputs][1])]
        return found + [v for v in range(self.inputs) if v not in seen]


def both(a: Any, b: Any) -> Any:
    """The conjunction, where a library writes it as &."""
    return a & b


def either(a: Any, b: Any) -> Any:
    """The disjunction, written as |."""
    return a | b


def differ(a: Any, b: Any) -> Any:
    """The exclusive or, written as ^."""
    return a ^ b


def node_of(literal: int) -> int:
    """The node of a literal."""
    return literal if literal >= 0 else ~literal


def read_circuit(path: str) -> Circuit:
    """A circuit in the project's JSON."""
    found = json.loads(Path(path).read_text("utf-8"))
    gates: list[tuple[str, list[int]]] = []
    for op, *args in found["gates"]:
        if len(args) > 2:
            raise ValueError(f"{op} of {len(args)} values")
        name = op if args else f"CONST{op[-1]}"  # 0 or 1 in the file
        gates.append(("ID", [~args[0]]) if op == "NOT" else (name, args))
    return Circuit(len(found["inputs"]), gates, [one["literal"] for one in found["outputs"]])


def values(
    circuit: Circuit,
    inputs: list[Any],
    constants: tuple[Any, Any],
    invert: Callable[[Any], Any],
    gate: Mapping[str, Callable[[Any, Any], Any]],
) -> list[Any]:
    """The outputs in any algebra, gate by gate."""
    nodes = list(inputs)

    def value(literal: int) -> Any:
        return nodes[literal] if literal >= 0 else invert(nodes[~literal])

    for op, args in circuit.gates:
        if op.startswith("CONST"):
            nodes.append(constants[op == "CONST1"])
            continue
        found = value(args[0])
        for arg in args[1:]:
            found = gate[op](found, value(arg))
        nodes.append(found)
    return [value(output) for output in circuit.outputs]


def clauses(circuit: Circuit, inputs: list[int], first: int) -> tuple[list[list[int]], list[int]]:
    """Tseitin's clauses with variables from `first` on; the variables of the outputs."""
    made: list[list[int]] = []
    free = iter(range(first, 10**12))

    def gate(op: str) -> Callable[[int, int], int]:
        def clauses_of(a: int, b: int) -> int:
            c = next(free)
            if op == "XOR":
                made.extend([[-c, a, b], [-c, -a, -b], [c, -a, b], [c, a, -b]])
            else:
                sign = -1 if op == "OR" else 1
                made.extend([[-sign * c, sign * a], [-sign * c, sign * b]])
                made.append([sign * c, -sign * a, -sign * b])
            return c

        return clauses_of

    true = next(free)
    made.append([true])
    gates = {op: gate(op) for op in ("AND", "OR", "XOR")}
    found = values(circuit, inputs, (-true, true), lambda variable: -variable, gates)
    return made, found


def outcomes(
    outputs: list[Node],
    true: Node,
    meet: Callable[[Node, Node], Node],
    invert: Callable[[Node], Node],
) -> Iterator[tuple[str, Node]]:
    """The diagram of each outcome; those of a common beginning share it."""
    level = [("", true)]
    for output in outputs:
        other = invert(output)
        level = [
            (bits + bit, meet(found, one))
            for bits, found in level
            for bit, one in (("0", other), ("1", output))
        ]
    yield from level


def counted(counts: Mapping[str, int], coins: int) -> Answers:
    """A law given by counts of 2^coins seeds. Raises `ValueError` if they are not all counted."""
    if sum(counts.values()) != 1 << coins:
        raise ValueError(f"{sum(counts.values())} seeds counted, there are 2^{coins}")
    found = {bits: count for bits, count in counts.items() if count}
    sys.set_int_max_str_digits(0)  # counts have as many bits as there are coins
    common = min((count & -count).bit_length() - 1 for count in found.values())
    text = ";".join(f"{bits}:{count >> common}" for bits, count in sorted(found.items()))
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    answers = {"law": f"{len(found)} outcomes over 2^{coins - common}, {digest}"}
    if len(set(found.values())) == 1 and len(found) & (len(found) - 1) == 0:
        answers["dimension"] = str(len(found).bit_length() - 1)
    first = Fraction(sum(c for bits, c in found.items() if bits[0] == "1"), 1 << coins)
    answers["first"] = f"{first.numerator}/2^{first.denominator.bit_length() - 1}"
    return answers


def weighed(weights: Mapping[str, Fraction]) -> Answers:
    """The same of probabilities, all dyadic."""
    coins = max(weight.denominator for weight in weights.values()).bit_length() - 1
    return counted({bits: int(weight * 2**coins) for bits, weight in weights.items()}, coins)


def first_is(probability: Fraction) -> Answers:
    """The probability that the first output is 1, where only that was asked."""
    return {"first": f"{probability.numerator}/2^{probability.denominator.bit_length() - 1}"}


def probability(
    root: Node,
    key: Callable[[Node], Hashable],
    parts: Callable[[Node], list[tuple[Node, Node]] | Fraction],
    known: dict[Hashable, Fraction],
) -> Fraction:
    """The share of assignments that a diagram accepts, exact, each node once, without recursion.

    `parts` gives a number, or pairs (prime, sub) whose shares are to be multiplied and added.
    What is `known` of nodes by their keys is used, and added to.
    """
    waiting = [root]
    while waiting:
        node = waiting[-1]
        found = parts(node)
        if not isinstance(found, Fraction):
            missing = [one for pair in found for one in pair if key(one) not in known]
            if missing:
                waiting += missing
                continue
            products = (known[key(prime)] * known[key(sub)] for prime, sub in found)
            found = sum(products, Fraction(0))
        known[key(node)] = found
        waiting.pop()
    return known[key(root)]


def forms(circuit: Circuit) -> list[int]:
    """Each output of a circuit of XOR gates as the set of its coins, in the bits of a number.

    The bit after the last coin's is the constant. Raises `KeyError` for another gate.
    """
    one = 1 << circuit.inputs
    coins = [1 << v for v in range(circuit.inputs)]
    return values(circuit, coins, (0, one), lambda form: form ^ one, {"XOR": differ})


def coins_of(form: int) -> list[int]:
    """The places of the ones of a number."""
    text = bin(form)[:1:-1]
    found: list[int] = []
    place = text.find("1")
    while place >= 0:
        found.append(place)
        place = text.find("1", place + 1)
    return found


def write_equations(path: str, found: list[int], constants: list[int]) -> Answers:
    """Write which sums of outputs are constant, a line for each, and give the dimension.

    An equation is a number whose bits are outputs. The bit after the last output's is set here,
    if the constants of these outputs, 0 or 1 each, add up to one: then the sum is 1.
    """
    end = len(constants)
    ones = sum(1 << i for i, constant in enumerate(constants) if constant)
    lines = [f"{one | ((one & ones).bit_count() & 1) << end:x}\n" for one in found]
    Path(path).write_text("".join(lines), "ascii")
    return {"dimension": str(end - len(found))}


def in_order(circuit: Circuit, outputs: list[Node], add: Callable[[Node, Node], Node]) -> Node:
    """The sum of all outputs, one after the other. Raises `ValueError` for too few coins.

    For the question whether the outputs are uniform on the strings of even parity, which needs
    one coin less than there are outputs; that their sum is 0 is half of it.
    """
    if circuit.inputs != len(outputs) - 1:
        raise ValueError(f"{circuit.inputs} coins for {len(outputs)} outputs")
    total = outputs[0]
    for output in outputs[1:]:
        total = add(total, output)
    return total


def told(*, lost: bool, odd: bool) -> Answers:
    """The answer to that question: is a seed lost (given twice), is a sum odd."""
    return {"even strings": "no" if lost or odd else "yes"}


STACK = 1 << 30
"""Bytes of stack: libraries that call themselves once for each level of a diagram need it."""
DEPTH = 10_000_000
"""Calls of Python inside each other; a library that sets its own limit is given this one again."""


def answer(questions: Mapping[str, Callable[..., Answers]], *, deep: bool = False) -> None:
    """Answer the question of the command line: its name, then files.

    `deep` is for libraries that need a deep stack: they run in a thread that has one.
    """
    found: list[Answers] = []

    def ask() -> None:
        sys.setrecursionlimit(DEPTH)
        found.append(questions[sys.argv[1]](*sys.argv[2:]))

    if deep:
        threading.stack_size(STACK)
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
    else:
        ask()
    if not found:
        raise SystemExit(1)  # the thread has written why
    sys.stdout.write(json.dumps(found[0]) + "\n")
