"""Sources of randomness for somebody else's code, with the methods that it expects.

`RandomLike` has the methods of Python's `random.Random`, `GeneratorLike` those of NumPy's
`Generator`, as far as decoders use them. Where NumPy gives arrays these do, of whole numbers, or
of objects that are asked about in place of floats; so they calculate cell by cell, as code for
NumPy expects. Exponential and Gumbel noise is compared without being drawn: single exponential
numbers by `clocks`, many at once by the argmax of `noise_arrays`. What is not here raises
`NotOffered`, with a list of what is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from math import prod
from operator import index
from typing import Any, NoReturn, TypeVar, cast

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


class NotOffered(BadInput, AttributeError):
    """A source of randomness is asked for a method that it does not have."""


class _Source:
    """What both sources have in common."""

    def __init__(self, choices: Choices) -> None:
        self._choices = choices
        self._pool = UniformPool(choices)

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            # Python and its libraries ask for these to see what an object can do.
            raise AttributeError(name)
        offered = ", ".join(one for one in dir(type(self)) if not one.startswith("_"))
        raise NotOffered(f"no method {name!r}", source="random source", expected=offered)


def _whole_unit(low: object, high: object) -> None:
    """Refuse another interval than [0, 1)."""
    if as_fraction(low) != 0 or as_fraction(high) != 1:
        raise FloatRefused(
            f"a number uniform from {low} to {high} is asked for: compare one from 0 to 1 instead"
        )


class RandomLike(_Source):
    """As `random.Random`: every draw branches over its outcomes with exact probabilities."""

    def random(self) -> UniformNumber:
        """A number uniform in [0, 1), to be compared."""
        return self._pool.draw()

    def uniform(self, a: object, b: object) -> UniformNumber:
        """A number uniform in [0, 1), which is all that a and b may be."""
        _whole_unit(a, b)
        return self._pool.draw()

    def getrandbits(self, k: int) -> int:
        """A uniform whole number of k bits."""
        return self.randrange(1 << k)

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


Size = int | tuple[int, ...] | None


class GeneratorLike(_Source):
    """As `numpy.random.Generator`: without a size one number, with a size an array."""

    def random(self, size: Size = None) -> Any:
        """A number uniform in [0, 1), or an array of independent ones, to be compared."""
        return _filled(size, self._pool.draw, object)

    def uniform(self, low: object = 0, high: object = 1, size: Size = None) -> Any:
        """As `random`; no other interval than [0, 1)."""
        _whole_unit(low, high)
        return self.random(size)

    def integers(
        self, low: int, high: int | None = None, size: Size = None, endpoint: bool = False
    ) -> Any:
        """Uniform whole numbers from low up to high, high not included, or else with `endpoint`."""
        start, stop = (0, low) if high is None else (low, high)
        law = uniform(range(index(start), index(stop) + endpoint))
        return _filled(size, lambda: self._choices.choose(law), int)

    def choice(
        self, a: Any, size: Size = None, replace: bool = True, p: Sequence[object] | None = None
    ) -> Any:
        """Elements with or without replacement; `p` are probabilities.

        Without replacement they are drawn one after the other, each in proportion to what is
        left. Raises `BadInput` where there are not enough.
        """
        items = range(a) if isinstance(a, int) else a
        weights = [Fraction(1)] * len(items) if p is None else [as_fraction(one) for one in p]
        places: list[int] = []
        for drawn in range(1 if size is None else prod(_shape(size))):
            if drawn and not any(weights):
                raise BadInput("nothing is left to choose from", source="random source")
            place = self._choices.choose(_weighted(len(items), weights))
            places.append(place)
            if not replace:
                weights[place] = Fraction(0)
        if size is None:
            return items[places[0]]
        return _items(items)[_made(places, _shape(size), int)]

    def permutation(self, x: Any) -> RandomOrder:
        """A uniform order of the elements, drawn as far as it is looked at."""
        return RandomOrder(range(x) if isinstance(x, int) else x, self._choices)

    def shuffle(self, x: Any) -> None:
        """A uniform order, in place."""
        x[:] = list(self.permutation(list(x)))

    def binomial(self, n: int, p: object, size: Size = None) -> Any:
        """The number of ones among n coins of probability p."""
        return _filled(size, lambda: self._binomial(n, p), int)

    def _binomial(self, n: int, p: object) -> int:
        coin = bernoulli(as_fraction(p))
        return sum(self._choices.choose(coin) for _ in range(n))

    def exponential(self, scale: object = 1, size: Size = None) -> Clock | NoiseArray:
        """One exponential number, to be compared with its like; or many, for argmax(p / noise)."""
        if size is None:
            return Clock.of_rate(1, self._choices) * scale
        if as_fraction(scale) != 1:
            raise FloatRefused("many exponential numbers are drawn with scale=1: put p above them")
        shape = _shape(size)
        return NoiseArray(Tensor([Exponential(u, Fraction(1)) for u in self._noise(shape)], shape))

    def standard_exponential(self, size: Size = None) -> Clock | NoiseArray:
        """As `exponential` with scale 1."""
        return self.exponential(1, size)

    def gumbel(self, loc: object = 0, scale: object = 1, size: Size = None) -> NoiseArray:
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

    def multinomial(self, n: int, pvals: Sequence[object]) -> Any:
        """How often each outcome comes up in n independent draws."""
        law = _weighted(len(pvals), pvals)
        counts = [0] * len(pvals)
        for _ in range(n):
            counts[self._choices.choose(law)] += 1
        return _made(counts, (len(counts),), int)


class RandomOrder(Sequence[Any]):
    """A uniform order of some elements, as an array of one dimension; each place is drawn when it
    is first looked at, so that code that takes the first k has k draws.
    """

    def __init__(self, items: Sequence[Any], choices: Choices) -> None:
        self._items = items
        self._left = list(range(len(items)))
        self._choices = choices
        self._drawn: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Any]:
        return (self._at(place) for place in range(len(self)))

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            places = range(len(self))[key]
            found = [self._at(place) for place in places]
            return _items(found) if found else _items(self._items)[:0]
        try:
            place = index(key)
        except TypeError:
            return self.__array__()[key]
        return self._at(range(len(self))[place])

    def _at(self, place: int) -> Any:
        if place not in self._drawn:
            chosen = self._choices.choose(uniform(self._left))
            self._left.remove(chosen)
            self._drawn[place] = chosen
        return self._items[self._drawn[place]]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        found = _items(list(self)) if self._items else _items([])
        return found if dtype is None else found.astype(dtype)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.__array__(), name)


def _through_array(name: str) -> Callable[[RandomOrder, Any], Any]:
    def calculate(self: RandomOrder, other: Any) -> Any:
        return getattr(self.__array__(), name)(other)

    return calculate


for _operation in ("add", "sub", "mul", "floordiv", "mod", "and", "or", "xor"):
    for _name in (f"__{_operation}__", f"__r{_operation}__"):
        setattr(RandomOrder, _name, _through_array(_name))
for _name in ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"):
    setattr(RandomOrder, _name, _through_array(_name))


def _shape(size: int | tuple[int, ...]) -> tuple[int, ...]:
    return tuple(map(index, size)) if isinstance(size, tuple) else (index(size),)


def _filled(size: Size, draw: Callable[[], Any], kind: type) -> Any:
    """One draw, or an array of as many as a size says."""
    if size is None:
        return draw()
    shape = _shape(size)
    return _made([draw() for _ in range(prod(shape))], shape, kind)


def _made(values: Sequence[Any], shape: tuple[int, ...], kind: type) -> Any:
    """A NumPy array of whole numbers, or of objects."""
    import numpy as np

    made = cast(Any, np.empty(len(values), dtype=kind))
    for place, value in enumerate(values):
        made[place] = value
    return made.reshape(shape)


def _items(items: Any) -> Any:
    """Somebody's elements as a NumPy array."""
    import numpy as np

    return np.asarray(items)


def _weighted(count: int, weights: Sequence[object] | None) -> Law[int]:
    if weights is None:
        return _in_proportion((Fraction(1),) * count)
    if len(weights) != count:
        raise BadInput(
            f"{len(weights)} weights for {count} elements",
            source="random source",
            expected="one for each",
        )
    return _in_proportion(tuple(map(as_fraction, weights)))


@lru_cache(maxsize=4096)
def _in_proportion(weights: tuple[Fraction, ...]) -> Law[int]:
    total = sum(weights, Fraction(0))
    if total <= 0 or min(weights) < 0:
        raise BadInput(
            f"weights {', '.join(map(str, weights))}",
            source="random source",
            expected="none negative, not all zero",
        )
    return Law({place: weight / total for place, weight in enumerate(weights)})
