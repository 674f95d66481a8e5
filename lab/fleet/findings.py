"""What the administrator should know of the inputs from which a fleet was made."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InputFinding:
    """Something about the inputs that the administrator should know; the rest was read."""

    where: str
    """File, and row or place in it."""
    problem: str
    """What is wrong, a clause: `expired on 2025-01-01`, `not a certificate authority`."""
    remedy: str = ""
    grave: bool = False
    """Whether something was left out because of it, so that not everything could be judged."""
    about: frozenset[str] = frozenset()
    """Which rows (`row 12 of inventory.csv`) and devices it is true of, all of them; empty for a file or a folder."""
    assumed: bool = False
    """Whether it tells what no document says of a release, and verdicts rest on."""
