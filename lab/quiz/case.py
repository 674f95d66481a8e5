"""The failure of a story: played up to the step where a phone is down, with the rule that explains it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cisco_data import DeviceSecurityMode
from lab.base.language import Catalogue
from lab.explain import UNKNOWN, Explanation, explain
from lab.play.runner import StoryResult, play
from lab.scenario import model as sc
from lab.scenario.model import Scenario
from lab.views import cases_of

_DOWN = (sc.Refused, sc.Rejected, sc.NotRegistered, sc.Distrusts, sc.Explained)
"""Checks after which a phone may be down."""


@dataclass(frozen=True, slots=True)
class QuizCase:
    """A phone that is down, and all that led to it."""

    scenario: Scenario
    """The story up to there."""
    result: StoryResult
    phone: str
    device: str
    explanation: Explanation
    profile: DeviceSecurityMode
    """That it should register with."""
    cluster: str
    issuer: str
    """Who signed the certificate that it showed, in a scenario's words; its cluster's own CAPF where none was refused."""


def play_story(scenario: Scenario) -> StoryResult:
    """On virtual time, with the keys of this process's pool."""
    return play(scenario)


def case_of(scenario: Scenario, say: Catalogue) -> QuizCase | None:
    """The first failure of the story; None where no phone is down at a check, or nothing explains it."""
    for number, step in enumerate(scenario.steps, 1):
        if not isinstance(step, _DOWN):
            continue
        until = replace(scenario, steps=scenario.steps[:number])
        result = play_story(until)
        if not result.passed:
            return None
        device = result.devices[step.phone]
        if any(row.phone == step.phone and row.state in ("registered", "off") for row in result.rows()):
            continue
        found = [one for one in explain(cases_of(result.events), say) if one.still and one.device == device]
        if not found or found[-1].rule == UNKNOWN:
            continue
        cluster, profile = home_of(until, step.phone)
        issuer = step.issuer if isinstance(step, sc.Refused) else f"CAPF of {cluster}"
        return QuizCase(until, result, step.phone, device, found[-1], profile, cluster, issuer)
    return None


def home_of(scenario: Scenario, phone: str) -> tuple[str, DeviceSecurityMode]:
    """The cluster and the profile that it has come to."""
    cluster, profile = scenario.phones[phone].cluster, scenario.phones[phone].profile
    for step, cast in scenario.casts():
        if not isinstance(step, sc.SetProfile | sc.Move) or phone not in [each.name for each in step.chosen(cast)]:
            continue
        profile = step.profile or profile
        if isinstance(step, sc.Move):
            cluster = cast.cluster(step.to, "to")
    return cluster, profile
