"""The reduction behind Theorem 4.5 for every sampler: what it recognises, and how deep it is.

Source: Jiang, Haghtalab, Chen (ICLR 2026), Theorem 4.5; the argument is in the note T4.5. The
recogniser of `model.reductions.parity_recogniser` accepts a string iff the sampler samples it; its
wires run here on bits (the steps of the locality proof) and on depths (the queries). Joined with
the proof that a sampler samples D_n exactly, it computes parity; and by the locality proof some
check of that sampler reads all n cells.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from dlmcheck.model.reductions.folding import Folder, Wire, negated
from dlmcheck.model.reductions.parity_recogniser import drawn_by_some
from dlmcheck.model.reductions.trace import cell_round, check, possible, shown_bits
from dlmcheck.model.reductions.unrolled import coded
from dlmcheck.spec.circuit import Input, InputKind
from dlmcheck.verify.engines.smt import Query
from dlmcheck.verify.kernel.induction import Proof, Rule, Step
from dlmcheck.verify.proofs.depths import deepest, output_depths
from dlmcheck.verify.proofs.implication import Implication
from dlmcheck.verify.proofs.locality import LocalitySteps, Planted, locality_proof, locality_queries
from dlmcheck.verify.proofs.optimality import every_encoding, largest
from dlmcheck.verify.proofs.terms import Argument, Term, linear, number

# --- what is recognised --------------------------------------------------------------------


def some_setting_draws() -> Step:
    """A token is possible iff some setting of the coins draws it, in every encoding.

    One setting, and one that stands for all others.
    """
    s = Implication("a token is possible iff it is drawn by some setting", *_SETTINGS)
    found: list[Wire] = []
    for encoding in every_encoding():
        drawn = [
            tuple(coded(s[one], encoding.zero[half], encoding.one[half]) for half in (0, 1))
            for one in _SETTINGS
        ]
        some_one = s.either(*(s[one] for one in _SETTINGS))
        some_zero = s.either(*(negated(s[one]) for one in _SETTINGS))
        for token, wanted in ((1, some_one), (0, some_zero)):
            code = encoding.code_of(token)
            found.append(s.same(drawn_by_some(s.folder, drawn, code), wanted))
    return s.concludes(s.both(*found))


_SETTINGS = ("a setting draws 1", "another setting draws 1")


def recognised(planted: Planted | None = None) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """Base and steps: a string passes all checks and ends visible iff it is sampled."""
    s = LocalitySteps(planted)
    return (s.start("the run and the trace start alike"),), (
        s.token_stays(),
        s.trace_follows_run(),
        s.drawn_is_possible(),
        s.run_follows_trace(),
        some_setting_draws(),
    )


# --- how deep it is ------------------------------------------------------------------------

BEFORE, P, F = Term("before"), Term("predictor"), Term("unmask")
MASK_WIRE, FLAG, DRAWN, STATE = map(Term, ("mask", "flag", "drawn", "state"))
TOTAL, LATER, AFTER = Term("product"), Term("next_product"), Term("after")


def depth_of_round(unmask: Term) -> Term:
    """What a round adds: the encoding of the state, F, and the new mask status."""
    return unmask + 3


def depth_of_end(predictor: Term, unmask: Term) -> Term:
    """What the checks of a round and the gate that joins them add to the masks before it."""
    return largest(unmask + 1, predictor + 4) + 4


def _depths(
    names: Sequence[str], depths: Sequence[Term], make: Callable[..., Sequence[Wire]]
) -> Term:
    """The deepest of some wires that are made on wires of given depths."""
    folder = Folder([Input(name, InputKind.DATA) for name in names])
    outputs = make(folder, *range(len(names)))
    circuit = folder.finish(outputs, [f"o{k}" for k in range(len(outputs))])
    return deepest(output_depths(circuit, depths))


def _state(folder: Folder, masked: Wire, token: Wire) -> list[Wire]:
    found: list[Wire] = []
    for encoding in every_encoding():
        found += shown_bits(folder, encoding, masked, token)
    return found


def _mask_after(folder: Folder, masked: Wire, flag: Wire) -> list[Wire]:
    return [cell_round(folder, masked, flag).masked]


def _joined(folder: Folder, *wires: Wire) -> list[Wire]:
    """The joining gate on a check, whose predictor has two settings of coins, and a last mask."""
    masked, flag, token, *drawn = wires
    found: list[Wire] = []
    for encoding in every_encoding():
        pairs = [drawn[:2], drawn[2:]]
        one, zero = (drawn_by_some(folder, pairs, encoding.code_of(t)) for t in (1, 0))
        after = cell_round(folder, masked, flag)
        one_check = check(folder, after.written, possible(folder, token, one, zero))
        found.append(folder.all_of([one_check, negated(after.masked)]))
    return found


_NO_DEPTH_NEGATIVE = "no depth is negative"


def _not_negative(*terms: Term) -> str:
    return f"(and {' '.join(number(0).at_most(term) for term in terms)})"


def depth_queries() -> tuple[Query, ...]:
    """The bound of `Recogniser.depth_bound`: D - 1 rounds, and the checks of the last one."""
    state = _depths(("masked", "token"), (MASK_WIRE, number(0)), _state)
    after = _depths(("masked", "flag"), (MASK_WIRE, FLAG), _mask_after)
    names = ("masked", "flag", "token", *(f"drawn {k}" for k in range(4)))
    joined = _depths(names, (MASK_WIRE, FLAG, number(0), *[DRAWN] * 4), _joined)
    masks = {"the masks before": MASK_WIRE.at_most(BEFORE)}
    flags = {"F on the state": FLAG.at_most(BEFORE + 2 + F)}
    return (
        linear(
            "the encoding of the state adds two",
            {**masks, _NO_DEPTH_NEGATIVE: _not_negative(BEFORE)},
            state.at_most(BEFORE + 2),
        ),
        linear(
            "a circuit on wires adds at most its depth, gate by gate",
            {
                "the claim for the deepest argument": AFTER.at_most(BEFORE + TOTAL),
                "the reader is a level above": TOTAL.below(LATER),
            },
            (AFTER + 1).at_most(BEFORE + LATER),
        ),
        linear(
            "a round adds F and three",
            {**masks, **flags, _NO_DEPTH_NEGATIVE: _not_negative(BEFORE, F)},
            after.at_most(BEFORE + depth_of_round(F)),
        ),
        linear(
            "the masks before the last round",
            {
                "the claim before a round": BEFORE.at_most(TOTAL),
                "the round adds no more": AFTER.at_most(BEFORE + depth_of_round(F)),
                "one more times that": LATER.equals(TOTAL + depth_of_round(F)),
            },
            AFTER.at_most(LATER),
        ),
        linear(
            "the checks of a round and the gate that joins them",
            {
                **masks,
                **flags,
                "the predictor on the state": DRAWN.at_most(BEFORE + 2 + P),
                _NO_DEPTH_NEGATIVE: _not_negative(BEFORE, P),
            },
            joined.at_most(BEFORE + depth_of_end(P, F)),
        ),
    )


# --- joined with a sampler -----------------------------------------------------------------


def _prefixed(word: str, steps: Sequence[Step]) -> tuple[Step, ...]:
    return tuple(replace(step, name=f"{word}, {step.name}") for step in steps)


def _joint(
    statement: str,
    sampler: Argument,
    word: str,
    parts: tuple[Sequence[Step], Sequence[Step], Sequence[Query], Sequence[Rule]],
    says: Sequence[str],
) -> Argument:
    base, steps, queries, rules = parts
    asked = [replace(query, name=f"sampler, {query.name}") for query in sampler.queries]
    asked += [replace(query, name=f"{word}, {query.name}") for query in queries]
    found = sampler.proof
    proof = Proof(
        statement,
        (*_prefixed("sampler", found.base), *_prefixed(word, base)),
        (*_prefixed("sampler", found.steps), *_prefixed(word, steps)),
        tuple(dict.fromkeys((*found.rules, *rules))),
        tuple(query.name for query in asked),
        (*found.skeleton, *says),
    )
    return Argument(proof, tuple(asked))


def recognises_parity(statement: str, sampler: Argument) -> Argument:
    """The recogniser built from a sampler of D_n computes parity, at a depth linear in D.

    `sampler` is the proof that it samples D_n exactly; write-once, L = n, F deterministic.
    """
    base, steps = recognised()
    rules = (Rule.ROUNDS, Rule.LISTS, Rule.DRAWS)
    says = (
        "The trace of a string is that of the run that draws it: F is a function of the state.",
        "So a string passes all checks and ends visible iff it is sampled: iff it is even.",
        "A round adds F and three gates, the checks and the gate that joins them a constant.",
    )
    return _joint(statement, sampler, "recogniser", (base, steps, depth_queries(), rules), says)


def some_check_reads_all(statement: str, sampler: Argument) -> Argument:
    """In a sampler of D_n some check reads n cells, none more than (k+1)^(D-1).

    `sampler` is the proof that it samples D_n exactly; write-once, L = n, F deterministic.
    """
    bound = locality_proof()
    parts = (bound.base, bound.steps, locality_queries(), bound.rules)
    says = (
        "The violated check of an odd string looks at every bit of it.",
        "A check of D rounds looks at no more than (k+1)^(D-1) bits: so that n is no larger.",
    )
    return _joint(statement, sampler, "bound", parts, says)
