"""A story of the gallery is played once for all processes of one run of the tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.play.runner import StoryResult, play
from lab.scenario.model import Scenario
from tests import played

STORY = "no-lsc-uses-mic"


def test_what_another_process_has_played_is_taken_over_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: list[str] = []

    def noted(scenario: Scenario) -> StoryResult:
        names.append(scenario.name)
        return play(scenario)

    monkeypatch.setattr(played, "shared", [tmp_path])
    monkeypatch.setattr(played, "play", noted)
    as_another_process = played.play_of_gallery.__wrapped__
    first, second = as_another_process(STORY), as_another_process(STORY)
    assert names == [STORY]
    assert second is not first
    assert (second.events, second.steps, second.devices) == (first.events, first.steps, first.devices)
    assert second.rows() == first.rows()
    monkeypatch.setattr(played, "shared", [])
    as_another_process(STORY)
    assert names == [STORY, STORY]
