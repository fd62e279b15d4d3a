"""Tables of decoders: written for every published rule, run again by the kernel alone."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest

from dlmcheck.model.decoders.named import RULES
from dlmcheck.model.targets import flip_chain, one_hot, product_bits
from dlmcheck.spec.decoder import Decoder
from dlmcheck.spec.errors import BadInput, MalformedSyntax, UnnormalisedLaw
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.law import Law, uniform
from dlmcheck.spec.tokens import State
from dlmcheck.verify.decoders.analysis import Comparison, DecoderAnalysis, analyse
from dlmcheck.verify.decoders.certificate import decoder_certificate
from dlmcheck.verify.decoders.conditionals import tabulated_predictor
from dlmcheck.verify.kernel.decoder_table import check_document
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.verdicts import Verdict

CHAIN = flip_chain(3, Fraction(1, 4))


def decoded(
    name: str, target: Law[State], rounds: int, vocabulary: int = 2
) -> tuple[Decoder, DecoderAnalysis, Comparison]:
    rule, length = RULES[name], len(next(iter(target)))
    fixed = rounds + rule.extra if rule.fixed_rounds else None
    decoder = Decoder(
        length,
        tabulated_predictor(target, vocabulary),
        rule.make(length, rounds),
        rounds=fixed,
        vocabulary=vocabulary,
        may_revise=True,
        name=name,
    )
    found = analyse(decoder)
    comparison = found.compare(target)
    assert comparison is not None
    return decoder, found, comparison


def certificate(name: str, target: Law[State], rounds: int, vocabulary: int = 2) -> str:
    return decoder_certificate(*decoded(name, target, rounds, vocabulary), target, "target")


@pytest.mark.parametrize("name", RULES)
def test_the_kernel_finds_what_the_enumeration_found(name: str) -> None:
    for target in (CHAIN, one_hot(3)):
        decoder, found, comparison = decoded(name, target, 3)
        checked = check_document(Document.parse(certificate(name, target, 3), "file"))
        assert checked.verdict is Verdict.PROVED
        distance, unmasking = comparison.total_variation, found.behaviour.unmasking.value
        offered = all(
            law == decoder.predictor(before.state, cell)
            for (before, _), made in found.table.items()
            for cell, law in (made.sources or {}).items()
        )
        unmasking += "" if offered else " (from laws that are not all the target's)"
        flags = {"remasks": found.behaviour.remasks, "revises": found.behaviour.revises}
        if beside := " and ".join(what for what, so in flags.items() if so):
            unmasking += f" on masked cells, and it {beside} visible ones"
        assert checked.statement == (
            f"the table in the file, called {name!r}: total variation {distance} to the target "
            f"in the file, called 'target'; F {unmasking}; at most {found.worst} rounds"
        )
        assert f"{len(found.table)} entries" in str(checked.evidence)


def test_laws_of_the_forger_s_own_are_not_the_target_s() -> None:
    """Confidence decoding with the laws of the tokens given the selection is a joint F."""
    target = product_bits([Fraction(9, 10)] * 2)
    raw = json.loads(certificate("llada-low-confidence", target, 2))
    first = next(row for row in raw["rows"] if row[0] == 1)
    first[4] = [{"0": "1/91", "1": "90/91"}, {"1": "1"}]
    raw["unmasking"] = "joint"
    checked = check_document(Document.parse(json.dumps(raw), "file"))
    assert "F joint (from laws that are not all the target's)" in checked.statement


def test_a_larger_vocabulary() -> None:
    target: Law[State] = uniform([(0, 2), (1, 1), (2, 0), (2, 2)])
    text = certificate("llada-low-confidence", target, 2, 3)
    assert check_document(Document.parse(text, "file")).verdict is Verdict.PROVED


def changed(path: list[str | int], value: object) -> str:
    raw = json.loads(certificate("llada-low-confidence", product_bits([Fraction(9, 10)] * 2), 2))
    place: Any = raw
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return json.dumps(raw)


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        (["rows", 0, 3, 0, 0], "1/7", "weights that sum to"),
        (["rows", 0, 3, 0, 0], "9/7", "the number 9/7"),
        (["rows", 0, 3, 0, 0], "0.5", "an exact rational"),
        (["rows", 0, 3, 0, 2, 0], "2M", "one for each cell"),
        (["rows", 0, 3, 0, 2], ["0"], "2 cells"),
        (["rows", 0, 3, 0], ["1"], "weight, memory, cells"),
        (["rows", 0, 4], [], "2 laws, or null"),
        (["rows", 0, 0], 0, ">= 1"),
        (["rows", 0, 2], -1, ">= 0"),
        (["rows", 0], [1], "round, state, memory, parts, sources"),
        (["rows", 1, 1], "M", "one for each cell"),
        (["law"], {"0M": "1"}, "strings without M"),
        (["law"], {}, "strings with their weights"),
        (["target"], {"000": "1"}, "strings of 2 cells"),
        (["start"], "0x", "tokens"),
        (["expected"], "2/0", "a number such as"),
        (["expected"], "-2", "a number such as"),
        (["kl_target_law"], ["0"], "two ends"),
    ],
)
def test_what_is_no_table(path: list[str | int], value: object, reason: str) -> None:
    with pytest.raises(BadInput, match=reason) as caught:
        check_document(Document.parse(changed(path, value), "file"))
    assert caught.value.line is not None


def test_weights_of_a_cell_sum_to_one() -> None:
    with pytest.raises(UnnormalisedLaw):
        check_document(Document.parse(changed(["rows", 0, 3, 0, 2, 0], {"0": "1/2"}), "file"))


def test_two_rows_for_one_configuration() -> None:
    raw = json.loads(certificate("left-to-right", CHAIN, 3))
    raw["rows"].append(raw["rows"][-1])
    with pytest.raises(MalformedSyntax, match="one row for a round"):
        check_document(Document.parse(json.dumps(raw), "file"))


def test_an_infinite_divergence_is_claimed_as_such() -> None:
    raw = json.loads(certificate("llada-random", one_hot(3), 2))
    assert raw["kl_law_target"] == "infinite"
    raw["kl_law_target"] = ["0", "7"]
    with pytest.raises(Rejected, match="kl_law_target is infinite"):
        check_document(Document.parse(json.dumps(raw), "file"))


def test_hidden_memory_is_seen_in_the_table() -> None:
    raw = json.loads(certificate("remdm-conf", CHAIN, 3))
    assert raw["unmasking"] == "memory"
    raw["unmasking"] = "exchangeable"
    with pytest.raises(Rejected, match="F is memory"):
        check_document(Document.parse(json.dumps(raw), "file"))


def test_other_sources_make_another_class() -> None:
    """Tokens that are drawn from other laws than the file says follow none of its classes."""
    raw = json.loads(certificate("llada-random", CHAIN, 3))
    assert raw["unmasking"] == "exchangeable"
    raw["rows"][0][4][0] = {"0": "1/3", "1": "2/3"}
    with pytest.raises(Rejected, match="F is after-sampling"):
        check_document(Document.parse(json.dumps(raw), "file"))


def test_numbers_that_are_too_long_are_not_written() -> None:
    tiny = Fraction(1, 3**2200)
    target: Law[State] = Law({(0,): tiny, (1,): 1 - tiny})
    with pytest.raises(BadInput, match="too long"):
        certificate("left-to-right", target, 1)
