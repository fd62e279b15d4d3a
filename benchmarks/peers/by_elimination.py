"""Elimination by hand: the outputs of a linear circuit row by row, in plain Python.

Beside each row stands which outputs it is the sum of. Where nothing is left of a row, these add up
to a constant: that is an equation.
"""

from benchmarks.peers import common


def integers(path: str, out: str) -> common.Answers:
    """The equations of the outputs; rows are the bits of integers."""
    circuit = common.read_circuit(path)
    outputs = common.forms(circuit)
    coins = (1 << circuit.inputs) - 1
    pivots: dict[int, tuple[int, int]] = {}
    found: list[int] = []
    for i, form in enumerate(outputs):
        row, used = form & coins, 1 << i
        while row:
            top = row.bit_length()
            if top not in pivots:
                pivots[top] = row, used
                break
            row ^= pivots[top][0]
            used ^= pivots[top][1]
        else:
            found.append(used)
    return common.write_equations(out, found, [form >> circuit.inputs for form in outputs])


def sets(path: str, out: str) -> common.Answers:
    """The same; rows are sets of coins, with one number more for the constant."""
    circuit = common.read_circuit(path)
    one = frozenset((circuit.inputs,))
    coins: list[frozenset[int]] = [frozenset((v,)) for v in range(circuit.inputs)]
    constants = (frozenset[int](), one)
    outputs = common.values(
        circuit, coins, constants, lambda form: form ^ one, {"XOR": common.differ}
    )
    pivots: dict[int, tuple[set[int], set[int]]] = {}
    found: list[int] = []
    for i, form in enumerate(outputs):
        row, used = set(form - one), {i}
        while row:
            top = max(row)
            if top not in pivots:
                pivots[top] = row, used
                break
            row ^= pivots[top][0]
            used ^= pivots[top][1]
        else:
            bits = bytearray(len(outputs) // 8 + 1)
            for output in used:
                bits[output >> 3] |= 1 << (output & 7)
            found.append(int.from_bytes(bits, "little"))
    return common.write_equations(out, found, [circuit.inputs in form for form in outputs])


if __name__ == "__main__":
    common.answer({"integers": integers, "sets": sets})
