"""What `dlmcheck law` says of its answers: lines for a reader, and JSON."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dlmcheck.spec.errors import IllegalCode, IllegalSampler
from dlmcheck.verify.cli.long_numbers import chance, decimal
from dlmcheck.verify.engines.law_engines import (
    Answered,
    CircuitLaw,
    CountedLaw,
    LawProblem,
    Unknown,
    Why,
)
from dlmcheck.verify.exits import ExitCode

if TYPE_CHECKING:
    from dlmcheck.verify.cli.law_command import LawOptions

LINEAR = "linear"
SHOWN = 16
"""So many outcomes are printed; the JSON has all of them."""


def is_affine(answers: Sequence[Answered]) -> bool:
    """Whether the one answer is that the law is uniform on a set too large to be listed."""
    if len(answers) != 1 or answers[0].engine != LINEAR:
        return False
    answer = answers[0].answer
    return isinstance(answer, Unknown) and answer.why is Why.OUTCOMES


def print_illegal(error: IllegalSampler | IllegalCode) -> None:
    """That a run breaks a rule, in the same words whatever engine has met it, and what it met.

    Engines go through states in orders of their own, and some through no states at all.
    """
    print("illegal      the run breaks a rule of the model")
    one = isinstance(error, IllegalCode) or error.state
    print(f"{'example' if one else '':13}{error}")
    if one:
        print("             (the first that was met: another engine may meet another one)")


def print_law(
    problem: LawProblem, answers: Sequence[Answered], code: ExitCode, *, sure: bool
) -> None:
    """What was asked and found. `sure`: evidence is asked for, and says what a law rests on."""
    if isinstance(problem, CircuitLaw):
        circuit = problem.circuit
        print(
            f"circuit      {len(circuit.random_inputs)} random and {len(circuit.data_inputs)} data "
            f"inputs, {len(circuit.gates)} gates, {problem.outputs} outputs"
        )
    else:
        schedule = problem.schedule
        print(f"schedule     {schedule.length} cells, {schedule.rounds} rounds")
    for one in answers:
        print(f"engine       {one.engine or 'none'}: {one.why}")
        if isinstance(one.answer, Unknown):
            known = "not listed" if is_affine(answers) else f"UNKNOWN ({one.answer.why.value})"
            print(f"             {known}: {one.answer.message}")
    laws = [one for one in answers if isinstance(one.answer, CountedLaw)]
    if code is ExitCode.FAILURE:
        print("law          the engines DISAGREE")
        return
    if not laws:
        return
    found = laws[0].answer
    assert isinstance(found, CountedLaw)
    by = " and ".join(dict.fromkeys(one.engine for one in laws))  # one twice is one
    rests = f"found by {by}" if sure and code is ExitCode.OK else f"trusted: {by}"
    print(f"law          {len(found.counts)} outcomes over 2^{found.exponent}, {rests}")
    ordered = sorted(found.counts, key=lambda word: (-found.counts[word], word))
    for word in ordered[:SHOWN]:
        print(f"  {found.text(word) or '(empty)'}  {chance(found.counts[word], found.exponent)}")
    if len(ordered) > SHOWN:
        print(f"  and {len(ordered) - SHOWN} more outcomes")
    sys.stdout.flush()


def law_document(
    options: LawOptions, problem: LawProblem, answers: Sequence[Answered], code: ExitCode
) -> dict[str, Any]:
    """Everything that was found, as JSON: format `dlmcheck-law`, version 1."""
    names = (
        problem.circuit.output_names
        if isinstance(problem, CircuitLaw)
        else problem.schedule.output_names
    )
    return {
        "format": "dlmcheck-law",
        "version": 1,
        "circuit": options.circuit,
        "data": "".join(str(int(bit)) for bit in problem.data),
        "outputs": list(names),
        "exit_code": int(code),
        "answers": [_answer_json(one) for one in answers],
    }


def _answer_json(one: Answered) -> dict[str, Any]:
    found = one.answer
    said: dict[str, Any] = {"engine": one.engine, "why": one.why}
    if isinstance(found, Unknown):
        return {**said, "unknown": found.why.value, "message": found.message}
    counts = {found.text(word): decimal(count) for word, count in found.counts.items()}
    return {**said, "exponent": found.exponent, "counts": counts}
