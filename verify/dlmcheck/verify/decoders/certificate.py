"""What a decoder was seen to do, as a certificate that the kernel runs again.

The kernel (`kernel.decoder_table`) needs no decoder and no predictor: the file has, for every
configuration that is reached in a round, what the round does there. That this is what the code
does is the one thing that the file cannot show.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from fractions import Fraction
from itertools import product
from math import prod

from dlmcheck.spec.decoder import Decoder, Step, noted
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.law import Law
from dlmcheck.spec.tokens import State, Token, show_state
from dlmcheck.verify.decoders.analysis import Comparison, DecoderAnalysis
from dlmcheck.verify.decoders.codes import Site
from dlmcheck.verify.decoders.enumeration import BranchPart, Transition
from dlmcheck.verify.kernel.decoder_rows import INFINITE, MOST_TOKENS
from dlmcheck.verify.kernel.decoder_table import KIND
from dlmcheck.verify.kernel.divergence import Divergence
from dlmcheck.verify.kernel.documents import certificate_text
from dlmcheck.verify.kernel.rationals import MOST_DIGITS, number_text

DECIMALS = 10**12
"""Ends of divergences are rounded outwards to so many parts of one."""


class Memories:
    """Whole numbers for memories; 0 for that of the start."""

    def __init__(self, start: Hashable) -> None:
        self._numbers: dict[Hashable, int] = {start: 0}

    def number(self, memory: Hashable) -> int:
        """The number of a memory."""
        return self._numbers.setdefault(memory, len(self._numbers))


def decoder_certificate(
    decoder: Decoder,
    analysis: DecoderAnalysis,
    comparison: Comparison | None,
    target: Law[State],
    name: str,
) -> str:
    """The certificate as text; `name` is the target's. For runs without a bound it is that of the
    limit, which needs no comparison if some never end.

    Raises `BadInput` if the vocabulary has more than ten tokens, a number too many digits, or
    there is no limit where one is needed.
    """
    if decoder.vocabulary > MOST_TOKENS:
        raise BadInput(f"{decoder.vocabulary} tokens", source="certificate", expected="at most 10")
    if analysis.ended != 1 or comparison is None:
        return _limit_certificate(decoder, analysis, comparison, target, name)
    start = decoder.start()
    memories = Memories(start.memory)
    rows: list[object] = []
    for (before, number), made in analysis.table.items():
        parts = [part for one in made.parts for part in _parts(one, made.denominator, memories)]
        row = [number, show_state(before.state), memories.number(before.memory), parts]
        rows.append([*row, _sources(made, len(before.state))])
    return certificate_text(
        KIND,
        decoder=analysis.decoder,
        name=name,
        target=_law(target),
        start=show_state(start.state),
        rounds=decoder.rounds or 0,
        rows=rows,
        law=_law(Law(analysis.law)),
        **_distances(comparison),
        worst=analysis.worst,
        expected=str(analysis.expected),
        unmasking=analysis.behaviour.unmasking.value,
        own_predictor=sorted(one.value for one in analysis.behaviour.own_predictor),
    )


def _limit_certificate(
    decoder: Decoder,
    analysis: DecoderAnalysis,
    comparison: Comparison | None,
    target: Law[State],
    name: str,
) -> str:
    limit, start = analysis.limit, decoder.start()
    if limit is None or limit.visits is None or limit.law is None:
        raise BadInput(
            "not all runs have ended, and what becomes of the others is not known",
            source="certificate",
            expected="a decoder whose runs end, or whose limit is computed",
        )
    memories = Memories(start.memory)
    entries: list[object] = []
    for before, made in limit.table.items():
        parts = [part for one in made.parts for part in _parts(one, made.denominator, memories)]
        visits = None if before not in limit.visits else _number(limit.visits[before])
        entries.append([show_state(before.state), memories.number(before.memory), visits, parts])
    return certificate_text(
        KIND,
        decoder=analysis.decoder,
        name=name,
        target=_law(target),
        start=show_state(start.state),
        limit=entries,
        law={show_state(state): _number(weight) for state, weight in sorted(limit.law.items())},
        never_ends=str(analysis.never_ends),
        expected=None if limit.expected is None else _number(limit.expected),
        **_distances(comparison),
    )


def _distances(comparison: Comparison | None) -> dict[str, object]:
    """Total variation and both divergences from the target as fields."""
    numbers: tuple[object, object, object] = (None, None, None)
    if comparison is not None:
        both = _ends(comparison.forward), _ends(comparison.backward)
        numbers = (_number(comparison.total_variation), *both)
    return dict(zip(("total_variation", "kl_target_law", "kl_law_target"), numbers, strict=True))


def _parts(part: BranchPart, denominator: int, memories: Memories) -> Iterator[object]:
    """A part as it stands in a file; one with notes is written out, since they are memories."""
    if part.notes is None:
        sums = [sum(weight for _, weight in site) for site in part.sites]
        weight = Fraction(part.weight * prod(sums), denominator)
        yield [_number(weight), memories.number(part.memory), [*map(_site, part.sites)]]
        return
    for shown in product(*part.sites):
        state = tuple(token for token, _ in shown)
        weight = Fraction(part.weight * prod(weight for _, weight in shown), denominator)
        memory = noted(Step(notes=part.notes), state).memory
        yield [_number(weight), memories.number(memory), [*show_state(state)]]


def _site(site: Site) -> str | dict[str, str]:
    if len(site) == 1:
        return show_state((site[0][0],))
    total = sum(weight for _, weight in site)
    return {show_state((token,)): _number(Fraction(weight, total)) for token, weight in site}


def _sources(made: Transition, cells: int) -> list[object] | None:
    if made.sources is None:
        return None
    laws = made.sources
    return [_token_law(laws[cell]) if cell in laws else None for cell in range(cells)]


def _token_law(law: Law[Token]) -> dict[str, str]:
    return {show_state((token,)): _number(weight) for token, weight in sorted(law.items())}


def _law(law: Law[State]) -> dict[str, str]:
    return {show_state(state): _number(weight) for state, weight in sorted(law.items())}


def _number(number: Fraction) -> str:
    if max(number.numerator, number.denominator).bit_length() > 3 * MOST_DIGITS:
        raise BadInput(
            "a probability is too long to be written out",
            source="certificate",
            expected=f"at most {MOST_DIGITS} digits",
        )
    return number_text(number)


def _ends(one: Divergence) -> list[str] | str:
    if one.low is None or one.high is None:
        return INFINITE
    low = one.low * DECIMALS // 1
    high = -(-one.high * DECIMALS // 1)
    return [str(Fraction(low, DECIMALS)), str(Fraction(high, DECIMALS))]
