"""Blocks of k binary positions as tokens of a vocabulary of 2^k.

Source: Jiang, Haghtalab, Chen (ICLR 2026), section 2, the block encoding read backwards: a round
that writes whole blocks bit by bit is a round that writes tokens, with a law that happens to be a
product over the bits. See `vocabulary` for the other direction, in which something is lost.
"""

from __future__ import annotations

from dlmcheck.model.constructions.vocabulary import Labelling, word_of
from dlmcheck.spec.definition import Sampler
from dlmcheck.spec.errors import BadPoint
from dlmcheck.spec.law import Law, product_law
from dlmcheck.spec.policies import (
    DeterministicRemasking,
    DeterministicUnmasking,
    Positions,
    Round,
)
from dlmcheck.spec.tokens import MASK, State, Token


def grouped_sampler(source: Sampler, labelling: Labelling) -> Sampler:
    """The sampler over 2^k tokens whose cells are blocks of k binary cells: the same rounds.

    Raises `BadPoint` if the length is no multiple of k, the output does not consist of whole
    blocks, F or G is not deterministic, or (when it runs) F or G chooses part of a block.
    """
    bits = labelling.bits
    starts = source.output[::bits]
    whole = tuple(cell + j for cell in starts for j in range(bits))
    if source.vocabulary != 2 or source.length % bits or whole != source.output:
        raise BadPoint("no whole binary blocks", source="vocabulary")
    if any(cell % bits for cell in starts):
        raise BadPoint("the output does not begin with a block", source="vocabulary")
    unmask, remask = source.unmask, source.remask
    if not isinstance(unmask, DeterministicUnmasking):
        raise BadPoint("F is random", source="vocabulary", expected="a deterministic F")
    if not isinstance(remask, DeterministicRemasking | None):
        raise BadPoint("G is random", source="vocabulary", expected="a deterministic G")

    def words(state: State) -> State:
        return tuple(bit for token in state for bit in word_of(labelling, token))

    def token(word: State) -> Token:
        if all(bit == MASK for bit in word):
            return MASK
        if MASK in word:
            raise BadPoint("part of a block is masked", source="vocabulary")
        return labelling.token(word)

    def group(state: State) -> State:
        return tuple(token(state[i : i + bits]) for i in range(0, len(state), bits))

    def block_choice(chosen: Positions) -> Positions:
        found = frozenset(cell // bits for cell in chosen)
        if len(chosen) != bits * len(found):
            raise BadPoint("part of a block is chosen", source="vocabulary")
        return found

    def predictor(state: State, i: int, number: Round) -> Law[Token]:
        seen = words(state)
        cells = range(bits * i, bits * (i + 1))
        return product_law(source.predictor(seen, cell, number) for cell in cells).map(token)

    return Sampler(
        length=source.length // bits,
        predictor=predictor,
        unmask=DeterministicUnmasking(
            lambda state, number: block_choice(unmask.select(words(state), number))
        ),
        rounds=source.rounds,
        output=tuple(cell // bits for cell in starts),
        edits=source.edits,
        remask=None
        if remask is None
        else DeterministicRemasking(
            lambda state, number: block_choice(remask.select(words(state), number))
        ),
        clock=source.clock,
        end=source.end,
        stop=source.stop,
        vocabulary=1 << bits,
        prompt=_prompt(source, labelling),
        given=source.start().map(group),
    )


def _prompt(source: Sampler, labelling: Labelling) -> tuple[tuple[int, Token], ...]:
    """The blocks that the prompt shows. (One that it shows in part fails in the start's law.)"""
    bits, shown = labelling.bits, dict(source.prompt)
    prompt: list[tuple[int, Token]] = []
    for i in range(source.length // bits):
        cells = range(bits * i, bits * (i + 1))
        if all(cell in shown for cell in cells):
            prompt.append((i, labelling.token(shown[cell] for cell in cells)))
    return tuple(prompt)
