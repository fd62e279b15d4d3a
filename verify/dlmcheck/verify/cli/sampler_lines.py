"""Lines of what `dlmcheck sampler` prints: numbers, runs, ties, and another decoder beside it."""

from __future__ import annotations

from fractions import Fraction

from dlmcheck.spec.tokens import show_state
from dlmcheck.verify.decoders.against import Against
from dlmcheck.verify.decoders.limits import Trace
from dlmcheck.verify.decoders.ties import Example, Ties

DIGITS = 12
"""Fractions with more digits than this are printed as decimals."""
MOST_SCORE = 40
"""So many characters of a score are printed."""


def shown(number: Fraction | None) -> str:
    """A number as it is printed: exact if it is short, else cut off; the JSON has all of it.

    >>> shown(Fraction(81, 1000)), shown(Fraction(1, 3**40)), shown(Fraction(2**60 - 1, 2**60))
    ('81/1000', '0.000000000000..', '0.999999999999..')
    """
    if number is None or number.denominator < 10**DIGITS:
        return str(number)
    whole, rest = divmod(number.numerator * 10**DIGITS // number.denominator, 10**DIGITS)
    return f"{whole}.{rest:0{DIGITS}d}.."


def shown_run(trace: Trace) -> str:
    """The states of a run, with its probability."""
    states = " -> ".join(map(show_state, trace.states))
    return f"{states}, probability {shown(trace.probability)}"


def print_ties_met(ties: Ties) -> None:
    """In how many configurations equal numbers were compared, with the first ones."""
    among = f"{ties.watched} configurations"
    if ties.watched < ties.configurations:
        among = f"the first {among}"
    if ties.refused is not None:
        print(f"ties         could not be watched for: {ties.refused}")
    elif ties.example is None:
        print(f"ties         none: no two equal scores are put in order in {among}")
    else:
        print(
            f"ties         equal scores are put in order in {ties.ranked} of {among}, of different"
        )
        print(
            f"             cells in {ties.between_cells}, of tokens of one cell in "
            f"{ties.between_tokens}; in {ties.decided} it matters how ties are broken"
        )
        print(f"             first: {_example(ties.example)}")
    if ties.tested:
        matters = "" if ties.ranked else f", and it matters in {ties.decided}"
        print(f"             equal scores are compared by == in {ties.tested} of {among}{matters}")
    if ties.threshold is not None:
        print(f"threshold    met exactly in {ties.thresholds} of {among}")
        print(f"             first: {_example(ties.threshold)}")


def _example(example: Example) -> str:
    tie, at = example.tie, show_state(example.state)
    cells = " and ".join(f"cell {cell}" for cell in tie.cells)
    value = tie.value if len(tie.value) <= MOST_SCORE else f"{tie.value[:MOST_SCORE]}.."
    return f"{value} of {cells} in round {example.round_number} at {at}"


def print_against(other: Against) -> None:
    """How far another decoder is away, and where the two part."""
    said = "of one of the two not all runs end, or are known to"
    if other.total_variation is not None:
        said = f"its law is at total variation {shown(other.total_variation)} from this one"
        if not other.total_variation:
            said = "it has the same law"
    print(f"against      {other.name}: {said}")
    parting = other.parting
    if parting is None:
        print(f"             in {other.rounds} rounds states follow each other in the same way")
        return
    here, there = (
        "is not reached" if p is None else f"goes to {show_state(parting.after)} with {shown(p)}"
        for p in (parting.here, parting.there)
    )
    before = f"in round {parting.round_number} {show_state(parting.before)}"
    print(f"             {before} {here} here, and {there} there")
