"""One round of a decoder, enumerated with as few runs of its step as possible.

`spec.decoder.step_law` runs the step once for every outcome of everything that is drawn. Here
two things are not drawn by running the step again: a candidate that the step did not look at, and
a coin that it left to a cell. Given the path, what happens to the cells is then independent, so
that a path is a *part*: a weight and one law per cell. Parts are multiplied out cell by cell, in
integers over a common denominator, and a configuration is one integer until it is asked for. The
two give one law (tests).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import gcd, lcm

from dlmcheck.spec.choices import Choices
from dlmcheck.spec.decoder import Candidates, Decoder, Notes, Step, check_step
from dlmcheck.spec.definition import Configuration
from dlmcheck.spec.law import Law, bernoulli
from dlmcheck.spec.tokens import MASK, State, Token, masked_positions
from dlmcheck.verify.decoders.codes import Alphabet, Shows, Site
from dlmcheck.verify.decoders.exploration import explored
from dlmcheck.verify.kernel.round_forms import Written, tokens_follow


@dataclass(frozen=True)
class Branch:
    """One way through a step: what it decides, and the candidates it has looked at.

    `seen` are those of the cells that are revealed, or may be by a coin; the tokens of the others
    follow the predictor.
    """

    step: Step
    seen: tuple[tuple[int, Token], ...]

    @cached_property
    def chances(self) -> dict[int, Fraction]:
        """Per cell that may be revealed, with what probability it is."""
        return _chances(self.step.reveal, self.step.reveal_coins)

    @cached_property
    def remasked(self) -> dict[int, Fraction]:
        """Per cell that may be remasked, with what probability it is."""
        return _chances(self.step.remask, self.step.remask_coins)

    @property
    def left(self) -> Iterator[int]:
        """The cells that may be revealed and whose candidates nobody has looked at."""
        seen = dict(self.seen)
        return (cell for cell in sorted(self.chances) if cell not in seen)


@dataclass(frozen=True)
class BranchPart:
    """A branch of weight `weight` with the law of each cell after it, independent of the others."""

    weight: int
    sites: tuple[Site, ...]
    memory: Hashable
    notes: Notes | None

    def cells(self) -> Iterator[Shows]:
        """Per cell what it shows, and what is noted of it."""
        noted = {} if self.notes is None else dict(self.notes)
        return ((site, noted.get(cell, ())) for cell, site in enumerate(self.sites))


@dataclass(frozen=True)
class Transition:
    """The law of one round from one configuration.

    `branches` is the law of the branches, `parts` are the same with the laws of the cells, each
    with a weight over the first factor of `denominator`; `sources` says per cell from which law
    its token is drawn, None if that is not one law per cell (the predictor's, if the tokens written
    follow these whatever was drawn from where); `as_offered` says whether these are
    the laws that the predictor offers.
    """

    branches: Law[Branch]
    sources: dict[int, Law[Token]] | None
    parts: tuple[BranchPart, ...]
    denominator: int
    as_offered: bool

    def add_to(self, weights: dict[int, int], weight: int, alphabet: Alphabet) -> None:
        """Add the law of the next configuration, each weight (over `denominator`) times `weight`,
        to weights by code. Cells that the alphabet lets wait are settled later.
        """
        for part in self.parts:
            codes, values = _multiplied_out(part, alphabet)
            scaled = weight * part.weight
            for code, value in zip(codes, values, strict=True):
                weights[code] = weights.get(code, 0) + scaled * value

    @cached_property
    def after(self) -> dict[Configuration, int]:
        """The law of the next configuration, as whole weights over `denominator`."""
        weights: dict[int, int] = {}
        alphabet = Alphabet(len(self.parts[0].sites))
        self.add_to(weights, 1, alphabet)
        found: dict[Configuration, int] = {}
        for code, weight in weights.items():
            one = alphabet.configuration(code)
            found[one] = found.get(one, 0) + weight
        return found

    def same_states(self, other: Transition) -> bool:
        """Whether the next state has the same law, memory left aside."""
        if len(self.parts) == len(other.parts) == 1:
            # A product law has one product form.
            return self.parts[0].sites == other.parts[0].sites
        return _states(self) == _states(other)


def transition(decoder: Decoder, before: Configuration, number: int) -> Transition:
    """Enumerate one round. Raises the errors of `spec.decoder.step_law`."""
    state = before.state
    sources: dict[int, Law[Token]] = {}
    several: set[int] = set()

    def note(cell: int, law: Law[Token]) -> None:
        if sources.setdefault(cell, law) != law:
            several.add(cell)

    def run(choices: Choices) -> Branch:
        candidates = Candidates(lambda cell: decoder.predictor(state, cell), choices)
        step = decoder.step(state, number, before.memory, candidates, choices)
        branch = Branch(step, ())
        _check(decoder, state, number, branch)
        revealed = [c for c in sorted(branch.chances) if candidates.was_drawn(c)]
        for cell in revealed:
            note(cell, candidates.source(cell))
        seen = tuple((cell, candidates.token(cell)) for cell in revealed)
        return Branch(step, seen) if seen else branch

    branches = explored(run)
    laws: list[tuple[Fraction, Branch, list[tuple[Site, int]]]] = []
    for branch, weight in branches.items():
        for cell in branch.left:
            note(cell, decoder.predictor(state, cell))
        for cell, token in branch.step.edit:
            if state[cell] == MASK:
                note(cell, Law({token: 1}))
        laws.append((weight, branch, _sites(decoder, state, branch)))
    scales = [_product(scale for _, scale in sites) for _, _, sites in laws]
    denominator = lcm(*(w.denominator * s for (w, _, _), s in zip(laws, scales, strict=True)))
    parts = tuple(
        BranchPart(
            weight.numerator * (denominator // (weight.denominator * scale)),
            tuple(site for site, _ in sites),
            branch.step.memory,
            branch.step.notes,
        )
        for (weight, branch, sites), scale in zip(laws, scales, strict=True)
    )
    made = Transition(branches, None if several else sources, parts, denominator, not several)
    if several:
        # A step that draws its tokens itself may draw them as the predictor says, all the same.
        offered = {cell: decoder.predictor(state, cell) for cell in masked_positions(state)}
        if tokens_follow(written_law(made, state), offered):
            return replace(made, sources=offered, as_offered=True)
    as_offered = not several and all(
        law == decoder.predictor(state, cell) for cell, law in sources.items()
    )
    return replace(made, as_offered=as_offered)


def written_law(made: Transition, before: State) -> Law[Written]:
    """The joint law of the masked cells that a round writes, and of their tokens."""
    weights: dict[Written, Fraction] = {}
    for after, scaled in made.after.items():
        pairs = tuple(
            (cell, token)
            for cell, (old, token) in enumerate(zip(before, after.state, strict=True))
            if old == MASK and token != MASK
        )
        weights[pairs] = weights.get(pairs, Fraction(0)) + Fraction(scaled, made.denominator)
    return Law(weights)


def _check(decoder: Decoder, state: State, number: int, branch: Branch) -> None:
    """Check the step, all cells being touched that a coin may touch: each has its own coin."""
    step = branch.step
    widest = Step(frozenset(branch.chances), frozenset(branch.remasked), step.edit)
    check_step(decoder, state, number, widest)


def _chances(cells: frozenset[int], coins: tuple[tuple[int, Fraction], ...]) -> dict[int, Fraction]:
    found = {cell: Fraction(1) for cell in cells}
    for cell, p in coins:
        if not 0 <= p <= 1:
            bernoulli(p)  # which raises
        if p:
            # A second coin of the same cell is another chance.
            found[cell] = 1 - (1 - found[cell]) * (1 - p) if cell in found else p
    return found


def _sites(decoder: Decoder, state: State, branch: Branch) -> list[tuple[Site, int]]:
    """Per cell the law of what it shows after the round, with the sum of its weights."""
    seen, edits = dict(branch.seen), dict(branch.step.edit)
    found: list[tuple[Site, int]] = []
    for cell, old in enumerate(state):
        chance, back = branch.chances.get(cell), branch.remasked.get(cell)
        weights: dict[Token, Fraction] = {edits.get(cell, old): Fraction(1)}
        if chance is not None:
            weights = {old: 1 - chance} if chance != 1 else {}
            if cell in seen:
                weights[seen[cell]] = chance
            else:
                law = decoder.predictor(state, cell)
                weights |= {token: p * chance for token, p in law.items()}
        if back is not None:
            weights = {token: p * (1 - back) for token, p in weights.items()}
            weights[MASK] = weights.get(MASK, Fraction(0)) + back
        found.append(_whole(weights))
    return found


def _whole(weights: dict[Token, Fraction]) -> tuple[Site, int]:
    if len(weights) == 1:
        return tuple((token, 1) for token in weights), 1
    common = lcm(*(p.denominator for p in weights.values()))
    whole = [(t, p.numerator * (common // p.denominator)) for t, p in sorted(weights.items()) if p]
    divisor = gcd(*(weight for _, weight in whole))
    return tuple((token, weight // divisor) for token, weight in whole), common // divisor


def _product(factors: Iterator[int]) -> int:
    result = 1
    for factor in factors:
        result *= factor
    return result


def _multiplied_out(part: BranchPart, alphabet: Alphabet) -> tuple[list[int], list[int]]:
    """All outcomes of a part, except of the cells that the alphabet lets wait: codes and weights.

    The weight of the part itself, which can be a long number, is left to the caller.
    """
    codes, values = [0 if part.notes is not None else alphabet.memory(part.memory)], [1]
    for cell, shows in enumerate(part.cells()):
        options = alphabet.options(cell, shows)
        if len(options) == 1:
            (offset, weight), *_ = options
            codes = [code + offset for code in codes]
            if weight != 1:
                values = [value * weight for value in values]
        else:
            codes = [code + offset for code in codes for offset, _ in options]
            values = [value * p for value in values for _, p in options]
    return codes, values


def _states(made: Transition) -> dict[State, Fraction]:
    weights: dict[int, int] = {}
    alphabet = Alphabet(len(made.parts[0].sites))
    for part in made.parts:
        blank = BranchPart(part.weight, part.sites, None, None)
        for code, value in zip(*_multiplied_out(blank, alphabet), strict=True):
            weights[code] = weights.get(code, 0) + part.weight * value
    return {
        alphabet.configuration(code).state: Fraction(weight, made.denominator)
        for code, weight in weights.items()
    }
