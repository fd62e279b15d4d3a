"""Schedules worth having: the layer of each gate, chosen within its slack for a small width."""
