"""Certificates of the laws of runs: what `site_by_site` has found, for the kernel to find again.

The kernel's own push-forward (`kernel.state_laws`) has no numpy; it takes about as long where rules
are local, and longer where cells read many others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from dlmcheck.spec.circuit import Bits
from dlmcheck.spec.schedule import Schedule
from dlmcheck.spec.tokens import show_state
from dlmcheck.verify.engines.site_by_site import Guard, final_weights
from dlmcheck.verify.kernel.state_laws import state_law_text
from dlmcheck.verify.kernel.stated_laws import Counts


def state_certificate(
    schedule: Schedule,
    data: Bits = (),
    cells: Sequence[int] | None = None,
    guard: Guard | None = None,
) -> str:
    """A certificate of what some cells show after the last round (all cells without a choice).

    Raises what `site_by_site.final_weights` raises.
    """
    law = final_weights(schedule, data, guard).as_law()
    listed = range(schedule.length) if cells is None else cells
    counts: Counter[str] = Counter()
    for state, weight in law.weights.items():
        counts[show_state(tuple(state[i] for i in listed))] += weight
    found = Counts(law.exponent, dict(sorted(counts.items())))
    return state_law_text(schedule, data, listed, found)
