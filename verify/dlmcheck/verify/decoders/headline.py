"""The table of decoders: exact total variation by target and rounds, and which claims apply.

`python -m dlmcheck.verify.decoders.headline` prints both tables of the note DECODERS in Markdown;
with `--write NOTE` it puts them between the note's two marks. The predictor is perfect (the true
conditionals, uniform where they do not exist), of no bounded locality. Nothing is typed in: the
class of F and the other columns are read off the same runs.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from dlmcheck.model.decoders.named import RULES, NamedRule
from dlmcheck.model.targets import parse_target
from dlmcheck.spec.decoder import Decoder
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.lattice import Unmasking
from dlmcheck.spec.law import Law
from dlmcheck.spec.tokens import State
from dlmcheck.verify.decoders.analysis import DecoderAnalysis, analyse
from dlmcheck.verify.decoders.conditionals import tabulated_predictor
from dlmcheck.verify.kernel.round_forms import narrowest

BEGIN, END = "<!-- tables: begin -->", "<!-- tables: end -->"
TARGETS = (
    "product:9/10,9/10,1/3",
    "markov:3,1/4",
    "noisy-markov:3,1/4,1/10",
    "even-parity:3",
    "one-hot:3",
)
CELLS = 3
SHOWN_BY = {"wino": "product:" + ",".join(["2/3"] * 7)}
"""A target on which a rule does what it does nowhere else in the table."""
FOUR_CELLS = "product:2/3,9/10,19/20,2/3"
"""For the first table, since with three cells some rules look simpler than they are."""
ROUNDS = (1, 2, 3, 6)
MOST_ROUNDS = 12
COSTLY = {("remdm-conf", 6)}
"""Hidden memory multiplies the configurations; not computed."""
CUT = 10_000
"""Fractions with larger denominators are shown as decimals, cut off after four digits."""

Runs = dict[tuple[str, int], DecoderAnalysis]


def run(rule: NamedRule, target: Law[State], rounds: int) -> DecoderAnalysis | None:
    """One run; None if the rule does not exist for this length and number of rounds."""
    cells = len(next(iter(target)))
    try:
        step = rule.make(cells, rounds)
    except BadInput:
        return None
    fixed = rounds + rule.extra if rule.fixed_rounds else None
    decoder = Decoder(
        cells, tabulated_predictor(target), step, rounds=fixed, may_revise=True, name=rule.name
    )
    return analyse(decoder, MOST_ROUNDS)


def runs_of(name: str, rounds: Sequence[int] = ROUNDS) -> Runs:
    """All runs of a rule in the table: (target, rounds) -> analysis."""
    found: Runs = {}
    for text in TARGETS:
        target = parse_target(text).law
        for number in rounds:
            analysis = None if (name, number) in COSTLY else run(RULES[name], target, number)
            if analysis is not None:
                found[text, number] = analysis
    return found


def larger_runs_of(name: str) -> Runs:
    """Runs of a rule on more cells, one a round, for the first table."""
    found: Runs = {}
    for text in (FOUR_CELLS, SHOWN_BY.get(name, FOUR_CELLS)):
        target = parse_target(text).law
        cells = len(next(iter(target)))
        analysis = run(RULES[name], target, cells)
        if analysis is not None:
            found[text, cells] = analysis
    return found


# --- distances ---------------------------------------------------------------------------------


def show_distance(distance: Fraction) -> str:
    """A distance as text.

    >>> [show_distance(Fraction(*one)) for one in ((0, 1), (81, 1000), (1, 30000), (12345, 99999))]
    ['0', '81/1000', '< 0.0001', '0.1234..']
    """
    if distance.denominator <= CUT:
        return str(distance)
    digits = int(distance * CUT)
    return f"0.{digits:04d}.." if digits else f"< {1 / CUT:.4f}"


def show_run(analysis: DecoderAnalysis | None, target: str) -> str:
    """What stands in the table for a run."""
    if analysis is None:
        return "-"
    comparison = analysis.compare(parse_target(target).law)
    if comparison is None:
        return f"{show_distance(1 - analysis.ended)} runs on"
    return show_distance(comparison.total_variation)


def distances(all_runs: dict[str, Runs]) -> list[str]:
    """One table per target: decoder x rounds -> total variation."""
    lines: list[str] = []
    for target in TARGETS:
        heads = " | ".join(f"rounds: {number}" for number in ROUNDS)
        lines += ["", f"Target `{target}`:", "", f"| decoder | {heads} |"]
        lines.append("|" + "---|" * (len(ROUNDS) + 1))
        for name, found in all_runs.items():
            shown = " | ".join(show_run(found.get((target, d)), target) for d in ROUNDS)
            lines.append(f"| {name} | {shown} |")
    return lines


# --- which claims apply ------------------------------------------------------------------------


def class_of(runs: Sequence[DecoderAnalysis]) -> Unmasking:
    """The narrowest class of F that all these runs have."""
    behaviours = [analysis.behaviour for analysis in runs]
    if any(found.uses_memory for found in behaviours):
        return Unmasking.MEMORY
    fits = frozenset(Unmasking)
    for found in behaviours:
        fits &= found.fits
    return narrowest(fits)


def verdicts(found: Runs) -> list[str]:
    """The columns of the second table for the runs of one rule."""
    runs = list(found.values())
    seen = [analysis.behaviour for analysis in runs]
    once = not any(one.remasks or one.revises for one in seen)
    memory = any(one.uses_memory for one in seen)
    clock = any(one.uses_clock for one in seen)
    either = not memory and not clock and any(one.clock_or_memory for one in seen)
    flags = {
        "write-once": once,
        "remasks": any(one.remasks for one in seen),
        "revises": any(one.revises for one in seen),
        "round number": clock,
        "round number or memory": either,
        "memory": memory,
    }
    # A rule whose rounds differ by one of the two may have memory, and is not counted as without.
    memory |= either
    offered = all(one.as_offered for one in seen)
    full = [one.behaviour for (_, rounds), one in found.items() if rounds == CELLS]
    single = bool(full) and all(one.most_written <= 1 for one in full)
    blind = all(Unmasking.JOINT in one.fits for one in seen)
    factors = frozenset({Unmasking.DETERMINISTIC, Unmasking.INDEPENDENT})
    product = all(one.fits & factors for one in seen) and not memory
    deterministic = all(Unmasking.DETERMINISTIC in one.fits for one in seen) and not memory
    return [
        class_of(runs).value,
        ", ".join(name for name, yes in flags.items() if yes),
        _yes(offered),
        _yes(single),
        _yes(single and blind and once and offered),
        _yes(single),
        _yes(product and once),
        _yes(deterministic and once),
    ]


def _yes(applies: bool) -> str:
    return "yes" if applies else "no"


HEADS = (
    "decoder",
    "class of F",
    "cells",
    "draws from the conditionals",
    f"one cell a round in {CELLS} rounds",
    "DEC-BLIND",
    "DEC-JOINT",
    "one round is a product law",
    "T4.5",
)


def applies(all_runs: dict[str, Runs]) -> list[str]:
    """The second table: what every rule does, and which claims are about it."""
    lines = [f"| {' | '.join(HEADS)} |", "|" + "---|" * len(HEADS)]
    lines += [f"| {name} | {' | '.join(verdicts(found))} |" for name, found in all_runs.items()]
    return lines


def page(names: Sequence[str] = tuple(RULES)) -> str:
    """Both tables in Markdown."""
    all_runs = {name: runs_of(name) for name in names}
    larger = {name: {**found, **larger_runs_of(name)} for name, found in all_runs.items()}
    return "\n".join([*applies(larger), *distances(all_runs)]) + "\n"


def with_tables(note: str, tables: str) -> str:
    """A note with the tables between its marks. Raises `ValueError` if it has no marks."""
    before, begin, rest = note.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("the note has no marks for the tables")
    return f"{before}{BEGIN}\n\n{tables}\n{END}{after}"


def print_or_write(tables: str, arguments: Sequence[str]) -> int:
    """Print tables, or with `--write FILE` write them into a note."""
    if len(arguments) == 2 and arguments[0] == "--write":
        path = Path(arguments[1])
        path.write_text(with_tables(path.read_text("utf-8"), tables), "utf-8")
        return 0
    sys.stdout.write(tables)
    return 0


def main(arguments: Sequence[str]) -> int:
    """Print the tables, or write them into a note."""
    return print_or_write(page(), arguments)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
