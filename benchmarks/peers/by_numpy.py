"""Linear circuits over GF(2) with numpy: elimination on packed rows, or full matrices by BLAS."""

from importlib import import_module
from typing import Any

from benchmarks.peers import common

BLOCK = 1024
"""So many outputs are transposed at a time."""


def equations(path: str, out: str) -> common.Answers:
    """The equations of the outputs.

    A row is a coin, a column an output. After elimination downwards, each column without a pivot
    is a sum of pivot columns before it: which ones, back substitution of these columns says.
    """
    np: Any = import_module("numpy")
    circuit = common.read_circuit(path)
    outputs = common.forms(circuit)
    count = len(outputs)
    matrix = by_coins(np, outputs, circuit.inputs)
    rank = 0
    pivots: list[int] = []
    for word in range(matrix.shape[1]):
        column = matrix[:, word].copy()  # kept up to date: reading down the matrix is slow
        for bit in range(min(64, count - 64 * word)):
            having = rank + np.flatnonzero(column[rank:] & np.uint64(1 << bit))
            if not len(having):
                continue
            first, others = having[0], having[1:]
            pivot = matrix[first, word:].copy()
            matrix[others, word:] ^= pivot
            column[others] ^= pivot[0]
            matrix[first, word:] = matrix[rank, word:]
            matrix[rank, word:] = pivot
            column[first], column[rank] = column[rank], pivot[0]
            pivots.append(64 * word + bit)
            rank += 1
    free = np.setdiff1d(np.arange(count), pivots)
    found = np.zeros((len(free), 8 * matrix.shape[1] * 8), np.uint8)
    found[:, pivots] = substituted(np, matrix[:rank], pivots, free).T
    found[np.arange(len(free)), free] = 1
    rows = np.packbits(found, axis=1, bitorder="little")
    numbers = [int.from_bytes(row.tobytes(), "little") for row in rows]
    return common.write_equations(out, numbers, [form >> circuit.inputs for form in outputs])


def by_coins(np: Any, outputs: list[int], coins: int) -> Any:
    """A packed row for each coin: which outputs it is in."""
    size = (coins + 8) // 8  # and the constant, which is cut off
    matrix = np.zeros((coins, (len(outputs) + 63) // 64 * 8), np.uint8)
    for start in range(0, len(outputs), BLOCK):
        some = outputs[start : start + BLOCK]
        packed = np.frombuffer(b"".join(form.to_bytes(size, "little") for form in some), np.uint8)
        bits = np.unpackbits(packed.reshape(len(some), size), axis=1, bitorder="little")
        columns = np.packbits(bits[:, :coins].T, axis=1, bitorder="little")
        matrix[:, start // 8 : start // 8 + columns.shape[1]] = columns
    return matrix.view(np.uint64)


def substituted(np: Any, matrix: Any, pivots: list[int], free: Any) -> Any:
    """The columns without a pivot, once the columns with one are made those of the identity."""
    bits = np.zeros((len(matrix), len(free)), np.uint8)
    for k, column in enumerate(free):
        bits[:, k] = matrix[:, column // 64] >> np.uint64(column % 64) & np.uint64(1)
    packed = np.packbits(bits, axis=1)
    word = -1
    column = matrix[:, 0]
    for row in range(len(pivots) - 1, -1, -1):
        if pivots[row] // 64 != word:
            word = pivots[row] // 64
            column = matrix[:, word].copy()
        above = np.flatnonzero(column[:row] & np.uint64(1 << pivots[row] % 64))
        packed[above] ^= packed[row]
    return np.unpackbits(packed, axis=1, count=len(free))


def dense(path: str) -> common.Answers:
    """Are the outputs uniform on the even strings? By full matrices, and products by BLAS.

    All columns of A add up to an even number; and L A = I for the L that is known: output i is
    u_i + u_(i-1), so that u_i is the sum of the outputs up to i. Products below 2^24 are exact.
    """
    np: Any = import_module("numpy")
    circuit = common.read_circuit(path)
    outputs = common.forms(circuit)
    coins = circuit.inputs
    if coins != len(outputs) - 1:
        raise ValueError(f"{coins} coins for {len(outputs)} outputs")
    matrix = np.zeros((len(outputs), coins), np.float32)
    for i, form in enumerate(outputs):
        matrix[i, [v for v in common.coins_of(form) if v < coins]] = 1
    constant = sum(form >> coins for form in outputs) % 2
    odd = bool(constant) or bool((matrix.sum(axis=0) % 2).any())
    product = np.tri(coins, dtype=np.float32) @ matrix[:-1] % 2
    return common.told(lost=not np.array_equal(product, np.eye(coins, dtype=np.float32)), odd=odd)


def dimension(path: str) -> common.Answers:
    """The dimension of the space of outputs alone: elimination without the equations."""
    np: Any = import_module("numpy")
    circuit = common.read_circuit(path)
    words = circuit.inputs // 64 + 1
    rows = np.zeros((circuit.inputs, words), np.uint64)
    for v in range(circuit.inputs):
        rows[v, v // 64] = 1 << (v % 64)
    zero = np.zeros(words, np.uint64)
    # a constant changes no dimension, so a negation is left out
    outputs = common.values(
        circuit, list(rows), (zero, zero), lambda row: row, {"XOR": common.differ}
    )
    matrix = np.array(outputs)
    rank = 0
    for v in range(circuit.inputs):
        bits = (matrix[rank:, v // 64] >> np.uint64(v % 64)) & np.uint64(1)
        having = rank + np.flatnonzero(bits)
        if not len(having):
            continue
        pivot = matrix[having[0]].copy()
        matrix[having[1:]] ^= pivot
        matrix[having[0]] = matrix[rank]
        matrix[rank] = pivot
        rank += 1
    return {"dimension": str(rank)}


if __name__ == "__main__":
    common.answer({"equations": equations, "dense": dense, "dimension": dimension})
