"""Straight-line programs as assembly for processors with AVX-512: ready in a tenth of the time.

A C compiler spends most of its time on what straight-line code needs little of. Here the text is
made directly: two steps become one instruction where the first has no other reader (an AVX-512
instruction computes any function of three vectors), and values live in the 32 registers, from
which the one that is read last is put into memory when another is needed (Belady's rule, which is
the best for a program without branches). The function is

    void gates(v *slots)

on slots of 64 bytes: coins first, the other values that registers have no room for, and columns.
Whoever calls it has checked `supported`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dlmcheck.verify.engines.straight_line import Operation, Program

REGISTERS = 32
"""At least four: an instruction may have three arguments and a result."""
NEVER = 1 << 60

_MNEMONIC = {
    Operation.AND: "vpandq",
    Operation.OR: "vporq",
    Operation.XOR: "vpxorq",
    Operation.AND_NOT: "vpandnq",
}
_PATTERNS = (0b11110000, 0b11001100, 0b10101010)
"""The truth tables of three arguments, as the instruction of three arguments numbers its rows."""


def supported() -> bool:
    """Whether this is a processor and a system for which the text is meant."""
    import platform

    if platform.machine() not in {"x86_64", "AMD64"}:
        return False
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as lines:
            flags = next((line for line in lines if line.startswith("flags")), "")
    except OSError:
        return False
    return "avx512f" in flags.split()


@dataclass(frozen=True)
class Assembly:
    """The text, the slot of each column, and how many slots there are."""

    text: str
    slot: dict[int, int]
    slots: int


@dataclass(slots=True)
class _Node:
    """A value that is computed: `inner` (of `left` and `right`), then `outer` with `third`."""

    node: int
    inner: Operation
    left: int
    right: int
    third: int = -1
    outer: Operation = Operation.AND
    third_first: bool = False

    @property
    def arguments(self) -> tuple[int, ...]:
        two = (self.left, self.right)
        return two if self.third < 0 else (*two, self.third)

    def table(self, order: Sequence[int]) -> int:
        """The truth table of three arguments, given which of the patterns each has."""
        left, right, third = (_PATTERNS[place] for place in order)
        value = _apply(self.inner, left, right)
        first, second = (third, value) if self.third_first else (value, third)
        return _apply(self.outer, first, second)


def _apply(operation: Operation, left: int, right: int) -> int:
    if operation is Operation.AND:
        return left & right
    if operation is Operation.OR:
        return left | right
    return left ^ right if operation is Operation.XOR else left & ~right


def assembly_of(program: Program) -> Assembly:
    """The text of a program."""
    return _Allocation(program).assembly()


def _fused(program: Program) -> list[_Node]:
    """The steps, each with one that only it reads where there is such a one."""
    readers = [0] * (program.coins + len(program.steps))
    for step in program.steps:
        readers[step.left] += 1
        readers[step.right] += 1
    for node in program.columns:
        readers[node] += 1
    made: dict[int, _Node] = {}
    for node, step in enumerate(program.steps, start=program.coins):
        new = _Node(node, step.operation, step.left, step.right)
        for mine, other in ((step.left, step.right), (step.right, step.left)):
            single = made.get(mine)
            if single is None or readers[mine] > 1 or single.third >= 0:
                continue
            if other in single.arguments or mine == other:
                continue
            new = _Node(node, single.inner, single.left, single.right, other, step.operation,
                        mine == step.right)  # fmt: skip
            del made[mine]
            break
        made[node] = new
    return list(made.values())


class _Allocation:
    """Which value is where, instruction after instruction."""

    def __init__(self, program: Program) -> None:
        self.nodes = _fused(program)
        self.columns = frozenset(program.columns)
        self.slot = {coin: coin for coin in range(program.coins)}
        self.slots = program.coins
        self.coins = program.coins
        self.free_slots: list[int] = []
        self.register: dict[int, int] = {}
        self.free = list(range(REGISTERS))
        self.lines: list[str] = []
        self.uses: dict[int, list[int]] = {}
        for place in range(len(self.nodes) - 1, -1, -1):
            for argument in self.nodes[place].arguments:
                self.uses.setdefault(argument, []).append(place)

    def assembly(self) -> Assembly:
        """Go through the nodes."""
        for one in self.nodes:
            self._compute(one)
        head = ".text\n.globl gates\n.type gates, @function\ngates:\n"
        tail = '\nvzeroupper\nret\n.size gates, .-gates\n.section .note.GNU-stack,"",@progbits\n'
        slot = {node: self.slot[node] for node in self.columns}
        return Assembly(head + "\n".join(self.lines) + tail, slot, self.slots)

    def _next(self, node: int) -> int:
        uses = self.uses.get(node)
        return uses[-1] if uses else NEVER

    def _compute(self, one: _Node) -> None:
        arguments = one.arguments
        for node in arguments:
            self.uses[node].pop()
        inside = self._in_memory(one)
        for node in arguments:
            if node != inside and node not in self.register:
                target = self._take(arguments)
                self.lines.append(f"vmovdqa64 {self._address(node)}, %zmm{target}")
                self.register[node] = target
        places = [
            self._address(node) if node == inside else f"%zmm{self.register[node]}"
            for node in arguments
        ]
        # A register of an argument that nobody reads again is free for the result.
        dying = [node for node in arguments if self._next(node) == NEVER]
        if one.third < 0:
            self._release_registers(dying)
            target = self._take(arguments)
            self._two(one, places, target)
        else:
            target = self._three(one, places, inside, dying)
        self._release_registers(dying)
        self._release_slots(dying)  # not before: a slot may have been an operand
        self.register[one.node] = target
        if one.node in self.columns:
            self._store(one.node)
        if self._next(one.node) == NEVER:
            self._release_registers([one.node])

    def _in_memory(self, one: _Node) -> int:
        """The argument that is read from memory in place; -1 if there is none."""
        outside = [node for node in one.arguments if node not in self.register]
        if one.third < 0 and one.inner is Operation.AND_NOT and one.right in outside:
            outside.remove(one.right)  # the instruction has what it negates in a register
        if not outside:
            return -1
        last = max(outside, key=self._next)
        following = self._next(last)
        if following == NEVER:
            return last
        if self.free or any(following < self._next(node) for node in self.register):
            return -1
        return last

    def _two(self, one: _Node, places: Sequence[str], target: int) -> None:
        # Of the three operands the first may be in memory; `and not` negates the second.
        first, second = places
        if one.inner is not Operation.AND_NOT and not second.startswith("%"):
            first, second = second, first
        self.lines.append(f"{_MNEMONIC[one.inner]} {first}, {second}, %zmm{target}")

    def _three(self, one: _Node, places: Sequence[str], inside: int, dying: Sequence[int]) -> int:
        # The result takes the place of the third operand, and the first may be in memory.
        arguments = one.arguments
        held = [index for index, node in enumerate(arguments) if node != inside]
        over = next((index for index in held if arguments[index] in dying), None)
        if over is None:
            over = held[0]
            target = self._take(arguments)
            self.lines.append(f"vmovdqa64 {places[over]}, %zmm{target}")
        else:
            target = self.register.pop(arguments[over])
        middle = next(index for index in held if index != over)
        first = 3 - over - middle
        order = [0, 0, 0]
        order[over], order[middle], order[first] = 0, 1, 2
        self.lines.append(
            f"vpternlogq ${one.table(order)}, {places[first]}, {places[middle]}, %zmm{target}"
        )
        return target

    def _address(self, node: int) -> str:
        return f"{64 * self.slot[node]}(%rdi)"

    def _take(self, kept: Sequence[int]) -> int:
        """A register, if need be that of the value that is read last."""
        if not self.free:
            victim = max((node for node in self.register if node not in kept), key=self._next)
            if victim not in self.slot:
                self._store(victim)
            self.free.append(self.register.pop(victim))
        return self.free.pop()

    def _store(self, node: int) -> None:
        if not self.free_slots:
            self.free_slots.append(self.slots)
            self.slots += 1
        self.slot[node] = self.free_slots.pop()
        self.lines.append(f"vmovdqa64 %zmm{self.register[node]}, {self._address(node)}")

    def _release_registers(self, nodes: Sequence[int]) -> None:
        """Those of values that nobody reads again."""
        for node in nodes:
            if node in self.register:
                self.free.append(self.register.pop(node))

    def _release_slots(self, nodes: Sequence[int]) -> None:
        for node in nodes:
            if node >= self.coins and node not in self.columns and node in self.slot:
                self.free_slots.append(self.slot.pop(node))
