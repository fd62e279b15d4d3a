"""Tokens, states, and the two-bit encoding.

Source: Jiang, Haghtalab, Chen (ICLR 2026), section 2: vocabulary {a, b} and the mask M; a token
is encoded as a = 00, b = 01, M = 10, and 11 is illegal. Here a is written 0 and b is written 1.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

from dlmcheck.spec.errors import BadInput, IllegalCode

MASK = -1
"""The mask token M. Vocabulary tokens are 0, 1, ..., q-1."""

Token = int
State = tuple[int, ...]
"""A state x in (V + {M})^L: one token per cell."""

Code = tuple[bool, bool]
"""Two bits (high, low). In the paper's encoding the high bit says "masked"."""


def all_masked(length: int) -> State:
    """The state M^L from which a run without prompt starts.

    >>> all_masked(3)
    (-1, -1, -1)
    """
    return (MASK,) * length


def masked_positions(state: State) -> frozenset[int]:
    """The positions that hold M.

    >>> sorted(masked_positions((0, MASK, MASK)))
    [1, 2]
    """
    return frozenset(i for i, token in enumerate(state) if token == MASK)


def completions(state: State) -> list[State]:
    """The strings of bits that agree with a state, in order.

    >>> completions((1, MASK))
    [(1, 0), (1, 1)]
    """
    return list(product(*((0, 1) if token == MASK else (token,) for token in state)))


def show_state(state: State) -> str:
    """A state as text: one character per cell, `M` for the mask (`?` above nine).

    >>> show_state((0, MASK, 1))
    '0M1'
    """
    return "".join("M" if t == MASK else str(t) if t <= 9 else "?" for t in state)


def parse_state(text: str) -> State:
    """The inverse of `show_state`.

    >>> parse_state("0M1")
    (0, -1, 1)

    Raises `BadInput` on any other character.
    """
    tokens: list[int] = []
    for character in text:
        if character == "M":
            tokens.append(MASK)
        elif character.isascii() and character.isdigit():
            tokens.append(int(character))
        else:
            raise BadInput(f"unknown token {character!r}", source="state", expected="0-9 or M")
    return tuple(tokens)


@dataclass(frozen=True)
class Encoding:
    """Which two-bit code stands for 0, for 1 and for M.

    Raises `IllegalCode` for the code 11 and `BadInput` if two tokens share a code.

    >>> Encoding().encode((0, 1, MASK))
    (False, False, False, True, True, False)
    >>> Encoding().decode((False, False, False, True, True, False))
    (0, 1, -1)
    """

    zero: Code = (False, False)
    one: Code = (False, True)
    mask: Code = (True, False)

    def __post_init__(self) -> None:
        codes = (self.zero, self.one, self.mask)
        for code in codes:
            if code == (True, True):
                raise IllegalCode(code)
        if len(set(codes)) != 3:
            raise BadInput("two tokens share a code", source="encoding", expected="three codes")

    def code_of(self, token: Token) -> Code:
        """The code of one token of {0, 1, M}. Raises `BadInput` for any other token."""
        if token == 0:
            return self.zero
        if token == 1:
            return self.one
        if token == MASK:
            return self.mask
        raise BadInput(f"token {token} has no two-bit code", source="token", expected="0, 1 or M")

    def token_of(self, code: Code, position: int | None = None) -> Token:
        """The token of one code. Raises `IllegalCode` for 11."""
        if code == self.zero:
            return 0
        if code == self.one:
            return 1
        if code == self.mask:
            return MASK
        raise IllegalCode(code, position=position)

    def encode(self, state: Iterable[Token]) -> tuple[bool, ...]:
        """2L bits: cell i takes bits 2i (high) and 2i+1 (low)."""
        bits: list[bool] = []
        for token in state:
            bits.extend(self.code_of(token))
        return tuple(bits)

    def decode(self, bits: Sequence[bool]) -> State:
        """The state of 2L bits. Raises `BadInput` for an odd number, `IllegalCode` for 11."""
        if len(bits) % 2:
            raise BadInput(f"{len(bits)} bits", source="encoded state", expected="an even number")
        return tuple(
            self.token_of((bits[2 * i], bits[2 * i + 1]), i) for i in range(len(bits) // 2)
        )


PAPER_ENCODING = Encoding()
"""a = 00, b = 01, M = 10 (the paper's own choice)."""
