"""The lattice of conventions: every choice on which a claim about a sampler can depend.

A statement such as "a circuit of depth d is simulated in d rounds" has no truth value until
these choices are made. Each axis is a type; a `Point` names one value per axis, and every
verdict names its point.

Sources: the model of Jiang, Haghtalab, Chen (ICLR 2026), section 2, and its reading by the
follow-up notes; the position rules of the decoders in use for the wider axes of F.
"""

from dataclasses import dataclass, fields
from enum import Enum, unique

from dlmcheck.spec.errors import BadPoint


@unique
class Edits(Enum):
    """What may happen to a cell that already shows a token."""

    WRITE_ONCE = "write-once"
    """Nothing: a written token stays (mask preservation)."""
    REMASK = "remask"
    """The remasking policy G may turn it back to M at the end of a round."""
    REVISE_TOKEN = "revise-token"
    """The predictor may replace it by another token, never by M."""
    REVISE_ANY = "revise-any"
    """The predictor may replace it by another token or by M."""


REVISING = (Edits.REVISE_TOKEN, Edits.REVISE_ANY)
"""The edit models in which the predictor may change a visible cell."""


@unique
class Unmasking(Enum):
    """How the unmasking policy F chooses the positions to write."""

    DETERMINISTIC = "deterministic"
    """A function of the state."""
    INDEPENDENT = "independent"
    """Each position by its own coins, given the state; rates may differ by position."""
    EXCHANGEABLE = "exchangeable"
    """The same rule for every position that can change, or a uniform k-subset of these."""
    JOINT = "joint"
    """Any law on sets of positions, given the state."""
    AFTER_SAMPLING = "after-sampling"
    """May also see the drawn candidates, as confidence-based decoders do."""
    MEMORY = "memory"
    """May also keep state that is in no token."""


@unique
class Remasking(Enum):
    """How the remasking policy G chooses; it sees the state after the write."""

    NONE = "none"
    DETERMINISTIC = "deterministic"
    INDEPENDENT = "independent"
    JOINT = "joint"


@unique
class Clock(Enum):
    """Whether the predictor and the policies may depend on the round number."""

    STATE_ONLY = "state-only"
    ROUND_NUMBER = "round-number"


@unique
class Reals(Enum):
    """Which probabilities a predictor may use."""

    UNRESTRICTED = "unrestricted"
    """Any real number in [0, 1]."""
    DYADIC = "dyadic"
    """Multiples of a power of 1/2: what finitely many fair bits give."""


@unique
class RandomBits(Enum):
    """Who provides the random bits (layer 0) of a sampling circuit."""

    SAMPLED = "sampled"
    """They are nodes that the DLM must itself sample, one cell each."""
    FREE = "free"
    """They stand in visible cells before the first round."""
    PRIVATE = "private"
    """Each is read by one gate only and is one of that cell's own random bits: no cell."""


@unique
class DepthCount(Enum):
    """From which number layers are counted."""

    FROM_ZERO = "from-zero"
    """Inputs are layer 0; the depth is the largest layer."""
    FROM_ONE = "from-one"
    """Inputs are layer 1; the depth is the number of layers."""


@unique
class End(Enum):
    """Which cells must show a token when the run ends."""

    WHOLE_STATE = "whole-state"
    OUTPUT_ONLY = "output-only"


@unique
class Stop(Enum):
    """When a run ends."""

    FIXED_ROUNDS = "fixed-rounds"
    """After a number D of rounds that is part of the sampler."""
    ABSORBING = "absorbing"
    """As above, and further rounds change nothing."""


@dataclass(frozen=True)
class PredictorClass:
    """How strong a predictor is.

    `locality` bounds the tokens that one position's law reads (NC0 when constant in n), `depth`
    and `size` bound its circuit (AC0-like when depth is constant and size polynomial); None
    means no bound. With no bound at all the predictor is unrestricted.

    Raises `BadPoint` for a negative bound.
    """

    reals: Reals = Reals.UNRESTRICTED
    locality: int | None = None
    depth: int | None = None
    size: int | None = None

    def __post_init__(self) -> None:
        for bound in (self.locality, self.depth, self.size):
            if bound is not None and bound < 0:
                raise BadPoint(f"negative bound {bound}", source="predictor class")

    @property
    def is_unrestricted(self) -> bool:
        """Whether every function of the state with any real law is allowed."""
        return self == PredictorClass()

    def __str__(self) -> str:
        bounds = [
            f"{name} <= {bound}"
            for name, bound in (
                ("locality", self.locality),
                ("depth", self.depth),
                ("size", self.size),
            )
            if bound is not None
        ]
        return ", ".join([self.reals.value, *bounds])


@dataclass(frozen=True)
class Point:
    """One value per axis. `scratch` is L - n, the number of cells beyond the output.

    Raises `BadPoint` where two values contradict each other (a remasking policy without the
    edit model that licenses it, or a negative number of scratch cells).

    >>> str(Point(edits=Edits.REMASK, remasking=Remasking.DETERMINISTIC)).split("; ")[:2]
    ['edits remask', 'unmasking deterministic']
    """

    edits: Edits = Edits.WRITE_ONCE
    unmasking: Unmasking = Unmasking.DETERMINISTIC
    remasking: Remasking = Remasking.NONE
    clock: Clock = Clock.STATE_ONLY
    scratch: int | None = None
    """None where the number of scratch cells is not bounded."""
    predictor: PredictorClass = PredictorClass()
    random_bits: RandomBits = RandomBits.SAMPLED
    depth_count: DepthCount = DepthCount.FROM_ZERO
    end: End = End.WHOLE_STATE
    stop: Stop = Stop.FIXED_ROUNDS

    def __post_init__(self) -> None:
        if (self.edits is Edits.REMASK) != (self.remasking is not Remasking.NONE):
            raise BadPoint(
                f"edits {self.edits.value} with remasking {self.remasking.value}",
                source="point",
                expected="a remasking policy exactly with the edit model remask",
            )
        if self.scratch is not None and self.scratch < 0:
            raise BadPoint(f"{self.scratch} scratch cells", source="point")

    def __str__(self) -> str:
        parts: list[str] = []
        for field in fields(self):
            value = getattr(self, field.name)
            text = value.value if isinstance(value, Enum) else "any" if value is None else value
            parts.append(f"{field.name.replace('_', ' ')} {text}")
        return "; ".join(parts)
