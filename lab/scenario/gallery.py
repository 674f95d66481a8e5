"""The stories that come with the lab, by name."""

from __future__ import annotations

from pathlib import Path

from lab.base.failures import ScenarioError, shown, suggestion
from lab.scenario.file import load
from lab.scenario.model import Scenario

FOLDER = Path(__file__).parent.parent / "stories"


def names() -> list[str]:
    """In alphabetical order, so that a story and its cures stand together."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def story(name: str) -> Scenario:
    """Raises ScenarioError, with a suggestion, for a name that the gallery does not have."""
    if name not in names():
        remedy = suggestion(name, names()) or "; cucm-lab gallery lists them"
        raise ScenarioError(f"the gallery has no story {shown(name)}{remedy}")
    return load(FOLDER / f"{name}.toml")


def find(name_or_file: str) -> Scenario:
    """A story of the gallery, or a file: whatever ends in .toml or has a slash is a file. Raises ScenarioError."""
    if is_file(name_or_file):
        return load(Path(name_or_file))
    return story(name_or_file)


def is_file(name_or_file: str) -> bool:
    """Whether it names a file and not a story."""
    return name_or_file.endswith(".toml") or "/" in name_or_file
