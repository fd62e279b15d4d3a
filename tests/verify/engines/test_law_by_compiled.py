"""The compiled engine with its gates as assembly and as C: one law, whichever it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.workloads import xor_rich
from dlmcheck.verify.engines import law_by_compiled
from dlmcheck.verify.engines.compiled_source import Source, source_in_assembly
from dlmcheck.verify.engines.law_engines import CircuitLaw, Limits, engine
from dlmcheck.verify.engines.straight_line import Program
from dlmcheck.verify.engines.vector_code import supported

SIZES = [(3, 5, 2), (8, 40, 3), (10, 100, 5), (12, 300, 7), (14, 400, 12), (16, 600, 15)]


def law(size: tuple[int, int, int], name: str) -> object:
    return engine(name).law(CircuitLaw(xor_rich(*size)), Limits())


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("assembly", [False, True])
def test_both_ways_give_the_law(
    monkeypatch: pytest.MonkeyPatch, size: tuple[int, int, int], assembly: bool
) -> None:
    used: list[bool] = []
    compile_and_load = law_by_compiled._loaded  # pyright: ignore[reportPrivateUsage]

    def loaded(source: Source) -> object:
        used.append(source.assembly)
        return compile_and_load(source)

    monkeypatch.setattr(law_by_compiled, "_loaded", loaded)
    monkeypatch.setattr(law_by_compiled, "supported", lambda: assembly and supported())
    assert law(size, "compiled") == law(size, "columns")
    assert used == [assembly and supported()]


def test_assembly_that_is_not_understood_is_replaced_by_c(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(program: Program) -> Source:
        return replace(source_in_assembly(program), parts=("no such instruction\n",))

    monkeypatch.setattr(law_by_compiled, "source_in_assembly", unknown)
    monkeypatch.setattr(law_by_compiled, "supported", lambda: True)
    assert law(SIZES[2], "compiled") == law(SIZES[2], "columns")
