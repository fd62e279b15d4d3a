"""Changes of a good certificate in one place, each with why it must be rejected.

They are made on the samples of `sample_certificates`, and belong to `test_forged_certificates`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dlmcheck.spec.circuit import Circuit, Input, InputKind
from dlmcheck.spec.serial import circuit_to_json

Change = Callable[[dict[str, Any]], object]


def inner(field: str, old: str, new: str) -> Change:
    """Replace something in a text that stands in a field."""

    def change(raw: dict[str, Any]) -> None:
        assert old in raw[field]
        raw[field] = raw[field].replace(old, new, 1)

    return change


def put(field: str, value: object) -> Change:
    return lambda raw: raw.update({field: value})


def without_its_end(proof: str) -> str:
    return proof[: proof.rstrip().rfind("\n") + 1]


def merge_changed(place: int, how: Callable[[Any], Any]) -> Change:
    """Change a field of the first merge: node, literal, gates, proof."""

    def change(raw: dict[str, Any]) -> None:
        raw["merges"][0][place] = how(raw["merges"][0][place])

    return change


def last_line_cut(raw: dict[str, Any]) -> None:
    raw["proof"] = raw["proof"].rsplit("\n", 2)[0] + "\n"


def last_or_is_and(raw: dict[str, Any]) -> None:
    raw["schedule"] = '"AND"'.join(raw["schedule"].rsplit('"OR"', 1))


def clause_dropped(raw: dict[str, Any]) -> None:
    head, _, rest = raw["dimacs"].partition("\n")
    raw["dimacs"] = head + "\n" + rest.partition("\n")[2]


def clauses_swapped(raw: dict[str, Any]) -> None:
    first, second, third, *rest = raw["dimacs"].split("\n")
    raw["dimacs"] = "\n".join([first, third, second, *rest])


def hints_reversed(raw: dict[str, Any]) -> None:
    lines = raw["proof"].split("\n")
    lemma, _, hints = lines[0].partition(" 0 ")
    backwards = " ".join([*reversed(hints.split()[:-1]), "0"])
    raw["proof"] = "\n".join([f"{lemma} 0 {backwards}", *lines[1:]])


def strengthened(raw: dict[str, Any]) -> None:
    number, _, hints = raw["proof"].split("\n")[0].partition(" ")
    raw["proof"] = f"{number} 0 {hints.partition(' 0 ')[2]}\n"


def hint_dropped(raw: dict[str, Any]) -> None:
    lines = raw["proof"].split("\n")
    lemma, _, hints = lines[-2].rpartition(" 0 ")
    assert hints == "" or lemma
    parts = lines[-2].split()
    lines[-2] = " ".join([*parts[:-2], "0"])
    raw["proof"] = "\n".join(lines)


def circuits_swapped(raw: dict[str, Any]) -> None:
    claim = raw["claim"]
    claim["left"], claim["right"] = claim["right"], claim["left"]


def another_function(raw: dict[str, Any]) -> None:
    raw["claim"]["right"] = raw["claim"]["right"].replace("XOR", "AND", 1)


def encoder_swapped(raw: dict[str, Any]) -> None:
    claim = raw["claim"]
    raw["claim"] = {
        "encoder": "inverse-circuits", "forward": claim["left"], "backward": claim["right"]
    }  # fmt: skip


def asked(old: str, new: str) -> Change:
    """Replace something in the text of the query."""

    def change(raw: dict[str, Any]) -> None:
        (query,) = raw["queries"]
        assert old in query["text"]
        query["text"] = query["text"].replace(old, new, 1)

    return change


def declared_late(raw: dict[str, Any]) -> None:
    (query,) = raw["queries"]
    declaration = "(declare-const n Int)\n"
    text = query["text"].replace(declaration, "", 1)
    query["text"] = text.replace("(assert (! (not", f"{declaration}(assert (! (not", 1)


def row(change: Callable[[list[Any]], object]) -> Change:
    """Change the first row of a table of a decoder."""
    return lambda raw: change(raw["rows"][0])


def weights_moved(parts: list[Any]) -> None:
    """From the first branch to the second one."""
    parts[0][0], parts[1][0] = parts[1][0], parts[0][0]


def revised_jointly(raw: dict[str, Any]) -> None:
    """A round that changes two visible tokens together, said to have a deterministic F."""
    law, point = {"00": "1/2", "11": "1/2"}, ["0", "0"]
    parts = [["1/2", 0, ["0", "0"]], ["1/2", 0, ["1", "1"]]]
    classes = ["after-sampling", "deterministic", "exchangeable", "independent", "joint"]
    raw.update(target=law, law=law, start="00", rounds=1, rows=[[1, "00", 0, parts, [None, None]]])
    raw.update(total_variation="0", kl_target_law=point, kl_law_target=point, worst=1)
    raw.update(expected="1", unmasking="deterministic", own_predictor=classes)


def many_at_once(raw: dict[str, Any]) -> None:
    """A part of 2^24 states, in a short file."""
    raw.update(start="M" * 24)
    half = {"0": "1/2", "1": "1/2"}
    raw["rows"] = [[1, "M" * 24, 0, [["1", 0, [half] * 24]], None]]


TWO = {"000": "1/2", "001": "1/2"}
ENDLESS = '"rounds": 1000000000000'
NINE_COINS = circuit_to_json(
    Circuit(tuple(Input(f"r{k}", InputKind.RANDOM) for k in range(9)), (), (0,))
)
NOTHING: list[object] = []
NO_PLACES: list[list[int]] = [[]]


def below(change: Change) -> Change:
    """A change of the lower bound of a width."""
    return lambda raw: change(raw["below"])


def ending_changed(place: int, entry: int, how: Callable[[int], int]) -> Change:
    """Change the votes or a string of one ending of the block at an end."""

    def change(raw: dict[str, Any]) -> None:
        ending = raw["ends"][0]["last"][entry]
        ending[place] = how(ending[place])

    return change


CHANGED: list[tuple[str, str, Change, str]] = [
    ("block-chain", "a complete block votes yes", ending_changed(0, 0, lambda _: 6),
        "complete, but votes (2, 0)"),
    ("block-chain", "another vote", ending_changed(0, -1, lambda votes: (votes + 3) % 9), ", not "),
    ("block-chain", "an odd string for an even one", ending_changed(1, -1, lambda z: z ^ 1),
        "does not end in"),
    ("block-chain", "a block that changes what it shows",
        lambda raw: raw["alone"][0]["third"].__setitem__(-1, 32), "does not agree with"),
    ("merged-simulation", "another gate asked", inner("circuit", '"OR"', '"AND"'), "node 8: lemma"),
    ("merged-simulation", "another gate shown", inner("shown", '"AND"', '"XOR"'), "does not write"),
    ("merged-simulation", "no merge", put("merges", []), "output o0 is not shown equal"),
    ("merged-simulation", "a merge of an input", put("last", [[1, 0, 5, ""]]),
        "node 1 is not shown to be node 0"),
    ("merged-simulation", "a merge with itself", put("last", [[1, 1, 5, ""]]), "cannot be merged"),
    ("merged-simulation", "a proof cut off", merge_changed(3, without_its_end),
        "does not reach the empty clause"),
    ("merged-simulation", "a window too small", merge_changed(2, lambda _: 1),
        "node 8: "),
    ("merged-simulation", "the negation", merge_changed(1, lambda literal: ~literal), "node 8: "),
    ("simulation", "a coin less", inner("certificate", "[[1, 0, 1]]", "[]"), "does not write"),
    ("simulation", "another coin", inner("certificate", "[1, 0, 1]", "[1, 0, 0]"), "random inputs"),
    ("simulation", "no such coin", inner("certificate", "[1, 0, 1]", "[1, 9, 1]"), "coin"),
    ("simulation", "a coin of no round", inner("certificate", "[1, 0, 1]", "[9, 0, 1]"), "coin"),
    ("simulation", "another gate", inner("circuit", '"AND"', '"OR"'), "does not write node 2"),
    ("simulation", "a round more", inner("schedule", '"rounds": 2', '"rounds": 3'), "2 rounds"),
    ("wrong-run", "other data", inner("run", '"data": "0"', '"data": "1"'), "nothing goes wrong"),
    ("wrong-run", "no data", inner("run", '"data": "0"', '"data": ""'), "one bit per data input"),
    ("wrong-run", "no coin", inner("run", '[["predictor", 1, 0]]', "[]"), "nothing goes wrong"),
    ("wrong-run", "the right circuit", inner("circuit", '"OR"', '"AND"'), "nothing goes wrong"),
    (
        "wrong-run",
        "a coin that there is not",
        put("coupling", {"r": [["predictor", 7, 0], False]}),
        "the run has no coin predictor, 7, 0",
    ),
    (
        "wrong-run",
        "an input that there is not",
        put("coupling", {"s": [["predictor", 1, 0], False]}),
        "no injection of random inputs",
    ),
    ("circuit-law", "a gate of another kind", inner("circuit", '"AND"', '"OR"'),
        "output 0 has probability 0/2^1, not 1/2^1"),
    ("circuit-law", "data of another kind", put("data", "0"), "output 0 has probability 2/2^1"),
    ("circuit-law", "one seed moved", put("counts", {"1": "2"}), "output 0 has probability 1/2^1"),
    ("circuit-law", "a seed too many", put("counts", {"0": "1", "1": "2"}), "do not sum to 2^1"),
    ("circuit-law", "a larger power of two", put("exponent", 10**30), "do not sum to 2^1000"),
    ("state-law", "a gate of another kind", last_or_is_and,
        "the law is another one: output 00 has probability"),
    ("state-law", "a round less", inner("schedule", '"rounds": 2', '"rounds": 1'),
        "the law is another one: output 00 has probability"),
    ("state-law", "other edits", inner("schedule", '"revise-any"', '"revise-token"'),
        "the predictor writes M"),
    ("state-law", "rounds without end", inner("schedule", '"rounds": 2', ENDLESS),
        "rounds are too many to be gone through"),
    ("state-law", "the cells in another order", put("cells", [2, 0]), "the law is another one"),
    ("state-law", "certain instead", put("counts", {"MM": "1"}), "do not sum to 2^"),
    ("diagram-law", "a gate of another kind", inner("circuit", '"AND"', '"OR"'),
        "output 0 has probability 0/2^1, not 1/2^1"),
    ("diagram-law", "data of another kind", put("data", "0"), "output 0 has probability 2/2^1"),
    ("diagram-law", "one seed moved", put("counts", {"1": "2"}), "output 0 has probability 1/2^1"),
    ("diagram-law", "a seed too many", put("counts", {"0": "1", "1": "2"}), "do not sum to 2^1"),
    ("diagram-law", "data in the order", put("order", ["a", "r"]), "none of random inputs"),
    ("diagram-law", "a coin twice", put("order", ["r", "r"]), "none of random inputs"),
    ("frontier-law", "a gate of another kind", inner("circuit", '"AND"', '"OR"'),
        "output 0 has probability 0/2^2, not 1/2^2"),
    ("frontier-law", "data of another kind", put("data", "0"),
        "output 0 has probability 2/2^2, not 1/2^2"),
    ("frontier-law", "one seed moved", put("counts", {"0": "0x2", "1": "0x2"}),
        "output 0 has probability 1/2^2, not 2/2^2"),
    ("frontier-law", "a seed too many", put("counts", {"0": "0x2", "1": "0x3"}),
        "do not sum to 2^2"),
    ("frontier-law", "a larger power of two", put("exponent", 10**30), "do not sum to 2^1000"),
    ("frontier-law", "a gate left out", put("order", [4]), "does not have each gate once"),
    ("frontier-law", "a gate twice", put("order", [3, 3]), "does not have each gate once"),
    ("frontier-law", "a gate that there is not", put("order", [3, 5]),
        "does not have each gate once"),
    ("frontier-law", "a reader before what it reads", put("order", [4, 3]),
        "gate 4 comes before gate 3, which it reads"),
    ("same-law", "another gate", inner("circuit", '"AND"', '"OR"'),
        "the laws differ: for data 0: output 0 has probability 1 in the run and 1/2"),
    ("same-law", "a round less", inner("schedule", '"rounds": 2', '"rounds": 1'),
        "the run is illegal (LeavesMask)"),
    ("same-law", "an input of another name", inner("circuit", '"name": "a"', '"name": "b"'),
        "the schedule's data inputs are not the circuit's"),
    ("same-law", "rounds without end", inner("schedule", '"rounds": 2', ENDLESS),
        "rounds are too many to be gone through"),
    ("same-law", "more rounds than are gone through", inner(
        "schedule", '"rounds": 2', '"rounds": 2000'), "too large to be gone through"),
    ("same-law", "more inputs than are gone through", put("circuit", NINE_COINS),
        "too large to be gone through"),
    ("law", "the right circuit", inner("circuit", '"OR"', '"AND"'), "the laws are equal"),
    ("law", "other data", inner("witness", '"data": "0"', '"data": "1"'), "in another way"),
    ("law", "no data", inner("witness", '"data": "0"', '"data": ""'), "one bit per data input"),
    ("law", "another probability", inner("witness", '"1/2"', '"1/3"'), "in another way"),
    ("broken-mask", "another coin", inner("witness", '"coins": [0]', '"coins": [5]'), "coin"),
    ("broken-mask", "no such cell", inner("witness", '"cell": ', '"cell": 9'), "not visible"),
    ("induction", "another gate", lambda raw: raw["steps"][0].update(
        circuit=raw["steps"][0]["circuit"].replace("OR", "AND")), "contradict each other"),
    ("induction", "an output negated", lambda raw: raw["steps"][0].update(
        circuit=raw["steps"][0]["circuit"].replace('"literal": 1', '"literal": -2')), "fails at"),
    ("induction", "no rule", put("rules", []), "rests on a rule"),
    ("induction", "a query of nobody", put("queries", [{"name": "q", "text": ""}]), "answered"),
    ("refutation", "a clause less", clause_dropped, "line 2 is another"),
    ("refutation", "clauses swapped", clauses_swapped, "line 2 is another"),
    ("refutation", "another count", inner("dimacs", "p cnf 11 ", "p cnf 12 "), "line 1 is another"),
    ("refutation", "the end cut off", last_line_cut, "does not reach the empty clause"),
    ("refutation", "no proof", put("proof", ""), "does not reach the empty clause"),
    ("refutation", "hints backwards", hints_reversed, "literals left"),
    ("refutation", "a hint less", hint_dropped, "its hints lead to no conflict"),
    ("refutation", "the empty clause at once", strengthened, "lemma 30: "),
    ("refutation", "circuits swapped", circuits_swapped, "the clauses are not those"),
    ("refutation", "another function", another_function, "the clauses are not those"),
    ("refutation", "another encoder", encoder_swapped, "as many outputs as inputs"),
    ("round-dependence", "a round more", put("rounds", 4), "no claim says that the start takes 4"),
    ("round-dependence", "a claim less", lambda raw: raw["claims"].pop(1), "leaves 2 rounds"),
    ("round-strategy", "a round less", put("rounds", 2), "after 2 rounds state 00M is left"),
    ("round-strategy", "cells that depend", lambda raw: raw["choices"].update(
        {"MMM": [0, 1, 2]}), "are not independent"),
    ("exchangeable-rounds", "a round less", put("rounds", 2), "the start takes 3 rounds, not 2"),
    ("exchangeable-rounds", "other weights", put("weights", ["1/8"] * 4), "is wrong about"),
    ("upper-bound", "other weights", put("target", {
        "000": "1/4", "011": "1/4", "101": "1/2"}), "than the target's"),
    ("upper-bound", "a bin less", lambda raw: raw["data"].pop(), "3 bins"),
    ("upper-bound", "bins reversed", lambda raw: raw["data"].reverse(), "does not have is drawn"),
    ("lower-bound", "a product law", put("target", TWO), "the marginals gives"),
    ("sampler", "another probability", put("target", {
        "000": "1/4", "011": "1/2", "101": "1/4"}), "than the target's"),
    ("sampler", "rounds without end", lambda raw: raw["table"].update(rounds=10**12),
        "rounds are too many to be gone through"),
    ("sampler", "a round less", lambda raw: raw["table"].update(rounds=1), "a token is still due"),
    ("decoder", "another law", put("law", {"00": "1/100", "01": "9/100", "11": "9/10"}),
        "00 comes out with probability 1/1000"),
    ("decoder", "a string less", put("law", {"11": "1"}), "00 comes out with probability 1/1000"),
    ("decoder", "another target", put("target", {"00": "1/4", "11": "3/4"}),
        "the total variation is 249/1000"),
    ("decoder", "no distance", put("total_variation", "0"), "the total variation is 81/1000"),
    ("decoder", "a divergence too small", put("kl_target_law", ["0", "1/100"]), "kl_target_law is"),
    ("decoder", "ends swapped", lambda raw: raw["kl_law_target"].reverse(), "kl_law_target is ["),
    ("decoder", "an infinite one", put("kl_law_target", "infinite"), "kl_law_target is ["),
    ("decoder", "a round less", put("worst", 1), "the longest run takes 2 rounds"),
    ("decoder", "fewer on average", put("expected", "3/2"), "takes 2 rounds on average"),
    ("decoder", "a narrower class", put("unmasking", "joint"), "F is after-sampling"),
    ("decoder", "hidden memory", put("unmasking", "memory"), "F is after-sampling"),
    ("decoder", "too many classes", lambda raw: raw["own_predictor"].append("independent"),
        "of its own F is after-sampling, joint"),
    ("decoder", "a class twice", lambda raw: raw["own_predictor"].append("joint"),
        "is named twice"),
    ("decoder", "no row", lambda raw: raw["rows"].pop(), "no row for round 2 at"),
    ("decoder", "a row that is not needed", lambda raw: raw["rows"].append(
        [3, "00", 0, [["1", 0, ["0", "0"]]], None]), "round 3 at 00 is never reached"),
    ("decoder", "another round", row(lambda one: one.__setitem__(0, 2)), "for round 1 at MM"),
    ("decoder", "another memory", row(lambda one: one[3][0].__setitem__(1, 1)), "for round 2"),
    ("decoder", "another start", put("start", "M1"), "no row for round 1 at M1"),
    ("decoder", "ended sooner", put("rounds", 1), "round 2 at 0M is never reached"),
    ("decoder", "weights moved", row(lambda one: weights_moved(one[3])), "comes out with"),
    ("decoder", "a part of too many states", many_at_once, "has more than 1048576 states"),
    ("decoder", "another token", lambda raw: raw["rows"][-1][3][0].__setitem__(2, ["1", "1"]),
        "comes out with"),
    ("locality", "a hint less", lambda raw: raw["cases"][0].update(
        proof=raw["cases"][0]["proof"].replace(" 11 20 0", " 11 0")), "lead to no conflict"),
    ("locality", "the end cut off", lambda raw: raw["cases"][0].update(
        proof=raw["cases"][0]["proof"].rpartition("38 ")[0]), "does not reach the empty clause"),
    ("locality", "a round more", inner("question", "D=2", "D=3"), "the clauses are not those"),
    ("locality", "no cases", put("cases", NOTHING), "no case for visible cells (0,)"),
    ("local-target", "a clause less", lambda raw: raw["core"].pop(), "there is no clause 28"),
    ("local-target", "a clause that there is not", lambda raw: raw["core"].append(10**6),
        "a clause beyond"),
    ("local-target", "the end cut off", lambda raw: raw.update(
        proof=raw["proof"][: raw["proof"].rindex("\n", 0, -1) + 1]), "reach the empty clause"),
    ("local-target", "a round more", inner("question", "D=2", "D=3"), "the clauses are not those"),
    ("length", "a cell more", put("length", 3), "the clauses are not those"),
    ("length", "other edits", put("edits", "revise-any"), "the clauses are not those"),
    ("length", "no proof", put("proof", ""), "does not reach the empty clause"),
    ("width", "a bound too high", put("bound", 6), "the clauses are not those"),
    ("width", "a bound less", put("bound", 4), "the clauses are not those"),
    ("width", "a layer more", put("last", 4), "the clauses are not those"),
    ("width", "layers without end", put("last", 10**12), "layers are too many"),
    ("width", "clauses without end", put("last", 1 << 20), "too many layers to make clauses"),
    ("width", "coins in any layer", put("late_coins", True), "the clauses are not those"),
    ("width", "a gate too low", lambda raw: raw["layers"].__setitem__(-1, 0), "not an assignment"),
    ("width", "a layer less", lambda raw: raw["layers"].pop(), "nothing to make clauses of"),
    ("width", "a clause less", below(clause_dropped), "the clauses are not those"),
    ("width", "the end cut off", below(last_line_cut), "does not reach the empty clause"),
    ("width", "a hint less", below(hint_dropped), "its hints lead to no conflict"),
    ("width", "no reason", put("below", {"by": "floor"}), "give 3"),
    (
        "width",
        "a walk used twice",
        put("below", {"by": "walks", "layer": 1, "walks": [[0], [0]]}),
        "walk ",
    ),
    ("trajectory", "a cell more", put("length", 3), "the clauses are not those"),
    ("trajectory", "a layer more", lambda raw: raw["layers"].append([0, 1]), "are not those"),
    ("trajectory", "another layer", put("layers", [[1, 0], [1, 0], [0, 1]]), "are not those"),
    ("trajectory", "layers swapped", lambda raw: raw["layers"].reverse(), "are not those"),
    ("trajectory", "other edits", put("edits", "revise-any"), "the clauses are not those"),
    ("trajectory", "all cells visible", put("end", "whole-state"), "the clauses are not those"),
    ("trajectory", "a clause less", clause_dropped, "line 2 is another"),
    ("trajectory", "the end cut off", last_line_cut, "does not reach the empty clause"),
    ("trajectory", "a hint less", hint_dropped, "its hints lead to no conflict"),
    ("program", "a gate more", put("gates", 2), "the clauses are not those"),
    ("program", "another function", put("functions", ["01101000"]), "the clauses are not those"),
    ("program", "a function more", lambda raw: raw["functions"].append("00010111"), "not those"),
    ("program", "a function negated", put("functions", ["10010110"]), "the clauses are not those"),
    ("program", "clauses swapped", clauses_swapped, "line 2 is another"),
    ("program", "the end cut off", last_line_cut, "does not reach the empty clause"),
    ("program", "no proof", put("proof", ""), "does not reach the empty clause"),
    ("program", "a hint less", hint_dropped, "its hints lead to no conflict"),
    ("queries", "no query", put("queries", NOTHING), "the file holds no query"),
    ("queries", "nobody who answered", put("trusted", ""), "does not say who answered"),
    ("queries", "a rule twice", lambda raw: raw["rules"].append(raw["rules"][0]),
        "a rule is named twice"),
    ("queries", "a bracket less", asked("n 2)", "n 2"), "a bracket is not closed"),
    ("queries", "a bracket too many", asked("(check-sat)", "(check-sat))"), "bracket too many"),
    ("queries", "two questions", asked("(check-sat)", "(check-sat)\n(check-sat)"), "a question"),
    ("queries", "no question", asked("(check-sat)\n", ""), "from a logic to a question"),
    ("queries", "an option", asked("(declare", "(set-option :rlimit 1)\n(declare"), "than decl"),
    ("queries", "a premise without name", asked("(! (>= n 2) :named |premise large|)", "(>= n 2)"),
        "an assertion without a name"),
    ("queries", "a conclusion not negated", asked("(not (>= n 1))", "(>= n 1)"), "no negated con"),
    ("queries", "a premise as conclusion", asked("premise large", "not the conclusion"), "named"),
    ("queries", "a declaration too late", declared_late, "than declarations and premises"),
    ("queries", "another name", asked("; small", "; large"), "the first line is not its name"),
    ("queries", "a stray quote", asked("n 2", 'n "2'), "cannot be read"),
    ("linear", "the odd strings", put("constants", [True]), "not every output solves"),
    ("linear", "an output less", put("equations", [[0, 1, 2]]), "not every output solves"),
    ("linear", "rows swapped", lambda raw: raw["left"].reverse(), "L A is not the identity"),
    ("linear", "no column", put("right", NO_PLACES), "H R is not the identity"),
    ("linear", "another gate", inner("circuit", '"XOR"', '"AND"'), "which is not linear"),
    ("linear", "an output negated", inner("circuit", '"literal": 3', '"literal": -4'), "solves"),
]  # fmt: skip
