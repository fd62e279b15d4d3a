"""The cone bound for even parity at locality k, with its certificate (note T4.5).

Source: the locality form of Jiang, Haghtalab, Chen (ICLR 2026), Theorem 4.5.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from dlmcheck.model.reductions.cones import least_rounds
from dlmcheck.verify.kernel.documents import certificate_text
from dlmcheck.verify.kernel.proof_documents import proof_text
from dlmcheck.verify.kernel.round_bounds import KIND
from dlmcheck.verify.proofs.locality import locality_proof
from dlmcheck.verify.rounds.results import Bound

CONES = "D >= 1 + ceil(log_(k+1) n) (T4.5)"


@cache
def _proof() -> str:
    """The steps as text. The sizes are counted by the checker, so no query goes with them."""
    return proof_text(replace(locality_proof(), queries=()), {})


def cone_bound(n: int, tokens: int) -> Bound:
    """The bound for n cells, every part reading at most so many tokens; for all numbers of rounds.

    Raises `BadInput` for n < 1 or k < 0.
    """
    least = least_rounds(n, tokens)
    text = certificate_text(
        KIND,
        name=f"even-parity:{n}",
        argument="locality",
        cells=n,
        tokens=tokens,
        rounds=None if least is None else least - 1,
        proof=_proof(),
    )
    return Bound(least, CONES, text, never=least is None)
