"""Small circuits and schedules for the contract of the engines for exact laws."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import strategies as st

from dlmcheck.model.builder import Builder
from dlmcheck.spec.circuit import Bits, Circuit, Gate, Input, InputKind, Op, output_law
from dlmcheck.spec.law import Law
from dlmcheck.spec.sampler import output_law as run_law
from dlmcheck.spec.schedule import sampler_of
from dlmcheck.verify.engines.law_engines import CircuitLaw, LawProblem
from dlmcheck.verify.kernel.stated_laws import Counts


@st.composite
def circuits(draw: st.DrawFn, most_coins: int = 6) -> CircuitLaw:
    """All kinds of gates over data and coins in any order; any literal may be an output."""
    kinds = draw(st.lists(st.sampled_from(list(InputKind)), max_size=most_coins))
    inputs = tuple(Input(f"i{k}", kind) for k, kind in enumerate(kinds))
    gates: list[Gate] = []
    for _ in range(draw(st.integers(0, 8))):
        count = len(inputs) + len(gates)
        op = draw(st.sampled_from(list(Op)))
        if op in (Op.CONST0, Op.CONST1) or not count:
            gates.append(Gate(draw(st.sampled_from([Op.CONST0, Op.CONST1]))))
            continue
        most = 1 if op in (Op.ID, Op.NOT) else 4
        literals = st.integers(-count, count - 1)
        gates.append(Gate(op, tuple(draw(st.lists(literals, min_size=1, max_size=most)))))
    nodes = len(inputs) + len(gates)
    outputs = draw(st.lists(st.integers(-nodes, nodes - 1), max_size=6)) if nodes else []
    circuit = Circuit(inputs, tuple(gates), tuple(outputs))
    data = draw(st.tuples(*[st.booleans()] * len(circuit.data_inputs)))
    return CircuitLaw(circuit, data)


def by_definition(problem: LawProblem) -> Law[Bits]:
    """The law by the specification, with no engine in between."""
    if isinstance(problem, CircuitLaw):
        return output_law(problem.circuit, problem.data)
    law = run_law(sampler_of(problem.schedule, problem.data))
    return law.map(lambda state: tuple(token == 1 for token in state))


def fractions(law: Counts) -> dict[str, Fraction]:
    """The probability of each string of outputs that the kernel has counted."""
    return {text: Fraction(count, 1 << law.exponent) for text, count in law.counts.items()}


def by_specification(problem: CircuitLaw) -> dict[str, Fraction]:
    """The same by the specification."""
    law = by_definition(problem)
    return {"".join(str(int(bit)) for bit in bits): weight for bits, weight in law.items()}


def odd_cases() -> dict[str, CircuitLaw]:
    """The cases at the edge, by name."""
    coin, fact = Input("r", InputKind.RANDOM), Input("x", InputKind.DATA)
    constants = (Gate(Op.CONST0), Gate(Op.CONST1))
    return {
        "nothing at all": CircuitLaw(Circuit((), (), ())),
        "no coins": CircuitLaw(Circuit((), constants, (0, 1, ~0, ~1))),
        "no outputs": CircuitLaw(Circuit((coin,), (), ())),
        "a wire": CircuitLaw(Circuit((coin,), (), (0,))),
        "a wire and its negation, twice": CircuitLaw(Circuit((coin,), (), (0, ~0, 0, ~0))),
        "data alone": CircuitLaw(Circuit((fact,), (), (0, ~0)), (True,)),
        "data before coins": CircuitLaw(
            Circuit((fact, coin), (Gate(Op.AND, (0, 1)),), (2, 1)), (False,)
        ),
        "coins before data": CircuitLaw(
            Circuit((coin, fact), (Gate(Op.OR, (0, 1)),), (2, 0)), (True,)
        ),
        "an idle coin": CircuitLaw(Circuit((coin, Input("s", InputKind.RANDOM)), (), (1,))),
        "equal arguments": CircuitLaw(
            Circuit(
                (coin,),
                (Gate(Op.XOR, (0, 0)), Gate(Op.AND, (0, ~0)), Gate(Op.OR, (0, ~0, 0))),
                (1, 2, 3, 0),
            )
        ),
        "a wide gate": CircuitLaw(_wide(9)),
        "more than a word of coins": CircuitLaw(_wide(11)),
    }


def _wide(n: int) -> Circuit:
    builder = Builder.with_names(random=[f"r{i}" for i in range(n)])
    every = [i if i % 3 else ~i for i in range(n)]
    outputs = [builder.and_(*every), builder.or_(*every), builder.xor(*every), 0]
    return builder.build(outputs, ["all", "some", "parity", "first"])
