"""Two rounds by a decision list: mixtures of product laws, and one-hot laws, for every n.

Sources: public follow-up notes on Jiang, Haghtalab, Chen (ICLR 2026), X-ONEHOT and X-DIM2; the note
SEPARATION has the arguments. Bit i of a list says "piece i, if no piece before it"; the chances are
those of `model.samplers.mixtures`, and the samplers' rules, functions of a few truth values, are
gone through by their tables.
"""

from __future__ import annotations

from collections.abc import Callable

from dlmcheck.model.reductions.folding import Wire, negated
from dlmcheck.model.reductions.trace import cell_round
from dlmcheck.model.samplers.drawn_patterns import becomes_one, is_hidden, is_one_of_the_rest
from dlmcheck.model.samplers.mixtures import is_taken, left_after
from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.kernel.induction import Proof, Rule, Step
from dlmcheck.verify.proofs.any_target import part_of
from dlmcheck.verify.proofs.implication import Implication
from dlmcheck.verify.proofs.one_round import shows_what_is_drawn
from dlmcheck.verify.proofs.product_rounds import writes_everything
from dlmcheck.verify.proofs.tables import tabulated
from dlmcheck.verify.proofs.terms import Argument, Term, differ, linear, real

FEW_BITS = "any law on n <= 3 bits in two rounds of revision, F deterministic"
SCRATCH = "any law in two rounds write-once, a scratch cell for each product law but one, every n"
REVISION = "the uniform one-hot law: two rounds of revision, F deterministic, every n >= 2"
REMASK = "the uniform one-hot law: two rounds, F and G deterministic, every n >= 2"
INDEPENDENT = "the uniform one-hot law: two rounds write-once, F independent, every n >= 2"
SUBSET = "the uniform one-hot law: two rounds write-once, F a uniform subset, every n >= 2"

ZERO, ONE = Term("0"), Term("1")
NONE, LEFT, MASS, CHANCE, SO_FAR = map(Term, ("none", "left", "mass", "q", "so_far"))

# --- the list ----------------------------------------------------------------------------------


def list_queries() -> tuple[Query, ...]:
    """Piece after piece: it comes out with its mass, and what is left is left for the others."""
    turn = {
        "no 1 so far, with what is left": NONE.equals(LEFT),
        "a part of what is left": part_of(MASS, LEFT),
        "the bit's chance": f"(or {LEFT.equals(0)} {(CHANCE * LEFT).equals(MASS)})",
    }
    return (
        real("a piece comes out with its mass", turn, (NONE * CHANCE).equals(MASS)),
        real(
            "what is left when it is not taken",
            turn,
            (NONE * (ONE - CHANCE)).equals(left_after(LEFT, MASS)),
        ),
        real(
            "what is left is what the pieces before leave",
            {"so far": LEFT.equals(ONE - SO_FAR)},
            left_after(LEFT, MASS).equals(ONE - (SO_FAR + MASS)),
        ),
        real(
            "the last piece is what is left",
            {
                "the pieces before": LEFT.equals(ONE - SO_FAR),
                "all together": (SO_FAR + MASS).equals(1),
            },
            LEFT.equals(MASS),
        ),
    )


def _taken(s: Implication, bit: str = "bit", earlier: str = "earlier") -> Wire:
    wires = {"bit": s[bit], "earlier": s[earlier]}
    return tabulated(s, wires, lambda v: is_taken(v["bit"], earlier=v["earlier"]))


def one_piece() -> Step:
    """Of two bits at most one is taken, and the first 1 is."""
    s = Implication("a list takes one piece: the first 1", "bit i", "bit j", "before i", "before j")
    s.premise("what comes before j", s.same(s["before j"], s.either(s["before i"], s["bit i"])))
    first, second = _taken(s, "bit i", "before i"), _taken(s, "bit j", "before j")
    at_most = negated(s.both(first, second))
    found = s.implies(s.both(s["bit i"], negated(s["before i"])), first)
    going_on = s.implies(negated(s["before j"]), s.same(second, s["bit j"]))
    return s.concludes(s.both(at_most, found, going_on))


def book_queries() -> tuple[Query, ...]:
    """Fair bits instead of a list, and lists side by side for equal masses."""
    words, length, each = Term("words"), Term("all_words"), Term("chance_of_a_word")
    first, second, p, m = Term("first"), Term("second"), Term("p"), Term("m")
    return (
        real(
            "fair bits: as many words as the mass says",
            {"words": words.equals(MASS * length), "each is as likely": (each * length).equals(1)},
            (words * each).equals(MASS),
        ),
        real(
            "two lists of equal masses: the masses multiply",
            {"the first list": (first * p).equals(1), "the second list": (second * m).equals(1)},
            (first * second * (p * m)).equals(1),
        ),
    )


# --- mixtures ----------------------------------------------------------------------------------


def piece_queries() -> tuple[Query, ...]:
    """A law split at one cell after the other is a mixture; with one cell left, of product laws."""
    zero, one, pieces, most, more = map(Term, ("zero", "one", "pieces", "most", "more"))
    return (
        real(
            "a part with one cell left is a product law, times its mass",
            {
                "the part's mass": MASS.equals(zero + one),
                "no weight is negative": f"(and {ZERO.at_most(zero)} {ZERO.at_most(one)})",
                "the last cell's chance": f"(or {MASS.equals(0)} {(CHANCE * MASS).equals(one)})",
            },
            f"(and {(MASS * CHANCE).equals(one)} {(MASS * (ONE - CHANCE)).equals(zero)})",
        ),
        linear(
            "a split more, at most twice the pieces",
            {"so far": pieces.at_most(most), "each in two": more.at_most(pieces * 2)},
            more.at_most(most * 2),
        ),
    )


def few_pieces() -> Query:
    """2^(n-1) pieces take at most n bits, for n <= 3."""
    n, pieces = Term("n"), Term("pieces")
    cases = [f"(and {n.equals(k)} {pieces.at_most(1 << (k - 1))})" for k in (1, 2, 3)]
    return linear(
        "at most 3 bits: a bit for each piece but one",
        {"at most 2^(n-1) pieces": f"(or {' '.join(cases)})"},
        (pieces - 1).at_most(n),
    )


RULES = (Rule.ROUNDS, Rule.UNIFORM, Rule.LISTS, Rule.DRAWS, Rule.NUMBERS)
LIST = (
    "Bit i of the list is 1 with the mass of piece i over what is left, so that the first 1 is at "
    "i with the mass of piece i; the last piece is no 1 at all."
)
BOOK = "Masses that are multiples of 2^-k may be named by fair bits, equal ones by several lists."


def _argument(
    statement: str,
    steps: tuple[Step, ...],
    queries: tuple[Query, ...],
    skeleton: tuple[str, ...],
    rules: tuple[Rule, ...] = RULES,
) -> Argument:
    names = tuple(query.name for query in queries)
    return Argument(Proof(statement, (), steps, rules, names, skeleton), queries)


def few_bits() -> Argument:
    """The cells hold the list's bits, then the string."""
    return _argument(
        FEW_BITS,
        (one_piece(), writes_everything()),
        (*list_queries(), *book_queries(), *piece_queries(), few_pieces()),
        (
            "A law on n bits is a mixture of at most 2^(n-1) product laws: split at n - 1 cells.",
            LIST,
            BOOK,
            "For n <= 3 the bits fit into the n cells. Round 1 writes them, round 2 the piece.",
            "Round 1 starts from masks and leaves none, so the state tells which round it is.",
        ),
    )


def opened() -> Step:
    """Write-once: the scratch cells in round 1, what is masked in round 2."""
    s = Implication("round 1 writes the scratch cells, round 2 the others", "masked", "scratch")
    first = cell_round(s.folder, s["masked"], s["scratch"])
    second = cell_round(s.folder, first.masked, first.masked)
    s.premise("the cell starts masked", s["masked"])
    alike = s.both(s.same(first.written, s["scratch"]), s.same(second.written, first.masked))
    return s.concludes(s.both(alike, negated(second.masked)))


def scratch() -> Argument:
    """The scratch cells hold the list's bits."""
    return _argument(
        SCRATCH,
        (one_piece(), opened(), writes_everything()),
        (*list_queries(), *book_queries(), *piece_queries()),
        (
            "Any law is a mixture of product laws: split at one cell after the other.",
            LIST,
            BOOK,
            "Round 1 writes the bits into scratch cells, round 2 the outputs by the piece's law.",
            "With a single piece there is nothing to name.",
        ),
    )


# --- one-hot laws ------------------------------------------------------------------------------


def no_product() -> Query:
    """Two cells of a one-hot law: both can be 1, not both at once."""
    both, first, second, none = map(Term, ("both", "only_first", "only_second", "neither"))
    return real(
        "a one-hot law is no product",
        {
            "never both": both.equals(0),
            "the first may be": ZERO.below(first),
            "the second may be": ZERO.below(second),
        },
        differ(none * both, first * second),
    )


NOT_ONE = "One round would give a product law, which it is not, as two cells are never both 1."


def one_hot_revision() -> Argument:
    """The first 1 of a list says where the 1 stands."""
    return _argument(
        REVISION,
        (one_piece(), writes_everything(), shows_what_is_drawn()),
        (*list_queries(), *book_queries(), no_product()),
        (
            "The n strings are the pieces, each of mass 1/n.",
            LIST,
            BOOK,
            "The bits, at most n - 1, stand in the cells; round 2 rewrites all as the string.",
            NOT_ONE,
        ),
    )


def hides_the_rest() -> Step:
    """After G and round 2 a cell shows 1 exactly if its bit was the first 1."""
    s = Implication("G hides every 1 but the first, and 0 is written there", "bit", "earlier")
    wires = {"bit": s["bit"], "earlier": s["earlier"]}
    hidden = tabulated(s, wires, lambda v: is_hidden(v["bit"], earlier=v["earlier"]))
    after = s.both(s["bit"], negated(hidden))
    return s.concludes(s.same(after, _taken(s)))


def one_hot_remask() -> Argument:
    """The list's bits stand in the cells, and all ones but the first are taken back."""
    return _argument(
        REMASK,
        (one_piece(), hides_the_rest(), shows_what_is_drawn()),
        (*list_queries(), no_product()),
        (
            "Round 1 writes the bits of a list for the places of the 1; the last bit is 1.",
            LIST,
            "G masks every 1 but the first, and round 2 writes 0 there.",
            NOT_ONE,
        ),
    )


def first_masked() -> Step:
    """The first masked cell becomes 1, unless cell 0 is: one 1 in all."""
    s = Implication("the first masked cell becomes 1 unless cell 0 is", "bit", "earlier", "cell 0")
    wires = {"first": _taken(s), "there": s["cell 0"]}
    one = tabulated(s, wires, lambda v: becomes_one(first=v["first"], one_is_there=v["there"]))
    s.premise("cell 0 shows 0", negated(s["cell 0"]))
    return s.concludes(s.same(one, _taken(s)))


def none_beside() -> Step:
    """If cell 0 shows 1 nothing else does."""
    s = Implication("where cell 0 shows 1 no other cell becomes 1", "bit", "earlier", "cell 0")
    wires = {"first": _taken(s), "there": s["cell 0"]}
    one = tabulated(s, wires, lambda v: becomes_one(first=v["first"], one_is_there=v["there"]))
    s.premise("cell 0 shows 1", s["cell 0"])
    return s.concludes(negated(one))


def one_hot_independent() -> Argument:
    """The list's bits are the masks that coins of F leave."""
    zero, rest, share = Term("cell_0"), Term("rest"), Term("share")
    chances = real(
        "the chance of cell 0, and of the others given that it is 0",
        {
            "what cell 0 leaves": rest.equals(ONE - zero),
            "a part of it": part_of(MASS, rest),
            "its share": f"(or {rest.equals(0)} {(share * rest).equals(MASS)})",
        },
        ((ONE - zero) * share).equals(MASS),
    )
    return _argument(
        INDEPENDENT,
        (one_piece(), first_masked(), none_beside(), shows_what_is_drawn()),
        (*list_queries(), chances, no_product()),
        (
            "Round 1 writes cell 0 by its law, and 0 into others that coins of F select.",
            "That a cell is left masked is a bit of a list; the last cell is left for certain.",
            LIST,
            "In round 2 the first masked cell becomes 1, unless cell 0 is; the others become 0.",
            NOT_ONE,
        ),
    )


def complement() -> Step:
    """What round 1 selects becomes 0, the rest 1."""
    s = Implication("a cell becomes 1 exactly if round 1 does not select it", "selected", "drawn")

    def rule(*, started: bool) -> Wire:
        return tabulated(
            s,
            {"zero": s["selected"]},
            lambda v: is_one_of_the_rest(started=started, shows_zero=started and v["zero"]),
        )

    s.premise(
        "round 1 writes what it draws",
        s.implies(s["selected"], s.same(s["drawn"], rule(started=False))),
    )
    shown = s.either(
        s.both(s["selected"], s["drawn"]), s.both(negated(s["selected"]), rule(started=True))
    )
    return s.concludes(s.same(shown, negated(s["selected"])))


def one_hot_subset() -> Argument:
    """F leaves one cell out, any with the same chance."""
    return _argument(
        SUBSET,
        (complement(), shows_what_is_drawn()),
        (no_product(),),
        (
            "Round 1 selects a uniform subset of n - 1 cells, and writes 0; round 2 writes 1.",
            "The cells left out are a bijection of these subsets with the places of the 1.",
            NOT_ONE,
        ),
        (Rule.ROUNDS, Rule.UNIFORM, Rule.BIJECTION, Rule.DRAWS),
    )


MAKERS: dict[str, Callable[[], Argument]] = {
    FEW_BITS: few_bits,
    SCRATCH: scratch,
    REVISION: one_hot_revision,
    REMASK: one_hot_remask,
    INDEPENDENT: one_hot_independent,
    SUBSET: one_hot_subset,
}
"""By statement, how each proof is made."""
