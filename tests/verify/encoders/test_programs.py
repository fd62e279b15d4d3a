"""Certificates that so few gates do not compute a function, against all programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from itertools import combinations
from random import Random
from typing import Any

import pytest

from dlmcheck.spec.errors import BadInput, MalformedSyntax
from dlmcheck.spec.jsontext import Document
from dlmcheck.verify.claims.length_certificates import proof_of
from dlmcheck.verify.encoders.programs import NoProgram, check_document, program_text
from dlmcheck.verify.engines.hints import refute
from dlmcheck.verify.kernel.evidence import Certificate
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.searches.program_queries import program_formula
from dlmcheck.verify.searches.propositional import Model


def checked(raw: dict[str, Any]) -> Any:
    return check_document(Document.parse(json.dumps(raw), "file"))


@cache
def all_programs(inputs: int, gates: int) -> frozenset[frozenset[int]]:
    """For each program of so many gates the set of the functions at its gates, as columns.

    A second reading of what a program is: gates are applied to columns of values, one by one.
    """
    points = range(1 << inputs)
    columns = [sum(1 << x for x in points if x >> i & 1) for i in range(inputs)]

    def extend(known: tuple[int, ...], left: int) -> Iterator[frozenset[int]]:
        if not left:
            yield frozenset(known[inputs:])
            return
        for f, g in combinations(known, 2):
            for op in range(16):
                new = sum(1 << x for x in points if op >> (2 * (f >> x & 1) + (g >> x & 1)) & 1)
                yield from extend((*known, new), left - 1)

    return frozenset(extend(tuple(columns), gates))


def is_possible(inputs: int, tables: tuple[int, ...], gates: int) -> bool:
    return any(set(tables) <= functions for functions in all_programs(inputs, gates))


CASES = [
    *((2, (table,), gates) for table in range(16) for gates in (0, 1, 2)),
    *((2, pair, 2) for pair in combinations(range(0, 16, 3), 2)),
    *((3, (table,), gates) for table in Random(4).sample(range(256), 24) for gates in (0, 1, 2)),
    *((3, pair, 2) for pair in combinations((0x96, 0x80, 0x88, 0x3C, 0x66, 0xC0), 2)),
]


@pytest.mark.parametrize(("inputs", "tables", "gates"), CASES)
def test_a_claim_has_a_certificate_exactly_where_no_program_does_it(
    inputs: int, tables: tuple[int, ...], gates: int
) -> None:
    possible = is_possible(inputs, tables, gates)
    found = refute(program_formula(inputs, tables, gates))
    assert isinstance(found, Model) == possible
    if isinstance(found, str):
        result = checked(json.loads(program_text(NoProgram(inputs, tables, gates), found)))
        assert result.verdict is Verdict.PROVED
        assert isinstance(result.evidence, Certificate)
        assert "by the encoder 'programs'" in result.evidence.kind


def test_the_cases_have_both_answers() -> None:
    answers = [is_possible(*case) for case in CASES]
    assert min(answers.count(True), answers.count(False)) > 40


def test_canary_there_is_no_certificate_of_what_is_not_so() -> None:
    with pytest.raises(Rejected, match="not so: no program of 2 gates"):
        proof_of(NoProgram(3, (0x96,), 2).encoded)


def good() -> dict[str, Any]:
    claim = NoProgram(3, (0x96,), 1)
    raw: dict[str, Any] = json.loads(program_text(claim, proof_of(claim.encoded)))
    return raw


def test_functions_are_written_in_the_order_of_their_arguments() -> None:
    assert good()["functions"] == ["01101001"]
    assert NoProgram(2, (0b1000, 0b1010), 0).functions == ["0001", "0101"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("inputs", 1), ("inputs", 2), ("inputs", 7), ("gates", -1), ("gates", 99),
        ("functions", []), ("functions", ["01101001"] * 17),
        ("functions", ["0110100"]), ("functions", ["0110100x"]),
        ("functions", [7]), ("functions", "01101001"), ("proof", 1), ("dimacs", 1),
    ],
)  # fmt: skip
def test_a_malformed_claim_is_bad_input(field: str, value: object) -> None:
    with pytest.raises(MalformedSyntax, match=r"^file:\d+: \w+(\[\d+\])* is "):
        checked({**good(), field: value})


def test_programs_on_one_input_are_refused() -> None:
    """A gate chooses two different nodes: the negation of a single input would be left out."""
    with pytest.raises(BadInput, match="1 inputs"):
        program_formula(1, (1,), 1)
