"""Uniform laws of linear samplers: the matrix, its inverses, and the equations of the support.

XOR, NOT and identity gates on fair coins r give z = A r + b over GF(2), which the kernel reads
off the gates of a circuit, or off a schedule round by round (`linear_runs`). The law of z is
uniform on the set {A r + b}. A certificate says which set that is: the solutions of H z = c.
Three identities show it:

    H A = 0 and H b = c             every output solves the equations;
    L A = I on m chosen coins       A has rank at least m, so there are at least 2^m outputs;
    H R = I, with m + q = n         the q equations are independent, so they have 2^m solutions.

L, R and H are in the file, as lists of the places of ones. The inverse of a sparse matrix need
not be sparse: for x_i = u_i + u_(i+1) it has n^2/2 ones. Therefore rows may also name *steps*,
which are sums of outputs and earlier steps, so that L is a short program and the check of L A = I
takes as long as the program is. Rows with many ones name them by the bits of a number.

If there is a schedule and a circuit, the schedule is shown to sample the circuit first: by a
cut-point certificate, seed for seed (`simulation`), or, where its mask pattern depends on coins,
by going through all seeds of both (`laws`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from operator import lt
from typing import cast

from dlmcheck.spec.circuit import Circuit, InputKind
from dlmcheck.spec.errors import MalformedSyntax
from dlmcheck.spec.jsontext import Document, Json
from dlmcheck.spec.schedule import Schedule
from dlmcheck.verify.kernel.affine import (
    Form,
    Row,
    Run,
    Sums,
    Values,
    as_bits,
    coin,
    numbers_in,
    required,
    values_of,
)
from dlmcheck.verify.kernel.contents import Simulation
from dlmcheck.verify.kernel.documents import circuit_field, fields_of, schedule_field, text_field
from dlmcheck.verify.kernel.evidence import Certificate
from dlmcheck.verify.kernel.laws import check_same_law
from dlmcheck.verify.kernel.linear_runs import run_outputs
from dlmcheck.verify.kernel.results import Checked, Rejected, kernel_result
from dlmcheck.verify.kernel.same_law import MOST_ROUNDS
from dlmcheck.verify.kernel.simulation import check_simulation
from dlmcheck.verify.kernel.verdicts import Verdict

KIND = "linear"

ENUMERATED = 12
"""Laws of more coins than this, or of schedules of more cells, are not gone through."""
_NAME = re.compile(r"[\w.\[\]:-]+")
_SHOWN = 80
"""Equations of more characters than this are not written out in the statement."""


Places = tuple[int, ...]


@dataclass(frozen=True)
class Outputs:
    """n affine outputs over so many coins, with the names of the outputs."""

    names: tuple[str, ...]
    forms: tuple[Form, ...]
    coins: int


@dataclass(frozen=True)
class Uniform:
    """What is claimed of n affine outputs, and the two inverses that show it.

    `equations` are the rows of H, `constants` is c, `coins` are the m chosen coins by number;
    `left` are the rows of L (one for each chosen coin), `right` the places of the ones of the
    columns of R (one for each equation). Places below n are outputs; in `equations`, `left` and
    `steps` the place n + k is step k, and a step names only what comes before it.
    """

    equations: tuple[Row, ...]
    constants: tuple[bool, ...]
    coins: Places
    left: tuple[Row, ...]
    right: tuple[Places, ...]
    steps: tuple[Row, ...] = ()


def circuit_outputs(circuit: Circuit) -> Outputs:
    """The outputs of a circuit as sums of coins; coin j is input j.

    Raises `Rejected` for a data input, or if an output reads a gate that is not linear.
    """
    for one in circuit.inputs:
        if one.kind is not InputKind.RANDOM:
            raise Rejected(f"the input {one.name} is no coin")
    number = len(circuit.inputs)
    sums = Sums(number)
    values = values_of(circuit, [coin(j) for j in range(number)], sums)
    return Outputs(circuit.output_names, tuple(required(value) for value in values), number)


def schedule_outputs(schedule: Schedule) -> Outputs:
    """The output cells of a schedule after its run, as sums of the run's coins.

    The given cells are the first coins, then follow the predictor's coins, round by round.
    Raises `Rejected` if the run is not linear (`linear_runs` says what is read), or illegal.
    """
    forms, number = run_outputs(schedule)
    return Outputs(schedule.output_names, forms, number)


def check_uniform(circuit: Circuit, claim: Uniform) -> Checked:
    """PROVED if the circuit's law is uniform on the solutions of the equations.

    Raises `Rejected` with the first identity that fails.
    """
    return check_outputs(circuit_outputs(circuit), claim)


def check_uniform_run(schedule: Schedule, claim: Uniform) -> Checked:
    """PROVED if the law of a schedule's output is uniform on the solutions of the equations.

    Raises `Rejected` with the first identity that fails, or if the run is not linear, or illegal.
    """
    return check_outputs(schedule_outputs(schedule), claim)


def check_outputs(outputs: Outputs, claim: Uniform) -> Checked:
    """PROVED if the law of the outputs is uniform on the solutions of the equations.

    Raises `Rejected` with the first identity that fails.
    """
    _check_shape(outputs, claim)
    number = len(outputs.forms)
    # Column j of R is a further coin, so that one sum shows a row of H A, of H b and of H R.
    further = outputs.coins + 1
    sums = Sums(outputs.coins + len(claim.right))
    forms = list(outputs.forms)
    for j, column in enumerate(claim.right):
        for place in column:
            forms[place] = sums.add(forms[place], coin(outputs.coins + j))
    values = Values(sums, forms)
    values.extend(claim.steps)
    wrong: list[tuple[int, int]] = []
    totals = values.each(claim.equations)
    for k, (total, constant) in enumerate(zip(totals, claim.constants, strict=True)):
        if _part(total, 0, further) != ({0} if constant else set()):
            raise Rejected(f"not every output solves equation {k}")
        wrong += [(column, k) for column in _part(total, further) ^ {k}]
    chosen = frozenset(1 + one for one in claim.coins)
    chosen_bits = as_bits(chosen)
    for one, total in zip(claim.coins, values.each(claim.left), strict=True):
        if isinstance(total, int):
            single = total & chosen_bits == 1 << 1 + one
        else:
            single = 1 + one in total and len(total & chosen) == 1
        if not single:
            raise Rejected(f"L A is not the identity at coin {one}")
    if wrong:
        column_number, k = min(wrong)
        raise Rejected(f"H R is not the identity at row {k} and column {column_number}")
    if len(claim.coins) + len(claim.equations) != number:
        raise Rejected(
            f"{len(claim.coins)} coins and {len(claim.equations)} equations do not make "
            f"{number} outputs"
        )
    rows: tuple[Row, ...] = (*claim.equations, *claim.left, *claim.right, *claim.steps)
    evidence = Certificate("linear map with inverses", "the kernel, from the gates", ones(rows))
    return kernel_result(_statement(outputs, claim), Verdict.PROVED, evidence)


def _part(form: Form, first: int, end: int | None = None) -> set[int]:
    """The numbers of a form from `first` on and below `end`, counted from `first`."""
    if isinstance(form, int):
        form >>= first
        form = numbers_in(form if end is None else form & ((1 << end - first) - 1))
        first, end = 0, None
    return {one - first for one in form if one >= first and (end is None or one < end)}


def ones(rows: Sequence[Row]) -> int:
    """How many places stand in some rows.

    >>> ones([(3, Run(4, 0b101)), (0,)])
    4
    """
    places = chain.from_iterable(rows)
    runs = [place.bits for place in places if isinstance(place, Run)]
    return sum(map(len, rows)) + sum(bits.bit_count() - 1 for bits in runs)


def _check_shape(outputs: Outputs, claim: Uniform) -> None:
    if len(claim.constants) != len(claim.equations) or len(claim.right) != len(claim.equations):
        raise Rejected("there is not one constant and one column of R for each equation")
    if len(claim.left) != len(claim.coins):
        raise Rejected("there is not one row of L for each chosen coin")
    number = len(outputs.forms)
    if len(set(claim.coins)) != len(claim.coins):
        raise Rejected(f"a coin is named that there is not, or twice: {claim.coins[:9]}")
    _check_places("a coin", [claim.coins], outputs.coins)
    _check_places("an output", claim.right, number)
    _check_places("an output or earlier step", claim.steps, number, growing=True)
    what = "an output or step" if claim.steps else "an output"
    _check_places(what, claim.equations, number + len(claim.steps))
    _check_places(what, claim.left, number + len(claim.steps))


def _check_places(what: str, rows: Sequence[Row], limit: int, *, growing: bool = False) -> None:
    """Every place is below a limit, which grows by one with every row if `growing`."""
    if set(map(type, chain.from_iterable(rows))) <= {int}:
        # Without runs all rows are asked at once; the loop below finds the place to complain of.
        plain = cast("Sequence[Places]", rows)
        highest = [max(row, default=-1) for row in plain] if growing else []
        ends = range(limit, limit + len(rows))
        if min(chain.from_iterable(plain), default=0) >= 0 and (
            all(map(lt, highest, ends))
            if growing
            else max(chain.from_iterable(plain), default=-1) < limit
        ):
            return
    for k, row in enumerate(rows):
        end = limit + k if growing else limit
        for place in row:
            if isinstance(place, Run):
                if place.base >= 0 and place.base + place.bits.bit_length() <= end:
                    continue
            elif 0 <= place < end:
                continue
            raise Rejected(f"{what} is named that there is not: {place}")


def _statement(outputs: Outputs, claim: Uniform) -> str:
    names = outputs.names
    number = len(claim.equations)
    shown: str | None = None
    # Names have a character at least: with so many places nobody needs to look at them.
    short = sum(map(len, claim.equations)) <= _SHOWN
    # A name such as "y = 0, z" would make another equation of ours.
    if (
        short
        and all(map(_NAME.fullmatch, names))
        and all(_is_plain(row, len(names)) for row in claim.equations)
    ):
        shown = ", ".join(
            f"{' + '.join(names[place] for place in row if isinstance(place, int))} = "
            f"{int(constant)}"
            for row, constant in zip(claim.equations, claim.constants, strict=True)
        )
    if shown is None or len(shown) > _SHOWN:
        shown = f"{number} equation{'s' * (number > 1)} in {len(names)} bits"
    return f"the output is uniform on the solutions of {shown or 'no equation'}"


def _is_plain(row: Row, outputs: int) -> bool:
    """Whether a row is a list of different outputs."""
    return len(set(row)) == len(row) and all(
        isinstance(place, int) and place < outputs for place in row
    )


# --- files ---------------------------------------------------------------------------------

_FIELDS = ("equations", "constants", "coins", "left", "right", "steps")
_OPTIONAL = ("circuit", "schedule", "certificate")


def check_document(document: Document) -> Checked:
    """A linear circuit, or a schedule that is linear or samples it, and the inverses."""
    raw = fields_of(document, _FIELDS, _OPTIONAL)
    constants = document.array(raw["constants"], ("constants",))
    claim = Uniform(
        _rows(document, raw, "equations"),
        tuple(document.boolean(value, ("constants", k)) for k, value in enumerate(constants)),
        _places(document, raw["coins"], ("coins",)),
        _rows(document, raw, "left"),
        tuple(
            _places(document, row, ("right", k))
            for k, row in enumerate(document.array(raw["right"], ("right",)))
        ),
        _rows(document, raw, "steps"),
    )
    return check_outputs(_outputs(document, raw), claim)


def _outputs(document: Document, raw: dict[str, Json]) -> Outputs:
    if "certificate" in raw and "schedule" not in raw:
        raise document.bad("a certificate without a schedule", ("certificate",), "a schedule")
    if "circuit" not in raw:
        if "schedule" not in raw or "certificate" in raw:
            expected = "a circuit, or a schedule and no certificate"
            raise document.bad('no key "circuit"', (), expected, kind=MalformedSyntax)
        return schedule_outputs(schedule_field(document))
    circuit = circuit_field(document)
    if "schedule" in raw:
        certificate = text_field(document, "certificate") if "certificate" in raw else None
        _check_samples(schedule_field(document), circuit, certificate)
    return circuit_outputs(circuit)


def _check_samples(schedule: Schedule, circuit: Circuit, certificate: str | None) -> None:
    """Raise `Rejected` unless the schedule is shown to sample the circuit."""
    if certificate is not None:
        check_simulation(KIND, schedule, circuit, Simulation.from_json(certificate))
        return
    too_long = schedule.rounds > MOST_ROUNDS
    if max(len(circuit.inputs), schedule.length) > ENUMERATED or too_long:
        raise Rejected("the laws are too large to be gone through: a certificate is needed")
    found = check_same_law(KIND, schedule, circuit)
    if found.verdict is not Verdict.PROVED:
        raise Rejected(f"the schedule does not sample the circuit: {found.evidence}")


def _rows(document: Document, raw: dict[str, Json], key: str) -> tuple[Row, ...]:
    rows = document.array(raw[key], (key,))
    plain = _plain(rows)
    if plain is not None:
        return plain
    return tuple(_row(document, row, (key, k)) for k, row in enumerate(rows))


def _places(document: Document, value: Json, path: tuple[str | int, ...]) -> Places:
    places = document.array(value, path)
    plain = _plain([places])
    if plain is not None:
        return plain[0]
    return tuple(document.integer(place, (*path, k)) for k, place in enumerate(places))


def _plain(rows: Sequence[Json]) -> tuple[Places, ...] | None:
    """The rows, if all of them are lists of numbers, none negative: many are asked at once."""
    if not set(map(type, rows)) <= {list}:
        return None
    lists = cast("Sequence[list[int]]", rows)
    if not set(map(type, chain.from_iterable(lists))) <= {int}:
        return None
    return None if min(chain.from_iterable(lists), default=0) < 0 else tuple(map(tuple, lists))


def _row(document: Document, value: Json, path: tuple[str | int, ...]) -> Row:
    """Places as integers, and runs as strings `BASE:BITS`, the bits as a number in base 16."""
    found: list[int | Run] = []
    for k, place in enumerate(document.array(value, path)):
        if not isinstance(place, str):
            found.append(document.integer(place, (*path, k)))
            continue
        base, colon, bits = place.partition(":")
        if not (colon and _DECIMAL.fullmatch(base) and _HEXADECIMAL.fullmatch(bits)):
            raise document.malformed(place, (*path, k), "a place, or BASE:BITS")
        found.append(Run(int(base), int(bits, 16)))
    return tuple(found)


_DECIMAL = re.compile("[0-9]{1,12}")
_HEXADECIMAL = re.compile("[0-9a-f]+")
