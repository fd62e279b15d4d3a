"""From a write-once sampler with deterministic F to a circuit that recognises its support.

Source: the reduction behind Jiang, Haghtalab, Chen (ICLR 2026), Theorem 4.5. Where a token is
never changed, the length is that of the output (L = n) and F is a function of the state, the
output fixes the whole trace: the state after t rounds shows the output's tokens on the cells
written so far, and which cells these are follows round by round. So a string has positive
probability iff every step of its own trace has: an AND of local checks

    cell i is written in round t  implies  p_i(z_i | state before round t) > 0.

If the sampler samples the uniform even strings, that circuit computes parity. Its depth is at most
D times the depth of F, plus that of one check; so constant-depth p and F and constant D would put
parity into constant depth, which is impossible at polynomial size (Hastad 2014, imported).

"p_i(. | x) > 0" is an OR over the random bits of position i. Exactly when these are few. If they
are many, fixed settings of all random bits, the seeds, take the place of all: by rigidity a
reachable choice has probability 0 or at least 1/2, so that n + ceil(log2 n) seeds suffice for some
choice of seeds (union bound over n 2^(n-1) choices), and no seeds ever accept a string outside the
support.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from dlmcheck.model.reductions.folding import Constant, Folder, Wire, constant, negated
from dlmcheck.model.reductions.trace import cell_round, check, possible, shown_bits
from dlmcheck.spec.circuit import Bits, Circuit, Input, InputKind, cone
from dlmcheck.spec.errors import BadPoint
from dlmcheck.spec.lattice import Edits
from dlmcheck.spec.resources import Resources, depth, measure, reads
from dlmcheck.spec.schedule import Schedule, clock_value, predictor_reads
from dlmcheck.spec.tokens import Code

MOST_COINS = 12
"""A position with more random bits than this needs seeds."""


@dataclass(frozen=True)
class Recogniser:
    """A circuit on inputs z0..z(n-1) (the schedule's output names) that says "in the support".

    `rounds` is D, `checks` the number of checks that are not constant, `predictor_depth` and
    `unmask_depth` the depths of the sampler's own circuits.
    """

    circuit: Circuit
    rounds: int
    checks: int
    predictor_depth: int
    unmask_depth: int

    @property
    def depth_bound(self) -> int:
        """What the depth cannot exceed, whatever the sampler: linear in D, at fixed p and F.

        A round costs F, the encoding of the state (2) and the new mask status (1); the last one a
        check, which is F, or p with its match (4), and the two gates that join all checks.
        """
        last = max(self.unmask_depth + 1, self.predictor_depth + 4) + 4
        return max(0, self.rounds - 1) * (self.unmask_depth + 3) + last

    @property
    def resources(self) -> Resources:
        """Measured resources of the circuit."""
        return measure(self.circuit)


def check_reducible(schedule: Schedule) -> None:
    """The hypotheses of the reduction, by form. Raises `BadPoint` with the one that fails.

    An F with a random bit in the cone of one of its outputs counts as random even if the bit does
    not matter.
    """
    source = "recogniser of the support"
    if schedule.edits is not Edits.WRITE_ONCE:
        raise BadPoint(f"edits {schedule.edits.value}", source=source, expected="write-once")
    if schedule.unmask_sees_candidates:
        raise BadPoint("F sees the candidates", source=source, expected="a deterministic F")
    kinds = {schedule.unmask.inputs[v].kind for below in reads(schedule.unmask) for v in below}
    if InputKind.RANDOM in kinds:
        raise BadPoint("F draws coins", source=source, expected="a deterministic F")
    if sorted(schedule.output) != list(range(schedule.length)):
        raise BadPoint(
            f"{schedule.length} cells, {len(schedule.output)} of them output",
            source=source,
            expected="every cell to be output (L = n)",
        )
    if schedule.data_cells or schedule.given_cells:
        raise BadPoint("cells shown from the start", source=source, expected="a start from M^n")


def support_recogniser(schedule: Schedule) -> Recogniser:
    """The recogniser, exact: the OR over all settings of a position's random bits.

    Raises `BadPoint` if a hypothesis of the reduction fails, or a position has more than
    `MOST_COINS` random bits.
    """
    check_reducible(schedule)
    predictor = schedule.predictor
    settings: list[list[dict[int, bool]]] = []
    for i, below in enumerate(predictor_reads(schedule)):
        own = sorted(v for v in below if predictor.inputs[v].kind is InputKind.RANDOM)
        if len(own) > MOST_COINS:
            raise BadPoint(
                f"position {i} has {len(own)} random bits",
                source="recogniser of the support",
                expected=f"at most {MOST_COINS}, or seeds",
            )
        settings.append(
            [
                dict(zip(own, coins, strict=True))
                for coins in product((False, True), repeat=len(own))
            ]
        )
    return _recogniser(schedule, settings)


def seeded_recogniser(schedule: Schedule, seeds: Sequence[Bits]) -> Recogniser:
    """The recogniser with fixed seeds: each a value for every random input of the predictor.

    It accepts nothing outside the support, whatever the seeds; whether it accepts all of the
    support depends on them. Raises `BadPoint` as above, or if a seed has another length.
    """
    check_reducible(schedule)
    nodes = schedule.predictor.random_inputs
    if any(len(seed) != len(nodes) for seed in seeds):
        raise BadPoint(f"seeds for {len(nodes)} random bits", source="recogniser of the support")
    shared = [dict(zip(nodes, seed, strict=True)) for seed in seeds]
    return _recogniser(schedule, [shared] * schedule.length)


def seeds_needed(n: int) -> int:
    """n + ceil(log2 n): with so many seeds the union bound leaves a chance of at least 1/2.

    >>> [seeds_needed(n) for n in (1, 2, 4, 5, 8)]
    [1, 3, 6, 8, 11]
    """
    return n + (n - 1).bit_length()


def draw_seeds(schedule: Schedule, count: int, number: int) -> list[Bits]:
    """`count` seeds from the generator with this number; the same ones every time."""
    source = random.Random(number)
    width = len(schedule.predictor.random_inputs)
    return [tuple(source.random() < 0.5 for _ in range(width)) for _ in range(count)]


def _recogniser(schedule: Schedule, settings: Sequence[Sequence[dict[int, bool]]]) -> Recogniser:
    n = schedule.length
    folder = Folder([Input(name, InputKind.DATA) for name in schedule.output_names])
    token: list[Wire] = [0] * n
    for node, cell in enumerate(schedule.output):
        token[cell] = node
    masked: list[Wire] = [Constant.ONE] * n
    checks: list[Wire] = []
    for number in range(1, schedule.rounds + 1):
        fixed = _state_bits(folder, schedule, masked, token)
        fixed += [constant(bit) for bit in clock_value(schedule, number)]
        coins: list[Wire] = [Constant.ZERO] * len(schedule.unmask.random_inputs)
        flags = folder.inline(schedule.unmask, [*fixed, *coins])
        cells = [cell_round(folder, m, flag) for m, flag in zip(masked, flags, strict=True)]
        for i, after in enumerate(cells):
            if after.written is not Constant.ZERO:
                found = _possible(folder, schedule, i, fixed, token[i], settings[i])
                checks.append(check(folder, after.written, found))
        masked = [after.masked for after in cells]
    # A legal run ends without M. A string whose trace does not is outside the support.
    checks += [negated(m) for m in masked]
    return Recogniser(
        circuit=folder.finish([folder.all_of(checks)], ["in_support"]),
        rounds=schedule.rounds,
        checks=sum(not isinstance(check, Constant) for check in checks),
        predictor_depth=depth(schedule.predictor),
        unmask_depth=depth(schedule.unmask),
    )


def _state_bits(
    folder: Folder, schedule: Schedule, masked: Sequence[Wire], token: Sequence[Wire]
) -> list[Wire]:
    """The two bits of every cell, from its mask status and the token it shows if visible."""
    cells = zip(masked, token, strict=True)
    return [bit for m, z in cells for bit in shown_bits(folder, schedule.encoding, m, z)]


def _possible(
    folder: Folder,
    schedule: Schedule,
    i: int,
    fixed: Sequence[Wire],
    z: Wire,
    settings: Sequence[dict[int, bool]],
) -> Wire:
    """p_i(z_i | state) > 0, as far as these settings of the coins tell."""
    row, source = cone(schedule.predictor, schedule.predictor.outputs[2 * i : 2 * i + 2])
    old = [source[v] for v in range(len(row.inputs))]
    drawn = [
        folder.inline(row, [constant(coins[v]) if v in coins else fixed[v] for v in old])
        for coins in settings
    ]

    one, zero = (drawn_by_some(folder, drawn, schedule.encoding.code_of(t)) for t in (1, 0))
    return possible(folder, z, one, zero)


def drawn_by_some(folder: Folder, drawn: Sequence[Sequence[Wire]], code: Code) -> Wire:
    """Whether some setting of the coins draws the token with this code; two bits a setting."""
    found: list[Wire] = []
    for wires in drawn:
        matched = [wire if bit else negated(wire) for wire, bit in zip(wires, code, strict=True)]
        found.append(folder.all_of(matched))
    return folder.any_of(found)
