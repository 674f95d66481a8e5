"""A change in the words of the command's options, as a test says it: texts, or the objects that have such names."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from os import PathLike
from pathlib import Path
from typing import TypeAlias

from lab.base.failures import InvalidInput
from lab.fleet.findings import InputFinding
from lab.fleet.model import Fleet
from lab.operations.steps import Step
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.options import steps_of_options

ChangeArg: TypeAlias = object
"""Text, a path, or what has such a name as its text: a CAPF, a cluster, a server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeArgs:
    """One field an option of `cucm-lab whatif`. Those that may be given several times there take a list here."""

    remove: ChangeArg | Iterable[ChangeArg] | None = None
    from_: ChangeArg | Iterable[ChangeArg] | None = None
    add: ChangeArg | Iterable[ChangeArg] | None = None
    to: ChangeArg | Iterable[ChangeArg] | None = None
    regenerate: ChangeArg | Iterable[ChangeArg] | None = None
    min_tls: str | None = None
    at: datetime | date | str | None = None
    move: ChangeArg | None = None
    plan: str | PathLike[str] | None = None


def steps_of_args(
    fleet: Fleet, factory: CredentialFactory, words: ChangeArgs, folder: Path
) -> tuple[tuple[Step, ...], tuple[InputFinding, ...]]:
    """Steps, those of a plan last as with the command, and what is odd about that plan. Raises InvalidInput.

    Args:
        folder: where relative paths begin.
    """
    given = [field.name for field in fields(words) if getattr(words, field.name) is not None]
    if not given:
        raise InvalidInput(
            "no change was named: remove= and from_=, add= and to=, regenerate=, min_tls=, at=, move= or plan="
        )
    options = {
        "remove": [_file(text, folder) for text in _texts(words.remove)],
        "from_": _texts(words.from_),
        "add": [_file(text, folder) for text in _texts(words.add)],
        "to": _texts(words.to),
        "regenerate": _texts(words.regenerate),
        "min_tls": words.min_tls,
        "at": words.at.isoformat() if isinstance(words.at, date) else words.at,
        "move": str(words.move) if words.move is not None else None,
    }
    steps, fleet = steps_of_options(fleet, factory, options)
    if words.plan is None:
        return steps, ()
    from lab.whatif.plan_file import load_plan  # late: few tests have a plan
    from lab.whatif.plan_steps import steps_of_plan

    planned, odd = steps_of_plan(fleet, factory, load_plan(folder / words.plan), len(steps) + 1)
    return (*steps, *planned), odd


def _texts(given: ChangeArg | Iterable[ChangeArg] | None) -> list[str]:
    if given is None:
        return []
    return [str(each) for each in given] if isinstance(given, list | tuple | set | frozenset) else [str(given)]


def _file(text: str, folder: Path) -> str:
    """A file beside the test by its whole path; anything else as it is."""
    return str(folder / text) if os.path.isfile(folder / text) else text
