"""Ablations: each hypothesis of a claim is dropped, and a counterexample looked for.

A row "without H" states the claim with hypothesis H dropped or weakened. It is expected to be
refuted, with the smallest instance of its domain; where it is not, H is not used as far as the
domain reaches, and the row says so by holding. Nothing here is about the claims themselves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import product

from dlmcheck.model.builder import Builder
from dlmcheck.model.constructions.carrying import carried, latest_layers
from dlmcheck.model.constructions.remask import compile_remasking, remasking_length
from dlmcheck.model.constructions.revise import compile_revision, revision_length
from dlmcheck.model.constructions.rows import Banked, Mistake
from dlmcheck.model.constructions.write_once import compile_write_once
from dlmcheck.model.families import parity_chain
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op
from dlmcheck.spec.errors import BadPoint
from dlmcheck.spec.lattice import End, RandomBits
from dlmcheck.spec.resources import depth, levels, reads
from dlmcheck.spec.schedule import Schedule, interface
from dlmcheck.spec.serial import circuit_from_json, circuit_to_json
from dlmcheck.verify.claims.ablations_parity import FIXED_ENDS, TWO_ROUNDS
from dlmcheck.verify.claims.ablations_parity import JOBS as PARITY_JOBS
from dlmcheck.verify.claims.ablations_shown import JOB, SHOWN
from dlmcheck.verify.claims.ablations_shown import JOBS as SHOWN_JOBS
from dlmcheck.verify.claims.domains import plain_circuits
from dlmcheck.verify.claims.exactly_d import Exactly
from dlmcheck.verify.claims.parity_samplers import (
    sizes,
)
from dlmcheck.verify.claims.registry import Claim, Job, Profile, Road, Row, SweepJob
from dlmcheck.verify.claims.t31 import REFERENCE
from dlmcheck.verify.kernel.laws import difference
from dlmcheck.verify.kernel.sweep import HOLDS, NOT_MET, Domain, Outcome, Sweep, fails


@dataclass(frozen=True)
class Ablation:
    """A claim without one of its hypotheses: what is then stated, and who checks it."""

    claim: str
    hypothesis: str
    says: str
    job: str
    reading: str = ""
    """Which reading of the rest, where a hypothesis is dropped in more than one."""

    @property
    def statement(self) -> str:
        """The name of the statement."""
        return ", ".join(filter(None, (f"{self.claim} without {self.hypothesis}", self.reading)))

    @property
    def row(self) -> Row:
        """The row of the audit."""
        return Row(
            self.claim,
            ",".join(filter(None, ("without", self.hypothesis, self.reading))),
            self.says,
            (Road(self.job, self.statement, REFERENCE),),
            dropped=self.hypothesis,
        )


# --- section 3 ---------------------------------------------------------------------------------


def _samples(schedule: Schedule, circuit: Circuit) -> Outcome:
    found = difference(schedule, circuit)
    return HOLDS if found is None else fails(found.reason)


def _banked(
    compile_banked: Callable[..., Banked], mistake: Mistake, end: End = End.WHOLE_STATE
) -> Callable[[Circuit], Outcome]:
    def holds(circuit: Circuit) -> Outcome:
        try:
            schedule = compile_banked(circuit, mistake=mistake, end=end).schedule
        except BadPoint:
            return NOT_MET
        return _samples(schedule, circuit)

    return holds


def _banked_one_round_less(
    compile_banked: Callable[..., Banked],
) -> Callable[[Circuit], Outcome]:
    def holds(circuit: Circuit) -> Outcome:
        schedule = compile_banked(circuit).schedule
        return _samples(replace(schedule, rounds=schedule.rounds - 1), circuit)

    return holds


def _carries_for_free(
    compile_banked: Callable[..., Banked], stated: Callable[[int, int], int]
) -> Callable[[Circuit], Outcome]:
    """That a circuit whose edges skip layers takes no more cells than its widest layer asks for.

    Its values are carried from layer to layer, since a bank is overwritten; gates are put as
    early as possible or as late, whichever is shorter.
    """

    def holds(circuit: Circuit) -> Outcome:
        lengths: list[int] = []
        for layers in (levels(circuit), latest_layers(circuit)):
            padded, where = carried(circuit, layers)
            banked = compile_banked(padded, layers=where)
            found = _samples(banked.schedule, circuit)
            if found.failure is not None:
                return found
            lengths.append(banked.generated_length)
        widest = max(Counter(levels(circuit)).values())
        least = stated(widest, depth(circuit))
        return HOLDS if min(lengths) <= least else fails(f"L = {min(lengths)}, stated {least}")

    return holds


def _one_round_less(circuit: Circuit) -> Outcome:
    schedule = compile_write_once(circuit, random_outputs=True).schedule
    if schedule.rounds == 0:
        return NOT_MET
    return _samples(replace(schedule, rounds=schedule.rounds - 1), circuit)


def _as_many_rounds_as_nodes(circuit: Circuit) -> Outcome:
    """That a sampler which may write many tokens at once still takes one round per node."""
    schedule = compile_write_once(circuit, random_outputs=True).schedule
    generated = schedule.length - len(schedule.data_cells)
    if schedule.rounds >= generated or _samples(schedule, circuit).failure is not None:
        return HOLDS
    return fails(f"{schedule.rounds} rounds write {generated} nodes")


def _f_does_not_wait(circuit: Circuit) -> Outcome:
    """F selects every masked cell at once."""
    schedule = compile_write_once(circuit, random_outputs=True).schedule
    builder = Builder(interface(schedule.length))
    eager = builder.build([2 * cell for cell in range(schedule.length)])
    return _samples(replace(schedule, unmask=eager), circuit)


def _gate_local(circuit: Circuit) -> Outcome:
    """That fewer than d rounds never suffice, although a predictor may compute several layers.

    The circuit's outputs are composed with their whole cones, so that each reads layer 0 only.
    """
    flat = _flattened(circuit)
    rounds = compile_write_once(flat, random_bits=RandomBits.FREE).schedule.rounds
    if rounds >= depth(circuit):
        return HOLDS
    schedule = compile_write_once(flat, random_bits=RandomBits.FREE).schedule
    found = _samples(schedule, circuit)
    if found.failure is not None:
        return NOT_MET
    return fails(f"{rounds} round(s) sample a circuit of depth {depth(circuit)}")


def _flattened(circuit: Circuit) -> Circuit:
    """Every output as one XOR of bits of layer 0: right for circuits of XOR gates only."""
    gates = tuple(Gate(Op.XOR, tuple(sorted(below))) for below in reads(circuit))
    first = len(circuit.inputs)
    return Circuit(
        circuit.inputs,
        gates,
        tuple(range(first, first + len(gates))),
        circuit.output_names,
    )


_SECTION_3: tuple[tuple[str, str, str, Callable[[Circuit], Outcome]], ...] = (
    (
        "T3.1",
        "enough-rounds",
        "one round less than the construction takes is enough",
        _one_round_less,
    ),
    (
        "C-AR",
        "one-token-a-step",
        "writing many tokens at once takes as many rounds as nodes",
        _as_many_rounds_as_nodes,
    ),
    ("T3.1", "F-waits", "F may select every masked cell at once", _f_does_not_wait),
    *(
        (claim, "enough-rounds", "d rounds are enough", _banked_one_round_less(compile_banked))
        for claim, compile_banked in (("T3.2", compile_remasking), ("T3.3", compile_revision))
    ),
    *(
        (claim, hypothesis, says, _banked(compile_banked, mistake))
        for claim, compile_banked, mistakes in (
            (
                "T3.2",
                compile_remasking,
                tuple(m for m in Mistake if m is not Mistake.START_IS_A_VALUE),
            ),
            (
                "T3.3",
                compile_revision,
                (
                    Mistake.COUNTER_AFTER_VALUES,
                    Mistake.START_IS_A_VALUE,
                    Mistake.DOES_NOT_STOP,
                    Mistake.COUNTER_TOO_SHORT,
                ),
            ),
        )
        for mistake, hypothesis, says in (
            (
                Mistake.COUNTER_AFTER_VALUES,
                "counter-in-front",
                "the counter may stand behind the values",
            ),
            (
                Mistake.START_IS_A_VALUE,
                "start-from-mask",
                "the start may be a counter value instead of being seen from the mask",
            ),
            (Mistake.DOES_NOT_STOP, "F-stops", "F may go on after layer d"),
            (Mistake.COUNTER_TOO_SHORT, "enough-counter-cells", "one counter cell less is enough"),
            (Mistake.ALWAYS_LEFT, "layer-0-bank", "layer 0 may always go to the left bank"),
            (
                Mistake.REMASKS_AT_END,
                "older-bank-kept",
                "G may mask the older bank in the last round, and all cells end unmasked",
            ),
        )
        if mistake in mistakes
    ),
)


# An older bank that is kept tells the end from the start; if it is masked, nothing does.
_START_IS_A_VALUE = tuple(
    (
        Ablation(
            "T3.2",
            "start-from-mask",
            "the start may be a counter value instead of being seen from the mask, where "
            + (
                "all cells end unmasked" if end is End.WHOLE_STATE else "the older bank ends masked"
            ),
            "ablations-3",
            end.value,
        ),
        _banked(compile_remasking, Mistake.START_IS_A_VALUE, end),
    )
    for end in End
)


def _section_3(profile: Profile) -> Sweep[Circuit, Circuit]:
    return Sweep(
        plain_circuits(profile),
        lambda circuit: circuit,
        {f"{claim} without {name}": holds for claim, name, _, holds in _SECTION_3}
        | {ablation.statement: holds for ablation, holds in _START_IS_A_VALUE},
    )


def _chains(_: Profile) -> Sweep[int, Circuit]:
    return Sweep(
        sizes("xor chains of n bits", 2, 8),
        parity_chain,
        {"T3.1 without gate-local-predictor": _gate_local},
    )


# --- the exact condition -----------------------------------------------------------------------


def skipping_circuits() -> list[Circuit]:
    """Two random bits a and b, u = b or NOT b, two outputs AND or OR of two of a, b, u.

    An edge from a or b to an output skips layer 1.
    """
    inputs = (Input("r0", InputKind.RANDOM), Input("r1", InputKind.RANDOM))
    pairs = ((0, 1), (0, 2), (1, 2))
    choices = [Gate(op, pair) for op in (Op.AND, Op.OR) for pair in pairs]
    return [
        Circuit(inputs, (Gate(middle, (1,)), *gates), (3, 4))
        for middle in (Op.ID, Op.NOT)
        for gates in product(choices, repeat=2)
    ]


def _faithful_needs_cut(circuit: Circuit) -> Outcome:
    case = Exactly(circuit)
    if not case.met:
        return NOT_MET
    if case.faithful and not case.cut:
        return fails(f"faithful in {case.depth} rounds, and no product cut")
    return HOLDS


def _skipping(_: Profile) -> Sweep[Circuit, Circuit]:
    members = skipping_circuits()
    domain = Domain(
        "circuits of depth 2 with edges that skip layer 1",
        2 * 36,
        lambda: members,
        lambda circuit: circuit in members,
        circuit_to_json,
        circuit_from_json,
    )
    return Sweep(
        domain,
        lambda c: c,
        {
            "T3.1-EXACT without strict-layers": _faithful_needs_cut,
            "T3.2 without strict-layers": _carries_for_free(compile_remasking, remasking_length),
            "T3.3 without strict-layers": _carries_for_free(compile_revision, revision_length),
        },
    )


JOBS: tuple[Job, ...] = (
    SweepJob("ablations-3", _section_3),
    SweepJob("ablations-chains", _chains, split=1),
    SweepJob("ablations-exact", _skipping, split=1),
    *SHOWN_JOBS,
    *PARITY_JOBS,
)

ABLATIONS: tuple[Ablation, ...] = (
    *(Ablation(claim, name, says, "ablations-3") for claim, name, says, _ in _SECTION_3),
    *(ablation for ablation, _ in _START_IS_A_VALUE),
    Ablation(
        "T3.1",
        "gate-local-predictor",
        "with predictors of unbounded locality a circuit still takes d rounds (layer 0 free)",
        "ablations-chains",
    ),
    Ablation(
        "T3.1-EXACT",
        "strict-layers",
        "a faithful simulation of d rounds needs a product cut also where edges skip layers",
        "ablations-exact",
    ),
    *(
        Ablation(
            claim,
            "strict-layers",
            "edges may skip layers, with L as stated for the widest layer (this construction)",
            "ablations-exact",
        )
        for claim in ("T3.2", "T3.3")
    ),
    *(Ablation(claim, name, says, JOB) for claim, name, says in SHOWN),
    *(Ablation(claim, name, says, "ablations-4") for claim, name, says, _ in FIXED_ENDS),
    *(Ablation(claim, name, says, "ablations-bounds") for claim, name, says, _ in TWO_ROUNDS),
)


def with_ablations(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """The claims with the rows of their ablations behind their own.

    A hypothesis that only an ablation names is one of the claim's as well.
    """
    return tuple(
        replace(
            claim,
            hypotheses=tuple(dict.fromkeys((*claim.hypotheses, *(a.hypothesis for a in mine)))),
            rows=(*claim.rows, *(a.row for a in mine)),
        )
        for claim in claims
        for mine in [[a for a in ABLATIONS if a.claim == claim.id]]
    )
