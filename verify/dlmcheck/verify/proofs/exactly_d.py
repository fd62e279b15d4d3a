"""When d rounds suffice although layer 0 must be sampled, for every strictly layered circuit.

Source: the condition of this project under which Theorem 3.1 of Jiang, Haghtalab, Chen (ICLR 2026)
holds with exactly d rounds; note T3.1-EXACT. A node is *reached* past a set of nodes if a path
from a random input to it avoids the set, itself included; a cut is a set past which no output is
reached. The rounds and the recursion of reached nodes are those of
`model.constructions.gate_for_gate`.
"""

from __future__ import annotations

from dlmcheck.model.constructions import rules
from dlmcheck.model.constructions.gate_for_gate import DRAWN_ROUND, is_reached
from dlmcheck.model.reductions.folding import negated
from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.kernel.induction import Proof, Rule, Step
from dlmcheck.verify.proofs.implication import Implication
from dlmcheck.verify.proofs.terms import Argument, Term, linear, number

IFF = "d rounds suffice, faithfully, exactly with a product cut: every strictly layered circuit"
IF = "a product cut gives a simulation in d rounds: every circuit"

IN_CUT, ONE, OTHERS = "it is in the set", "an argument is reached", "another one is reached"
REACHED = "the node is reached"

# --- which nodes a cut leaves alone --------------------------------------------------------


def below_a_cut() -> Step:
    """Downwards from the outputs: what a needed, computed node reads is not reached."""
    s = Implication("a node outside a cut that is not reached reads nothing reached",
                    IN_CUT, ONE, OTHERS)  # fmt: skip
    s.premise("it is not in the set", negated(s[IN_CUT]))
    s.premise("it is not reached", negated(is_reached(s.folder, s[IN_CUT], [s[ONE], s[OTHERS]])))
    return s.concludes(s.both(negated(s[ONE]), negated(s[OTHERS])))


def along_a_path() -> Step:
    """Downwards from a reached output: a path of nodes outside the set."""
    s = Implication("a reached node is outside the set, and reads one that is reached",
                    IN_CUT, ONE, OTHERS)  # fmt: skip
    s.premise(REACHED, is_reached(s.folder, s[IN_CUT], [s[ONE], s[OTHERS]]))
    return s.concludes(s.both(negated(s[IN_CUT]), s.either(s[ONE], s[OTHERS])))


# --- rounds and layers ---------------------------------------------------------------------

LAYER, BELOW, LATEST, ROUND, READ, DEPTH = map(
    Term, ("layer", "layer_below", "latest", "round", "read", "depth")
)
_COMPUTED = {"it is computed": ROUND.equals(rules.next_round(LATEST))}


def in_time_queries() -> tuple[Query, ...]:
    """With a cut: a node appears by the round of its layer, so an output by round d."""
    return (
        linear(
            "a drawn node in a layer above 0 is in time",
            {"its layer": number(1).at_most(LAYER), "its round": ROUND.equals(DRAWN_ROUND)},
            ROUND.at_most(LAYER),
        ),
        linear(
            "a computed node whose arguments are in time is in time",
            {
                **_COMPUTED,
                "the claim for the latest argument": LATEST.at_most(BELOW),
                "it stands in a lower layer": BELOW.below(LAYER),
            },
            ROUND.at_most(LAYER),
        ),
        linear(
            "d rounds write every output",
            {
                "it is in time": ROUND.at_most(LAYER),
                "no layer after the last": LAYER.at_most(DEPTH),
            },
            ROUND.at_most(DEPTH),
        ),
    )


def too_late_queries() -> tuple[Query, ...]:
    """Without a cut: along a path of computed nodes a random input comes a round too late."""
    return (
        linear(
            "a random input appears after its layer",
            {"its layer": LAYER.equals(0), "its round": ROUND.equals(DRAWN_ROUND)},
            LAYER.below(ROUND),
        ),
        linear(
            "a computed node that reads one that is late is late",
            {
                **_COMPUTED,
                "it is late": BELOW.below(READ),
                "what is read is no later than the latest": READ.at_most(LATEST),
                "it stands in the layer below": LAYER.equals(BELOW + 1),
            },
            LAYER.below(ROUND),
        ),
        linear(
            "an output that is late takes more than d rounds",
            {"it is late": LAYER.below(ROUND), "it stands in the last layer": LAYER.equals(DEPTH)},
            DEPTH.below(ROUND),
        ),
    )


# --- the proofs ----------------------------------------------------------------------------

_IF_SAYS = (
    (
        "Draw what is needed of a product cut, and compute all else that is needed: it reads "
        "nothing that is reached, so no random input."
    ),
    (
        "Data appear in round 0, drawn nodes in round 1 and above layer 0, computed ones by the "
        "round of their layer: d rounds are enough."
    ),
    (
        "The draws are independent with the circuit's marginals, which is the circuit's law of "
        "the cut; the rest is the same function of cut and data in both."
    ),
)


def product_cut_is_enough() -> Argument:
    """With a product cut some simulation of d rounds is faithful, so it has the output law."""
    asked = in_time_queries()
    proof = Proof(
        IF,
        base=(),
        steps=(below_a_cut(),),
        rules=(Rule.POSITIONS, Rule.ROUNDS, Rule.LISTS, Rule.DRAWS, Rule.COUPLING),
        queries=tuple(query.name for query in asked),
        skeleton=_IF_SAYS,
    )
    return Argument(proof, asked)


def exactly_with_a_product_cut() -> Argument:
    """Both directions, for faithful simulations of strictly layered circuits, d >= 1."""
    asked = (*in_time_queries(), *too_late_queries())
    proof = Proof(
        IFF,
        base=(),
        steps=(below_a_cut(), along_a_path()),
        rules=(Rule.POSITIONS, Rule.ROUNDS, Rule.LISTS, Rule.DRAWS, Rule.COUPLING),
        queries=tuple(query.name for query in asked),
        skeleton=(
            *_IF_SAYS,
            (
                "If the drawn nodes above layer 0 are no cut, an output is reached past them: a "
                "path from a random input, all of whose nodes above layer 0 are computed."
            ),
            "The random input appears in round 1, each node a round after the last: too late.",
            (
                "So they are a cut. They are drawn independently, and by faithfulness their joint "
                "law is the circuit's: a product."
            ),
        ),
    )
    return Argument(proof, asked)


def arguments() -> tuple[Argument, ...]:
    """Both proofs with their queries, built anew."""
    return exactly_with_a_product_cut(), product_cut_is_enough()
