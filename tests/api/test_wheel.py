"""The built wheel: every package is in it, and typed. `.ci/run` has mypy check `consumer.py` against it."""

from __future__ import annotations

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]["wheel"][
    "packages"
]


def test_every_package_is_in_the_wheel_and_says_that_it_is_typed(tmp_path: Path) -> None:
    build = [Path(sys.executable).with_name("hatchling"), "build", "--target", "wheel", "--directory", tmp_path]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if name.endswith("/py.typed")} == set(PACKAGES)
    assert {name.split("/")[0] for name in names if name.endswith(".py")} == set(PACKAGES)
