"""Errors planted inside the engines for exact laws: each is seen as another law, or as no law."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import cache

import pytest

from benchmarks.workloads import adder, xor_rich
from dlmcheck.spec.circuit import Circuit
from dlmcheck.verify.engines import (
    compiled_source,
    law_by_compiled,
    law_by_diagrams,
    law_by_numpy,
    straight_line,
)
from dlmcheck.verify.engines.law_by_diagrams import Found, find_law
from dlmcheck.verify.engines.law_engines import CircuitLaw, CountedLaw, Limits, engine
from dlmcheck.verify.engines.straight_line import Operation, Program, Step
from dlmcheck.verify.kernel import row_counts

Patch = pytest.MonkeyPatch
SEVEN, SIXTEEN = (15, 330, 7), (17, 330, 16)


@cache
def kernel_law(size: tuple[int, int, int]) -> CountedLaw:
    found = engine("columns").law(CircuitLaw(xor_rich(*size)), Limits())
    assert isinstance(found, CountedLaw)
    return found


def in_c(patch: Patch) -> None:
    """Gates as C, whatever the processor; assembly is read back in test_vector_code."""
    patch.setattr(law_by_compiled, "supported", lambda: False)


def andnot_as_and(patch: Patch) -> None:
    in_c(patch)
    patch.setitem(compiled_source._TEXT, Operation.AND_NOT, "{}&{}")  # pyright: ignore[reportPrivateUsage]


def turned_wrongly(patch: Patch) -> None:
    """Two columns change places in one of the four transpositions of the middle stage."""
    text = compiled_source._TURN  # pyright: ignore[reportPrivateUsage]
    assert "0x3333333333333333" in text
    patch.setattr(
        compiled_source, "_TURN", text.replace("0x3333333333333333", "0x3333333333333303")
    )


def a_pass_left_out(patch: Patch) -> None:
    in_c(patch)
    whole = compiled_source.source_of

    def changed(program: Program, parts: int) -> compiled_source.Source:
        source = whole(program, parts)
        loop = source.loop.replace("pass != first + passes", "pass < first + passes - 1")
        assert loop != source.loop
        return compiled_source.Source(source.parts, loop, source.slots, source.scratch)

    patch.setattr(law_by_compiled, "source_of", changed)


def a_coin_not_set(patch: Patch) -> None:
    in_c(patch)
    whole = compiled_source.source_of

    def changed(program: Program, parts: int) -> compiled_source.Source:
        source = whole(program, parts)
        loop = source.loop.replace("pass >> j & 1", "pass >> j & (j != 2)")
        assert loop != source.loop
        return compiled_source.Source(source.parts, loop, source.slots, source.scratch)

    patch.setattr(law_by_compiled, "source_of", changed)


def rows_short_of_a_coin(patch: Patch) -> None:
    whole = law_by_numpy._set_low_coins  # pyright: ignore[reportPrivateUsage]

    def changed(rows: law_by_numpy.Rows, coins: int, row: int) -> None:
        whole(rows, coins, row)
        rows[law_by_numpy.WORD] = rows[law_by_numpy.WORD + 1]

    patch.setattr(law_by_numpy, "_set_low_coins", changed)


def octets_in_the_wrong_place(patch: Patch) -> None:
    whole = law_by_numpy._counts  # pyright: ignore[reportPrivateUsage]

    def changed(columns: law_by_numpy.Rows) -> dict[int, int]:
        return whole(columns[::-1])

    patch.setattr(law_by_numpy, "_counts", changed)


def a_row_given_away_too_early(patch: Patch) -> None:
    whole = law_by_numpy._slots  # pyright: ignore[reportPrivateUsage]

    def changed(program: Program) -> object:
        slots, (steps, columns) = whole(program)
        operation, left, right, _ = steps[40]
        steps[40] = (operation, left, right, steps[41][1])
        return slots, (steps, columns)

    patch.setattr(law_by_numpy, "_slots", changed)


def a_phase_forgotten(patch: Patch) -> None:
    """One OR of stored complements taken for an AND, in what both enumerations are made from."""
    whole = straight_line.program_of

    def changed(law: CircuitLaw) -> Program:
        program = whole(law)
        steps = list(program.steps)
        place = next(i for i, step in enumerate(steps) if step.operation is Operation.OR)
        steps[place] = Step(Operation.AND, steps[place].left, steps[place].right)
        return Program(program.coins, tuple(steps), program.outputs, program.constants)

    for module in (law_by_numpy, law_by_compiled):
        patch.setattr(module, "program_of", changed)


def one_order_of_two(patch: Patch) -> None:
    """A coin is asked twice, under two numbers, and another one never."""

    def changed(small: Circuit) -> list[tuple[str, tuple[int, ...]]]:
        first, second, *rest = small.random_inputs
        return [("wrong", (first, first, second, *rest[1:]))]

    patch.setattr(law_by_diagrams, "orders", changed)


MUTANTS: list[tuple[str, Callable[[Patch], None], tuple[int, int, int]]] = [
    ("compiled", andnot_as_and, SEVEN),
    ("compiled", turned_wrongly, SEVEN),
    ("compiled", turned_wrongly, SIXTEEN),
    ("compiled", a_pass_left_out, SEVEN),
    ("compiled", a_coin_not_set, SEVEN),
    ("compiled", a_phase_forgotten, SEVEN),
    ("numpy", rows_short_of_a_coin, SEVEN),
    ("numpy", octets_in_the_wrong_place, SIXTEEN),
    ("numpy", a_row_given_away_too_early, SEVEN),
    ("numpy", a_phase_forgotten, SEVEN),
    ("diagrams", one_order_of_two, (10, 40, 4)),
]


@pytest.mark.parametrize(
    ("name", "plant", "size"),
    [
        pytest.param(*mutant, id=f"{mutant[0]}: {mutant[1].__name__} {mutant[2]}")
        for mutant in MUTANTS
    ],
)
def test_canary_an_error_inside_an_engine_gives_another_law(
    monkeypatch: Patch, name: str, plant: Callable[[Patch], None], size: tuple[int, int, int]
) -> None:
    problem = CircuitLaw(xor_rich(*size))
    assert engine(name).law(problem, Limits()) == kernel_law(size)
    plant(monkeypatch)
    assert law_or_error(name, problem) != kernel_law(size)


def law_or_error(name: str, problem: CircuitLaw) -> object:
    """Counts that are no law at all are refused where laws are made."""
    try:
        return engine(name).law(problem, Limits())
    except ValueError as error:
        return str(error)


def test_canary_an_error_in_the_kernels_counting_is_seen_by_the_engines(
    monkeypatch: Patch,
) -> None:
    problem = CircuitLaw(xor_rich(*SIXTEEN))
    right = engine("numpy").law(problem, Limits())
    whole = row_counts.rows_as_numbers

    def changed(columns: Sequence[int], rows: int) -> Iterator[memoryview[int]]:
        return whole([*columns[1:], columns[0]], rows)

    monkeypatch.setattr(row_counts, "rows_as_numbers", changed)
    assert engine("columns").law(problem, Limits()) != right


@pytest.mark.parametrize("bits", [40, 600, 1100])
def test_canary_the_librarys_counts_are_whole_numbers_beyond_floats(bits: int) -> None:
    """A count in floats is wrong beyond 53 bits and infinite beyond 1023."""
    whole = adder(bits)
    found = find_law(CircuitLaw(Circuit(whole.inputs, whole.gates, whole.outputs[-1:])), Limits())
    assert isinstance(found, Found)
    assert found.law.probability(1) == Fraction(2**bits - 1, 2 ** (bits + 1))
