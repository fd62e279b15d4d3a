"""Upper bounds by construction: samplers of a target, each with its certificate.

The constructions stand in `model.samplers`; here they are tried on a target, written out as
tables, and examined by the kernel, which also says at which point of the lattice each lies.
What does not fit a target is left out. (Note SEPARATION.)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, product

from dlmcheck.model.samplers.alias import Marking, any_target_by_revision
from dlmcheck.model.samplers.drawn_patterns import (
    any_target_by_joint_patterns,
    any_target_by_joint_remasking,
    any_target_by_joint_remasking_zeros,
    by_subsets_of_any_place,
    fixed_weight_by_uniform_subset,
    one_hot_by_independent_unmasking,
    one_hot_by_remasking,
    one_hot_weights,
)
from dlmcheck.model.samplers.mixtures import (
    Codebook,
    Piece,
    codebook,
    codebook_with_masks,
    mixture_by_revision,
    mixture_with_scratch,
    pieces_at,
    pieces_of,
)
from dlmcheck.model.samplers.random_unmasking import (
    any_target_by_joint_unmasking,
    target_missing_a_string_by_joint_unmasking,
)
from dlmcheck.model.targets import Target, TokenLaw, fixed_weight
from dlmcheck.spec.definition import Sampler
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.lattice import Edits
from dlmcheck.spec.law import ONE, bernoulli, is_product, marginal
from dlmcheck.spec.policies import DeterministicUnmasking, SameRateUnmasking, UnmaskingPolicy
from dlmcheck.spec.rounds import fixed_choice, strategy_sampler
from dlmcheck.spec.tokens import State, masked_positions
from dlmcheck.verify.kernel.sampler_table import examine
from dlmcheck.verify.rounds.any_order import sizes_in_any_order
from dlmcheck.verify.rounds.by_argument import in_any_place, of_every_law, with_scratch
from dlmcheck.verify.rounds.facts import Upper
from dlmcheck.verify.rounds.tables import table_certificate

MOST_CELLS = 9
"""The samplers of a longer target are not written out."""
MOST_BITS = 9
"""A codebook of more bits is not written out: its sampler reaches 2^bits states."""
MOST_STRINGS = 64
"""A target with more strings is not split into pieces in every way."""
ORDERED_CELLS = 6
"""Up to this length subsets of any place are looked for that are written together."""


def constructions(target: Target, scratches: Sequence[int | None] = (0,)) -> tuple[Upper, ...]:
    """Every construction that fits a target of bits, with these numbers of scratch cells.

    None stands for as many as it takes. Each has been examined by the kernel; those of long targets
    are not written out as samplers (`by_argument`).
    """
    law = target.law
    n = len(next(iter(law)))
    if is_product(law):
        return tuple(examined(target, s, "the target is a product law") for s in _one_round(law))
    found: list[Upper] = []
    if n > MOST_CELLS or len(law) > 1 << MOST_CELLS - 1:
        found += of_every_law(target)
    else:
        found += [examined(target, sampler, words) for sampler, words in _samplers(law, n)]
        if n > ORDERED_CELLS:
            found += in_any_place(target)
        for scratch in scratches:
            found += [
                examined(target, sampler, words)
                for sampler, words in _with_scratch(law, n, scratch)
            ]
    if None in scratches:
        fair = _all_dyadic(law)
        found.append(with_scratch(target, _strings(law) if fair else _pieces(law), fair=fair))
    return tuple(found)


def examined(target: Target, sampler: Sampler, words: str) -> Upper:
    """A sampler as an upper fact: its table, examined by the kernel. Raises `Rejected`."""
    text = table_certificate(target.name, target.law, sampler)
    seen = examine(Document.parse(text, target.name))
    return Upper(seen.point, seen.rounds, words, text)


def _samplers(law: TokenLaw, n: int) -> Iterator[tuple[Sampler, str]]:
    yield from _by_patterns(law, n)
    yield from _by_revision(law, n)
    if n <= ORDERED_CELLS + 1:
        one_by_one = [frozenset([i]) for i in range(n)]
        yield strategy_sampler(law, fixed_choice(one_by_one), n), "left to right, a cell a round"
    if n <= ORDERED_CELLS:
        sizes, rounds = sizes_in_any_order(law)
        words = "a uniform subset of cells of which any so many are independent"
        yield by_subsets_of_any_place(law, sizes, rounds), words


def _with_scratch(law: TokenLaw, n: int, scratch: int | None) -> Iterator[tuple[Sampler, str]]:
    if scratch == 0:
        return
    yield from _by_scratch(law, n, MOST_BITS if scratch is None else scratch)
    if scratch is not None:
        for pieces, book in _coded(law, n, n + scratch):
            extra = max(0, len(book.symbols) - n)
            if extra:
                text = f"mixture of {len(pieces)} product laws: round 1 draws which one"
                yield mixture_by_revision(pieces, book, scratch=extra), text


# --- one round ---------------------------------------------------------------------------------


def _one_round(law: TokenLaw) -> Iterator[Sampler]:
    n = len(next(iter(law)))
    chances = [marginal(law, i)[1] for i in range(n)]
    one_rate = SameRateUnmasking(lambda _state, _number: ONE)
    policies: list[tuple[UnmaskingPolicy, Edits]] = [
        (DeterministicUnmasking(lambda state, _: masked_positions(state)), Edits.WRITE_ONCE),
        (one_rate, Edits.WRITE_ONCE),
        (one_rate, Edits.REVISE_TOKEN),
    ]
    for policy, edits in policies:
        yield Sampler(
            length=n,
            predictor=lambda _state, i, _number: bernoulli(chances[i]),
            unmask=policy,
            rounds=1,
            output=tuple(range(n)),
            edits=edits,
        )


# --- patterns of masks -------------------------------------------------------------------------


def _by_patterns(law: TokenLaw, n: int) -> Iterator[tuple[Sampler, str]]:
    joint = "jointly random F draws which cells are ones"
    missing = next((z for z in product((0, 1), repeat=n) if not law[z]), None)
    yield any_target_by_joint_unmasking(law), joint
    if missing is not None:
        yield target_missing_a_string_by_joint_unmasking(law, missing), joint
    for odd in _dyadic_first(law, n):
        yield any_target_by_joint_patterns(law, odd), joint
    drawn = "jointly random G draws which cells are masked again"
    yield any_target_by_joint_remasking(law), drawn
    yield any_target_by_joint_remasking_zeros(law), drawn
    both = next(
        (z for z in product((0, 1), repeat=n) if not law[z] and not law[_complement(z)]), None
    )
    if both is not None:
        yield any_target_by_joint_remasking_zeros(law, both), drawn
    if one_hot_weights(law) is not None:
        yield (
            one_hot_by_independent_unmasking(law),
            "independent coins of F are a decision list for the place of the 1",
        )
        yield one_hot_by_remasking(law), "independent bits, and G masks every 1 but the first"
    weight = sum(next(iter(law)))
    if weight < n and law == fixed_weight(n, weight):
        for edits in (Edits.WRITE_ONCE, Edits.REVISE_TOKEN):
            yield fixed_weight_by_uniform_subset(n, weight, edits), "F draws a set of zeros"


def _complement(z: State) -> State:
    return tuple(1 - bit for bit in z)


def _dyadic_first(law: TokenLaw, n: int) -> list[int]:
    """A cell whose conditional law given the others is dyadic, if there is one; else cell 0."""
    for cell in range(n):
        others = {z[:cell] + z[cell + 1 :] for z in law}
        if all(_conditional_is_dyadic(law, cell, y) for y in others):
            return [cell]
    return [0]


def _conditional_is_dyadic(law: TokenLaw, cell: int, others: State) -> bool:
    zero, one = (law[(*others[:cell], bit, *others[cell:])] for bit in (0, 1))
    return (one / (zero + one)).denominator.bit_count() == 1


# --- revision ----------------------------------------------------------------------------------


def _by_revision(law: TokenLaw, n: int) -> Iterator[tuple[Sampler, str]]:
    words = "mixture of {} product laws: round 1 draws which one"
    in_bits = False
    for pieces, book in _coded(law, n, n):
        text = words.format(len(pieces))
        in_bits = in_bits or not _all_dyadic(law) or _dyadic(pieces, book)
        yield mixture_by_revision(pieces, book), text
        yield mixture_by_revision(pieces, book, same_rate=True), text
    if not in_bits:
        pieces = _pieces(law)
        for clock in (False, True):
            masked = codebook_with_masks([p.mass for p in pieces], n, clock=clock)
            if masked is not None and len(masked.symbols) <= MOST_BITS:
                text = words.format(len(pieces)) + ", by two tokens and M"
                yield mixture_by_revision(pieces, masked, clock=clock), text
                yield mixture_by_revision(pieces, masked, clock=clock, same_rate=True), text
                yield mixture_by_revision(pieces, masked, clock=clock, independent=True), text
                break
        last = _dyadic_first(law, n)[0]
        for marking in Marking:
            yield any_target_by_revision(law, last, marking), "alias method over prefixes"


def _all_dyadic(law: TokenLaw) -> bool:
    """Whether every atom is dyadic: otherwise dyadic samplers are out of reach."""
    return all(weight.denominator.bit_count() == 1 for _, weight in law.items())


def _dyadic(pieces: Sequence[Piece], book: Codebook) -> bool:
    numbers = [w for law in book.symbols for _, w in law.items()]
    numbers += [chance for piece in pieces for chance in piece.ones]
    return all(number.denominator.bit_count() == 1 for number in numbers)


def _pieces(law: TokenLaw) -> tuple[Piece, ...]:
    """The target as few product laws: by all splits if it is small, else by prefixes."""
    n = len(next(iter(law)))
    if len(law) <= MOST_STRINGS and n <= ORDERED_CELLS + 1:
        return pieces_of(law)
    return _strings(law)


def _strings(law: TokenLaw) -> tuple[Piece, ...]:
    return tuple(Piece(w, tuple(Fraction(bit) for bit in z)) for z, w in sorted(law.items()))


def _coded(law: TokenLaw, n: int, cells: int) -> Iterator[tuple[tuple[Piece, ...], Codebook]]:
    """Pieces with a codebook on so many cells: with dyadic numbers and with any, if there are."""
    found: list[tuple[tuple[Piece, ...], Codebook]] = []
    pieces = _pieces(law)
    limit = min(cells, MOST_BITS)
    book = codebook([piece.mass for piece in pieces], limit)
    if book is not None:
        found.append((pieces, book))
    for size in range(1, min(n - 1, limit) + 1):
        if found and (_dyadic(*found[-1]) or not _all_dyadic(law)):
            break
        for chosen in combinations(range(n), size):
            at = pieces_at(law, chosen)
            if at is not None:
                found.append(at)
                break
        else:
            continue
        break
    if found:
        yield found[0]
        if len(found) > 1 and _dyadic(*found[1]) and not _dyadic(*found[0]):
            yield found[1]


# --- scratch cells -----------------------------------------------------------------------------


def _by_scratch(law: TokenLaw, n: int, scratch: int) -> Iterator[tuple[Sampler, str]]:
    for pieces, book in _coded(law, n, scratch):
        text = f"mixture of {len(pieces)} product laws, named by {len(book.symbols)} scratch cells"
        yield mixture_with_scratch({(): pieces}, (), (), book, n), text
    for first in range(n):
        by_value: dict[tuple[int, ...], tuple[Piece, ...]] = {
            (bit,): _pieces(_where(law, first, bit)) for bit in {z[first] for z in law}
        }
        masses = {tuple(p.mass for p in pieces) for pieces in by_value.values() if len(pieces) > 1}
        if len(masses) != 1:
            continue
        named = codebook(next(iter(masses)), min(scratch, MOST_BITS - 1))
        if named is not None:
            text = f"output {first} and {len(named.symbols)} scratch cells name a product law"
            chance = marginal(law, first)[1]
            yield mixture_with_scratch(by_value, (first,), (chance,), named, n), text
            return


def _where(law: TokenLaw, cell: int, bit: int) -> TokenLaw:
    return law.given(lambda z: z[cell] == bit)
