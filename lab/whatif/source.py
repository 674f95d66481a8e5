"""What a change is asked about: a folder of exports, a scenario of the gallery or a file, or a plan that names one of these."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from journal import wall_now
from lab.base.failures import InvalidInput
from lab.base.toml_tables import Mistake, text_of, toml
from lab.fleet.findings import InputFinding
from lab.fleet.model import Fleet
from lab.play.building import make_keys
from lab.scenario import gallery
from lab.whatif.initial_fleet import initial_fleet, played
from lab.whatif.plan_file import Plan, load_plan
from lab.whatif.trust.lists import ListMaker
from pki import KeyPool, KeyRing


@dataclass(frozen=True, slots=True)
class NetworkSource:
    name: str
    fleet: Fleet
    keys: KeyRing
    findings: tuple[InputFinding, ...] = ()
    plan: Plan | None = None
    """Where the source itself is a plan."""


def open_source(text: str, now: datetime | None, release: str = "", *, after_story: bool = False) -> NetworkSource:
    """
    Args:
        text: a folder, a TOML file (scenario or plan), or the name of a story.
        now: the moment of `before`, for a folder; None for now. A scenario has its own.
        release: of every cluster, for a folder; empty for what settings.toml says. A scenario has its own.
        after_story: play the scenario first.

    Raises InvalidInput, NoAddress.
    """
    path = Path(text)
    if os.path.isdir(path):
        if after_story:
            raise InvalidInput(f"{text} is a folder of exports, and only a scenario can be played first")
        from lab.exports import read_exports

        fleet, findings = read_exports(path, now or wall_now(), release, ListMaker())
        return NetworkSource(text, fleet, KeyPool().ring(), findings)
    if gallery.is_file(text) and is_plan(path):
        plan = load_plan(path)
        if not plan.source:
            raise InvalidInput(
                f'{text}: the plan does not say for which network it is: add source = "FOLDER" or a story'
            )
        there = path.parent / plan.source
        found = open_source(str(there) if os.path.exists(there) else plan.source, now, release, after_story=after_story)
        return NetworkSource(found.name, found.fleet, found.keys, found.findings, plan)
    if now is not None:
        raise InvalidInput(f"{text} has a time of its own: --now is for a folder of exports")
    if release:
        raise InvalidInput(f"{text} says itself which release a cluster has: --release is for a folder of exports")
    scenario = gallery.find(text)
    keys = make_keys(scenario, KeyPool())
    return NetworkSource(text, played(scenario, keys)[0] if after_story else initial_fleet(scenario, keys), keys)


def is_plan(path: Path) -> bool:
    """Whether a TOML file is a plan rather than a scenario; what is no TOML at all is left to its reader."""
    try:
        raw = toml(text_of(path, "a plan"))
    except (InvalidInput, Mistake, RecursionError):
        return False
    return "steps" in raw and "clusters" not in raw and "phones" not in raw
