"""A cure of an explanation as steps of a scenario, to be played after the story that failed."""

from __future__ import annotations

from collections.abc import Iterable

from lab.play.runner import StoryResult


def steps_of(result: StoryResult, way: Iterable[dict[str, object]]) -> str:
    """TOML of one way of a cure as it is printed, with the phone's name for its device. AssertionError where an operation stands
    for none of its parts."""
    return "".join(_step(result, dict(step)) for step in way)


def _step(result: StoryResult, step: dict[str, object]) -> str:
    assert "do" in step, f"no operation stands for {step}"
    names = {device: phone for phone, device in result.devices.items()}
    if "phone" in step:
        step["phone"] = names[str(step["phone"])]
    return "[[steps]]\n" + "".join(f"{key} = {_value(value)}\n" for key, value in step.items())


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, int) else f'"{value}"'
