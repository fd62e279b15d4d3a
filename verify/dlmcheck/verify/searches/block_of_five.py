"""Round 4 of the block of five cells at an end, for `chained_blocks`.

The local search finds no table for it: only a sixteenth of what two votes of no may hold is left
by the complete blocks. This one was found by an integer solver (CP-SAT of OR-tools). Nothing rests
on that: its weights are added up anew like those of the other blocks.
"""

from __future__ import annotations

from typing import Final

SEED: Final = 2
"""The rounds before the last are those of this seed."""

DIGITS: Final = "0123456789abcdefghijklmnopqrstuv"

ENDINGS: Final = (
    "2012322541672981ab1fe1hg2ij2kl2nm2op2rq2ts0uv2022312641572a829b2ce2fd2ig2hj2km2nl2oq"
    "2rp1us2tv23215729b2cd2hj1nl2rp2us2041511622372c829d1ae2fb2kg0hl2im2nj1os1tp2uq2rv201"
    "13219d1ae0kl1ij2tp1uv1020571c81fd1km2hj2us2tv20109e1hg1rp1082912a213b1c425d26e2f72og"
    "2hp2iq1rj1ks2tl1um2nv1012ab25d2671og2ij2kl2uv10813b2642571ig2hp2km1nl20b16d2oj2kv2c4"
    "29d26e2fb2ks1hl1im1rv1582ab1tp2nv26229d2om1hl2081ij20g2h12i223j1k425l26m1n72o819p2aq"
    "2rb2cs1td2ue2fv20g2322542671981rb2td2fv20g2hj06m25l1oq1rp2ce2fd20g1k72rb1cv2k425116m"
    "2372cs19d2ue1fb00l2i71ts2ab0im1312us19v20l0ov2og2hp1aq13b1c415l1ue2fv2op13j0cs1fv1aq"
    "0rp1641nv1o21cv2c41tl2ae03v2tp2nm2cq0fv1fs"
)
"""For each open state, in ascending order, a digit each: vote, even string, odd string."""


def rows() -> list[tuple[int, int, int]]:
    """The table: vote, even string, odd string."""
    numbers = [DIGITS.index(digit) for digit in ENDINGS]
    return list(zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True))
