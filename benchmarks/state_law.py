"""Laws on all 3^L states, ours against the naive ways: python -m benchmarks.state_law [LENGTHS]

The sampler is a random schedule with local rules (`model.local_schedules`): L cells on a ring,
each reading itself and its neighbour, revision to any token or M, independent selection, three
rounds; every one of the 3^L states occurs. The question is the exact law of the state at the end.
Ways that are killed at a length are not tried on longer ones.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable, Iterable
from functools import partial

from benchmarks.measure import Timing, agreed, load, say, table, timed
from dlmcheck.model.local_schedules import local_schedule
from dlmcheck.spec.sampler import laws_by_round
from dlmcheck.spec.schedule import Schedule, sampler_of
from dlmcheck.spec.tokens import State
from dlmcheck.verify.engines import statelaw
from dlmcheck.verify.engines.site_by_site import final_weights
from dlmcheck.verify.kernel.state_laws import run_law

ROUNDS = 3


def workload(length: int) -> Schedule:
    """The schedule of a length."""
    return local_schedule(length, ROUNDS, 1, reads=2, ring=True)


def digest(weights: Iterable[tuple[State, int]], exponent: int) -> str:
    """A law with its smallest exponent in a few characters, and its number of states."""
    found = hashlib.sha256()
    count = 0
    for state, weight in sorted(weights):
        found.update(f"{state}:{weight};".encode())
        count += 1
    return f"{count} states over 2^{exponent}, {found.hexdigest()[:12]}"


def by_sites(schedule: Schedule) -> str:
    """Ours: cell by cell, all states at once."""
    law = final_weights(schedule).as_law()
    return digest(law.weights.items(), law.exponent)


def by_states(schedule: Schedule) -> str:
    """One state after another, integers in Python."""
    law = statelaw.final_law(schedule)
    return digest(law.weights.items(), law.exponent)


def by_definition(schedule: Schedule) -> str:
    """The specification: fractions."""
    law = laws_by_round(sampler_of(schedule))[-1]
    exponent = max(weight.denominator for _, weight in law.items()).bit_length() - 1
    found = ((one.state, int(weight * 2**exponent)) for one, weight in law.items())
    return digest(found, exponent)


WAYS: dict[str, Callable[[Schedule], str]] = {
    "ours, as a table in Python": by_sites,
    "integers, state by state": by_states,
    "fractions, by the definition": by_definition,
}


def compare(length: int, ways: Iterable[str], *, limit: float, repeat: int = 3) -> list[Timing]:
    """Some ways on one length, with equal laws; the time is that of the law as a table."""
    schedule = workload(length)
    return [timed(way, partial(WAYS[way], schedule), limit=limit, repeat=repeat) for way in ways]


def alone(length: int, *, limit: float, repeat: int = 3) -> Timing:
    """Ours without the table: the weights as arrays, where a table would take the time."""
    schedule = workload(length)

    def run() -> str:
        law = final_weights(schedule)
        return f"{law.states} states over 2^{law.exponent}"

    return timed("ours, weights in arrays", run, limit=limit, repeat=repeat)


def certified(length: int, *, limit: float, repeat: int = 3) -> Timing:
    """The kernel's own push-forward, which checks a certificate of the law."""
    schedule = workload(length)

    def run() -> str:
        weights, exponent, _ = run_law(schedule)
        common = min((weight & -weight).bit_length() - 1 for weight in weights.values())
        return f"{len(weights)} states over 2^{exponent - common}"

    return timed("the kernel's check of a certificate", run, limit=limit, repeat=repeat)


def main() -> None:
    """Print a table for each length."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lengths", nargs="*", type=int, default=[4, 5, 6, 7, 8, 12, 14])
    parser.add_argument("--limit", type=float, default=60.0)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    say(load())
    left = list(WAYS)
    for length in options.lengths:
        timings: list[Timing] = []
        if length <= 12:
            timings = compare(length, left, limit=options.limit, repeat=options.repeat)
            agreed(timings)
        left = [one.way for one in timings if one.answer is not None] or left[:1]
        timings = [alone(length, limit=options.limit, repeat=options.repeat), *timings]
        timings.append(certified(length, limit=options.limit, repeat=1))
        say(table(f"L = {length}", timings, options.limit))
    say(load())


if __name__ == "__main__":
    main()
