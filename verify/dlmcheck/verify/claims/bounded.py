"""Why rows are BOUNDED and not PROVED: one line for each row, in one table.

BOUNDED says that a statement was checked up to a bound. Whether there is more to be had is another
question, and the answer is here: the statement is finite and settled, or nobody knows, or the note
has an argument that the kernel does not replay. What is shown is text; no verdict rests on it.
A row that becomes PROVED loses its line, and the test of this table says which line that is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, unique


@unique
class Why(Enum):
    """The kinds of reasons, from "nothing is left to be done" to "nobody knows"."""

    FINITE = "finite statement"
    """The statement names finitely many instances, and all of them were gone through."""
    CODE = "check of our own code"
    """What is built or computed here is compared with its definition, or with itself done in
    another way; the mathematics behind it, if there is any, has rows of its own."""
    NOTE = "argued in the note"
    """The note has an argument for all sizes (or laws, or samplers); the kernel replays none."""
    SEARCH = "search of small sizes"
    """A search over everything of a size; no argument for larger sizes is known."""
    OPEN = "open"
    """It is not known whether the statement holds beyond the bound."""


@dataclass(frozen=True)
class Bound:
    """Why a row is BOUNDED: the kind, and what it is in this case."""

    why: Why
    text: str

    def __str__(self) -> str:
        return f"{self.why.value}: {self.text}"


def _rows(why: Why, text: str, *rows: str) -> Iterator[tuple[str, Bound]]:
    bound = Bound(why, text)
    return ((row, bound) for row in rows)


def table(*entries: tuple[str, Bound]) -> dict[str, Bound]:
    """The entries by row. Raises `ValueError` if a row has two."""
    found = dict(entries)
    if len(found) != len(entries):
        rows = [row for row, _ in entries]
        twice = sorted({row for row in rows if rows.count(row) > 1})
        raise ValueError(f"two reasons for {', '.join(twice)}")
    return found


# fmt: off
BOUNDED: dict[str, Bound] = table(
    # --- statements about finitely many instances
    *_rows(Why.FINITE,
        "one n, one k and one reading: all samplers of that size are excluded or one is run",
        "T4.5-LOCAL/one-set,n=*",
        "T4.5-LOCAL/set-per-round,n=*",
        "T4.5-LOCAL/state-only,n=*",
    ),
    *_rows(Why.FINITE, "functions of at most five bits, each with all programs of fewer gates",
        "C-SPACE/functions",
    ),
    *_rows(Why.FINITE, "one law, its upper end a strategy and its lower end a table",
        "ROUNDS-ADAPTIVE/permutations",
    ),
    *_rows(Why.FINITE, "numbers of cells n = 3, 4, 5, each with a certificate",
        "X-SCRATCH/one-hot",
    ),
    *_rows(Why.FINITE, "n <= 4 is part of the statement: every OR of terms on so few variables",
        "L4.3/shape,depth-2",
    ),
    *_rows(Why.FINITE,
        "n <= 3 is part of the statement: every policy on every uniform law of so few bits",
        "ROUNDS-EVENTS/policies",
    ),
    *_rows(Why.FINITE,
        "w <= 4 and d <= 40 are part of the statement; that they do for all is argued in the note",
        "T3-MINIMUM/written-down",
    ),
    *_rows(Why.FINITE, "w <= 2 and d <= 4 are part of the statement; no formula is known",
        "T3-MINIMUM/least,remask",
    ),
    # --- searches, where no argument for larger sizes is known
    *_rows(Why.SEARCH,
        "w <= 2, d <= 4: the count of states bounds schemes, and here masks may depend on values",
        "T3-MINIMUM/any-masks,remask",
        "T3-MINIMUM/any-masks,revise-token",
    ),
    *_rows(Why.SEARCH, "w <= 2, d <= 4; for one wire of depth 15 it is false, in the row `deep`",
        "T3-MINIMUM/without,masks depend on the round alone,revise-token",
    ),
    # --- open for larger sizes
    *_rows(Why.OPEN,
        "no schedule that leaves the order's bit masked is excluded; known for k <= 5 only",
        "ROUNDS-ADAPTIVE/either-order",
    ),
    # --- argued in the note for all sizes, in steps that the kernel does not replay
    *_rows(Why.NOTE, "the least length is proved; that what is built has it is its formula",
        "T3-MINIMUM/built,revise-token",
    ),
    *_rows(Why.NOTE, "product laws: an inequality between means that is not replayed",
        "T4.5-ERROR/one-round",
        "T4.5-ERROR/one-round,attained",
    ),
    *_rows(Why.NOTE, "three cells, real probabilities: an optimisation by hand, checked on a grid",
        "T4.5-ERROR/n=3,two-rounds",
        "T4.5-ERROR/n=3,two-rounds,attained",
    ),
    *_rows(Why.NOTE, "three rounds: the upper and the lower end are argued for all n and k",
        "T4.5-LOCAL/three-rounds,enough",
        "T4.5-LOCAL/three-rounds,too-few",
    ),
    *_rows(Why.FINITE, "the samplers that were found for the entries of the table",
        "T4.5-LOCAL/cones",
        "T4.5-LOCAL/reduction",
    ),
    *_rows(Why.NOTE,
        "an older bank that is kept tells the end from the start; small circuits are run",
        "T3.2/without,start-from-mask,whole-state",
    ),
    *_rows(Why.CODE, "what the code of a rule does, on small lengths and a grid of rows",
        "DEC-PARITY-SUREST/rules",
        "DEC-PARITY-COINS/rules",
    ),
    *_rows(Why.NOTE, "both directions are argued for all n; here the named rules are run",
        "DEC-PARITY-SUREST/last-cell",
    ),
    *_rows(Why.NOTE, "all n follow from these tables; an argument about independent votes",
        "DEC-PARITY-CHAIN/blocks",
    ),
    *_rows(Why.NOTE, "a congruence of probabilities, for all n and steps; here the rates are read",
        "DEC-PARITY-PUBLISHED/times",
    ),
    *_rows(Why.FINITE, "the lengths and rounds are part of the statement",
        "DEC-PARITY-COINS/four-steps",
        "DEC-PARITY-COINS/none",
        "DEC-PARITY-CHAIN/two-blocks",
        "DEC-PARITY-REVISION/two-rounds",
    ),
    *_rows(Why.NOTE, "identities and inequalities of entropies, for every target",
        "SCHED-COST/formula",
        "SCHED-COST/monotone",
        "SCHED-COST/ends",
        "SCHED-COST/even-batches",
        "SCHED-COST/best",
        "SCHED-OWN-LAW/upper",
        "DEC-STEPS/total",
        "DEC-STEPS/dual",
        "DEC-STEPS/largest",
    ),
    *_rows(Why.NOTE, "for all n by a code with one drop, and by an induction on the masked cells",
        "DEC-STEPS/total,sharp",
        "DEC-STEPS/dual,sharp",
        "DEC-STEPS/largest,sharp",
        "DEC-STEPS/total,rounds",
        "DEC-STEPS/dual,rounds",
        "DEC-STEPS/total,announced",
        "DEC-STEPS/dual,announced",
        "DEC-STEPS/total,announced,informative",
        "DEC-STEPS/logarithm",
    ),
    *_rows(Why.NOTE, "an induction on the masked cells, over every law and rule",
        "DEC-BLIND/exact",
    ),
    *_rows(Why.NOTE, "one law as a polynomial in p, computed by hand in the note",
        "DEC-CONFIDENCE/two-bits",
    ),
    *_rows(Why.NOTE, "the same joint law of the cell and its token, rule by rule",
        "DEC-JOINT/one-cell",
    ),
    *_rows(Why.NOTE, "any law on n <= 4 cells, by numbers of rounds; checked on uniform laws",
        "ROUNDS-GREEDY/n<=4",
    ),
    *_rows(Why.NOTE, "independence and renaming alone: steps would restate it as a rule",
        "S-ORDER/compiled",
        "S-ORDER/legal",
        "S-PRODUCT/remask,own-cell",
        "S-PRODUCT/write,deterministic",
        "S-PRODUCT/write,given-set,before-sampling",
        "S-PRODUCT/write,independent",
        "S-PRODUCT/write,memory,given-memory",
        "S-PRODUCT/write,same-rate",
    ),
    *_rows(Why.NOTE, "what stands in layers up to t is closed, and what it keeps is a cut",
        "WIDTH/bound",
    ),
    # --- our own code against itself or its definition
    *_rows(Why.CODE, "an optimiser against all layer assignments of small circuits",
        "WIDTH/least",
    ),
    *_rows(Why.CODE, "the layers that an optimiser chose, run; T3.2 and T3.3 hold for any layers",
        "WIDTH/samples",
    ),
    *_rows(Why.CODE, "about schedules from a generator, which is random code",
        "S-MASK/all-states,legal",
        "S-ROWS/legal",
    ),
    *_rows(Why.CODE, "two ways to compute one law: by paths, and with equal configurations merged",
        "S-MERGE/memory",
        "S-MERGE/same-rate",
        "S-MERGE/schedules",
        "S-MERGE/states-only,same-rate",
        "S-MERGE/states-only,schedules",
        "S-MERGE/states-only,uniform-subset",
        "S-MERGE/uniform-subset",
    ),
    *_rows(Why.CODE, "two ways to run: on laws, and on all values of the coins",
        "S-UNROLL/law",
        "S-UNROLL/rules",
    ),
)
"""By the row's id, or (ending with `*`) by how the ids of several rows begin.

A row that is not BOUNDED in the lock has no entry here.
"""
# fmt: on


def why_bounded(row: str) -> Bound | None:
    """Why a row is BOUNDED, as far as it is; None if nothing is said about it.

    >>> print(why_bounded("T4.5-LOCAL/state-only,n=4,k=2").why.value)
    finite statement
    >>> why_bounded("T4.1/two-rounds") is None
    True
    """
    if row in BOUNDED:
        return BOUNDED[row]
    begins = (key for key in BOUNDED if key.endswith("*") and row.startswith(key[:-1]))
    return next((BOUNDED[key] for key in begins), None)
