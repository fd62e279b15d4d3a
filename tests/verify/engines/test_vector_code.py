"""Assembly of straight-line programs, read back: it computes what the program says."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.workloads import xor_rich
from dlmcheck.verify.engines import vector_code
from dlmcheck.verify.engines.law_engines import CircuitLaw
from dlmcheck.verify.engines.straight_line import Operation, Program, Step, program_of
from dlmcheck.verify.engines.vector_code import assembly_of

EVERY = (1 << 64) - 1


def computed(program: Program) -> list[int]:
    values = [coin_value(coin) for coin in range(program.coins)]
    for step in program.steps:
        left, right = values[step.left], values[step.right]
        values.append(
            {
                Operation.AND: left & right,
                Operation.OR: left | right,
                Operation.XOR: left ^ right,
                Operation.AND_NOT: left & ~right,
            }[step.operation]
        )
    return [values[node] for node in program.columns]


def coin_value(coin: int) -> int:
    return (0x9E3779B97F4A7C15 * (coin + 1)) ** 3 & EVERY


def executed(program: Program) -> list[int]:
    """The instructions one by one, as the processor's manual has them; registers start unknown."""
    assembly = assembly_of(program)
    memory: dict[str, int] = {
        f"{64 * coin}(%rdi)": coin_value(coin) for coin in range(program.coins)
    }
    for line in assembly.text.splitlines():
        found = re.fullmatch(r"(vmovdqa64|vp\w+q) (.*)", line)
        if found is None:
            continue
        name, operands = found.group(1), found.group(2).split(", ")
        assert not any(one.endswith(")") for one in operands[1 + (name == "vpternlogq") : -1])
        target = operands[-1]
        if name == "vmovdqa64":
            memory[target] = memory[operands[0]]
            continue
        assert target.startswith("%")
        if name == "vpternlogq":
            table = int(operands[0].removeprefix("$"))
            rows = [memory[target], memory[operands[2]], memory[operands[1]]]
            memory[target] = sum(
                1 << bit
                for bit in range(64)
                if table >> sum((row >> bit & 1) << 2 - i for i, row in enumerate(rows)) & 1
            )
            continue
        last, first = memory[operands[0]], memory[operands[1]]
        memory[target] = {
            "vpandq": last & first,
            "vporq": last | first,
            "vpxorq": last ^ first,
            "vpandnq": last & ~first,
        }[name]
    used = {int(one.split("(")[0]) // 64 for one in memory if one.endswith(")")}
    assert max(used) < assembly.slots
    return [memory[f"{64 * assembly.slot[node]}(%rdi)"] for node in program.columns]


@st.composite
def programs(draw: st.DrawFn) -> Program:
    coins = draw(st.integers(2, 8))
    steps: list[Step] = []
    for node in range(coins, coins + draw(st.integers(1, 40))):
        left = draw(st.integers(0, node - 1))
        right = (left + draw(st.integers(1, node - 1))) % node
        steps.append(Step(draw(st.sampled_from(Operation)), left, right))
    nodes = draw(st.lists(st.integers(0, coins + len(steps) - 1), min_size=1, max_size=6))
    return Program(coins, tuple(steps), {i: (node, False) for i, node in enumerate(nodes)}, {})


@given(programs(), st.sampled_from([4, 5, 6, 32]))
def test_the_text_computes_the_columns(program: Program, registers: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vector_code, "REGISTERS", registers)
        assert executed(program) == computed(program)


@pytest.mark.parametrize("registers", [4, 6, 32])
def test_a_large_program(registers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_code, "REGISTERS", registers)
    program = program_of(CircuitLaw(xor_rich(24, 1000, 8)))
    assert executed(program) == computed(program)


def test_canary_an_instruction_that_is_wrong_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    program = program_of(CircuitLaw(xor_rich(12, 60, 4)))
    right = vector_code._apply  # pyright: ignore[reportPrivateUsage]

    def wrong(operation: Operation, left: int, other: int) -> int:
        return right(Operation.OR if operation is Operation.XOR else operation, left, other)

    monkeypatch.setattr(vector_code, "_apply", wrong)
    assert executed(program) != computed(program)


def test_canary_a_slot_that_is_given_away_before_it_is_read_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    allocation = vector_code._Allocation  # pyright: ignore[reportPrivateUsage]
    program = program_of(CircuitLaw(xor_rich(24, 1000, 8)))
    registers = allocation._release_registers  # pyright: ignore[reportPrivateUsage]

    def both(self: vector_code._Allocation, nodes: list[int]) -> None:  # pyright: ignore[reportPrivateUsage]
        registers(self, nodes)
        self._release_slots(nodes)  # pyright: ignore[reportPrivateUsage]

    monkeypatch.setattr(allocation, "_release_registers", both)
    assert executed(program) != computed(program)
