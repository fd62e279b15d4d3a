"""C-OPT, C-GEN and the vocabulary: what a number of rounds is worth, and at what predictor.

Source: Jiang, Haghtalab, Chen (ICLR 2026), section 3 (optimality of d rounds, sampling any law
that a shallow circuit samples) and section 2 (larger vocabularies by blocks of bits).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from dlmcheck.model.constructions.blocks import (
    compile_two_round_revision,
    compile_write_once_blocks,
)
from dlmcheck.model.constructions.remask import compile_remasking
from dlmcheck.model.constructions.revise import compile_revision
from dlmcheck.model.constructions.vocabulary import (
    all_but_one,
    binary_sampler,
    one_token,
    some_labelling_survives,
    standard_labelling,
)
from dlmcheck.model.constructions.write_once import compile_write_once
from dlmcheck.model.families import FAMILIES
from dlmcheck.model.netlist import map_netlist
from dlmcheck.model.reductions.unrolled import unroll, without_idle_coins
from dlmcheck.spec.circuit import Circuit, all_data, output_law
from dlmcheck.spec.lattice import Clock, Edits, Point, PredictorClass, RandomBits, Reals
from dlmcheck.spec.law import Law
from dlmcheck.spec.resources import depth, measure
from dlmcheck.spec.sampler import output_law as run_law
from dlmcheck.spec.schedule import Schedule, sampler_of
from dlmcheck.spec.serial import schedule_from_json, schedule_to_json
from dlmcheck.verify.claims.comparisons import FamilyCase, family_domain
from dlmcheck.verify.claims.domains import plain_circuits
from dlmcheck.verify.claims.parity_samplers import sizes
from dlmcheck.verify.claims.proved_simulation import (
    GENERATION_PROOFS,
    LAYERS_PER_ROUND,
    UNROLLED_PROOFS,
    generation_road,
    limit_road,
    unrolled_road,
)
from dlmcheck.verify.claims.registry import Claim, Profile, ProofJob, Road, Row, SweepJob
from dlmcheck.verify.claims.t31 import REFERENCE
from dlmcheck.verify.engines import smt
from dlmcheck.verify.kernel.laws import as_tokens, difference
from dlmcheck.verify.kernel.sweep import HOLDS, Outcome, Sweep, fails
from dlmcheck.verify.proofs import generation
from dlmcheck.verify.proofs.optimality import Parts
from dlmcheck.verify.proofs.vocabulary import (
    K_ROUNDS,
    NO_LABELLING,
    NO_LABELLING_PROOF,
    k_rounds,
)

SOURCE = "Jiang, Haghtalab, Chen (ICLR 2026), section"
MEASURED = "measured on the schedules"

# --- C-OPT: a run is a circuit -----------------------------------------------------------------

SCHEDULES: dict[str, Callable[[Circuit], Schedule]] = {
    "write-once": lambda c: compile_write_once(c, random_outputs=True).schedule,
    "remasking": lambda c: compile_remasking(c).schedule,
    "revision": lambda c: compile_revision(c).schedule,
}


def _reread(schedule: Schedule) -> Schedule:
    return schedule_from_json(schedule_to_json(schedule))


def unrolls(make: Callable[[Circuit], Schedule]) -> Callable[[Circuit], Outcome]:
    """The run, unrolled, is a circuit with the run's law and depth <= D * depth of a round."""

    def holds(circuit: Circuit) -> Outcome:
        schedule = _reread(make(circuit))
        unrolled = unroll(schedule)
        if unrolled.depth > unrolled.bound:
            return fails(f"depth {unrolled.depth}, bound {unrolled.bound}")
        shallow = without_idle_coins(unrolled.circuit)
        for data in all_data(circuit):
            if as_tokens(output_law(shallow, data)) != run_law(sampler_of(schedule, data)):
                return fails("the unrolled circuit has another law")
        return HOLDS

    return holds


def _blocks(c: int) -> Callable[[Circuit], Outcome]:
    """With c layers of gates a round, ceil(d/c) rounds sample the circuit (layer 0 free)."""

    def holds(circuit: Circuit) -> Outcome:
        compiled = compile_write_once_blocks(circuit, c)
        schedule = _reread(compiled.schedule)
        wanted = -(-depth(map_netlist(circuit, random_outputs=True).circuit) // c)
        if schedule.rounds > wanted:
            return fails(f"{schedule.rounds} rounds, stated {wanted}")
        if measure(schedule.predictor).depth > c + 2:
            return fails(f"predictor of depth {measure(schedule.predictor).depth}")
        found = difference(schedule, circuit)
        return HOLDS if found is None else fails(found.reason)

    return holds


def _below_depth(circuit: Circuit) -> Outcome:
    """That d rounds are needed whatever constant the predictor's depth is."""
    compiled = compile_write_once_blocks(circuit, 2).schedule
    deep = depth(map_netlist(circuit, random_outputs=True).circuit)
    if compiled.rounds >= deep or difference(compiled, circuit) is not None:
        return HOLDS
    rounds = "1 round" if compiled.rounds == 1 else f"{compiled.rounds} rounds"
    return fails(f"{rounds} at depth {deep}, with predictors of depth 4")


# --- C-GEN -------------------------------------------------------------------------------------


def _two_rounds_write_once(circuit: Circuit) -> Outcome:
    deep = max(1, depth(map_netlist(circuit, random_outputs=True).circuit))
    compiled = compile_write_once_blocks(circuit, deep, random_bits=RandomBits.SAMPLED)
    return _in_two_rounds(_reread(compiled.schedule), circuit, None)


def _two_rounds_revision(circuit: Circuit) -> Outcome:
    cells = len(circuit.data_inputs) + max(len(circuit.random_inputs), len(circuit.outputs))
    return _in_two_rounds(_reread(compile_two_round_revision(circuit)), circuit, cells)


def _in_two_rounds(schedule: Schedule, circuit: Circuit, cells: int | None) -> Outcome:
    if schedule.rounds > 2:
        return fails(f"{schedule.rounds} rounds")
    if cells is not None and schedule.length != cells:
        return fails(f"{schedule.length} cells, stated {cells}")
    found = difference(schedule, circuit)
    return HOLDS if found is None else fails(found.reason)


def _constant_predictor(case: FamilyCase) -> Outcome:
    """On a family member: D <= d+1, p of depth <= 3 at fan-in <= 2 and F of depth 1, if NC."""
    circuit = FAMILIES[case.family](case.size)
    compiled = compile_write_once(circuit)
    p, f = measure(compiled.schedule.predictor), measure(compiled.schedule.unmask)
    if compiled.schedule.rounds > depth(compiled.circuit) + 1:
        return fails(f"{compiled.schedule.rounds} rounds")
    if p.depth > 3 or f.depth > 1:
        return fails(f"p has depth {p.depth}, F has depth {f.depth}")
    most = max(2, measure(circuit).fan_in)
    if p.locality > most + 2 or f.locality > most + 1:
        return fails(f"p reads {p.locality} bits, F reads {f.locality}, at fan-in {most}")
    return HOLDS


# --- vocabulary --------------------------------------------------------------------------------


def _no_labelling(bits: int) -> Outcome:
    """The uniform law on all tokens but one: no labelling makes one round enough."""
    if some_labelling_survives([all_but_one(bits)], bits):
        return fails(f"{bits} bits: a labelling makes it a product")
    return HOLDS


def _reduced(bits: int) -> Outcome:
    """k rounds a token round: the binary sampler has the same law, as words."""
    labelling = standard_labelling(bits)
    law: Law[int] = all_but_one(bits)
    binary = binary_sampler(one_token(law, 1 << bits), labelling)
    if binary.rounds != bits:
        return fails(f"{binary.rounds} rounds for {bits} bits")
    wanted = {labelling.words[token]: weight for token, weight in law.items()}
    found = run_law(binary)
    if {word: found[word] for word in found} != wanted:
        return fails("another law")
    total = sum(wanted.values(), Fraction(0))
    return HOLDS if total == 1 else fails("not a law")


def _one_round_is_enough(bits: int) -> Outcome:
    """That a round of tokens is always a round of bits, under some labelling."""
    outcome = _no_labelling(bits)
    if outcome.failure is not None:
        return HOLDS
    return fails(f"uniform on {2**bits - 1} of {2**bits} tokens: one round, but no product of bits")


# --- sweeps ------------------------------------------------------------------------------------

TWO_WRITE_ONCE = "two rounds, write-once"
TWO_REVISION = "two rounds, revision"


def _circuits(profile: Profile) -> Sweep[Circuit, Circuit]:
    properties = {f"unrolled: {name}": unrolls(make) for name, make in SCHEDULES.items()}
    properties |= {TWO_WRITE_ONCE: _two_rounds_write_once, TWO_REVISION: _two_rounds_revision}
    return Sweep(plain_circuits(profile), lambda circuit: circuit, properties)


def _chains(_: Profile) -> Sweep[int, Circuit]:
    properties = {f"{c} layers a round": _blocks(c) for c in (1, 2, 3)}
    return Sweep(
        sizes("xor chains of n bits", 2, 6),
        FAMILIES["parity-chain"],
        {**properties, "d rounds at any constant depth": _below_depth},
    )


def _families(_: Profile) -> Sweep[FamilyCase, FamilyCase]:
    return Sweep(family_domain(), lambda case: case, {"constant p and F": _constant_predictor})


def _tokens(_: Profile) -> Sweep[int, int]:
    return Sweep(
        sizes("vocabularies of 2^n tokens", 2, 3),
        lambda bits: bits,
        {
            "no labelling": _no_labelling,
            "k rounds": _reduced,
            "one round": _one_round_is_enough,
        },
    )


VOCABULARY_PROOFS = ProofJob(
    "vocabulary-proved",
    lambda: (k_rounds().proof,),
    lambda _: smt.answer(k_rounds().queries),
)

JOBS = (
    SweepJob("optimality-circuits", _circuits),
    SweepJob("optimality-chains", _chains, split=1),
    SweepJob("optimality-families", _families, split=1),
    SweepJob("vocabulary", _tokens, split=1),
    VOCABULARY_PROOFS,
    UNROLLED_PROOFS,
    GENERATION_PROOFS,
)


def _opt_rows() -> list[Row]:
    rows = [
        Row(
            "C-OPT",
            f"converse,{name}",
            "a run of D rounds, unrolled, is one circuit with the same law and depth at most D "
            f"times the depth of a round, for all D; run on schedules of the {name} construction",
            (
                Road("optimality-circuits", f"unrolled: {name}", REFERENCE),
                unrolled_road(Parts.REMASKING if name == "remasking" else Parts.PLAIN),
            ),
        )
        for name in SCHEDULES
    ]
    rows += [
        Row(
            "C-OPT",
            f"limit,c={c}",
            f"with predictors that evaluate {c} layers of gates, ceil(d/{c}) rounds are enough "
            "(layer 0 free)",
            (Road("optimality-chains", f"{c} layers a round", REFERENCE), limit_road(c)),
        )
        for c in LAYERS_PER_ROUND
    ]
    rows.append(
        Row(
            "C-OPT",
            "exactly-d",
            "d rounds are needed, whatever constant depth the predictor has",
            (Road("optimality-chains", "d rounds at any constant depth", REFERENCE),),
            dropped="one-gate-deep-predictor",
        )
    )
    return rows


CLAIMS = (
    Claim(
        "C-OPT",
        "rounds cannot beat depth by more than a constant",
        f"{SOURCE} 3",
        ("one-gate-deep-predictor",),
        "C-OPT",
        tuple(_opt_rows()),
    ),
    Claim(
        "C-GEN",
        "what a shallow circuit samples, a DLM samples in as many rounds",
        f"{SOURCE} 3",
        (),
        "C-GEN",
        (
            Row(
                "C-GEN",
                "gate-local",
                "a law sampled by a circuit of depth d, each output a node of its own, is sampled "
                "in d+1 rounds, with p of depth <= 3 and F of depth <= 1, each part reading at "
                "most two bits more than the fan-in",
                (
                    Road("t31-small", "law:sampled,from-one,whole-state", REFERENCE),
                    Road("optimality-families", "constant p and F", MEASURED),
                    generation_road(generation.GATE_LOCAL),
                ),
                Point(predictor=PredictorClass(Reals.DYADIC, depth=3)),
            ),
            Row(
                "C-GEN",
                "unrestricted,write-once",
                "with an unlimited predictor any circuit is sampled in two rounds, write-once, on "
                "cells for its random bits and outputs",
                (
                    Road("optimality-circuits", TWO_WRITE_ONCE, REFERENCE),
                    generation_road(generation.WRITE_ONCE),
                ),
                Point(clock=Clock.STATE_ONLY),
            ),
            Row(
                "C-GEN",
                "unrestricted,revision",
                "with an unlimited predictor any circuit is sampled in two rounds of revision, on "
                "max(r, m) cells",
                (
                    Road("optimality-circuits", TWO_REVISION, REFERENCE),
                    generation_road(generation.REVISION),
                ),
                Point(edits=Edits.REVISE_TOKEN),
            ),
        ),
    ),
    Claim(
        "VOCABULARY",
        "larger vocabularies reduce to bits, at a price in rounds",
        f"{SOURCE} 2",
        ("product-over-bits",),
        "VOCABULARY",
        (
            Row(
                "VOCABULARY",
                "k-rounds",
                "k binary positions and k rounds for each token and round have the same law: "
                "write-once, or remasking with a round number or an absorbing stop; F without "
                "candidates and memory",
                (
                    Road("vocabulary", "k rounds", REFERENCE),
                    Road(VOCABULARY_PROOFS.id, K_ROUNDS, "proof for every k"),
                ),
            ),
            Row(
                "VOCABULARY",
                "no-labelling",
                "the uniform law on all tokens but one is no product of bits in any labelling, "
                "k >= 2",
                (
                    Road("vocabulary", "no labelling", "all labellings"),
                    Road("arithmetic", NO_LABELLING, "queries of arithmetic, answered by solvers"),
                ),
                assumptions=tuple(f"rule: {rule.value}" for rule in NO_LABELLING_PROOF.rules),
            ),
            Row(
                "VOCABULARY",
                "one-round",
                "what one round does to a token, one round does to its k bits, in some labelling",
                (Road("vocabulary", "one round", "all labellings"),),
                dropped="product-over-bits",
            ),
        ),
    ),
)
