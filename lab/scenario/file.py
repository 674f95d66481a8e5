"""From an author's TOML file to a `Scenario`, or to one sentence that says where the file is wrong and what was meant."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

from lab.base.failures import ScenarioError
from lab.base.toml_tables import Mistake, below, convert, keys_of, located, only, tables, tagged, text_of, toml
from lab.operations.table import read_operation
from lab.scenario.meaning import check
from lab.scenario.model import ClusterPart, Expect, Head, NodePart, PhonePart, RadiusPart, Scenario, Step, VpnPart


def load(path: Path) -> Scenario:
    """Raises ScenarioError for anything that is wrong with the file, be it missing, not TOML, or nonsense."""
    text = text_of(path, "a scenario", ScenarioError)
    return parse(text, str(path), path.stem)


def parse(text: str, where: str, name: str) -> Scenario:
    """A scenario from TOML text; `where` names the file in errors. Raises ScenarioError."""
    with located(where, ScenarioError):
        return replace(_scenario(toml(text), name), source=text)


def _scenario(raw: dict[str, Any], name: str) -> Scenario:
    head_keys = keys_of(Head)
    only(raw, [*head_keys, "clusters", "radius", "vpn", "phones", "steps"], "")
    for required in ("title", "clusters", "phones", "steps"):
        if required not in raw:
            raise Mistake("", f'the key "{required}" is missing')
    starts = raw.get("starts")
    if starts is not None and (not isinstance(starts, datetime) or starts.tzinfo is None):
        raise Mistake("starts", "this must be a date and time with its zone, like 2026-11-23T08:00:00Z")
    head = convert({key: raw[key] for key in raw if key in head_keys}, Head, "")
    _check_nodes(raw["clusters"])
    clusters = tables(raw["clusters"], "clusters", ClusterPart)
    radius = tables(raw["radius"], "radius", RadiusPart) if "radius" in raw else {}
    vpn = tables(raw["vpn"], "vpn", VpnPart) if "vpn" in raw else {}
    phones = tables(raw["phones"], "phones", PhonePart)
    if not isinstance(raw["steps"], list) or not raw["steps"]:
        raise Mistake("steps", "this must be a list of at least one step, each under [[steps]]")
    steps = tuple(_step(step, f"steps[{number}]") for number, step in enumerate(raw["steps"], 1))
    story = Scenario(name, head, clusters, phones, steps, radius, vpn)
    check(story)
    return story


def _check_nodes(raw: Any) -> None:
    """The tables of nodes alone, so that a mistake in one says where it is. Raises Mistake."""
    for name, cluster in raw.items() if isinstance(raw, dict) else ():
        if isinstance(cluster, dict) and "nodes" in cluster:
            tables(cluster["nodes"], below(below("clusters", name), "nodes"), NodePart)


def steps_of(raw: Any, where: str) -> tuple[Step, ...]:
    """Steps that are no file of their own, such as those to add to a story. Raises ScenarioError for a wrong shape."""
    with located(where, ScenarioError):
        return tuple(_step(step, f"steps[{number}]") for number, step in enumerate(raw, 1))


def _step(raw: Any, path: str) -> Step:
    if not isinstance(raw, dict):
        raise Mistake(path, "this must be a table, under [[steps]]")
    if ("do" in raw) == ("expect" in raw):
        raise Mistake(path, "a step has either `do` or `expect`" + (", not both" if "do" in raw else ""))
    if "do" in raw:
        return read_operation(raw, path)
    found: Step = tagged(raw, "expect", get_args(Expect), path)
    return found
