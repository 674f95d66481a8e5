"""The example project and the pages about it: what a team copies works as it stands, and so does what the pages show."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.pytest_plugin.conftest import Run, run_pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "trust-change-in-ci"
PIPELINES = (EXAMPLE / ".github" / "workflows" / "cucm.yml", EXAMPLE / ".gitlab-ci.yml")
INSTALL = "python -m pip install -r requirements.txt"
_LINE = re.compile(
    r'(?P<indent>(?:  )*)(?P<item>- )?(?:(?P<key>[a-z][\w-]*):(?: |$))?(?P<value>"[^"]*"|\||[A-Za-z0-9./][^"#{}\[\]]*|)'
)
"""Of the part of YAML that these files keep to: two blanks a level, a key or an item a line, and no text with a sign of YAML's."""


def commands(pipeline: Path) -> list[str]:
    """What a pipeline runs, in order; each line of it must be one that every YAML reader understands alike."""
    found, inside, section = [], -1, ""
    for number, line in enumerate(pipeline.read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#") or (inside >= 0 and line.startswith("  " * inside)):
            continue
        match = _LINE.fullmatch(line)
        assert match is not None, f"{pipeline.name}:{number}: {line}"
        level, key, value = len(match["indent"]) // 2 + bool(match["item"]), match["key"], match["value"]
        assert ": " not in value.strip('"'), f"{pipeline.name}:{number}: {line}"
        inside = level + 1 if value == "|" else -1
        if key is not None:
            section = key
        if key == "run" or (key is None and section in ("script", "before_script")):
            found.append(value)
    return found


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example, copied elsewhere."""
    folder = tmp_path_factory.mktemp("copied") / "project"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache", "*.xml", "*.html"))
    return folder


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """As a pipeline runs it, with the commands of this environment."""
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(
        ["sh", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_both_pipelines_run_the_same_commands_and_nothing_but_pip_before_them() -> None:
    github, gitlab = map(commands, PIPELINES)
    assert github == gitlab
    assert github[0] == INSTALL
    assert [command.split()[0] for command in github] == ["python", "python", "cucm-lab"]


@pytest.mark.parametrize("command", [each for each in commands(PIPELINES[0]) if each != INSTALL])
def test_each_command_of_the_pipelines_runs_in_the_project_as_it_is_copied(command: str, project: Path) -> None:
    before = set(project.rglob("*"))
    done = shell(command, project)
    assert done.returncode == 0, done.stdout + done.stderr
    made = {path.name for path in set(project.rglob("*")) - before if path.parent == project}
    wanted = set(re.findall(r"(?:--junitxml=|--junit |--report )(\S+)", command))
    assert wanted
    assert made - {".pytest_cache"} == wanted
    for name in wanted:
        if name.endswith(".xml"):
            cases = list(ET.parse(project / name).iter("testcase"))
            assert len(cases) > 5
            assert not [case for case in cases if case.find("failure") is not None]


def test_what_is_to_be_installed_is_what_is_tested_here() -> None:
    lines = (EXAMPLE / "requirements.txt").read_text("utf-8").splitlines()
    names = [re.split(r"[ @>=<]", line)[0] for line in lines if line and not line.startswith("#")]
    assert names == ["cucm-cert-lab", "pytest"]
    assert [distribution(name).metadata["Name"] for name in names] == names
    assert "@ git+https://" in "".join(lines)  # a bare name would be asked of a public index


def test_a_careless_plan_fails_the_job_with_the_phones_that_it_breaks(project: Path) -> None:
    plan = project / "plans" / "careless.toml"
    text = (project / "plans" / "retire-old-capf.toml").read_text("utf-8")
    plan.write_text(re.sub(r'\[\[steps\]\]\ndo = "install-lsc"\nphones = .*\n', "", text))
    done = shell("cucm-lab whatif plans/careless.toml --now 2026-11-23 --against baseline.toml --no-order", project)
    plan.unlink()
    assert done.returncode == 1, done.stdout + done.stderr
    assert "SEP001A2F10A001" in done.stdout
    assert "20@0" in done.stdout


def test_no_file_of_the_example_holds_a_private_key_and_every_certificate_is_a_mock() -> None:
    from cryptography import x509

    from lab.exports.certificates import certificates_of_file

    found: list[x509.Certificate] = []
    for path in EXAMPLE.rglob("*"):
        if path.is_file():
            assert b"PRIVATE KEY" not in path.read_bytes()
        if path.suffix == ".pem":
            found += certificates_of_file(path)
    assert len(found) > 10
    for certificate in found:
        names = certificate.subject.rfc4514_string() + certificate.issuer.rfc4514_string()
        assert "MOCK - NOT CISCO" in names


# The pages


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """What became of the tests that docs/pytest.md shows, each block a file of its own."""
    folder = tmp_path_factory.mktemp("shown") / "tests"
    shutil.copytree(EXAMPLE / "exports", folder / "exports")
    page = (ROOT / "docs" / "pytest.md").read_text("utf-8")
    for number, block in enumerate(re.findall(r"```python\n(.*?)```", page, re.DOTALL), 1):
        (folder / f"test_block_{number}.py").write_text(block)
    return run_pytest(folder, "--strict-markers", "-W", "error")


def test_every_test_that_the_page_shows_passes(shown: Run) -> None:
    assert shown.code == 0, shown.printed
    assert len(shown.passed) >= 8


def test_the_page_about_pipelines_shows_those_of_the_example() -> None:
    page = (ROOT / "docs" / "ci.md").read_text("utf-8")
    github, gitlab = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert github in PIPELINES[0].read_text("utf-8")
    assert gitlab == PIPELINES[1].read_text("utf-8")


def test_every_link_of_the_examples_readme_leads_to_a_file() -> None:
    text = (EXAMPLE / "README.md").read_text("utf-8")
    targets = re.findall(r"\]\(([^)#]+)\)", text) + re.findall(r"`([\w.-]+/[\w./-]*|[\w-]+\.(?:toml|txt))`", text)
    assert len(targets) > 5
    for target in targets:
        assert (EXAMPLE / target).exists(), target
