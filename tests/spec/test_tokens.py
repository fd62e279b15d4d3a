"""Tokens, states as text, and the two-bit encoding."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.spec.errors import BadInput, IllegalCode
from dlmcheck.spec.tokens import (
    MASK,
    PAPER_ENCODING,
    Code,
    Encoding,
    all_masked,
    masked_positions,
    parse_state,
    show_state,
)

STATES = st.lists(st.sampled_from([0, 1, MASK]), max_size=6).map(tuple)
LEGAL_CODES: list[Code] = [(False, False), (False, True), (True, False)]
ENCODINGS = [Encoding(*codes) for codes in permutations(LEGAL_CODES)]


def test_the_encoding_is_a_00_b_01_mask_10() -> None:
    assert PAPER_ENCODING.encode((0, 1, MASK)) == (False, False, False, True, True, False)


@given(STATES, st.sampled_from(ENCODINGS))
def test_decoding_undoes_encoding(state: tuple[int, ...], encoding: Encoding) -> None:
    bits = encoding.encode(state)
    assert len(bits) == 2 * len(state)
    assert encoding.decode(bits) == state


@given(STATES)
def test_parsing_undoes_showing(state: tuple[int, ...]) -> None:
    assert parse_state(show_state(state)) == state


def test_the_masked_state_and_its_positions() -> None:
    assert all_masked(0) == ()
    assert all_masked(2) == (MASK, MASK)
    assert masked_positions((MASK, 0, 1, MASK)) == {0, 3}


def test_tokens_above_nine_are_shown_as_question_marks() -> None:
    assert show_state((9, 10)) == "9?"


@pytest.mark.parametrize("text", ["0m1", "0 1", "\u0663", "-1", "?"])
def test_text_that_is_no_state_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as error:
        parse_state(text)
    assert type(error.value) is BadInput
    assert error.value.source == "state"
    assert error.value.expected == "0-9 or M"


def test_the_code_11_is_refused_with_its_position() -> None:
    with pytest.raises(IllegalCode) as error:
        PAPER_ENCODING.decode((True, False, True, True))
    assert error.value.code == (True, True)
    assert error.value.position == 1
    assert str(error.value) == "token code at position 1: illegal code 11 (expected 00, 01 or 10)"


@pytest.mark.parametrize("place", range(3))
def test_no_encoding_may_use_the_code_11(place: int) -> None:
    codes = LEGAL_CODES.copy()
    codes[place] = (True, True)
    with pytest.raises(IllegalCode) as error:
        Encoding(*codes)
    assert error.value.code == (True, True)
    assert error.value.position is None


def test_two_tokens_may_not_share_a_code() -> None:
    with pytest.raises(BadInput) as error:
        Encoding(zero=(False, False), one=(False, False))
    assert type(error.value) is BadInput
    assert error.value.source == "encoding"


def test_a_token_without_a_code_is_refused() -> None:
    with pytest.raises(BadInput) as error:
        PAPER_ENCODING.encode((0, 2))
    assert error.value.source == "token"
    assert "token 2" in error.value.message


def test_half_a_code_is_refused() -> None:
    with pytest.raises(BadInput) as error:
        PAPER_ENCODING.decode((True, False, True))
    assert error.value.source == "encoded state"
    assert error.value.expected == "an even number"
