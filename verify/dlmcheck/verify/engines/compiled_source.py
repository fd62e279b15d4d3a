"""C for a straight-line program: one pass evaluates all gates on 512 seeds and counts outputs.

Seeds are numbered; a pass has the seeds whose number agrees above the lowest nine bits, one to a
bit of a vector of 64 bytes. The gates are cut into functions of `CHUNK` steps. Inside a function
values live in registers; what a later function reads is put into a slot of a block of memory,
which is small enough to stay in the nearest cache. Only what is cheap to compile is optimised
hard: the loop and the counting, which are the same for all circuits, and not the gates.

Up to `SPLIT` columns (distinct nodes that outputs read) are counted by conjunctions, and the bits
in these; more, up to `MOST_COLUMNS`, by turning columns into rows. For eight columns this is a
transposition of 8x8 bits between eight vectors, which permutes the seeds; as it permutes those of
all columns alike, the counts are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dlmcheck.verify.engines.straight_line import Operation, Program
from dlmcheck.verify.engines.vector_code import assembly_of

LANES = 9
"""log2 of the seeds of a pass."""
CHUNK = 250
SPLIT = 5
MOST_COLUMNS = 22

VECTOR = "typedef unsigned long long u64;\ntypedef u64 v __attribute__((vector_size(64)));\n"

_TEXT = {
    Operation.AND: "{}&{}",
    Operation.AND_NOT: "{}&~{}",
    Operation.OR: "{}|{}",
    Operation.XOR: "{}^{}",
}


@dataclass(frozen=True)
class Source:
    """C files: the gates in so many parts, and the loop. `slots` vectors of memory are needed.

    The loop is `void run(v *slots, u64 first, u64 passes, unsigned *scratch, u64 *totals)`.
    `scratch` has `scratch` zeros before and after; totals has 2^columns entries, which grow.
    """

    parts: tuple[str, ...]
    loop: str
    slots: int
    scratch: int
    assembly: bool = False
    """Whether the one part is assembly, and not C."""


def source_in_assembly(program: Program) -> Source:
    """The files of a program with at least one column, its gates as assembly."""
    gates = assembly_of(program)
    columns = program.columns
    loop = [VECTOR, "void gates(v *m);\n", _counting(len(columns))]
    loop.append(_loop(program, "gates(m);\n", [gates.slot[node] for node in columns]))
    return Source((gates.text,), "".join(loop), gates.slots, _scratch(len(columns)), True)


def source_of(program: Program, parts: int) -> Source:
    """The C files of a program with at least one column, the gates in up to so many files."""
    chunks, slot, slots = _chunks(program)
    share = max(1, -(-len(chunks) // max(1, parts)))
    files = [VECTOR + "".join(chunks[i : i + share]) for i in range(0, len(chunks), share)]
    columns = program.columns
    loop = [VECTOR, *(f"void g{i}(v *m);\n" for i in range(len(chunks)))]
    loop.append(_counting(len(columns)))
    calls = "".join(f"g{i}(m);\n" for i in range(len(chunks)))
    loop.append(_loop(program, calls, [slot[node] for node in columns]))
    return Source(tuple(files), "".join(loop), slots, _scratch(len(columns)))


def _chunks(program: Program) -> tuple[list[str], dict[int, int], int]:
    """The functions of the gates, the slots of coins and columns, and how many slots there are.

    A slot is free for the next function once the last function that reads it is done.
    """
    last: dict[int, int] = {}
    for number, step in enumerate(program.steps):
        last[step.left] = last[step.right] = number // CHUNK
    count = -(-len(program.steps) // CHUNK)
    kept = {*range(program.coins), *program.columns}
    slot = {coin: coin for coin in range(program.coins)}
    slots = program.coins
    free: list[int] = []
    functions: list[str] = []
    for chunk in range(count):
        lines = [f"void g{chunk}(v *m){{\n"]
        known: set[int] = set()
        stored: list[int] = []
        first = chunk * CHUNK
        for number, step in enumerate(program.steps[first : first + CHUNK], start=first):
            for node in (step.left, step.right):
                if node not in known:
                    known.add(node)
                    lines.append(f"v t{node}=m[{slot[node]}];\n")
            node = program.coins + number
            known.add(node)
            text = _TEXT[step.operation].format(f"t{step.left}", f"t{step.right}")
            lines.append(f"v t{node}={text};\n")
            if node in kept or last.get(node, -1) > chunk:
                stored.append(node)
        for node in stored:
            if not free:
                free.append(slots)
                slots += 1
            slot[node] = free.pop()
            lines.append(f"m[{slot[node]}]=t{node};\n")
        functions.append("".join([*lines, "}\n"]))
        free += [slot[node] for node in known if node in slot and node not in kept
                 and last.get(node, -1) <= chunk]  # fmt: skip
    return functions, slot, slots


def _scratch(columns: int) -> int:
    return 0 if columns <= SPLIT else (8 if columns <= 8 else 1) << columns


def _loop(program: Program, calls: str, columns: Sequence[int]) -> str:
    """Set the coins, evaluate, count. Coin j above the lanes is bit j - LANES of the pass."""
    low = ["0xAAAAAAAAAAAAAAAAULL", "0xCCCCCCCCCCCCCCCCULL", "0xF0F0F0F0F0F0F0F0ULL",
           "0xFF00FF00FF00FF00ULL", "0xFFFF0000FFFF0000ULL", "0xFFFFFFFF00000000ULL"]  # fmt: skip
    rows = ["{" + ",".join([word] * 8) + "}" for word in low]
    for bit in range(3):
        rows.append("{" + ",".join("~0ULL" if i >> bit & 1 else "0" for i in range(8)) + "}")
    lanes = min(program.coins, LANES)
    outer = program.coins - lanes
    set_lanes = "".join(f"m[{j}]=(v){rows[j]};\n" for j in range(lanes))
    gathered = ",".join(f"m[{slot}]" for slot in columns)
    return f"""
void run(v *m, u64 first, u64 passes, unsigned *scratch, u64 *totals) {{
{set_lanes}v zero = {{0}};
u64 changed = ~0ULL;
for (u64 pass = first; pass != first + passes; pass++) {{
  for (int j = 0; j < {outer} && changed >> j; j++)
    m[{lanes} + j] = pass >> j & 1 ? ~zero : zero;
  changed = pass ^ (pass + 1);
{calls}  v x[] = {{{gathered}}};
  tally(x, scratch, totals);
}}
flush(scratch, totals);
}}
void gates_alone(v *m, u64 passes) {{
  for (u64 pass = 0; pass != passes; pass++) {{
{calls}    __asm__ volatile("" ::: "memory");
  }}
}}
"""


def _counting(columns: int) -> str:
    """`tally` for the columns of a pass, and `flush` for what scratch holds at the end."""
    if columns <= SPLIT:
        return _by_conjunctions(columns)
    groups = -(-columns // 8)
    turned = ""
    for group in range(groups):
        eight = [f"x[{i}]" if i < columns else "zero" for i in range(8 * group, 8 * group + 8)]
        turned += f"v y{group}[8] = {{{','.join(eight)}}};\nturn(y{group});\n"
    tables = 8 if columns <= 8 else 1
    return (
        _TURN
        + f"""
static inline void tally(const v *x, unsigned *scratch, u64 *totals) {{
  v zero = {{0}};
  {turned}  for (int k = 0; k < 8; k++) {{
{_rows(groups, columns)}  }}
}}
static void flush(unsigned *scratch, u64 *totals) {{
  for (long t = 0; t < {tables}; t++)
    for (long i = 0; i < {1 << columns}L; i++) {{
      totals[i] += scratch[(t << {columns}) + i];
      scratch[(t << {columns}) + i] = 0;
    }}
}}
"""
    )


def _rows(groups: int, columns: int) -> str:
    """Count the rows of a vector of each group."""
    if groups == 1:
        adds = "".join(f"scratch[{b << columns} + (w >> {8 * b} & 255)]++;\n" for b in range(8))
        return f"for (int i = 0; i < 8; i++) {{ u64 w = y0[k][i];\n{adds}}}\n"
    adds = "".join(f"scratch[w >> {16 * b} & 65535]++;\n" for b in range(4))
    if groups == 2:
        return f"""v even = y0[k] & LOW | (y1[k] & LOW) << 8;
v odd = y0[k] >> 8 & LOW | y1[k] & ~LOW;
for (int i = 0; i < 8; i++) {{ u64 w = even[i];
{adds}w = odd[i];
{adds}}}
"""
    adds = "".join(
        f"scratch[a >> {s} & 255 | (b >> {s} & 255) << 8 | (c >> {s} & 255) << 16]++;\n"
        for s in range(0, 64, 8)
    )
    return (
        f"for (int i = 0; i < 8; i++) {{ u64 a = y0[k][i], b = y1[k][i], c = y2[k][i];\n{adds}}}\n"
    )


_TURN = """
#define LOW (zero + 0x00FF00FF00FF00FFULL)
static inline void swap(v *a, v *b, int by, u64 mask) {
  v t = ((*a >> by) ^ *b) & mask;
  *b ^= t;
  *a ^= t << by;
}
static inline void turn(v *y) {
  for (int k = 0; k < 8; k += 2) swap(y + k, y + k + 1, 1, 0x5555555555555555ULL);
  for (int k = 0; k < 8; k += (k & 1) ? 3 : 1) swap(y + k, y + k + 2, 2, 0x3333333333333333ULL);
  for (int k = 0; k < 4; k++) swap(y + k, y + k + 4, 4, 0x0F0F0F0F0F0F0F0FULL);
}
"""


def _by_conjunctions(columns: int) -> str:
    """Split every seed by the columns, one after the other, and count the bits of the leaves."""
    lines = ["v zero = {0}, p[64];\np[1] = ~zero;\n"]
    for level in range(columns):
        # p[1 << level | i] is the conjunction for the bits i of the columns below `level`.
        lines.append(
            f"for (int i = 0; i < {1 << level}; i++) {{ v both = p[{1 << level} | i];\n"
            f"p[{2 << level} | {1 << level} | i] = both & x[{level}];\n"
            f"p[{2 << level} | i] = both & ~x[{level}]; }}\n"
        )
    lines.append(
        f"for (int i = 0; i < {1 << columns}; i++) for (int j = 0; j < 8; j++)\n"
        f"totals[i] += __builtin_popcountll(p[{1 << columns} | i][j]);\n"
    )
    return (
        "static inline void tally(const v *x, unsigned *scratch, u64 *totals) {\n"
        + "".join(lines)
        + "}\nstatic void flush(unsigned *scratch, u64 *totals) {}\n"
    )
