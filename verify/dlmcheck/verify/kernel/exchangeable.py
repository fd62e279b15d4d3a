"""Both bounds for exchangeable targets of bits: a table over the numbers of zeros and ones shown.

Setting as in `dlmcheck.spec.rounds`. A target is exchangeable if a string's probability depends
only on its number of ones. Then all states with equally many zeros and ones have, up to names of
cells, one law of the masked cells, and all sets of s masked cells have one law: what counts is how
many. So n + 2 over 2 states are all there are. The target is *given* by its weights, so that
nothing has to be assumed about symmetry: permuting cells keeps numbers of ones.

A certificate of the kind `exchangeable-rounds` gives the target and, for a zeros and b ones shown,
the least number of rounds for the rest (n + 1: in no number of rounds; null: impossible):

    {"weights": ["0", "1/3", "0", "0"], "reals": "unrestricted", "rounds": 3, "adaptive": true,
     "table": [[3, 1, null, null], [2, 1, null], [1, 0], [null]]}

`weights[k]` is the probability of each string with k ones; `table[a][b]` is for a zeros and b
ones. For a fixed schedule the table is a list: `table[t]` with t cells visible. The table is
checked entry by entry against its recurrence, so it is a lower and an upper bound at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import comb, gcd, lcm

from dlmcheck.spec.errors import UnnormalisedLaw
from dlmcheck.spec.jsontext import Document, Json, Path
from dlmcheck.spec.lattice import Reals
from dlmcheck.spec.law import Law
from dlmcheck.spec.tokens import State
from dlmcheck.verify.kernel.documents import certificate_text, fields_of
from dlmcheck.verify.kernel.evidence import Certificate
from dlmcheck.verify.kernel.results import Checked, Rejected, kernel_result
from dlmcheck.verify.kernel.target_tables import rational_field, reals_field
from dlmcheck.verify.kernel.verdicts import Verdict

KIND = "exchangeable-rounds"
CHECKER = "kernel.exchangeable"

AdaptiveTable = Sequence[Sequence[int | None]]
FixedTable = Sequence[int]


class Counts:
    """The probabilities of states by their numbers of zeros and ones, as integers."""

    def __init__(self, weights: Sequence[Fraction]) -> None:
        self.n = n = len(weights) - 1
        total = sum((weight * comb(n, k) for k, weight in enumerate(weights)), Fraction(0))
        if total != 1:
            raise UnnormalisedLaw(total, source="weights by the number of ones")
        common = lcm(*(weight.denominator for weight in weights))
        self._mass = [[0] * (n + 1 - a) for a in range(n + 1)]
        for masked in range(n + 1):
            for a in range(n + 1 - masked):
                b = n - masked - a
                self._mass[a][b] = (
                    self._mass[a + 1][b] + self._mass[a][b + 1]
                    if masked
                    else int(weights[b] * common)
                )

    def mass(self, a: int, b: int) -> int:
        """The probability that a + b given cells show a zeros and then b ones, scaled."""
        return self._mass[a][b]

    def writable(self, a: int, b: int, reals: Reals) -> int:
        """The largest number of masked cells that may be written together in a possible state.

        Every smaller number may be written, too, since subsets of independent cells are
        independent; no larger one, for the same reason.
        """
        total, one = self.mass(a, b), self.mass(a, b + 1) if a + b < self.n else 0
        if reals is Reals.DYADIC and (total // gcd(total, one)).bit_count() != 1:
            return 0
        size = 0
        while a + b + size < self.n:
            # size cells are independent; is one more independent of them, whatever they show?
            for ones in range(size + 1):
                here = self.mass(a + size - ones, b + ones)
                if here and self.mass(a + size - ones, b + ones + 1) * total != here * one:
                    return size
            size += 1
        return size

    def possible(self, visible: int) -> list[tuple[int, int]]:
        """The possible (zeros, ones) with this many visible cells."""
        pairs = [(visible - b, b) for b in range(visible + 1)]
        return [(a, b) for a, b in pairs if self.mass(a, b)]


def exchangeable_weights(target: Law[State]) -> tuple[Fraction, ...] | None:
    """The weights by the number of ones if a target of bits is exchangeable, else None."""
    n = len(next(iter(target)))
    found: dict[int, Fraction] = {}
    number: dict[int, int] = {}
    for string, weight in target.items():
        if not set(string) <= {0, 1}:
            return None
        if found.setdefault(sum(string), weight) != weight:
            return None
        number[sum(string)] = number.get(sum(string), 0) + 1
    if any(count != comb(n, ones) for ones, count in number.items()):
        return None
    return tuple(found.get(ones, Fraction(0)) for ones in range(n + 1))


def adaptive_entry(counts: Counts, table: AdaptiveTable, a: int, b: int, reals: Reals) -> int:
    """The least number of rounds from a possible state, by the entries with more cells shown."""
    masked = counts.n - a - b
    if not masked:
        return 0
    ways = [counts.n]
    for size in range(1, counts.writable(a, b, reals) + 1):
        after = [table[a + size - ones][b + ones] for ones in range(size + 1)]
        ways.append(max(left for left in after if left is not None))
    return 1 + min(ways)


def fixed_entry(counts: Counts, table: FixedTable, visible: int, reals: Reals) -> int:
    """The same for fixed schedules, by the number of visible cells."""
    if visible == counts.n:
        return 0
    most = min(counts.writable(a, b, reals) for a, b in counts.possible(visible))
    return 1 + min([counts.n, *(table[visible + size] for size in range(1, most + 1))])


def exact_statement(rounds: int, *, adaptive: bool, reals: Reals, length: int) -> str:
    """What is proved, in words."""
    sets = "sets chosen by the state" if adaptive else "one fixed set for each round"
    what = f"exactly {rounds} rounds" if rounds <= length else "in no number of rounds"
    return (
        f"{what}: exchangeable target, write-once, L = n, deterministic F, {sets}, "
        f"{reals.value} predictors"
    )


def check_adaptive_table(
    weights: Sequence[Fraction], table: AdaptiveTable, rounds: int, reals: Reals
) -> Checked:
    """PROVED if every entry satisfies its recurrence and the start takes `rounds` rounds.

    Raises `Rejected` otherwise.
    """
    counts = Counts(weights)
    n = counts.n
    if [len(row) for row in table] != [n + 1 - a for a in range(n + 1)]:
        raise Rejected("the table does not have one entry for each number of zeros and ones")
    for a in range(n + 1):
        for b in range(n + 1 - a):
            found = table[a][b]
            if (found is None) != (counts.mass(a, b) == 0):
                raise Rejected(f"entry ({a}, {b}) is wrong about whether the state is possible")
    for visible in range(n, -1, -1):
        for a, b in counts.possible(visible):
            due = adaptive_entry(counts, table, a, b, reals)
            if table[a][b] != due:
                raise Rejected(f"entry ({a}, {b}) is {table[a][b]}, its recurrence says {due}")
    if table[0][0] != rounds:
        raise Rejected(f"the start takes {table[0][0]} rounds, not {rounds}")
    size = (n + 1) * (n + 2) // 2
    name = exact_statement(rounds, adaptive=True, reals=reals, length=n)
    return kernel_result(name, Verdict.PROVED, Certificate(KIND, CHECKER, size))


def check_fixed_table(
    weights: Sequence[Fraction], table: FixedTable, rounds: int, reals: Reals
) -> Checked:
    """The same for fixed schedules. Raises `Rejected`."""
    counts = Counts(weights)
    if len(table) != counts.n + 1:
        raise Rejected("the table does not have one entry for each number of visible cells")
    for visible in range(counts.n, -1, -1):
        due = fixed_entry(counts, table, visible, reals)
        if table[visible] != due:
            raise Rejected(f"entry {visible} is {table[visible]}, its recurrence says {due}")
    if table[0] != rounds:
        raise Rejected(f"the start takes {table[0]} rounds, not {rounds}")
    name = exact_statement(rounds, adaptive=False, reals=reals, length=counts.n)
    return kernel_result(name, Verdict.PROVED, Certificate(KIND, CHECKER, len(table)))


# --- as files ----------------------------------------------------------------------------------


def table_text(
    weights: Sequence[Fraction],
    table: AdaptiveTable | FixedTable,
    rounds: int,
    reals: Reals,
    *,
    adaptive: bool,
) -> str:
    """A table as a certificate."""
    return certificate_text(
        KIND,
        weights=[str(weight) for weight in weights],
        reals=reals.value,
        rounds=rounds,
        adaptive=adaptive,
        table=[list(row) if isinstance(row, Sequence) else row for row in table],
    )


def check_document(
    document: Document,
    about: Sequence[Fraction] | None = None,
    *,
    rounds: int | None = None,
    reals: Reals = Reals.UNRESTRICTED,
    adaptive: bool = True,
) -> Checked:
    """Check a table from a file.

    With `about`, the weights of a target, the file must be about that target, this number of
    rounds (None: never), these reals and this kind of schedule. Raises `Rejected` if it is not.
    """
    fields = fields_of(document, ("weights", "reals", "rounds", "adaptive", "table"))
    weights = [
        rational_field(document, weight, ("weights", k))
        for k, weight in enumerate(document.array(fields["weights"], ("weights",)))
    ]
    if len(weights) < 2:
        raise document.malformed(fields["weights"], ("weights",), "at least two weights")
    found = (
        document.integer(fields["rounds"], ("rounds",), 1),
        reals_field(document, fields["reals"], ("reals",)),
        document.boolean(fields["adaptive"], ("adaptive",)),
    )
    if about is not None:
        never = len(about)
        if weights != list(about):
            raise Rejected("the certificate is about another target")
        if found != (never if rounds is None else rounds, reals, adaptive):
            raise Rejected("the certificate is about another number of rounds or another setting")
    table = document.array(fields["table"], ("table",))
    if found[2]:
        rows = [
            [_entry(document, entry, ("table", a, b)) for b, entry in enumerate(row)]
            for a, raw in enumerate(table)
            for row in (document.array(raw, ("table", a)),)
        ]
        return check_adaptive_table(weights, rows, found[0], found[1])
    entries = [document.integer(entry, ("table", k)) for k, entry in enumerate(table)]
    return check_fixed_table(weights, entries, found[0], found[1])


def _entry(document: Document, value: Json, path: Path) -> int | None:
    return None if value is None else document.integer(value, path)
