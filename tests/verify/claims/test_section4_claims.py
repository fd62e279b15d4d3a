"""Section 4: a wrong sampler, reduction or bound fails its own rows only, for the right reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cache

import pytest

from dlmcheck.model.builder import Builder
from dlmcheck.model.reductions.cones import CheckCone, check_cones, least_rounds
from dlmcheck.model.reductions.parity_recogniser import Recogniser, support_recogniser
from dlmcheck.model.samplers.ablated import (
    Boundary,
    remasking_with_boundary,
    revision_with_boundary,
)
from dlmcheck.model.samplers.mask_memory import parity_chain
from dlmcheck.model.samplers.one_parity_check import parity_two_rounds
from dlmcheck.model.samplers.random_unmasking import parity_independent_unmasking
from dlmcheck.model.samplers.remasking import parity_remask_blocks, parity_remask_clock
from dlmcheck.model.samplers.revision import parity_revision, parity_revision_absorbing
from dlmcheck.model.samplers.wires import Wires, parity_schedule
from dlmcheck.spec.circuit import Circuit, Literal
from dlmcheck.spec.lattice import Edits
from dlmcheck.spec.law import Law
from dlmcheck.spec.schedule import Schedule, interface
from dlmcheck.spec.tokens import State
from dlmcheck.verify.claims import parity_samplers, proved_parity, section4, section4_checks
from dlmcheck.verify.claims.parity_samplers import GROUPS, RANDOM_F, ParitySampler, sizes
from dlmcheck.verify.claims.registry import DirectJob, Job, ProofJob
from dlmcheck.verify.claims.section4_checks import PUSH_FORWARD, WIRES
from dlmcheck.verify.claims.t31 import REFERENCE
from dlmcheck.verify.kernel.results import Checked
from dlmcheck.verify.kernel.verdicts import Verdict
from tests.verify.claims.planting import Audited, at_most, audit
from tests.verify.concluding import conclusions

TABLES = "truth tables"
LARGEST = 6


@pytest.fixture(autouse=True)
def reduced(monkeypatch: pytest.MonkeyPatch) -> None:
    small = at_most(sizes, LARGEST)
    for module in (parity_samplers, section4_checks):
        monkeypatch.setattr(module, "sizes", small)
    monkeypatch.setattr(parity_samplers, "BY_DEFINITION", 4)


def audited() -> Audited:
    """All rows of section 4 but the ablations, whose failures are nobody's error."""
    claims = [
        replace(claim, rows=tuple(row for row in claim.rows if row.dropped is None))
        for claim in section4.CLAIMS
    ]
    return audit(claims, [j for j in section4.JOBS if not isinstance(j, ProofJob)] + PROVED)


@cache
def proved(job: ProofJob) -> Mapping[str, Checked]:
    """The proofs for all n: about the samplers' rules, and not about what is planted here."""
    return conclusions(job)


def once(job: ProofJob) -> Job:
    return DirectJob(job.id, lambda _: proved(job))


PROVED = [once(job) for job in section4.JOBS if isinstance(job, ProofJob)]


def expect(reasons: dict[str, dict[str, str]], vacuous: tuple[str, ...] = ()) -> None:
    """Exactly these rows fail: row -> engine -> reason, which may have wildcards.

    The rows in `vacuous` have lost their objects; all others are as they were.
    """
    result = audited()
    found = result.refuted_roads()
    assert set(found) == set(reasons)
    for row, roads in reasons.items():
        assert set(found[row]) == set(roads), row
        assert not result.of(row).verdict.is_affirmative
        for engine, reason in roads.items():
            assert fnmatchcase(found[row][engine], reason), found[row]
    for other in result.rows:
        if other.row.id in vacuous:
            assert other.verdict is Verdict.VACUOUS
        elif other.row.id not in reasons:
            imported = other.row.reading in ("imported", "deterministic,AC0")
            proved = any(road.engine == proved_parity.BY_INDUCTION for road in other.row.roads)
            wanted = Verdict.PROVED if proved else Verdict.BOUNDED
            wanted = Verdict.UNSETTLEABLE if imported else wanted
            assert other.verdict is wanted, other.row.id


def both(reason: str) -> dict[str, str]:
    """The reason that both roads to a law give."""
    return {REFERENCE: reason, PUSH_FORWARD: reason}


OTHER_LAW = "n = *: the output law is not D_n"


def test_the_true_samplers_pass() -> None:
    expect({})


def test_every_row_of_a_random_f_refutes_the_bound_on_a_domain_that_reaches_far_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(section4_checks, "sizes", at_most(sizes, 10))
    rows = [row for claim in section4.CLAIMS for row in claim.rows if row.dropped is not None]
    assert len(rows) == 2 * len(RANDOM_F)
    claim = replace(section4.CLAIMS[0], rows=tuple(rows))
    assert audit([claim], section4.JOBS).verdicts() == {Verdict.REFUTED}


# --- samplers ------------------------------------------------------------------------------

Make = Callable[[int], Schedule]


def plant(monkeypatch: pytest.MonkeyPatch, group: str, name: str, make: Make) -> None:
    """Another schedule in the place of a sampler, wherever that sampler is looked at."""
    edits = {sampler.edits for sampler in GROUPS[group]}

    def changed(samplers: tuple[ParitySampler, ...]) -> tuple[ParitySampler, ...]:
        return tuple(
            replace(s, make=make) if s.name == name and s.edits in edits else s for s in samplers
        )

    assert changed(GROUPS[group]) != GROUPS[group]
    monkeypatch.setitem(GROUPS, group, changed(GROUPS[group]))
    for listed in ("WRITE_ONCE", "RANDOM_F", "FASTER"):
        samplers: tuple[ParitySampler, ...] = getattr(section4_checks, listed)
        monkeypatch.setattr(section4_checks, listed, changed(samplers))


def wrong_neighbour(n: int) -> Schedule:
    """Revision with y_(i-2) in the place of y_(i-1)."""
    w = Wires(n, random=n)
    lows: list[Literal] = []
    for i in range(n):
        difference = w.parity_of(*(w.value(j) for j in (i, i - 2) if j >= 0))
        fresh = w.coin(i) if i < n - 1 else w.zero()
        lows.append(w.builder.mux(w.masked(i), fresh, difference))
    marks = Wires(n)
    everything = marks.marks([marks.one()] * n)
    return parity_schedule(
        n, 2, w.values(lows), everything, edits=Edits.REVISE_TOKEN, absorbing=False
    )


OTHER_REVISIONS: dict[str, Make] = {
    "wrong neighbour": wrong_neighbour,
    "y_0 = 1": lambda n: revision_with_boundary(n, Boundary.FIRST_ONE),
    "y_n fair": lambda n: revision_with_boundary(n, Boundary.LAST_FAIR),
}


@pytest.mark.parametrize("error", OTHER_REVISIONS)
def test_another_law_by_revision(monkeypatch: pytest.MonkeyPatch, error: str) -> None:
    plant(monkeypatch, "T4.1", "two rounds", OTHER_REVISIONS[error])
    # The hierarchy has no sampler of D_n there to compare.
    expect({"T4.1/two-rounds": both(OTHER_LAW)}, vacuous=("H/revise-token,two-rounds",))


def eager_write_once(n: int) -> Schedule:
    """D_n in two rounds by one cell that reads all others, passed off as revision."""
    return replace(parity_two_rounds(n), edits=Edits.REVISE_TOKEN)


ELSEWHERE: dict[str, tuple[str, Make, str]] = {
    "clock": ("two rounds, clock", parity_revision, "n = 2: another edit model or clock"),
    "rounds": (
        "two rounds, absorbing",
        lambda n: replace(parity_revision_absorbing(n), rounds=3),
        "n = 2: D = 3, stated 2",
    ),
    "tokens": ("two rounds", eager_write_once, "n = 4: reads 3 tokens, stated 2"),
    "length": ("two rounds, absorbing", lambda n: parity_revision_absorbing(n + 1), "n = 2: L = 3"),
}


@pytest.mark.parametrize("error", ELSEWHERE)
def test_a_sampler_at_another_place_is_not_the_stated_one(
    monkeypatch: pytest.MonkeyPatch, error: str
) -> None:
    name, make, reason = ELSEWHERE[error]
    plant(monkeypatch, "T4.1", name, make)
    slug = name.replace(", ", ",").replace(" ", "-")
    expect({f"T4.1/{slug}": both(reason)}, vacuous=(f"H/revise-token,{slug}",))


def without_remasking(n: int) -> Schedule:
    schedule = parity_remask_blocks(n)
    assert schedule.remask is not None
    builder = Builder(interface(n, clock_bits=schedule.clock_bits))
    return replace(schedule, remask=builder.build([builder.constant(False)] * n))


CLOCKED, STATE_ONLY = "two rounds, clock", "two rounds, state only"
BLOCKS = "blocks, four rounds, clock"
WRONG_REMASKING: dict[str, tuple[str, Make, str]] = {
    "y_0 = 1": (CLOCKED, lambda n: remasking_with_boundary(n, Boundary.FIRST_ONE), OTHER_LAW),
    "y_n fair": (CLOCKED, lambda n: remasking_with_boundary(n, Boundary.LAST_FAIR), OTHER_LAW),
    "no clock": (
        STATE_ONLY,
        lambda n: remasking_with_boundary(n, Boundary.BOTH_ZERO, clock=False),
        "n = 2: illegal run: *",
    ),
    "two rounds for four": (BLOCKS, parity_remask_clock, "n = 2: D = 2, stated 4"),
    "nothing is remasked": (BLOCKS, without_remasking, OTHER_LAW),
}


@pytest.mark.parametrize("error", WRONG_REMASKING)
def test_a_wrong_sampler_by_remasking(monkeypatch: pytest.MonkeyPatch, error: str) -> None:
    name, make, reason = WRONG_REMASKING[error]
    plant(monkeypatch, "T4.2", name, make)
    slug = name.replace(", ", ",").replace(" ", "-")
    # The blocks take four rounds and are no witness of the hierarchy.
    vacuous = () if name == BLOCKS else (f"H/remask,{slug}",)
    expect({f"T4.2/{slug}": both(reason)}, vacuous=vacuous)


WRONG_INDEPENDENT: dict[str, tuple[Make, str]] = {
    "a round less": (
        lambda n: replace(parity_independent_unmasking(n), rounds=2),
        "n = 2: D = 2, stated 3",
    ),
    "another n": (lambda n: parity_independent_unmasking(n + 1), "n = 2: L = 3"),
    # At n = 6 the chain takes three rounds as well.
    "deterministic": (
        lambda n: parity_chain(n) if n == LARGEST else parity_independent_unmasking(n),
        "n = 6: F is deterministic",
    ),
}


@pytest.mark.parametrize("error", WRONG_INDEPENDENT)
def test_a_wrong_sampler_with_independent_f(monkeypatch: pytest.MonkeyPatch, error: str) -> None:
    make, reason = WRONG_INDEPENDENT[error]
    plant(monkeypatch, "T4.5", "independent F", make)
    row = "T4.5/independent-F"
    if error == "deterministic":
        # The reference goes up to n = 4 here and does not meet it.
        expect({row: {PUSH_FORWARD: reason}})
    else:
        expect({row: both(reason)})


def test_a_deterministic_f_does_not_pass_for_a_random_one(monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, "T4.5", "joint F", parity_two_rounds)
    expect({"T4.5/joint-F": both("n = 3: F is deterministic")})


def deaf(n: int) -> Schedule:
    """The last cell does not look at cell 0: D_n is missed, and no check sees all cells."""
    w, f = Wires(n, random=n - 1), Wires(n)
    lows = [*map(w.coin, range(n - 1)), w.parity_of(*map(w.value, range(1, n - 1)))]
    ready = f.all_of(f.masked(n - 1), f.visible(0))
    return parity_schedule(n, 2, w.values(lows), f.marks([*map(f.masked, range(n - 1)), ready]))


def test_a_wrong_write_once_sampler_fails_by_law_by_reduction_and_by_locality(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plant(monkeypatch, "write-once", "one check", deaf)
    expect(
        {
            "T4.5/one-check": both(OTHER_LAW),
            "T4.5/reduction,one-check": {TABLES: "n = 2: wrong on input *"},
            "T4.5/locality,one-check": {WIRES: "n = 2: no check can read more than 1 cells"},
        }
    )


# --- the reduction and the cones -----------------------------------------------------------

REDUCTIONS = [
    row.id
    for claim in section4.CLAIMS
    for row in claim.rows
    if row.reading.startswith("reduction,")
]
LOCALITIES = [
    row.id for claim in section4.CLAIMS for row in claim.rows if row.reading.startswith("locality,")
]


def negated(schedule: Schedule) -> Recogniser:
    found = support_recogniser(schedule)
    circuit = found.circuit
    return replace(found, circuit=replace(circuit, outputs=tuple(~v for v in circuit.outputs)))


def of_a_shorter_run(schedule: Schedule) -> Recogniser:
    """Right, but said to belong to fewer rounds than it has."""
    return replace(support_recogniser(schedule), rounds=0, predictor_depth=-8, unmask_depth=-8)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [(negated, "n = 2: wrong on input *"), (of_a_shorter_run, "n = 2: depth *, bound *")],
)
def test_a_wrong_recogniser_fails_every_reduction_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, wrong: Callable[[Schedule], Recogniser], reason: str
) -> None:
    monkeypatch.setattr(section4_checks, "support_recogniser", wrong)
    expect({row: {TABLES: reason} for row in REDUCTIONS})


def blind(schedule: Schedule) -> list[CheckCone]:
    """Cell 0 is lost on the way."""
    return [replace(cone, cells=cone.cells - {0}) for cone in check_cones(schedule)]


def seeing(schedule: Schedule) -> list[CheckCone]:
    """Cells that do not exist, more than any bound."""
    more = frozenset(range(10**4))
    return [replace(cone, cells=cone.cells | more) for cone in check_cones(schedule)]


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (blind, "n = 2: no check can read more than 1 cells"),
        (seeing, "n = 2: a check reads 10000 cells, beyond the bound"),
    ],
)
def test_wrong_cones_fail_every_locality_row_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, wrong: Callable[[Schedule], list[CheckCone]], reason: str
) -> None:
    monkeypatch.setattr(section4_checks, "check_cones", wrong)
    expect({row: {WIRES: reason} for row in LOCALITIES})


def test_a_bound_that_is_too_strong_is_refuted_by_the_samplers_that_meet_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def too_strong(n: int, locality: int) -> int | None:
        least = least_rounds(n, locality)
        return None if least is None else least + 1

    monkeypatch.setattr(section4_checks, "least_rounds", too_strong)
    tight = (
        "one-check",
        "left-to-right",
        "chain",
        "chain,clock",
        "binary-tree",
        "binary-tree,clock",
    )
    expect({f"T4.5/locality,{s}": {WIRES: "n = *: * rounds, the bound is *"} for s in tight})


def test_a_bound_that_is_too_weak_shows_no_hierarchy(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_weak(_n: int, _locality: int) -> int:
        return 2

    monkeypatch.setattr(section4_checks, "least_rounds", too_weak)
    rows = [
        row.id
        for claim in section4.CLAIMS
        for row in claim.rows
        if claim.id == "H" and row.reading.startswith(("revise", "remask"))
    ]
    assert len(rows) == len(section4_checks.FASTER)
    expect({row: {PUSH_FORWARD: "n = 4: 2 rounds are not fewer"} for row in rows})


# --- R-4 and the sanity check of the imported lemma ----------------------------------------


def free_end(n: int) -> Circuit:
    """The last output is a coin of its own."""
    builder = Builder.with_names(random=[f"y{i}" for i in range(n)])
    outputs = [builder.xor(i - 1, i) if i else 0 for i in range(n - 1)]
    return builder.build([*outputs, n - 1], [f"z{i}" for i in range(n)])


def test_a_wrong_collapse_of_revision(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(section4_checks, "even_strings", free_end)
    expect({"R-4/circuit,revision": {REFERENCE: "n = 2"}})


def test_a_wrong_collapse_of_the_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(section4_checks, "collapsed_blocks", free_end)
    expect({"R-4/circuit,blocks": {REFERENCE: "n = 2"}})


def test_a_collapse_that_reads_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    """The right law: n - 1 coins and their parity."""

    def one_wide_gate(n: int) -> Circuit:
        builder = Builder.with_names(random=[f"y{i}" for i in range(n - 1)])
        last = builder.xor(*range(n - 1)) if n > 2 else 0
        return builder.build([*range(n - 1), last], [f"z{i}" for i in range(n)])

    monkeypatch.setattr(section4_checks, "even_strings", one_wide_gate)
    expect({"R-4/circuit,revision": {REFERENCE: "n = 4: depth 1, locality 3"}})


def test_a_test_for_products_that_accepts_all_fails_the_row_that_rests_on_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def accepts(_: Law[State]) -> bool:
        return True

    monkeypatch.setattr(section4_checks, "is_product", accepts)
    expect({"R-4/no-round": {REFERENCE: "D_2 is a product law"}})


WRONG_AGREEMENTS: dict[str, tuple[Callable[[int], tuple[int, ...]], str]] = {
    "too good": (
        lambda n: (1, 2) if n == 1 else (1 << n - 1, 1 << n),
        "n = 2: 1 terms agree on 4*",
    ),
    "never right": (lambda n: tuple(range(1 << n - 1, 1 << n)), "n = 1: 0 terms compute parity"),
}


@pytest.mark.parametrize("error", WRONG_AGREEMENTS)
def test_agreements_that_cannot_be_fail_the_shape_of_the_lemma_only(
    monkeypatch: pytest.MonkeyPatch, error: str
) -> None:
    better, reason = WRONG_AGREEMENTS[error]
    monkeypatch.setattr(section4_checks, "best_agreements", better)
    expect({"L4.3/shape,depth-2": {"all functions of s terms": reason}})


def test_imported_rows_are_never_affirmed() -> None:
    rows = [row for row in audited().rows if row.row.reading in ("imported", "deterministic,AC0")]
    assert {row.row.claim for row in rows} == {"L4.3", "L4.4", "T4.5", "H"}
    assert {row.verdict for row in rows} == {Verdict.UNSETTLEABLE}
    assert all(row.row.assumptions for row in rows)
