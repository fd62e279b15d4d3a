"""C-AR for every circuit: one token a step samples its law, and takes as many steps as nodes.

Source: Jiang, Haghtalab, Chen (ICLR 2026), comparison after Theorem 3.1; note C-AR. The next token
is emitted by the function that the model calls, on a token j that stands before, and a token k
for all the others; the steps of counting are read off `model.netlist.map_netlist` as it runs.
"""

from __future__ import annotations

from itertools import product

from dlmcheck.model.autoregressive import generated, next_bit
from dlmcheck.model.constructions import rules
from dlmcheck.model.netlist import map_netlist
from dlmcheck.model.reductions.folding import negated
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Literal, Op
from dlmcheck.spec.lattice import DepthCount, RandomBits
from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.kernel.induction import Proof, Rule, Step
from dlmcheck.verify.proofs.implication import Implication
from dlmcheck.verify.proofs.terms import Argument, Term, linear, number
from dlmcheck.verify.proofs.write_once import (
    CONSTANTS,
    LATEST,
    MANY_NODES,
    ONE_NODE,
    ROUND,
    length_queries,
)

SAME_LAW = "every circuit, one token a step in topological order: the circuit's law"
STEPS = "every circuit: a step for each generated node, and no fewer than the rounds of the DLM"
FAMILIES = (
    "every circuit: steps are N less data, up to one more for each output, rounds at most d + 1"
)

# --- the law -------------------------------------------------------------------------------


def next_token(op: Op, *sources: str) -> Step:
    """The next token is the gate's value on the values of the nodes that it reads.

    The first edge is plain and all others are inverted; a single edge is inverted.
    """
    name = f"the next token is {op.value} of {', '.join(sources) or 'nothing'}"
    atoms = [f"{what} {source}" for source in sources for what in ("token", "value of node")]
    s = Implication(name, *atoms)
    tokens: list[Literal] = []
    nodes: list[Literal] = []
    edges = [0 if place == 0 and len(sources) > 1 else ~0 for place in range(len(sources))]
    # The atoms are inputs: their wires are literals.
    for place, (source, edge) in enumerate(zip(sources, edges, strict=True)):
        token, value = 2 * place, 2 * place + 1
        s.premise(f"token {source} shows its node's value", s.same(token, value))
        tokens.append(token)
        nodes.append(value if edge == 0 else ~value)
    b = s.folder.builder
    return s.concludes(s.same(next_bit(b, op, edges, tokens), b.gate(op, nodes)))


def token_steps() -> tuple[Step, ...]:
    """The next token for each kind of gate."""
    found = [next_token(op) for op in CONSTANTS]
    found += [next_token(op, "j") for op in (*ONE_NODE, *MANY_NODES)]
    found += [next_token(op, "j", "k") for op in MANY_NODES]
    return tuple(found)


PLACE, ARGUMENT, BETWEEN, OTHERS, RANK = map(
    Term, ("place", "argument", "between", "others", "rank")
)


def order_queries() -> tuple[Query, ...]:
    """Arguments stand before: nodes in topological order, but the outputs behind, unread."""
    return (
        linear(
            "what a token reads stands before it",
            {
                "places count the nodes before that are no outputs": PLACE.equals(
                    ARGUMENT + BETWEEN
                ),
                "the argument is one of them": number(1).at_most(BETWEEN),
            },
            ARGUMENT.below(PLACE),
        ),
        linear(
            "what an output reads stands before it",
            {
                "outputs stand behind all others": PLACE.equals(OTHERS + RANK),
                "among themselves in order": number(0).at_most(RANK),
                "the argument is one of the others": ARGUMENT.below(OTHERS),
            },
            ARGUMENT.below(PLACE),
        ),
    )


def same_law() -> Argument:
    """The finished sequence shows the values of the nodes, as functions of the same coins."""
    asked = order_queries()
    proof = Proof(
        SAME_LAW,
        base=(),
        steps=token_steps(),
        rules=(Rule.POSITIONS, Rule.UNIFORM, Rule.FAN_IN, Rule.COUPLING),
        queries=tuple(query.name for query in asked),
        skeleton=(
            "Invariant: the tokens so far are the values of their nodes on the data and the coins.",
            "At the start these are the data, which are the prompt.",
            "A random input's token is its fair coin.",
            (
                "A gate's token reads tokens that stand before it, since nodes stand in "
                "topological order and outputs, which nothing reads, behind all others."
            ),
            "So it is the gate's value, whatever the gate and its number of arguments.",
            "The output is the circuit's function of the same fair coins: the laws are equal.",
        ),
    )
    return Argument(proof, asked)


# --- the number of steps -------------------------------------------------------------------

INPUT, CONSTANT, READ = "it is an input", "it is a constant", "a gate reads it"
OUTPUT, SECOND, INVERTED = "an output is it", "a second output is it", "an output is its negation"
OF_A_NODE = (INPUT, CONSTANT, READ, OUTPUT, SECOND, INVERTED)


def node_and_outputs(
    is_input: bool, is_constant: bool, is_read: bool, *outputs: bool
) -> tuple[Circuit, int]:
    """A circuit of one node, perhaps a gate that reads it, and up to three outputs at the node.

    The second value is the number of these.
    """
    gates: list[Gate] = []
    if not is_input:
        gates.append(Gate(Op.CONST0) if is_constant else Gate(Op.NOT, (0,)))
    node = len(gates)
    at_node = [node if k < 2 else ~node for k, there in enumerate(outputs) if there]
    found: list[Literal] = list(at_node)
    if is_read:
        gates.append(Gate(Op.NOT, (node,)))
        found.append(node + 1)
    names = tuple(f"o{k}" for k in range(len(found)))
    inputs = (Input("x", InputKind.DATA),)
    return Circuit(inputs, tuple(gates), tuple(found), names), len(at_node)


def one_node_kept(*atoms: bool) -> bool:
    """Where no output may be read, a node and its outputs get no fewer nodes than elsewhere.

    And no more than one more for each of the outputs. Both mappings are run.
    """
    circuit, outputs = node_and_outputs(*atoms)
    few = map_netlist(circuit).nodes_after
    many = map_netlist(circuit, sink_outputs=True).nodes_after
    return few <= many <= few + outputs


def mapping_step() -> Step:
    """The two mappings of a netlist, of the DLM and of the sequence, at one node."""
    s = Implication("unread outputs cost a node up to one more for each of its outputs", *OF_A_NODE)
    wires = [s[atom] for atom in OF_A_NODE]
    rows = [
        s.both(*(wire if bit else negated(wire) for wire, bit in zip(wires, bits, strict=True)))
        for bits in product((False, True), repeat=len(OF_A_NODE))
        if one_node_kept(*bits)
    ]
    return s.concludes(s.either(*rows))


FEW, MANY, OUTPUTS, DATA = map(Term, ("few", "many", "outputs", "data"))
ADDED_FEW, ADDED_MANY, ADDED_OUTPUTS = map(Term, ("added_few", "added_many", "added_outputs"))
SO_FAR, COUNT, AFTER, D, WRITTEN = map(Term, ("r", "count", "after", "D", "written"))


def _compared(few: Term, many: Term, outputs: Term) -> str:
    return f"(and {few.at_most(many)} {many.at_most(few + outputs)})"


def mapping_query() -> Query:
    """The comparison of the two mappings passes on from node to node."""
    return linear(
        "one node more keeps the comparison of the mappings",
        {
            "for the nodes before": _compared(FEW, MANY, OUTPUTS),
            "for this node": _compared(ADDED_FEW, ADDED_MANY, ADDED_OUTPUTS),
        },
        _compared(FEW + ADDED_FEW, MANY + ADDED_MANY, OUTPUTS + ADDED_OUTPUTS),
    )


def step_queries() -> tuple[Query, ...]:
    """A cell of every round, hence no more rounds than cells, than tokens that are generated."""
    return (
        mapping_query(),
        linear(
            "a cell of a later round waits for one of the round before",
            {
                "the round is the one after the latest": ROUND.equals(rules.next_round(LATEST)),
                "it is a later round": number(2).at_most(ROUND),
            },
            f"(and {(LATEST + 1).equals(ROUND)} {number(1).at_most(LATEST)})",
        ),
        linear(
            "each round writes a cell more",
            {
                "so far a cell for each round": SO_FAR.at_most(COUNT),
                "one more is written": COUNT.below(AFTER),
            },
            (SO_FAR + 1).at_most(AFTER),
        ),
        linear(
            "no fewer steps than rounds",
            {
                "a cell for each round": D.at_most(WRITTEN),
                "all nodes but the data are written": WRITTEN.equals(FEW - DATA),
                "the sequence has no fewer nodes": FEW.at_most(MANY),
            },
            D.at_most(generated(MANY, DATA)),
        ),
    )


def steps_are_nodes() -> Argument:
    """As many steps as nodes that are generated, and at least as many as the DLM takes rounds."""
    asked = step_queries()
    proof = Proof(
        STEPS,
        base=(),
        steps=(mapping_step(),),
        rules=(Rule.ROUNDS, Rule.POSITIONS, Rule.LISTS),
        queries=tuple(query.name for query in asked),
        skeleton=(
            "The sequence has a token for each node, and the prompt is the data.",
            "So there is a step for each node that is no data input.",
            (
                "The last round of the DLM writes a cell; a cell of a later round waits for one "
                "of the round before: each round writes a cell."
            ),
            (
                "The sequence has no fewer nodes than the DLM has cells: outputs that must not be "
                "read get nodes more, and lose none."
            ),
            "So there are at least as many steps as rounds.",
        ),
    )
    return Argument(proof, asked)


def family_queries() -> tuple[Query, ...]:
    """Steps against N, and the rounds of Theorem 3.1 with layer 0 sampled."""
    kept = FEW - DATA
    steps = generated(MANY, DATA)
    return (
        mapping_query(),
        linear(
            "steps are the nodes, and up to one more for each output",
            {"the two mappings": _compared(FEW, MANY, OUTPUTS)},
            f"(and {kept.at_most(steps)} {steps.at_most(kept + OUTPUTS)})",
        ),
        *length_queries(RandomBits.SAMPLED, DepthCount.FROM_ONE),
    )


def on_every_circuit() -> Argument:
    """What is measured on the families, for every circuit."""
    asked = family_queries()
    proof = Proof(
        FAMILIES,
        base=(),
        steps=(mapping_step(),),
        rules=(Rule.POSITIONS, Rule.LISTS),
        queries=tuple(query.name for query in asked),
        skeleton=(
            "There is a step for each node of the sequence that is no data input.",
            "An output that is read elsewhere, or taken twice, costs a node more, others none.",
            "A node's round is at most its layer plus one, since layer 0 is sampled.",
            "So steps are N, less data, and rounds are at most d + 1.",
        ),
    )
    return Argument(proof, asked)


def arguments() -> tuple[Argument, ...]:
    """All proofs of this module with their queries, built anew."""
    return same_law(), steps_are_nodes(), on_every_circuit()
