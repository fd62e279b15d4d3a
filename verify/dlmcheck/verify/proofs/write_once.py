"""Theorem 3.1 for every circuit: a write-once DLM, one layer a round, F by arguments or by shift.

Source: Jiang, Haghtalab, Chen (ICLR 2026), Theorem 3.1; the argument is in the note T3.1. A node
has a round: 0 if it is visible from the start, else the round that writes it. The invariant: after
round t exactly the nodes of round at most t are visible, and they show the circuit's values.

The steps are emitted by the rules that the compiler calls for every cell, on a cell i, a cell j
that it waits for or reads, and a cell k that stands for all the others of the list.
"""

from __future__ import annotations

from dlmcheck.model.constructions import rules
from dlmcheck.model.constructions.layout import Frontier
from dlmcheck.spec.circuit import Literal, Op
from dlmcheck.spec.lattice import DepthCount, End, RandomBits
from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.kernel.induction import Proof, Rule, Step
from dlmcheck.verify.proofs.cells import Cell, Scene
from dlmcheck.verify.proofs.terms import Argument, Term, between, linear

ONE_NODE = (Op.ID, Op.NOT)
MANY_NODES = (Op.AND, Op.OR, Op.XOR)
CONSTANTS = (Op.CONST0, Op.CONST1)
COIN = "coin"

# --- which cells are selected --------------------------------------------------------------


def nothing_awaited() -> Step:
    """A masked cell that waits for nothing is selected."""
    s = Scene("a cell that waits for nothing is selected", cells="i")
    i = s.cell("i")
    s.premise("it is masked", i.masked)
    return s.concludes(rules.is_due(s.builder, i.masked, []))


def due() -> Step:
    """A masked cell all of whose awaited cells are visible is selected."""
    s = Scene("a cell is selected when its turn comes", cells="ijk")
    i, j, k = map(s.cell, "ijk")
    s.premise("it is masked", i.masked)
    s.premise("one that it waits for is visible", ~j.masked)
    s.premise("the others are visible", ~k.masked)
    return s.concludes(rules.is_due(s.builder, i.masked, [j.masked, k.masked]))


def waits() -> Step:
    """While one of the awaited cells is masked, the cell is not selected."""
    s = Scene("a cell is not selected before its turn", cells="ijk")
    i, j, k = map(s.cell, "ijk")
    s.premise("one that it waits for is masked", j.masked)
    return s.concludes(~rules.is_due(s.builder, i.masked, [j.masked, k.masked]))


def left_alone() -> Step:
    """A visible cell is never selected."""
    s = Scene("a visible cell is not selected", cells="ijk")
    i, j, k = map(s.cell, "ijk")
    s.premise("it is visible", ~i.masked)
    awaiting = rules.is_due(s.builder, i.masked, [j.masked, k.masked])
    return s.concludes(s.both(~awaiting, ~rules.is_due(s.builder, i.masked, [])))


# --- what is written -----------------------------------------------------------------------


def gate(op: Op, *sources: str) -> Step:
    """A masked cell gets the gate's value on the values of the nodes that it reads.

    A source is the name of a cell, or "coin" for a private coin of the cell that is written. The
    first edge is plain and all others are inverted; a single edge is inverted.
    """
    cells = [source for source in sources if source != COIN]
    atoms = [COIN if source == COIN else _value_atom(source) for source in sources]
    name = f"{op.value} of {', '.join(sources) or 'nothing'}"
    s = Scene(f"a cell gets {name}", cells=["i", *cells], atoms=atoms)
    i = s.cell("i")
    s.premise("the cell is masked", i.masked)
    wires: list[Literal] = []
    nodes: list[Literal] = []
    for place, source in enumerate(sources):
        edge = 0 if place == 0 and len(sources) > 1 else ~0
        value = s.bit(COIN if source == COIN else _value_atom(source))
        bit = value
        if source != COIN:
            cell = s.cell(source)
            bit = cell.value
            s.premise(f"{source} shows its node's value", s.shows_value(cell, value))
        wires.append(rules.along(edge, bit))
        nodes.append(value if edge == 0 else ~value)
    drawn = rules.drawn_bit(s.builder, op, wires)
    bits = rules.keeping_bits(s.builder, i.masked, i.value, drawn)
    return s.concludes(s.is_value(bits, s.builder.gate(op, nodes)))


def _value_atom(cell: str) -> str:
    return f"value of {cell}'s node"


def sampled() -> Step:
    """A random input's masked cell gets its coin."""
    s = Scene("a random input gets its coin", cells="i", atoms=[COIN])
    i = s.cell("i")
    s.premise("the cell is masked", i.masked)
    bits = rules.keeping_bits(s.builder, i.masked, i.value, s.bit(COIN))
    return s.concludes(s.is_value(bits, s.bit(COIN)))


def keeps() -> Step:
    """A visible cell shows its token again, whatever is drawn: a gate, a coin or a constant."""
    s = Scene("a visible cell keeps its token", cells="i", atoms=["drawn"])
    i = s.cell("i")
    s.premise("it is visible", ~i.masked)
    return s.concludes(s.both(*(_same_token(s, i, drawn) for drawn in (s.bit("drawn"), False))))


def keeps_against_one() -> Step:
    """The same where the constant 1 is drawn."""
    s = Scene("a visible cell keeps its token though 1 is drawn", cells="i")
    i = s.cell("i")
    s.premise("it is visible", ~i.masked)
    return s.concludes(_same_token(s, i, True))


def _same_token(s: Scene, i: Cell, drawn: Literal | bool) -> Literal:
    high, low = rules.keeping_bits(s.builder, i.masked, i.value, drawn)
    return s.builder.and_(~s.builder.xor(high, i.masked), ~s.builder.xor(low, i.value))


def write_once_steps(random_bits: RandomBits) -> tuple[Step, ...]:
    """All steps of a round, in one reading of layer 0."""
    steps = [nothing_awaited(), due(), waits(), left_alone(), keeps(), keeps_against_one()]
    steps += [gate(op) for op in CONSTANTS]
    steps += [gate(op, "j") for op in (*ONE_NODE, *MANY_NODES)]
    steps += [gate(op, "j", "k") for op in MANY_NODES]
    if random_bits is RandomBits.SAMPLED:
        steps.append(sampled())
    if random_bits is RandomBits.PRIVATE:
        steps += [gate(op, COIN) for op in (*ONE_NODE, *MANY_NODES)]
        steps += [gate(op, "j", COIN) for op in MANY_NODES]
    return tuple(steps)


# --- rounds --------------------------------------------------------------------------------

T, ROUND, LATEST, OTHER = map(Term, ("t", "round", "latest", "other"))


def round_queries() -> tuple[Query, ...]:
    """F by arguments: a node's round is one more than the latest round of what it waits for."""
    turn = {
        "the round is the one after the latest": ROUND.equals(rules.next_round(LATEST)),
    }
    return (
        linear(
            "when its turn comes all that it waits for and reads is visible",
            {
                **turn,
                "no other is later than the latest": OTHER.at_most(LATEST),
                "it is the cell's turn": ROUND.equals(T + 1),
            },
            OTHER.at_most(T),
        ),
        linear(
            "before its turn the latest is masked",
            {**turn, "it is not yet the cell's turn": (T + 1).below(ROUND)},
            T.below(LATEST),
        ),
        linear(
            "what waits for nothing that is later written is written in round 1",
            {**turn, "nothing is waited for": LATEST.equals(0)},
            ROUND.equals(1),
        ),
    )


def block_queries() -> tuple[Query, ...]:
    """F by block shift: the cell looked at is one of the block before."""
    start, width, place, cell = Term("start"), Term("width"), Term("place"), Term("cell")
    block, reader, argument = Term("block"), Term("reader_layer"), Term("argument_layer")
    return (
        linear(
            "a cell looks at a cell of the block before",
            {"the place is in that block": between(0, place, width)},
            between(start - width, rules.cell_before(start, width, place), start),
        ),
        linear(
            "with blocks of one width the shift leads into the block before",
            {"the cell is in its block": between(start, cell, start + width)},
            between(start - width, cell - width, start),
        ),
        linear(
            "the first block looks at what is visible from the start",
            {"the cell is in the first block": between(start, cell, start + width)},
            (cell - width).below(start),
        ),
        linear(
            "an argument stands in an earlier block",
            {
                "it is in an earlier layer": argument.below(reader),
                "a node's block is its layer's or, for an output, a later one": reader.at_most(
                    block
                ),
            },
            argument.below(block),
        ),
        linear(
            "when its turn comes all blocks before are visible",
            {
                "it is the block's turn": block.equals(T + 1),
                "the other block is before": OTHER.below(block),
            },
            OTHER.at_most(T),
        ),
        linear(
            "before its turn the block before is masked",
            {"it is not yet the block's turn": (T + 1).below(block)},
            T.below(block - 1),
        ),
    )


def length_queries(random_bits: RandomBits, count: DepthCount) -> tuple[Query, ...]:
    """How many rounds a node's layer costs, and that the stated rounds are enough."""
    layer, below, depth = Term("layer"), Term("layer_below"), Term("depth")
    sampled_bits = int(random_bits is RandomBits.SAMPLED)
    rounds = depth + int(count is DepthCount.FROM_ONE)
    first = linear(
        "a random input is written by the end of its layer",
        {"it waits for nothing": LATEST.equals(0)},
        rules.next_round(LATEST).at_most(sampled_bits),
    )
    return (
        *((first,) if sampled_bits else ()),
        linear(
            f"a node's round is at most its layer plus {sampled_bits}",
            {
                "the round is the one after the latest": ROUND.equals(rules.next_round(LATEST)),
                "the claim for the latest": LATEST.at_most(below + sampled_bits),
                "its layer is below": below.below(layer),
            },
            ROUND.at_most(layer + sampled_bits),
        ),
        linear(
            "the stated rounds reach the last layer",
            {
                "the round of a node": ROUND.at_most(layer + sampled_bits),
                "no layer after the last": layer.at_most(depth),
            },
            ROUND.at_most(rounds),
        ),
    )


# --- the proofs ----------------------------------------------------------------------------


def queries(frontier: Frontier, random_bits: RandomBits, count: DepthCount) -> tuple[Query, ...]:
    """The queries of arithmetic of one proof."""
    placed = block_queries() if frontier is Frontier.BLOCK_SHIFT else round_queries()
    return (*placed, *length_queries(random_bits, count))


def statement(frontier: Frontier, random_bits: RandomBits, count: DepthCount, end: End) -> str:
    """What is proved, in a reading."""
    return (
        f"every circuit in d rounds, F by {frontier.value}: "
        f"{random_bits.value},{count.value},{end.value}"
    )


def argument(frontier: Frontier, random_bits: RandomBits, count: DepthCount, end: End) -> Argument:
    """Theorem 3.1 for every circuit, in a reading in which the number of rounds is true."""
    asked = queries(frontier, random_bits, count)
    proof = Proof(
        statement(frontier, random_bits, count, end),
        (),
        write_once_steps(random_bits),
        (Rule.ROUNDS, Rule.UNIFORM, Rule.LISTS, Rule.FAN_IN, Rule.COUPLING),
        tuple(query.name for query in asked),
        _skeleton(frontier, random_bits),
    )
    return Argument(proof, asked)


WAITING = {
    Frontier.ARGUMENTS: (
        "A cell waits for its arguments, and its round is one after the latest of theirs."
    ),
    Frontier.BLOCK_SHIFT: (
        "A cell of block b waits for one cell of block b-1, its round is b, and its arguments "
        "stand in earlier blocks."
    ),
}
LAYER_0 = {
    RandomBits.SAMPLED: "A random input is a masked cell to which round 1 writes a fresh coin.",
    RandomBits.FREE: "A random input is a cell that shows a fair coin before round 1.",
    RandomBits.PRIVATE: "A random input is a coin of the one cell that reads it.",
}
INVARIANT = (
    "Invariant after round t: exactly the nodes of round at most t are visible, and they show the "
    "circuit's values; for t = 0 that is the start."
)
DUE = (
    "In round t+1 a masked cell of that round is selected, since all that it waits for is visible; "
    "one of a later round is not, since the latest that it waits for is masked."
)
READS = (
    "A selected cell reads visible cells that show the right values, so it gets the value of its "
    "gate, whatever the gate and its number of arguments."
)
KEPT = "A visible cell is not selected, and would be given its own token."
ENOUGH = (
    "A node's round is at most its layer, plus one if layer 0 is sampled, so the stated rounds "
    "write every cell; further ones select nothing."
)
LAW = "So the output is the circuit's function of the same fair coins, and the laws are equal."


def _skeleton(frontier: Frontier, random_bits: RandomBits) -> tuple[str, ...]:
    return (INVARIANT, LAYER_0[random_bits], WAITING[frontier], DUE, READS, KEPT, ENOUGH, LAW)
