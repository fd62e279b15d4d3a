"""Intervals over the lattice: known numbers, containment of points, certificates, pages."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlmcheck.model.targets import EmpiricalTarget, Target, TokenLaw, empirical_target, parse_target
from dlmcheck.spec.errors import DlmcheckError, UnsupportedFeature
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.lattice import Clock, Edits, Point, PredictorClass, Reals, Remasking, Unmasking
from dlmcheck.spec.law import Law, is_product
from dlmcheck.verify.certificate_kinds import check_certificate
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.report.rounds import certificates, result_lines
from dlmcheck.verify.rounds import page, upper_bounds
from dlmcheck.verify.rounds.any_order import sizes_in_any_order
from dlmcheck.verify.rounds.facts import contains
from dlmcheck.verify.rounds.results import Bound, RoundsResult, Table, result_of
from dlmcheck.verify.rounds.solve import Scope, rounds, separate

PLAIN = Point(scratch=0)
REVISION = replace(PLAIN, edits=Edits.REVISE_TOKEN)
DYADIC = PredictorClass(Reals.DYADIC)
REMASKING = replace(PLAIN, edits=Edits.REMASK, remasking=Remasking.DETERMINISTIC)


@pytest.mark.parametrize(
    ("name", "point", "interval"),
    [
        ("product:1/3,1/2", PLAIN, "1"),
        ("product:1/3,1/2", replace(PLAIN, predictor=DYADIC), "never"),
        ("product:1/3,1/2", replace(PLAIN, predictor=PredictorClass(locality=0)), "1"),
        ("even-parity:5", PLAIN, "2"),
        ("even-parity:5", replace(PLAIN, unmasking=Unmasking.EXCHANGEABLE), "2"),
        ("one-hot:5", PLAIN, "5"),
        ("one-hot:4", replace(PLAIN, predictor=DYADIC), "never"),
        ("one-hot:4", replace(REVISION, predictor=DYADIC), "2"),
        ("one-hot:5", replace(REVISION, predictor=DYADIC), "never"),
        ("one-hot:5", REVISION, "2"),
        ("one-hot:5", REMASKING, "2"),
        ("one-hot:5", replace(PLAIN, unmasking=Unmasking.INDEPENDENT), "2"),
        ("one-hot:5", replace(PLAIN, unmasking=Unmasking.EXCHANGEABLE), "2"),
        ("one-hot:4", replace(PLAIN, scratch=1), "3..4"),
        ("one-hot:4", replace(PLAIN, scratch=2), "2"),
        ("fixed-weight:5,2", PLAIN, "5"),
        ("fixed-weight:5,2", REVISION, "2"),
        ("markov:5,1/3", PLAIN, "3"),
        ("markov:5,1/3", REVISION, "2"),
        ("markov:5,1/3", replace(PLAIN, predictor=PredictorClass(locality=1)), "3..5"),
        ("markov:5,1/3", replace(PLAIN, unmasking=Unmasking.JOINT), "2"),
        ("linear-code:1101,0110", PLAIN, "2"),
        ("permutations:3", PLAIN, "3"),
        ("permutations:3", REVISION, "2"),
        ("lacunary-parity:4", REVISION, "3"),
        ("lacunary-parity:4", replace(REVISION, edits=Edits.REVISE_ANY), "2"),
        ("lacunary-parity:4", replace(REVISION, unmasking=Unmasking.INDEPENDENT), "2"),
        ("lacunary-parity:4", replace(REVISION, scratch=1), "2"),
        ("lacunary-parity:4", REMASKING, "3..4"),
        ("lacunary-parity:4", replace(REMASKING, remasking=Remasking.JOINT), "2"),
        ("even-parity:4", replace(PLAIN, predictor=PredictorClass(locality=1)), "never"),
        (
            "even-parity:4",
            replace(PLAIN, clock=Clock.ROUND_NUMBER, predictor=PredictorClass(locality=1)),
            "5",
        ),
        (
            "even-parity:4",
            replace(REMASKING, clock=Clock.ROUND_NUMBER, predictor=PredictorClass(locality=1)),
            "2",
        ),
        ("even-parity:4", replace(REVISION, predictor=PredictorClass(locality=2)), "2"),
    ],
)
def test_known_numbers_and_intervals(name: str, point: Point, interval: str) -> None:
    found = rounds(parse_target(name), point)
    assert found.interval == interval
    for bound in (found.lower, found.upper):
        if bound.certificate is not None:
            checked = check_certificate(Document.parse(bound.certificate, "certificate"))
            assert checked.verdict is Verdict.PROVED


# --- any law -----------------------------------------------------------------------------------


@st.composite
def laws(draw: st.DrawFn) -> Law[tuple[int, ...]]:
    n = draw(st.integers(1, 3))
    strings = list(product((0, 1), repeat=n))
    weights = draw(
        st.lists(st.integers(0, 5), min_size=len(strings), max_size=len(strings)).filter(any)
    )
    total = sum(weights)
    return Law({z: Fraction(w, total) for z, w in zip(strings, weights, strict=True)})


@settings(max_examples=40, deadline=None)
@given(laws())
def test_what_holds_of_every_law_on_at_most_three_cells(law: Law[tuple[int, ...]]) -> None:
    table = separate(Target("law", law), Scope((0,)))
    one = is_product(law)
    for result in table.results:
        p = result.point
        real = p.predictor.reals is Reals.UNRESTRICTED
        if real:
            assert (result.interval == "1") == one
        joint = p.unmasking in (Unmasking.JOINT, Unmasking.AFTER_SAMPLING)
        revision = p.edits in (Edits.REVISE_TOKEN, Edits.REVISE_ANY)
        if real and not one and (joint or revision):
            assert result.interval == "2"
        if real and not (revision and p.unmasking is Unmasking.EXCHANGEABLE):
            assert result.upper.value is not None
            assert result.upper.value <= len(next(iter(law)))


@settings(max_examples=25, deadline=None)
@given(laws())
def test_a_wider_point_is_never_worse(law: Law[tuple[int, ...]]) -> None:
    results = separate(Target("law", law), Scope((0,))).results
    for narrow in results[::5]:
        for wide in results:
            if contains(wide.point, narrow.point):
                assert (wide.lower.value or 0) <= (narrow.lower.value or 0) or narrow.lower.never
                if narrow.upper.value is not None:
                    assert wide.upper.value is not None
                    assert wide.upper.value <= narrow.upper.value


def test_containment_of_points() -> None:
    local = replace(PLAIN, predictor=PredictorClass(locality=1))
    assert contains(PLAIN, local)
    assert not contains(local, PLAIN)
    assert contains(replace(local, scratch=None), local)
    # With revision the own cell counts: a write-once part reads one token more there.
    assert not contains(replace(local, edits=Edits.REVISE_TOKEN), local)
    two = replace(local, edits=Edits.REVISE_TOKEN, predictor=PredictorClass(locality=2))
    assert contains(two, local)
    any_place = replace(PLAIN, unmasking=Unmasking.EXCHANGEABLE)
    assert not contains(any_place, PLAIN)
    # A uniform subset of the masked cells is none of all cells.
    assert not contains(replace(any_place, edits=Edits.REVISE_TOKEN), any_place)
    assert contains(replace(REVISION, unmasking=Unmasking.JOINT), any_place)


def test_sizes_in_any_order() -> None:
    assert sizes_in_any_order(parse_target("even-parity:4").law)[1] == 2
    assert sizes_in_any_order(parse_target("one-hot:3").law)[1] == 3
    assert sizes_in_any_order(parse_target("uniform:3").law)[1] == 1


# --- results, estimates, limits ----------------------------------------------------------------


def test_results_that_contradict_themselves_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 3 rounds and at most 2"):
        RoundsResult("t", PLAIN, Bound(3, "a"), Bound(2, "b"))
    with pytest.raises(ValueError, match="never, and in 2"):
        RoundsResult("t", PLAIN, Bound(None, "a", never=True), Bound(2, "b"))
    with pytest.raises(ValueError, match="rests on nothing"):
        Bound(2, "")


def test_canary_a_wrong_lower_bound_contradicts_a_sampler() -> None:
    """An argument that claims too much cannot go unnoticed where a sampler is known."""
    found = rounds(parse_target("one-hot:4"), REVISION)
    with pytest.raises(ValueError, match="at least 3 rounds and at most 2"):
        replace(found, lower=Bound(3, "a wrong argument"))


def test_an_estimate_stays_one() -> None:
    target: EmpiricalTarget = empirical_target([(0, 1), (1, 0), (1, 0)])
    table = separate(target, Scope((0,)))
    assert table.estimate
    assert all(result.estimate for result in table.results)


@pytest.mark.parametrize(
    ("point", "interval"),
    [
        (replace(REVISION, clock=Clock.ROUND_NUMBER), "2..3"),
        (replace(REVISION, unmasking=Unmasking.EXCHANGEABLE), "2.."),
        (replace(REVISION, edits=Edits.REVISE_ANY, unmasking=Unmasking.EXCHANGEABLE), "2..3"),
        (replace(PLAIN, unmasking=Unmasking.EXCHANGEABLE), "2..4"),
        (replace(PLAIN, unmasking=Unmasking.JOINT), "2"),
        (replace(REMASKING, remasking=Remasking.JOINT), "2"),
        (replace(PLAIN, scratch=None), "2"),
    ],
)
def test_a_long_target_takes_constructions_that_are_not_written_out(
    point: Point, interval: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upper_bounds, "MOST_CELLS", 2)
    found = rounds(parse_target("one-hot:4"), point)
    assert found.interval == interval
    assert found.upper.is_certified == (found.upper.value is not None)


def test_what_has_no_certificate_stands_beside_the_interval() -> None:
    """A refutation for 8 cells takes too long here; the claim by name is no bound."""
    point = replace(PLAIN, predictor=PredictorClass(locality=2))
    found = result_of("t", point, [Bound(4, "a", "{}"), Bound(None, "claim X", never=True)], [])
    assert (found.interval, found.lower.rests_on) == ("4..", "a")
    assert found.claimed_lower.never
    assert result_lines(found)[-1] == "  beside   never by claim X (no certificate)"
    with pytest.raises(ValueError, match="never, and in 5"):
        replace(found, upper=Bound(5, "b", "{}"))


def test_only_bits_are_taken() -> None:
    law: TokenLaw = Law({(0, 2): Fraction(1, 2), (1, 1): Fraction(1, 2)})
    with pytest.raises(UnsupportedFeature, match="a vocabulary of 3"):
        rounds(Target("t", law, 3), PLAIN)


# --- the page ----------------------------------------------------------------------------------

SMALL = [entry for entry in page.TARGETS if parse_target(entry[0]).length <= 4]


@pytest.mark.parametrize(("name", "scopes"), SMALL, ids=[name for name, _ in SMALL])
def test_the_tables_of_the_note_are_those_that_are_found(
    name: str, scopes: tuple[Scope, ...], source_root: Path
) -> None:
    text = (source_root / "proofs_notes" / "SEPARATION.md").read_text("utf-8")
    assert page.section(name, scopes) in text, "run dlmcheck separate --page"


def test_canary_a_table_with_another_number_is_another_table() -> None:
    name, scopes = SMALL[0]
    text = page.section(name, scopes)
    assert page.section(name, scopes) == text
    assert text.replace("| 2 [", "| 3 [", 1) != text


# --- every number has a certificate ------------------------------------------------------------

LONGER = (
    ("product:1/3,1/2", Scope((0,))),
    ("even-parity:5", Scope((0,), (3,))),
    ("even-parity:10", Scope((0, None))),
    ("fixed-weight:6,3", Scope((0, 1))),
    ("linear-code:1000011,0100101,0010110,0001111", Scope((0, None))),
    ("permutations:3", Scope((0, 1, None))),
    ("markov:5,1/4", Scope((0, None), (None, 1))),
)
"""A spread of targets beyond the small ones, that are quick to go through."""
EVERY = [(name, scope) for name, scopes in SMALL for scope in scopes] + list(LONGER)


def without_certificate(table: Table) -> list[str]:
    """The bounds of a table that say something and that `cert` does not accept."""
    accepted: dict[str, bool] = {}
    wrong: list[str] = []
    for result in table.results:
        for end, bound in (("lower", result.lower), ("upper", result.upper)):
            text = bound.certificate
            if text is not None and text not in accepted:
                accepted[text] = accepts(text)
            if bound.says_something and (text is None or not accepted[text] or not bound.reach):
                wrong.append(f"{result.point}: {end} {bound}")
    return wrong


def accepts(text: str) -> bool:
    try:
        checked = check_certificate(Document.parse(text, "certificate"))
    except (DlmcheckError, Rejected):
        return False
    return checked.verdict is Verdict.PROVED


@pytest.mark.parametrize(("name", "scope"), EVERY, ids=[f"{n}, {s}" for n, s in EVERY])
def test_every_number_of_the_tables_has_a_certificate(name: str, scope: Scope) -> None:
    table = separate(parse_target(name), scope)
    assert without_certificate(table) == []
    printed = {b.certificate for r in table.results for b in (r.lower, r.upper)} - {None}
    assert set(certificates(table.results).values()) == printed


def test_canary_a_bound_without_a_certificate_is_found() -> None:
    table = separate(parse_target("one-hot:3"), Scope((0,)))
    first = table.results[0]
    for bad in (
        replace(first.upper, certificate=None),
        replace(first.upper, certificate='{"kind": "sampler"}'),
        replace(first.upper, reach=""),
    ):
        changed = replace(table, results=(replace(first, upper=bad), *table.results[1:]))
        assert len(without_certificate(changed)) == 1
