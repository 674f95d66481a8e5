"""Where `cucm-lab` and `python -m lab` start: every error that reaches here becomes one sentence and an exit code."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

_PACKAGES = ("phone_sim", "cucm_sim", "capf_sim", "pki", "wire", "journal")


def main() -> None:
    """Run the command and exit."""
    _refuse_strangers()
    import click

    from lab.cli import INTERRUPTED, INVALID_INPUT, MACHINE_CANNOT, cli

    try:
        cli(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(INVALID_INPUT)
    except (click.exceptions.Abort, KeyboardInterrupt):
        _say("interrupted")
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has seen enough. Python would complain once more while it exits; give it nothing to flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(INTERRUPTED)
    except BaseExceptionGroup as group:
        _group(group)
    except Exception as error:
        from lab.addresses import NoAddress
        from lab.scenario_file import ScenarioError
        from wire.tls import TlsUnavailable

        if isinstance(error, ScenarioError):
            _say(str(error))
            sys.exit(INVALID_INPUT)
        if isinstance(error, NoAddress | TlsUnavailable):
            _say(f"{error}; cucm-lab doctor says more")
            sys.exit(MACHINE_CANNOT)
        raise  # our bug: loud


def _group(group: BaseExceptionGroup[BaseException]) -> None:
    """What ended a running lab: trio wraps it once for each nursery on the way out."""
    from lab.addresses import NoAddress
    from lab.cli import INTERRUPTED, MACHINE_CANNOT
    from wire.tls import TlsUnavailable

    interrupted, rest = group.split(KeyboardInterrupt)
    if rest is None and interrupted is not None:
        _say("interrupted")
        sys.exit(INTERRUPTED)
    broken, others = group.split(BrokenPipeError)
    if others is None and broken is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(INTERRUPTED)
    cannot, unexpected = group.split((NoAddress, TlsUnavailable, OSError))
    if unexpected is None and cannot is not None:
        _say(f"{_first(cannot)}; cucm-lab doctor says more")
        sys.exit(MACHINE_CANNOT)
    raise group


def _first(group: BaseException) -> BaseException:
    while isinstance(group, BaseExceptionGroup):
        group = group.exceptions[0]
    return group


def _refuse_strangers() -> None:
    """PyPI has packages of our packages' names; where one of them comes first, say so instead of failing somewhere inside."""
    here = Path(__file__).resolve().parent.parent
    for package in _PACKAGES:
        spec = find_spec(package)
        origin = Path(spec.origin).resolve() if spec is not None and spec.origin is not None else None
        if origin is None or origin.parent.parent != here:
            place = f"comes from {origin}" if origin is not None else "is missing"
            _say(f"the package {package} {place} and not from this lab: reinstall it in an environment of its own")
            sys.exit(3)


def _say(text: str) -> None:
    print(f"cucm-lab: {text}", file=sys.stderr)


if __name__ == "__main__":
    main()
