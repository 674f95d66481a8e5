"""Ways of cures that are not played, each with its reason."""

from __future__ import annotations

from typing import NamedTuple

from lab.explain import Way

AFTERWARDS = ("install new LSCs on all phones before you delete", "find out where this certificate comes from")
"""Advice that follows the operations of a cure, and is about other phones or about the time after."""


class Unplayed(NamedTuple):
    reason: str
    step: str = ""
    """TOML of the step that would play it, and that this lab does not have."""


UNPLAYED: dict[tuple[str, Way], Unplayed] = {}
UNREACHED: dict[tuple[str, Way], str] = {}
