"""The refutations behind rows on least lengths and cells, as certificates to keep.

The passes of `lengths` and `footprint` ask a solver and have each refutation checked; here the same
questions are asked of CaDiCaL, whose proofs have hints, and what it says is put into files that
`dlmcheck cert` checks alone. Names of files say which question it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from dlmcheck.verify.claims.length_cases import Case
from dlmcheck.verify.encoders.lengths import NoScheme, length_text
from dlmcheck.verify.encoders.programs import NoProgram, program_text
from dlmcheck.verify.encoders.trajectories import NoSimulation, trajectory_text
from dlmcheck.verify.engines.hints import refute
from dlmcheck.verify.kernel.refutation import Encoded
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.searches.propositional import Formula
from dlmcheck.verify.searches.trajectories import Wires
from dlmcheck.verify.searches.write_once_space import Target, gates_taken

Named = tuple[str, str]
"""What tells a certificate from the others of its statement, and its text."""


def proof_of(encoded: Encoded) -> str:
    """A refutation with hints. Raises `Rejected` if there is a model: the claim is false."""
    found = refute(Formula(encoded.variables, list(encoded.clauses)))
    if not isinstance(found, str):
        raise Rejected(f"not so: {encoded.statement}")
    return found


def no_schemes(cases: Iterable[Case]) -> Iterator[Named]:
    """That no scheme has fewer cells than claimed, at each smaller number of at least w."""
    for case in cases:
        for length in range(case.width, case.claimed):
            claim = NoScheme(case.edits, case.width, case.depth, length, case.end)
            yield _named(case, length), length_text(claim, proof_of(claim.encoded))


def no_simulations(wires: Callable[[int, int], Wires], cases: Iterable[Case]) -> Iterator[Named]:
    """That no simulation of the wires of this width and depth has one cell less than claimed."""
    for case in cases:
        length = case.claimed - 1
        if length >= case.width:
            claim = NoSimulation(wires(case.width, case.depth), case.edits, length, case.end)
            yield _named(case, length), trajectory_text(claim, proof_of(claim.encoded))


def no_programs(targets: Iterable[Target]) -> Iterator[Named]:
    """That no program has fewer gates than the circuit of a target."""
    for target in targets:
        for gates in range(gates_taken(target)):
            claim = NoProgram(target.inputs, target.tables(), gates)
            name = f"{target.name.replace(' ', '-')}-g{gates}"
            yield name, program_text(claim, proof_of(claim.encoded))


def _named(case: Case, length: int) -> str:
    return f"{case.edits.value}-w{case.width}-d{case.depth}-{case.end.value}-L{length}"
