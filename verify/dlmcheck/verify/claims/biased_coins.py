"""Theorems 3.1 to 3.3 for biased random bits: the laws agree as polynomials in the biases.

Source: Jiang, Haghtalab, Chen (ICLR 2026), Theorems 3.1, 3.2 and 3.3, which speak of fair bits;
the note BIAS says what is claimed for others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from dlmcheck.model.constructions.layout import Frontier
from dlmcheck.model.constructions.remask import compile_remasking
from dlmcheck.model.constructions.revise import compile_revision
from dlmcheck.model.constructions.write_once import compile_write_once
from dlmcheck.spec.circuit import Circuit, all_data
from dlmcheck.spec.errors import IllegalCode, IllegalSampler
from dlmcheck.spec.lattice import DepthCount, End, RandomBits
from dlmcheck.spec.schedule import Schedule
from dlmcheck.spec.serial import circuit_to_json
from dlmcheck.verify.claims.domains import listed, plain_circuits
from dlmcheck.verify.claims.registry import Claim, Profile, ProofJob, Road, Row, SweepJob
from dlmcheck.verify.claims.t31 import CUT_POINTS
from dlmcheck.verify.engines import smt
from dlmcheck.verify.engines.biased import (
    biased_circuit_law,
    biased_schedule_law,
    coin_biases,
    polynomials,
)
from dlmcheck.verify.engines.cutpoints import cut_points
from dlmcheck.verify.kernel.contents import Simulation
from dlmcheck.verify.kernel.evidence import SolverAnswer
from dlmcheck.verify.kernel.induction import Proof, Rule
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.simulation import check_simulation
from dlmcheck.verify.kernel.sweep import HOLDS, Domain, Outcome, Sweep, fails
from dlmcheck.verify.proofs import layered, write_once
from dlmcheck.verify.proofs.terms import Argument

STEP = 4
PROOF = "the coupling proof for every circuit"
POLYNOMIALS = "laws as polynomials in the biases, compared by SymPy (trusted)"


@dataclass(frozen=True)
class Coined:
    """A schedule, and its certificate, which says for which random input each coin stands."""

    schedule: Schedule
    certificate: Simulation


Make = Callable[[Circuit], Coined]


def by_writing_once(circuit: Circuit) -> Coined:
    """Theorem 3.1, the random bits sampled in round 1."""
    compiled = compile_write_once(circuit, random_outputs=True)
    return Coined(compiled.schedule, cut_points(compiled))


def by_remasking(circuit: Circuit) -> Coined:
    """Theorem 3.2."""
    banked = compile_remasking(circuit)
    return Coined(banked.schedule, Simulation(banked.writes, banked.coins))


def by_revision(circuit: Circuit) -> Coined:
    """Theorem 3.3."""
    banked = compile_revision(circuit)
    return Coined(banked.schedule, Simulation(banked.writes, banked.coins))


CONSTRUCTIONS: dict[str, Make] = {
    "T3.1": by_writing_once,
    "T3.2": by_remasking,
    "T3.3": by_revision,
}


class Case:
    """A circuit, with what the constructions make of it."""

    def __init__(self, circuit: Circuit) -> None:
        self.circuit = circuit
        self._made: dict[Make, Coined] = {}

    def made(self, make: Make) -> Coined:
        """By one construction."""
        if make not in self._made:
            self._made[make] = make(self.circuit)
        return self._made[make]


def agrees(make: Make) -> Callable[[Case], Outcome]:
    """For all data the laws are the same polynomials; idle coins have a bias of their own."""

    def holds(case: Case) -> Outcome:
        circuit, coined = case.circuit, case.made(make)
        names = tuple(f"p{j}" for j in range(len(circuit.random_inputs)))
        *ps, spare = polynomials((*names, "s"))
        biases = dict(zip(circuit.random_inputs, ps, strict=True))
        try:
            coins = coin_biases(coined.schedule, coined.certificate.coins, biases, spare)
            for data in all_data(circuit):
                wanted = biased_circuit_law(circuit, data, biases)
                found = biased_schedule_law(coined.schedule, data, coins)
                if found != wanted:
                    return fails(f"the laws differ: {found} by the run, {wanted} by the circuit")
        except (Rejected, IllegalSampler, IllegalCode) as error:
            return fails(str(error))
        return HOLDS

    return holds


def coupled(make: Make) -> Callable[[Case], Outcome]:
    """Whatever the coins show, the run writes the circuit's values, each coin for one input."""

    def holds(case: Case) -> Outcome:
        circuit, coined = case.circuit, case.made(make)
        biases = {node: node for node in circuit.random_inputs}
        try:
            check_simulation("cut points", coined.schedule, circuit, coined.certificate)
            coin_biases(coined.schedule, coined.certificate.coins, biases, -1)
        except Rejected as error:
            return fails(error.reason)
        return HOLDS

    return holds


def statement(kind: str, theorem: str) -> str:
    """The name of a statement."""
    return f"{theorem} for every bias, {kind}"


def sweep(profile: Profile) -> Sweep[Circuit, Case]:
    """All statements on small circuits."""
    properties = {statement("laws", t): agrees(make) for t, make in CONSTRUCTIONS.items()}
    properties |= {statement("coupled", t): coupled(make) for t, make in CONSTRUCTIONS.items()}
    return Sweep(_domain(profile), Case, properties)


def _domain(profile: Profile) -> Domain[Circuit]:
    """Small circuits; in the quick profile one in `STEP`, as the proof covers all of them."""
    whole = plain_circuits(profile)
    if profile is not Profile.QUICK:
        return whole
    members = list(whole.members())[::STEP]
    return listed(f"one in {STEP} of {whole.name}", members, circuit_to_json)


BIASED = "Nothing was used of the coins' law, so the laws agree for coins of every bias."


def arguments() -> dict[str, Argument]:
    """Per theorem its proof for every circuit: that the run is the same function of the coins."""
    sampled, counted, end = RandomBits.SAMPLED, DepthCount.FROM_ONE, End.WHOLE_STATE
    return {
        "T3.1": write_once.argument(Frontier.ARGUMENTS, sampled, counted, end),
        "T3.2": layered.argument(layered.Construction.REMASKING, end),
        "T3.3": layered.argument(layered.Construction.REVISION, end),
    }


def proofs() -> tuple[Proof, ...]:
    """The same proofs, with the conclusion for biased coins; they rest on the coupling rule."""
    found: list[Proof] = []
    for theorem, argument in arguments().items():
        proof = argument.proof
        if Rule.COUPLING not in proof.rules:
            raise Rejected(f"the proof of {theorem} is no coupling")
        says = (*proof.skeleton, BIASED)
        found.append(replace(proof, statement=statement("all circuits", theorem), skeleton=says))
    return tuple(found)


def answered(proof: Proof) -> SolverAnswer:
    """Who was believed on the queries of one of these proofs. Raises `KeyError` for another."""
    known = {statement("all circuits", t): a.queries for t, a in arguments().items()}
    return smt.answer(known[proof.statement])


JOBS = (SweepJob("biased-coins", sweep), ProofJob("biased-proved", proofs, answered))

CLAIM = Claim(
    "BIAS",
    "Theorems 3.1 to 3.3 hold for random bits of every bias",
    "this project, after Jiang, Haghtalab, Chen (ICLR 2026), Theorems 3.1, 3.2 and 3.3",
    (),
    "BIAS",
    tuple(
        Row(
            "BIAS",
            theorem,
            f"{theorem}: if random bit j is 1 with probability p_j, and so is the coin that "
            "stands for it, the run samples the circuit's law, for all p_1, ..., p_r and every "
            + ("circuit" if theorem == "T3.1" else "layered circuit"),
            (
                Road("biased-proved", statement("all circuits", theorem), PROOF),
                Road("biased-coins", statement("laws", theorem), POLYNOMIALS),
                Road("biased-coins", statement("coupled", theorem), CUT_POINTS),
            ),
        )
        for theorem in CONSTRUCTIONS
    ),
)
CLAIMS = (CLAIM,)
