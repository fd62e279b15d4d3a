"""Certificates whose clauses come from a search of this package rather than from the kernel.

The kernel goes through the refutation, and compares the clauses with those made here. So what is
made here is believed like the encoders of the kernel, and named in the result like them. Only the
standard library, the specification, the kernel and the encodings of `searches` are loaded.
"""
