"""Where `cucm-lab` and `python -m lab` start: the packages are ours, and then the command runs."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

_PACKAGES = ("phone_sim", "cucm_sim", "capf_sim", "edge_sim", "pki", "wire", "journal")


def main() -> None:
    """Run the command and exit."""
    try:
        _refuse_strangers()
        from lab.cli import cli

        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(errors="backslashreplace")  # an author's title may not fit this terminal's letters
        cli(prog_name="cucm-lab")
    except KeyboardInterrupt:  # before the command could see to it
        sys.exit(130)


def _refuse_strangers() -> None:
    """PyPI has packages of our packages' names; where one of them comes first, say so instead of failing somewhere inside."""
    here = Path(__file__).resolve().parent.parent
    for package in _PACKAGES:
        spec = find_spec(package)
        origin = Path(spec.origin).resolve() if spec is not None and spec.origin is not None else None
        if origin is None or origin.parent.parent != here:
            place = f"comes from {origin}" if origin is not None else "is missing"
            sys.stderr.write(
                f"cucm-lab: the package {package} {place} and not from this lab: reinstall it in an environment of its own\n"
            )
            sys.exit(3)


if __name__ == "__main__":
    main()
