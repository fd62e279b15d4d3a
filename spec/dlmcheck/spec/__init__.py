"""What things mean: tokens, laws, circuits, samplers, schedules.

Pure Python, standard library only, exact rationals, plain loops, no caches. This floor is the
definition that everything else in the project is held against, so it is kept slow and obvious.
"""
