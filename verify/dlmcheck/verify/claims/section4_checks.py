"""What is checked of section 4: the reduction, cones, bounds, the collapse, imported lemmas.

Sources as in `section4`, which has the claims.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dlmcheck.model.families import even_strings
from dlmcheck.model.reductions.collapse import collapsed_blocks
from dlmcheck.model.reductions.cones import check_cones, least_rounds, longest_parity
from dlmcheck.model.reductions.parity_recogniser import support_recogniser
from dlmcheck.model.samplers.wires import wire_locality
from dlmcheck.model.targets import even_parity
from dlmcheck.spec.circuit import output_law
from dlmcheck.spec.law import is_product
from dlmcheck.spec.resources import measure
from dlmcheck.spec.schedule import Schedule
from dlmcheck.verify.claims.parity_samplers import (
    LARGEST,
    RANDOM_F,
    REMASKING,
    REVISION,
    WRITE_ONCE,
    ParityCase,
    ParitySampler,
    by_definition,
    by_engine,
    samples_parity,
    sizes,
    wrong_law_by_engine,
)
from dlmcheck.verify.claims.registry import DirectJob, Profile, SweepJob
from dlmcheck.verify.engines.cointables import evaluate_columns
from dlmcheck.verify.kernel.imports import imported
from dlmcheck.verify.kernel.laws import as_tokens
from dlmcheck.verify.kernel.results import Checked
from dlmcheck.verify.kernel.sweep import HOLDS, NOT_MET, Outcome, Sweep, fails
from dlmcheck.verify.searches.depth_two import best_agreements

PUSH_FORWARD = "integer push-forward on states"
WIRES = "wires of the sampler's circuits"
CONE_BOUND = "cone bound for deterministic F (proved in the note T4.5)"
SOURCE = "Jiang, Haghtalab, Chen (ICLR 2026), Theorem"
HASTAD = "Hastad 2014, On the correlation of parity and small-depth circuits"

# --- T4.5: the reduction, the locality form ---------------------------------------------------


def recognises_parity(sampler: ParitySampler) -> Callable[[ParityCase], Outcome]:
    """The recogniser built from the sampler accepts exactly the even strings, at stated depth."""

    def holds(case: ParityCase) -> Outcome:
        if case.n not in sampler.sizes(case.n):
            return NOT_MET
        recogniser = support_recogniser(case.schedule(sampler))
        count = 1 << case.n
        inputs = [sum((s >> i & 1) << s for s in range(count)) for i in range(case.n)]
        (column,) = evaluate_columns(recogniser.circuit, inputs, (1 << count) - 1)
        for s in range(count):
            if (column >> s & 1) != (s.bit_count() % 2 == 0):
                return fails(f"n = {case.n}: wrong on input {s:0{case.n}b} (last bit first)")
        if recogniser.resources.depth > recogniser.depth_bound:
            return fails(
                f"n = {case.n}: depth {recogniser.resources.depth}, bound {recogniser.depth_bound}"
            )
        return HOLDS

    return holds


def tokens_read(sampler: ParitySampler, case: ParityCase) -> int:
    """k: the most tokens that one p_i or F_i of the schedule reads, its own mask free."""
    read = wire_locality(case.schedule(sampler))
    return max(read.predictor or 0, read.unmasking or 0)


def obeys_cones(sampler: ParitySampler) -> Callable[[ParityCase], Outcome]:
    """Some check reads all n cells, none reads more than (k+1)^(D-1), and D obeys the bound."""

    def holds(case: ParityCase) -> Outcome:
        if case.n not in sampler.sizes(case.n):
            return NOT_MET
        schedule = case.schedule(sampler)
        k = tokens_read(sampler, case)
        widest = max(len(cone.cells) for cone in check_cones(schedule))
        if widest < case.n:
            return fails(f"n = {case.n}: no check can read more than {widest} cells")
        if widest > longest_parity(k, schedule.rounds):
            return fails(f"n = {case.n}: a check reads {widest} cells, beyond the bound")
        least = least_rounds(case.n, k)
        if least is None or schedule.rounds < least:
            return fails(f"n = {case.n}: {schedule.rounds} rounds, the bound is {least}")
        return HOLDS

    return holds


def obeys_deterministic_bound(
    sampler: ParitySampler, wrong_law: Callable[[Schedule, int], str]
) -> Callable[[ParityCase], Outcome]:
    """For this n the sampler, if it samples D_n at all, takes the rounds of deterministic F.

    The claim under test is that the bound D >= 1 + ceil(log_(k+1) n) holds for this class of F;
    a sampler of D_n with fewer rounds refutes it.
    """
    exact = samples_parity(sampler, wrong_law)

    def holds(case: ParityCase) -> Outcome:
        found = exact(case)
        if not found.met or found.failure is not None:
            return NOT_MET
        schedule = case.schedule(sampler)
        k = tokens_read(sampler, case)
        least = least_rounds(case.n, k)
        if least is not None and schedule.rounds >= least:
            return HOLDS
        wanted = "no number of" if least is None else f"at least {least}"
        return fails(
            f"n = {case.n}: D_n in {schedule.rounds} rounds, reading {k} tokens, where "
            f"deterministic F needs {wanted} rounds"
        )

    return holds


def _reduction(_: Profile) -> Sweep[int, ParityCase]:
    properties = {f"reduction: {s.name}": recognises_parity(s) for s in WRITE_ONCE}
    return Sweep(sizes("D_n", 2, 10), ParityCase, properties)


def _cones(_: Profile) -> Sweep[int, ParityCase]:
    properties = {f"cones: {s.name}": obeys_cones(s) for s in WRITE_ONCE}
    return Sweep(sizes("D_n", 2, 40), ParityCase, properties)


def bound_key(sampler: ParitySampler) -> str:
    """The name of the statement that a sampler obeys the bound for deterministic F."""
    return f"bound: {sampler.edits.value}, {sampler.name}"


def exceeds_deterministic_bound(sampler: ParitySampler) -> Callable[[ParityCase], Outcome]:
    """For this n the sampler samples D_n in fewer rounds than deterministic F needs at its k."""
    obeys = obeys_deterministic_bound(sampler, wrong_law_by_engine)

    def holds(case: ParityCase) -> Outcome:
        found = obeys(case)
        if found.failure is not None:
            return HOLDS
        rounds = case.schedule(sampler).rounds
        return fails(f"n = {case.n}: {rounds} rounds are not fewer") if found.met else NOT_MET

    return holds


FASTER = (*REVISION, *(s for s in REMASKING if s.step == 1))


def faster_key(sampler: ParitySampler) -> str:
    """The name of the statement that a sampler takes fewer rounds than that bound."""
    return f"faster: {sampler.edits.value}, {sampler.name}"


def _bounds(profile: Profile) -> Sweep[int, ParityCase]:
    properties = {bound_key(s): obeys_deterministic_bound(s, wrong_law_by_engine) for s in RANDOM_F}
    return Sweep(sizes("D_n", 2, LARGEST[profile]), ParityCase, properties)


def _faster(profile: Profile) -> Sweep[int, ParityCase]:
    properties = {faster_key(s): exceeds_deterministic_bound(s) for s in FASTER}
    return Sweep(sizes("D_n", 4, LARGEST[profile]), ParityCase, properties)


# --- one circuit, no round ----------------------------------------------------------------

COLLAPSED = "the collapsed circuit of Theorem 4.1 samples D_n, each output reading two bits"
COLLAPSED_BLOCKS = "the collapsed circuit of Theorem 4.2 samples D_n, outputs reading three bits"
NO_ROUND = "D_n is no product law, so no single round samples it"


def _collapse(which: str) -> Callable[[int], Outcome]:
    def holds(n: int) -> Outcome:
        if which == COLLAPSED_BLOCKS and n % 2:
            return NOT_MET
        circuit = even_strings(n) if which == COLLAPSED else collapsed_blocks(n)
        most = 2 if which == COLLAPSED else 3
        measured = measure(circuit)
        if measured.depth > 1 or measured.locality > most:
            return fails(f"n = {n}: depth {measured.depth}, locality {measured.locality}")
        return HOLDS if as_tokens(output_law(circuit)) == even_parity(n) else fails(f"n = {n}")

    return holds


def _no_round(n: int) -> Outcome:
    return fails(f"D_{n} is a product law") if is_product(even_parity(n)) else HOLDS


def _collapsed(_: Profile) -> Sweep[int, int]:
    properties = {w: _collapse(w) for w in (COLLAPSED, COLLAPSED_BLOCKS)}
    return Sweep(sizes("D_n", 2, 10), lambda n: n, {**properties, NO_ROUND: _no_round})


# --- imported lemmas, with a sanity check of their shape ---------------------------------------

SHAPE = "s terms agree with parity on at most 2^(n-1) + s inputs, and 2^(n-1) are enough for all"


def _shape(n: int) -> Outcome:
    best = best_agreements(n)
    half = 1 << (n - 1)
    for s, agreement in enumerate(best):
        if agreement > half + s:
            return fails(f"n = {n}: {s} terms agree on {agreement} inputs")
    if best[-1] != 2 * half or len(best) - 1 != half:
        return fails(f"n = {n}: {len(best) - 1} terms compute parity")
    return HOLDS


def _shapes(_: Profile) -> Sweep[int, int]:
    return Sweep(sizes("all depth-2 circuits", 1, 4), lambda n: n, {SHAPE: _shape})


IMPORTS = {
    "L4.3/imported": HASTAD,
    "L4.4/imported": f"{HASTAD}, extended to probabilistic circuits by averaging",
    "T4.5/deterministic,AC0": f"{HASTAD}, by the reduction of the rows T4.5/reduction",
    "H/deterministic,AC0": f"{HASTAD}, by T4.1, T4.2 and T4.5",
}


def _imported(_: Profile) -> Mapping[str, Checked]:
    return {name: imported(name, source) for name, source in IMPORTS.items()}


JOBS = (
    SweepJob("parity-definition", by_definition, split=1),
    SweepJob("parity-engine", by_engine),
    SweepJob("parity-reduction", _reduction, split=1),
    SweepJob("parity-cones", _cones, split=1),
    SweepJob("parity-bound", _bounds, split=1),
    SweepJob("parity-faster", _faster, split=1),
    SweepJob("parity-collapse", _collapsed, split=1),
    SweepJob("depth-two", _shapes, split=1),
    DirectJob("imported", _imported),
)
