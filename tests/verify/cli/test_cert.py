"""`dlmcheck cert`: certificates alone, with no engine installed."""

from __future__ import annotations

import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from dlmcheck.model.families import FAMILIES
from dlmcheck.model.formats import write_circuit
from dlmcheck.spec.circuit import Circuit, Gate, Input, InputKind, Op
from tests.verify.cli import proved
from tests.verify.cli.running import ROOT, Result, complaint, environment, here
from tests.verify.sample_certificates import samples

ENGINES = ("z3", "pysat", "pysolvers", "sympy", "numpy", "cvc5", "dratify")

BLOCKED = f"""
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {ENGINES}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
for name in {ENGINES}:
    try:
        __import__(name)
    except ModuleNotFoundError:
        continue
    sys.exit(f"{{name}} is not blocked")

from dlmcheck.verify.cli import main

main()
"""


def alone(*arguments: str | Path) -> Result:
    """The command line in a process where no engine can be imported."""
    done = subprocess.run(
        [sys.executable, "-c", BLOCKED, *map(str, arguments)],
        cwd=ROOT, env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    return Result(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def good(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A folder with a certificate of equivalence and one of a wrong run."""
    circuit = tmp_path / "circuit.json"
    write_circuit(FAMILIES["comparator"](2), circuit)
    common = ("compile", circuit, "--random", "all", "--verify", "--certificate")
    assert here(capsys, *common, tmp_path / "good.json").code == 0
    assert here(capsys, *common, tmp_path / "wrong.json", "--flip", "predictor:20").code == 1
    return tmp_path


def test_certificates_are_checked_with_no_engine_installed(good: Path) -> None:
    done = alone("cert", good / "good.json", good / "wrong.json")
    assert done.code == 0, done
    first, second = done.out.splitlines()
    assert first.startswith(f"{good / 'good.json'}: accepted: PROVED simulation; certificate: ")
    assert second.startswith(f"{good / 'wrong.json'}: refuted: REFUTED ")


def test_a_certificate_names_what_it_is_about(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the hash of the schedule's own file; a certificate of another one has another hash."""
    hashes: set[str] = set()
    for family in ("comparator", "decoder"):
        circuit, schedule = tmp_path / f"{family}.json", tmp_path / "schedule.json"
        write_circuit(FAMILIES[family](2), circuit)
        written = ("-o", schedule, "--certificate", tmp_path / "good.json")
        done = here(capsys, "compile", circuit, "--random", "all", "--verify", *written)
        assert done.code == 0, done
        line = here(capsys, "cert", tmp_path / "good.json").out
        digest = sha256(schedule.read_bytes()).hexdigest()
        assert f"; schedule sha256 {digest}; circuit sha256 " in line
        hashes.add(line.split("sha256 ", 1)[1])
    assert len(hashes) == 2


def test_a_law_is_named_with_its_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, evidence = tmp_path / "circuit.json", tmp_path / "law.json"
    inputs = (Input("a", InputKind.DATA), Input("b", InputKind.DATA), Input("r", InputKind.RANDOM))
    write_circuit(Circuit(inputs, (Gate(Op.AND, (0, 1, 2)),), (3,)), path)
    lines: set[str] = set()
    for bits in ("11", "01"):
        assert here(capsys, "law", path, "--data", bits, "--certificate", evidence).code == 0
        (line,) = here(capsys, "cert", evidence).out.splitlines()
        assert line.endswith(f"; data {bits}")
        lines.add(line)
    assert len(lines) == 2


def test_every_kind_is_checked_with_no_engine_installed(tmp_path: Path) -> None:
    paths: list[Path] = []
    for kind, text in samples().items():
        paths.append(tmp_path / f"{kind}.json")
        paths[-1].write_text(text)
    done = alone("cert", *paths)
    assert done.code == 0, done
    lines = done.out.splitlines()
    assert len(lines) == len(paths) >= 12
    for path, line in zip(paths, lines, strict=True):
        assert line.startswith((f"{path}: accepted: PROVED ", f"{path}: refuted: REFUTED "))


def test_rejected_is_4_and_malformed_2_and_2_wins(
    good: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = good / "good.json"
    text = path.read_text()
    assert '\\"rounds\\": ' in text
    path.write_text(text.replace('\\"coins\\": [[1, 0', '\\"coins\\": [[1, 1', 1))
    done = here(capsys, "cert", path, good / "wrong.json")
    assert done.code == 4, done
    assert f"{path}: REJECTED by the kernel: " in done.out
    assert "refuted: " in done.out
    (good / "broken.json").write_text(text[:-20])
    done = here(capsys, "cert", good / "broken.json")
    assert done.code == 2
    assert complaint(done).startswith(f"{good / 'broken.json'}:")
    assert here(capsys, "cert", path, good / "broken.json").code == 2


def test_what_cert_does_not_take(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = tmp_path / "row.json"
    row.write_text('{"format": "dlmcheck-evidence", "version": 1,\n"kind": "row"}')
    done = here(capsys, "cert", row)
    assert done.code == 2
    assert complaint(done).startswith(f"{row}:2: a row of an audit is no certificate")
    assert here(capsys, "cert", tmp_path / "absent.json").code == 2
    assert here(capsys, "cert").code == 2


def test_an_audit_writes_certificates_of_what_it_proves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = proved.registry()
    folder = tmp_path / "evidence"
    assert here(capsys, "audit", "PURE", "--evidence", folder, registry=known).code == 0
    proof, bounded = folder / "PURE--all-n--0.json", folder / "PURE--all-n--1.json"
    done = alone("cert", proof)
    assert done.code == 0, done
    said = f"{proof}: accepted: PROVED the steps offered for: the parity telescopes; proof: 2 steps"
    assert done.out.startswith(said)
    replayed = here(capsys, "replay", proof, bounded, registry=known)
    assert replayed.code == 0, replayed
    assert f"{proof}: replays: PROVED the parity telescopes" in replayed.out
    swapped = proof.read_text().replace("PURE/all-n", "ASKED/all-n")
    proof.write_text(swapped)
    assert here(capsys, "cert", proof).code == 0  # whose row it is cannot be seen without claims
    done = here(capsys, "replay", proof, registry=known)
    assert done.code == 4, done
    assert "no row ASKED/all-n that rests on the parity telescopes of proofs" in done.out
