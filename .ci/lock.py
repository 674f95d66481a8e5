"""Write the lock files: one exact version for each package that the lab and its tests need, directly or not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = """\
# {what}. Made by `make lock`; do not edit.
# Made with Python 3.11, the oldest that the lab runs on, whose needs include those of all newer ones.
"""
# hatchling asks for this one only in the moment of an editable install.
BUILD_NEEDS = ("editables",)


def main() -> None:
    if sys.version_info[:2] != (3, 11):
        sys.exit("make lock needs Python 3.11: make lock PYTHON=python3.11")
    needed = resolved("dev")
    write("requirements.lock", "Exact versions of everything the lab and its tests need", needed)
    dask = {name: version for name, version in resolved("dev,dask").items() if name not in needed}
    write("requirements-dask.lock", "What Dask needs besides requirements.lock: `pip install -r` both", dask)


def resolved(extras: str) -> dict[str, str]:
    """Name and version of each package that pip would install."""
    command = [sys.executable, "-m", "pip", "install", "-qq", "--dry-run", "--ignore-installed", "--report", "-"]
    answer = subprocess.run([*command, f"{ROOT}[{extras}]", *BUILD_NEEDS], check=True, stdout=subprocess.PIPE)
    found = {each["metadata"]["name"]: each["metadata"]["version"] for each in json.loads(answer.stdout)["install"]}
    del found["cucm-cert-lab"]
    return found


def write(name: str, what: str, packages: dict[str, str]) -> None:
    lines = sorted((f"{package}=={version}" for package, version in packages.items()), key=str.lower)
    (ROOT / name).write_text(HEADER.format(what=what) + "\n".join(lines) + "\n", encoding="utf-8")
    sys.stderr.write(f"{name}: {len(lines)} packages\n")


if __name__ == "__main__":
    main()
