"""Statements that rest on queries of arithmetic alone, as files: the texts, for any solver.

From the file alone is checked that each text is a query (`query_texts`) and that the file says who
answered them. That they are the queries of the statement cannot be seen there, and nobody is asked;
so the result is about "the queries offered for" the statement, on the word of the file. With the
catalogue at hand `dlmcheck replay` writes the queries anew, compares them, and asks them again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dlmcheck.spec.jsontext import Document
from dlmcheck.verify.kernel.documents import certificate_text, fields_of
from dlmcheck.verify.kernel.evidence import SolverAnswer
from dlmcheck.verify.kernel.induction import Rule
from dlmcheck.verify.kernel.query_texts import ROW, check_query_text, row_in, texts_in
from dlmcheck.verify.kernel.results import Checked, Rejected
from dlmcheck.verify.kernel.trusted import proved_on_the_word_of

KIND = "queries"
_FIELDS = ("statement", "queries", "rules", "apart", "trusted")


@dataclass(frozen=True)
class Queries:
    """A statement, the texts of the queries that it rests on by name, and the rules that join them.

    `apart` says whether the finitely many instances that the queries do not reach are decided by
    going through them.
    """

    statement: str
    texts: Mapping[str, str]
    rules: tuple[Rule, ...] = ()
    apart: bool = False


def queries_text(asked: Queries, trusted: str, place: Mapping[str, str] | None = None) -> str:
    """The queries as a file; `trusted` is who answered them.

    `place` may say which row of the audit they decide: "row", "job" and "profile".
    """
    return certificate_text(
        KIND,
        statement=asked.statement,
        queries=[{"name": name, "text": text} for name, text in asked.texts.items()],
        rules=[rule.value for rule in asked.rules],
        apart=asked.apart,
        trusted=trusted,
        **(place or {}),
    )


def read_queries(document: Document) -> Queries:
    """The queries in a file. Raises `BadInput`."""
    raw = fields_of(document, _FIELDS, ROW)
    rules = document.array(raw["rules"], ("rules",))
    return Queries(
        document.string(raw["statement"], ("statement",)),
        texts_in(document, raw["queries"]),
        tuple(document.choice(rule, ("rules", k), Rule) for k, rule in enumerate(rules)),
        document.boolean(raw["apart"], ("apart",)),
    )


def place_in(document: Document) -> dict[str, str] | None:
    """Which row of an audit a file speaks of; None if it names none. Raises `BadInput`."""
    return row_in(document, fields_of(document, _FIELDS, ROW))


def check_document(document: Document) -> Checked:
    """The form of the queries in a file, and that somebody is named who answered them."""
    asked = read_queries(document)
    place_in(document)
    trusted = document.string(fields_of(document, _FIELDS, ROW)["trusted"], ("trusted",))
    if not asked.texts:
        raise Rejected("the file holds no query")
    if not trusted:
        raise Rejected("the file does not say who answered its queries")
    if len(set(asked.rules)) != len(asked.rules):
        raise Rejected("a rule is named twice")
    for name, text in asked.texts.items():
        check_query_text(name, text)
    answers = SolverAnswer(trusted, "(as the file says)", len(asked.texts))
    return proved_on_the_word_of(f"the queries offered for: {asked.statement}", answers)


def compare_queries(ours: Queries, theirs: Queries) -> None:
    """Raise `Rejected` where the queries of a file are not those that were written here."""
    if list(ours.texts) != list(theirs.texts):
        raise Rejected("the queries, written anew, are not those of the file")
    for name, text in ours.texts.items():
        if theirs.texts[name] != text:
            raise Rejected(f"the query {name!r}, written anew, is not that of the file")
    for key in ("statement", "rules", "apart"):
        if getattr(ours, key) != getattr(theirs, key):
            raise Rejected(f"the {key} of the queries, written anew, is not that of the file")
