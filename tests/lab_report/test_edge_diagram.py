"""802.1X and VPN in a phone's diagram: lanes, who speaks to whom, and handshakes that share one connection's name."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from journal import Actor
from lab.base.language import LANGUAGES, Catalogue
from lab.events.story import of_the_story
from lab.play.runner import StoryResult
from lab.report import build_page
from lab.report.lanes import Lanes, Role
from lab.report.rows import Row, Shape, Tone
from lab.report.sequence import lane_name
from lab.report.timeline import rows

Play = Callable[[str], StoryResult]


def shown(result: StoryResult) -> list[Row]:
    (device,) = result.devices.values()
    return list(rows(of_the_story(result.events), device, list(result.scenario.clusters)))


def test_a_port_that_stays_shut_shows_who_said_what_to_whom(of_gallery: Play) -> None:
    found = shown(of_gallery("dot1x-capf-missing"))
    reject = next(row for row in found if row.key == "report.message.access-reject")
    assert (reject.lane.role, reject.to.role, reject.tone) == (Role.RADIUS, Role.SWITCH, Tone.BAD)
    assert (reject.parts["code"], reject.parts["reason"]) == (12514, "unknown CA")
    failure = next(row for row in found if row.key == "report.message.eap-failure")
    assert (failure.lane.role, failure.to.role) == (Role.SWITCH, Role.PHONE)
    held = found[found.index(failure) + 1]
    assert (held.key, held.ends_try) == ("report.note.held", True)
    alert = next(row for row in found if row.key == "report.message.alert")
    assert (alert.lane.role, alert.to.role) == (Role.RADIUS, Role.PHONE)


def test_each_conversation_shows_the_certificate_of_its_own(of_gallery: Play) -> None:
    """They have one connection name: first the MIC opened the port, then the LSC did not, then it did."""
    found = shown(of_gallery("dot1x-capf-missing"))
    certificates = [row for row in found if row.key == "report.message.phone-certificate"]
    at_port = [row.parts["kind"] for row in certificates if row.to.role is Role.RADIUS]
    assert at_port == ["MIC", "LSC", "LSC"]


def test_what_stands_before_the_phones_cluster_stands_left_of_it(of_gallery: Play) -> None:
    found = shown(of_gallery("dot1x-capf-missing"))
    lanes = sorted({lane for row in found for lane in (row.lane, row.to)})
    assert [lane.role for lane in lanes][:4] == [Role.PHONE, Role.SWITCH, Role.RADIUS, Role.ADMINISTRATOR]
    assert [lane.name for lane in lanes][2:4] == ["ise", "ise"]
    assert all(lane.name == "headquarters" for lane in lanes[4:])
    assert [lane_name(lane, Catalogue("en")) for lane in lanes[1:4]] == [
        "Switch port switch",
        "Authentication server ise",
        "Administrator of ise",
    ]


def test_inside_a_tunnel_the_phone_speaks_to_the_servers_behind_it(of_gallery: Play) -> None:
    found = shown(of_gallery("vpn-with-lsc"))
    keys = [row.key for row in found]
    tunnel = keys.index("report.band.tunnel-up")
    registered = next(row for row in found if row.key == "report.message.registered")
    assert registered.lane.role is Role.CALLMANAGER
    assert tunnel < found.index(registered)
    assert found[tunnel].shape is Shape.BAND
    assert {found[tunnel].lane.role, found[tunnel].to.role} == {Role.PHONE, Role.GATEWAY}
    assert "report.note.host-id-refused" not in keys


def test_a_gateway_that_the_phone_refuses_is_refused_on_the_phones_lane(of_gallery: Play) -> None:
    found = shown(of_gallery("vpn-host-id-mismatch"))
    refused = next(row for row in found if row.key == "report.note.host-id-refused")
    assert (refused.lane.role, refused.tone) == (Role.PHONE, Tone.BAD)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["dot1x-capf-regenerated-too-early", "vpn-old-capf-removed-too-early"])
def test_a_page_has_the_trust_of_those_servers(name: str, language: str, of_gallery: Play) -> None:
    page = build_page(of_gallery(name), language)
    assert ("Trusted Certificates" if name.startswith("dot1x") else "Trustpoints") in page
    assert Catalogue(language)("report.store.reads-at-once") in page


def test_a_page_of_a_story_without_them_does_not_speak_of_them(of_gallery: Play) -> None:
    assert Catalogue("en")("report.store.reads-at-once") not in build_page(of_gallery("no-lsc-uses-mic"))


def test_a_phone_that_meets_no_switch_has_no_lane_for_one(of_gallery: Play) -> None:
    result = of_gallery("no-lsc-uses-mic")
    assert Lanes(result.events, "SEP001A2F000001", []).of_actor(Actor("switch")) is None
    found = [row for device in result.devices.values() for row in rows(result.events, device, [])]
    assert not {row.lane.role for row in found} & {Role.SWITCH, Role.RADIUS, Role.GATEWAY}
