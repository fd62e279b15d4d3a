"""Rows of blocks that vote: the certificate, and tables that it must not accept."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from dlmcheck.spec.errors import MalformedSyntax
from dlmcheck.spec.jsontext import Document
from dlmcheck.verify.kernel import block_chains
from dlmcheck.verify.kernel.block_chains import (
    NO,
    PERHAPS,
    YES,
    Block,
    Chain,
    Ending,
    Kind,
    Shown,
    chain_text,
    check_chain,
    check_document,
    first_length,
)
from dlmcheck.verify.kernel.results import BeyondLimits, Checked, Rejected
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.searches.chained_blocks import find_block


@cache
def block(cells: int, neighbours: int) -> Block:
    found = find_block(Kind(cells, neighbours))
    assert found is not None
    return found


def read(text: str) -> Checked:
    return check_document(Document.parse(text, "chain"))


def two_blocks() -> Chain:
    return Chain((block(5, 0),), (block(5, 1), block(6, 1)))


def test_a_chain_is_accepted_from_its_file() -> None:
    chain = two_blocks()
    for checked in (check_chain(chain), read(chain_text(chain))):
        assert checked.verdict is Verdict.PROVED
        assert checked.statement.endswith(
            "knows the round and reads at most 11 tokens samples D_n, for n = 5, 10, 11, 12"
        )
        assert "induction over positions" not in str(checked.evidence)


def sizes(alone: tuple[int, ...], ends: tuple[int, ...], between: int) -> Chain:
    """A chain without tables."""

    def empty(cells: int, neighbours: int) -> Block:
        return Block(Kind(cells, neighbours), {}, {}, {})

    return Chain(
        tuple(empty(n, 0) for n in alone), tuple(empty(n, 1) for n in ends), empty(between, 2)
    )


def test_from_which_length_on_there_are_rows() -> None:
    assert first_length(sizes((5, 6, 7, 8, 9), (5, 6, 7, 8, 9), 10)) == 5
    assert first_length(sizes((5, 6, 7, 8), (5, 6, 7, 8, 9), 10)) == 10
    assert first_length(sizes((), (5, 6, 7, 8, 9), 10)) == 10
    assert first_length(sizes((), (1,), 2)) == 2
    with pytest.raises(Rejected, match="all lengths"):
        first_length(sizes((5, 6, 7, 8, 9), (5, 6, 8), 10))  # nothing has 17 cells


def test_every_length_from_there_on_is_a_row() -> None:
    for ends, between in (((5, 6, 7, 8, 9), 10), ((1,), 2), ((3, 4), 3)):
        chain = sizes((), ends, between)
        lengths = {
            one + other + between * number
            for one in (*ends, between)
            for other in (*ends, between)
            for number in range(9)
        }
        first = first_length(chain)
        assert lengths.issuperset(range(first, first + 5 * between))
        assert first - 1 not in lengths


# --- tables that are wrong ---------------------------------------------------------------------


def changed(change: Callable[[dict[Shown, Ending]], None]) -> Chain:
    """Two blocks, of which the one for an end has other endings."""
    chain = two_blocks()
    last = dict(chain.ends[0].last)
    change(last)
    return replace(chain, ends=(replace(chain.ends[0], last=last), chain.ends[1]))


def complete_votes_yes(last: dict[Shown, Ending]) -> None:
    shown = next(shown for shown in sorted(last) if not shown.masked)
    last[shown] = last[shown]._replace(votes=(YES, NO))


def strings_change_places(last: dict[Shown, Ending]) -> None:
    shown = next(shown for shown, end in sorted(last.items()) if end.even != end.odd)
    last[shown] = last[shown]._replace(even=last[shown].odd, odd=last[shown].even)


def one_vote_more(last: dict[Shown, Ending]) -> None:
    shown = next(shown for shown, end in sorted(last.items()) if end.votes[0] == PERHAPS)
    last[shown] = last[shown]._replace(votes=(YES, NO))


def votes_to_both_sides(last: dict[Shown, Ending]) -> None:
    shown = next(shown for shown, end in sorted(last.items()) if end.votes[0] == YES)
    last[shown] = last[shown]._replace(votes=(YES, YES))


def another_string(last: dict[Shown, Ending]) -> None:
    shown = next(shown for shown in sorted(last) if shown.masked.bit_count() > 3)
    two = shown.masked & -shown.masked
    two |= (shown.masked ^ two) & -(shown.masked ^ two)
    last[shown] = last[shown]._replace(even=last[shown].even ^ two)


def a_gap(last: dict[Shown, Ending]) -> None:
    del last[max(last)]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (complete_votes_yes, "complete, but votes"),
        (strings_change_places, "does not end in"),
        (one_vote_more, r"votes \(\d, 0\), string \d+: .*, not "),
        (votes_to_both_sides, r"votes \(2, 0\), string \d+: .*, not "),
        (another_string, r"string \d+: .*, not "),
        (a_gap, "no entry for"),
    ],
)
def test_wrong_endings_are_rejected(
    change: Callable[[dict[Shown, Ending]], None], reason: str
) -> None:
    with pytest.raises(Rejected, match=reason):
        check_chain(changed(change))


def test_a_block_in_the_wrong_place_is_rejected() -> None:
    with pytest.raises(Rejected, match="another place"):
        check_chain(Chain((block(5, 1),), ()))


def test_an_early_table_that_rewrites_is_rejected() -> None:
    good = block(5, 0)
    shown = next(shown for shown in sorted(good.third) if shown.ones)
    third = {**good.third, shown: good.third[shown] ^ (shown.ones & -shown.ones)}
    with pytest.raises(Rejected, match="does not agree with"):
        check_chain(Chain((replace(good, third=third),), ()))


def no_veto(after: int, before: int) -> int:
    return int(YES in (after, before))


def nobody_says_no(after: int, before: int) -> int:
    return int(NO not in (after, before))


@pytest.mark.parametrize("rule", [no_veto, nobody_says_no])
def test_votes_that_do_not_share_evenly_are_noticed(
    rule: Callable[[int, int], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(block_chains, "agreed", rule)
    with pytest.raises(Rejected, match="two votes do not share"):
        check_chain(two_blocks())


# --- files -------------------------------------------------------------------------------------


Raw = dict[str, Any]


def edited(change: Callable[[Raw], object]) -> str:
    raw: Raw = json.loads(chain_text(two_blocks()))
    change(raw)
    return json.dumps(raw)


def first(raw: Raw, place: str, table: str) -> list[Any]:
    """A table of the first block of a place."""
    found: list[Any] = raw[place][0][table]
    return found


def an_entry_less(raw: Raw) -> None:
    first(raw, "alone", "last").pop()


def an_entry_more(raw: Raw) -> None:
    first(raw, "alone", "second").append(0)


def four_parts(raw: Raw) -> None:
    first(raw, "ends", "last")[0].append(0)


def no_such_votes(raw: Raw) -> None:
    first(raw, "ends", "last")[0] = [9, 0, 0]


def too_long_a_string(raw: Raw) -> None:
    first(raw, "ends", "last")[0] = [0, 32, 0]


def no_blocks(raw: Raw) -> None:
    raw |= {"alone": [], "ends": []}


def no_cells(raw: Raw) -> None:
    raw["ends"][0]["cells"] = 0


def forty_cells(raw: Raw) -> None:
    raw["alone"][0]["cells"] = 40


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (an_entry_less, "one for each state"),
        (an_entry_more, "one for each state"),
        (four_parts, "an even and an odd string"),
        (no_such_votes, "votes below 9"),
        (too_long_a_string, "strings of the block"),
        (no_blocks, "blocks, or some at the ends"),
        (no_cells, "an integer >= 1"),
    ],
)
def test_malformed_files(change: Callable[[Raw], object], reason: str) -> None:
    with pytest.raises(MalformedSyntax, match=reason):
        read(edited(change))


def test_blocks_that_nobody_goes_through() -> None:
    with pytest.raises(BeyondLimits):
        read(edited(forty_cells))
