"""Do a schedule and a circuit have different output laws, for given data?

A coupling that fails says that two functions of the coins differ, not that their laws do. Here
the laws themselves are compared, as far as that can be done exactly:

1. an illegal run of positive probability settles it;
2. outputs that share no coin on either side are independent on both sides, so the laws are
   compared group by group, by enumeration, as long as a group has few coins; if all groups can
   be enumerated this decides equality;
3. single outputs and pairs of outputs of the other groups, by enumeration;
4. an output that one side shows on some seed and that the other side never shows (Z3).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, unique
from fractions import Fraction
from itertools import combinations

from dlmcheck.spec.circuit import Circuit, InputKind
from dlmcheck.spec.schedule import Schedule
from dlmcheck.verify.engines.coupling import output_order
from dlmcheck.verify.engines.exact_laws import exact_law, largest_gap, work
from dlmcheck.verify.engines.network import FALSE, TRUE, Key, Network, embedded
from dlmcheck.verify.engines.replay import first_broken
from dlmcheck.verify.engines.seeds import find_seed, random_seeds
from dlmcheck.verify.engines.solver import Answer, Z3Solver
from dlmcheck.verify.engines.unroll import Obligation, unroll

WHOLE_COINS = 16
"""Groups of three or more outputs are enumerated up to this many coins on either side."""
PART_COINS = 20
"""Single outputs and pairs with at most this many coins on either side are enumerated."""
PAIRS = 2_000
"""At most this many pairs are looked at."""
WORK = 1 << 36
"""At most this many node values are computed in enumerations."""


@unique
class LawVerdict(Enum):
    """What is known of two laws."""

    DIFFERENT = "different"
    EQUAL = "equal"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class LawDifference:
    """An answer for one data input, with an event that shows it.

    The event is "the outputs named `outputs` are `values`", with its probability on either side;
    with `at_least` the positive one of the two is only bounded from below (the other is 0). For
    an illegal run `broken` is the rule, and `coins` the seed on which it breaks; for a support
    difference `coins` is a seed of the side that shows the event. `engine` is named where its
    answer is trusted.
    """

    verdict: LawVerdict
    method: str
    outputs: tuple[str, ...] = ()
    values: tuple[int, ...] = ()
    by_run: Fraction = Fraction(0)
    by_circuit: Fraction = Fraction(0)
    at_least: bool = False
    broken: Obligation | None = None
    coins: tuple[Key, ...] = ()
    engine: str = ""

    @property
    def reason(self) -> str:
        """One line for the reader."""
        if self.broken is not None:
            where = f"round {self.broken.round_number}, cell {self.broken.cell}"
            return f"the run is illegal: {self.broken.rule.value} in {where}"
        if self.verdict is not LawVerdict.DIFFERENT:
            return f"laws {self.verdict.value} ({self.method})"
        shown = "".join(map(str, self.values))
        run, circuit = (
            f"at least {p}" if self.at_least and p else str(p)
            for p in (self.by_run, self.by_circuit)
        )
        return (
            f"({', '.join(self.outputs)}) = {shown} has probability {run} in the run and "
            f"{circuit} in the circuit"
        )


def law_difference(
    schedule: Schedule,
    circuit: Circuit,
    data: Sequence[bool] = (),
    *,
    coins: Iterable[Key] = (),
    timeout: int = 60_000,
    seed: int = 0,
) -> LawDifference:
    """Compare the output laws of a schedule and a circuit for given data.

    `data` has one value per data cell of the schedule. `coins` are the ones of a seed on which
    the run is suspect (from a failed coupling), which is tried first. `timeout` is in
    milliseconds, for the solver altogether. EQUAL means equal for these data only.

    Raises `BadInput` if names or the number of data do not fit.
    """
    comparison = _Comparison(schedule, circuit, data, timeout, seed)
    return comparison.decide(frozenset(coins))


class _Comparison:
    def __init__(
        self, schedule: Schedule, circuit: Circuit, data: Sequence[bool], timeout: int, seed: int
    ) -> None:
        order = output_order(schedule, circuit)
        self.network = Network()
        self.run = unroll(schedule, self.network, data)
        value = dict(zip(schedule.data_names, data, strict=True))
        inputs = [
            self.network.variable(("circuit", 0, node))
            if one.kind is InputKind.RANDOM
            else (TRUE if value[one.name] else FALSE)
            for node, one in enumerate(circuit.inputs)
        ]
        nodes = self.network.embed(circuit, inputs)
        self.names = circuit.output_names
        self.found = [self.run.outputs[place] for place in order]
        self.wanted = [embedded(nodes, output) for output in circuit.outputs]
        self.solver = Z3Solver(self.network, timeout)
        self.seed = seed
        self.work_left = WORK

    def decide(self, suspect: frozenset[Key]) -> LawDifference:
        broken = [obligation.broken for obligation in self.run.open]
        illegal = find_seed(self.network, broken, self.solver, seed=self.seed)
        if illegal.answer is Answer.SAT:
            return LawDifference(
                LawVerdict.DIFFERENT,
                "illegal run",
                broken=first_broken(self.run, dict.fromkeys(illegal.ones, 1)),
                coins=tuple(sorted(illegal.ones)),
            )
        undecided: list[list[int]] = []
        for group in self._groups():
            equal = self._compare(group, WHOLE_COINS if len(group) > 2 else PART_COINS)
            if equal is None:
                undecided.append(group)
            elif isinstance(equal, LawDifference):
                return equal
        if not undecided:
            if illegal.answer is Answer.UNSAT:
                engine = self._engine()
                return LawDifference(LawVerdict.EQUAL, "enumeration", engine=engine)
            return LawDifference(LawVerdict.UNKNOWN, "legality undecided")
        for part in self._parts(undecided):
            different = self._compare(part, PART_COINS)
            if isinstance(different, LawDifference):
                return different
        every = sorted(index for group in undecided for index in group)
        return self._support_difference(every, suspect) or LawDifference(
            LawVerdict.UNKNOWN, "too many coins to enumerate; no difference found in parts"
        )

    def _engine(self) -> str:
        return self.solver.engine if self.solver.queries else ""

    # --- by enumeration ----------------------------------------------------------------------

    def _groups(self) -> list[list[int]]:
        """The outputs, grouped so that different groups share no coin on either side."""
        root = list(range(len(self.names)))

        def find(index: int) -> int:
            while root[index] != index:
                root[index] = root[root[index]]
                index = root[index]
            return index

        owner: dict[Key, int] = {}
        for index in range(len(self.names)):
            for key in self.network.support([self.found[index], self.wanted[index]]):
                root[find(owner.setdefault(key, index))] = find(index)
        groups: dict[int, list[int]] = {}
        for index in range(len(self.names)):
            groups.setdefault(find(index), []).append(index)
        return list(groups.values())

    def _parts(self, groups: Sequence[Sequence[int]]) -> Iterator[list[int]]:
        for group in groups:
            for index in group:
                yield [index]
        pairs = 0
        for group in groups:
            for pair in combinations(group, 2):
                if pairs == PAIRS:
                    return
                pairs += 1
                yield list(pair)

    def _compare(self, outputs: Sequence[int], limit: int) -> LawDifference | bool | None:
        """A difference of the joint laws of some outputs; True if they are equal.

        None if there are too many coins or too much work.
        """
        sides = [[side[index] for index in outputs] for side in (self.found, self.wanted)]
        if any(len(self.network.support(side)) > limit for side in sides):
            return None
        cost = sum(work(self.network, side) for side in sides)
        if cost > self.work_left:
            return None
        self.work_left -= cost
        gap = largest_gap(*(exact_law(self.network, side) for side in sides))
        if gap is None:
            return True
        values, by_run, by_circuit = gap
        return LawDifference(
            LawVerdict.DIFFERENT,
            "enumeration",
            outputs=tuple(self.names[index] for index in outputs),
            values=values,
            by_run=by_run,
            by_circuit=by_circuit,
        )

    # --- by support --------------------------------------------------------------------------

    def _support_difference(
        self, outputs: Sequence[int], suspect: frozenset[Key]
    ) -> LawDifference | None:
        """Outputs that one side shows on some seed and the other side never does."""
        found = [self.found[index] for index in outputs]
        wanted = [self.wanted[index] for index in outputs]
        for shows, never, run_shows in ((found, wanted, True), (wanted, found, False)):
            keys = self.network.support(shows)
            tries = [suspect, frozenset[Key]()] if run_shows else [frozenset[Key]()]
            tries += random_seeds(keys, 2, self.seed)
            for ones in dict.fromkeys(tries):
                values = self.network.evaluate(shows, dict.fromkeys(ones, 1))
                pattern = [lit ^ 1 ^ value for lit, value in zip(never, values, strict=True)]
                if self.solver.satisfy(pattern).answer is Answer.UNSAT:
                    chance = Fraction(1, 1 << len(keys))
                    return LawDifference(
                        LawVerdict.DIFFERENT,
                        "support",
                        outputs=tuple(self.names[index] for index in outputs),
                        values=tuple(values),
                        by_run=chance if run_shows else Fraction(0),
                        by_circuit=Fraction(0) if run_shows else chance,
                        at_least=True,
                        coins=tuple(sorted(ones)),
                        engine=self._engine(),
                    )
        return None
