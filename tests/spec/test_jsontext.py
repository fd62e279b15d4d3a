"""Strict JSON and the lines of its values."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.spec.errors import CyclicCircuit, MalformedSyntax
from dlmcheck.spec.jsontext import MAX_DIGITS, Json, Path, line_of, load_json
from dlmcheck.spec.ordering import topological_order

VALUES: st.SearchStrategy[Json] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(), inner, max_size=4)
    ),
    max_leaves=20,
)


def paths(value: Json, path: Path = ()) -> Iterator[Path]:
    yield path
    if isinstance(value, list):
        for index, inner in enumerate(value):
            yield from paths(inner, (*path, index))
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths(inner, (*path, key))


def lines_of_written(value: Json, path: Path, line: int, lines: dict[Path, int]) -> tuple[str, int]:
    """The value with each item of an array or object on a line of its own, and those lines."""
    lines[path] = line
    if isinstance(value, list):
        text = "["
        for index, inner in enumerate(value):
            part, line = lines_of_written(inner, (*path, index), line + 1, lines)
            text += f"{',' * bool(index)}\n{part}"
        return text + "]", line
    if isinstance(value, dict):
        text = "{"
        for index, (key, inner) in enumerate(value.items()):
            part, line = lines_of_written(inner, (*path, key), line + 2, lines)
            text += f"{',' * bool(index)}\n{json.dumps(key)}:\n{part}"
        return text + "}", line
    return json.dumps(value), line


@given(VALUES, st.sampled_from([None, 0, 3]), st.booleans())
def test_what_json_writes_is_read_back(value: Json, indent: int | None, escaped: bool) -> None:
    assert load_json(json.dumps(value, indent=indent, ensure_ascii=escaped)) == value


@given(VALUES)
def test_every_value_is_found_on_its_line(value: Json) -> None:
    lines: dict[Path, int] = {}
    text, _ = lines_of_written(value, (), 1, lines)
    assert load_json(text) == value
    for path in paths(value):
        assert line_of(text, path) == lines[path]


@given(VALUES)
def test_a_value_that_is_not_there_is_looked_for_in_what_would_contain_it(value: Json) -> None:
    lines: dict[Path, int] = {}
    text, _ = lines_of_written(value, (), 1, lines)
    for path in paths(value):
        for absent in ("no such key", 99):
            assert line_of(text, (*path, absent, 0)) == lines[path]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "Expecting value at column 1"),
        ("\n\n  nul", 3, "Expecting value at column 3"),
        ("[1,\n2", 2, "Expecting ',' delimiter"),
        ("[1]\n[2]", 2, "Extra data"),
        ('{"a": 1,\n}', 2, "property name"),
        ("{1: 2}", 1, "property name"),
        ('["a\nb"]', 1, "Invalid control character"),
        ("[01]", 1, "delimiter"),
        ("[\n0.5]", 2, "the number 0.5 (expected an integer)"),
        ("[1,\n\n1e3]", 3, "the number 1e3 (expected an integer)"),
        ("[1, -0.0]", 1, "the number -0.0"),
        ('{"a":\nNaN}', 2, "the number NaN"),
        ("[Infinity,\nNaN]", 1, "the number Infinity"),
        ("[0,\n-Infinity]", 2, "the number -Infinity"),
        ('["NaN", "0.5",\n0.25]', 2, "the number 0.25"),
        ("[\n" + "9" * 1001 + "]", 2, "an integer of at most 1000 digits"),
        ('{"a": 1,\n"b": 2,\n"a": 1}', 3, 'the key "a" again (expected each key once)'),
        ('{"a": {"b": 1,\n"c": 2},\n"d": {"b": 1, "\\u0062": 2}}', 3, 'the key "b" again'),
        ('[{"a": 1}, {"a": 1},\n{"a": {"a": [1], "a": 2}}]', 2, 'the key "a" again'),
        ("\ufeff[]", 1, "BOM"),
        ("[" * 100_000, 1, "nested too deeply"),
    ],
)
def test_what_is_refused_and_on_which_line(text: str, line: int, message: str) -> None:
    with pytest.raises(MalformedSyntax) as caught:
        load_json(text, "x.json")
    assert caught.value.line == line
    assert message in str(caught.value)
    assert str(caught.value).startswith(f"x.json:{line}: ")
    assert "\n" not in str(caught.value)


def test_what_looks_refusable_inside_a_text_is_not() -> None:
    text = '["NaN", "1.5", "\\"a\\": 1, \\"a\\": 1", "{", "[", "\\\\", "9"]'
    assert load_json(text) == ["NaN", "1.5", '"a": 1, "a": 1', "{", "[", "\\", "9"]
    assert load_json("-0") == 0
    assert load_json("9" * 1000) == int("9" * 1000)


# --- the order of gates ---------------------------------------------------------------------


def ordered(reads: list[list[int]]) -> list[int]:
    return topological_order(reads, name=str, line=lambda gate: gate + 1, source="x")


@given(st.lists(st.lists(st.integers(0, 99), max_size=3), max_size=12))
def test_gates_in_order_stay_and_others_are_sorted(reads: list[list[int]]) -> None:
    in_order = [[a % gate for a in args] if gate else [] for gate, args in enumerate(reads)]
    count = len(in_order)
    assert ordered(in_order) == list(range(count))
    backwards = [[count - 1 - a for a in args] for args in reversed(in_order)]
    found = ordered(backwards)
    assert sorted(found) == list(range(count))
    place = {gate: position for position, gate in enumerate(found)}
    assert all(place[a] < place[gate] for gate in range(count) for a in backwards[gate])


@given(st.lists(st.lists(st.integers(0, 11), min_size=1, max_size=3), min_size=12, max_size=12))
def test_a_reported_cycle_is_one(reads: list[list[int]]) -> None:
    # Every gate reads some gate, so there must be a cycle.
    with pytest.raises(CyclicCircuit) as caught:
        ordered(reads)
    cycle = [int(name) for name in caught.value.cycle]
    assert len(set(cycle)) == len(cycle)
    assert cycle[0] == min(cycle)
    assert caught.value.line == cycle[0] + 1
    for gate, following in zip(cycle, [*cycle[1:], cycle[0]], strict=True):
        assert following in reads[gate]


@pytest.mark.parametrize("before", ["", "0,\n", "1,\n" * 700, "1, " * 700])
@pytest.mark.parametrize("lines", ["", "\n"])
def test_the_longest_integer_is_read_and_a_longer_one_refused(before: str, lines: str) -> None:
    for digits in (MAX_DIGITS - 1, MAX_DIGITS, MAX_DIGITS + 1):
        text = f"[{before}{lines}{'7' * digits}{lines}]"
        if digits <= MAX_DIGITS:
            value = load_json(text)
            assert isinstance(value, list)
            assert value[-1] == int("7" * digits)
        else:
            with pytest.raises(MalformedSyntax, match=r"digits|integer"):
                load_json(text)
