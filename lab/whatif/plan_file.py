"""A plan as a TOML file: for which network, and steps in their order."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.base.toml_tables import Mistake, located, only, text_of, toml
from lab.operations.operation import Operation
from lab.operations.table import read_operation


@dataclass(frozen=True, slots=True)
class Plan:
    path: Path
    source: str
    """A folder, seen from the plan's own, or a story; empty where the plan does not say."""
    steps: tuple[Operation, ...]


def load_plan(path: Path) -> Plan:
    """Raises InvalidInput for anything that is wrong with the file, with the place in it."""
    return parse_plan(text_of(path, "a plan"), path)


def parse_plan(text: str, path: Path) -> Plan:
    """From TOML text; `path` names the file in errors, and its folder is where the files lie that the plan names."""
    with located(str(path)):
        return _plan(toml(text), path)


def _plan(raw: dict[str, Any], path: Path) -> Plan:
    only(raw, ["source", "steps"], "")
    source = raw.get("source", "")
    if not isinstance(source, str):
        raise Mistake("source", "this must be text in quotes: a folder of exports, or a story")
    steps = raw.get("steps")
    if not isinstance(steps, list) or not steps:
        raise Mistake("steps", "this must be a list of at least one step, each under [[steps]]")
    return Plan(path, source, tuple(_step(step, f"steps[{number}]") for number, step in enumerate(steps, 1)))


def _step(raw: Any, path: str) -> Operation:
    if not isinstance(raw, dict):
        raise Mistake(path, "this must be a table, under [[steps]]")
    if "expect" in raw:
        raise Mistake(f"{path}.expect", "a plan has no checks, only steps with `do`")
    if "do" not in raw:
        raise Mistake(path, 'the key "do" is missing')
    return read_operation(raw, path)
