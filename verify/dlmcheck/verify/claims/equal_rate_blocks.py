"""Coins of one rate, a linear schedule, any length: blocks that are chained, and where none are.

Part of `decoder_parity`; theorems 5 and 6 are in the note LOCAL-DECODERS. The tables are found by
`chained_blocks`; here their weights are added up anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from dlmcheck.model.decoders.noise import Schedule, ancestral
from dlmcheck.spec.law import Law, certain
from dlmcheck.spec.tokens import MASK, State, Token
from dlmcheck.verify.claims.domains import listed
from dlmcheck.verify.claims.equal_rate_tables import law_by_rounds
from dlmcheck.verify.claims.registry import Profile
from dlmcheck.verify.decoders.position_rules import RuleCase, rule_case
from dlmcheck.verify.decoders.writing_times import no_common_prime
from dlmcheck.verify.kernel.block_chains import (
    ROUNDS,
    Block,
    Chain,
    Kind,
    Shown,
    agreed,
    before_last,
    chain_text,
    check_chain,
    uneven,
)
from dlmcheck.verify.kernel.results import Checked, Rejected
from dlmcheck.verify.kernel.sweep import HOLDS, NOT_MET, Outcome, Sweep, fails
from dlmcheck.verify.searches.chained_blocks import find_block

UNIFORM = "given its votes, a block ends in every string of the parity asked for alike"
UNIFORM_DEFINED = f"{UNIFORM}: rounds by the definition"
CHAINED = "two blocks that follow their votes sample D_n"
APART = "two blocks that ask nothing of each other sample D_n"
EVERY_LENGTH = (
    "times of writing independent and uniform on four rounds: a predictor that knows the round "
    "and reads at most 29 tokens samples D_n, for every n >= 5"
)
EARLY_PRIME = "some odd prime divides the probability of every time of writing but one"

MOST_DEFINED = 6
"""More cells are not run by the definition."""

MOST_CHAINED = 6
"""More cells are not chained by going through the pairs of states."""

ALONE = (5, 6, 7, 8, 9)
AT_AN_END = (5, 6, 7, 8, 9)
IN_BETWEEN = (10,)
QUICK_CELLS = 7


def kinds(profile: Profile) -> list[Kind]:
    """The blocks of Theorem 5; in the quick profile those of at most seven cells."""
    every = [
        Kind(cells, neighbours)
        for neighbours, sizes in enumerate((ALONE, AT_AN_END, IN_BETWEEN))
        for cells in sizes
    ]
    return [kind for kind in every if profile is not Profile.QUICK or kind.cells <= QUICK_CELLS]


@dataclass(frozen=True)
class Found:
    """A kind of block with the tables that were found for it."""

    kind: Kind
    block: Block | None

    @cached_property
    def before_last(self) -> Mapping[Shown, int]:
        """For how many of the 4^b lists of times the block shows this before the last round."""
        assert self.block is not None
        return before_last(self.block)


def proposed(block: Block, number: int, shown: Shown) -> int:
    """The string that the block would end in if all its masked cells were written, rounds 1..3."""
    if number == 1 or not shown.masked:
        return shown.ones
    return block.second[shown.masked] if number == 2 else block.third[shown]


def before_last_by_definition(block: Block) -> Mapping[Shown, Fraction]:
    """The same weights, from three rounds of MDLM's rule as it is defined."""
    cells = block.kind.cells

    def predictor_of(number: int) -> Callable[[State, int], Law[Token]]:
        return lambda state, cell: certain(proposed(block, number, seen(state)) >> cell & 1)

    law = law_by_rounds(cells, predictor_of, ancestral(Schedule(ROUNDS)), ROUNDS - 1)
    return {seen(state): weight * ROUNDS**cells for state, weight in law.items()}


def seen(state: State) -> Shown:
    """What a block shows, from its cells."""
    masked = sum(1 << cell for cell, token in enumerate(state) if token == MASK)
    return Shown(masked, sum(1 << cell for cell, token in enumerate(state) if token == 1))


def uniform(found: Found) -> Outcome:
    """See UNIFORM."""
    if found.block is None:
        return fails("no tables")
    reason = uneven(found.kind, found.before_last, found.block.last)
    return HOLDS if reason is None else fails(reason)


def uniform_defined(found: Found) -> Outcome:
    """See UNIFORM_DEFINED."""
    if found.kind.cells > MOST_DEFINED:
        return NOT_MET
    if found.block is None:
        return fails("no tables")
    reason = uneven(found.kind, before_last_by_definition(found.block), found.block.last)
    return HOLDS if reason is None else fails(reason)


# --- two blocks --------------------------------------------------------------------------------


def endings(chain: Sequence[Block], shown: Sequence[Shown], *, follow: bool = True) -> list[int]:
    """The strings of the blocks in the last round; each looks at itself and its neighbours.

    A block for an end has one vote, for whichever side its neighbour is on.
    """
    lasts = [block.last[one] for block, one in zip(chain, shown, strict=True)]
    after = [end.votes[0] for end in lasts]
    before = [end.votes[block.kind.neighbours - 1] for block, end in zip(chain, lasts, strict=True)]
    asked = [agreed(a, b) if follow else 0 for a, b in zip(after, before[1:], strict=False)]
    shared = [0, *asked, 0]
    return [
        end.odd if one ^ other else end.even
        for end, one, other in zip(lasts, shared, shared[1:], strict=False)
    ]


def two_blocks(follow: bool) -> Callable[[Found], Outcome]:
    """See CHAINED, and APART for blocks that do not follow their votes."""

    def outcome(found: Found) -> Outcome:
        if found.kind.neighbours != 1 or found.kind.cells > MOST_CHAINED:
            return NOT_MET
        if found.block is None:
            return fails("no tables")
        chain, cells = (found.block, found.block), found.kind.cells
        law: Counter[int] = Counter()
        for left, weight in found.before_last.items():
            for right, other in found.before_last.items():
                first, second = endings(chain, (left, right), follow=follow)
                law[first | second << cells] += weight * other
        share = Fraction(ROUNDS ** (2 * cells), 2 ** (2 * cells - 1))
        due = [Fraction(0) if z.bit_count() % 2 else share for z in range(1 << 2 * cells)]
        wrong = sum((abs(law[z] - each) for z, each in enumerate(due)), Fraction(0))
        distance = wrong / (2 * ROUNDS ** (2 * cells))
        return fails(f"total variation {distance}") if distance else HOLDS

    return outcome


def blocks(profile: Profile) -> Sweep[Kind, Found]:
    """Every kind of block of the profile."""
    return Sweep(
        listed("blocks of cells", kinds(profile), str),
        lambda kind: Found(kind, find_block(kind)),
        {
            UNIFORM: uniform,
            UNIFORM_DEFINED: uniform_defined,
            CHAINED: two_blocks(True),
            APART: two_blocks(False),
        },
    )


# --- every length ------------------------------------------------------------------------------


def chain() -> Chain:
    """The blocks of Theorem 5. Raises `Rejected` if no tables are found for one."""
    found = {kind: find_block(kind) for kind in kinds(Profile.FULL)}
    blocks = {kind: block for kind, block in found.items() if block is not None}
    if len(blocks) < len(found):
        missing = next(kind for kind in found if kind not in blocks)
        raise Rejected(f"no tables for a block of {missing}")
    alone, ends, between = (
        tuple(block for kind, block in blocks.items() if kind.neighbours == number)
        for number in range(3)
    )
    return Chain(alone, ends, *between)


def every_length(_: Profile) -> Mapping[str, Checked]:
    """See EVERY_LENGTH; the profile does not matter."""
    return {EVERY_LENGTH: check_chain(chain())}


def chain_certificate(_: Profile, statement: str) -> Iterator[tuple[str, str]]:
    """The tables as a certificate."""
    if statement == EVERY_LENGTH:
        yield "blocks", chain_text(chain())


# --- no predictor ------------------------------------------------------------------------------

PUBLISHED = ("mdlm-ancestral", "dream-origin")
STEPS = range(2, 9)


def early_prime(case: RuleCase) -> Outcome:
    """See EARLY_PRIME and `no_common_prime`."""
    reason = no_common_prime(case)
    return HOLDS if reason is None else fails(reason)


def schedules(linear: bool) -> Callable[[Profile], Sweep[RuleCase, RuleCase]]:
    """The published schedules, or the linear one to time 0, for two cells."""

    def make(_: Profile) -> Sweep[RuleCase, RuleCase]:
        if linear:
            cases = [
                RuleCase("linear to time 0", ancestral(Schedule(steps)), 2, steps, steps)
                for steps in STEPS
            ]
        else:
            cases = [rule_case(name, 2, steps) for name in PUBLISHED for steps in STEPS]
        name = "the linear schedule to time 0" if linear else "published schedules"
        return Sweep(listed(name, cases, str), lambda case: case, {EARLY_PRIME: early_prime})

    return make
