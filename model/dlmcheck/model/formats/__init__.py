"""Circuit files: AIGER (ascii and binary), ISCAS .bench, and a JSON format of our own.

`load_circuit` and `write_circuit` choose the format by the suffix of the file name. See README.md
in this folder for what each format can say. `load_schedule` reads a schedule, which is JSON.
"""

from dlmcheck.model.formats.load import load_circuit, load_schedule, write_circuit

__all__ = ["load_circuit", "load_schedule", "write_circuit"]
