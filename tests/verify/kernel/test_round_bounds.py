"""Lower bounds from the target alone: what is accepted, and what is refused for which reason."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import combinations, permutations, product
from typing import Any

import pytest

from dlmcheck.model.targets import parse_target
from dlmcheck.model.targets.lacunary import EXPONENTS, lacunary_even_parity
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.jsontext import Document
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.kernel.round_bounds import apart, check_document, largest_minor
from dlmcheck.verify.kernel.verdicts import Verdict
from dlmcheck.verify.rounds.lower_bounds import arguments, fooling_set

PAPER_EXPONENTS = tuple(61 * 7**j for j in range(5))


def document(text: str) -> Document:
    return Document.parse(text, "file")


def certificate(name: str, argument: str, scratches: tuple[int, ...] = (0, 1)) -> dict[str, Any]:
    """The certificate of an argument about a target."""
    for lower in arguments(parse_target(name), scratches):
        if lower.bound.certificate is not None:
            fields: dict[str, Any] = json.loads(lower.bound.certificate)
            if fields["argument"] == argument:
                return fields
    raise AssertionError(f"{name}: no argument {argument}")


@pytest.mark.parametrize(
    ("name", "argument", "statement"),
    [
        ("even-parity:3", "product", "at least 2 rounds at every point of the lattice"),
        ("one-hot:3", "not-dyadic", "never, with F and G deterministic and dyadic predictors"),
        (
            "product:1/3,1/2",
            "not-dyadic",
            "never, with F and G deterministic and dyadic predictors",
        ),
        (
            "one-hot:4",
            "scratch",
            "at least 3 rounds write-once, F deterministic, with at most 1 scratch cells",
        ),
        (
            "lacunary-parity:4",
            "revision",
            "at least 3 rounds with F and G deterministic and no M written, on 4 cells",
        ),
    ],
)
def test_each_argument_is_accepted_where_it_applies(
    name: str, argument: str, statement: str
) -> None:
    checked = check_document(document(json.dumps(certificate(name, argument))))
    assert checked.verdict is Verdict.PROVED
    assert checked.statement == f"the target in the file, called '{name}': {statement}"


def test_a_file_that_names_a_target_of_its_own_speaks_of_its_own_target() -> None:
    raw = certificate("even-parity:3", "product")
    raw["name"] = "one-hot:4: never\nPROVED"
    said = check_document(document(json.dumps(raw))).statement
    assert said.startswith(r"the target in the file, called 'one-hot:4: never\nPROVED': at least 2")


Forge = Callable[[dict[str, Any]], None]


def setting(key: str, value: Any) -> Forge:
    def forge(fields: dict[str, Any]) -> None:
        fields[key] = value

    return forge


def drop_last(key: str) -> Forge:
    def forge(fields: dict[str, Any]) -> None:
        del fields[key][-1]

    return forge


def no_refusal(fields: dict[str, Any]) -> None:
    """The empty set of outputs is independent; say only that it is not."""
    fields["sets"] = [[item[0]] for item in fields["sets"]]


def fewer_strings(fields: dict[str, Any]) -> None:
    for item in fields["sets"]:
        if len(item) == 3:
            del item[2][-1]


UNIFORM = {"00": "1/4", "01": "1/4", "10": "1/4", "11": "1/4"}


@pytest.mark.parametrize(
    ("name", "argument", "forge", "reason"),
    [
        ("even-parity:2", "product", setting("target", UNIFORM), "product of the marginals"),
        ("one-hot:3", "not-dyadic", setting("string", "000"), "is dyadic"),
        ("one-hot:4", "scratch", drop_last("sets"), "15 of 16 sets"),
        ("one-hot:4", "scratch", no_refusal, "are independent"),
        ("one-hot:4", "scratch", fewer_strings, "not more than 2\\^1"),
        ("one-hot:4", "scratch", setting("scratch", 2), "not more than 2\\^2"),
        ("lacunary-parity:4", "revision", drop_last("strings"), "at least as many cells"),
    ],
)
def test_a_certificate_that_is_wrong_is_rejected_for_its_reason(
    name: str, argument: str, forge: Forge, reason: str
) -> None:
    fields = certificate(name, argument)
    forge(fields)
    with pytest.raises(Rejected, match=reason):
        check_document(document(json.dumps(fields)))


@pytest.mark.parametrize(
    ("forge", "reason"),
    [
        (setting("argument", "hearsay"), "the argument hearsay"),
        (setting("string", "01"), "a string of 3 bits"),
        (setting("strings", []), "the argument product with string, strings"),
        (setting("target", {"000": "0.5", "111": "1/2"}), "an exact rational"),
        (setting("target", {"000": "1/2", "111": "1/3"}), "sum to 5/6"),
        (setting("target", {"000": "1/2", "11": "1/2"}), "of one length"),
        (setting("target", {}), "strings with their weights"),
        (setting("target", {"000": "2^-0", "111": "rest"}), "an exact rational"),
    ],
)
def test_a_certificate_of_another_form_is_malformed(forge: Forge, reason: str) -> None:
    fields = certificate("even-parity:3", "product")
    forge(fields)
    with pytest.raises(BadInput, match=reason):
        check_document(document(json.dumps(fields)))


# --- magnitudes --------------------------------------------------------------------------------


def even(n: int, count: int) -> list[tuple[int, ...]]:
    strings: list[tuple[int, ...]] = list(product((0, 1), repeat=n))
    return [z for z in strings if sum(z) % 2 == 0][:count]


@pytest.mark.parametrize("exponents", [EXPONENTS, PAPER_EXPONENTS])
def test_the_two_known_targets_are_apart(exponents: tuple[int, ...]) -> None:
    assert apart(lacunary_even_parity(4, exponents), even(4, 5)) == 7**5 - 1


@pytest.mark.parametrize("place", range(5))
def test_each_exponent_is_the_smallest_after_those_before_it(place: int) -> None:
    exponents: list[int] = list(EXPONENTS[: place + 1])
    exponents[place] -= 1
    target = lacunary_even_parity(4, exponents + [300 * 8 ** (place + j) for j in range(4 - place)])
    with pytest.raises(Rejected, match="is not excluded"):
        apart(target, even(4, 5))


def test_neighbouring_strings_are_refused() -> None:
    """A product law with a free cell has two of them: the argument would not hold."""
    strings = list(product((0, 1), repeat=4))[:6]
    weights = [*(f"2^-{e}" for e in EXPONENTS), "rest"]
    law = dict(zip(("".join(map(str, z)) for z in strings), weights, strict=True))
    fields = certificate("lacunary-parity:4", "revision")
    fields["target"], fields["strings"] = law, list(law)[:5]
    with pytest.raises(Rejected, match="differ in one cell only"):
        check_document(document(json.dumps(fields)))


def test_the_bound_on_minors_holds_for_all_small_matrices() -> None:
    """Every matrix of zeros and ones up to 3x3; of 4x4 the one that attains it."""
    for size in (1, 2, 3):
        found = {
            abs(determinant([bits[i * size : (i + 1) * size] for i in range(size)]))
            for bits in product((0, 1), repeat=size * size)
        }
        assert max(found) == largest_minor(size)
    assert determinant([(0, 1, 1, 1), (1, 0, 1, 1), (1, 1, 0, 1), (1, 1, 1, 0)]) == -3
    assert largest_minor(4) == 3


def test_every_system_of_five_rows_has_a_relation_that_is_gone_through() -> None:
    """Cramer's rule, carried out: of two equal rows or a row of zeros there is nothing to show."""
    rows = [bits for bits in product((0, 1), repeat=4) if any(bits)]
    for chosen in combinations(rows, 5):
        relation = dependence(chosen)
        assert any(relation)
        assert max(map(abs, relation)) <= largest_minor(4)
        for column in zip(*chosen, strict=True):
            assert sum(c * bit for c, bit in zip(relation, column, strict=True)) == 0


def dependence(rows: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """Integers c, not all 0, with sum c_j row_j = 0: minors of the largest size not all 0."""
    for size in range(4, 0, -1):
        for columns in combinations(range(4), size):
            for members in combinations(range(5), size + 1):
                part = [tuple(rows[j][k] for k in columns) for j in members]
                signed = [
                    (-1) ** j * determinant([*part[:j], *part[j + 1 :]]) for j in range(size + 1)
                ]
                if any(signed):
                    found = dict(zip(members, signed, strict=True))
                    return tuple(found.get(j, 0) for j in range(5))
    return (1, 0, 0, 0, 0)


def determinant(rows: list[tuple[int, ...]]) -> int:
    total = 0
    for order in permutations(range(len(rows))):
        sign = 1
        for i in range(len(order)):
            for j in range(i):
                sign = -sign if order[j] > order[i] else sign
        term = sign
        for row, column in enumerate(order):
            term *= rows[row][column]
        total += term
    return total


def test_a_fooling_set_is_found_exactly_if_there_is_one() -> None:
    assert fooling_set([(0, 0), (0, 1), (1, 0), (1, 1)], 2) is None
    assert fooling_set([(0, 0), (0, 1), (1, 0)], 2) == [(0, 1), (1, 0)]
    assert fooling_set([(1, 0, 0), (0, 1, 0), (0, 0, 1)], 3) is not None
    assert fooling_set([(1, 0, 0), (0, 1, 0), (0, 0, 1)], 4) is None
