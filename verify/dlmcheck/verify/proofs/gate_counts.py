"""How many gates of fan-in two the parity of n bits takes, for all n: a lower bound by groups.

Source: the note C-SPACE, "single functions", after Jiang, Haghtalab, Chen (ICLR 2026), section 3. A
*group* is a connected part of the program (inputs and gates, joined by wires) with an input in it.
A bit outside the output's group does not change the output, and the parity changes with each bit;
so all inputs are in one group, and a gate makes of two groups one at most. The other half, cells
with revision, is the proof of `scheme_lengths` for the chain of gates.
"""

from __future__ import annotations

from itertools import product

from dlmcheck.model.reductions.folding import Wire, negated
from dlmcheck.verify.kernel.induction import Proof, Rule, Step
from dlmcheck.verify.proofs.implication import Implication
from dlmcheck.verify.proofs.scheme_lengths import revise_token
from dlmcheck.verify.proofs.terms import Argument, Term, linear

GROWTH = (
    "n >= 2: the parity of n bits takes n - 1 gates of fan-in two, and the least scheme for its "
    "chain with revision to tokens c cells, c least with n + 1 <= 2^c"
)
_TABLE = ("f(0,0)", "f(0,1)", "f(1,0)", "f(1,1)")
_FIRST, _SECOND = "the first argument is as before", "the second argument is as before"


def gate_is_unmoved(without: tuple[str, ...] = ()) -> Step:
    """A gate, any of the 16 functions, whose arguments do not change."""
    values = ("first", "second", "first after", "second after")
    s = Implication("a gate outside the group is as before", *_TABLE, *values, without=without)

    def gate(first: Wire, second: Wire) -> Wire:
        chosen: list[Wire] = []
        for name, bits in zip(_TABLE, product((False, True), repeat=2), strict=True):
            at = [w if b else negated(w) for w, b in zip((first, second), bits, strict=True)]
            chosen.append(s.both(s[name], *at))
        return s.either(*chosen)

    s.premise(_FIRST, s.same(s["first"], s["first after"]))
    s.premise(_SECOND, s.same(s["second"], s["second after"]))
    before, after = gate(s["first"], s["second"]), gate(s["first after"], s["second after"])
    return s.concludes(s.same(before, after))


def other_inputs_stay(without: tuple[str, ...] = ()) -> Step:
    """Of the inputs only the flipped one changes."""
    s = Implication(
        "an input outside the group is as before", "flipped", "value", "after", without=without
    )
    s.premise(
        "the input changes if it is the flipped one",
        s.same(s["flipped"], negated(s.same(s["value"], s["after"]))),
    )
    s.premise("it is another one", negated(s["flipped"]))
    return s.concludes(s.same(s["value"], s["after"]))


def parity_moves(without: tuple[str, ...] = ()) -> Step:
    """The parity changes with each of its bits."""
    s = Implication("flipping a bit changes the parity", "bit", "after", "others", without=without)
    s.premise("the bit is flipped", s.same(s["after"], negated(s["bit"])))
    old = s.folder.parity_of([s["bit"], s["others"]])
    new = s.folder.parity_of([s["after"], s["others"]])
    return s.concludes(negated(s.same(old, new)))


def growth(without: tuple[str, ...] = ()) -> Argument:
    """The proof; `without` names premises of steps to leave out, for planting errors."""
    inputs, gates, groups, fewer, depth, power = map(
        Term, ("n", "gates", "groups", "groupsafter", "d", "power")
    )
    scheme = revise_token()
    queries = (
        linear(
            "no gate, n groups",
            {"each input by itself": groups.equals(inputs), "no gate": gates.equals(0)},
            (inputs - gates).at_most(groups),
        ),
        linear(
            "a gate more, one group fewer at most",
            {
                "the claim before": (inputs - gates).at_most(groups),
                "a gate joins two groups": (groups - 1).at_most(fewer),
            },
            (inputs - (gates + 1)).at_most(fewer),
        ),
        linear(
            "one group, n - 1 gates",
            {
                "the claim for all gates": (inputs - gates).at_most(groups),
                "all inputs are in the output's group": groups.at_most(1),
            },
            (inputs - 1).at_most(gates),
        ),
        linear(
            "the chain has depth n - 1 and width 1",
            {
                "a gate for each input but the first": depth.equals(inputs - 1),
                "c is large enough": (inputs + 1).at_most(power),
            },
            (depth + 2).at_most(power),
        ),
        *scheme.queries,
    )
    proof = Proof(
        GROWTH,
        base=(other_inputs_stay(without),),
        steps=(gate_is_unmoved(without), parity_moves(without), *scheme.proof.steps),
        rules=(Rule.POSITIONS, Rule.FAN_IN, *scheme.proof.rules),
        queries=tuple(query.name for query in queries),
        skeleton=(
            "A bit that is not connected with the output does not change it.",
            "The parity changes with each bit, so all inputs are connected with the output.",
            "n inputs are n groups, and each gate joins two of them at most.",
            "With revision the chain's scheme has w = 1 and d = n - 1:",
            *scheme.proof.skeleton,
        ),
    )
    return Argument(proof, queries)
