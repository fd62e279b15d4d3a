"""Decoders that people run: their exact output law, and the point of the lattice they are at."""
