"""What things mean: tokens, states, predictors, policies, rounds, runs, circuits and exact laws.

The bottom floor. Pure Python over the standard library, `fractions.Fraction` for every probability,
plain loops and no caches: slow, and meant to be obviously right when read beside the definitions of
Jiang, Haghtalab, Chen, "Diffusion Language Models are Provably Optimal Parallel Samplers"
(ICLR 2026). It imports nothing of the two other floors and no third-party package; the import
contracts in `pyproject.toml` enforce this.
"""
