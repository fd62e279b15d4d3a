"""Certificates of write-once rounds: good ones pass, each corrupt one fails for its own reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import jsonschema
import pytest

from dlmcheck.model.targets import Target, parse_target
from dlmcheck.spec.errors import BadInput, BadProbability, MalformedSyntax, UnnormalisedLaw
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.lattice import Reals
from dlmcheck.spec.law import Law, uniform
from dlmcheck.spec.rounds import given
from dlmcheck.spec.tokens import State, parse_state
from dlmcheck.verify.certificate_kinds import check_certificate
from dlmcheck.verify.kernel import strategy
from dlmcheck.verify.kernel.partial_events import Events, independent_sets
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.strategy import check_strategy, strategy_text
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.report.schemas import schema
from dlmcheck.verify.rounds.write_once import write_once

TILTED = parse_target("tilted-parity:2,3,5")
PERMUTATIONS = parse_target("permutations:3")
EVEN: Law[State] = uniform([(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)])


def ends(target: Target, *, adaptive: bool = True, reals: Reals = Reals.UNRESTRICTED) -> list[str]:
    found = write_once(target, adaptive=adaptive, reals=reals).result
    return [b.certificate for b in (found.lower, found.upper) if b.certificate is not None]


LOWER, UPPER = ends(TILTED)
FIXED_LOWER, FIXED_UPPER = ends(PERMUTATIONS, adaptive=False)
RENAMED, _ = ends(PERMUTATIONS)
TABLE, _ = ends(parse_target("one-hot:3"))
FIXED_TABLE, _ = ends(parse_target("one-hot:3"), adaptive=False)
NEVER = ends(
    Target("third", Law({(0, 0): Fraction(1, 3), (0, 1): Fraction(2, 3)})), reals=Reals.DYADIC
)[0]
GOOD = {
    "lower": LOWER,
    "upper": UPPER,
    "fixed lower": FIXED_LOWER,
    "fixed upper": FIXED_UPPER,
    "renamed": RENAMED,
    "table": TABLE,
    "fixed table": FIXED_TABLE,
    "never": NEVER,
}


@pytest.mark.parametrize("name", GOOD)
def test_good_certificates_are_accepted_and_fit_the_schema(name: str) -> None:
    checked = check_certificate(Document.parse(GOOD[name], "file"))
    assert checked.verdict is Verdict.PROVED
    jsonschema.validate(json.loads(GOOD[name]), schema("evidence-1"))


def test_statements_say_what_was_proved() -> None:
    def says(text: str) -> str:
        return check_certificate(Document.parse(text, "file")).statement

    setting = "write-once, L = n, deterministic F"
    assert says(LOWER) == (
        f"at least 3 rounds: {setting}, sets chosen by the state, unrestricted predictors"
    )
    assert says(UPPER).startswith("at most 3 rounds")
    assert "one fixed set for each round" in says(FIXED_LOWER)
    assert says(NEVER).startswith("in no number of rounds")
    assert says(NEVER).endswith("dyadic predictors")
    assert says(TABLE).startswith("exactly 3 rounds: exchangeable target")


# --- forged ------------------------------------------------------------------------------------

Change = Callable[[dict[str, Any]], None]


def put(value: object, *path: str | int) -> Change:
    def change(raw: dict[str, Any]) -> None:
        place: Any = raw
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return change


def drop(*path: str | int) -> Change:
    def change(raw: dict[str, Any]) -> None:
        place: Any = raw
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]

    return change


def drop_claims(raw: dict[str, Any]) -> None:
    raw["claims"] = raw["claims"][:1]


def drop_witnesses(raw: dict[str, Any]) -> None:
    for claim in raw["claims"]:
        claim[2] = claim[2][:1]


FORGED: list[tuple[str, str, Change, str]] = [
    ("upper", "a round less", put(2, "rounds"), "after 2 rounds state .* is left"),
    ("upper", "a round more", put(4, "rounds"), "takes 3 rounds, not 4"),
    ("upper", "two cells at once", put([0, 1], "choices", "MMM"), "are not independent"),
    ("upper", "no cells", put([], "choices", "MMM"), "no set of masked cells"),
    ("upper", "a visible cell", put([0], "choices", "0MM"), "no set of masked cells"),
    ("upper", "a choice left out", drop("choices", "MMM"), "does not say what to write"),
    ("upper", "a stray choice", put([0], "choices", "MM1"), "never reaches"),
    ("fixed upper", "dyadic", put("dyadic", "reals"), "is not dyadic"),
    ("fixed upper", "a cell twice", put([[0], [0]], "choices"), "each cell exactly once"),
    ("fixed upper", "in one round", put([list(range(9))], "choices"), "not independent"),
    ("lower", "a round more", put(4, "rounds"), "no claim says that the start takes 4"),
    ("lower", "a claim raised", put(4, "claims", 0, 1), "nothing says why writing cells"),
    ("lower", "a claim of one round", put(1, "claims", -1, 1), "fewer than two rounds"),
    ("lower", "other claims dropped", drop_claims, "nothing says why writing cells"),
    ("lower", "witnesses dropped", drop_witnesses, "nothing says why writing cells"),
    ("lower", "no witness", put([], "claims", -1, 2), "may all be written at once"),
    ("lower", "one cell as witness", put(["1MM"], "claims", 0, 2), "one cell whose law may"),
    ("lower", "no cell as witness", put(["MMM"], "claims", 0, 2), "not those of masked cells"),
    ("lower", "an impossible state", put("001", "claims", 0, 0), "state 001 is impossible"),
    ("renamed", "without renaming", put(False, "renaming"), "nothing says why writing cells"),
    ("fixed lower", "a round more", put(5, "rounds"), "no claim says that the start takes 5"),
    ("fixed lower", "a claim raised", put(5, "claims", 0, 1), "nothing says why writing cells"),
    ("fixed lower", "claims dropped", drop_claims, "nothing says why writing cells"),
    ("fixed lower", "no witness", put([], "claims", -1, 2), "may all be written at once"),
    (
        "fixed lower",
        "a witness elsewhere",
        put(["M" * 9], "claims", -1, 2),
        "does not show them as they can be",
    ),
    ("table", "another number", put(2, "rounds"), "the start takes 3 rounds, not 2"),
    (
        "table",
        "an entry less",
        put(2, "table", 0, 0),
        r"\(0, 0\) is 2, its recurrence says 3",
    ),
    ("table", "an entry deep down", put(2, "table", 2, 0), "its recurrence says"),
    ("table", "an impossible state", put(1, "table", 3, 0), "wrong about whether the state"),
    ("table", "a row less", drop("table", 3), "one entry for each number of zeros"),
    ("fixed table", "another number", put(2, "rounds"), "the start takes 3 rounds, not 2"),
    ("fixed table", "an entry less", put(2, "table", 0), "entry 0 is 2, its recurrence says 3"),
    ("fixed table", "an entry left out", drop("table", 3), "one entry for each number of visible"),
    ("never", "real predictors", put("unrestricted", "reals"), "one cell whose law may be drawn"),
]


@pytest.mark.parametrize(
    ("name", "change", "reason"), [(n, c, r) for n, _, c, r in FORGED], ids=[f[1] for f in FORGED]
)
def test_canary_a_forged_certificate_is_rejected(name: str, change: Change, reason: str) -> None:
    raw = json.loads(GOOD[name])
    change(raw)
    with pytest.raises(Rejected, match=reason):
        check_certificate(Document.parse(json.dumps(raw), "file"))


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (put("1/3", "target", "law", "000"), UnnormalisedLaw),
        (put("-1/32", "target", "law", "000"), BadProbability),
        (put("0.5", "target", "law", "000"), BadProbability),
        (put("4/3", "target", "law", "000"), BadProbability),
        (put(1, "target", "law", "000"), BadProbability),
        (put("1/0", "target", "law", "000"), BadProbability),
        (put("1/32", "target", "law", "00"), MalformedSyntax),
        (put("1/32", "target", "law", "002"), MalformedSyntax),
        (put({}, "target", "law"), MalformedSyntax),
        (put("some", "reals"), MalformedSyntax),
        (put(True, "rounds"), MalformedSyntax),
        (put([0, 0], "choices", "MMM"), MalformedSyntax),
        (put([3], "choices", "MMM"), MalformedSyntax),
        (put([0], "choices", "MM"), MalformedSyntax),
        (put([], "choices"), MalformedSyntax),
    ],
)
def test_a_malformed_certificate_is_refused_with_its_line(
    change: Change, kind: type[BadInput]
) -> None:
    raw = json.loads(UPPER)
    change(raw)
    with pytest.raises(BadInput) as caught:
        check_certificate(Document.parse(json.dumps(raw, indent=1), "file"))
    assert type(caught.value) is kind
    assert caught.value.line is not None
    assert caught.value.source == "file"


def test_a_float_anywhere_is_refused() -> None:
    text = UPPER.replace('"rounds": 3', '"rounds": 3.0')
    with pytest.raises(MalformedSyntax, match=r"the number 3\.0"):
        check_certificate(Document.parse(text, "file"))


# --- what the kernel does itself ---------------------------------------------------------------


def test_independence_by_events_is_that_of_the_specification() -> None:
    """Events with and without zeros, every set of cells, against the definition."""
    from dlmcheck.spec.rounds import is_writable, non_empty_subsets, partial_states
    from dlmcheck.spec.tokens import masked_positions
    from tests.verify.rounds.random_targets import random_targets

    looked = 0
    for law in random_targets(25, seed=9, most=3):
        events = Events(law)
        for state in partial_states(law):
            event = events.of(state)
            masked = masked_positions(state)
            sets = {frozenset(chosen) for chosen, _ in independent_sets(events, event, masked)}
            for cells in non_empty_subsets(masked):
                wanted = is_writable(law, state, cells)
                assert events.is_independent(event, sorted(cells)) == wanted
                assert (cells in sets) == wanted
                looked += 1
    assert looked == 388


def test_equal_renamed_laws_are_equal_up_to_names() -> None:
    target: Law[State] = uniform([(1, 0, 0), (0, 1, 0), (0, 0, 1)])
    events = Events(target)
    keys = {text: events.renamed(events.of(parse_state(text))) for text in ("0MM", "M0M", "MM0")}
    assert len(set(keys.values())) == 1
    assert events.renamed(events.everything) not in keys.values()
    assert len(given(target, parse_state("0MM"))) == 2
    copies = Events(uniform([(0, 0), (1, 1)]))
    crossed = Events(uniform([(0, 1), (1, 0)]))
    apart = Events(uniform([(0, 0), (0, 1), (1, 0), (1, 1)]))
    assert copies.renamed(copies.everything) == crossed.renamed(crossed.everything)
    assert copies.renamed(copies.everything) != apart.renamed(apart.everything)


def test_canary_the_run_by_the_semantics_catches_what_a_broken_test_lets_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def always(_events: Events, _event: int, _cells: object) -> bool:
        return True

    monkeypatch.setattr(Events, "is_independent", always)
    hasty = [frozenset({0, 1, 2})]
    with pytest.raises(Rejected, match="another output law"):
        check_strategy(EVEN, hasty, 1, Reals.UNRESTRICTED)
    monkeypatch.setattr(strategy, "RUN_CELLS", 0)
    assert check_strategy(EVEN, hasty, 1, Reals.UNRESTRICTED).verdict is Verdict.PROVED
    assert strategy_text(EVEN, hasty, 1, Reals.UNRESTRICTED)
