"""Steps of the plans in examples/renewal, a name for each, and the same steps with one left out or two neighbours joined."""

from __future__ import annotations

import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "renewal"
Steps = tuple[dict[str, Any], ...]
"""Tables as in a plan."""
PAUSES = ("reset", "wait")
"""What stands between two acts so that phones take the lists."""
_TELLING = ("certificate", "service", "server", "store", "key")


@cache
def steps_of(plan: str) -> Steps:
    """Of a file by its name without `.toml`."""
    return tuple(tomllib.loads((FOLDER / f"{plan}.toml").read_text("utf-8"))["steps"])


def labels(steps: Steps) -> tuple[str, ...]:
    """A name for each step, which no other has: the word, what it is about, and a number from the second one alike on."""
    seen: Counter[str] = Counter()
    found = []
    for step in steps:
        label = " ".join([step["do"], *(str(step[key]) for key in _TELLING if key in step)])
        seen[label] += 1
        found.append(label if seen[label] == 1 else f"{label}, {seen[label]}")
    return tuple(found)


def without(steps: Steps, label: str) -> Steps:
    """All steps but that one."""
    return tuple(step for step, each in zip(steps, labels(steps), strict=True) if each != label)


def joints(steps: Steps) -> tuple[str, ...]:
    """The acts before which phones are given time: the resets and waits in front of each stand between it and its neighbour."""
    pairs = zip(steps, steps[1:], labels(steps)[1:], strict=False)
    return tuple(label for before, step, label in pairs if before["do"] in PAUSES and step["do"] not in PAUSES)


def joined(steps: Steps, label: str) -> Steps:
    """Without the resets and waits right before the act of that label."""
    end = labels(steps).index(label)
    start = end
    while steps[start - 1]["do"] in PAUSES:
        start -= 1
    return steps[:start] + steps[end:]


def without_last_pauses(steps: Steps) -> Steps:
    """Without the resets and waits at the end."""
    kept = list(steps)
    while kept and kept[-1]["do"] in PAUSES:
        kept.pop()
    return tuple(kept)
