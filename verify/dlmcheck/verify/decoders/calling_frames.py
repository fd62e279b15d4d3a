"""What a comparison of numbers is made for, read off the code that makes it.

`max`, `sorted` and pairs (score, cell) compare numbers by == as well as by <. Which of these was
written is seen in the instruction at which the caller stands: a comparison says so itself, a call
is one of `max`, `sorted` and their like if its source says so.
"""

from __future__ import annotations

import ast
import dis
import linecache
from enum import Enum, auto, unique
from functools import lru_cache
from inspect import currentframe
from types import CodeType, FrameType


@unique
class Use(Enum):
    """What a comparison is part of."""

    ORDER = auto()
    EQUALITY = auto()
    OURS = auto()
    """Work of this project on laws and draws, which is none of the step's."""


_THROUGH = (
    "fractions",
    "functools",
    "numpy",
    "dlmcheck.verify.decoders.calling_frames",
    "dlmcheck.verify.decoders.foreign",
    "dlmcheck.verify.decoders.tie_watch",
)
"""Modules and packages that compare on behalf of others."""
_NUMBERS = "dlmcheck.model.decoders."
_COMPARING = frozenset(
    ["__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "_against", "with_other"]
)
"""Methods of our numbers and tensors that do so."""
_RULES = (
    "dlmcheck.model.decoders.rules",
    "dlmcheck.model.decoders.dream",
    "dlmcheck.model.decoders.noise",
    "dlmcheck.model.decoders.revision",
    "dlmcheck.model.decoders.confidence",
    "dlmcheck.model.decoders.torch_style",
)
"""Modules of steps of our own."""
_VALUES_ONLY = ("margin", "drawn_by_score")
"""Functions of these in which it does not matter which of equal numbers is which."""
_RANKING = frozenset(
    [
        "max",
        "min",
        "sorted",
        "sort",
        "nlargest",
        "nsmallest",
        "heapify",
        "heappush",
        "heappop",
        "heappushpop",
        "heapreplace",
        "merge",
        "bisect",
        "bisect_left",
        "bisect_right",
        "index",
        "insort",
        "insort_left",
        "insort_right",
        "argmax",
        "argmin",
        "argsort",
        "amax",
        "amin",
        "nanargmax",
        "nanargmin",
        "partition",
        "argpartition",
        "lexsort",
        "topk",
    ]
)
_ORDER_SIGNS = frozenset(["<", "<=", ">", ">="])


def use_of_comparison() -> Use:
    """What the comparison that is being made is for."""
    frame = currentframe()
    while frame is not None and _passes_on(frame):
        frame = frame.f_back
    if frame is None:
        return Use.OURS
    module = str(frame.f_globals.get("__name__", ""))
    if module.startswith("dlmcheck."):
        if module not in _RULES or frame.f_code.co_name in _VALUES_ONLY:
            return Use.OURS
    return _use_at(frame.f_code, frame.f_lasti)


def _passes_on(frame: FrameType) -> bool:
    module = str(frame.f_globals.get("__name__", ""))
    if module.startswith(_NUMBERS):
        return frame.f_code.co_name in _COMPARING
    return any(module == one or module.startswith(f"{one}.") for one in _THROUGH)


@lru_cache(maxsize=1 << 12)
def _use_at(code: CodeType, place: int) -> Use:
    for instruction in dis.get_instructions(code):
        if instruction.offset == place:
            break
    else:
        return Use.EQUALITY
    if instruction.opname == "COMPARE_OP":
        sign = instruction.argrepr.removeprefix("bool(").removesuffix(")")
        return Use.ORDER if sign in _ORDER_SIGNS else Use.EQUALITY
    if instruction.opname.startswith(("CALL", "PRECALL")) and _called(code, place) in _RANKING:
        return Use.ORDER
    return Use.EQUALITY


def _called(code: CodeType, place: int) -> str:
    """The last name of what is called at a place; empty if the source does not say."""
    first, last, start, end = list(code.co_positions())[place // 2]
    if first is None or last is None or start is None or end is None:
        return ""
    lines = [linecache.getline(code.co_filename, k).encode() for k in range(first, last + 1)]
    lines[-1] = lines[-1][:end]
    lines[0] = lines[0][start:]
    try:
        call = ast.parse(b"(" + b"".join(lines) + b")", mode="eval").body
    except (SyntaxError, ValueError):
        return ""
    if not isinstance(call, ast.Call):
        return ""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""
