"""What-if says of plans that hypothesis makes what a running lab makes of them: after each step, and at the end.

Two clusters of two nodes, three phones, steps of all kinds that change whom phones trust. The plans are the same each time.
"""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from lab.scenario.file import parse
from lab.scenario.model import Scenario
from tests.thorough import thorough
from tests.whatif_plans.networks import scenarios
from tests.whatif_plans.playing import Foretold, Moment, Played, play_plan
from tests.whatif_plans.views import Names, differences, verdicts, view, without_unsure_modes

AFTER_A_RENEWAL = """
title = "a plan"
[clusters.hq]
release = "12.5SU3"
[clusters.branch]
[phones.p1]
model = "8861"
cluster = "hq"
profile = "Encrypted"
[[steps]]
do = "boot"
[[steps]]
do = "regenerate-certificate"
certificate = "ITLRecovery of hq"
[[steps]]
do = "update-ctl"
cluster = "hq"
[[steps]]
do = "restart-service"
cluster = "hq"
service = "Cisco Trust Verification Service"
[[steps]]
do = "regenerate-certificate"
certificate = "CallManager of hq"
"""
PLANS = thorough(100, 12)
JUDGED = ("CallManager", "TFTP")
"""Kinds of services of which it is looked at what really became of the phones at the end."""


@cache
def plans() -> tuple[tuple[Scenario, Played], ...]:
    """Each with what the lab made of it, once in a process."""
    found: list[tuple[Scenario, Played]] = []

    @settings(
        max_examples=PLANS,
        phases=[Phase.generate],
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(scenarios())
    def play(scenario: Scenario) -> None:
        found.append((scenario, play_plan(scenario)))

    play()
    return tuple(found)


def unlike(scenario: Scenario, played: Played) -> list[str]:
    """Where what-if and the lab differ after the first step after which they do."""
    foretold, lab, own = Foretold(scenario, played.first), Names(), Names()
    for names in (lab, own):
        view(played.first, names)
    for moment in played.moments:
        if not moment.failed:
            foretold.do(moment.operation)
        foretold.told(moment)
        found = _unlike_now(foretold, moment, lab, own)
        if found:
            return [f"after {moment.operation}", *found, scenario.source]
    return []


def _unlike_now(foretold: Foretold, moment: Moment, lab: Names, own: Names) -> list[str]:
    fleet = foretold.fleet
    seen, said = (without_unsure_modes(view(each, names), fleet) for each, names in ((moment.fleet, lab), (fleet, own)))
    judged = verdicts(foretold.judge, moment.fleet), verdicts(foretold.judge, fleet)
    told = {(device, kind) for device, services in judged[1].items() for kind, one in services.items() if one}
    by_both = [
        {
            device: {kind: one for kind, one in services.items() if (device, kind) in told}
            for device, services in each.items()
        }
        for each in judged
    ]
    return [*differences(seen, said), *differences(*by_both)]


def test_after_each_step_what_if_has_the_lists_the_services_and_the_verdicts_of_the_running_lab() -> None:
    assert [found for scenario, played in plans() if (found := unlike(scenario, played))] == []


def test_a_phone_that_a_plan_leaves_well_by_what_if_takes_its_files_and_registers_in_the_lab() -> None:
    """Without a word on when phones read their files by themselves: a plan does not know that."""
    wrong: list[str] = []
    pairs: Counter[tuple[str, bool, bool]] = Counter()
    for scenario, played in plans():
        foretold = Foretold(scenario, played.first)
        for moment in played.moments:
            if not moment.failed:
                foretold.do(moment.operation)
            foretold.at(moment)
        assert played.last is not None
        said = verdicts(foretold.judge, foretold.fleet)
        real = verdicts(foretold.judge, played.last)
        for device, services in said.items():
            for kind in JUDGED:
                one, other = services.get(kind), real[device].get(kind)
                if one is None:
                    continue
                fares = bool(other and other["accepted"])
                pairs[kind, one["accepted"], fares] += 1
                if one["accepted"] and not fares:
                    wrong.append(f"{device} at {kind}: {one}, and the lab {other}\n{scenario.source}")
    assert wrong == []
    assert pairs["CallManager", True, True] > PLANS / 4
    assert pairs["TFTP", True, True] > PLANS
    assert sum(number for (_, well, fares), number in pairs.items() if not well and not fares)


def test_whom_what_if_sees_accepted_at_callmanager_is_registered_over_tls_in_the_lab() -> None:
    for scenario, played in plans():
        assert played.last is not None
        said = verdicts(Foretold(scenario, played.last).judge, played.last)
        accepted = {device for device, kinds in said.items() if (kinds.get("CallManager") or {}).get("accepted")}
        assert accepted == played.secure, scenario.source


LEFT_OUT = {
    "restart": 'do = "restart-service"\ncluster = "hq"\nservice = "Cisco Tftp"',
    "reset": 'do = "reset-on-phone"',
    "store": 'do = "upload-certificate"\ncluster = "hq"\nstore = "Phone-SAST-trust"\ncertificate = "CallManager of branch"',
}


@pytest.mark.parametrize("step", LEFT_OUT)
def test_a_step_that_only_the_lab_has_done_is_seen_as_a_difference(step: str) -> None:
    """Of the comparison itself."""
    scenario = parse(AFTER_A_RENEWAL + f"[[steps]]\n{LEFT_OUT[step]}\n", "plan.toml", "plan")
    played = play_plan(scenario)
    assert unlike(scenario, played) == []
    last = played.moments[-1]
    played.moments[-1] = Moment(last.operation, last.fleet, (), failed="what-if is not told of it")
    assert unlike(scenario, played) != []
