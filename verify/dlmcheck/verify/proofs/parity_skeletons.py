"""The arguments about the even-parity samplers, in words; nothing is concluded from them.

The notes T4.1, T4.2 and T4.5 have them at length. Bits are added modulo 2.
"""

from __future__ import annotations


def _sentences(text: str) -> tuple[str, ...]:
    """Paragraphs, each on one line."""
    return tuple(" ".join(part.split()) for part in text.strip().split("\n\n"))


_DIFFERENCE = """

So z_0 + ... + z_i = y_i, by induction over i; the last of these sums is y_(n-1) = 0: z is even.

The sums give every coin back, so different coins make different strings; and the coins that are
read off an even string in this way make that string.

So the coins and the even strings correspond one to one, and z is uniform on the even strings.
"""

REVISION = _sentences(
    """
After round 1 every cell i is visible and shows y_i: the cell's coin, but 0 in the last cell.

Round 2 knows that it is not the first, and turns every cell into the sum of itself and its left
neighbour: z_i = y_i + y_(i-1), with y_(-1) = 0.
"""
    + _DIFFERENCE
)

REVISION_ABSORBING = _sentences(
    """
After round 1 every cell i < n-1 shows its coin y_i, and the last cell is masked: y_(n-1) = 0.

The masked last cell tells round 2 from what follows; in it every cell becomes the sum of itself
and its left neighbour, z_i = y_i + y_(i-1), where the masked cell counts as 0.

Then the last cell is visible, F selects nothing, and a further round changes nothing.
"""
    + _DIFFERENCE
)

REMASK_CLOCK = _sentences(
    """
Round 1 writes y_i into every cell i (a coin, but 0 in the last cell); then G masks cell i iff
y_(i-1) = 1.

So before round 2 cell i+1 is masked iff y_i = 1. A masked cell i has y_(i-1) = 1 and becomes
NOT y_i; a visible one has y_(i-1) = 0 and shows y_i: both are z_i = y_i + y_(i-1).

In round 2 G masks nothing, so every cell is visible at the end.
"""
    + _DIFFERENCE
)

_RING = """

So before round 2 ring cell i is masked iff x_(i-1) = 1, around the ring of k = n-2 cells.

A masked ring cell i > 0 becomes NOT [cell i is 0] = x_i + x_(i-1), read off the mask of the next
ring cell; cell 0 becomes x_0; the marker keeps x_k; the check becomes x_(k-1) + x_k.

Then all is visible, and a further round changes nothing.

So z_0 + ... + z_i is x_i in the ring, x_(k-1) + x_k at the marker and 0 at the end: z is even.

These sums and the marker give every coin back, and the coins that are read off an even string
make that string: coins and even strings correspond one to one, and z is uniform on them.
"""

RING_REMASK = _sentences(
    """
Round 1 writes a coin x_i into every cell but the check; while the check is masked, G masks ring
cell i iff x_(i-1) = 1.
"""
    + _RING
)

RING_AFTER_SAMPLING = _sentences(
    """
In round 1 every cell but the check draws a candidate x_i; ring cell i is written iff x_(i-1) = 0,
the marker always, the check never.
"""
    + _RING
)

BLOCKS = _sentences(
    """
After round 1 every a_j shows y_j: a coin, but 0 in the last block. Round 2 writes
b_j = y_j + y_(j-1), and G masks every a.

Round 3 writes a coin r_j into a_j; then G turns 10 into 1M and 11 into MM.

Round 4 turns 1M into 11 and MM into 10: the block ends as (r_j, r_j + b_j), of parity b_j.

Over the blocks the parities b_j = y_j + y_(j-1) telescope to y_(m-1) = 0: z is even.

The sums over the blocks give the y's back and the a's give the r's; and the coins that are read
off an even string make that string.

So the coins and the even strings correspond one to one, and z is uniform on the even strings.
"""
)

INDEPENDENT = _sentences(
    """
The cells are blocks (a_j, b_j), for odd n after a single, fair cell whose token is y_(-1).

Round 1 writes a_j, fair, iff F's coin y_j is 1 (y = 0 in the last block): from then on the mask of
a_j says y_j.

Round 2 writes b_j = a_j + y_j + y_(j-1) where y_j = 1, else fair; round 3 writes the other
a_j = b_j + y_(j-1).

So block j has the parity y_j + y_(j-1) and one fair cell; the sum over all units telescopes to 0.

The sums give the y's back, and with them the fair cell of each block its coin; the coin of the
other cell is never used: it is spare.

The coins that are read off an even string and spare bits make that string and those bits. So
coins correspond one to one to even strings with spare bits, and z is uniform on the even strings.
"""
)

JOINT_CLOCK = _sentences(
    """
F draws z itself: z_i = y_i + y_(i-1) from its coins y, with y_(-1) = y_(n-1) = 0. It selects the
cells with z_i = 1, and 1 is written there.

Round 2 writes 0 into the cells that are still masked.
"""
    + _DIFFERENCE
)

JOINT = _sentences(
    """
F draws u on the cells from 2 on and selects those with u_i = 1, where 1 is written; of cells 0
and 1 it selects the one whose number is the parity of u.

So between the rounds exactly one of cells 0 and 1 is visible, and shows a coin.

In round 2 the other one copies it or takes its negation, so that both sum to the parity of u; all
other masked cells become 0. A further round changes nothing.

The sum of z is the parity of u, twice: z is even.

The string gives u, hence F's coins, and the coin that was shown; that of the cell that copies is
spare. The coins that are read off an even string and a spare bit make that string and that bit.

So the coins correspond one to one to even strings with a spare bit, and z is uniform on the even
strings.
"""
)

CIRCUIT = _sentences(
    """
Output i is z_i = y_i + y_(i-1), with coins y_0, ..., y_(n-2) and y_(-1) = y_(n-1) = 0: one gate
on at most two coins.
"""
    + _DIFFERENCE
)

BLOCKS_CIRCUIT = _sentences(
    """
Block j is (u_j, u_j + y_j + y_(j-1)), with coins u_0, ..., u_(m-1) and y_0, ..., y_(m-2), and
y_(-1) = y_(m-1) = 0: at most one gate, on at most three coins.

The block has the parity y_j + y_(j-1). Over the blocks these telescope to y_(m-1) = 0: z is even.

The sums over the blocks give the y's back and the first cells give the u's; and the coins that
are read off an even string make that string.

So the coins and the even strings correspond one to one, and z is uniform on the even strings.
"""
)
