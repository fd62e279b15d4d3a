"""A model that is not perfect: conditionals as a function says them, and the law that they make.

A model is a function of the tokens of a state (M is -1). It returns, for each cell, the
probabilities of the tokens; what it says of visible cells is used by revisions only. Such
conditionals need not be those of any law. *What the model says* is the law of the chain rule from
left to right, the order in which a language model would write; whether the same conditionals are
those of that law is decided, and where they first are not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import cast

from dlmcheck.model.decoders.exact import FloatRefused, as_fraction
from dlmcheck.spec.decoder import DecoderPredictor
from dlmcheck.spec.errors import BadInput, BadProbability, DlmcheckError, UnnormalisedLaw
from dlmcheck.spec.law import Law
from dlmcheck.spec.tokens import MASK, State, Token, show_state
from dlmcheck.verify.decoders.conditionals import tabulated_predictor
from dlmcheck.verify.decoders.generators import global_generators
from dlmcheck.verify.decoders.loading import load_function

ModelFunction = Callable[[State], Sequence[Sequence[object]]]
"""function(tokens) -> for each cell the probabilities of tokens 0, 1, ..."""


@dataclass(frozen=True)
class Contradiction:
    """A state at which a model's conditionals are not those of the law that it says."""

    state: State
    cell: int
    said: Law[Token]
    implied: Law[Token]

    def __str__(self) -> str:
        return (
            f"at {show_state(self.state)} it says {_shown(self.said)} of cell {self.cell + 1}, "
            f"its law from left to right says {_shown(self.implied)}"
        )


@dataclass(frozen=True)
class ModelLaw:
    """A model with the law that it says from a start on; `contradiction` None if they agree."""

    predictor: DecoderPredictor
    vocabulary: int
    says: Law[State]
    contradiction: Contradiction | None


def load_model(name: str, start: State) -> ModelLaw:
    """The model of a name (`MODULE:LAW` or `FILE.py:LAW`), run from a start.

    Raises `BadInput` if there is no such function, it raises an error, or what it returns is not
    one row of probabilities for each cell, exact and with sum one.
    """
    function = cast(ModelFunction, load_function(name, "a function of the tokens"))
    vocabulary = max(2, *(len(row) for row in _called(function, start, name)))
    predictor = predictor_of(function, vocabulary, name)
    says = left_to_right_law(predictor, start)
    return ModelLaw(predictor, vocabulary, says, contradiction(predictor, says, start, vocabulary))


def predictor_of(function: ModelFunction, vocabulary: int, name: str) -> DecoderPredictor:
    """A model's function as a predictor that asks it once for each state."""
    known: dict[State, list[Law[Token]]] = {}

    def predictor(state: State, cell: int) -> Law[Token]:
        if state not in known:
            rows = _called(function, state, name)
            known[state] = [_law(row, state, i, vocabulary, name) for i, row in enumerate(rows)]
        return known[state][cell]

    return predictor


def left_to_right_law(predictor: DecoderPredictor, start: State) -> Law[State]:
    """The law of the chain rule: the leftmost masked cell next, each from its conditional."""
    weights: dict[State, Fraction] = {start: Fraction(1)}
    for cell, shown in enumerate(start):
        if shown != MASK:
            continue
        weights = {
            (*state[:cell], token, *state[cell + 1 :]): weight * p
            for state, weight in weights.items()
            for token, p in predictor(state, cell).items()
        }
    return Law(weights)


def contradiction(
    predictor: DecoderPredictor, law: Law[State], start: State, vocabulary: int
) -> Contradiction | None:
    """The first state, fewest visible tokens first, at which a conditional is not the law's.

    States of probability zero are left aside: there a law has no conditionals.
    """
    implied = tabulated_predictor(law, vocabulary)
    tokens = (MASK, *range(vocabulary))
    options = [tokens if shown == MASK else (shown,) for shown in start]
    states = sorted(product(*options), key=lambda state: (-state.count(MASK), state))
    possible = {
        tuple(MASK if hidden else token for hidden, token in zip(mask, outcome, strict=True))
        for outcome in law
        for mask in product((False, True), repeat=len(start))
    }
    for state in states:
        if state not in possible:
            continue
        for cell, shown in enumerate(state):
            if shown == MASK and predictor(state, cell) != implied(state, cell):
                return Contradiction(state, cell, predictor(state, cell), implied(state, cell))
    return None


def _called(function: ModelFunction, state: State, name: str) -> Sequence[Sequence[object]]:
    """What a model says of a state, asked twice: a model has no randomness or state of its own."""
    before = global_generators()
    rows = _rows(function, state, name)
    if _rows(function, state, name) != rows or global_generators() != before:
        raise BadInput(
            f"at {show_state(state)} it has randomness or state of its own",
            source=name,
            expected="a function of the tokens",
        )
    return rows


def _rows(function: ModelFunction, state: State, name: str) -> list[list[object]]:
    where = f"at {show_state(state)}"
    try:
        rows = [list(row) for row in function(state)]
    except DlmcheckError:
        raise
    # An exit is no answer either: it would end the command, as if all were well.
    except (Exception, SystemExit) as error:
        raise BadInput(
            f"{where}: {type(error).__name__}: {error}", source=name, expected="a row for each cell"
        ) from error
    if len(rows) != len(state):
        raise BadInput(
            f"{where} returns {len(rows)} rows", source=name, expected=f"{len(state)} rows"
        )
    return rows


def _law(row: Sequence[object], state: State, cell: int, vocabulary: int, name: str) -> Law[Token]:
    where = f"at {show_state(state)}, cell {cell + 1}"
    if len(row) != vocabulary:
        raise BadInput(
            f"{where}: {len(row)} probabilities", source=name, expected=f"{vocabulary} of them"
        )
    try:
        return Law({token: as_fraction(p) for token, p in enumerate(row)})
    except (BadProbability, UnnormalisedLaw, FloatRefused) as error:
        raise BadInput(
            f"{where}: {error}", source=name, expected="exact probabilities that sum to one"
        ) from error


def _shown(law: Law[Token]) -> str:
    return ", ".join(f"P({token}) = {weight}" for token, weight in sorted(law.items()))
