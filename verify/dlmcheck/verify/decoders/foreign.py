"""Somebody else's step function, run so that nothing is trusted that was not looked at.

What it raises, or returns that is no `Step`, is bad input. While it runs, an exact fraction does
not become a float, and is compared with one only where the float is a short binary fraction: a
threshold 0.9 is not the nine tenths that was meant. Nor do its numerator and denominator become
floats (`math.log` of them, and whole numbers that were calculated of them first, are not watched).
A step has no randomness and no state of its own: the global generators must be where they were,
and with the same draws it must do the same thing again, at once and, at the end, in the opposite
order.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable, Mapping
from contextlib import contextmanager
from fractions import Fraction
from math import isinf
from operator import index
from typing import Any, cast

from dlmcheck.model.decoders.exact import Exact, FloatRefused, as_fraction
from dlmcheck.spec.choices import Choices, NotReproducible, TooManyChoices
from dlmcheck.spec.decoder import Candidates, Coins, Notes, Step, StepFunction
from dlmcheck.spec.errors import BadInput, DlmcheckError
from dlmcheck.spec.tokens import State, show_state
from dlmcheck.verify.decoders.generators import global_generators

_AT_ONCE = 3
"""So many times each of the first calls is repeated at once."""
_FIRST = 32
_KEPT = 2000
"""So many calls are repeated at the end."""
_COMPARISONS = ("__eq__", "__lt__", "__le__", "__gt__", "__ge__")
_PARTS = ("numerator", "denominator")

_Call = tuple[State, int, Hashable, Callable[[int], Any], Choices, Step]


class ForeignStep:
    """A step function that checks the one it wraps."""

    def __init__(self, step: StepFunction, name: str) -> None:
        self._step = step
        self._name = name
        self._calls: list[_Call] = []

    def __call__(
        self, state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        """One step. Raises `BadInput` as the module says, and what the step raises of our own."""
        asked = choices.asked
        made = self._run(state, number, memory, candidates, choices)
        if len(self._calls) < _KEPT:
            call = (state, number, memory, candidates.law, choices.again(asked), made)
            self._calls.append(call)
            for _ in range(_AT_ONCE if len(self._calls) <= _FIRST else 0):
                self._repeat(call)
        return made

    def once(
        self, state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        """One step that is not made again. Raises what a call raises."""
        return self._run(state, number, memory, candidates, choices)

    def repeat_all(self) -> None:
        """Make the calls again, the last one first. Raises `BadInput` if one does another thing."""
        for call in reversed(self._calls):
            self._repeat(call)
        self._calls.clear()

    def _repeat(self, call: _Call) -> None:
        state, number, memory, law, choices, made = call
        again = choices.again(0)
        try:
            same = self._run(state, number, memory, Candidates(law, again), again) == made
            same &= again.asked == choices.given
        except (NotReproducible, TooManyChoices):
            same = False
        if not same:
            raise self._hidden(state, number)

    def _run(
        self, state: State, number: int, memory: Hashable, candidates: Candidates, choices: Choices
    ) -> Step:
        before = global_generators()
        try:
            with floats_refused():
                made: object = self._step(state, number, memory, candidates, choices)
        except FloatRefused as error:
            raise BadInput(
                str(error), source=self._name, expected="exact numbers where something is decided"
            ) from error
        except DlmcheckError:
            raise
        except (Exception, SystemExit) as error:
            where = f"in round {number} at {show_state(state)}: {type(error).__name__}: {error}"
            raise BadInput(where, source=self._name, expected=_hint(error)) from error
        after = global_generators()
        if any(after[name] != state_of for name, state_of in before.items()):
            raise self._hidden(state, number)
        if not isinstance(made, Step):
            where = f"in round {number} at {show_state(state)} it returns {made!r}"
            raise BadInput(where, source=self._name, expected="a Step")
        try:
            return _plain(made)
        except (TypeError, ValueError, FloatRefused) as error:
            raise BadInput(
                f"in round {number} at {show_state(state)} it returns {made!r}: {error}",
                source=self._name,
                expected="sets of cells, pairs (cell, token), exact chances from 0 to 1, notes as "
                "pairs (cell, pairs (token, note)), a memory that can be hashed",
            ) from error

    def _hidden(self, state: State, number: int) -> BadInput:
        return BadInput(
            f"in round {number} at {show_state(state)} it has randomness or state of its own",
            source=self._name,
            expected="draws from what it is handed, and memory in `Step.memory`",
        )


def _hint(error: BaseException) -> str:
    if isinstance(error, TypeError) and "positional argument" in str(error):
        return (
            "step(state, round, memory, candidates, choices), or a plain function in "
            "with_random, with_generator or with_torch of dlmcheck.model.decoders.adapters"
        )
    return "a step that returns"


def _plain(step: Step) -> Step:
    """The same step in the types that it should have. Raises `TypeError`, `ValueError` and
    `FloatRefused` for what has no such.
    """
    edit = cast("Mapping[int, int] | tuple[tuple[int, int], ...]", step.edit)
    pairs = tuple(edit.items()) if isinstance(edit, Mapping) else edit
    edits = tuple((index(cell), index(token)) for cell, token in pairs)
    if len(dict(edits)) < len(set(edits)):
        raise ValueError("a cell gets two tokens")
    hash(step.memory)
    return Step(
        frozenset(map(index, step.reveal)),
        frozenset(map(index, step.remask)),
        edits,
        step.memory,
        _coins(step.reveal_coins),
        _coins(step.remask_coins),
        _notes(step.notes),
    )


def _coins(coins: Coins) -> Coins:
    found = tuple((index(cell), as_fraction(p)) for cell, p in coins)
    for cell, p in found:
        if not 0 <= p <= 1:
            raise ValueError(f"{p} for cell {cell} is no probability")
    return found


def _notes(notes: Notes | None) -> Notes | None:
    if notes is None:
        return None
    found = tuple(
        (index(cell), tuple((index(token), note) for token, note in by_token))
        for cell, by_token in notes
    )
    hash(found)
    return found


# --- floats ------------------------------------------------------------------------------------


@contextmanager
def floats_refused() -> Generator[None, None, None]:
    """While this holds, `Fraction` refuses to become a float and to be compared with one that is no
    short binary fraction. A change of a class of the standard library, for the time of a call.
    """
    kept = {name: vars(Fraction)[name] for name in (*_COMPARISONS, *_PARTS)}
    own: dict[str, object] = {name: _careful(kept[name]) for name in _COMPARISONS}
    own |= {name: property(_watched(kept[name])) for name in _PARTS}

    def refuse(self: Fraction) -> float:
        return float(Exact(self))  # which raises

    try:
        for name, method in {**own, "__float__": refuse}.items():
            setattr(Fraction, name, method)
        yield
    finally:
        for name, method in kept.items():
            setattr(Fraction, name, method)
        if "__float__" in vars(Fraction):
            delattr(Fraction, "__float__")


def _careful(method: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def compare(self: Fraction, other: object) -> Any:
        if isinstance(other, float) and not isinf(other):
            as_fraction(other)  # which raises where it would decide by rounding
        return method(self, other)

    return compare


class _Whole(int):
    """A numerator or denominator: a whole number, but for its refusal to become a float. What is
    calculated of it in whole numbers is a plain one again, and `math.log` cannot be kept from it.
    """

    def __float__(self) -> float:
        raise FloatRefused(f"{self!r} is asked for as a float; what decides must be exact")


def _mixed(name: str) -> Callable[[Any, Any], Any]:
    calculated: Callable[[Any, Any], Any] = getattr(int, name)

    def calculate(self: _Whole, other: object) -> Any:
        if isinstance(other, float) or name in _QUOTIENTS:
            raise FloatRefused(
                f"a numerator or denominator, {self!r}, becomes a float beside {other!r}; "
                "calculate with the fractions themselves"
            )
        return calculated(self, other)

    return calculate


_QUOTIENTS = ("__truediv__", "__rtruediv__")
for _name in (*_QUOTIENTS, *(f"__{r}{one}__" for one in ("add", "sub", "mul") for r in ("", "r"))):
    setattr(_Whole, _name, _mixed(_name))


def _watched(part: Any) -> Callable[[Fraction], int]:
    return lambda self: _Whole(part.__get__(self))
