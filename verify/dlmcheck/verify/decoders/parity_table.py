"""Table (b): even parity by each rule in use, with the best predictor of bounded locality.

`python -m dlmcheck.verify.decoders.parity_table` prints it in Markdown; with `--write NOTE` it
is put between the marks of a note. Which theorem of the note LOCAL-DECODERS speaks of a rule is
decided by what the rule's code does, in the order of the table below; numbers of rounds come from
runs. It is not to be mixed with the tables of the note DECODERS, where the predictor is perfect
and reads everything.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from dlmcheck.model.decoders.named import RULES
from dlmcheck.model.targets.strings import even_parity
from dlmcheck.spec.decoder import decoder_laws
from dlmcheck.verify.decoders.headline import print_or_write
from dlmcheck.verify.decoders.limited_rules import (
    LONG,
    hides_many,
    hides_many_of_many,
    largest_batch,
    shares_no_prime,
)
from dlmcheck.verify.decoders.position_rules import (
    changes_what_is_visible,
    draws_nothing,
    every_batch_alike,
    last_batch,
    leaves_some_cell,
    looks_at_rows,
    passes_over_the_surest,
    rule_cases,
    two_rounds_anew,
)
from dlmcheck.verify.decoders.weaker_rules import (
    changes_many_cells,
    hides_what_is_unfair,
    leaves_out_a_batch,
)
from dlmcheck.verify.decoders.writing_times import no_common_prime

SIZES = ((2, 2), (2, 3), (3, 2), (3, 3))
SMALL = ((2, 2), (2, 3))
"""Coins of every cell's own: there are too many outcomes for more."""
STEPS = tuple((2, steps) for steps in range(2, 9))
CELLS = (3, 4, 5)
ENDS_EARLY = (
    "never as published, for any k (tried: 2 to 8 steps); "
    "in four rounds, k = 29, if the schedule is linear to time 0 and n is not 3"
)
HIDES = (
    "never as published, for any k, from some n on (tried: 2 to 8 steps); "
    "if the schedule is linear to time 0: open"
)
MANY = tuple((cells, steps) for cells in LONG for _, steps in STEPS)
HEADS = (
    "decoder",
    "what its code does, whatever the rows",
    "even parity with the best predictor of locality k",
    "from",
    *(f"least rounds, n = {n}, k = n - 1" for n in CELLS),
)


def verdict(name: str) -> tuple[str, str, str]:
    """What a rule does, what follows for even parity, and where that stands."""
    small = rule_cases(name, SMALL)
    if all(draws_nothing(case) for case in small):
        return "draws nothing: one string", "never", "one string is not D_n"
    if all(leaves_some_cell(case) is None for case in small):
        if all(no_common_prime(case) is None for case in rule_cases(name, STEPS)):
            return (
                "writes by coins of one rate, and ends early",
                ENDS_EARLY,
                "DEC-PARITY-PUBLISHED, DEC-PARITY-CHAIN",
            )
        return (
            "may write everything at once, for good",
            "every row is certain; only the times are random",
            "DEC-PARITY-COINS",
        )
    if all(_two_rounds_anew(name, n) for n in CELLS):
        return "writes every cell anew", "two rounds, k = 2", "DEC-PARITY-REVISION"
    listed = rule_cases(name, SIZES)
    once = all(changes_what_is_visible(case) is None for case in rule_cases(name, ((4, 2),)))
    if once and all(passes_over_the_surest(case) is None for case in listed):
        return (
            "the surest cell first",
            "never for k < n - 1; for k = n - 1 if the last batch is one cell",
            "DEC-PARITY-SUREST",
        )
    if once and all(hides_what_is_unfair(case) is None for case in listed):
        return (
            "a cell that is not fair is seen",
            "never for k < n - 1; for k = n - 1 only if the last batch is one cell",
            "theorem 2 of this note",
        )
    if once and all(every_batch_alike(case) and looks_at_rows(case) is None for case in small):
        return (
            "every batch of m cells alike",
            "never if m (m - 1) > n k",
            "theorem 3 of this note",
        )
    if once and all(leaves_out_a_batch(case) is None for case in listed):
        return (
            "any batch of m cells may be next",
            "never if m (m - 1) > n k, m the first batch",
            "theorem 3 of this note",
        )
    if all(changes_many_cells(case) is None for case in listed):
        return (
            "everything at once, then one cell a round",
            "never in fewer than 1 + n/(k + 1) rounds",
            "theorem 7 of this note",
        )
    if (
        all(hides_many(case) is None for case in rule_cases(name, (*SMALL, (3, 2))))
        and all(hides_many_of_many(case) is None for case in rule_cases(name, MANY))
        and all(shares_no_prime(case) is None for case in rule_cases(name, STEPS))
    ):
        return (
            "writes by coins of one rate, ends early, and hides a cell a round",
            HIDES,
            "theorem 9 of this note",
        )
    limit = largest_batch(name)
    if limit is not None:
        return (
            f"at most {limit} cells a round",
            f"never in fewer than n/{limit} rounds",
            "theorem 8 of this note",
        )
    return "none of these", "open", "-"


def _two_rounds_anew(name: str, cells: int) -> bool:
    """Whether two rounds with the predictor of Theorem 4.1 are exact."""
    rule = RULES[name]
    if not rule.fixed_rounds or rule.extra:
        return False
    return decoder_laws(two_rounds_anew(name, cells), 2)[-1].map(
        lambda one: one.state
    ) == even_parity(cells)


def least_rounds(name: str, cells: int) -> str:
    """The least rounds of a run whose last batch is one cell, for a surest-first rule."""
    found: list[int] = []
    for rounds in range(1, 2 * cells):
        for case in rule_cases(name, ((cells, rounds),)):
            if last_batch(case) == 1:
                found.append(max(number for number, _ in case.reached))
    return str(min(found)) if found else f"none asked for up to {2 * cells - 1}"


def row(name: str) -> str:
    """A line of the table."""
    does, follows, source = verdict(name)
    if source == "DEC-PARITY-SUREST":
        rounds = [least_rounds(name, cells) for cells in CELLS]
    elif source == "DEC-PARITY-REVISION":
        rounds = ["2"] * len(CELLS)
    else:
        never = follows == "never" or source.startswith("DEC-PARITY-PUBLISHED")
        rounds = ["never" if never else "-"] * len(CELLS)
    return f"| {' | '.join((name, does, follows, source, *rounds))} |"


def table(names: Sequence[str] = tuple(RULES)) -> str:
    """The table in Markdown."""
    head = f"| {' | '.join(HEADS)} |\n|{'---|' * len(HEADS)}"
    return "\n".join([head, *(row(name) for name in names)]) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Print the table, or write it into a note."""
    return print_or_write(table(), arguments)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
