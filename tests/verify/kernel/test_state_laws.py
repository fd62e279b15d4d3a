"""The kernel's push-forward of the law on states: against the definition, and what it refuses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from dlmcheck.model.legal_schedules import KINDS, Selection, legal_schedule
from dlmcheck.model.local_schedules import local_schedule
from dlmcheck.model.random_schedules import Shape, random_schedule
from dlmcheck.model.samplers.remasking import parity_remask_state_only
from dlmcheck.model.samplers.revision import parity_revision
from dlmcheck.spec.errors import IllegalCode, IllegalSampler
from dlmcheck.spec.jsontext import Document
from dlmcheck.spec.lattice import Edits, End, Stop
from dlmcheck.spec.law import Law
from dlmcheck.spec.sampler import run_law as run_law_by_definition
from dlmcheck.spec.schedule import Schedule, sampler_of
from dlmcheck.spec.tokens import State
from dlmcheck.verify.engines.state_evidence import state_certificate
from dlmcheck.verify.kernel import pushing
from dlmcheck.verify.kernel.packed_laws import Packed
from dlmcheck.verify.kernel.results import BeyondLimits, Checked, Rejected
from dlmcheck.verify.kernel.state_laws import check_document, run_law
from dlmcheck.verify.kernel.verdicts import Verdict


def as_law(schedule: Schedule, data: tuple[bool, ...]) -> Law[State]:
    weights, exponent, _ = run_law(schedule, data)
    return Law({state: Fraction(w, 1 << exponent) for state, w in weights.items()})


def checked(text: str) -> Checked:
    return check_document(Document.parse(text, "file"))


@pytest.mark.parametrize(
    "kind", [k for k in KINDS if k.selection is not Selection.AFTER_SAMPLING], ids=str
)
def test_every_kind_of_schedule_has_the_law_of_the_definition(kind: Any) -> None:
    for seed in range(4):
        schedule = legal_schedule(kind, seed)
        for data in [(False,), (True,)] if schedule.data_cells else [()]:
            assert as_law(schedule, data) == run_law_by_definition(sampler_of(schedule, data))


def test_nearly_legal_schedules_are_rejected_exactly_where_the_definition_has_no_law() -> None:
    seen: Counter[bool] = Counter()
    for edits in Edits:
        for stop in Stop:
            for seed in range(60):
                shape = Shape(edits, random_unmask=True, stop=stop, data=seed % 2, given=seed % 3)
                schedule = random_schedule(shape, seed)
                data = (True,) * len(schedule.data_cells)
                try:
                    wanted = run_law_by_definition(sampler_of(schedule, data))
                except (IllegalSampler, IllegalCode):
                    with pytest.raises(Rejected):
                        run_law(schedule, data)
                    seen[False] += 1
                else:
                    assert as_law(schedule, data) == wanted
                    seen[True] += 1
    assert min(seen.values()) > 50


def test_certificates_are_accepted_for_all_cells_and_for_some() -> None:
    for schedule in (local_schedule(5, 2, 1), parity_remask_state_only(5), parity_revision(5)):
        for cells in (None, (2, 0), ()):
            found = checked(state_certificate(schedule, cells=cells))
            assert found.verdict is Verdict.PROVED
            assert str(found.evidence).startswith("exhaustive: ")


SEES = legal_schedule(next(k for k in KINDS if k.selection is Selection.AFTER_SAMPLING), 0)
REFUSED: list[tuple[str, Schedule, str]] = [
    ("no end", replace(local_schedule(3, 2, 0), end=End.WHOLE_STATE), "has a mask at the end"),
    ("M is written", replace(local_schedule(3, 2, 0), edits=Edits.REVISE_TOKEN), "writes M"),
    ("no stop", replace(parity_revision(3), stop=Stop.ABSORBING), "a further round changes"),
    ("visible", replace(parity_revision(3), edits=Edits.WRITE_ONCE), "a visible token is changed"),
    ("candidates", SEES, "sees the candidates"),
]


@pytest.mark.parametrize(
    ("schedule", "reason"), [pytest.param(s, r, id=what) for what, s, r in REFUSED]
)
def test_canary_what_breaks_a_rule_is_rejected_for_it(schedule: Schedule, reason: str) -> None:
    with pytest.raises(Rejected) as caught:
        run_law(schedule, (False,) * len(schedule.data_cells))
    assert reason in caught.value.reason


def test_canary_a_certificate_of_another_law_is_rejected() -> None:
    text = state_certificate(local_schedule(4, 2, 1))
    other = state_certificate(local_schedule(4, 2, 2))
    stated = Document.parse(text, "file").value
    wrong = Document.parse(other, "file").value
    assert isinstance(stated, dict)
    assert isinstance(wrong, dict)
    stated |= {"counts": wrong["counts"], "exponent": wrong["exponent"]}
    with pytest.raises(Rejected, match="the law is another one: output 0000 has probability"):
        check_document(Document("", "file", stated))


def test_laws_with_too_many_weights_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pushing, "MOST_WEIGHTS", 50)
    with pytest.raises(Rejected, match="more than 50 weights at once"):
        run_law(local_schedule(4, 2, 1))


TWO_BLOCKS: list[tuple[str, Schedule]] = [
    ("ring", local_schedule(6, 3, 1, ring=True)),
    ("line, all cells end shown", local_schedule(6, 3, 2, whole=True)),
    ("reading three", local_schedule(7, 2, 1, reads=3, ring=True)),
    ("even strings", parity_revision(7)),
]


@pytest.mark.parametrize(
    "schedule", [pytest.param(schedule, id=what) for what, schedule in TWO_BLOCKS]
)
def test_phases_in_two_blocks_give_the_law_of_phases_in_one(
    schedule: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[int] = []
    through = pushing.through

    def counting(law: Packed, blocks: Sequence[Sequence[pushing.Site]]) -> Packed:
        taken.append(len(blocks))
        return through(law, blocks)

    monkeypatch.setattr(pushing, "through", counting)
    found = run_law(schedule)
    assert 2 in taken
    monkeypatch.setattr(pushing, "SPARE", -schedule.length)
    taken.clear()
    assert run_law(schedule) == found
    assert set(taken) == {1}


@pytest.mark.parametrize("many", [1, 3, 1 << 20])
@pytest.mark.parametrize(
    "schedule", [pytest.param(schedule, id=what) for what, schedule in TWO_BLOCKS]
)
def test_it_makes_no_difference_when_drawn_tokens_are_packed(
    schedule: Schedule, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = run_law(schedule)
    monkeypatch.setattr(pushing, "MANY", many)
    assert run_law(schedule) == found
    monkeypatch.setattr(pushing, "SPARE", -schedule.length)
    assert run_law(schedule) == found


def test_with_too_many_weights_in_two_blocks_one_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    schedule = local_schedule(5, 2, 1, ring=True)
    found = run_law(schedule)
    through = pushing.through

    def refusing(law: Packed, blocks: Sequence[Sequence[pushing.Site]]) -> Packed:
        if len(blocks) > 1:
            raise BeyondLimits("weights")
        return through(law, blocks)

    monkeypatch.setattr(pushing, "through", refusing)
    assert run_law(schedule) == found


# --- canaries: errors planted in the kernel --------------------------------------------------


def weights_of_other_strings(patch: pytest.MonkeyPatch) -> None:
    """What is carried along comes back in another order."""
    slots = Packed.slots

    def changed(self: Packed, number: int) -> tuple[bytes, ...]:
        return slots(self, number)[::-1]

    patch.setattr(Packed, "slots", changed)


def forgets_one_token(patch: pytest.MonkeyPatch) -> None:
    """No cell is ever drawn to show 1: it shows 0 instead."""
    drawn = pushing._cell_drawn  # pyright: ignore[reportPrivateUsage]

    def changed(held: Any, rows: Any, after: Any, first: Any) -> Any:
        return drawn(held, [(zero + one, 0, mask) for zero, one, mask in rows], after, first)

    patch.setattr(pushing, "_cell_drawn", changed)


@pytest.mark.parametrize("plant", [weights_of_other_strings, forgets_one_token])
def test_canary_weights_that_go_astray_give_another_law(
    monkeypatch: pytest.MonkeyPatch, plant: Callable[[pytest.MonkeyPatch], None]
) -> None:
    text = state_certificate(local_schedule(6, 3, 1, ring=True))
    checked(text)
    plant(monkeypatch)
    with pytest.raises(Rejected, match="the law is another one"):
        checked(text)
