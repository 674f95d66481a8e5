"""What somebody should know of the inputs from which a fleet was made."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about the inputs that somebody should know; the rest went on without it."""

    where: str
    """File, and row or place in it."""
    problem: str
    """What is wrong, a clause: `expired on 2025-01-01`, `not a certificate authority`."""
    remedy: str = ""
    grave: bool = False
    """Whether something was left out because of it."""
