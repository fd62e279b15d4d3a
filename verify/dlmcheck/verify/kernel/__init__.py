"""The kernel: the only place where a checked result is made.

Engines propose, the kernel disposes. It imports the specification and the standard library and
nothing else; it enumerates, replays and compares, and it is meant to be read in one sitting:

    verdicts    what can be said of a claim
    evidence    what a verdict can rest on
    results     the abstract type `Checked`, which only this package constructs
    sweep       statements over finite domains: exhaustive evidence, counterexamples
    simulation  cut-point certificates: a schedule simulates a circuit, seed for seed
    witness     wrong runs, replayed coin by coin
"""
