"""Gate-for-gate schemes: where layer t stands after round t+1, whatever the circuit is.

The question "how short can L be?" needs a definition, because an unrestricted predictor makes every
circuit a matter of two rounds. A *scheme* for width w and depth d is the part of a simulation that
does not depend on the circuit: for each t a *pattern*, one symbol per cell,

    0, 1   shows this token           M   masked
    *      shows a value of layer t   ?   shows some token, on which nothing may rest

with exactly w cells `*`. It can be used with every strictly layered circuit of w nodes a layer, and
its policies and its predictor read no value to find out which round it is. What must hold stands
in `objection`. The constructions of Theorems 3.2 and 3.3 (Jiang, Haghtalab, Chen, ICLR 2026), and
the shorter ones of this project, are schemes: a counter is a block of constant symbols.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from dlmcheck.spec.lattice import REVISING, Edits, End

Pattern = str
"""One symbol of `SYMBOLS` per cell."""

SYMBOLS = "01M*?"

_TOKENS = {"0": {"0"}, "1": {"1"}, "M": {"M"}, "*": {"0", "1"}, "?": {"0", "1"}}

_WRITE = {
    "0": "0",
    "1": "1",
    "*": "?",  # a visible value stays, and is then a value of an earlier layer
    "?": "?",
    "M": "01M*?",
}
"""What the write may make of a cell if it must not touch a visible token."""


@dataclass(frozen=True)
class Scheme:
    """Patterns of the layers 0..d, and with remasking what stands before G of each round.

    `middles` is empty without remasking; with it, `middles[r]` belongs to round r+1, and the last
    one, `middles[d+1]`, to the round after the last, which must change nothing.
    """

    edits: Edits
    width: int
    end: End
    patterns: tuple[Pattern, ...]
    middles: tuple[Pattern, ...] = ()

    @property
    def length(self) -> int:
        """L, the number of cells."""
        return len(self.patterns[0])

    @property
    def depth(self) -> int:
        """d, the number of the last layer."""
        return len(self.patterns) - 1

    def __str__(self) -> str:
        shown = " ".join(self.patterns)
        return f"{shown} via {' '.join(self.middles)}" if self.middles else shown


def fits(token: str, symbol: str) -> bool:
    """Whether a state with this token (`0`, `1` or `M`) in a cell can fit this symbol there."""
    return token in _TOKENS[symbol]


def overlap(left: Pattern, right: Pattern) -> bool:
    """Whether some state fits both patterns.

    >>> overlap("*M", "0M"), overlap("*M", "M*"), overlap("*0", "?1")
    (True, False, False)
    """
    return all(_TOKENS[a] & _TOKENS[b] for a, b in zip(left, right, strict=True))


def can_become(edits: Edits, before: str, after: str) -> bool:
    """Whether the write may turn a cell with one symbol into a cell with another one."""
    if edits is Edits.REVISE_ANY:
        return True
    if edits is Edits.REVISE_TOKEN:
        return after != "M" or before == "M"
    return after in _WRITE[before]


def masked_by(middle: Pattern, after: Pattern) -> frozenset[int] | None:
    """The visible cells that G masks, or None if G alone cannot make this change.

    A value of this round may become `?`-less only by being masked: G leaves symbols as they are.
    """
    pairs = list(zip(middle, after, strict=True))
    if any(b not in (a, "M") for a, b in pairs):
        return None
    return frozenset(i for i, (a, b) in enumerate(pairs) if a != b)


def objection(scheme: Scheme) -> str | None:
    """Why this is no scheme; None if it is one.

    (1) Each pattern has w value cells; the last layer's are the last cells, and nothing is masked
    at the end if the whole state must be visible. (2) No state fits two patterns: the state tells
    the round. (3) Each round is legal under the edit model, from M^L on. (4) With remasking, G
    sees only what the write leaves: rounds in which it masks different cells, or which lead to
    different layers, have no such state in common; and a further round changes nothing.
    """
    patterns, length = scheme.patterns, scheme.length
    if any(len(p) != length or set(p) - set(SYMBOLS) for p in (*patterns, *scheme.middles)):
        return "patterns of different lengths or foreign symbols"
    if any(p.count("*") != scheme.width for p in patterns):
        return "a layer does not show its values"
    if patterns[-1][length - scheme.width :] != "*" * scheme.width:
        return "the last layer is not in the last cells"
    if scheme.end is End.WHOLE_STATE and "M" in patterns[-1]:
        return "masked cells are left"
    for t, u in combinations(range(len(patterns)), 2):
        if overlap(patterns[t], patterns[u]):
            return f"layers {t} and {u} have a state in common"
    if scheme.edits is Edits.REMASK:
        return _objection_to_middles(scheme)
    for t, (before, after) in enumerate(zip(("M" * length, *patterns[:-1]), patterns, strict=True)):
        if not all(map(lambda a, b: can_become(scheme.edits, a, b), before, after)):
            return f"round {t + 1} breaks the edit model"
    return None


def _objection_to_middles(scheme: Scheme) -> str | None:
    patterns, middles = scheme.patterns, scheme.middles
    if len(middles) != len(patterns) + 1:
        return "one pattern before G is missing"
    starts = ("M" * scheme.length, *patterns)
    masks: list[frozenset[int]] = []
    for r, middle in enumerate(middles):
        if not all(map(lambda a, b: can_become(Edits.REMASK, a, b), starts[r], middle)):
            return f"the write of round {r + 1} breaks the edit model"
        # After the last round the values of layer d are no longer new, but they still stand.
        after = patterns[r] if r < len(patterns) else patterns[-1].replace("*", "?")
        masked = masked_by(middle, after)
        if masked is None:
            return f"G cannot end round {r + 1} in layer {r}"
        masks.append(masked)
    for r, s in combinations(range(len(middles)), 2):
        last_two = s == len(middles) - 1 and r == s - 1
        if overlap(middles[r], middles[s]) and not (last_two and masks[r] == masks[s]):
            return f"G cannot tell rounds {r + 1} and {s + 1}"
    return None


def followers(edits: Edits, before: Pattern, width: int) -> Iterator[tuple[Pattern, Pattern]]:
    """All (pattern before G, pattern after the round) that one round can lead to.

    Without remasking the two are the same. `?` is left out where a constant can always stand in
    its place: with revision, since a constant fits every state less.
    """
    choices: list[list[tuple[str, str]]] = []
    for symbol in before:
        if edits in REVISING:
            choices.append([(a, a) for a in "01M*" if can_become(edits, symbol, a)])
        elif edits is Edits.WRITE_ONCE:
            choices.append([(a, a) for a in _WRITE[symbol]])
        else:
            middles = [a for a in _WRITE[symbol] if a != "M"]
            # `*` and then M is the same as `?` and then M.
            pairs = [(a, b) for a in middles for b in (a, "M") if (a, b) != ("*", "M")]
            choices.append(pairs + ([("M", "M")] if symbol == "M" else []))
    yield from _with_values(choices, width)


def _with_values(
    choices: Sequence[Sequence[tuple[str, str]]], width: int
) -> Iterator[tuple[Pattern, Pattern]]:
    """The products of the choices with exactly `width` value cells."""
    if not choices:
        if width == 0:
            yield "", ""
        return
    possible = sum(any(after == "*" for _, after in cell) for cell in choices)
    if not 0 <= width <= possible:
        return
    for middle, after in choices[0]:
        for rest_middle, rest_after in _with_values(choices[1:], width - (after == "*")):
            yield middle + rest_middle, after + rest_after
