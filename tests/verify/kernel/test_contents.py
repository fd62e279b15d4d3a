"""Certificates as text, and the local functions that they are checked with."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest

from dlmcheck.model.random_schedules import Shape, random_schedule
from dlmcheck.spec.circuit import evaluate
from dlmcheck.spec.errors import MalformedSyntax
from dlmcheck.spec.lattice import Edits, RandomBits
from dlmcheck.spec.schedule import clock_value
from dlmcheck.spec.tokens import MASK
from dlmcheck.verify.kernel.contents import LocalFunction, Simulation
from tests.verify.kernel.small import certified

CERTIFICATE = Simulation(
    (((0, 1), (3, ~2)), (), ((1, "M"), (2, "0"), (4, "1"))), ((1, 0, 1),), (2,)
)


@pytest.mark.parametrize("bits", [RandomBits.SAMPLED, RandomBits.FREE])
def test_a_certificate_is_read_as_it_was_written(bits: RandomBits) -> None:
    for certificate in (CERTIFICATE, certified(bits)[2], Simulation(())):
        text = certificate.to_json()
        assert Simulation.from_json(text) == certificate
        assert Simulation.from_json(text).to_json() == text


def changed(**fields: Any) -> str:
    return json.dumps({**json.loads(CERTIFICATE.to_json()), **fields})


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "Expecting value"),
        (CERTIFICATE.to_json()[:-3], 8, "delimiter"),
        (CERTIFICATE.to_json()[:60], 3, ""),
        ("[]", 1, "the text is an array"),
        ("[" * 100_000, 1, "nested too deeply"),
        (CERTIFICATE.to_json().replace("[0, 1]", "[0, 1.0]"), 3, "the number 1.0"),
        (CERTIFICATE.to_json().replace('"given"', '"coins"'), 8, 'the key "coins" again'),
        (changed(format="dlmcheck-schedule"), 1, 'format is "dlmcheck-schedule"'),
        (changed(version=2), 1, "version is 2"),
        (changed(version=True), 1, "version is true"),
        (changed(more=1), 1, 'unknown key "more"'),
        ('{"format": "dlmcheck-simulation", "version": 1}', 1, 'no key "writes"'),
        (changed(writes={}), 1, "writes is an object"),
        (changed(writes=[[[0, 1], 3]]), 1, "writes[0][1] is 3"),
        (changed(writes=[[[0, 1, 2]]]), 1, "writes[0][0] is an array (expected an array of 2)"),
        (changed(writes=[[["0", 1]]]), 1, 'writes[0][0] is "0" (expected an integer)'),
        (changed(writes=[[[0, "2"]]]), 1, 'writes[0][0] is "2" (expected a literal'),
        (changed(writes=[[[0, True]]]), 1, "writes[0][0] is true"),
        (changed(writes=[[[0, None]]]), 1, "writes[0][0] is null"),
        (changed(writes=[[[0, [1]]]]), 1, "writes[0][0] is an array"),
        (changed(coins=[[1, 0]]), 1, "coins[0] is an array (expected an array of 3)"),
        (changed(coins=[[1, 0, "r"]]), 1, 'coins[0] is "r"'),
        (changed(given=[None]), 1, "given[0] is null"),
        (changed(given=1), 1, "given is 1"),
    ],
)
def test_a_malformed_certificate_is_bad_input_with_its_line(
    text: str, line: int, message: str
) -> None:
    with pytest.raises(MalformedSyntax) as caught:
        Simulation.from_json(text)
    assert message in str(caught.value)
    assert (caught.value.source, caught.value.line) == ("certificate", line)


@pytest.mark.parametrize("seed", range(60))
def test_a_local_function_is_the_predictor_seen_from_one_cell(seed: int) -> None:
    """Every state, round and coin: the local function and the whole predictor agree."""
    schedule = random_schedule(Shape(edits=Edits.REVISE_ANY, clock=seed % 2 == 0), seed)
    total = len(schedule.predictor.random_inputs)
    number = max(schedule.rounds, 1)
    for cell in range(schedule.length):
        outputs = schedule.predictor.outputs[2 * cell : 2 * cell + 2]
        local = LocalFunction(schedule, schedule.predictor, outputs)
        for state in product((0, 1, MASK), repeat=schedule.length):
            fixed = schedule.encoding.encode(state) + clock_value(schedule, number)
            for toss in product((False, True), repeat=total):
                inputs = local.inputs(dict(enumerate(state)), number, dict(enumerate(toss)))
                whole = evaluate(schedule.predictor, fixed + toss)
                assert None not in inputs
                bits = [bool(value) for value in inputs]
                assert evaluate(local.circuit, bits) == whole[2 * cell : 2 * cell + 2]
