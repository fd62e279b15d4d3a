"""The exception tree: every way in which an object can fail to be what it claims to be.

Each member carries its data as attributes, so that a caller never has to parse a message.
`BadInput` is for files and values that came from outside; it always names the source, the line
where that is known, and what was expected there. `IllegalSampler` is for samplers that break
the rules of the model while they run.
"""

from __future__ import annotations

import copyreg
from collections.abc import Callable
from fractions import Fraction
from typing import Any


class DlmcheckError(Exception):
    """Base of every error that this package raises on purpose.

    Any of them can be sent to another process, whatever its `__init__` asks for.
    """

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...], dict[str, Any]]:
        # Python would call `__init__` with the finished message, which most of them do not take.
        return _MADE_AGAIN, (type(self), *self.args), self.__dict__


_MADE_AGAIN: Callable[..., object] = vars(copyreg)["__newobj__"]
"""What pickle makes other objects with: by class and arguments, without `__init__`."""


# --- input from outside --------------------------------------------------------------------


class BadInput(DlmcheckError):
    """Something read from outside is malformed.

    `source` is a file name or a description, `line` the 1-based line (None where a format has
    no lines, as in binary AIGER), `expected` what should have stood there.
    """

    def __init__(
        self, message: str, *, source: str = "input", line: int | None = None, expected: str = ""
    ) -> None:
        self.message = message
        self.source = source
        self.line = line
        self.expected = expected
        where = source if line is None else f"{source}:{line}"
        tail = f" (expected {expected})" if expected else ""
        super().__init__(f"{where}: {message}{tail}")


class MalformedSyntax(BadInput):
    """The text is not in the format it is said to be in."""


class UnsupportedFeature(BadInput):
    """The text is well formed but uses something outside the model."""


class SequentialCircuit(UnsupportedFeature):
    """The circuit has latches or flip-flops; sampling circuits are combinational."""


class CyclicCircuit(BadInput):
    """The gates depend on each other in a cycle; `cycle` lists the signals on it."""

    def __init__(
        self,
        message: str,
        *,
        cycle: tuple[str, ...],
        source: str = "input",
        line: int | None = None,
    ) -> None:
        self.cycle = cycle
        super().__init__(message, source=source, line=line, expected="an acyclic circuit")


class UndefinedSignal(BadInput):
    """A signal is used but nothing defines it; `signal` is its name or number."""

    def __init__(
        self, message: str, *, signal: str, source: str = "input", line: int | None = None
    ) -> None:
        self.signal = signal
        super().__init__(message, source=source, line=line, expected="a defined signal")


class DuplicateSignal(BadInput):
    """A signal is defined twice; `signal` is its name or number."""

    def __init__(
        self, message: str, *, signal: str, source: str = "input", line: int | None = None
    ) -> None:
        self.signal = signal
        super().__init__(message, source=source, line=line, expected="one definition per signal")


class BadProbability(BadInput):
    """A number is no exact probability: a float, negative, or above one."""


class UnnormalisedLaw(BadInput):
    """Probabilities do not sum to one; `total` is their exact sum."""

    def __init__(self, total: Fraction, *, source: str = "law", line: int | None = None) -> None:
        self.total = total
        super().__init__(
            f"probabilities sum to {total}", source=source, line=line, expected="the sum 1"
        )


class IllegalCode(BadInput):
    """A two-bit token code that stands for nothing (11, or a code the encoding does not use)."""

    def __init__(
        self,
        code: tuple[bool, bool],
        *,
        position: int | None = None,
        source: str = "token code",
        line: int | None = None,
    ) -> None:
        self.code = code
        self.position = position
        bits = "".join(str(int(bit)) for bit in code)
        where = source if position is None else f"{source} at position {position}"
        super().__init__(f"illegal code {bits}", source=where, line=line, expected="00, 01 or 10")


class BadCircuit(BadInput):
    """A circuit object breaks its own rules (argument order, arity, outputs)."""


class NotLayered(BadInput):
    """An edge does not lead from one layer to the next; `edge` is (argument, gate)."""

    def __init__(self, edge: tuple[int, int], layers: tuple[int, int]) -> None:
        self.edge = edge
        self.layers = layers
        super().__init__(
            f"edge {edge[0]} -> {edge[1]} leads from layer {layers[0]} to layer {layers[1]}",
            source="circuit",
            expected="every edge from a layer to the next",
        )


class BadPoint(BadInput):
    """A combination of conventions that contradicts itself."""


# --- samplers that break the rules while they run ------------------------------------------


class IllegalSampler(DlmcheckError):
    """A sampler breaks a rule of the model; `state`, `round_number` and `position` say where.

    `state` is the one that the rule was broken in; `position` is None where no single cell is
    to blame.
    """

    def __init__(
        self,
        message: str,
        *,
        state: tuple[int, ...] = (),
        round_number: int = 0,
        position: int | None = None,
    ) -> None:
        self.state = state
        self.round_number = round_number
        self.position = position
        super().__init__(message)


class WritesVisibleToken(IllegalSampler):
    """A visible token is changed although the edit model keeps visible tokens."""


class WritesMask(IllegalSampler):
    """The predictor writes M although the edit model does not allow it."""


class WritesForeignToken(IllegalSampler):
    """The predictor writes a token outside the vocabulary."""


class ChangesPrompt(IllegalSampler):
    """A prompt cell is changed."""


class SelectsNoCell(IllegalSampler):
    """A policy selects a position that does not exist."""


class BadSubsetSize(IllegalSampler):
    """A policy asks for a negative number of positions; `size` is that number."""

    def __init__(self, size: int, *, state: tuple[int, ...] = (), round_number: int = 0) -> None:
        self.size = size
        super().__init__(f"{size} positions are selected", state=state, round_number=round_number)


class RemasksWithoutLicence(IllegalSampler):
    """A remasking policy is given although the edit model has no remasking."""


class SharedRandomBits(IllegalSampler):
    """Two positions of a predictor read the same random bit, so that it is no product law.

    `positions` are two that do, `bit` is the name of the random input.
    """

    def __init__(self, positions: tuple[int, int], bit: str) -> None:
        self.positions = positions
        self.bit = bit
        super().__init__(
            f"positions {positions[0]} and {positions[1]} of the predictor read the same "
            f"random bit {bit}"
        )


class LeavesMask(IllegalSampler):
    """A run ends with M where a token is due, in `state`; `probability` is that state's.

    It is one such state; there may be others.
    """

    def __init__(self, state: tuple[int, ...], round_number: int, probability: Fraction) -> None:
        self.probability = probability
        masked = [i for i, token in enumerate(state) if token < 0]
        shown = ", ".join(map(str, masked[:8])) + (", ..." if len(masked) > 8 else "")
        super().__init__(
            f"after round {round_number} a token is still due; masked: {shown} "
            f"(in a state of probability {probability})",
            state=state,
            round_number=round_number,
        )


class NotAbsorbing(IllegalSampler):
    """A further round after the last one still changes the state."""
