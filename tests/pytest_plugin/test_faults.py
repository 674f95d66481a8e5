"""A fault of the lab in somebody's test suite: pytest's exit code is 70, and not the 1 of a change that breaks something."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pytest_plugin.conftest import run_pytest

SUITE = """
def test_of_a_fault(lab, phone, monkeypatch):
    def faulty(*arguments, **words):
        raise KeyError("ours")
    monkeypatch.setattr("lab.whatif.judge.Judge.access", faulty)
    assert phone.registers()


def test_of_a_wrong_word(lab):
    lab.nonsense()


def test_that_passes(phone):
    assert phone.registers()
"""


@pytest.mark.parametrize("options", [(), ("-n1",)], ids=["one process", "a worker of xdist"])
def test_a_fault_makes_the_exit_code_70(options: tuple[str, ...], tmp_path: Path) -> None:
    suite = tmp_path / "suite"
    suite.mkdir()
    (suite / "test_it.py").write_text(SUITE, "utf-8")
    run = run_pytest(suite, *options)
    assert run.code == 70, run.printed
    assert "1 faults of the lab" in run.printed
    assert run.passed == {"test_that_passes"}


def test_a_mistake_of_the_test_is_no_fault_of_the_lab(tmp_path: Path) -> None:
    suite = tmp_path / "suite"
    suite.mkdir()
    (suite / "test_it.py").write_text("def test_it(trust_change):\n    trust_change(nonsense=1)\n", "utf-8")
    run = run_pytest(suite)
    assert run.code == 1
    assert "faults of the lab" not in run.printed
