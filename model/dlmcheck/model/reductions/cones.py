"""How many output bits a local write-once sampler can check at once: a lower bound on rounds.

Source: the locality form of Jiang, Haghtalab, Chen (ICLR 2026), Theorem 4.5; it rests on no
imported theorem. Write-once, L = n, F deterministic; every p_i and F_i reads at most k tokens
beside its own mask status, and perhaps the round number; real probabilities are allowed.

On an odd string z the earliest violated check, of cell i in round t, is certified by the bits of z
that it looks at: on every string that agrees with z there, it or an earlier one is violated. But
no string with a free bit left is certain to be odd, so the check looks at all n bits. How many
can it look at? Let A_t bound the bits on which the mask status of a cell depends after round t,
and B_t those of the cell itself. A_0 = B_0 = 0, and

    A_t = A_(t-1) + k B_(t-1),    B_t = A_t + 1,    so that A_t = (k+1)^(t-1) - 1 for t >= 1.

In the last round F need not be looked at: a legal sampler writes whatever is masked. There a
check sees A_(D-1) + k B_(D-1) + 1 = B_D = (k+1)^(D-1) bits; in an earlier round t at most
A_(t-1) + 2 k B_(t-1) + 1 <= (k+1)^t. Hence n <= (k+1)^(D-1).
"""

from __future__ import annotations

from dataclasses import dataclass

from dlmcheck.model.reductions.parity_recogniser import check_reducible
from dlmcheck.spec.errors import BadPoint
from dlmcheck.spec.resources import reads
from dlmcheck.spec.schedule import Schedule, predictor_reads


def cone_bounds(locality: int, rounds: int) -> tuple[tuple[int, int], ...]:
    """(A_t, B_t) for t = 0, ..., rounds, by the recursion.

    >>> cone_bounds(2, 3)
    ((0, 0), (0, 1), (2, 3), (8, 9))

    Raises `BadPoint` for a negative number.
    """
    if locality < 0 or rounds < 0:
        raise BadPoint("negative locality or rounds", source="cone bounds")
    bounds = [(0, 0)]
    for _ in range(rounds):
        mask, cell = bounds[-1]
        bounds.append((mask + locality * cell, mask + locality * cell + 1))
    return tuple(bounds)


def longest_parity(locality: int, rounds: int) -> int:
    """The largest n that the bound leaves to a sampler with so many rounds: (k+1)^(D-1).

    >>> longest_parity(2, 3), longest_parity(0, 5)
    (9, 1)

    Raises `BadPoint` for a negative locality or no round.
    """
    if rounds < 1:
        raise BadPoint(f"{rounds} rounds", source="cone bounds", expected="at least one")
    return cone_bounds(locality, rounds)[rounds][1]


def least_rounds(n: int, locality: int) -> int | None:
    """The lower bound 1 + ceil(log_(k+1) n), in integers; None where no D satisfies it.

    >>> [least_rounds(9, k) for k in (1, 2, 8)], least_rounds(10, 2), least_rounds(2, 0)
    ([5, 3, 2], 4, None)

    Raises `BadPoint` for n < 1 or a negative locality.
    """
    if n < 1 or locality < 0:
        raise BadPoint(f"n = {n}, locality {locality}", source="cone bounds")
    if n > 1 and locality == 0:
        return None
    rounds = 1
    while longest_parity(locality, rounds) < n:
        rounds += 1
    return rounds


@dataclass(frozen=True)
class CheckCone:
    """The cells of the output at which the check of one cell in one round can look."""

    round_number: int
    position: int
    cells: frozenset[int]


def check_cones(schedule: Schedule) -> list[CheckCone]:
    """The cones of all checks of a schedule, followed through its wires, round by round.

    In the last round without F, as above. Raises `BadPoint` if a hypothesis of the reduction
    fails.
    """
    check_reducible(schedule)
    n, encoding = schedule.length, schedule.encoding
    # A code bit that is the same for 0 and 1 tells the mask status only.
    status_only = [encoding.zero[half] == encoding.one[half] for half in (0, 1)]
    mask: list[frozenset[int]] = [frozenset()] * n
    cell: list[frozenset[int]] = [frozenset()] * n
    found: list[CheckCone] = []

    def seen(own: int, inputs: frozenset[int]) -> frozenset[int]:
        cells: frozenset[int] = frozenset()
        for node in inputs:
            j, half = divmod(node, 2)
            if j < n:
                # The own cell is masked when it is written: its value bits tell no token.
                cells |= mask[j] if j == own or status_only[half] else cell[j]
        return cells

    p_reads, f_reads = predictor_reads(schedule), reads(schedule.unmask)
    for number in range(1, schedule.rounds + 1):
        by_f = [seen(i, f_reads[i]) for i in range(n)]
        for i in range(n):
            cells = mask[i] | seen(i, p_reads[i]) | {i}
            if number < schedule.rounds:
                cells |= by_f[i]
            found.append(CheckCone(number, i, cells))
        mask = [mask[i] | by_f[i] for i in range(n)]
        cell = [mask[i] | {i} for i in range(n)]
    return found
