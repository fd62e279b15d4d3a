"""All tokens but one, as words of k bits: no product in any labelling, for every k >= 2.

Source: note VOCABULARY, statement 3, for one round; after Jiang, Haghtalab, Chen (ICLR 2026),
section 2. A labelling is a bijection of tokens and words, so the law of words is uniform on all
but one.
"""

from __future__ import annotations

from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.kernel.induction import Rule
from dlmcheck.verify.proofs.arithmetic import ByQueries
from dlmcheck.verify.proofs.terms import Term, linear, real

NO_LABELLING = "all tokens but one, equally likely: no product of k bits in any labelling, k >= 2"

WORDS, SHORT = Term("words"), tuple(Term(f"left_out_{xy}") for xy in ("00", "01", "10", "11"))
"""Words with given first two bits; whether the word left out is one of them, 0 or 1."""


def no_labelling_queries() -> tuple[Query, ...]:
    """The first two bits are dependent, whichever word is left out."""
    cases = [
        f"(and {' '.join(other.equals(int(other is one)) for other in SHORT)})" for one in SHORT
    ]
    weights = [WORDS - out for out in SHORT]
    return (
        linear("two bits: one word each", {"k is 2": WORDS.equals(1)}, Term("0").below(WORDS)),
        linear(
            "one bit more, twice the words",
            {"so far": Term("0").below(WORDS), "doubled": Term("more").equals(WORDS * 2)},
            Term("0").below(Term("more")),
        ),
        real(
            "the first two bits are dependent",
            {
                "there are words": Term("0").below(WORDS),
                "one word is left out": f"(or {' '.join(cases)})",
            },
            f"(not {(weights[0] * weights[3]).equals(weights[1] * weights[2])})",
        ),
    )


NO_LABELLING_PROOF = ByQueries(NO_LABELLING, no_labelling_queries(), (Rule.NUMBERS, Rule.BIJECTION))
