"""Decoders in use: a step function between a predictor and the next state.

Source: the position rules of published decoders, all of which are covered by
step(state, round, memory, candidates, coins) -> (reveal, remask, edit, memory'). In a round

    offer    the predictor has a law for every cell, and a candidate is drawn from a cell's law
             when the step first looks at it or reveals it, independently over the cells
    step     says which masked cells take their candidate (reveal), which cells get a token of the
             step's own making (edit), and which turn back to M (remask)
    toss     what the step left to a coin of a cell's own is decided, cell by cell
    write    reveal and edit together
    remask   at the end
    note     what is remembered of each cell, by the token that it shows now

A run starts from the masked state, or from a prompt, and ends when the decoder says so: after a
fixed number of rounds, or once no cell is masked. Nothing here is fast.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from dlmcheck.spec.choices import Choices, explore
from dlmcheck.spec.definition import Configuration
from dlmcheck.spec.errors import (
    BadPoint,
    ChangesPrompt,
    IllegalSampler,
    SelectsNoCell,
    WritesForeignToken,
    WritesVisibleToken,
)
from dlmcheck.spec.law import Law, bernoulli, certain
from dlmcheck.spec.tokens import MASK, State, Token, all_masked

Coins = tuple[tuple[int, Fraction], ...]
"""Cells with the probabilities of coins, one each, independent of each other and of all else."""

Notes = tuple[tuple[int, tuple[tuple[Token, Hashable], ...]], ...]
"""Cells with what is remembered of them, by the token shown; nothing for other tokens and M."""


@dataclass(frozen=True)
class Step:
    """What a step decides. `memory` is handed to the next step; it is in no token.

    A step may toss its coins itself. What it does not need to know it may leave to coins of the
    cells' own: a cell of `reveal_coins` is revealed, one of `remask_coins` remasked, if its coin
    says so. With `notes` the memory is what they say after the round: pairs (cell, note).
    """

    reveal: frozenset[int] = frozenset()
    remask: frozenset[int] = frozenset()
    edit: tuple[tuple[int, Token], ...] = ()
    memory: Hashable = None
    reveal_coins: Coins = ()
    remask_coins: Coins = ()
    notes: Notes | None = None


@dataclass(frozen=True)
class Made:
    """What came of a round: the step's decisions, the state after it, and per revealed cell (in
    the order of the cells) the law from which its candidate was drawn.
    """

    step: Step
    state: State
    sources: tuple[Law[Token], ...]


class Candidates:
    """What the predictor offers in one round: a law per cell, one drawn token per cell."""

    def __init__(self, laws: Callable[[int], Law[Token]], choices: Choices) -> None:
        self._laws = laws
        self._choices = choices
        self._drawn: dict[int, tuple[Token, Law[Token]]] = {}

    def law(self, cell: int) -> Law[Token]:
        """The predictor's law for a cell. To look at it draws nothing."""
        return self._laws(cell)

    def token(self, cell: int, law: Law[Token] | None = None) -> Token:
        """The candidate of a cell: drawn at the first look, the same ever after.

        The first look may draw it from another law than the predictor's (at a temperature, say).
        """
        if cell not in self._drawn:
            source = self._laws(cell) if law is None else law
            self._drawn[cell] = (self._choices.choose(source), source)
        return self._drawn[cell][0]

    def was_drawn(self, cell: int) -> bool:
        """Whether the candidate of a cell has been looked at."""
        return cell in self._drawn

    def source(self, cell: int) -> Law[Token]:
        """The law from which a cell's candidate was drawn. Raises `KeyError` if it was not."""
        return self._drawn[cell][1]


StepFunction = Callable[[State, int, Hashable, Candidates, Choices], Step]
DecoderPredictor = Callable[[State, int], Law[Token]]
"""The law of a cell given the state; visible cells have one too (a revision may use it)."""


@dataclass(frozen=True)
class Decoder:
    """A step function with all that a run needs.

    `rounds` is the number of rounds, or None for "until no cell is masked". `prompt` maps cells
    to tokens that stand there from the start and must stay. `may_revise` says whether a visible
    token may be edited. Raises `BadPoint` for a length, rounds, prompt or vocabulary out of range.
    """

    length: int
    predictor: DecoderPredictor
    step: StepFunction
    rounds: int | None = None
    vocabulary: int = 2
    prompt: tuple[tuple[int, Token], ...] = ()
    memory: Hashable = None
    may_revise: bool = False
    name: str = field(default="decoder", compare=False)

    def __post_init__(self) -> None:
        cells = [cell for cell, _ in self.prompt]
        if self.length < 0 or self.vocabulary < 1 or (self.rounds is not None and self.rounds < 0):
            raise BadPoint("negative length or rounds, or no vocabulary", source="decoder")
        if len(set(cells)) != len(cells) or any(not 0 <= c < self.length for c in cells):
            raise BadPoint("a prompt cell is out of range or named twice", source="decoder")
        if any(not 0 <= token < self.vocabulary for _, token in self.prompt):
            raise BadPoint("the prompt shows no token of the vocabulary", source="decoder")

    def start(self) -> Configuration:
        """The configuration before round 1."""
        state = list(all_masked(self.length))
        for cell, token in self.prompt:
            state[cell] = token
        return Configuration(tuple(state), self.memory)

    def ends(self, state: State, number: int) -> bool:
        """Whether the run ends with this state after so many rounds."""
        return MASK not in state if self.rounds is None else number >= self.rounds


def one_round(decoder: Decoder, before: Configuration, number: int, choices: Choices) -> Made:
    """One round, with the answers that `choices` gives to all random choices.

    Raises `SelectsNoCell`, `WritesVisibleToken`, `WritesForeignToken`, `ChangesPrompt` where the
    step breaks the rules.
    """
    candidates = Candidates(lambda cell: decoder.predictor(before.state, cell), choices)
    step = decoder.step(before.state, number, before.memory, candidates, choices)
    step = tossed(step, choices)
    check_step(decoder, before.state, number, step)
    tokens = {cell: candidates.token(cell) for cell in sorted(step.reveal)}
    state = apply_step(before.state, step, tokens)
    sources = tuple(map(candidates.source, sorted(step.reveal)))
    return Made(noted(step, state), state, sources)


def step_law(decoder: Decoder, before: Configuration, number: int) -> Law[Made]:
    """The joint law of what the step decides in a round and of the state after it.

    Raises the errors of `one_round` and of `explore`.
    """
    return explore(lambda choices: one_round(decoder, before, number, choices))


def tossed(step: Step, choices: Choices) -> Step:
    """The same step with the cells' own coins decided."""
    reveal = {cell for cell, p in step.reveal_coins if choices.choose(bernoulli(p))}
    remask = {cell for cell, p in step.remask_coins if choices.choose(bernoulli(p))}
    return replace(
        step,
        reveal=step.reveal | reveal,
        remask=step.remask | remask,
        reveal_coins=(),
        remask_coins=(),
    )


def noted(step: Step, state: State) -> Step:
    """The same step with the memory that its notes give for the state after the round."""
    if step.notes is None:
        return step
    notes = {cell: dict(by_token) for cell, by_token in step.notes}
    shown = [cell for cell in sorted(notes) if state[cell] in notes[cell]]
    memory = tuple((cell, notes[cell][state[cell]]) for cell in shown)
    return replace(step, memory=memory, notes=None)


def check_step(decoder: Decoder, state: State, number: int, step: Step) -> None:
    """Check that a step keeps to the rules, the cells' own coins left aside.

    Raises `SelectsNoCell`, `WritesVisibleToken`, `WritesForeignToken`, `ChangesPrompt`.
    """
    edits = dict(step.edit)
    cells = {*step.reveal, *step.remask, *edits}
    prompt = dict(decoder.prompt)
    for cell in sorted(cells):
        error: type[IllegalSampler]
        inside = 0 <= cell < decoder.length
        changed = inside and cell in edits and state[cell] not in (MASK, edits[cell])
        if not inside:
            error, message = SelectsNoCell, f"position {cell} is selected"
        elif cell in step.reveal and (state[cell] != MASK or cell in edits):
            error, message = WritesVisibleToken, f"cell {cell} is revealed, but not masked"
        elif cell in edits and not 0 <= edits[cell] < decoder.vocabulary:
            error, message = WritesForeignToken, f"token {edits[cell]} is written"
        elif cell in prompt and (changed or cell in step.remask):
            error, message = ChangesPrompt, f"prompt cell {cell} is changed"
        elif changed and not decoder.may_revise:
            error = WritesVisibleToken
            message = f"visible token {state[cell]} becomes {edits[cell]}"
        else:
            continue
        raise error(message, state=state, round_number=number, position=cell)


def apply_step(state: State, step: Step, tokens: Mapping[int, Token]) -> State:
    """The state after a step, given the tokens of the revealed cells."""
    after = list(state)
    for cell in step.reveal:
        after[cell] = tokens[cell]
    for cell, token in step.edit:
        after[cell] = token
    for cell in step.remask:
        after[cell] = MASK
    return tuple(after)


def decoder_laws(decoder: Decoder, most_rounds: int) -> list[Law[Configuration]]:
    """The law of the configuration after 0, 1, 2, ... rounds; ended runs stay where they are.

    It stops when all runs have ended, at the latest after `most_rounds`. Raises the errors of
    `step_law`.
    """
    laws = [certain(decoder.start())]
    for number in range(1, most_rounds + 1):
        if all(decoder.ends(one.state, number - 1) for one in laws[-1]):
            break

        def after(before: Configuration, now: int = number) -> Law[Configuration]:
            if decoder.ends(before.state, now - 1):
                return certain(before)
            return step_law(decoder, before, now).map(
                lambda made: Configuration(made.state, made.step.memory)
            )

        laws.append(laws[-1].bind(after))
    return laws


def unfinished(decoder: Decoder, laws: list[Law[Configuration]]) -> Fraction:
    """The probability that the run has not ended after the last of these laws."""
    number = len(laws) - 1
    return laws[-1].probability(lambda one: not decoder.ends(one.state, number))
