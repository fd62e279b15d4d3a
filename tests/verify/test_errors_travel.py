"""Every error of the package comes whole out of another process: a pickled one is the same one."""

from __future__ import annotations

import copy
import inspect
import pickle
from collections.abc import Callable, Iterator
from fractions import Fraction
from importlib import import_module
from pkgutil import walk_packages

import pytest

import dlmcheck
from dlmcheck.spec import errors
from dlmcheck.spec.errors import DlmcheckError
from dlmcheck.verify.claims.catalogue import catalogue
from dlmcheck.verify.jobs import Ending, Task, run_tasks

VALUES: dict[str, Callable[[], object]] = {
    "Claim": lambda: next(iter(catalogue().claims)),
    "Fraction": lambda: Fraction(7, 12),
    "dict[str, str]": lambda: {"one": "yes", "other": "no"},
    "int": lambda: 3,
    "int | None": lambda: 5,
    "str": lambda: "said",
    "tuple[bool, bool]": lambda: (True, True),
    "tuple[int, ...]": lambda: (-1, 1, -1),
    "tuple[int, int]": lambda: (2, 9),
    "tuple[str, ...]": lambda: ("a", "b"),
}
"""A value for each annotation that a parameter of an error has."""


def every_error() -> list[type[DlmcheckError]]:
    """All subclasses, found by importing every module of the package."""
    for found in walk_packages(dlmcheck.__path__, "dlmcheck."):
        if not found.name.endswith(".__main__"):
            import_module(found.name)

    def below(kind: type[DlmcheckError]) -> Iterator[type[DlmcheckError]]:
        yield kind
        for one in kind.__subclasses__():
            yield from below(one)

    ours = {one for one in below(DlmcheckError) if one.__module__.startswith("dlmcheck.")}
    return sorted(ours, key=lambda one: (one.__module__, one.__qualname__))


def an_instance(kind: type[DlmcheckError]) -> DlmcheckError:
    """With a value for every parameter that its `__init__` names; a text where it has none."""
    if kind.__init__ is Exception.__init__:
        return kind("said")
    plain: list[object] = []
    named: dict[str, object] = {}
    for parameter in inspect.signature(kind).parameters.values():
        annotation = inspect.formatannotation(parameter.annotation).strip("'")
        value = VALUES[annotation.removeprefix("fractions.")]()
        if parameter.kind is parameter.KEYWORD_ONLY:
            named[parameter.name] = value
        else:
            plain.append(value)
    return kind(*plain, **named)


EVERY = every_error()


def test_they_are_all_found() -> None:
    declared = {one for one in vars(errors).values() if isinstance(one, type)}
    assert {one for one in declared if issubclass(one, DlmcheckError)} <= set(EVERY)
    assert {one.__module__.split(".")[1] for one in EVERY} == {"spec", "model", "verify"}


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.__name__)
def test_an_error_is_the_same_after_pickling_and_copying(kind: type[DlmcheckError]) -> None:
    made = an_instance(kind)
    made.add_note("where it was met")
    for again in (pickle.loads(pickle.dumps(made)), copy.copy(made)):
        assert type(again) is kind
        assert str(again) == str(made)
        assert again.args == made.args
        assert vars(again) == vars(made)


def test_an_error_comes_out_of_a_task() -> None:
    made = errors.LeavesMask((-1, 0, -1), 2, Fraction(1, 4))
    (done,) = run_tasks([Task("returns an error", lambda _: made)])
    assert done.ending is Ending.DONE
    assert isinstance(done.value, errors.LeavesMask)
    assert (str(done.value), vars(done.value)) == (str(made), vars(made))
