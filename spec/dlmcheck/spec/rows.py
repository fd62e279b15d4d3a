"""The rows of a predictor: p_i(. | x) for every state x and position i, and what must hold of them.

Source: Jiang, Haghtalab, Chen (ICLR 2026), section 2: each row is a law on {0, 1, M} (codes 00, 01
and 10; 11 is illegal), and without revision a position that is not M keeps its token with
probability 1 (mask preservation). A run only meets the rows of cells that are written in states
that are reached; these checks look at all of them, or at the rows of the states that are given.

A row of a masked cell may give M: such a cell has no prediction yet. It is an error only when it
is written (`check_write`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from dlmcheck.spec.definition import Sampler
from dlmcheck.spec.errors import WritesForeignToken, WritesMask, WritesVisibleToken
from dlmcheck.spec.lattice import REVISING, Clock, Edits
from dlmcheck.spec.law import Law, certain
from dlmcheck.spec.tokens import MASK, State, Token


@dataclass(frozen=True)
class Row:
    """p_i(. | x) at one state, position and round."""

    state: State
    position: int
    number: int
    law: Law[Token]


def all_states(sampler: Sampler) -> Iterator[State]:
    """Every state that shows the prompt: (q + 1) to the number of other cells."""
    prompt = dict(sampler.prompt)
    tokens = (MASK, *range(sampler.vocabulary))
    return product(*((prompt[i],) if i in prompt else tokens for i in range(sampler.length)))


def told_rounds(sampler: Sampler) -> range:
    """The round numbers that must be looked at: 1 to D with a clock, else one stands for all."""
    return range(1, sampler.rounds + 1 if sampler.clock is Clock.ROUND_NUMBER else 2)


def rows(sampler: Sampler, states: Iterable[State] | None = None) -> Iterator[Row]:
    """Every row on the states given (on all states by default).

    A law is built anew from the weights of each row, so that a row which is not one raises
    `BadProbability` or `UnnormalisedLaw`.
    """
    for state in all_states(sampler) if states is None else states:
        for number in told_rounds(sampler):
            for i in range(sampler.length):
                law = sampler.predictor(state, i, sampler.round_argument(number))
                yield Row(state, i, number, Law(dict(law.items())))


def check_rows(sampler: Sampler, states: Iterable[State] | None = None) -> int:
    """Check that every row is a law on legal tokens; return the number of rows.

    Raises `BadProbability`, `UnnormalisedLaw`, `WritesForeignToken`, `WritesMask` (M in the place
    of a visible token under edits revise-token), and `IllegalCode` for the code 11 of a schedule.
    """
    count = 0
    for row in rows(sampler, states):
        count += 1
        for token in row.law:
            if token != MASK and token not in range(sampler.vocabulary):
                raise WritesForeignToken(
                    f"the row of position {row.position} has token {token}",
                    state=row.state,
                    round_number=row.number,
                    position=row.position,
                )
            visible = row.state[row.position] != MASK
            if token == MASK and visible and sampler.edits is Edits.REVISE_TOKEN:
                raise WritesMask(
                    f"the row of position {row.position} turns a visible token into M",
                    state=row.state,
                    round_number=row.number,
                    position=row.position,
                )
    return count


def check_mask_preservation(sampler: Sampler, states: Iterable[State] | None = None) -> int:
    """Check that visible cells keep their token with probability 1; return the number of rows.

    With revision nothing is demanded, and the number is 0. Raises `WritesVisibleToken`.
    """
    if sampler.edits in REVISING:
        return 0
    count = 0
    for row in rows(sampler, states):
        shown = row.state[row.position]
        if shown == MASK:
            continue
        count += 1
        if row.law != certain(shown):
            raise WritesVisibleToken(
                f"visible token {shown} stays with probability {row.law[shown]} only",
                state=row.state,
                round_number=row.number,
                position=row.position,
            )
    return count


def is_dyadic(sampler: Sampler, states: Iterable[State] | None = None) -> bool:
    """Whether all probabilities of all rows are multiples of a power of 1/2."""
    return all(
        weight.denominator.bit_count() == 1
        for row in rows(sampler, states)
        for _, weight in row.law.items()
    )
