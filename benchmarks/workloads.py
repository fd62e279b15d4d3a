"""Circuits that engines for exact laws are measured on, made from a seed; every gate is needed.

    xor_rich(20, 500, 8)      coins, gates, outputs: half XOR, the rest AND and OR
    adder(256)                a ripple-carry adder of two random numbers of 256 bits
    machine(100)              hidden bits, rewritten in 100 steps with coins in each
    sparse_sums(1024)         twice as many sums of five coins each, dealt at random

The same arguments give the same circuit, gate for gate.
"""

from __future__ import annotations

import random

from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op


def xor_rich(coins: int, gates: int, outputs: int, seed: int = 0) -> Circuit:
    """A random circuit of binary gates, half of them XOR, all of which some output depends on.

    Each gate reads the node that has waited longest for a reader, and any earlier node, each
    negated or not; so a value may be needed long after it was computed. Raises `ValueError` if
    there are not more coins than outputs, or fewer gates than coins.
    """
    if not 1 <= outputs < coins <= gates:
        raise ValueError("more coins than outputs, and at least as many gates as coins")
    chance = random.Random(f"{coins} {gates} {outputs} {seed}")
    made: list[Gate] = []
    unread = list(range(coins))
    for node in range(coins, coins + gates):
        left = coins + gates - node
        first = unread.pop(0)
        second = _second(chance, node, unread, first, spare=len(unread) + 1 - outputs, left=left)
        if second in unread:
            unread.remove(second)
        unread.append(node)
        op = chance.choice((Op.XOR, Op.XOR, Op.AND, Op.OR))
        made.append(
            Gate(op, tuple(~arg if chance.random() < 0.5 else arg for arg in (first, second)))
        )
    inputs = tuple(Input(f"r{i}", InputKind.RANDOM) for i in range(coins))
    return Circuit(inputs, tuple(made), tuple(unread))


def _second(
    chance: random.Random, node: int, unread: list[int], first: int, *, spare: int, left: int
) -> int:
    """Another earlier node: one that waits if time is short, one that is read if none is spare."""
    if spare >= left:
        return unread[0]
    while True:
        second = chance.randrange(node)
        if second != first and (spare > 0 or second not in unread):
            return second


def adder(bits: int) -> Circuit:
    """The sum of two uniform random numbers, bit by bit: 2 `bits` coins."""
    from dlmcheck.model.families.arithmetic import ripple_carry_adder

    return ripple_carry_adder(bits)


def machine(steps: int, hidden: int = 6, coins: int = 8, seed: int = 0) -> Circuit:
    """A Markov chain on `hidden` bits, all 0 at first: two of them after so many steps.

    In each step every bit becomes the sum of itself and of a random function of two other bits and
    of coins of this step; the functions are the same in all steps. Raises `ValueError` for fewer
    than one step.
    """
    if steps < 1:
        raise ValueError("no step at all")
    chance = random.Random(f"machine {hidden} {coins} {seed}")
    rules = [
        (chance.sample([i for i in range(hidden) if i != bit], 2), chance.sample(range(coins), 4))
        for bit in range(hidden)
    ]
    first = steps * coins
    gates = [Gate(Op.CONST0)]
    state = [first] * hidden

    def gate(op: Op, *args: int) -> int:
        gates.append(Gate(op, args))
        return first + len(gates) - 1

    for step in range(steps):
        new: list[int] = []
        for bit, ((left, right), drawn) in enumerate(rules):
            a, b, c, d = (step * coins + k for k in drawn)
            often = gate(Op.AND, gate(Op.OR, a, state[left]), gate(Op.OR, b, ~state[right]))
            rare = gate(Op.AND, gate(Op.XOR, c, state[right]), d)
            new.append(gate(Op.XOR, state[bit], gate(Op.OR, often, rare)))
        state = new
    inputs = tuple(Input(f"r{i}", InputKind.RANDOM) for i in range(first))
    return Circuit(inputs, tuple(gates), tuple(state[:2]))


def sparse_sums(coins: int, weight: int = 5, seed: int = 0) -> Circuit:
    """Twice as many bits as coins, each the sum of five coins dealt at random.

    Every coin is dealt about ten times. Set to 0, the bits give no coin away: no sum is short, and
    the more of them are added, the longer they get; a solver that does not eliminate has to search.
    That all coins count, so that the dimension is their number, is for the engines to find; with
    sums of even length it would be false. Raises `ValueError` for fewer coins than `weight`.
    """
    if coins < weight:
        raise ValueError("fewer coins than a sum has")
    chance = random.Random(f"sparse sums {coins} {weight} {seed}")
    gates: list[Gate] = []
    outputs: list[int] = []
    deck: list[int] = []
    for _ in range(2 * coins):
        hand: list[int] = []
        while len(hand) < weight:
            if not deck:
                deck = chance.sample(range(coins), coins)
            place = next((k for k, coin in enumerate(deck) if coin not in hand), None)
            if place is None:
                deck = []
            else:
                hand.append(deck.pop(place))
        total = hand[0]
        for coin in hand[1:]:
            gates.append(Gate(Op.XOR, (total, coin)))
            total = coins + len(gates) - 1
        outputs.append(total)
    inputs = tuple(Input(f"r{i}", InputKind.RANDOM) for i in range(coins))
    return Circuit(inputs, tuple(gates), tuple(outputs))
