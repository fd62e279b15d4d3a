"""Somebody's decoder, found by name: a published rule, or a step function in a module or file."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import cast

from dlmcheck.model.decoders.named import RULES
from dlmcheck.spec.decoder import StepFunction
from dlmcheck.spec.errors import BadInput
from dlmcheck.verify.decoders.foreign import ForeignStep


def load_step(name: str, cells: int, rounds: int) -> tuple[StepFunction, int | None]:
    """The step function of a name, and the number of rounds if it is fixed by the rule.

    `name` is a published rule (`llada-random`), or `MODULE:STEP` or `FILE.py:STEP`, where STEP
    is a function step(state, round, memory, candidates, choices). Raises `BadInput` if there is
    no such thing.
    """
    if name in RULES:
        rule = RULES[name]
        return rule.make(cells, rounds), rounds + rule.extra if rule.fixed_rounds else None
    if ":" not in name:
        raise BadInput(
            f"no published rule is called {name!r}",
            source="decoder",
            expected=f"MODULE:STEP, FILE.py:STEP, or one of {', '.join(RULES)}",
        )
    return ForeignStep(cast(StepFunction, load_function(name, "a step function")), name), None


def load_function(name: str, expected: str) -> Callable[..., object]:
    """The function of `MODULE:NAME` or `FILE.py:NAME`. Raises `BadInput` if there is none."""
    place, colon, attribute = name.rpartition(":")
    if not colon:
        raise BadInput(f"{name!r} names no module", source="function", expected="MODULE:NAME")
    found: object = getattr(_module(place), attribute, None)
    if not callable(found):
        raise BadInput(f"no function {attribute!r}", source=place, expected=expected)
    return found


def _module(place: str) -> ModuleType:
    path = Path(place)
    # Where Python itself would look: beside the file, or where the command is run.
    beside = str(path.parent.resolve() if path.suffix == ".py" else Path.cwd())
    if beside not in sys.path:
        sys.path.append(beside)
    if path.suffix != ".py":
        try:
            return import_module(place)
        except (Exception, SystemExit) as error:
            where = f"cannot be imported: {type(error).__name__}: {error}"
            raise BadInput(where, source=place, expected="a module") from error
    found = spec_from_file_location(path.stem, path)
    if found is None or found.loader is None or not path.exists():
        raise BadInput("no such file", source=place, expected="a Python file")
    module = module_from_spec(found)
    # Dataclasses and the like look their module up while it is run.
    sys.modules[found.name] = module
    try:
        found.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        where = f"cannot be run: {type(error).__name__}: {error}"
        raise BadInput(where, source=place, expected="a Python file") from error
    return module
