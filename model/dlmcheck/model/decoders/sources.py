"""Sources of randomness for somebody else's code, with the methods that it expects.

`RandomLike` has the methods of Python's `random.Random`, `GeneratorLike` those of NumPy's
`Generator`, as far as decoders use them; results are lists and exact numbers instead of arrays
and floats. Exponential and Gumbel noise is compared without being drawn: single exponential
numbers by `clocks`, many at once by the argmax of `noise_arrays`. What is not here raises
`AttributeError` by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import permutations
from math import prod
from typing import Any, TypeVar

from dlmcheck.model.decoders.clocks import Clock
from dlmcheck.model.decoders.exact import FloatRefused, as_fraction
from dlmcheck.model.decoders.noise_arrays import NoiseArray
from dlmcheck.model.decoders.shadows import Exponential, Gumbel
from dlmcheck.model.decoders.tensors import Tensor
from dlmcheck.model.decoders.uniforms import UniformNumber, UniformPool
from dlmcheck.spec.choices import Choices
from dlmcheck.spec.errors import BadInput
from dlmcheck.spec.law import Law, bernoulli, uniform

T = TypeVar("T")


class RandomLike:
    """As `random.Random`: every draw branches over its outcomes with exact probabilities."""

    def __init__(self, choices: Choices) -> None:
        self._choices = choices
        self._pool = UniformPool(choices)

    def random(self) -> UniformNumber:
        """A number uniform in [0, 1), to be compared."""
        return self._pool.draw()

    def randrange(self, start: int, stop: int | None = None) -> int:
        """A uniform whole number from a range."""
        numbers = range(start) if stop is None else range(start, stop)
        return self._choices.choose(uniform(numbers))

    def randint(self, low: int, high: int) -> int:
        """A uniform whole number from low to high, both included."""
        return self.randrange(low, high + 1)

    def choice(self, population: Sequence[T]) -> T:
        """A uniform element."""
        return population[self.randrange(len(population))]

    def choices(
        self, population: Sequence[T], weights: Sequence[object] | None = None, *, k: int = 1
    ) -> list[T]:
        """k independent elements, with probabilities in proportion to the weights."""
        law = _weighted(len(population), weights)
        return [population[self._choices.choose(law)] for _ in range(k)]

    def sample(self, population: Sequence[T], k: int) -> list[T]:
        """k different elements in random order."""
        found: list[T] = []
        left = list(range(len(population)))
        if k > len(left):
            raise BadInput(f"a sample of {k} from {len(left)}", source="random source")
        for _ in range(k):
            place = self._choices.choose(uniform(left))
            left.remove(place)
            found.append(population[place])
        return found

    def shuffle(self, items: list[Any]) -> None:
        """A uniform order, in place."""
        items[:] = self.sample(items, len(items))

    def expovariate(self, lambd: object = 1) -> Clock:
        """An exponential number of this rate, to be compared with its like."""
        return Clock.of_rate(lambd, self._choices)


class GeneratorLike:
    """As `numpy.random.Generator`: sizes are whole numbers, results are lists."""

    def __init__(self, choices: Choices) -> None:
        self._choices = choices
        self._pool = UniformPool(choices)

    def random(self, size: int | None = None) -> UniformNumber | list[UniformNumber]:
        """One number uniform in [0, 1), or a list of independent ones."""
        if size is None:
            return self._pool.draw()
        return [self._pool.draw() for _ in range(size)]

    def integers(
        self, low: int, high: int | None = None, size: int | None = None
    ) -> int | list[int]:
        """Uniform whole numbers from low up to high, high not included."""
        law = uniform(range(low) if high is None else range(low, high))
        if size is None:
            return self._choices.choose(law)
        return [self._choices.choose(law) for _ in range(size)]

    def choice(
        self,
        a: int | Sequence[Any],
        size: int | None = None,
        replace: bool = True,
        p: Sequence[object] | None = None,
    ) -> Any:
        """Elements with or without replacement; `p` are probabilities.

        Without replacement they are drawn one after the other, each in proportion to what is
        left. Raises `BadInput` where there are not enough.
        """
        items = range(a) if isinstance(a, int) else a
        weights = [Fraction(1)] * len(items) if p is None else [as_fraction(one) for one in p]
        places: list[int] = []
        for drawn in range(1 if size is None else size):
            if drawn and not any(weights):
                raise BadInput("nothing is left to choose from", source="random source")
            place = self._choices.choose(_weighted(len(items), weights))
            places.append(place)
            if not replace:
                weights[place] = Fraction(0)
        found = [items[place] for place in places]
        return found[0] if size is None else found

    def permutation(self, x: int | Sequence[Any]) -> list[Any]:
        """A uniform order of the elements."""
        items = list(range(x)) if isinstance(x, int) else list(x)
        order = self._choices.choose(uniform(permutations(range(len(items)))))
        return [items[place] for place in order]

    def shuffle(self, x: list[Any]) -> None:
        """A uniform order, in place."""
        x[:] = self.permutation(x)

    def binomial(self, n: int, p: object, size: int | None = None) -> int | list[int]:
        """The number of ones among n coins of probability p."""
        if size is not None:
            return [self._binomial(n, p) for _ in range(size)]
        return self._binomial(n, p)

    def _binomial(self, n: int, p: object) -> int:
        coin = bernoulli(as_fraction(p))
        return sum(self._choices.choose(coin) for _ in range(n))

    def exponential(
        self, scale: object = 1, size: int | tuple[int, ...] | None = None
    ) -> Clock | NoiseArray:
        """One exponential number, to be compared with its like; or many, for argmax(p / noise)."""
        if size is None:
            return Clock.of_rate(1, self._choices) * scale
        if as_fraction(scale) != 1:
            raise FloatRefused("many exponential numbers are drawn with scale=1: put p above them")
        shape = _shape(size)
        return NoiseArray(Tensor([Exponential(u, Fraction(1)) for u in self._noise(shape)], shape))

    def standard_exponential(self, size: int | tuple[int, ...] | None = None) -> Clock | NoiseArray:
        """As `exponential` with scale 1."""
        return self.exponential(1, size)

    def gumbel(
        self, loc: object = 0, scale: object = 1, size: int | tuple[int, ...] | None = None
    ) -> NoiseArray:
        """Gumbel noise, for argmax(log p + noise); p is sharpened to p^(1/scale)."""
        if size is None or as_fraction(loc):
            raise FloatRefused("Gumbel noise is drawn with loc=0 and size=..., for its argmax")
        shape, exact = _shape(size), as_fraction(scale)
        return NoiseArray(Tensor([Gumbel(u, exact) for u in self._noise(shape)], shape))

    def _noise(self, shape: tuple[int, ...]) -> list[UniformNumber]:
        numbers = [self._pool.draw() for _ in range(prod(shape))]
        for number in numbers:
            self._pool.spend(number)
        return numbers

    def multinomial(self, n: int, pvals: Sequence[object]) -> list[int]:
        """How often each outcome comes up in n independent draws."""
        law = _weighted(len(pvals), pvals)
        counts = [0] * len(pvals)
        for _ in range(n):
            counts[self._choices.choose(law)] += 1
        return counts


def _shape(size: int | tuple[int, ...]) -> tuple[int, ...]:
    return (size,) if isinstance(size, int) else tuple(size)


def _weighted(count: int, weights: Sequence[object] | None) -> Law[int]:
    if weights is None:
        return uniform(range(count))
    exact = [as_fraction(weight) for weight in weights]
    total = sum(exact, Fraction(0))
    if len(exact) != count or total <= 0 or min(exact) < 0:
        raise BadInput(
            f"weights {', '.join(map(str, exact))} for {count} elements",
            source="random source",
            expected="one for each, none negative, not all zero",
        )
    return Law({place: weight / total for place, weight in enumerate(exact)})
