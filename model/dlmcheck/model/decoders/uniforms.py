"""Uniform random numbers that are never drawn, but only asked about.

`random()` in somebody's code gives a `UniformNumber`. Nothing is known of it but an interval in
which it is uniform. A comparison with a number splits that interval, with the exact probability
of each side; a comparison of two of them splits until the intervals are apart or equal, and in
equal ones every order has the same probability. So thresholds, sorting by random keys and the
largest of several are exact.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import comb, isinf

from dlmcheck.model.decoders.exact import Exact, FloatRefused, as_fraction
from dlmcheck.spec.choices import Choices
from dlmcheck.spec.law import Law, bernoulli, uniform

Interval = tuple[Fraction, Fraction]
UNIT: Interval = (Fraction(0), Fraction(1))


class UniformNumber:
    """A number uniform in [0, 1): it can be compared, with numbers and with its like.

    Arithmetic is refused: 1 - u and 2 * u would be easy, -log(u) would not, and which of them is
    meant decides what is drawn; ask the source for the law itself instead.
    """

    __slots__ = ("group", "is_spent", "pool")

    def __init__(self, pool: UniformPool, group: Group) -> None:
        self.pool = pool
        self.group = group
        self.is_spent = False

    def __lt__(self, other: object) -> bool:
        return self.pool.is_less(self, other)

    def __le__(self, other: object) -> bool:
        # Equality has probability zero.
        return self.pool.is_less(self, other)

    def __gt__(self, other: object) -> bool:
        return not self.pool.is_less(self, other)

    def __ge__(self, other: object) -> bool:
        return not self.pool.is_less(self, other)

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def _refuse(self, other: object) -> UniformNumber:
        raise FloatRefused(
            "a uniform random number is calculated with; compare it, or ask the source for the "
            "law that is meant (a small number that only keeps a logarithm finite can be left out)"
        )

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _refuse
    __truediv__ = __rtruediv__ = __pow__ = _refuse

    def __float__(self) -> float:
        raise FloatRefused("a uniform random number is asked for as a float; compare it instead")


class Group:
    """Numbers that are uniform in one interval, sorted: nothing else is known of them."""

    __slots__ = ("interval", "members")

    def __init__(self, interval: Interval) -> None:
        self.interval = interval
        self.members: list[UniformNumber] = []


class UniformPool:
    """All uniform numbers of one run, with what has been found out about them."""

    def __init__(self, choices: Choices) -> None:
        self._choices = choices
        self._kept: list[UniformNumber] = []
        self.finished: dict[tuple[int, ...], list[int]] = {}
        """Races that were run, by who took part: who came first, second, ..."""

    def choose(self, law: Law[int]) -> int:
        """A random choice of the run."""
        return self._choices.choose(law)

    def keep(self, numbers: list[UniformNumber]) -> None:
        """Keep numbers alive, so that nobody else gets their identity."""
        self._kept += numbers

    def spend(self, number: UniformNumber) -> None:
        """Make noise of a number. Raises `FloatRefused` if something is known of it already."""
        if number.group.interval != UNIT or len(number.group.members) > 1:
            raise FloatRefused("a uniform number that was compared is used as noise")
        number.is_spent = True

    def draw(self) -> UniformNumber:
        """A new number, independent of all others."""
        group = Group(UNIT)
        number = UniformNumber(self, group)
        group.members.append(number)
        return number

    def is_less(self, left: UniformNumber, right: object) -> bool:
        """Whether a number is less than another one, or than a constant."""
        if left.is_spent or (isinstance(right, UniformNumber) and right.is_spent):
            raise FloatRefused("a uniform number that was used as noise is compared")
        if isinstance(right, UniformNumber):
            return left is not right and self._precedes(left, right)
        if isinstance(right, float) and isinf(right):
            return right > 0
        if not isinstance(right, Exact | int | float | Fraction):
            raise FloatRefused(f"a uniform random number is compared with {right!r}")
        point = as_fraction(right)
        low, high = left.group.interval
        if low < point < high:
            self._split(left.group, point)
            high = left.group.interval[1]
        return high <= point

    def _precedes(self, left: UniformNumber, right: UniformNumber) -> bool:
        while left.group is not right.group:
            ours, theirs = left.group.interval, right.group.interval
            if ours[1] <= theirs[0] or theirs[1] <= ours[0]:
                return ours[1] <= theirs[0]
            if ours == theirs:
                self._merge(left.group, right.group)
                break
            for group, other in ((left.group, theirs), (right.group, ours)):
                inside = [p for p in other if group.interval[0] < p < group.interval[1]]
                if inside:
                    self._split(group, inside[0])
                    break
        members = left.group.members
        return members.index(left) < members.index(right)

    def _split(self, group: Group, point: Fraction) -> None:
        """Decide how many of a group lie below a point; they are its first ones."""
        low, high = group.interval
        size, share = len(group.members), (point - low) / (high - low)
        if size == 1:
            below = 1 - self._choices.choose(bernoulli(1 - share))
        else:
            below = self._choices.choose(
                Law(
                    {
                        k: comb(size, k) * share**k * (1 - share) ** (size - k)
                        for k in range(size + 1)
                    }
                )
            )
        above = Group((point, high))
        above.members = group.members[below:]
        for number in above.members:
            number.group = above
        group.interval = (low, point)
        group.members = group.members[:below]

    def _merge(self, group: Group, other: Group) -> None:
        """Decide how the sorted members of two groups of one interval interleave."""
        size = len(group.members) + len(other.members)
        places = self._choices.choose(uniform(combinations(range(size), len(group.members))))
        ours, theirs = iter(group.members), iter(other.members)
        taken = set(places)
        merged = [next(ours) if place in taken else next(theirs) for place in range(size)]
        for number in merged:
            number.group = group
        group.members = merged
