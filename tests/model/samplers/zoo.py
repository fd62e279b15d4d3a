"""Every even-parity sampler, with what is claimed of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

from dlmcheck.model.samplers.mask_memory import parity_chain, parity_tree
from dlmcheck.model.samplers.one_parity_check import parity_left_to_right, parity_two_rounds
from dlmcheck.model.samplers.random_unmasking import (
    parity_after_sampling,
    parity_independent_unmasking,
    parity_joint_unmasking,
)
from dlmcheck.model.samplers.remasking import (
    parity_remask_blocks,
    parity_remask_clock,
    parity_remask_state_only,
)
from dlmcheck.model.samplers.revision import parity_revision, parity_revision_absorbing
from dlmcheck.spec.lattice import Edits, Unmasking
from dlmcheck.spec.schedule import Schedule
from dlmcheck.spec.tokens import State

DETERMINISTIC = Unmasking.DETERMINISTIC


@dataclass(frozen=True)
class Entry:
    """A sampler and its claims; `locality` is (p, F, G) by the wires, for n = 12."""

    name: str
    make: Callable[[int], Schedule]
    locality: tuple[int, int, int | None]
    rounds: Callable[[int], int]
    edits: Edits = Edits.WRITE_ONCE
    unmasking: Unmasking = DETERMINISTIC
    clock: bool = False
    least: int = 2
    step: int = 1

    @property
    def deterministic_write_once(self) -> bool:
        """Whether the reduction of Theorem 4.5 is about it."""
        return self.edits is Edits.WRITE_ONCE and self.unmasking is DETERMINISTIC

    def sizes(self, largest: int) -> range:
        """The n of its range."""
        return range(self.least, largest + 1, self.step)


def two(_n: int) -> int:
    """Two rounds for every n."""
    return 2


def half(n: int) -> int:
    """The chain's rounds."""
    return max(2, -(-n // 2))


def binary_tree(n: int) -> int:
    """The rounds of the tree with arity 2: 4, 5, 12, 26, 54 cells fit levels 1 to 5."""
    return 2 + sum(n > cells for cells in (4, 5, 12, 26, 54))


def unary_tree(n: int) -> int:
    """The rounds of the tree with arity 1, which is a chain without payload further up."""
    return 2 if n <= 3 else 1 + -(-n // 2)


ZOO = (
    Entry("revision", parity_revision, (2, 0, None), two, Edits.REVISE_TOKEN, least=1),
    Entry(
        "revision, clock",
        lambda n: parity_revision(n, clock=True),
        (2, 0, None),
        two,
        Edits.REVISE_TOKEN,
        clock=True,
        least=1,
    ),
    Entry("revision, absorbing", parity_revision_absorbing, (2, 2, None), two, Edits.REVISE_TOKEN),
    Entry(
        "remasking in blocks",
        parity_remask_blocks,
        (2, 0, 2),
        lambda _n: 4,
        Edits.REMASK,
        clock=True,
        step=2,
    ),
    Entry(
        "remasking, clock", parity_remask_clock, (1, 0, 1), two, Edits.REMASK, clock=True, least=1
    ),
    Entry("remasking, state only", parity_remask_state_only, (2, 1, 2), two, Edits.REMASK),
    Entry(
        "independent F",
        parity_independent_unmasking,
        (2, 2, None),
        lambda _n: 3,
        unmasking=Unmasking.INDEPENDENT,
    ),
    Entry(
        "independent F, clock",
        lambda n: parity_independent_unmasking(n, clock=True),
        (2, 0, None),
        lambda _n: 3,
        unmasking=Unmasking.INDEPENDENT,
        clock=True,
    ),
    Entry("joint F", parity_joint_unmasking, (2, 2, None), two, unmasking=Unmasking.JOINT),
    Entry(
        "joint F, clock",
        lambda n: parity_joint_unmasking(n, clock=True),
        (0, 0, None),
        two,
        unmasking=Unmasking.JOINT,
        clock=True,
    ),
    Entry(
        "F after sampling",
        parity_after_sampling,
        (2, 2, None),
        two,
        unmasking=Unmasking.AFTER_SAMPLING,
    ),
    Entry("one check", parity_two_rounds, (11, 1, None), two),
    Entry(
        "one check, clock",
        lambda n: parity_two_rounds(n, clock=True),
        (11, 0, None),
        two,
        clock=True,
    ),
    Entry("left to right", parity_left_to_right, (11, 1, None), lambda n: n, least=1),
    Entry(
        "left to right, clock",
        lambda n: parity_left_to_right(n, clock=True),
        (11, 0, None),
        lambda n: n,
        clock=True,
        least=1,
    ),
    Entry("chain", parity_chain, (3, 5, None), half),
    Entry("chain, clock", lambda n: parity_chain(n, clock=True), (3, 3, None), half, clock=True),
    Entry("unary tree", lambda n: parity_tree(n, 1), (3, 5, None), unary_tree),
    Entry("binary tree", parity_tree, (5, 4, None), binary_tree),
    Entry(
        "binary tree, clock",
        lambda n: parity_tree(n, clock=True),
        (5, 3, None),
        binary_tree,
        clock=True,
    ),
)

DETERMINISTIC_WRITE_ONCE = tuple(entry for entry in ZOO if entry.deterministic_write_once)


def even(n: int) -> list[State]:
    """The even strings, worked out here."""
    return [z for z in product((0, 1), repeat=n) if sum(z) % 2 == 0]
