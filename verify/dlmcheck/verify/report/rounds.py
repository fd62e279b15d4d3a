"""Round complexity as text and as versioned JSON (schema `rounds-1`)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from importlib.metadata import version
from typing import Any

from dlmcheck.spec.lattice import Clock, Edits, Reals, Unmasking
from dlmcheck.verify.rounds.results import Bound, RoundsResult, Table
from dlmcheck.verify.rounds.words import locality_text, point_text, scratch_text

FORMAT = "dlmcheck-rounds"
ESTIMATE = "an estimate: the answer is about the empirical law of the samples"
LEGEND = """\
Each cell: the least number of rounds, or the interval that is known, and in brackets what its
lower and its upper end rest on; with real / with dyadic predictors where the two differ. `2..`
means that no sampler is known, `never` that no number of rounds is enough. Every number has a
certificate, which says where its sampler lies or its argument holds; the cell's point contains
the one, or lies in the other. What is claimed by name beyond that is no part of the interval.
After-sampling F sees the candidates. Dyadic speaks of the predictor only: coins of F and G may
have any rational probability. Where parts read at most k tokens, that holds for p, F and G, each
with one set of cells for all rounds."""


def file_name(target: str, end: str, certificate: str) -> str:
    """The name of a certificate's file: target, which end it is for, and a digest.

    >>> file_name("markov:4,1/3", "lower", "text")[:19]
    'markov-4-1-3--lower'
    """
    digest = blake2b(certificate.encode(), digest_size=6).hexdigest()
    slug = "-".join("".join(c if c.isalnum() else " " for c in target).split())[:60]
    return f"{slug}--{end}-{digest}.json"


def certificates(results: Iterable[RoundsResult]) -> dict[str, str]:
    """File name -> text, for every certificate of some results."""
    found: dict[str, str] = {}
    for result in results:
        for end, bound in (("lower", result.lower), ("upper", result.upper)):
            if bound.certificate is not None:
                found[file_name(result.target, end, bound.certificate)] = bound.certificate
    return dict(sorted(found.items()))


# --- one point ---------------------------------------------------------------------------------


def result_lines(result: RoundsResult, *, heading: str = "", written: bool = False) -> list[str]:
    """A result as text; with `written` certificates by the names of their files."""
    lines = [f"{result.target}: {heading}{_said(result)}", f"  at       {point_text(result.point)}"]
    if result.estimate:
        lines.append(f"  note     {ESTIMATE}")
    for end, bound in (("lower", result.lower), ("upper", result.upper)):
        # Where no number of rounds is enough, there is nothing to bound from above.
        if end == "lower" or not result.lower.never:
            lines.append(f"  {end}    {bound_text(result.target, end, bound, written=written)}")
    lines += [f"  beside   {claim_text(end, bound)}" for end, bound in claims(result)]
    return lines


def claims(result: RoundsResult) -> list[tuple[str, Bound]]:
    """What is claimed beyond the interval, by name alone."""
    both = (("lower", result.claimed_lower), ("upper", result.claimed_upper))
    return [(end, bound) for end, bound in both if bound.says_something]


def claim_text(end: str, bound: Bound) -> str:
    """A bound that is no part of the interval, since no certificate says it."""
    trusted = f"; trusted: {bound.trusted}" if bound.trusted else ""
    return f"{_number(end, bound)} by {bound.rests_on} (no certificate{trusted})"


def _said(result: RoundsResult) -> str:
    if result.lower.never:
        return "in no number of rounds"
    if result.is_exact:
        return f"{result.interval} round{'' if result.interval == '1' else 's'}"
    return f"{result.interval} rounds (an interval: nothing between is known)"


def bound_text(target: str, end: str, bound: Bound, *, written: bool) -> str:
    """One end: its number, what it rests on, and its certificate, by its file if it is written."""
    if bound.value is None and not bound.never:
        return "no bound is known"
    trusted = f"; trusted: {bound.trusted}" if bound.trusted else ""
    where = "no certificate: a proof by name"
    if bound.certificate is not None:
        file = file_name(target, end, bound.certificate)
        where = f"certificate {file}" if written else "with certificate"
    reach = f"; {bound.reach}" if bound.reach else ""
    return f"{_number(end, bound)}: {bound.rests_on} ({where}{trusted}{reach})"


def _number(end: str, bound: Bound) -> str:
    least = "at least" if end == "lower" else "at most"
    return "never" if bound.never else f"{least} {bound.value}"


# --- tables ------------------------------------------------------------------------------------


@dataclass
class _Footnotes:
    """The numbered list of what bounds rest on."""

    target: str
    written: bool
    numbers: dict[tuple[str, Bound], int] = field(default_factory=dict[tuple[str, Bound], int])

    def of(self, end: str, bound: Bound) -> str:
        if bound.value is None and not bound.never:
            return "-"
        return str(self.numbers.setdefault((end, bound), len(self.numbers) + 1))

    def lines(self) -> list[str]:
        return [
            f"{number}. {self._text(end, bound)}" for (end, bound), number in self.numbers.items()
        ]

    def _text(self, end: str, bound: Bound) -> str:
        if not bound.is_certified:
            return claim_text(end, bound)
        return bound_text(self.target, end, bound, written=self.written)


def table_lines(table: Table, *, written: bool = False) -> list[str]:
    """A table in Markdown: for each number of scratch cells, locality and kind of numbers.

    `written` says that the certificates are; then the names of their files are given.
    """
    notes = _Footnotes(table.target, written)
    lines = [f"### {table.target}, n = {table.length}", ""]
    if table.estimate:
        lines += [f"This is {ESTIMATE}.", ""]
    blocks: dict[tuple[int | None, int | None], list[RoundsResult]] = {}
    for result in table.results:
        p = result.point
        blocks.setdefault((p.predictor.locality, p.scratch), []).append(result)
    before: dict[int | None, list[str]] = {}
    for (locality, scratch), results in blocks.items():
        rows = _block(results, notes)
        known = before.setdefault(locality, [])
        fresh = [row for row in rows[2:] if row not in known]
        known += fresh
        lines.append(f"{scratch_text(scratch)}; {locality_text(locality)}:")
        if fresh:
            lines += ["", *rows[:2], *fresh]
        if len(fresh) < len(rows) - 2:
            what = "All other rows are" if fresh else "Every row is"
            lines += ["", f"{what} as in a table above with fewer scratch cells."]
        lines.append("")
    return [*lines, *notes.lines(), ""]


_Cells = dict[Unmasking, dict[Reals, str]]


def _block(results: Sequence[RoundsResult], notes: _Footnotes) -> list[str]:
    forms = list(dict.fromkeys(result.point.unmasking for result in results))
    rows: dict[str, dict[Clock, _Cells]] = {}
    for result in results:
        p = result.point
        name = p.edits.value if p.edits is not Edits.REMASK else f"remask, G {p.remasking.value}"
        cell = f"{result.interval} [{notes.of('lower', result.lower)}, "
        cell += f"{notes.of('upper', result.upper)}]"
        beside = [notes.of(end, bound) for end, bound in claims(result)]
        cell += f"; see {', '.join(beside)}" if beside else ""
        cells = rows.setdefault(name, {}).setdefault(p.clock, {})
        cells.setdefault(p.unmasking, {})[p.predictor.reals] = cell
    lines = [
        "| edits | clock | " + " | ".join(f"F {form.value}" for form in forms) + " |",
        "|---" * (2 + len(forms)) + "|",
    ]
    for name, by_clock in rows.items():
        several = list(by_clock.items())
        if len(several) > 1 and all(cells == several[0][1] for _, cells in several):
            lines.append(_row(name, "with or without", several[0][1], forms))
            continue
        lines += [
            _row(name, "without" if clock is Clock.STATE_ONLY else "with", cells, forms)
            for clock, cells in several
        ]
    return lines


def _row(name: str, clock: str, cells: _Cells, forms: Sequence[Unmasking]) -> str:
    """A row; where real and dyadic predictors differ, both stand in the cell."""
    texts = [" / ".join(dict.fromkeys(cells[form].values())) for form in forms]
    return f"| {name} | {clock} | " + " | ".join(texts) + " |"


# --- JSON --------------------------------------------------------------------------------------


def rounds_json(
    target: str, length: int, results: Sequence[RoundsResult], *, estimate: bool
) -> str:
    """Results as JSON; equal results give equal bytes."""
    content = {
        "format": FORMAT,
        "version": 1,
        "dlmcheck": version("dlmcheck"),
        "target": target,
        "length": length,
        "estimate": estimate,
        "results": [_result(result) for result in results],
    }
    return json.dumps(content, indent=1) + "\n"


def _result(result: RoundsResult) -> dict[str, Any]:
    p = result.point
    return {
        "edits": p.edits.value,
        "unmasking": p.unmasking.value,
        "remasking": p.remasking.value,
        "clock": p.clock.value,
        "scratch": p.scratch,
        "locality": p.predictor.locality,
        "reals": p.predictor.reals.value,
        "interval": result.interval,
        "lower": _bound(result.target, "lower", result.lower),
        "upper": _bound(result.target, "upper", result.upper),
        **_claimed(result),
    }


def _claimed(result: RoundsResult) -> dict[str, Any]:
    return {f"claimed_{end}": _bound(result.target, end, b) for end, b in claims(result)}


def _bound(target: str, end: str, bound: Bound) -> dict[str, Any]:
    text = bound.certificate
    return {
        "rounds": bound.value,
        "never": bound.never,
        "rests_on": bound.rests_on,
        "certificate": None if text is None else file_name(target, end, text),
        "trusted": bound.trusted,
        "reach": bound.reach,
    }
