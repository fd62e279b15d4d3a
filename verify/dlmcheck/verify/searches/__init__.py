"""Searches: the decisive questions that go through all candidates of a small domain."""
