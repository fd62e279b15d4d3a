"""Ablations of section 3: two outputs that show one random bit, in a circuit without gates.

Each entry is (claim, hypothesis, what is stated without it).
"""

from __future__ import annotations

from itertools import product

from dlmcheck.spec.circuit import Circuit, Input, InputKind, output_law
from dlmcheck.spec.law import is_product
from dlmcheck.spec.serial import circuit_to_json
from dlmcheck.verify.claims.domains import listed
from dlmcheck.verify.claims.registry import Profile, SweepJob
from dlmcheck.verify.kernel.sweep import HOLDS, Outcome, Sweep, fails

JOB = "ablations-shown"

SHOWN: tuple[tuple[str, str, str], ...] = tuple(
    (
        claim,
        "bits-shown-once",
        "at depth 0, one round samples outputs that show one random bit twice",
    )
    for claim in ("T3.2", "T3.3")
)


def gateless_circuits() -> list[Circuit]:
    """One to three outputs, each one of at most two random bits or its negation."""
    made: list[Circuit] = []
    for outputs, coins in product(range(1, 4), range(1, 3)):
        inputs = tuple(Input(f"r{k}", InputKind.RANDOM) for k in range(coins))
        literals = [*range(coins), *(~v for v in range(coins))]
        made += [Circuit(inputs, (), shown) for shown in product(literals, repeat=outputs)]
    return made


def _is_sampled_in_one_round(circuit: Circuit) -> Outcome:
    """From one state and by one round every cell gets its token by itself (note T3.2)."""
    if is_product(output_law(circuit)):
        return HOLDS
    return fails("the law of one round is a product, that of the outputs is not")


def _gateless(_: Profile) -> Sweep[Circuit, Circuit]:
    return Sweep(
        listed(
            "circuits of one or two random bits without gates",
            gateless_circuits(),
            circuit_to_json,
        ),
        lambda circuit: circuit,
        {f"{claim} without {name}": _is_sampled_in_one_round for claim, name, _ in SHOWN},
    )


JOBS = (SweepJob(JOB, _gateless, split=1),)
