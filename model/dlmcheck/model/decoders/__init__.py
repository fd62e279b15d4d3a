"""Position rules of decoders in use, written from their published descriptions, in exact numbers.

A rule is a step function of `spec.decoder`; what it does is decided by rationals only. Each
module says whose rule it is and where it is published; no code is taken from there.
"""
