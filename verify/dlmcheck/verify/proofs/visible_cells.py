"""What becomes of visible cells, and which codes compiled rows have: one cell in one round.

Source: Jiang, Haghtalab, Chen (ICLR 2026), section 2, mask preservation; note SANITY. The write is
that of `model.reductions.unrolled`, in every encoding; the rows are those that Theorem 3.1's
compiler emits for every cell (`model.constructions.rules.keeping_bits`).
"""

from __future__ import annotations

from itertools import product

from dlmcheck.model.constructions import rules
from dlmcheck.model.reductions.folding import Wire, negated
from dlmcheck.model.reductions.unrolled import either, is_masked
from dlmcheck.spec.definition import Sampler
from dlmcheck.spec.errors import IllegalSampler
from dlmcheck.spec.lattice import Edits
from dlmcheck.spec.law import certain
from dlmcheck.spec.policies import DeterministicRemasking, DeterministicUnmasking
from dlmcheck.spec.sampler import check_write
from dlmcheck.spec.tokens import MASK, Token, masked_positions
from dlmcheck.verify.kernel.induction import Proof, Rule, Step
from dlmcheck.verify.proofs import write_once
from dlmcheck.verify.proofs.cells import Scene
from dlmcheck.verify.proofs.implication import Implication
from dlmcheck.verify.proofs.optimality import coded_cell, every_encoding, same_cell

ROWS = "compiled schedules: on every state each row is a law on 0 and 1"
CERTAIN = "compiled schedules: on every state the row of a visible cell is certain of its token"
LEGAL_WRITE = "rows of visible cells are certain of their token: a write keeps every visible token"
LEGAL_RUN = "without revision, not refused: a write keeps every visible token"
STAYS_VISIBLE = "revision to a token, not refused: a visible cell is visible after the round"

SELECTED = "it is selected"
OLD_MASKED, OLD_TOKEN = "it is masked", "the token it shows"
NEW_MASKED, NEW_TOKEN = "M is drawn", "the token drawn"

# --- rows of compiled schedules ----------------------------------------------------------------


def legal_codes() -> Step:
    """Whatever the coins, a row draws the code of 0 or of 1: a gate, a coin or a constant."""
    s = Scene("whatever is drawn has the code of 0 or 1", cells="i", atoms=["drawn"])
    i = s.cell("i")
    found = [
        ~rules.keeping_bits(s.builder, i.masked, i.value, drawn)[0]
        for drawn in (s.bit("drawn"), False, True)
    ]
    return s.concludes(s.both(*found))


def rows_proof() -> Proof:
    """S-ROWS for the schedule of any circuit."""
    return Proof(
        ROWS,
        (),
        (legal_codes(),),
        (Rule.UNIFORM,),
        skeleton=(
            "One function emits the two bits of every cell's row, from what is drawn for it.",
            "In every state and for all values of the coins the high bit is 0: the code of 0 or 1.",
            "Each value of the coins gives one of the two, so their shares add up to 1.",
        ),
    )


def certain_proof() -> Proof:
    """S-MASK on all states, for the schedule of any circuit."""
    return Proof(
        CERTAIN,
        (),
        (write_once.keeps(), write_once.keeps_against_one()),
        (Rule.UNIFORM,),
        skeleton=(
            "One function emits the two bits of every cell's row, from what is drawn for it.",
            "If the cell is visible they are its token's code, whatever is drawn.",
        ),
    )


# --- a write -----------------------------------------------------------------------------------


TOKENS = (0, 1, MASK)


def allowed(edits: Edits) -> list[tuple[Token, Token]]:
    """The changes of a cell, old and new token, that the specification does not refuse."""
    nothing = DeterministicRemasking(lambda _state, _number: frozenset())
    one = Sampler(
        length=1,
        predictor=lambda _state, _position, _number: certain(0),
        unmask=DeterministicUnmasking(lambda state, _number: masked_positions(state)),
        rounds=1,
        output=(0,),
        edits=edits,
        remask=nothing if edits is Edits.REMASK else None,
    )
    found: list[tuple[Token, Token]] = []
    for old, new in product(TOKENS, repeat=2):
        try:
            check_write(one, old, new, (old,), 1, 0)
        except IllegalSampler:
            continue
        found.append((old, new))
    return found


class _Write:
    """A visible cell in a write, in every encoding."""

    def __init__(self, name: str) -> None:
        self.s = Implication(name, SELECTED, OLD_MASKED, OLD_TOKEN, NEW_MASKED, NEW_TOKEN)
        self.s.premise("the cell is visible", negated(self.s[OLD_MASKED]))

    def _shows(self, masked: str, shown: str, token: Token) -> Wire:
        s = self.s
        if token == MASK:
            return s[masked]
        return s.both(negated(s[masked]), s[shown] if token else negated(s[shown]))

    def certain_row(self) -> None:
        """Premise: the row of a visible cell draws its token."""
        alike = [
            self.s.both(
                self._shows(OLD_MASKED, OLD_TOKEN, t), self._shows(NEW_MASKED, NEW_TOKEN, t)
            )
            for t in (0, 1)
        ]
        either_token = self.s.either(self.s[OLD_MASKED], *alike)
        self.s.premise("the row of a visible cell is certain of its token", either_token)

    def not_refused(self, edits: Edits) -> None:
        """Premise: if the cell is selected, its change is one that the run does not refuse."""
        changes = [
            self.s.both(
                self._shows(OLD_MASKED, OLD_TOKEN, old), self._shows(NEW_MASKED, NEW_TOKEN, new)
            )
            for old, new in allowed(edits)
        ]
        legal = self.s.implies(self.s[SELECTED], self.s.either(*changes))
        self.s.premise(f"the write is not refused ({edits.value})", legal)

    def keeps(self, *, visible_only: bool = False) -> Step:
        """Conclusion: the cell shows its token after the write, or at least shows one."""
        s = self.s
        found: list[Wire] = []
        for encoding in every_encoding():
            old = coded_cell(s, encoding, OLD_MASKED, OLD_TOKEN)
            new = coded_cell(s, encoding, NEW_MASKED, NEW_TOKEN)
            after = either(s.folder, s[SELECTED], new, old)
            masked = is_masked(s.folder, encoding, after)
            found.append(negated(masked) if visible_only else same_cell(s, after, old))
        return s.concludes(s.both(*found))


def legal_write() -> Step:
    """The row of a visible cell is certain of its token."""
    write = _Write("a write keeps a visible token that is drawn for certain")
    write.certain_row()
    return write.keeps()


def run_not_refused(edits: Edits) -> Step:
    """A run that writes another token into a visible cell is refused; this one is not."""
    write = _Write(f"a write that is not refused keeps a visible token ({edits.value})")
    write.not_refused(edits)
    return write.keeps()


def stays_visible() -> Step:
    """Under revision to a token M is not written."""
    write = _Write("a visible cell stays visible")
    write.not_refused(Edits.REVISE_TOKEN)
    return write.keeps(visible_only=True)


def _proof(statement: str, why: str, *steps: Step) -> Proof:
    skeleton = ("A cell changes in a write only if F selects it, and then to its candidate.", why)
    return Proof(statement, (), steps, (Rule.UNIFORM,), skeleton=skeleton)


def proofs() -> tuple[Proof, ...]:
    """All proofs of this module, built anew."""
    refused = [run_not_refused(edits) for edits in (Edits.WRITE_ONCE, Edits.REMASK)]
    return (
        rows_proof(),
        certain_proof(),
        _proof(LEGAL_WRITE, "The candidate of a visible cell is its own token.", legal_write()),
        _proof(LEGAL_RUN, "A run that writes another one into it is refused.", *refused),
        _proof(STAYS_VISIBLE, "A run that writes M is refused.", stays_visible()),
    )
