"""Target laws: what a sampler is to produce, always as an exact law of token strings.

Families are functions that return a law; `parse_target` finds them by name; tables come from
JSON, laws from circuits, and estimates from samples.
"""

from dlmcheck.model.targets.chains import (
    blocks,
    flip_chain,
    hidden_markov,
    markov_chain,
    noisy_chain,
)
from dlmcheck.model.targets.codes import linear_code
from dlmcheck.model.targets.exact import MOST_OUTCOMES, TokenLaw, rational
from dlmcheck.model.targets.lacunary import lacunary_even_parity
from dlmcheck.model.targets.named import TARGETS, TargetFamily, parse_target
from dlmcheck.model.targets.sources import (
    EmpiricalTarget,
    Target,
    circuit_target,
    empirical_target,
    samples_from_text,
)
from dlmcheck.model.targets.strings import (
    even_parity,
    fixed_weight,
    odd_parity,
    one_hot,
    permutation_matrices,
    product_bits,
    repetition,
    tilted_even_parity,
    uniform,
)
from dlmcheck.model.targets.table import load_target, target_from_json, target_to_json

__all__ = [
    "MOST_OUTCOMES",
    "TARGETS",
    "EmpiricalTarget",
    "Target",
    "TargetFamily",
    "TokenLaw",
    "blocks",
    "circuit_target",
    "empirical_target",
    "even_parity",
    "fixed_weight",
    "flip_chain",
    "hidden_markov",
    "lacunary_even_parity",
    "linear_code",
    "load_target",
    "markov_chain",
    "noisy_chain",
    "odd_parity",
    "one_hot",
    "parse_target",
    "permutation_matrices",
    "product_bits",
    "rational",
    "repetition",
    "samples_from_text",
    "target_from_json",
    "target_to_json",
    "tilted_even_parity",
    "uniform",
]
