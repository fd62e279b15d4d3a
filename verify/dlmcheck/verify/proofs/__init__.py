"""Proofs for all n: steps emitted by the constructions themselves, under named rules.

    positions     indices of cells as linear expressions, compared within a situation

The even-parity samplers of section 4 (what each does is in its own module):

    local_wires   the wires of one cell and its neighbours, as atoms of a step
    parity        from a sampler's local rules to its steps: rounds, telescoping, bijection
"""
