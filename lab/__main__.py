"""Where `cucm-lab` and `python -m lab` start: it checks that all packages are this lab's, and runs the command.

What goes wrong where no caller can hear of it (a callback of OpenSSL, a finaliser, a thread, an exit function) would otherwise be
a traceback on standard error and no exit code: here it counts as a fault of the lab like any other.
"""

from __future__ import annotations

import os
import sys
import threading
from importlib.util import find_spec
from pathlib import Path

_PACKAGES = ("phone_sim", "cucm_sim", "capf_sim", "edge_sim", "pki", "wire", "journal")


def main() -> None:
    """Run the command and exit."""
    ending = threading.Event()
    try:
        _open_what_is_closed()
        _refuse_other_packages()
        _hear_of_lost_exceptions(ending)
        from lab.verbs.cli import cli

        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(errors="backslashreplace")  # an author's title may not fit this terminal's letters
        cli(prog_name="cucm-lab")
    except KeyboardInterrupt:  # before the command could see to it
        sys.exit(130)
    finally:
        ending.set()


def _open_what_is_closed() -> None:
    """Give standard input and error a file where they have none: else the next file or socket would take their number."""
    for number in (0, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number


def _hear_of_lost_exceptions(ending: threading.Event) -> None:
    """`ending`: Python has its exit code already, and only ends."""
    from lab.base import bugs

    def lost(error: BaseException | None) -> None:
        if isinstance(error, Exception) and not isinstance(error, BrokenPipeError):
            bugs.tell_lost(error)
            if ending.is_set():
                os._exit(bugs.OUR_FAULT)

    sys.unraisablehook = lambda unraisable: lost(unraisable.exc_value)
    threading.excepthook = lambda arguments: lost(arguments.exc_value)


def _refuse_other_packages() -> None:
    """Exit with 3 where Python finds a package of PyPI that has the name of one of this lab's."""
    from lab.base.terminal import echo

    here = Path(__file__).resolve().parent.parent
    for package in _PACKAGES:
        spec = find_spec(package)
        origin = Path(spec.origin).resolve() if spec is not None and spec.origin is not None else None
        if origin is None or origin.parent.parent != here:
            place = f"comes from {origin}" if origin is not None else "is missing"
            what = f"the package {package} {place} and not from this lab"
            echo(f"cucm-lab: {what}: reinstall it in an environment of its own", err=True)
            sys.exit(3)


if __name__ == "__main__":
    main()
