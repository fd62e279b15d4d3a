"""The things to be checked: circuits and their file formats, targets, samplers, constructions.

The middle floor. It may import `dlmcheck.spec` and never `dlmcheck.verify`: an object that is to be
checked does not know how it is checked.
"""
