"""C-GEN for every circuit: the predictor of Theorem 3.1 is weak, and a strong one takes two rounds.

Source: Jiang, Haghtalab, Chen (ICLR 2026), section 3, sampling any law that a shallow circuit
samples; note C-GEN. What p and F read of a cell's neighbourhood, and how deep they are, is
measured on the gates that `model.constructions.rules` emits, with the depth of an argument left
open.
"""

from __future__ import annotations

from collections.abc import Sequence

from dlmcheck.model.builder import Builder
from dlmcheck.model.constructions import rules
from dlmcheck.model.constructions.blocks import two_round_bits
from dlmcheck.model.constructions.layout import Frontier
from dlmcheck.spec.circuit import Circuit, Op
from dlmcheck.spec.lattice import DepthCount, End, RandomBits
from dlmcheck.spec.resources import reads
from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.kernel.induction import Proof, Rule, Step
from dlmcheck.verify.proofs import blocks, write_once
from dlmcheck.verify.proofs.arithmetic import query
from dlmcheck.verify.proofs.cells import Scene
from dlmcheck.verify.proofs.depths import deepest, output_depths
from dlmcheck.verify.proofs.terms import Argument, Term, between, linear, number
from dlmcheck.verify.proofs.write_once import COIN, CONSTANTS, MANY_NODES, ONE_NODE

PREDICTOR_DEPTH, UNMASK_DEPTH = 3, 1
GATE_LOCAL = (
    "every circuit, outputs nodes of their own, in d+1 rounds, p of depth <= 3 and F of depth "
    "<= 1, near their gate"
)
WRITE_ONCE = "every circuit in two rounds, write-once, with an unlimited predictor"
REVISION = "every circuit in two rounds of revision on max(r, m) cells, with an unlimited predictor"

# --- how deep, how many bits ---------------------------------------------------------------

MASKED, VALUE = 0, 1
"""The inputs of an emitted cell: its own two bits; what is read of other cells comes behind."""


def emitted_predictor(op: Op | None, args: int) -> Circuit:
    """p at a cell of a gate with some arguments; `op` None is a random input and its coin.

    The first edge is plain and all others are inverted.
    """
    b = Builder.with_names(data=["masked", "value", *(f"a{k}" for k in range(args))])
    edges = [0 if k == 0 else ~0 for k in range(args)]
    wires = [rules.along(edge, 2 + k) for k, edge in enumerate(edges)]
    drawn = wires[0] if op is None else rules.drawn_bit(b, op, wires)
    return b.build(rules.keeping_bits(b, MASKED, VALUE, drawn))


def emitted_unmask(args: int) -> Circuit:
    """F at a cell that waits for some others."""
    b = Builder.with_names(data=["masked", *(f"a{k}" for k in range(args))])
    return b.build([rules.is_due(b, MASKED, list(range(1, args + 1)))])


SHAPES: tuple[tuple[Op | None, int], ...] = (
    (None, 1),
    *((op, 0) for op in CONSTANTS),
    *((op, 1) for op in (*ONE_NODE, *MANY_NODES)),
    *((op, 2) for op in MANY_NODES),
)
"""Kinds of gates with their arguments: one, and one beside all others; a coin."""

ARGUMENT, ARGUMENTS, FAN_IN, READ = map(Term, ("argument", "arguments", "fan_in", "read"))


def deepest_output(circuit: Circuit, own: int) -> Term:
    """The depth of the outputs, where the first `own` inputs have depth 0, others an unknown one.

    Gates that no output needs do not count.
    """
    known = [number(0) if k < own else ARGUMENT for k in range(len(circuit.inputs))]
    return deepest(output_depths(circuit, known))


def _at_most(circuits: Sequence[Circuit], own: int, bound: int) -> str:
    return f"(and {' '.join(deepest_output(c, own).at_most(bound) for c in circuits)})"


def _own_bits(circuits: Sequence[Circuit], args: Sequence[int]) -> int:
    """The most bits that are read beside the arguments."""
    pairs = zip(circuits, args, strict=True)
    return max(len(frozenset[int]().union(*reads(c))) - n for c, n in pairs)


def depth_queries() -> tuple[Query, ...]:
    """The depth clause, and what p and F read."""
    predictors = [emitted_predictor(op, args) for op, args in SHAPES]
    unmasks = [emitted_unmask(args) for args in (0, 1, 2)]
    on_wires = {"the arguments are bits of cells, or a coin": ARGUMENT.at_most(0)}
    arguments = {"a gate has no more than the fan-in": ARGUMENTS.at_most(FAN_IN)}
    own_p = _own_bits(predictors, [args for _, args in SHAPES])
    own_f = _own_bits(unmasks, (0, 1, 2))
    return (
        linear("p is three gates deep", on_wires, _at_most(predictors, 2, PREDICTOR_DEPTH)),
        linear("F is one gate deep", on_wires, _at_most(unmasks, 1, UNMASK_DEPTH)),
        linear(
            "p reads two bits more than the fan-in",
            {**arguments, "its arguments and its own bits": READ.at_most(ARGUMENTS + own_p)},
            READ.at_most(FAN_IN + 2),
        ),
        linear(
            "F reads no more",
            {**arguments, "its arguments' masks and its own": READ.at_most(ARGUMENTS + own_f)},
            READ.at_most(FAN_IN + 1),
        ),
    )


def gate_local() -> Argument:
    """Theorem 3.1 with layer 0 sampled and counted from 1, and the predictor class."""
    theorem = write_once.argument(
        Frontier.ARGUMENTS, RandomBits.SAMPLED, DepthCount.FROM_ONE, End.WHOLE_STATE
    )
    asked = (*theorem.queries, *depth_queries())
    proof = Proof(
        GATE_LOCAL,
        theorem.proof.base,
        theorem.proof.steps,
        theorem.proof.rules,
        tuple(one.name for one in asked),
        (
            *theorem.proof.skeleton,
            (
                "p at a cell is the gate on the bits of its arguments' cells and two gates that "
                "keep a visible token: depth three, two bits of its own."
            ),
            "F at a cell is one gate on its own mask and those of its arguments.",
        ),
    )
    return Argument(proof, asked)


# --- two rounds, write-once ----------------------------------------------------------------

LAYER, BLOCK, OTHER, ROUND, OTHER_ROUND, SHIFT, T = map(
    Term, ("layer", "block", "other_block", "round", "other_round", "shift", "t")
)


def _round(of: Term, block: Term) -> str:
    return of.equals(block + SHIFT)


def write_once_queries() -> tuple[Query, ...]:
    """All gates are one block behind the random bits; two rounds, or one if there are none."""
    sampled = f"(and {number(0).at_most(SHIFT)} {SHIFT.at_most(1)})"
    return (
        query(
            "with as many layers a round as there are, all gates are one block",
            "QF_NIA",
            "layer block c",
            (
                ("it is a gate", "(<= 1 layer)"),
                ("no layer after the last", "(<= layer c)"),
                ("its block ends at its layer or later", "(<= layer (* c block))"),
                ("the block before ends earlier", "(< (* c (- block 1)) layer)"),
            ),
            "(= block 1)",
        ),
        linear(
            "what a gate reads from another block stands in an earlier one",
            {
                "the reader is a gate": BLOCK.equals(1),
                "the other block is another one": f"(not {BLOCK.equals(OTHER)})",
                "it is that of the inputs, or of the gates": between(0, OTHER, 2),
            },
            OTHER.below(BLOCK),
        ),
        linear(
            "what is visible from the start or written in round 1 is visible in round 2",
            {
                "the reader's round": _round(ROUND, BLOCK),
                "the other's, or 0 for data": OTHER_ROUND.at_most(OTHER + SHIFT),
                "it stands in an earlier block": OTHER.below(BLOCK),
                "it is the reader's turn": ROUND.equals(T + 1),
            },
            OTHER_ROUND.at_most(T),
        ),
        linear(
            "before its turn the round before has not been",
            {"it is not yet the cell's turn": (T + 1).below(ROUND)},
            T.below(ROUND - 1),
        ),
        linear(
            "two rounds write every cell",
            {
                "its round": _round(ROUND, BLOCK),
                "there are two blocks": BLOCK.at_most(1),
                "one round more if random bits are sampled": sampled,
            },
            ROUND.at_most(2),
        ),
    )


def two_rounds_write_once() -> Argument:
    """Every circuit, write-once: the random bits, then all outputs, each computed by itself."""
    asked = write_once_queries()
    proof = Proof(
        WRITE_ONCE,
        base=(),
        steps=(*blocks.steps(), write_once.sampled()),
        rules=(Rule.ROUNDS, Rule.UNIFORM, Rule.LISTS, Rule.FAN_IN, Rule.COUPLING),
        queries=tuple(one.name for one in asked),
        skeleton=(
            "There is a cell for each random bit that is read or is an output, and each output.",
            "Round 1 writes the random bits: their cells wait for nothing.",
            (
                "All gates are one block. In round 2 an output's predictor computes them one by "
                "one from the data and from the random bits, which are visible."
            ),
            "An output waits for one of the random bits, all of which round 1 writes.",
            "A visible cell is not selected, and would be given its own token.",
            "So the output is the circuit's function of the same fair coins.",
        ),
    )
    return Argument(proof, asked)


# --- two rounds of revision ----------------------------------------------------------------


def first_round() -> Step:
    """A masked cell gets its coin."""
    s = Scene("round 1: a masked cell gets its coin", cells="i", atoms=[COIN, "computed"])
    i = s.cell("i")
    s.premise("the cell is masked", i.masked)
    bits = two_round_bits(s.builder, i.masked, s.bit(COIN), s.bit("computed"))
    return s.concludes(s.is_value(bits, s.bit(COIN)))


def second_round() -> Step:
    """A visible cell gets what is computed from the state."""
    s = Scene("round 2: a visible cell gets its output", cells="i", atoms=[COIN, "computed"])
    i = s.cell("i")
    s.premise("the cell is visible", ~i.masked)
    bits = two_round_bits(s.builder, i.masked, s.bit(COIN), s.bit("computed"))
    return s.concludes(s.is_value(bits, s.bit("computed")))


def prompt_stays() -> Step:
    """A cell of the prompt would be given what it shows."""
    s = Scene("a cell of the prompt stays", cells="i", atoms=["its token"])
    i = s.cell("i")
    s.premise("the cell shows its token", s.shows_value(i, s.bit("its token")))
    bits = rules.repeated(i.masked, i.value)
    return s.concludes(s.is_value(bits, s.bit("its token")))


PROMPT, WIDTH, RANDOM, OUTPUTS, NUMBER, LENGTH = map(
    Term, ("prompt", "width", "random", "outputs", "number", "length")
)


def revision_queries() -> tuple[Query, ...]:
    """max(r, m) cells behind the prompt hold the random bits, and the outputs at the end."""
    long_enough = {"the cells behind the prompt": LENGTH.equals(PROMPT + WIDTH)}
    return (
        linear(
            "a random bit has a cell behind the prompt",
            {
                **long_enough,
                "one of the random bits": between(0, NUMBER, RANDOM),
                "no more of them than cells": RANDOM.at_most(WIDTH),
            },
            between(PROMPT, PROMPT + NUMBER, LENGTH),
        ),
        linear(
            "an output has a cell behind the prompt",
            {
                **long_enough,
                "one of the outputs": between(0, NUMBER, OUTPUTS),
                "no more of them than cells": OUTPUTS.at_most(WIDTH),
            },
            between(PROMPT, LENGTH - OUTPUTS + NUMBER, LENGTH),
        ),
    )


def two_rounds_revision() -> Argument:
    """Every circuit, with revision: round 2 overwrites the random bits by the outputs."""
    asked = revision_queries()
    inner = tuple(step for step in blocks.steps() if step.name.startswith("inside a predictor"))
    proof = Proof(
        REVISION,
        base=(first_round(),),
        steps=(second_round(), prompt_stays(), *inner),
        rules=(Rule.ROUNDS, Rule.UNIFORM, Rule.FAN_IN, Rule.COUPLING),
        queries=tuple(one.name for one in asked),
        skeleton=(
            "F selects every cell behind the prompt; these are masked, and round 1 writes coins.",
            "So after round 1 all cells are visible, and random bit j stands in the j-th of them.",
            "In round 2 a predictor computes all gates from the prompt and the random bits.",
            "Each of the last m cells gets its output, and the others get 0.",
            "So the output is the circuit's function of the same fair coins.",
        ),
    )
    return Argument(proof, asked)


def arguments() -> tuple[Argument, ...]:
    """All proofs of this module with their queries, built anew."""
    return gate_local(), two_rounds_write_once(), two_rounds_revision()
