"""Verdicts: what can be said of a claim in one reading."""

from enum import Enum, unique


@unique
class Verdict(Enum):
    """The seven verdicts. Only PROVED and BOUNDED are affirmative."""

    PROVED = "PROVED"
    """For all n, in the stated reading."""
    BOUNDED = "BOUNDED"
    """For every instance of a finite domain, which is always stated with its count."""
    REFUTED = "REFUTED"
    """There is a counterexample, minimised and replayed."""
    UNKNOWN = "UNKNOWN"
    """Time, memory or method ran out."""
    VACUOUS = "VACUOUS"
    """No instance met the hypotheses."""
    UNSETTLEABLE = "UNSETTLEABLE"
    """Asymptotic or imported: nothing finite can settle it."""
    ERROR = "ERROR"
    """A check broke; nothing is concluded."""

    @property
    def is_affirmative(self) -> bool:
        """Whether the claim was found to hold."""
        return self in (Verdict.PROVED, Verdict.BOUNDED)

    @property
    def is_settled(self) -> bool:
        """Whether a finite check decided the claim, one way or the other."""
        return self.is_affirmative or self is Verdict.REFUTED
