"""Symbolic positions: what a situation decides, what it does not, and the queries of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlmcheck.verify.engines.smt import answer
from dlmcheck.verify.kernel.results import Rejected
from dlmcheck.verify.proofs.positions import (
    Constraint,
    Frame,
    Index,
    Linear,
    Situation,
    Undecided,
    at_least,
    below,
    equal,
    exhaustive,
)

N1 = Linear.of("n").minus(1)
ONLY = Situation("only", (equal("i", 0), equal("n", 1)))
FIRST = Situation("first", (equal("i", 0), at_least("n", 2)))
INNER = Situation("inner", (at_least("i", 1), below("i", N1)))
LAST = Situation("last", (equal("i", N1), at_least("n", 2)))
ALL = (ONLY, FIRST, INNER, LAST)
DOMAIN = (at_least("i", 0), below("i", "n"))


def indices(situation: Situation) -> tuple[Index, Index]:
    frame = Frame(situation)
    return frame.index("i"), frame.index("n")


def test_comparisons_are_decided_within_a_situation() -> None:
    i, n = indices(INNER)
    assert i > 0
    assert i < n - 1
    assert i - 1 >= 0
    assert i - 1 != i
    assert str((i + 1) % n) == "i + 1"
    i, n = indices(LAST)
    assert i == n - 1
    assert (i + 1) % n == 0
    i, n = indices(FIRST)
    assert (i - 1) % n == n - 1


def test_what_is_not_decided_is_refused() -> None:
    i, n = indices(FIRST)
    with pytest.raises(Undecided, match=r"situation first: n - 1 = i \+ 1 is not decided"):
        _ = n - 1 == i + 1
    with pytest.raises(Undecided, match=">= 3 is not decided"):
        _ = n >= 3


def test_doubled_indices_differ_by_their_parity() -> None:
    frame = Frame(Situation("block", (at_least("j", 0), below("j", "m"))))
    a, n = frame.index("j") * 2, frame.index("m") * 2
    assert a + 1 != n
    assert a < n - 1
    assert a + 1 < n
    assert [str(fact) for fact in frame.facts] == ["2m - 2j - 2 >= 0"]


def test_indices_of_two_frames_do_not_mix() -> None:
    with pytest.raises(ValueError, match="two frames"):
        _ = indices(INNER)[0] == indices(INNER)[0]
    with pytest.raises(TypeError, match="no index"):
        _ = indices(INNER)[0] == "i"


def test_situations_have_an_instance() -> None:
    assert [s.example for s in ALL] == [
        {"i": 0, "n": 1},
        {"i": 0, "n": 2},
        {"i": 1, "n": 3},
        {"i": 1, "n": 2},
    ]
    with pytest.raises(ValueError, match="no small instance"):
        Situation("none", (below("i", 0), at_least("i", 0)))
    with pytest.raises(ValueError, match="compares no two variables"):
        Situation("sum", (at_least(Linear.of("i").plus("n"), 0),))


def test_situations_that_leave_nothing_out() -> None:
    assert answer([exhaustive("cells", DOMAIN, ALL)]).queries == 1
    for left_out in ALL:
        kept = [s for s in ALL if s is not left_out]
        with pytest.raises(Rejected, match="cells does not hold"):
            answer([exhaustive("cells", DOMAIN, kept)])


def test_the_facts_used_are_queries_that_a_solver_answers() -> None:
    for situation in ALL:
        i, n = indices(situation)
        _ = i == 0, i < n - 1, n - 1 != 0, (i + 1) % n, i - 1 == n
        queries = i.frame.queries()
        assert queries
        assert answer(queries).queries == len(queries)
        names = {name for query in queries for name, _ in query.premises}
        assert names <= {str(one) for one in situation.constraints}


def test_a_wrong_fact_is_no_query_that_a_solver_accepts() -> None:
    frame = Frame(FIRST)
    frame.facts.append(at_least("n", 3))
    with pytest.raises(Rejected, match="does not hold"):
        answer(frame.queries())


@given(
    st.sampled_from(ALL),
    st.integers(-3, 3),
    st.sampled_from(["i", "n"]),
    st.sampled_from(["", "i", "n"]),
    st.integers(1, 3),
)
def test_what_is_decided_holds_in_every_small_instance(
    situation: Situation, offset: int, plus: str, minus: str, factor: int
) -> None:
    frame = Frame(situation)
    left = Linear().plus(plus, factor).plus(offset)
    right = Linear().plus(minus, factor) if minus else Linear()
    instances = situation.instances(9)
    pairs = [(left.value(v), right.value(v)) for v in instances]
    least, same = {a >= b for a, b in pairs}, {a == b for a, b in pairs}
    try:
        assert least == {frame.is_at_least(left, right)}
        assert same == {frame.is_equal(left, right)}
    except Undecided:
        assert len(least) == 2 or len(same) == 2


def test_linear_expressions_read_well() -> None:
    expression = Linear.of("m").plus("m").minus("j").minus(3)
    assert str(expression) == "2m - j - 3"
    assert expression.smt() == "(+ (* (- 1) j) (* 2 m) (- 3))"
    assert str(Constraint(expression)) == "2m - j - 3 >= 0"
    assert (str(Linear()), str(Linear().minus("i")), Linear().smt()) == ("0", "-i", "0")
