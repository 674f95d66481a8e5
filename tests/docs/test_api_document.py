"""docs/api.md: its programs run as they stand, and its tables name what there is."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

import lab.testing
from lab import Lab
from lab.running.phone_handle import PhoneHandle, PhoneRefusal, PhoneRegistration, PhoneResult

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "api.md").read_text("utf-8")
EXAMPLE, *PROGRAMS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


def test_the_example_is_the_one_that_is_tested() -> None:
    written = (ROOT / "tests" / "api" / "test_example.py").read_text("utf-8")
    assert EXAMPLE.split() == written.partition('"""\n')[2].split()


@pytest.mark.parametrize(
    ("program", "output"),
    [
        *zip(
            PROGRAMS,
            [
                "2026-12-23 registered True\n",
                "lsc-of-another-cluster\nPhoneRegistration(cluster='new'",
                "LSC\nFalse 20\n",
            ],
            strict=True,
        )
    ],
    ids=["time", "operations", "testing"],
)
def test_a_program_prints_what_is_said(program: str, output: str) -> None:
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(output)


@pytest.mark.parametrize("method", ["add_cluster", "add_radius", "add_vpn_gateway", "add_phone", "capture"])
def test_the_arguments_of_a_method_are_listed(method: str) -> None:
    (row,) = re.findall(rf"^\| `{method}\((.*?)\)`", TEXT, re.MULTILINE)
    listed = [name.strip().rstrip("=") for name in row.split(",")]
    wanted = [name for name in inspect.signature(getattr(Lab, method)).parameters if name != "self"]
    assert listed[1:] == wanted[1:]


@pytest.mark.parametrize("kind", [PhoneResult, PhoneRegistration, PhoneRefusal])
def test_the_fields_of_a_result_are_listed(kind: type) -> None:
    section = TEXT.partition("## A phone and its result")[2].partition("## Operations")[0]
    assert {field.name for field in fields(kind)} <= set(re.findall(r"`(\w+)`", section))


def test_the_names_of_lab_testing_are_its_own() -> None:
    section = TEXT.partition("## For your own tests")[2].partition("```")[0]
    assert set(re.findall(r"`(\w+)`", section)) - {"Lab"} <= set(lab.testing.__all__)


def test_the_handle_has_what_is_said() -> None:
    for name in ("device", "lsc", "mic", "power_on", "power_off", "result", "settled"):
        assert hasattr(PhoneHandle, name)
