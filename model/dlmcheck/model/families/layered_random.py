"""Random strictly layered circuits, the same for the same seed on every Python."""

from __future__ import annotations

from random import Random

from dlmcheck.model.families.inputs import numbered, require
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Literal, Op
from dlmcheck.spec.errors import BadCircuit

_CONSTANTS = (Op.CONST0, Op.CONST1)
_UNARY = (Op.ID, Op.NOT)
# Mostly gates that mix: a layer of constants or copies cuts the later layers off the inputs.
_OPS = (*(Op.AND, Op.OR, Op.XOR) * 4, *_UNARY * 2, *_CONSTANTS)


def random_layered(
    seed: int,
    data: int,
    random: int,
    width: int,
    depth: int,
    *,
    inverted: bool = False,
    fan_in: int = 2,
) -> Circuit:
    """A random circuit in which every edge leads from a layer to the next.

    Inputs d0.. (data) then r0.. (random) are layer 0; layers 1..depth have exactly `width` gates
    each; the outputs o0.. are the last layer, in order (the inputs, if depth is 0). So the gate
    with index i stands in layer i // width + 1, and size is data + random + width * depth. The
    depth that is measured can be smaller, since a constant is measured at layer 1. AND, OR and
    XOR read 2 to `fan_in` different nodes (one, if the layer below has one); with `inverted`, each
    edge is negated with probability 1/2. If there are no inputs, layer 1 holds constants.

    Raises `BadCircuit` for negative numbers, a width below 1 or a fan-in below 2.
    """
    for number, least, what in (
        (data, 0, "data inputs"),
        (random, 0, "random inputs"),
        (width, 1, "layer width"),
        (depth, 0, "depth"),
        (fan_in, 2, "fan-in"),
    ):
        require(number, least, f"random layered circuit: {what}")
    coins = Random(seed)
    inputs = [Input(name, InputKind.DATA) for name in numbered("d", data)]
    inputs += [Input(name, InputKind.RANDOM) for name in numbered("r", random)]
    gates: list[Gate] = []
    below = list(range(len(inputs)))
    for _ in range(depth):
        first = len(inputs) + len(gates)
        gates += [_gate(coins, below, inverted, fan_in) for _ in range(width)]
        below = list(range(first, first + width))
    return Circuit(tuple(inputs), tuple(gates), tuple(below))


def pick(coins: Random, count: int) -> int:
    """A number below `count`, uniform up to rounding.

    Built on `Random.random` because that alone is promised to give the same sequence for the
    same seed in every version of Python; `randrange` and `choice` are not.
    """
    return int(coins.random() * count)


def _gate(coins: Random, below: list[int], inverted: bool, fan_in: int) -> Gate:
    if not below:
        return Gate(_CONSTANTS[pick(coins, 2)])
    op = _OPS[pick(coins, len(_OPS))]
    if op in _CONSTANTS:
        return Gate(op)
    count = 1 if op in _UNARY else 2 + pick(coins, fan_in - 1)
    left = list(below)
    args: list[Literal] = []
    for _ in range(min(count, len(below))):
        arg = left.pop(pick(coins, len(left)))
        args.append(~arg if inverted and pick(coins, 2) else arg)
    return Gate(op, tuple(args))


def block_layers(circuit: Circuit, width: int) -> tuple[int, ...]:
    """The layers of a circuit whose gates come in blocks of `width`, as `random_layered` has.

    Raises `BadCircuit` if the gates do not fill whole blocks.
    """
    require(width, 1, "layer width")
    if len(circuit.gates) % width:
        raise BadCircuit(f"{len(circuit.gates)} gates in layers of {width}")
    return (0,) * len(circuit.inputs) + tuple(i // width + 1 for i in range(len(circuit.gates)))
