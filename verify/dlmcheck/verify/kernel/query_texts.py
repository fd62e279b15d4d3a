"""Is a text a query, that is premises and one negated conclusion, and nothing else besides?

Nobody is asked here. What is looked at is the form: whoever hands the text to a solver gets one
answer, "unsat" means that the premises give the conclusion, and no option, push or second
question stands between the lines. (`engines.smt` writes such texts.)
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from dlmcheck.spec.jsontext import Document, Json, Path
from dlmcheck.verify.kernel.results import Rejected

Expression = str | list["Expression"]

ROW = ("row", "job", "profile")
"""The fields in which a file with queries may say which row of an audit it speaks of."""

_TOKEN = re.compile(r'\s+|;[^\n]*\n|\(|\)|\|[^|\\]*\||"(?:[^"]|"")*"|[^\s()|";]+')
_PREMISE = "|premise "
_CONCLUSION = "|not the conclusion|"
_DECLARES = ("declare-const", "define-fun")


def check_query_text(name: str, text: str) -> int:
    r"""The number of premises of a query.

    The commands must be: one logic, declarations, premises by name, the negated conclusion, one
    question; and the first line, a comment, gives the query's name. Raises `Rejected`.

    >>> check_query_text("q", "; q\n(set-logic QF_LIA)\n(declare-const n Int)\n"
    ...     "(assert (! (>= n 2) :named |premise p|))\n"
    ...     "(assert (! (not (>= n 1)) :named |not the conclusion|))\n(check-sat)\n")
    1
    """
    if text.partition("\n")[0] != "; " + " ".join(name.split()):
        raise Rejected(f"query {name!r}: the first line is not its name")
    commands = _expressions(name, text)
    heads = [command[0] if isinstance(command, list) and command else "" for command in commands]
    if heads[:1] != ["set-logic"] or heads[-2:] != ["assert", "check-sat"]:
        raise Rejected(f"query {name!r}: it does not go from a logic to a question")
    middle = heads[1:-2]
    declared = sum(head in _DECLARES for head in middle)
    if middle != sorted(middle, key=lambda head: head == "assert") or declared + middle.count(
        "assert"
    ) != len(middle):
        raise Rejected(f"query {name!r}: other commands than declarations and premises")
    labels = [_label(name, command) for command in commands[1 + declared : -1]]
    *premises, (last, negated) = labels
    if last != _CONCLUSION or not (
        isinstance(negated, list) and len(negated) == 2 and negated[0] == "not"
    ):
        raise Rejected(f"query {name!r}: the last assertion is no negated conclusion")
    names = [label for label, _ in premises]
    if len(set(names)) != len(names) or not all(label.startswith(_PREMISE) for label in names):
        raise Rejected(f"query {name!r}: premises are named, no two alike")
    return len(premises)


def _label(name: str, command: Expression) -> tuple[str, Expression]:
    """The name of an assertion, and what is asserted."""
    match command:
        case ["assert", ["!", term, ":named", str(label)]]:
            return label, term
        case _:
            raise Rejected(f"query {name!r}: an assertion without a name")


def _expressions(name: str, text: str) -> list[Expression]:
    """The expressions of a text, nested lists of tokens."""
    open_lists: list[list[Expression]] = [[]]
    place = 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise Rejected(f"query {name!r}: {text[place : place + 20]!r} cannot be read")
        token, place = found.group(), found.end()
        if token == "(":
            open_lists.append([])
        elif token == ")":
            if len(open_lists) == 1:
                raise Rejected(f"query {name!r}: a bracket too many")
            closed = open_lists.pop()
            open_lists[-1].append(closed)
        elif not token.isspace() and not token.startswith(";"):
            open_lists[-1].append(token)
    if len(open_lists) > 1:
        raise Rejected(f"query {name!r}: a bracket is not closed")
    return open_lists[0]


# --- in a file ---------------------------------------------------------------------------------


def texts_in(document: Document, value: Json) -> dict[str, str]:
    """The texts of the field "queries", by name; each name once. Raises `BadInput`."""
    found: dict[str, str] = {}
    for k, entry in enumerate(document.array(value, ("queries",))):
        path: Path = ("queries", k)
        fields = document.fields(entry, path, ("name", "text"))
        name = document.string(fields["name"], (*path, "name"))
        if name in found:
            raise document.bad(f"the query {name!r} again", path, "each query once")
        found[name] = document.string(fields["text"], (*path, "text"))
    return found


def row_in(document: Document, fields: Mapping[str, Json]) -> dict[str, str] | None:
    """Which row a file speaks of; None if it names none. Raises `BadInput` for a part of that."""
    if not any(key in fields for key in ROW):
        return None
    for key in ROW:
        if key not in fields:
            raise document.bad(f"no key {key!r}", (), ", ".join(ROW))
    return {key: document.string(fields[key], (key,)) for key in ROW}
