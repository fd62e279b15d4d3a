"""Large vocabularies as binary ones: 2^k tokens against blocks of k binary positions.

Source: Jiang, Haghtalab, Chen (ICLR 2026), section 2: "larger vocabularies reduce to binary by
block encoding". What one round does to a token it cannot always do to k positions, because a
token's law need not be a product over its bits. What survives is this.

- A round becomes k rounds that write the bits of the chosen blocks one behind the other, each
  given those before it (`binary_sampler`). The number of bits that a block already shows is the
  clock of this, so that state-only samplers stay state-only.
- F stays deterministic, or independent; an exchangeable one becomes independent or joint; G stays
  deterministic, an independent one becomes joint (the k cells of a block are masked together).
- Dyadic predictors do not survive: conditional probabilities of dyadic ones need not be dyadic.
- Revision does not survive in place: the first bit of a block overwrites what others still read.
- One round stays one round exactly where every law that is drawn is a product over the bits.

Backwards (`grouping`) nothing is lost if whole blocks are chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations, product

from dlmcheck.model.constructions.rules import N
from dlmcheck.spec.definition import Sampler
from dlmcheck.spec.errors import BadPoint
from dlmcheck.spec.lattice import Clock, Edits, Stop
from dlmcheck.spec.law import Law, certain, is_product, uniform
from dlmcheck.spec.policies import (
    DeterministicRemasking,
    DeterministicUnmasking,
    IndependentUnmasking,
    JointRemasking,
    JointUnmasking,
    Positions,
    RemaskingPolicy,
    Round,
    SameRateUnmasking,
    UniformSubsetUnmasking,
    UnmaskingPolicy,
)
from dlmcheck.spec.sampler import independent_subset, selection_law
from dlmcheck.spec.tokens import MASK, State, Token, masked_positions

Word = tuple[int, ...]


@dataclass(frozen=True)
class Labelling:
    """Which k bits stand for which token: `words[token]`, all different.

    Raises `BadPoint` unless the words are all 2^k words of one length k >= 1.
    """

    words: tuple[Word, ...]

    def __post_init__(self) -> None:
        if not self.words or set(self.words) != set(product((0, 1), repeat=self.bits)):
            raise BadPoint("not every word once", source="labelling", expected="all 2^k words")
        if len(self.words) != 1 << self.bits or self.bits < 1:
            raise BadPoint(f"{len(self.words)} words", source="labelling", expected="2^k, k >= 1")

    @property
    def bits(self) -> int:
        """k."""
        return len(self.words[0])

    def token(self, word: Iterable[int]) -> Token:
        """The token of a word."""
        return self.words.index(tuple(word))


def standard_labelling(bits: int) -> Labelling:
    """Token t is t in binary, highest bit first.

    >>> standard_labelling(2).words
    ((0, 0), (0, 1), (1, 0), (1, 1))
    """
    return Labelling(tuple(product((0, 1), repeat=bits)))


def all_labellings(bits: int) -> Iterator[Labelling]:
    """Every labelling: (2^k)! of them."""
    for words in permutations(product((0, 1), repeat=bits)):
        yield Labelling(words)


# --- one round -----------------------------------------------------------------------------


def in_bits(law: Law[Token], labelling: Labelling) -> Law[Word]:
    """A law of tokens as a law of words."""
    return law.map(lambda token: labelling.words[token])


def survives_in_one_round(law: Law[Token], labelling: Labelling) -> bool:
    """Whether k independent positions can draw this token in one round, under this labelling."""
    return is_product(in_bits(law, labelling))


def some_labelling_survives(laws: Iterable[Law[Token]], bits: int) -> bool:
    """Whether one labelling makes all of these laws products over the bits."""
    listed = list(laws)
    return any(
        all(survives_in_one_round(law, labelling) for law in listed)
        for labelling in all_labellings(bits)
    )


def all_but_one(bits: int) -> Law[Token]:
    """The uniform law on all tokens but the last: a witness, whatever the labelling.

    One round draws it as a token. As k bits it takes k rounds of any write-once sampler with
    deterministic F: of two bits written together, the one word left out would make them
    dependent, and given one bit that agrees with that word the task is the same with k-1 bits.
    """
    return uniform(range((1 << bits) - 1))


def one_token(law: Law[Token], vocabulary: int) -> Sampler:
    """The sampler of one cell and one round that draws a token from a law."""
    return Sampler(
        length=1,
        predictor=lambda state, i, number: law,
        unmask=DeterministicUnmasking(lambda state, number: masked_positions(state)),
        rounds=1,
        output=(0,),
        vocabulary=vocabulary,
    )


# --- from tokens to bits -------------------------------------------------------------------


def is_begun(*, some: bool, whole: bool) -> bool:
    """Whether a block is half-written: it shows some of its bits, and not all."""
    return some and not whole


def is_started(*, chosen: bool, some: bool) -> bool:
    """Whether a block is begun by the first round of k: the source chooses it, and it is masked."""
    return chosen and not some


def counts_as_masked(*, whole: bool) -> bool:
    """Whether the source sees M: in a block that is not, or only half, written."""
    return not whole


def next_cell(start: N, shown: N) -> N:
    """The cell of a block that is written next, from its first cell and how many bits it shows."""
    return start + shown


@dataclass(frozen=True)
class _Blocks:
    """How binary states are read as states of tokens, and rounds as parts of rounds."""

    source: Sampler
    labelling: Labelling

    @property
    def bits(self) -> int:
        return self.labelling.bits

    def shown(self, state: State, i: int) -> Word:
        """The bits of block i that are visible: always its first ones."""
        block = state[self.bits * i : self.bits * (i + 1)]
        return tuple(token for token in block if token != MASK)

    def tokens(self, state: State) -> State:
        """The state of tokens before the round that is under way: half-written blocks are M."""
        words = [self.shown(state, i) for i in range(self.source.length)]
        return tuple(
            MASK if counts_as_masked(whole=len(w) == self.bits) else self.labelling.token(w)
            for w in words
        )

    def begun(self, state: State) -> Positions:
        """The blocks that show some of their bits but not all."""
        lengths = [len(self.shown(state, i)) for i in range(self.source.length)]
        return frozenset(
            i
            for i, length in enumerate(lengths)
            if is_begun(some=length > 0, whole=length == self.bits)
        )

    def phase_is_first(self, state: State, number: Round) -> bool:
        """Whether this round starts a round of the source."""
        return not self.begun(state) if number is None else (number - 1) % self.bits == 0

    def phase_is_last(self, state: State, number: Round) -> bool:
        """Whether this round, after its write, ends a round of the source."""
        return not self.begun(state) if number is None else number % self.bits == 0

    def round(self, number: Round) -> Round:
        """The round of the source that this round is part of."""
        return None if number is None else (number - 1) // self.bits + 1

    def first_cells(self, chosen: Positions, state: State) -> Positions:
        """The first cells of the chosen blocks that are masked."""
        return frozenset(
            next_cell(self.bits * i, 0)
            for i in range(self.source.length)
            if is_started(chosen=i in chosen, some=bool(self.shown(state, i)))
        )

    def next_cells(self, state: State) -> Positions:
        """The next cell of each block that is half written."""
        return frozenset(
            next_cell(self.bits * i, len(self.shown(state, i))) for i in self.begun(state)
        )

    def whole(self, chosen: Positions) -> Positions:
        """All cells of some blocks."""
        return frozenset(self.bits * i + j for i in chosen for j in range(self.bits))


def binary_sampler(source: Sampler, labelling: Labelling) -> Sampler:
    """The binary sampler with k cells for each token and k rounds for each round.

    It has the same law of outputs, as words, if the source is legal (a visible token that F
    selects is kept here without looking). Prompt, start, clock, end and stop are carried over.

    Raises `BadPoint` if the vocabulary is not 2^k; for revision; for an F that sees the candidates
    or has memory (a candidate is a whole token, and is not drawn at once any more); and for
    remasking with neither a clock nor an absorbing stop (a round that writes nothing would pass
    in one round instead of k, and more than D rounds would be run).
    """
    bits = labelling.bits
    if source.vocabulary != 1 << bits:
        raise BadPoint(f"vocabulary {source.vocabulary} with {bits} bits", source="vocabulary")
    if source.edits not in (Edits.WRITE_ONCE, Edits.REMASK):
        raise BadPoint("revision overwrites what others still read", source="vocabulary")
    aligned = source.clock is Clock.ROUND_NUMBER or source.stop is Stop.ABSORBING
    if source.edits is Edits.REMASK and not aligned and bits > 1:
        raise BadPoint("remasking with neither clock nor absorbing stop", source="vocabulary")
    blocks = _Blocks(source, labelling)

    def predictor(state: State, cell: int, number: Round) -> Law[Token]:
        i, j = divmod(cell, bits)
        prefix = blocks.shown(state, i)
        if j < len(prefix):
            return certain(prefix[j])
        law = in_bits(source.predictor(blocks.tokens(state), i, blocks.round(number)), labelling)
        return law.given(lambda word: word[: len(prefix)] == prefix).map(lambda word: word[j])

    def words(state: State) -> State:
        return tuple(bit for token in state for bit in word_of(labelling, token))

    return Sampler(
        length=bits * source.length,
        predictor=predictor,
        unmask=_unmask(blocks),
        rounds=bits * source.rounds,
        output=tuple(bits * i + j for i in source.output for j in range(bits)),
        edits=source.edits,
        remask=None if source.remask is None else _remask(blocks, source.remask),
        clock=source.clock,
        end=source.end,
        stop=source.stop,
        prompt=tuple(
            (bits * i + j, labelling.words[token][j])
            for i, token in source.prompt
            for j in range(bits)
        ),
        given=source.start().map(words),
    )


def word_of(labelling: Labelling, token: Token) -> Word:
    """The k cells that show a token; k masks for M."""
    return (MASK,) * labelling.bits if token == MASK else labelling.words[token]


def _unmask(blocks: _Blocks) -> UnmaskingPolicy:
    source, policy = blocks.source, blocks.source.unmask

    def first(state: State, number: Round) -> bool:
        return blocks.phase_is_first(state, number)

    if isinstance(policy, DeterministicUnmasking):
        return DeterministicUnmasking(
            lambda state, number: (
                blocks.first_cells(policy.select(blocks.tokens(state), blocks.round(number)), state)
                if first(state, number)
                else blocks.next_cells(state)
            )
        )
    if isinstance(policy, IndependentUnmasking | SameRateUnmasking):
        return IndependentUnmasking(_rate(blocks, policy))
    if isinstance(policy, UniformSubsetUnmasking | JointUnmasking):

        def select(state: State, number: Round) -> Law[Positions]:
            if not first(state, number):
                return certain(blocks.next_cells(state))
            chosen = selection_law(source, blocks.tokens(state), blocks.round(number) or 1)
            return chosen.map(lambda positions: blocks.first_cells(positions, state))

        return JointUnmasking(select)
    raise BadPoint("F sees candidates or has memory", source="vocabulary")


def _rate(
    blocks: _Blocks, policy: IndependentUnmasking | SameRateUnmasking
) -> Callable[[State, int, Round], Fraction]:
    def rate(state: State, cell: int, number: Round) -> Fraction:
        i, j = divmod(cell, blocks.bits)
        if not blocks.phase_is_first(state, number):
            return Fraction(cell in blocks.next_cells(state))
        if j or blocks.shown(state, i):
            return Fraction(0)
        tokens = blocks.tokens(state)
        if isinstance(policy, SameRateUnmasking):
            return policy.rate(tokens, blocks.round(number))
        return policy.rate(tokens, i, blocks.round(number))

    return rate


def _remask(blocks: _Blocks, policy: RemaskingPolicy) -> RemaskingPolicy:
    def choice(state: State, number: Round) -> Law[Positions]:
        tokens, at = blocks.tokens(state), blocks.round(number)
        if isinstance(policy, DeterministicRemasking):
            return certain(policy.select(tokens, at))
        if isinstance(policy, JointRemasking):
            return policy.select(tokens, at)
        rate = policy.rate
        everywhere = frozenset(range(blocks.source.length))
        return independent_subset(everywhere, lambda i: rate(tokens, i, at))

    def law(state: State, number: Round) -> Law[Positions]:
        if not blocks.phase_is_last(state, number):
            return certain(frozenset[int]())
        return choice(state, number).map(blocks.whole)

    if isinstance(policy, DeterministicRemasking):
        return DeterministicRemasking(lambda state, number: next(iter(law(state, number))))
    return JointRemasking(law)
