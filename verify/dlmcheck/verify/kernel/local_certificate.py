"""Certificates on local samplers of even parity: a policy, or a refutation, case by case.

    {"kind": "locality", "question": "set-per-round n=7 k=2 D=3", ...}

and either "select" and "write", the rules of a policy, which the specification then runs
(`local_policy`), or "clauses", "digest" and "cases". The clauses are built here from the question
(`local_parity`); number and digest only tell a reader that the encoder has changed since. Before
anything is added to them for symmetry, they are compared with their images under renamings of the
cells and flips of two bits. Each case fixes how many cells of the first string are visible after
rounds 1, 2, ..., and together they leave nothing out; a case names the clauses that it needs and
has a proof with hints (`refutation`) that starts from them.

That a question whose formula has no model is answered with no is argued in the note T4.5-LOCAL.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from dlmcheck.spec.jsontext import Document, Json, Path
from dlmcheck.verify.kernel.documents import certificate_text, fields_of, text_field
from dlmcheck.verify.kernel.evidence import Certificate
from dlmcheck.verify.kernel.local_parity import (
    Clause,
    LocalParity,
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
from dlmcheck.verify.kernel.verdicts import Verdict

KIND = "locality"


@dataclass(frozen=True)
class Case:
    """The case that so many cells of the first string are visible after rounds 1, 2, ....

    `core` are numbers of clauses: from 1, those of the question first, then those of the case.
    The clauses named have the numbers 1, 2, ... in `proof`, in the order of `core`.
    """

    sizes: tuple[int, ...]
    core: tuple[int, ...]
    proof: str


def clauses_of(parity: LocalParity) -> list[Clause]:
    """What is refuted, without the case: the formula, and what its symmetry allows to add."""
    return [*parity.clauses, *parity.normal()]


def digest_of(clauses: Iterable[Clause]) -> str:
    """A digest of some clauses in their order."""
    digest = blake2b(digest_size=16)
    for clause in clauses:
        digest.update(f"{' '.join(map(str, clause))}\n".encode())
    return digest.hexdigest()


def check_cases(question: Question, cases: Sequence[Case]) -> int:
    """Check that a question is answered with no; the number of lemmas gone through.

    Raises `Rejected` if the formula lacks the symmetry that is used, the cases leave something
    out, or one of them is not refuted; `MalformedSyntax` for text that is no proof.
    """
    return _check(LocalParity(question), cases)


def _check(parity: LocalParity, cases: Sequence[Case]) -> int:
    if not all(parity.is_invariant(renaming) for renaming in parity.generators()):
        raise Rejected("the formula is changed by renaming its cells or flipping its bits")
    missing = left_out(parity.question, [case.sizes for case in cases])
    if missing is not None:
        raise Rejected(f"no case for visible cells {missing} of the first string")
    return sum(check_case(parity, case) for case in cases)


def check_case(parity: LocalParity, case: Case) -> int:
    """Check the refutation of one case; the number of lemmas gone through.

    Raises `Rejected` or `MalformedSyntax` if it is none.
    """
    formula, added = parity.clauses, [*parity.normal(), *parity.prefix(case.sizes)]
    last = len(formula) + len(added)
    if not all(1 <= number <= last for number in case.core):
        raise Rejected(f"case {case.sizes}: a clause beyond the {last} that there are")
    core = [
        formula[number - 1] if number <= len(formula) else added[number - 1 - len(formula)]
        for number in case.core
    ]
    return check_lrat(core, read_lrat(case.proof, f"case {case.sizes}"))


def left_out(question: Question, prefixes: Sequence[tuple[int, ...]]) -> tuple[int, ...] | None:
    """Sizes that begin with none of the prefixes; None if there are none.

    Sizes are the numbers of visible cells after rounds 1, ..., D - 1, which never decrease.
    """
    given = set(prefixes)

    def search(sizes: tuple[int, ...]) -> tuple[int, ...] | None:
        if sizes in given:
            return None
        if len(sizes) == question.rounds - 1:
            return sizes
        for size in range(sizes[-1] if sizes else 0, question.n + 1):
            found = search((*sizes, size))
            if found is not None:
                return found
        return None

    return search(())


# --- files -------------------------------------------------------------------------------------


def policy_certificate(policy: LocalPolicy) -> str:
    """A sampler as a certificate. Raises `Rejected` if it is none."""
    check_policy(policy)
    return certificate_text(
        KIND,
        question=str(policy.question),
        select=rules_to_json(policy.select),
        write=rules_to_json(policy.write),
    )


def refutation_certificate(question: Question, cases: Sequence[Case]) -> str:
    """A refutation as a certificate, not checked here."""
    clauses = clauses_of(LocalParity(question))
    return certificate_text(
        KIND,
        question=str(question),
        clauses=len(clauses),
        digest=digest_of(clauses),
        cases=[
            {"sizes": list(case.sizes), "core": list(case.core), "proof": case.proof}
            for case in cases
        ],
    )


def check_document(document: Document) -> Checked:
    """Check a certificate of this kind. Raises `BadInput` or `Rejected`."""
    value = document.value
    refuted = isinstance(value, dict) and "cases" in value
    names = ("clauses", "digest", "cases") if refuted else ("select", "write")
    raw = fields_of(document, ("question", *names))
    question = read_question(text_field(document, "question"))
    check_size(question)
    if not refuted:
        size = check_policy(policy_of(document))
        evidence = Certificate("rules of a local sampler", "the specification", size)
        return kernel_result(f"{question}: a sampler", Verdict.PROVED, evidence)
    cases = _cases(document, raw["cases"])
    parity = LocalParity(question)
    clauses = clauses_of(parity)
    if (raw["clauses"], raw["digest"]) != (len(clauses), digest_of(clauses)):
        raise Rejected("the clauses are not those that the encoder makes of the question now")
    evidence = Certificate(
        f"refutation of {len(clauses)} clauses in {len(cases)} cases",
        "the kernel, by the hints of the proofs",
        _check(parity, cases),
    )
    return kernel_result(f"{question}: no sampler", Verdict.PROVED, evidence)


def policy_of(document: Document) -> LocalPolicy:
    """The policy in a certificate that has one, not run. Raises `BadInput`."""
    raw = fields_of(document, ("question", "select", "write"))
    question = read_question(text_field(document, "question"))
    return LocalPolicy(
        question,
        rules_from_json(document, raw["select"], ("select",), question, 0),
        rules_from_json(document, raw["write"], ("write",), question, FAIR),
    )


def _cases(document: Document, value: Json) -> list[Case]:
    cases: list[Case] = []
    for k, entry in enumerate(document.array(value, ("cases",))):
        here: Path = ("cases", k)
        fields = document.fields(entry, here, ("sizes", "core", "proof"))
        cases.append(
            Case(
                _numbers(document, fields["sizes"], (*here, "sizes")),
                _numbers(document, fields["core"], (*here, "core")),
                document.string(fields["proof"], (*here, "proof")),
            )
        )
    return cases


def _numbers(document: Document, value: Json, path: Path) -> tuple[int, ...]:
    numbers = document.array(value, path)
    return tuple(document.integer(number, (*path, k)) for k, number in enumerate(numbers))
