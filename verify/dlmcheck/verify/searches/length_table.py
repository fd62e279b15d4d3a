"""The table "stated / built / least / bound", as it stands in the note on the shorter lengths."""

from __future__ import annotations

from collections.abc import Sequence

from dlmcheck.spec.lattice import Edits, End
from dlmcheck.verify.searches import trajectories
from dlmcheck.verify.searches.schemes import Scheme
from dlmcheck.verify.searches.shortest import (
    built_length,
    counted_length,
    search,
    stated_length,
)
from dlmcheck.verify.searches.trajectories import Wires
from dlmcheck.verify.searches.write_once_space import computable, gates_taken, targets

HEAD: tuple[str, ...] = (
    "| edits | w | d | stated | built | least scheme | negated | copied | count | shortest |",
    "|---|---|---|---|---|---|---|---|---|---|",
)
SPACE_HEAD: tuple[str, ...] = (
    "| function | w | d | write-once, least | revise-token, least | revise-any, least | stated |",
    "|---|---|---|---|---|---|---|",
)


def shortest(edits: Edits, width: int, depth: int, end: End) -> Scheme:
    """A scheme of least length: all shorter ones are gone through, from L = w on."""
    length = width
    while (found := search(edits, width, depth, length, end).scheme) is None:
        length += 1
    return found


def least_for(wires: Wires, edits: Edits, end: End) -> int:
    """The least L of a layer-by-layer simulation of one circuit, whatever masks depend on."""
    length = wires.width
    while trajectories.decide(wires, edits, length, end)[0] is None:
        length += 1
    return length


def length_lines(
    widths: Sequence[int] = (1, 2), depths: Sequence[int] = (0, 1, 2, 3, 4)
) -> list[str]:
    """The table as lines of Markdown; all cells visible at the end."""
    end = End.WHOLE_STATE
    lines = list(HEAD)
    for edits in (Edits.REMASK, Edits.REVISE_TOKEN, Edits.REVISE_ANY):
        for w in widths:
            for d in depths:
                scheme = shortest(edits, w, d, end)
                columns = (
                    edits.value,
                    w,
                    d,
                    stated_length(edits, w, d),
                    built_length(edits, w, d),
                    scheme.length,
                    least_for(trajectories.negations(w, d), edits, end),
                    least_for(trajectories.copies(w, d), edits, end),
                    counted_length(edits, w, d),
                    f"`{' '.join(scheme.patterns)}`",
                )
                lines.append(f"| {' | '.join(map(str, columns))} |")
    return lines


def space_lines() -> list[str]:
    """Cells besides the prompt, function by function, as lines of Markdown."""
    lines = list(SPACE_HEAD)
    for target in targets():
        gates = gates_taken(target)
        least = next(cells for cells in range(gates + 1) if computable(target, cells))
        w, d = target.shape
        columns = (
            target.name,
            w,
            d,
            least,
            counted_length(Edits.REVISE_TOKEN, w, d),
            counted_length(Edits.REVISE_ANY, w, d),
            stated_length(Edits.REVISE_TOKEN, w, d),
        )
        lines.append(f"| {' | '.join(map(str, columns))} |")
    return lines
