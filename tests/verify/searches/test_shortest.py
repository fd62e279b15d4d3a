"""The least length of a scheme: two roads, the constructions found again, and canaries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice, product

import pytest

from dlmcheck.model.constructions.remask import compile_remasking
from dlmcheck.model.constructions.revise import compile_revision
from dlmcheck.model.constructions.rows import Banked
from dlmcheck.model.constructions.shorter import (
    compile_growing_revision,
    compile_split_remasking,
    compile_ternary_revision,
)
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op
from dlmcheck.spec.definition import initial_configurations
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.lattice import Edits, End
from dlmcheck.spec.law import Law
from dlmcheck.spec.sampler import Configuration, round_law, write_law
from dlmcheck.spec.schedule import sampler_of
from dlmcheck.spec.tokens import MASK
from dlmcheck.verify.claims.length_cases import example_circuits, runs
from dlmcheck.verify.kernel.laws import difference
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.searches import scheme_queries
from dlmcheck.verify.searches.explicit_schemes import revision_scheme
from dlmcheck.verify.searches.length_table import shortest
from dlmcheck.verify.searches.propositional import Formula
from dlmcheck.verify.searches.scheme_schedules import compile_scheme
from dlmcheck.verify.searches.schemes import Scheme, objection
from dlmcheck.verify.searches.shortest import built_length, most_layers, search, stated_length

COMPILERS: dict[str, tuple[Edits, Callable[[Circuit, End], Banked]]] = {
    "remasking": (Edits.REMASK, lambda c, end: compile_remasking(c, end=end)),
    "split remasking": (Edits.REMASK, lambda c, end: compile_split_remasking(c, end=end)),
    "revision": (Edits.REVISE_TOKEN, lambda c, end: compile_revision(c, end=end)),
    "growing revision": (Edits.REVISE_TOKEN, lambda c, end: compile_growing_revision(c, end=end)),
    "ternary revision": (Edits.REVISE_ANY, lambda c, end: compile_ternary_revision(c, end=end)),
}


def symbols(law: Law[Configuration], values: set[int]) -> str:
    """The pattern of a law of states: what does not vary is constant."""
    shown: list[str] = []
    for i in range(len(next(iter(law)).state)):
        tokens = {configuration.state[i] for configuration in law}
        assert len(tokens) == 1 or MASK not in tokens
        token = tokens.pop() if len(tokens) == 1 else None
        varying = "*" if i in values else "?"
        shown.append(varying if token is None else "M" if token == MASK else str(token))
    return "".join(shown)


def scheme_of(banked: Banked, width: int, end: End) -> Scheme:
    """The scheme that a construction follows, read off the specification's run."""
    schedule = banked.schedule
    sampler = sampler_of(schedule)
    depth = schedule.rounds - 1
    law = initial_configurations(sampler)
    patterns: list[str] = []
    middles: list[str] = []
    for number in range(1, depth + 3):
        t = number - 1
        side = "value"
        if schedule.edits is Edits.REMASK:
            side = ("right" if (t + depth) % 2 == 0 else "left") + " value"
        bank = [i for i, label in enumerate(schedule.labels) if label == side]
        values = set(bank[len(bank) - width :]) if t <= depth else set[int]()

        def write(before: Configuration, number: int = number) -> Law[Configuration]:
            return write_law(sampler, before, number)

        def whole(before: Configuration, number: int = number) -> Law[Configuration]:
            return round_law(sampler, before, number)

        middles.append(symbols(law.bind(write), values))
        law = law.bind(whole)
        if t <= depth:
            patterns.append(symbols(law, values))
    between = tuple(middles) if schedule.edits is Edits.REMASK else ()
    return Scheme(schedule.edits, width, end, tuple(patterns), between)


@pytest.mark.parametrize("name", COMPILERS)
@pytest.mark.parametrize("end", list(End))
@pytest.mark.parametrize(("width", "depth"), [(1, 0), (1, 1), (2, 2), (1, 3), (2, 4)])
def test_the_constructions_are_schemes(name: str, end: End, width: int, depth: int) -> None:
    edits, compiled = COMPILERS[name]
    circuit = example_circuits(width, depth)[0]
    scheme = scheme_of(compiled(circuit, end), width, end)
    assert objection(scheme) is None
    least = shortest(edits, width, depth, end).length
    assert least <= built_length(edits, width, depth) <= scheme.length
    assert scheme.length <= stated_length(edits, width, depth)


@pytest.mark.parametrize("edits", list(Edits))
def test_what_is_said_to_be_built_is_built(edits: Edits) -> None:
    for width, depth in product((1, 2), range(5)):
        lengths = [
            compiled(example_circuits(width, depth)[0], End.WHOLE_STATE).generated_length
            for other, compiled in COMPILERS.values()
            if other is edits
        ]
        if lengths:
            assert min(lengths) == built_length(edits, width, depth)


@pytest.mark.parametrize("edits", list(Edits))
@pytest.mark.parametrize("end", list(End))
def test_search_and_clauses_agree(edits: Edits, end: End) -> None:
    yes = 0
    for width, depth, length in product((1, 2), range(4), range(1, 5)):
        found = search(edits, width, depth, length, end).scheme
        asked = scheme_queries.decide(edits, width, depth, length, end).scheme
        assert (found is None) == (asked is None)
        yes += found is not None
        assert found is None or objection(found) is None
        assert found is None or most_layers(edits, width, length) > depth
    assert 0 < yes < 32


@pytest.mark.parametrize("edits", list(Edits))
def test_a_longer_sequence_of_cells_does_no_harm(edits: Edits) -> None:
    for width, depth in ((1, 2), (2, 1)):
        found = [
            search(edits, width, depth, length, End.WHOLE_STATE).scheme is not None
            for length in range(1, 6)
        ]
        assert found == sorted(found)
        assert any(found)


def test_the_symmetry_of_the_search_loses_nothing() -> None:
    """Against a search that starts from every layer 0 (by listing all sequences of patterns)."""
    patterns = ["".join(p) for p in product("01M*?", repeat=2) if p.count("*") == 1]
    for edits in (Edits.WRITE_ONCE, Edits.REVISE_TOKEN, Edits.REVISE_ANY):
        for depth in range(4):
            exists = any(
                objection(Scheme(edits, 1, End.OUTPUT_ONLY, layers)) is None
                for layers in product(patterns, repeat=depth + 1)
            )
            assert exists == (search(edits, 1, depth, 2, End.OUTPUT_ONLY).scheme is not None)


def two_wide_circuits(depth: int) -> Iterator[Circuit]:
    """Two random inputs; each layer has one or two gates on the one before it."""
    inputs = (Input("r0", InputKind.RANDOM), Input("r1", InputKind.RANDOM))
    for ops in product((Op.AND, Op.XOR, Op.NOT, Op.ID, None), repeat=2 * depth):
        gates: list[Gate] = []
        row: tuple[int, ...] = (0, 1)
        for pair in zip(ops[::2], ops[1::2], strict=True):
            # Where an operation is None, the layer has one gate less.
            chosen = [op for op in pair if op is not None]
            first = len(inputs) + len(gates)
            for j, op in enumerate(chosen):
                single = op in (Op.NOT, Op.ID) or len(row) == 1
                args = (row[j % len(row)],) if single else row
                gates.append(Gate(op if len(args) == 2 or op is Op.ID else Op.NOT, args))
            row = tuple(range(first, first + len(chosen)))
            if not row:
                break
        if row:
            yield Circuit(inputs, tuple(gates), row)


@pytest.mark.parametrize("edits", list(Edits))
@pytest.mark.parametrize("depth", [1, 2])
def test_schemes_run_small_circuits_of_their_shape(edits: Edits, depth: int) -> None:
    """In the specification; narrower layers leave value cells over."""
    schemes = [shortest(edits, 2, depth, end) for end in End]
    circuits = list(islice(two_wide_circuits(depth), 0, None, 1 if depth == 1 else 17))
    assert len(circuits) == (24 if depth == 1 else 34)
    for circuit, scheme in product(circuits, schemes):
        assert difference(compile_scheme(scheme, circuit), circuit) is None


def test_written_down_schemes_meet_the_count() -> None:
    for edits, width, depth in product(
        (Edits.REVISE_TOKEN, Edits.REVISE_ANY), (1, 2, 3), range(12)
    ):
        scheme = revision_scheme(edits, width, depth)
        assert objection(scheme) is None
        assert most_layers(edits, width, scheme.length) > depth
        assert most_layers(edits, width, scheme.length - 1) <= depth
    assert runs(revision_scheme(Edits.REVISE_ANY, 2, 9)) is None


# --- canaries ------------------------------------------------------------------------------


GOOD = Scheme(
    Edits.REMASK,
    1,
    End.WHOLE_STATE,
    ("*MM", "MM*", "M*M", "*?M", "??*"),
    ("*MM", "?M*", "M*?", "*?M", "??*", "???"),
)


@pytest.mark.parametrize(
    ("scheme", "reason"),
    [
        (GOOD, None),
        (replace(GOOD, width=2), "a layer does not show its values"),
        (replace(GOOD, patterns=(*GOOD.patterns[:-1], "?*?")), "not in the last cells"),
        (replace(GOOD, patterns=("MM*", *GOOD.patterns[1:])), "layers 0 and 1 have a state"),
        (replace(GOOD, edits=Edits.REVISE_TOKEN, middles=()), "round 2 breaks the edit model"),
        (replace(GOOD, edits=Edits.WRITE_ONCE, middles=()), "round 2 breaks the edit model"),
        (replace(GOOD, edits=Edits.REVISE_ANY, middles=()), None),
        (replace(GOOD, middles=GOOD.middles[:-1]), "one pattern before G is missing"),
        (
            replace(GOOD, middles=("*MM", "0M*", *GOOD.middles[2:])),
            "the write of round 2 breaks the edit model",
        ),
        (
            replace(GOOD, middles=(*GOOD.middles[:1], "?MM", *GOOD.middles[2:])),
            "G cannot end round 2",
        ),
        (
            Scheme(
                Edits.REMASK,
                1,
                End.WHOLE_STATE,
                ("M*", "*M", "?*"),
                ("M*", "*?", "?*", "??"),
            ),
            "G cannot tell rounds 2 and 3",
        ),
        (
            Scheme(Edits.REVISE_TOKEN, 1, End.WHOLE_STATE, ("M*",)),
            "masked cells are left",
        ),
    ],
)
def test_what_a_scheme_must_not_do(scheme: Scheme, reason: str | None) -> None:
    found = objection(scheme)
    assert (found is None) if reason is None else (found is not None and reason in found)


def test_without_the_rule_for_remasking_two_cells_would_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The unsatisfiable question becomes satisfiable, and its answer is thrown out."""
    case = (Edits.REMASK, 1, 2, 2, End.WHOLE_STATE)
    assert scheme_queries.decide(*case).scheme is None
    monkeypatch.setattr(scheme_queries, "_remasking", _without_telling_rounds)
    with pytest.raises(Rejected, match="G cannot"):
        scheme_queries.decide(*case)


def _without_telling_rounds(*_: object) -> None:
    """Stands for the rules of G, which are then not asked for."""


def test_without_telling_the_layers_apart_one_cell_would_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = (Edits.REVISE_TOKEN, 1, 3, 1, End.WHOLE_STATE)
    assert scheme_queries.decide(*case).scheme is None

    def trivially(formula: Formula, *_: object) -> list[int]:
        return [formula.variable()]

    monkeypatch.setattr(scheme_queries, "_apart", trivially)
    with pytest.raises(Rejected, match="have a state in common"):
        scheme_queries.decide(*case)


def test_a_bad_scheme_runs_badly() -> None:
    """The rules are the specification's: what they forbid goes wrong in a run."""
    circuit = example_circuits(1, 2)[0]
    confused = Scheme(Edits.REVISE_TOKEN, 1, End.WHOLE_STATE, ("0*", "1*", "0*"))
    assert objection(confused) == "layers 0 and 2 have a state in common"
    assert difference(compile_scheme(confused, circuit), circuit) is not None
    hidden = Scheme(Edits.REVISE_TOKEN, 1, End.WHOLE_STATE, ("0*", "*M", "1*"))
    assert objection(hidden) == "round 2 breaks the edit model"
    found = difference(compile_scheme(hidden, circuit), circuit)
    assert found is not None
    assert "illegal" in found.reason


def test_questions_outside_the_domain_are_refused() -> None:
    with pytest.raises(BadInput):
        search(Edits.REMASK, 0, 1, 2, End.WHOLE_STATE)
    with pytest.raises(BadInput):
        most_layers(Edits.REMASK, 0, 2)
    with pytest.raises(BadInput):
        revision_scheme(Edits.REMASK, 1, 1)
    with pytest.raises(BadInput, match="depth 2"):
        compile_scheme(revision_scheme(Edits.REVISE_ANY, 1, 1), example_circuits(1, 2)[0])


def test_banks_that_move_need_no_counter_for_long() -> None:
    """Remasking, width 1, four cells: fifteen layers, where ten cells are stated."""
    patterns = "0M*M 0MM* M0*M *0MM M0M* 1M*M 1MM* M1*M M1M* *1MM MM*M MM?* M*MM *MMM MMM*"
    middles = "0M*M 0M?* 00*? *0?M ?0M* 10*? 1M?* 11*? 01?* *1M? ?1*M MM?* M*?? *?MM ?MM* MMM?"
    scheme = Scheme(
        Edits.REMASK, 1, End.OUTPUT_ONLY, tuple(patterns.split()), tuple(middles.split())
    )
    assert (scheme.depth, scheme.length) == (14, 4)
    assert stated_length(Edits.REMASK, 1, 14) == 10
    assert runs(scheme) is None
