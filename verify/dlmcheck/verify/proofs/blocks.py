"""The limit of C-OPT for every circuit: c layers a round, ceil(d/c) rounds, layer 0 free.

Source: Jiang, Haghtalab, Chen (ICLR 2026), section 3; the argument is in the note C-OPT. Layers
(b-1)c+1 to bc are block b, and block b is written in round b. The steps of selection are those of
Theorem 3.1; what is new is that a predictor computes several layers of gates.
"""

from __future__ import annotations

from dlmcheck.model.constructions import rules
from dlmcheck.spec.circuit import Literal, Op
from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.kernel.induction import Proof, Rule, Step
from dlmcheck.verify.proofs import write_once
from dlmcheck.verify.proofs.cells import Scene
from dlmcheck.verify.proofs.terms import Argument, Term, linear
from dlmcheck.verify.proofs.write_once import CONSTANTS, MANY_NODES, ONE_NODE

LAYER, BLOCK, OTHER_LAYER, OTHER_BLOCK = map(Term, ("layer", "block", "other_layer", "other_block"))
DEPTH, ROUNDS, T = Term("depth"), Term("rounds"), Term("t")
INNER = "the inner wire"


def inner_gate(op: Op, *sources: str) -> Step:
    """A gate inside a predictor: on cells of earlier blocks and on wires of its own block.

    The first edge is plain and all others are inverted; a single edge is inverted.
    """
    cells = [source for source in sources if source != INNER]
    values = [f"value of {source}'s node" for source in sources]
    s = Scene(
        f"inside a predictor: {op.value} of {', '.join(sources) or 'nothing'}",
        cells=cells,
        atoms=[*values, *([INNER] if INNER in sources else [])],
    )
    wires: list[Literal] = []
    nodes: list[Literal] = []
    for place, (source, name) in enumerate(zip(sources, values, strict=True)):
        edge = 0 if place == 0 and len(sources) > 1 else ~0
        value = s.bit(name)
        if source == INNER:
            bit = s.bit(INNER)
            s.premise("the inner wire has its node's value", ~s.builder.xor(bit, value))
        else:
            cell = s.cell(source)
            bit = cell.value
            s.premise(f"{source} shows its node's value", s.shows_value(cell, value))
        wires.append(rules.along(edge, bit))
        nodes.append(value if edge == 0 else ~value)
    wanted = s.builder.gate(op, nodes)
    return s.concludes(s.same(s.builder.gate(op, wires), wanted))


def written() -> Step:
    """A masked cell gets the value that its predictor computes."""
    s = Scene("a masked cell gets what its predictor computes", cells="i", atoms=["computed"])
    i = s.cell("i")
    s.premise("the cell is masked", i.masked)
    bits = rules.keeping_bits(s.builder, i.masked, i.value, s.bit("computed"))
    return s.concludes(s.is_value(bits, s.bit("computed")))


def steps() -> tuple[Step, ...]:
    """All steps of a round."""
    found = [write_once.nothing_awaited(), write_once.due(), write_once.waits()]
    found += [write_once.left_alone(), write_once.keeps(), written()]
    found += [inner_gate(op) for op in CONSTANTS]
    for source in ("j", INNER):
        found += [inner_gate(op, source) for op in (*ONE_NODE, *MANY_NODES)]
        found += [inner_gate(op, source, "k") for op in MANY_NODES]
    return tuple(found)


def _of(layer: Term, block: Term, c: int) -> str:
    """That a layer is one of a block's: block = ceil(layer / c)."""
    return f"(and {((block - 1) * c).below(layer)} {layer.at_most(block * c)})"


def queries(c: int) -> tuple[Query, ...]:
    """The queries of arithmetic for c layers a round."""
    read = {
        "the node's block": _of(LAYER, BLOCK, c),
        "the other's block": _of(OTHER_LAYER, OTHER_BLOCK, c),
        "it is in an earlier layer": OTHER_LAYER.below(LAYER),
    }
    if c > 1:
        # With one layer a round another layer is another block.
        read["it is another block"] = f"(not {BLOCK.equals(OTHER_BLOCK)})"
    return (
        linear(
            "what is read from another block stands in an earlier one",
            read,
            OTHER_BLOCK.below(BLOCK),
        ),
        linear(
            "when its turn comes all blocks before are visible",
            {
                "it is the block's turn": BLOCK.equals(T + 1),
                "the other block is before": OTHER_BLOCK.below(BLOCK),
            },
            OTHER_BLOCK.at_most(T),
        ),
        linear(
            "before its turn the block before is masked",
            {"it is not yet the block's turn": (T + 1).below(BLOCK)},
            T.below(BLOCK - 1),
        ),
        linear(
            "a path that crosses into a block has a node of the block before",
            {
                "a node of the last layer before the block": OTHER_LAYER.equals((BLOCK - 1) * c),
                "its reader is a layer above": LAYER.equals(OTHER_LAYER + 1),
            },
            f"(and {_of(OTHER_LAYER, BLOCK - 1, c)} {_of(LAYER, BLOCK, c)})",
        ),
        linear(
            "ceil(d/c) rounds reach the last layer",
            {
                "the node's block": _of(LAYER, BLOCK, c),
                "no layer after the last": LAYER.at_most(DEPTH),
                "the rounds are ceil(d/c)": DEPTH.at_most(ROUNDS * c),
            },
            BLOCK.at_most(ROUNDS),
        ),
    )


def statement(c: int) -> str:
    """What is proved for c layers a round."""
    return f"every circuit in ceil(d/{c}) rounds, {c} layers a round, layer 0 free"


def argument(c: int) -> Argument:
    """The limit for every circuit, with c layers a round."""
    asked = queries(c)
    proof = Proof(
        statement(c),
        (),
        steps(),
        (Rule.ROUNDS, Rule.UNIFORM, Rule.LISTS, Rule.FAN_IN, Rule.COUPLING),
        tuple(query.name for query in asked),
        (
            (
                "Invariant after round t: exactly the cells of blocks up to t are visible, and "
                "they show the circuit's values."
            ),
            "Data and the free random bits are visible from the start; they are block 0.",
            (
                "A cell of block b > 1 waits for a cell of block b-1, which has one, since a "
                "longest path crosses the border."
            ),
            (
                "Its predictor computes the layers of its block one by one from cells of earlier "
                "blocks, which are visible then."
            ),
            "A visible cell is not selected, and would be given its own token.",
            "Layer d is in block ceil(d/c), so that many rounds write every cell.",
            "So the output is the circuit's function of the same fair coins.",
        ),
    )
    return Argument(proof, asked)
