"""Local policies: F and p as tables over a few cells, run by the specification, and as JSON.

That a part reads at most k tokens is seen from its table: it is given the tokens of k cells and
nothing else (beside its own mask status: it is asked for masked cells only). What it samples
is what the specification says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from dlmcheck.spec.definition import Sampler
from dlmcheck.spec.jsontext import Document, Json, Path
from dlmcheck.spec.lattice import Clock
from dlmcheck.spec.law import Law, certain, uniform
from dlmcheck.spec.policies import DeterministicUnmasking, Positions, Round
from dlmcheck.spec.sampler import output_law
from dlmcheck.spec.tokens import MASK, State, Token, masked_positions
from dlmcheck.verify.kernel.local_parity import Question, Reading
from dlmcheck.verify.kernel.results import Rejected

FAIR = 2
"""The choice of p_i that is neither certainly 0 nor certainly 1."""


@dataclass(frozen=True)
class Rule:
    """A function of the tokens of a few cells: a default, and the contents where it differs."""

    reads: tuple[int, ...]
    table: Mapping[State, int]
    default: int = 0

    def __call__(self, state: State) -> int:
        """The value in a state."""
        return self.table.get(tuple(state[j] for j in self.reads), self.default)


@dataclass(frozen=True)
class LocalPolicy:
    """F and p of a sampler by local rules, for the cells that are masked.

    `select` and `write` map (cell, `Question.when(round)`) to a rule; a cell is selected where its
    rule is 1, and written by 0, 1 or `FAIR`, or by another choice: `ones` has the probability of
    token 1 for each.
    """

    question: Question
    select: Mapping[tuple[int, int], Rule]
    write: Mapping[tuple[int, int], Rule]
    ones: tuple[Fraction, ...] = (Fraction(0), Fraction(1), Fraction(1, 2))

    def sampler(self) -> Sampler:
        """The sampler of the specification: it asks the rules, with the clock that is allowed."""
        q = self.question

        def select(state: State, told: Round) -> Positions:
            chosen = masked_positions(state)
            return frozenset(i for i in chosen if self.select[i, told or 0](state) == 1)

        def predictor(state: State, i: int, told: Round) -> Law[Token]:
            if state[i] != MASK:
                return certain(state[i])
            one = self.ones[self.write[i, told or 0](state)]
            return Law({0: 1 - one, 1: one})

        return Sampler(
            length=q.n,
            predictor=predictor,
            unmask=DeterministicUnmasking(select),
            rounds=q.rounds,
            output=tuple(range(q.n)),
            clock=Clock.ROUND_NUMBER if q.reading.has_clock else Clock.STATE_ONLY,
        )


def check_policy(policy: LocalPolicy, target: Law[State] | None = None) -> int:
    """Run a policy by the specification; the number of its rules.

    The target is the uniform law on the question's strings if none is given. Raises `Rejected` if
    a part reads more than the question allows, in its reading, or the law is another one, and the
    errors of a run.
    """
    q = policy.question
    places = {(i, w) for i in range(q.n) for w in q.whens()}
    for kind, rules in (("F", policy.select), ("p", policy.write)):
        if set(rules) != places:
            raise Rejected(f"{kind}: a rule for each cell and round is needed, and no other")
        read: dict[tuple[int, int], set[int]] = {}
        for (i, w), rule in rules.items():
            name = (i, w) if q.reading is Reading.PER_ROUND else (i, 0)
            cells = read.setdefault(name, set())
            cells.update(set(rule.reads) - {i})
            if len(cells) > q.tokens:
                raise Rejected(f"{kind} of cell {i} reads {len(cells)} tokens")
    if output_law(policy.sampler()) != (target or uniform(q.strings())):
        raise Rejected("another law, by the specification")
    return len(policy.select) + len(policy.write)


# --- as JSON -----------------------------------------------------------------------------------

_MARK = {0: "0", 1: "1", MASK: "M"}
_TOKEN = {mark: token for token, mark in _MARK.items()}


def rules_to_json(rules: Mapping[tuple[int, int], Rule]) -> list[Json]:
    """Rules as objects: cell, round (0: not told), cells read, and a table by contents."""
    found: list[Json] = []
    for (i, w), rule in sorted(rules.items()):
        table: dict[str, Json] = {
            "".join(_MARK[token] for token in content): value
            for content, value in sorted(rule.table.items())
            if value != rule.default
        }
        found.append({"cell": i, "round": w, "reads": list(rule.reads), "table": table})
    return found


def rules_from_json(
    document: Document,
    value: Json,
    path: Path,
    question: Question,
    default: int,
    largest: int = 1,
) -> dict[tuple[int, int], Rule]:
    """The inverse of `rules_to_json`, with values up to `largest`.

    Raises `MalformedSyntax`, with the line.
    """
    rules: dict[tuple[int, int], Rule] = {}
    for k, entry in enumerate(document.array(value, path)):
        here: Path = (*path, k)
        fields = document.fields(entry, here, ("cell", "round", "reads", "table"))
        cell = _number(document, fields["cell"], (*here, "cell"), question.n - 1)
        when = _number(document, fields["round"], (*here, "round"), question.rounds)
        if (cell, when) in rules:
            raise document.malformed(entry, here, "one rule for each cell and round")
        place: Path = (*here, "reads")
        reads = tuple(
            _number(document, j, (*place, at), question.n - 1)
            for at, j in enumerate(document.array(fields["reads"], place))
        )
        table: dict[State, int] = {}
        entries = fields["table"]
        if not isinstance(entries, dict):
            raise document.malformed(entries, (*here, "table"), "an object")
        for content, found in entries.items():
            at = (*here, "table", content)
            if len(content) != len(reads) or not set(content) <= set(_TOKEN):
                raise document.malformed(found, at, "contents of the cells read, in 0, 1 and M")
            table[tuple(_TOKEN[mark] for mark in content)] = _number(document, found, at, largest)
        rules[cell, when] = Rule(reads, table, default)
    return rules


def _number(document: Document, value: Json, path: Path, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise document.malformed(value, path, f"an integer from 0 to {most}")
    return value
