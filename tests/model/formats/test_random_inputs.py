"""Which inputs are fair coins: what the file says, and what the patterns add."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.model.formats import load_circuit
from dlmcheck.model.formats.signals import fill_names, input_of, symbol_of
from dlmcheck.spec.circuit import Input, InputKind
from dlmcheck.spec.errors import UndefinedSignal

NAMES = ("a[0]", "a[1]", "a[10]", "b", "B", "all_b")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "x.bench"
    ports = "".join(f"INPUT({name})\n" for name in NAMES)
    file.write_text(f"{ports}INPUT(random:r)\nOUTPUT(b)\n", "utf-8")
    return file


def random_names(path: Path, *patterns: str) -> list[str]:
    circuit = load_circuit(path, patterns)
    return [i.name for i in circuit.inputs if i.kind is InputKind.RANDOM]


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        ((), ["r"]),
        (("b",), ["b", "r"]),
        (("a[0]",), ["a[0]", "r"]),
        (("a[*]",), ["a[0]", "a[1]", "a[10]", "r"]),
        (("a[?]", "B"), ["a[0]", "a[1]", "B", "r"]),
        (("r",), ["r"]),
        (("all",), [*NAMES, "r"]),
        (("all", "b"), [*NAMES, "r"]),
        (("*",), [*NAMES, "r"]),
    ],
)
def test_patterns_declare_inputs_random(
    path: Path, patterns: tuple[str, ...], expected: list[str]
) -> None:
    assert random_names(path, *patterns) == expected


@pytest.mark.parametrize("pattern", ["c", "a[2]", "a[01]", "A*", "random:r", ""])
def test_a_pattern_that_matches_no_input_is_an_error(path: Path, pattern: str) -> None:
    with pytest.raises(UndefinedSignal, match="no input matches the pattern") as caught:
        load_circuit(path, ["b", pattern])
    assert caught.value.signal == pattern
    assert caught.value.source == str(path)


def test_all_is_no_error_for_a_circuit_without_inputs(tmp_path: Path) -> None:
    file = tmp_path / "x.bench"
    file.write_text("OUTPUT(y)\ny = vdd\n", "utf-8")
    assert load_circuit(file, ["all"]).inputs == ()


def test_one_pattern_may_be_given_as_a_plain_text(path: Path) -> None:
    assert load_circuit(path, "all").data_inputs == ()


def test_the_order_of_inputs_does_not_depend_on_their_kinds(path: Path) -> None:
    assert [i.name for i in load_circuit(path, ["a[1]"]).inputs] == [*NAMES, "r"]


@given(
    st.text(min_size=1),
    st.sampled_from(tuple(InputKind)),
    st.sampled_from(("", "random:", "data:")),
)
def test_a_symbol_says_name_and_kind(name: str, kind: InputKind, prefix: str) -> None:
    declared = Input(prefix + name, kind)
    assert input_of(symbol_of(declared)) == declared


@given(
    st.lists(
        st.one_of(st.none(), st.sampled_from(("i0", "i1", "i1_", "i2", "x"))),
        unique_by=lambda n: n or object(),
    )
)
def test_made_up_names_are_new_and_given_names_stay(names: list[str | None]) -> None:
    filled = fill_names(names, "i")
    assert len(set(filled)) == len(names)
    assert all(name in (None, chosen) for name, chosen in zip(names, filled, strict=True))
