"""Constructions: from a circuit to a schedule (a DLM whose predictor and policies are circuits)."""
