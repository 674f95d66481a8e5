"""Write requirements.lock: one exact version for each package that the lab and its tests need, directly or not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = """\
# Exact versions of everything the lab and its tests need. Made by `make lock`; do not edit.
# Made with Python 3.11, the oldest that the lab runs on, whose needs include those of all newer ones.
"""
# hatchling asks for this one only in the moment of an editable install.
BUILD_NEEDS = ("editables",)


def main() -> None:
    if sys.version_info[:2] != (3, 11):
        sys.exit("make lock needs Python 3.11: make lock PYTHON=python3.11")
    command = [sys.executable, "-m", "pip", "install", "-qq", "--dry-run", "--ignore-installed", "--report", "-"]
    answer = subprocess.run([*command, f"{ROOT}[dev]", *BUILD_NEEDS], check=True, stdout=subprocess.PIPE)
    packages = {
        found["metadata"]["name"]: found["metadata"]["version"] for found in json.loads(answer.stdout)["install"]
    }
    own = packages.pop("cucm-cert-lab")
    lines = sorted((f"{name}=={version}" for name, version in packages.items()), key=str.lower)
    (ROOT / "requirements.lock").write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")
    sys.stderr.write(f"requirements.lock: {len(lines)} packages for cucm-cert-lab {own}\n")


if __name__ == "__main__":
    main()
