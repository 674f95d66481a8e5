"""A project of somebody else, whose tests pytest runs in a process of its own, as in a pipeline."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET


@dataclass(frozen=True)
class Run:
    """What became of it."""

    code: int
    """pytest's exit code."""
    printed: str
    """On standard output and standard error."""
    told: dict[str, str]
    """What is told of each test that did not pass, by its name: `failure` or `error`, a line end, the text."""
    passed: frozenset[str]


def run_pytest(folder: Path, *arguments: str) -> Run:
    """Runs the tests in `folder` with the plugin as it is installed."""
    report = folder.parent / f"{folder.name}.xml"
    left_out = [f"-pno:{plugin}" for plugin in ("cacheprovider", "hypothesispytest", "trio")]
    command = [sys.executable, "-m", "pytest", f"--junitxml={report}", *left_out, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    cases = list(ET.parse(report).iter("testcase")) if report.exists() else []
    told = {
        case.attrib["name"]: f"{outcome.tag}\n{outcome.attrib.get('message')}\n{outcome.text}"
        for case in cases
        for outcome in case
        if outcome.tag in ("failure", "error")
    }
    passed = frozenset(case.attrib["name"] for case in cases) - set(told)
    return Run(done.returncode, done.stdout + done.stderr, told, passed)
