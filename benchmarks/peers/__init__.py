"""Adapters: one library each, which answers a question about a file and prints it as JSON.

They run in the environment of the peers, which knows nothing of this project, so they import
nothing of it (`by_python` alone runs beside the project: it is the specification).
"""
