"""A good certificate of each kind, small; for tests that forge them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from functools import cache

from dlmcheck.model.builder import Builder
from dlmcheck.model.constructions.write_once import compile_write_once
from dlmcheck.model.decoders.rules import evenly, left_to_right, most_confident
from dlmcheck.model.families.parity import even_strings
from dlmcheck.model.local_schedules import local_schedule
from dlmcheck.model.mutations import flip_gate
from dlmcheck.model.samplers.revision import parity_revision
from dlmcheck.model.targets import Target, fixed_weight, product_bits
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op
from dlmcheck.spec.decoder import Decoder
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.lattice import Edits, End, Reals
from dlmcheck.spec.law import Law, uniform
from dlmcheck.spec.perfect import perfect_predictor
from dlmcheck.spec.serial import circuit_from_json, circuit_to_json
from dlmcheck.verify.certificate_kinds import check_certificate
from dlmcheck.verify.claims.length_certificates import proof_of
from dlmcheck.verify.decoders.analysis import analyse
from dlmcheck.verify.decoders.certificate import decoder_certificate
from dlmcheck.verify.encoders.lengths import NoScheme, length_text
from dlmcheck.verify.encoders.programs import NoProgram, program_text
from dlmcheck.verify.encoders.trajectories import NoSimulation, trajectory_text
from dlmcheck.verify.engines.coupling import check_coupling
from dlmcheck.verify.engines.cutpoints import cut_points
from dlmcheck.verify.engines.elimination import linear_text
from dlmcheck.verify.engines.hints import refute
from dlmcheck.verify.engines.smt import script
from dlmcheck.verify.engines.state_evidence import state_certificate
from dlmcheck.verify.engines.widths import optimise
from dlmcheck.verify.equivalence_files import (
    broken_mask_file,
    law_file,
    same_law_file,
    simulation_file,
    wrong_run_file,
)
from dlmcheck.verify.kernel.block_chains import Chain, Kind, chain_text
from dlmcheck.verify.kernel.circuit_formulas import equal_circuits
from dlmcheck.verify.kernel.counted_laws import count_outputs, law_text
from dlmcheck.verify.kernel.diagram_laws import diagram_law_text, law_by_diagrams
from dlmcheck.verify.kernel.encoders import refutation_text
from dlmcheck.verify.kernel.frontier_laws import frontier_law_text, law_in_order, needed_gates
from dlmcheck.verify.kernel.induction import Proof, Rule, Step
from dlmcheck.verify.kernel.laws import difference
from dlmcheck.verify.kernel.local_parity import Question, Reading
from dlmcheck.verify.kernel.merged_simulation import merged_simulation_text
from dlmcheck.verify.kernel.merges import Merged, joined
from dlmcheck.verify.kernel.preservation import BrokenMask
from dlmcheck.verify.kernel.proof_documents import proof_text
from dlmcheck.verify.kernel.query_documents import Queries, queries_text
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.widths import Refuted, Walks, width_text
from dlmcheck.verify.kernel.witness import WrongRun
from dlmcheck.verify.proofs.arithmetic import query
from dlmcheck.verify.rounds.by_argument import of_every_law
from dlmcheck.verify.rounds.local import local_rounds
from dlmcheck.verify.rounds.lower_bounds import arguments
from dlmcheck.verify.rounds.upper_bounds import constructions
from dlmcheck.verify.rounds.write_once import write_once
from dlmcheck.verify.searches.chained_blocks import find_block
from dlmcheck.verify.searches.locality_targets import decide_target
from dlmcheck.verify.searches.propositional import Formula
from dlmcheck.verify.searches.trajectories import Wires, negations
from tests.model.constructions.small_circuits import any_circuit

AND = Circuit(
    (Input("a", InputKind.DATA), Input("r", InputKind.RANDOM)), (Gate(Op.AND, (0, 1)),), (2,)
)
OR = replace(AND, gates=(Gate(Op.OR, (0, 1)),))
COMPILED = compile_write_once(AND)
SCHEDULE = COMPILED.schedule


def checks(text: str) -> bool:
    """Whether a certificate is accepted."""
    try:
        check_certificate(Document.parse(text, "sample"))
    except Rejected:
        return False
    return True


@cache
def samples(second: bool = False) -> dict[str, str]:
    """By kind; with `second` certificates of something else, for swapping parts."""
    return {
        "simulation": _simulation(second),
        "merged-simulation": _merged_simulation(second),
        "wrong-run": _wrong_run(second),
        "same-law": _same_law(second),
        "law": _law(second),
        "broken-mask": _broken_mask(second),
        "induction": _induction(second),
        "refutation": _refutation(second),
        "circuit-law": _circuit_law(second),
        "diagram-law": _diagram_law(second),
        "frontier-law": _frontier_law(second),
        "state-law": _state_law(second),
        "width": _width(second),
        "linear": linear_text(even_strings(5 if second else 4)),
        "decoder": _decoder(second),
        "length": _length(second),
        "trajectory": _trajectory(second),
        "program": _program(second),
        "queries": _queries(second),
        **_of_rounds(_target(second)),
        **_of_local_samplers(4 if second else 3),
        "local-target": _local_target(second),
        "block-chain": _block_chain(second),
    }


def _block_chain(second: bool) -> str:
    """D_5 by a block alone, D_10 by two of five cells; or the same with one cell more each."""
    cells = 6 if second else 5
    found = [find_block(Kind(cells, neighbours)) for neighbours in (0, 1)]
    alone, end = [(block,) for block in found if block is not None]
    return chain_text(Chain(alone, end))


def _decoder(second: bool) -> str:
    """Two biased bits by confidence in two rounds; or two equal bits, both at once."""
    target = Target("two bits", product_bits([Fraction(9, 10)] * 2))
    if second:
        target = Target("two bits", uniform([(0, 0), (1, 1)]))
    step = left_to_right(evenly(2, 1)) if second else most_confident(evenly(2, 2))
    decoder = Decoder(2, perfect_predictor(target.law), step)
    found = analyse(decoder)
    comparison = found.compare(target.law)
    assert comparison is not None
    return decoder_certificate(decoder, found, comparison, target.law, target.name)


def _target(second: bool) -> Target:
    """Three strings, with other weights each time; no renaming of cells keeps it."""
    half, quarter = Fraction(1, 2), Fraction(1, 4)
    weights = (quarter, quarter, half) if second else (half, quarter, quarter)
    strings = ((0, 0, 0), (0, 1, 1), (1, 1, 1) if second else (1, 0, 1))
    return Target("three strings", Law(dict(zip(strings, weights, strict=True))))


def _of_rounds(target: Target) -> dict[str, str]:
    """What is known of the rounds of a target, as far as it is a certificate."""
    result = write_once(target).result
    ones = 2 if (1, 1, 1) in target.law.support else 1
    exchangeable = write_once(Target("fixed weight", fixed_weight(3, ones))).result
    bounds = [result.lower, result.upper, exchangeable.lower]
    bounds += [found.bound for found in arguments(target)]
    bounds += [found.bound() for found in constructions(target)]
    bounds += [found.bound() for found in reversed(list(of_every_law(target)))]
    return _by_kind(bound.certificate for bound in bounds)


def _of_local_samplers(n: int) -> dict[str, str]:
    return _by_kind(bound.certificate for bound in local_rounds(n, 1, Reading.ONE_SET)[:1])


def _local_target(second: bool) -> str:
    """A law of which there is no local sampler in so few rounds."""
    strings = [(0, 1, 1), (1, 0, 1), (1, 1, 0)] if second else [(1, 0, 0), (0, 1, 0), (0, 0, 1)]
    question = Question(3, 1 if second else 2, 2, Reading.STATE_ONLY)
    found = decide_target(uniform(strings), question, Reals.UNRESTRICTED)
    assert found.policy is None
    return found.certificate


def _width(second: bool) -> str:
    """A width whose lower bound is a refutation; with `second` one by walks."""
    circuit = any_circuit(49 if second else 372, data=0, random=3, gates=7)
    claim = optimise(circuit, moves=0).claim
    assert isinstance(claim.below, Walks if second else Refuted)
    return width_text(claim)


def _by_kind(texts: Iterable[str | None]) -> dict[str, str]:
    """The first of each kind."""
    found: dict[str, str] = {}
    for text in texts:
        if text is not None:
            found.setdefault(str(json.loads(text)["kind"]), text)
    return found


def _compiled(second: bool) -> tuple[Circuit, Circuit]:
    """A circuit to compile and another one for it to differ from."""
    return (OR, AND) if second else (AND, OR)


def _simulation(second: bool) -> str:
    circuit, _ = _compiled(second)
    compiled = compile_write_once(circuit)
    return simulation_file(compiled.schedule, circuit, cut_points(compiled))


def _merged_simulation(second: bool) -> str:
    """Distributivity, one way and the other; a merge by a proof, or by a table."""
    builder = Builder.with_names(data=["a"], random=["b", "c"])
    factored = builder.build([builder.and_(0, builder.or_(1, 2))])
    builder = Builder.with_names(data=["a"], random=["b", "c"])
    split = builder.build([builder.or_(builder.and_(0, 1), builder.and_(0, 2))])
    written, asked = (split, factored) if second else (factored, split)
    schedule = compile_write_once(written).schedule
    found = check_coupling(schedule, asked, certify=True).certificate
    assert found is not None
    if not second:
        [merge] = found.merges
        merged = Merged(joined(asked, found.shown))
        while merged.add() < merge.node:
            pass
        window = merged.window(merge.node, merge.literal, merge.opened)
        variables, clauses = window.clauses()
        proof = refute(Formula(variables, list(clauses)))
        assert isinstance(proof, str)
        found = replace(found, merges=(replace(merge, proof=proof),))
    return merged_simulation_text(schedule, asked, found)


def _wrong_run(second: bool) -> str:
    circuit, other = _compiled(second)
    data = "1" if second else "0"
    coins = (("predictor", 1, 0),)
    run = WrongRun(data, () if second else coins)
    schedule = compile_write_once(circuit).schedule
    return wrong_run_file(schedule, other, {"r": (coins[0], False)}, run)


def _same_law(second: bool) -> str:
    circuit, _ = _compiled(second)
    return same_law_file(compile_write_once(circuit).schedule, circuit)


def _law(second: bool) -> str:
    circuit, other = _compiled(second)
    schedule = compile_write_once(circuit).schedule
    found = difference(schedule, other)
    assert found is not None
    return law_file(schedule, other, found)


def _circuit_law(second: bool) -> str:
    """One coin under a bit of data; or two coins, or the bit."""
    if not second:
        return law_text(AND, (True,), count_outputs(AND, (True,)))
    builder = Builder.with_names(data=["a"], random=["r", "s"])
    circuit = builder.build([builder.or_(0, builder.and_(1, 2))], ["o0"])
    return law_text(circuit, (False,), count_outputs(circuit, (False,)))


def _diagram_law(second: bool) -> str:
    """The same two circuits; the coins in an order, or in none."""
    raw = json.loads(_circuit_law(second))
    circuit = circuit_from_json(raw["circuit"])
    data = (not second,)
    order = ["s", "r"] if second else ["r"]
    return diagram_law_text(circuit, data, law_by_diagrams(circuit, data, order), order)


def _frontier_law(second: bool) -> str:
    """A coin under a bit of data, or another coin; or the other way round."""
    builder = Builder.with_names(data=["a"], random=["r", "s"])
    first, then = (builder.or_, builder.and_) if second else (builder.and_, builder.or_)
    circuit = builder.build([then(first(0, 1), 2)], ["o0"])
    data, order = (not second,), needed_gates(circuit)
    return frontier_law_text(circuit, data, law_in_order(circuit, data, order), order)


def _state_law(second: bool) -> str:
    """Two of three cells after two rounds in which every state occurs."""
    return state_certificate(local_schedule(3, 2, 2 + second), cells=[int(second), 2])


def _broken_mask(second: bool) -> str:
    schedule = compile_write_once(_compiled(second)[0]).schedule
    for index in range(len(schedule.predictor.gates)):
        flipped = flip_gate(schedule, "predictor", index)
        for cell in range(schedule.length):
            for token in (0, 1):
                text = broken_mask_file(flipped, BrokenMask(cell, ((cell, token),), (0,)))
                if checks(text):
                    return text
    raise AssertionError("no gate breaks a mask")


def _induction(second: bool) -> str:
    builder = Builder.with_names(data=["a", "b"])
    conclusion = builder.and_(0, 1) if second else 1
    outputs = [0, builder.or_(~0, 1), conclusion]
    circuit = builder.build(outputs, ["a", "a implies b", "conclusion"])
    steps = tuple(Step(name, circuit) for name in ("start", "round"))
    return proof_text(Proof("P", steps[:1], steps[1:], (Rule.ROUNDS,)), {})


def _refutation(second: bool) -> str:
    left, right = (_sum(order) for order in (("abcd", "badc") if second else ("abcd", "dbac")))
    encoded = equal_circuits(left, right)
    proof = refute(Formula(encoded.variables, list(encoded.clauses)))
    assert isinstance(proof, str)
    claim = {"left": circuit_to_json(left), "right": circuit_to_json(right)}
    return refutation_text(claim, encoded, proof)


def _length(second: bool) -> str:
    claim = NoScheme(Edits.REVISE_TOKEN, 1, 3, 1 if second else 2, End.OUTPUT_ONLY)
    return length_text(claim, proof_of(claim.encoded))


def _trajectory(second: bool) -> str:
    wires = Wires(1, ((1, 0), (0, 1), (0, 1)))
    claim = NoSimulation(wires, Edits.REVISE_TOKEN, 2, End.OUTPUT_ONLY)
    if second:
        claim = NoSimulation(negations(1, 2), Edits.REMASK, 1, End.OUTPUT_ONLY)
    return trajectory_text(claim, proof_of(claim.encoded))


def _program(second: bool) -> str:
    parity, both = 0b10010110, 0b10000000
    claim = NoProgram(3, (parity, both) if second else (parity,), 2 if second else 1)
    return program_text(claim, proof_of(claim.encoded))


def _queries(second: bool) -> str:
    """Linear arithmetic, with a premise that is needed."""
    conclusion = "(>= n 0)" if second else "(>= n 1)"
    asked = query("small", "QF_LIA", "n", (("large", "(>= n 2)"),), conclusion)
    return queries_text(Queries("Q", {asked.name: script(asked)}, (Rule.NUMBERS,), True), "z3 4")


def _sum(order: str) -> Circuit:
    """The parity of four bits, added up in an order."""
    builder = Builder.with_names(random=list("abcd"))
    total = "abcd".index(order[0])
    for name in order[1:]:
        total = builder.xor(total, "abcd".index(name))
    return builder.build([total], ["sum"])


def revision_by_laws() -> str:
    """A certificate of kind linear, for a schedule whose law is gone through."""
    return linear_text(even_strings(3), parity_revision(3))
