"""Local write-once samplers of any law on short strings of bits: formula and certificates.

Setting of `dlmcheck.spec.rounds`, with locality: write-once, L = n, F deterministic, every p_i and
F_i reads at most k tokens beside its own mask status. A state that is reached is the event that
the string agrees with it; so p_i is the conditional law of bit i there, and cells may be written at
once if and only if their bits are independent then. What is left to choose is F, and what must
hold is that F and p factor through k tokens: a formula over all partial states.

    {"kind": "local-target", "question": "one-set n=3 k=1 D=2", "target": ..., "reals": ..., ...}

and either "select", "write" and "ones" (a policy and the probabilities of its choices), or
"clauses", "digest", "core" and "proof", as in `local_certificate`.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from hashlib import blake2b
from itertools import combinations

from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.lattice import Reals
from dlmcheck.spec.law import Law
from dlmcheck.spec.rounds import given, is_writable, non_empty_subsets, partial_states
from dlmcheck.spec.tokens import MASK, State, all_masked, masked_positions, show_state
from dlmcheck.verify.kernel.documents import certificate_text, fields_of, text_field
from dlmcheck.verify.kernel.evidence import Certificate
from dlmcheck.verify.kernel.local_certificate import digest_of
from dlmcheck.verify.kernel.local_parity import (
    Clause,
    Name,
    Question,
    check_size,
    read_question,
)
from dlmcheck.verify.kernel.local_policy import (
    FAIR,
    LocalPolicy,
    check_policy,
    rules_from_json,
    rules_to_json,
)
from dlmcheck.verify.kernel.refutation import check_lrat, read_lrat
from dlmcheck.verify.kernel.results import Checked, Rejected, kernel_result
from dlmcheck.verify.kernel.target_tables import (
    rational_field,
    reals_field,
    target_field,
    target_fields,
)
from dlmcheck.verify.kernel.verdicts import Verdict

KIND = "local-target"
SHOWN = 8
"""Laws on so many strings are written out where they are named."""


class LocalTarget:
    """The formula of a question about a target; the parity in the question plays no part.

    `names[v - 1]` says what variable v stands for: `reached` after round `number` (perhaps more
    states are called so, but none fewer), `selects`: F selects the cell in the state `text`; else
    as in `local_parity`, where for `p` the `bit` is the number of a choice, an index of `ones`.

    Raises `BadInput` if the target has strings of another length or tokens other than bits.
    """

    def __init__(self, target: Law[State], question: Question, reals: Reals) -> None:
        if any(len(z) != question.n or not set(z) <= {0, 1} for z in target):
            raise BadInput("other strings", source="local target", expected=f"{question.n} bits")
        self.target, self.question, self.reals = target, question, reals
        self.clauses: list[Clause] = []
        self.names: list[Name] = []
        self.ones: list[Fraction] = [Fraction(0), Fraction(1), Fraction(1, 2)]
        self._number: dict[Name, int] = {}
        self._states = partial_states(target)
        self._choice = {
            (i, x): self._choice_of(i, x) for x in self._states for i in masked_positions(x)
        }
        self._together = {x: list(self._unwritable(x)) for x in self._states}
        self.clauses.append((self._reached(0, all_masked(question.n)),))
        for i in range(question.n):
            for kind in ("F reads", "p reads"):
                for number in {question.set_name(t): t for t in range(1, question.rounds + 1)}:
                    sets = self.reading_sets(kind, number, i)
                    self.clauses.append(tuple(variable for _, variable in sets))
        for t in range(1, question.rounds + 1):
            for x in self._states:
                self._round(t, x)
        for x in self._states:
            if MASK in x:
                self.clauses.append((-self._reached(question.rounds, x),))
        self._one_choice_each()

    def _choice_of(self, i: int, x: State) -> int:
        """The number of the choice that p_i has in a state."""
        law = given(self.target, x)
        one = sum((weight for z, weight in law.items() if z[i] == 1), Fraction(0))
        if one not in self.ones:
            self.ones.append(one)
        return self.ones.index(one)

    def _unwritable(self, x: State) -> Iterator[frozenset[int]]:
        """The smallest sets that may not be written at once: subsets of others may."""
        found: list[frozenset[int]] = []
        for cells in non_empty_subsets(masked_positions(x)):
            if any(bad <= cells for bad in found):
                continue
            if not is_writable(self.target, x, cells, self.reals):
                found.append(cells)
                yield cells

    def variable(self, name: Name) -> int:
        """The variable of a name, new if there is none yet."""
        number = self._number.get(name)
        if number is None:
            self.names.append(name)
            number = self._number[name] = len(self.names)
        return number

    def _reached(self, t: int, x: State) -> int:
        return self.variable(Name("reached", t, 0, show_state(x)))

    def selects(self, t: int, i: int, x: State) -> int:
        """Whether F selects a masked cell in a state, in a round."""
        return self.variable(Name("selects", self.question.when(t), i, show_state(x)))

    def reading_sets(self, kind: str, number: int, i: int) -> list[tuple[tuple[int, ...], int]]:
        """The sets that a part may read, each with its variable; `number` names the rounds."""
        q = self.question
        return [
            (
                cells,
                self.variable(
                    Name(kind, number, i, "".join("x" if j in cells else "-" for j in range(q.n)))
                ),
            )
            for cells in combinations(q.others(i), q.k)
        ]

    def _round(self, t: int, x: State) -> None:
        """What is reached from a state, what may not be, and what F and p read there."""
        q, here = self.question, -self._reached(t - 1, x)
        masked = sorted(masked_positions(x))
        for bad in self._together[x]:
            self.clauses.append((here, *(-self.selects(t, i, x) for i in sorted(bad))))
        for y in self._states:
            if all(token in (MASK, later) for token, later in zip(x, y, strict=True)):
                step = [
                    self.selects(t, i, x) if y[i] == MASK else -self.selects(t, i, x)
                    for i in masked
                ]
                self.clauses.append((here, *step, self._reached(t, y)))
        for i in masked:
            selected, when = self.selects(t, i, x), q.when(t)
            for cells, reads in self.reading_sets("F reads", q.set_name(t), i):
                flag = self.variable(Name("F", when, i, _content(x, cells)))
                self.clauses.append((here, -reads, -flag, selected))
                self.clauses.append((here, -reads, flag, -selected))
            for cells, reads in self.reading_sets("p reads", q.set_name(t), i):
                name = Name("p", when, i, _content(x, cells), self._choice[i, x])
                self.clauses.append((here, -selected, -reads, self.variable(name)))

    def _one_choice_each(self) -> None:
        """Of what it reads p makes one choice."""
        choices: dict[Name, list[int]] = {}
        for number, name in enumerate(self.names, start=1):
            if name.kind == "p":
                choices.setdefault(name._replace(bit=0), []).append(-number)
        for variables in choices.values():
            self.clauses += list(combinations(variables, 2))


def _content(x: State, cells: tuple[int, ...]) -> str:
    return "".join(show_state((token,)) if j in cells else "-" for j, token in enumerate(x))


# --- files -------------------------------------------------------------------------------------


def policy_certificate(target: Law[State], reals: Reals, policy: LocalPolicy) -> str:
    """A sampler of a target as a certificate, not checked here."""
    return certificate_text(
        KIND,
        question=str(policy.question),
        target=target_fields(target),
        reals=reals.value,
        ones=[str(one) for one in policy.ones],
        select=rules_to_json(policy.select),
        write=rules_to_json(policy.write),
    )


def refutation_certificate(formula: LocalTarget, core: tuple[int, ...], proof: str) -> str:
    """A refutation as a certificate, not checked here."""
    return certificate_text(
        KIND,
        question=str(formula.question),
        target=target_fields(formula.target),
        reals=formula.reals.value,
        clauses=len(formula.clauses),
        digest=digest_of(formula.clauses),
        core=list(core),
        proof=proof,
    )


def check_document(document: Document) -> Checked:
    """Check a certificate of this kind. Raises `BadInput` or `Rejected`."""
    value = document.value
    refuted = isinstance(value, dict) and "proof" in value
    names = ("clauses", "digest", "core", "proof") if refuted else ("ones", "select", "write")
    raw = fields_of(document, ("question", "target", "reals", *names))
    question = read_question(text_field(document, "question"))
    check_size(question)
    target = target_field(document, raw["target"], ("target",))
    reals = reals_field(document, raw["reals"], ("reals",))
    about = f"{question}, {_named(target)}, {reals.value} predictors"
    if refuted:
        return _check_refutation(document, LocalTarget(target, question, reals), about)
    ones = tuple(
        rational_field(document, one, ("ones", k))
        for k, one in enumerate(document.array(raw["ones"], ("ones",)))
    )
    if len(ones) <= FAIR:
        raise document.malformed(raw["ones"], ("ones",), "0, 1, 1/2 and perhaps more")
    if reals is Reals.DYADIC and any(one.denominator.bit_count() != 1 for one in ones):
        raise Rejected("a choice that is not dyadic")
    most = len(ones) - 1
    policy = LocalPolicy(
        question,
        rules_from_json(document, raw["select"], ("select",), question, 0),
        rules_from_json(document, raw["write"], ("write",), question, FAIR, most),
        ones,
    )
    size = check_policy(policy, target)
    evidence = Certificate("rules of a local sampler", "the specification", size)
    return kernel_result(f"{about}: a sampler", Verdict.PROVED, evidence)


def _named(target: Law[State]) -> str:
    """A law in one line: its weights, or for many strings their number and a digest."""
    weights = ", ".join(f"{show_state(z)}: {weight}" for z, weight in sorted(target.items()))
    if len(target) <= SHOWN:
        return f"law {weights}"
    return f"law on {len(target)} strings, {blake2b(weights.encode(), digest_size=8).hexdigest()}"


def _check_refutation(document: Document, formula: LocalTarget, about: str) -> Checked:
    raw = fields_of(document, ("question", "target", "reals", "clauses", "digest", "core", "proof"))
    if (raw["clauses"], raw["digest"]) != (len(formula.clauses), digest_of(formula.clauses)):
        raise Rejected("the clauses are not those that the encoder makes of the question now")
    core: list[Clause] = []
    for k, entry in enumerate(document.array(raw["core"], ("core",))):
        number = document.integer(entry, ("core", k), 1)
        if number > len(formula.clauses):
            raise Rejected(f"a clause beyond the {len(formula.clauses)} that there are")
        core.append(formula.clauses[number - 1])
    proof = document.string(raw["proof"], ("proof",))
    evidence = Certificate(
        f"refutation of {len(formula.clauses)} clauses",
        "the kernel, by the hints of the proof",
        check_lrat(core, read_lrat(proof, "proof")),
    )
    return kernel_result(f"{about}: no sampler", Verdict.PROVED, evidence)
