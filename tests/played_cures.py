"""A cure of an explanation as steps of a scenario, to be played after the story that failed."""

from __future__ import annotations

from lab.explain import Explanation
from lab.play.runner import StoryResult
from lab.play.services import CapfStarted


def steps_of(result: StoryResult, found: Explanation, way: int = 0) -> str:
    """TOML of one of its ways. AssertionError where an operation stands for none of its parts."""
    return "".join(_step(result, dict(step)) for step in found.cures[way])


def _step(result: StoryResult, step: dict[str, object]) -> str:
    assert "do" in step, f"no operation stands for {step}"
    names = {device: phone for phone, device in result.devices.items()}
    if "phone" in step:
        step["phone"] = names[str(step["phone"])]
    if "certificate" in step and step["do"] != "regenerate-certificate":
        step["certificate"] = _certificate(result, str(step["certificate"]))
    return "[[steps]]\n" + "".join(f"{key} = {_value(value)}\n" for key, value in step.items())


def _certificate(result: StoryResult, label: str) -> str:
    """CAPF by the cluster that it is of, as scenarios name it."""
    for event in result.events:
        if isinstance(event, CapfStarted) and event.subject.label == label:
            return f"CAPF of {event.actor.partition('/')[0]}"
    return "company root" if label == "Company Root CA" else label


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f'"{value}"'
