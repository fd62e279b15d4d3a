"""Certificates for linear samplers: sparse and dense elimination, and planted errors in both."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlmcheck.model.builder import Builder
from dlmcheck.model.families.parity import even_strings
from dlmcheck.model.samplers.revision import parity_revision, parity_revision_absorbing
from dlmcheck.spec.circuit import Circuit
from dlmcheck.spec.errors import DlmcheckError
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.serial import schedule_to_json
from dlmcheck.verify.engines import bitmatrix, elimination
from dlmcheck.verify.engines.bitmatrix import Echelon, echelon
from dlmcheck.verify.engines.elimination import (
    linear_run_text,
    linear_text,
    uniform_claim,
    uniform_outputs,
)
from dlmcheck.verify.kernel.affine import Run, as_bits
from dlmcheck.verify.kernel.linear import (
    Outputs,
    Uniform,
    check_document,
    check_outputs,
    check_uniform,
    circuit_outputs,
)
from dlmcheck.verify.kernel.results import Checked, Rejected
from dlmcheck.verify.kernel.verdicts import Verdict


def random_rows(source: Random, height: int, width: int, rank: int) -> list[int]:
    """Rows of at most that rank."""
    basis = [source.getrandbits(width) for _ in range(rank)]
    rows = [0] * height
    for i in range(height):
        for one in basis:
            if source.random() < 0.5:
                rows[i] ^= one
    return rows


def rank_of(rows: list[int]) -> int:
    """By elimination, bit by bit, with no table and no panel."""
    pivots: list[int] = []
    for row in rows:
        left = row
        for pivot in pivots:
            left = min(left, left ^ pivot)
        if left:
            pivots.append(left)
    return len(pivots)


def assert_factors(rows: list[int], found: Echelon) -> None:
    """What the docstring of `Echelon` says, word for word."""
    values: list[int] = []
    size = len(found.rows)

    def sum_of(row: int, named: int) -> int:
        total = rows[row]
        for j, value in enumerate(values):
            if named >> j & 1:
                total ^= value
        return total

    for i in range(size):
        assert found.multipliers[i] >> i == 0
        value = sum_of(found.rows[i], found.multipliers[i])
        assert value >> found.columns[i] & 1
        assert not any(value >> earlier & 1 for earlier in found.columns[:i])
        later = [value >> found.columns[size - 1 - k] & 1 for k in range(size - 1 - i)]
        assert found.later[i] == as_bits(k for k, bit in enumerate(later) if bit)
        values.append(value)
    for row, named in found.rest:
        assert sum_of(row, named) == 0
    assert sorted((*found.rows, *(row for row, _ in found.rest))) == list(range(len(rows)))


@given(st.integers(0, 10**6))
@settings(max_examples=60)
def test_a_dense_matrix_is_factored(seed: int) -> None:
    source = Random(seed)
    height, width = source.randint(1, 150), source.randint(1, 150)
    rows = random_rows(source, height, width, source.randint(0, 150))
    found = echelon(rows, width)
    assert_factors(rows, found)
    assert len(found.rows) == rank_of(rows)


# --- claims --------------------------------------------------------------------------------


def outputs_of(rows: list[int], coins: int) -> Outputs:
    """Outputs with such rows, bit 0 being the constant."""
    names = tuple(f"z{i}" for i in range(len(rows)))
    return Outputs(names, tuple(rows), coins)


def layered(n: int, depth: int, seed: int) -> Circuit:
    """Each layer adds a random permutation of the last one to it: dense after a few layers."""
    source = Random(seed)
    b = Builder.with_names(random=[f"r{i}" for i in range(n)])
    layer = list(range(n))
    for _ in range(depth):
        others = list(layer)
        source.shuffle(others)
        layer = [b.xor(one, ~other) for one, other in zip(layer, others, strict=True)]
    return b.build(layer)


def few_each(outputs: int, coins: int, count: int, seed: int) -> Circuit:
    """Each output is the sum of so many coins."""
    source = Random(seed)
    b = Builder.with_names(random=[f"r{i}" for i in range(coins)])
    return b.build(~b.xor(*source.sample(range(coins), count)) for _ in range(outputs))


@given(st.integers(0, 10**6))
@settings(max_examples=60)
def test_claims_of_random_matrices_are_accepted_with_the_right_rank(seed: int) -> None:
    source = Random(seed)
    height, coins = source.randint(1, 120), source.randint(1, 120)
    rows = random_rows(source, height, coins + 1, source.randint(0, 120))
    outputs = outputs_of(rows, coins)
    claim = uniform_outputs(outputs)
    assert check_outputs(outputs, claim).verdict is Verdict.PROVED
    assert len(claim.coins) == rank_of([row >> 1 for row in rows])


SUBJECTS: list[tuple[str, Circuit]] = [
    ("parity", even_strings(300)),
    ("dense", layered(200, 12, 1)),
    ("three each, as many coins", few_each(400, 400, 3, 2)),
    ("three each, fewer coins", few_each(300, 100, 3, 3)),
    ("two each: a graph", few_each(300, 200, 2, 4)),
    ("four each, more coins", few_each(100, 300, 4, 5)),
]


@pytest.mark.parametrize("subject", [pytest.param(c, id=what) for what, c in SUBJECTS])
def test_both_eliminations_find_the_same_set(
    subject: Circuit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All sparse, all dense, and what is chosen: as many coins and equations, all accepted."""
    outputs = circuit_outputs(subject)
    found = [uniform_outputs(outputs)]
    monkeypatch.setattr(elimination, "SMALL", 10**9)
    found.append(uniform_outputs(outputs))
    assert not any(isinstance(place, Run) for row in found[-1].steps for place in row)
    monkeypatch.setattr(elimination, "SMALL", 0)
    monkeypatch.setattr(elimination, "SHORT", 0)
    monkeypatch.setattr(elimination, "DENSITY", 10**9)
    found.append(uniform_outputs(outputs))
    assert any(isinstance(place, Run) for row in found[-1].steps for place in row)
    for claim in found:
        assert check_uniform(subject, claim).verdict is Verdict.PROVED
    assert len({len(claim.coins) for claim in found}) == 1


def test_the_inverse_of_the_parity_sampler_is_a_short_program() -> None:
    n = 2000
    claim = uniform_claim(even_strings(n))
    places = sum(len(row) for row in (*claim.left, *claim.steps))
    assert places <= 4 * n
    assert claim.equations == (tuple(range(n)),)
    assert claim.constants == (False,)


def test_equations_too_long_to_write_out_name_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elimination, "WRITTEN_OUT", 100)
    claim = uniform_claim(even_strings(60))
    assert any(place >= 60 for place in claim.equations[0] if not isinstance(place, Run))
    found = check_uniform(even_strings(60), claim)
    assert found.statement == "the output is uniform on the solutions of 1 equation in 60 bits"


# --- planted errors ------------------------------------------------------------------------


@pytest.mark.parametrize("subject", [pytest.param(c, id=what) for what, c in SUBJECTS[:4]])
def test_canary_a_flipped_bit_of_the_matrix_is_caught(subject: Circuit) -> None:
    """The certificate of one matrix does not do for another with a different image."""
    outputs = circuit_outputs(subject)
    claim = uniform_outputs(outputs)
    source = Random(7)
    caught: set[str] = set()
    for _ in range(30):
        place, coin = source.randrange(len(outputs.forms)), source.randrange(outputs.coins)
        forms = list(outputs.forms)
        form = forms[place]
        flipped = frozenset((1 + coin,))
        forms[place] = form ^ flipped if isinstance(form, frozenset) else form ^ 1 << 1 + coin
        other = replace(outputs, forms=tuple(forms))
        try:
            check_outputs(other, claim)
        except Rejected as error:
            caught.add(error.reason.split(" at ")[0].split(" equation")[0])
        else:
            # Then the other matrix has the same image: its own elimination finds the same rank.
            assert len(uniform_outputs(other).coins) == len(claim.coins)
    assert caught <= {"not every output solves", "L A is not the identity"}
    assert caught


@pytest.mark.parametrize("subject", [pytest.param(c, id=what) for what, c in SUBJECTS[:4]])
def test_canary_a_flipped_bit_of_the_inverse_is_caught(subject: Circuit) -> None:
    outputs = circuit_outputs(subject)
    claim = uniform_outputs(outputs)
    source = Random(8)
    rank = len(claim.coins)
    for _ in range(30):
        k, extra = source.randrange(rank), source.randrange(len(outputs.forms))
        left = list(claim.left)
        left[k] = (*left[k], extra)
        check = _chosen_row(outputs, claim, extra)
        if check:
            with pytest.raises(Rejected, match=f"L A is not the identity at coin {claim.coins[k]}"):
                check_outputs(outputs, replace(claim, left=tuple(left)))


def _chosen_row(outputs: Outputs, claim: Uniform, place: int) -> bool:
    """Whether an output has a chosen coin at all."""
    form = outputs.forms[place]
    chosen = {1 + coin for coin in claim.coins}
    return bool(chosen & form) if isinstance(form, frozenset) else bool(form & as_bits(chosen))


def test_canary_a_flipped_bit_of_a_step_is_caught() -> None:
    for circuit in (SUBJECTS[0][1], SUBJECTS[1][1]):
        claim = uniform_claim(circuit)
        for k in range(1, len(claim.steps), 17):
            steps = list(claim.steps)
            steps[k] = tuple(Run(p.base, p.bits ^ 1) if isinstance(p, Run) else p for p in steps[k])
            if steps[k] == claim.steps[k]:
                steps[k] = steps[k][:-1]
            with pytest.raises(Rejected):
                check_uniform(circuit, replace(claim, steps=tuple(steps)))


def test_canary_a_map_that_is_not_injective_is_not_called_so() -> None:
    """Two equal outputs: 5 coins, rank 4. To claim all five coins is rejected, in every form."""
    b = Builder.with_names(random=[f"r{i}" for i in range(5)])
    circuit = b.build([0, b.xor(0, 1), b.xor(1, 2), b.xor(2, 3), b.xor(0, 3), 4])
    good = uniform_claim(circuit)
    assert len(good.coins) == 5
    assert len(good.equations) == 1
    no_equation = replace(good, equations=(), constants=(), right=())
    with pytest.raises(Rejected, match="5 coins and 0 equations do not make 6 outputs"):
        check_uniform(circuit, no_equation)
    b = Builder.with_names(random=[f"r{i}" for i in range(5)])
    folded = b.build([0, b.xor(0, 1), b.xor(1, 2), b.xor(2, 3), b.xor(0, 3), b.xor(0, 2)])
    with pytest.raises(Rejected, match="L A is not the identity at coin 4"):
        check_uniform(folded, replace(no_equation, coins=(0, 1, 2, 3, 4)))
    assert len(uniform_claim(folded).coins) == 4


def test_canary_an_elimination_that_forgets_a_carry_is_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Wrong factors of a dense core: pivots that were not given to the rows below."""
    real = bitmatrix.echelon

    def forgets(rows: list[int], width: int) -> Echelon:
        found = real(rows, width)
        middle = len(found.rows) // 2
        lost = found.multipliers[middle] & ~(found.multipliers[middle] & -found.multipliers[middle])
        assert lost != found.multipliers[middle]
        multipliers = (*found.multipliers[:middle], lost, *found.multipliers[middle + 1 :])
        return replace(found, multipliers=multipliers)

    monkeypatch.setattr(elimination, "echelon", forgets)
    circuit = SUBJECTS[1][1]
    with pytest.raises(Rejected, match=r"L A is not the identity|not every output solves"):
        check_uniform(circuit, uniform_claim(circuit))


# --- files ---------------------------------------------------------------------------------


def checked(text: str) -> Checked:
    return check_document(Document.parse(text, "file"))


@pytest.mark.parametrize("n", [4, 700])
def test_a_schedule_alone_is_read_and_certified(n: int) -> None:
    for schedule in (parity_revision(n), parity_revision_absorbing(n)):
        found = checked(linear_run_text(schedule))
        assert found.verdict is Verdict.PROVED
        if n == 4:
            assert found.statement.endswith("solutions of z0 + z1 + z2 + z3 = 0")


def test_dense_certificates_survive_a_file() -> None:
    circuit = SUBJECTS[1][1]
    text = linear_text(circuit)
    assert checked(text).verdict is Verdict.PROVED
    assert text == linear_text(circuit)


Change = Callable[[dict[str, Any]], object]


def swap_gates(raw: dict[str, Any]) -> None:
    raw["schedule"] = raw["schedule"].replace('"XOR"', '"AND"', 1)


def shift_steps(raw: dict[str, Any]) -> None:
    raw["steps"][0] = [99]


def other_schedule(raw: dict[str, Any]) -> None:
    raw["schedule"] = schedule_to_json(parity_revision(5))


FORGED: list[tuple[str, Change, str]] = [
    ("a gate that is not linear", swap_gates, "which is not linear"),
    ("the odd strings", lambda raw: raw.update(constants=[True]), "not every output solves"),
    ("another schedule", other_schedule, "not every output solves equation 0"),
    ("a step that names a later one", shift_steps, "an output or earlier step is named"),
    ("no steps", lambda raw: raw.update(steps=[]), "an output is named that there is not"),
    ("a bit of a step", lambda raw: raw["steps"][0].pop(), "L A is not the identity"),
    ("a row of L", lambda raw: raw["left"].reverse(), "L A is not the identity"),
    ("a run too far", lambda raw: raw["steps"][0].append("0:ff"), "is named that there is not"),
    ("R empty", lambda raw: raw.update(right=[[]]), "H R is not the identity at row 0"),
]


@pytest.mark.parametrize(
    ("change", "reason"), [pytest.param(c, r, id=what) for what, c, r in FORGED]
)
def test_canary_a_forged_certificate_is_rejected(change: Change, reason: str) -> None:
    raw: dict[str, Any] = json.loads(linear_run_text(parity_revision(4)))
    change(raw)
    with pytest.raises(Rejected) as caught:
        checked(json.dumps(raw))
    assert reason in caught.value.reason


@pytest.mark.parametrize("place", ["1", ":1", "1:", "-1:1", "1:G", "1:0x1", "1:1:1", 0.5, -1])
def test_a_malformed_place_is_bad_input(place: object) -> None:
    raw: dict[str, Any] = json.loads(linear_run_text(parity_revision(4)))
    raw["steps"][0] = [place]
    with pytest.raises(DlmcheckError) as caught:
        checked(json.dumps(raw))
    assert not isinstance(caught.value, Rejected)
