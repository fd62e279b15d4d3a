"""WIDTH: the layer of each gate, chosen so that few values are kept at a time.

Source: this project, after Jiang, Haghtalab, Chen (ICLR 2026), Theorems 3.2 and 3.3, whose w is
the width of a strictly layered circuit. The note has the definitions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dlmcheck.model.constructions.carrying import carried
from dlmcheck.model.constructions.remask import compile_remasking
from dlmcheck.model.constructions.revise import compile_revision
from dlmcheck.model.constructions.rows import Banked
from dlmcheck.model.constructions.shorter import compile_growing_revision, compile_split_remasking
from dlmcheck.model.scheduling.shapes import assignments, wirings
from dlmcheck.spec.assignment import bank_width
from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.errors import BadCircuit, NotLayered
from dlmcheck.spec.lattice import Edits, Point, Remasking, Stop
from dlmcheck.spec.schedule import Schedule
from dlmcheck.spec.serial import circuit_to_json, schedule_from_json, schedule_to_json
from dlmcheck.verify.claims.domains import listed
from dlmcheck.verify.claims.registry import Claim, Profile, Road, Row, SweepJob
from dlmcheck.verify.engines.coupling import CouplingVerdict, check_coupling
from dlmcheck.verify.engines.widths import CONFLICTS, Optimised, optimise
from dlmcheck.verify.kernel.laws import difference
from dlmcheck.verify.kernel.sweep import HOLDS, Domain, Outcome, Sweep, fails
from dlmcheck.verify.widths import Lengths, lengths

ENUMERATION = "all layer assignments, gone through"
REFUTATIONS = "clauses; refutations checked by unit propagation"
RUNS = "run by the specification"
COUPLING = "symbolic unrolling and coupling"

MOVES = 200
"""Moves of the local search: the circuits are small."""

BOUND = "no assignment is narrower than the bound"
LEAST = "the width found is the least"
TIGHT = "the least cut of some layer is the least width"
SAMPLES = "the optimised schedules sample the circuit in d+1 rounds, with the length that is said"
UNCARRIED = "the construction takes the circuit without carrying values"
MORE_ROUNDS = "one more round does not make the width smaller"
LATE_COINS = "sampling inputs late does not make the width smaller"


def _found(circuit: Circuit, last: int | None, late: bool, conflicts: int = 0) -> Optimised:
    """As it is found without the solver, unless a number of conflicts is given."""
    return optimise(circuit, last, late_coins=late, moves=MOVES, conflicts=conflicts)


def _cases(circuit: Circuit) -> Iterator[tuple[int, bool]]:
    """The fewest layers and one more, with inputs in layer 0 and with inputs sampled late."""
    fewest = _found(circuit, None, False).claim.last
    for last in (fewest, fewest + 1):
        for late in (False, True):
            yield last, late


def least_width(circuit: Circuit, last: int, *, late_coins: bool = False) -> int:
    """The least width, by going through all assignments."""
    return min(
        bank_width(circuit, layers, last)
        for layers in assignments(circuit, last, late_coins=late_coins)
    )


def _described(last: int, late: bool) -> str:
    return f"layers 0..{last}{', inputs late' if late else ''}"


def _bound(circuit: Circuit) -> Outcome:
    for last, late in _cases(circuit):
        bound, least = (
            _found(circuit, last, late).claim.bound,
            least_width(circuit, last, late_coins=late),
        )
        if bound > least:
            return fails(f"{_described(last, late)}: bound {bound}, width {least}")
    return HOLDS


def _least(circuit: Circuit) -> Outcome:
    for last, late in _cases(circuit):
        width, least = (
            _found(circuit, last, late).width,
            least_width(circuit, last, late_coins=late),
        )
        if width != least:
            return fails(f"{_described(last, late)}: found {width}, least {least}")
    return HOLDS


def _refuted(circuit: Circuit) -> Outcome:
    """What the search finds is what the solver's refutation, which the kernel checks, leaves."""
    for last, late in _cases(circuit):
        width = _found(circuit, last, late).width
        exact = _found(circuit, last, late, CONFLICTS)
        if exact.gap or exact.width != width:
            return fails(f"{_described(last, late)}: found {width}, {exact.checked.statement}")
    return HOLDS


def _tight(circuit: Circuit) -> Outcome:
    for last, late in _cases(circuit):
        bound, least = (
            _found(circuit, last, late).claim.bound,
            least_width(circuit, last, late_coins=late),
        )
        if bound < least:
            return fails(f"{_described(last, late)}: cuts {bound}, least width {least}")
    return HOLDS


def _more_rounds(circuit: Circuit) -> Outcome:
    last = _found(circuit, None, False).claim.last
    fewest, more = least_width(circuit, last), least_width(circuit, last + 1)
    return HOLDS if more == fewest else fails(f"{fewest} in {last + 1} rounds, {more} in one more")


def _late_coins(circuit: Circuit) -> Outcome:
    last = _found(circuit, None, False).claim.last
    early, late = least_width(circuit, last), least_width(circuit, last, late_coins=True)
    return HOLDS if late == early else fails(f"{early} with inputs in layer 0, {late} with late")


def _uncarried(circuit: Circuit) -> Outcome:
    found = _found(circuit, None, False)
    try:
        compile_revision(circuit, layers=found.claim.layers)
    except (NotLayered, BadCircuit) as error:
        return fails(f"refused: {error.message}")
    return HOLDS


CONSTRUCTIONS: dict[str, tuple[Callable[..., Banked], Callable[[Lengths], int]]] = {
    "remasking": (compile_remasking, lambda of: of.remask_stated),
    "remasking, short": (compile_split_remasking, lambda of: of.remask_short),
    "revision": (compile_revision, lambda of: of.revise_stated),
    "revision, short": (compile_growing_revision, lambda of: of.revise_short),
}


def _samples(difference_of: Callable[[Schedule, Circuit], str]) -> Callable[[Circuit], Outcome]:
    def holds(circuit: Circuit) -> Outcome:
        for late in (False, True):
            found = _found(circuit, None, late)
            strict, layers = carried(circuit, found.claim.layers)
            said = lengths(circuit, found.claim.layers)
            for name, (compile_, length_of) in CONSTRUCTIONS.items():
                banked = compile_(strict, layers=layers)
                where = f"{name}, {_described(found.claim.last, late)}"
                if banked.generated_length != length_of(said):
                    length = banked.generated_length
                    return fails(f"{where}: {length} cells, {length_of(said)} said")
                schedule = schedule_from_json(schedule_to_json(banked.schedule))
                if schedule.rounds != found.claim.last + 1:
                    return fails(f"{where}: {schedule.rounds} rounds")
                reason = difference_of(schedule, circuit)
                if reason:
                    return fails(f"{where}: {reason}")
        return HOLDS

    return holds


def _by_law(schedule: Schedule, circuit: Circuit) -> str:
    found = difference(schedule, circuit)
    return "" if found is None else found.reason


def _by_coupling(schedule: Schedule, circuit: Circuit) -> str:
    found = check_coupling(schedule, circuit)
    if found.verdict is CouplingVerdict.EQUIVALENT:
        return ""
    return f"the coupling is {found.verdict.value} {found.reason}".rstrip()


# --- domains and jobs ----------------------------------------------------------------------


def _domain(sizes: tuple[tuple[int, int], ...]) -> Domain[Circuit]:
    members = [circuit for size in sizes for circuit in wirings(*size)]
    name = "wirings of (inputs, gates) " + ", ".join(map(str, sizes))
    return listed(name, members, circuit_to_json)


def _small(profile: Profile) -> Domain[Circuit]:
    sizes = ((1, 2), (2, 2), (1, 3), (2, 3), (3, 3), (1, 4))
    return _domain(sizes if profile is Profile.QUICK else (*sizes, (2, 4)))


def _searched(profile: Profile) -> Sweep[Circuit, Circuit]:
    return Sweep(
        _small(profile),
        lambda circuit: circuit,
        {
            BOUND: _bound,
            LEAST: _least,
            TIGHT: _tight,
            MORE_ROUNDS: _more_rounds,
            LATE_COINS: _late_coins,
            UNCARRIED: _uncarried,
        },
    )


def _by_solver(profile: Profile) -> Sweep[Circuit, Circuit]:
    return Sweep(_small(profile), lambda circuit: circuit, {LEAST: _refuted})


def _run(profile: Profile) -> Sweep[Circuit, Circuit]:
    sizes = ((1, 2), (2, 2), (1, 3))
    domain = _domain(sizes if profile is Profile.QUICK else (*sizes, (2, 3)))
    return Sweep(domain, lambda circuit: circuit, {SAMPLES: _samples(_by_law)})


def _coupled(profile: Profile) -> Sweep[Circuit, Circuit]:
    return Sweep(_small(profile), lambda circuit: circuit, {SAMPLES: _samples(_by_coupling)})


_ID = "WIDTH"
_POINT = Point(edits=Edits.REVISE_TOKEN, stop=Stop.ABSORBING)
_REMASK = Point(edits=Edits.REMASK, remasking=Remasking.DETERMINISTIC, stop=Stop.ABSORBING)
CARRIED, FEWEST, EARLY = "values are carried", "the rounds are the fewest", "inputs in layer 0"


def _dropped(hypothesis: str, statement: str, said: str) -> Row:
    road = Road("widths-searched", statement, ENUMERATION)
    return Row(_ID, f"without,{hypothesis}", said, (road,), _POINT, dropped=hypothesis)


CLAIM = Claim(
    id=_ID,
    title="the layer of each gate, for the least number of values kept at a time",
    reference="this project, after Jiang, Haghtalab, Chen (ICLR 2026), Theorems 3.2 and 3.3",
    hypotheses=(CARRIED, FEWEST, EARLY),
    note=_ID,
    rows=(
        Row(
            _ID,
            "bound",
            "no layer assignment keeps fewer values at a time than the least cut of any layer, "
            "than outputs, or than random inputs that stand in layer 0",
            (Road("widths-searched", BOUND, ENUMERATION),),
            _POINT,
        ),
        Row(
            _ID,
            "least",
            "the width that is found is the least of all layer assignments, in d+1 rounds and in "
            "d+2, with random inputs in layer 0 and in any",
            (
                Road("widths-searched", LEAST, ENUMERATION),
                Road("widths-refuted", LEAST, REFUTATIONS),
            ),
            _POINT,
        ),
        Row(
            _ID,
            "samples",
            "schedules made from an optimised assignment, by remasking and by revision, sample "
            "the law of the circuit in d+1 rounds, on as many cells as the width and counter say",
            (Road("widths-run", SAMPLES, RUNS), Road("widths-coupled", SAMPLES, COUPLING)),
            _REMASK,
        ),
        Row(
            _ID,
            "cuts",
            "the least width is the largest of the least cuts and of what needs no cut",
            (Road("widths-searched", TIGHT, ENUMERATION),),
            _POINT,
        ),
        _dropped(CARRIED, UNCARRIED, "a bank takes any circuit as it is, with no value carried"),
        _dropped(FEWEST, MORE_ROUNDS, "one round more than the fewest leaves the width as it is"),
        _dropped(EARLY, LATE_COINS, "sampling random inputs late leaves the width as it is"),
    ),
)

CLAIMS = (CLAIM,)
JOBS = (
    SweepJob("widths-searched", _searched),
    SweepJob("widths-refuted", _by_solver),
    SweepJob("widths-run", _run),
    SweepJob("widths-coupled", _coupled),
)
