"""The rows of a phone's diagram: who said what, with which certificate, which way an alert went, and what is folded."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args, get_type_hints

import pytest

from cucm_sim.events import PhoneAdded, TrustChanged
from edge_sim.authenticator.events import PortStateChanged
from journal import Actor, Event
from lab.base.language import LANGUAGES, Catalogue
from lab.events.story import of_the_story
from lab.play.runner import StoryResult
from lab.report.chapters import chapters, folded, sorted_into
from lab.report.facts import DiagramFacts
from lab.report.lanes import Lane, Role
from lab.report.rows import Row, Shape, Tone
from lab.report.rules import RULES
from lab.report.sequence import drawing, in_words
from lab.report.timeline import rows
from phone_sim.events import AuthenticationStringTyped, PhoneStarted
from phone_sim.supplicant.events import PaeTimerSet
from phone_sim.trust.events import TrustListRefused, TrustListTaken
from phone_sim.trust.signed import Taking
from phone_sim.trust.tvs_answer import TrustRefusal
from pki import DistinguishedName
from wire.tvs import RequestedCertificate

Play = Callable[[str], StoryResult]
PHONE = Lane(0, Role.PHONE, "SEP001A2F000001")
SERVER = Lane(1, Role.CALLMANAGER, "new")
START = datetime(2026, 11, 23, 8, tzinfo=UTC)


def shown(result: StoryResult, phone: str) -> list[Row]:
    return list(rows(of_the_story(result.events), result.devices[phone], list(result.scenario.clusters)))


def keys(found: Sequence[Row]) -> list[str]:
    return [row.key.removeprefix("report.") for row in found]


def test_a_refused_phone_shows_its_lsc_and_reads_an_alert(of_gallery: Play) -> None:
    found = shown(of_gallery("new-cluster-old-lsc"), "with-old-lsc")
    certificate = next(row for row in found if row.key == "report.message.phone-certificate")
    assert certificate.parts["kind"] == "LSC"
    assert (certificate.lane.role, certificate.to.role) == (Role.PHONE, Role.CALLMANAGER)
    refused = next(row for row in found if row.key == "report.note.verify-failed")
    assert refused.parts["code"] == 20
    assert refused.lane == Lane(2, Role.CALLMANAGER, "new")
    alert = next(row for row in found if row.key == "report.message.alert")
    assert alert.parts["alert"] == "unknown CA"
    assert (alert.lane.role, alert.to.role) == (Role.CALLMANAGER, Role.PHONE)
    assert alert.tone is Tone.BAD
    assert found.index(certificate) < found.index(refused) < found.index(alert)
    assert not {"message.registered", "note.handshake-failed"} & set(keys(found))


def test_a_refused_list_shows_the_question_to_tvs_its_answer_and_what_the_phone_goes_on_with(of_gallery: Play) -> None:
    found = shown(of_gallery("phones-moved-without-trust"), "boardroom")
    refused = next(row for row in found if row.key == "report.message.list-refused")
    asked = next(row for row in found if row.key == "report.message.tvs-question")
    answered = next(row for row in found if row.key == "report.message.tvs-answer")
    kept = next(row for row in found if row.key == "report.note.configuration-kept")
    assert (asked.to.role, asked.to.name) == (Role.TVS, "old")
    assert (refused.lane.role, refused.lane.name) == (Role.TFTP, "new")
    assert found.index(asked) < found.index(answered) < found.index(refused) < found.index(kept)
    assert (refused.parts["list"], refused.tone) == ("ITL", Tone.BAD)


def test_a_directory_that_does_not_open_shows_tomcat_and_why(of_gallery: Play) -> None:
    found = shown(of_gallery("tomcat-renewed-directory-fails"), "boardroom")
    assert any(row.to.role is Role.TOMCAT for row in found)
    assert {"note.not-trusted", "note.service-not-opened", "note.service-opened", "note.vouched-for"} <= set(
        keys(found)
    )


def test_a_phone_that_registers_has_tls_a_register_and_its_answer(of_gallery: Play) -> None:
    found = keys(shown(of_gallery("new-cluster-old-lsc"), "without-lsc"))
    order = ["note.no-lsc", "message.client-hello", "message.phone-certificate", "band.tls-up", "message.register"]
    assert [key for key in found if key in order] == order
    assert found[-1] == "message.registered"
    assert not {"message.alert", "note.verify-failed"} & set(found)


def test_a_phone_sees_nothing_of_another_ones_connections(of_gallery: Play) -> None:
    result = of_gallery("new-cluster-old-lsc")
    for phone, device in result.devices.items():
        lanes = {lane for row in shown(result, phone) for lane in (row.lane, row.to) if lane.role is Role.PHONE}
        assert lanes == {Lane(0, Role.PHONE, device)}


def test_an_alert_that_the_phone_wrote_goes_from_the_phone(of_text: Callable[..., StoryResult]) -> None:
    story = """
title = "A phone without TVS meets a new CallManager"
[clusters.here]
[phones.p]
model = "7940"
cluster = "here"
profile = "Encrypted"
lsc = "here"
[[steps]]
do = "regenerate-certificate"
certificate = "CallManager of here"
[[steps]]
do = "restart-service"
service = "Cisco CallManager"
[[steps]]
do = "boot"
[[steps]]
do = "wait"
seconds = 2
"""
    found = shown(of_text(story), "p")
    alert = next(row for row in found if row.key == "report.message.alert")
    assert (alert.lane.role, alert.to.role) == (Role.PHONE, Role.CALLMANAGER)
    assert "message.server-certificate" in keys(found)
    assert [row.lane.role for row in found if row.key.startswith("report.note.verify-failed")] == [Role.PHONE]


def test_a_capf_session_tells_operation_key_and_status(of_gallery: Play) -> None:
    found = shown(of_gallery("install-lsc-by-null-string"), "insecure")
    order = ["message.capf", "message.key-requested", "message.key", "message.lsc-issued", "note.lsc-installed"]
    assert [key for key in keys(found) if key in order] == order
    ended = next(row for row in found if row.key == "report.note.operation-ended")
    assert (ended.parts["status"], ended.tone, ended.lane.role) == ("Upgrade Success", Tone.GOOD, Role.CAPF)


def test_the_lab_being_built_and_taken_down_is_in_no_chapter(of_gallery: Play) -> None:
    result = of_gallery("install-lsc-by-null-string")
    events = of_the_story(result.events)
    found = chapters(result.scenario.steps, events)
    sections = sorted_into(found, shown(result, "secure"))
    assert [(chapter.first, chapter.last) for chapter in found] == [(1, 3), (4, 11)]
    assert keys(sections[0])[0] == "note.started"
    assert "note.service-started" not in [key for section in sections for key in keys(section)]


def tries(count: int, *, alert: str = "unknown CA") -> list[Row]:
    """Some that fail in the same way, each waiting longer than the one before."""
    found = []
    for number in range(count):
        at = START + timedelta(seconds=number)
        found += [
            Row(Shape.MESSAGE, PHONE, SERVER, "report.message.client-hello", {"versions": "TLSv1"}, at=at),
            Row(Shape.MESSAGE, SERVER, PHONE, "report.message.alert", {"alert": alert}, Tone.BAD, at),
            Row(Shape.NOTE, PHONE, PHONE, "report.note.next-try", {"seconds": str(number)}, at=at, ends_try=True),
        ]
    return found


def test_tries_of_the_same_are_counted_in_one_row() -> None:
    found = list(folded(tries(6)))
    assert [row.shape for row in found] == [Shape.MESSAGE, Shape.MESSAGE, Shape.NOTE, Shape.FOLD]
    assert found[-1].parts == {"count": 5}
    assert found[-1].at == START + timedelta(seconds=5)
    assert in_words(found[-1], Catalogue("en")) == "… 5 more tries of the same"


def test_tries_that_end_otherwise_are_all_shown() -> None:
    other = [*tries(1), *tries(1, alert="bad certificate"), *tries(1)]
    assert list(folded(other)) == other


def test_what_follows_folded_tries_is_shown() -> None:
    last = Row(Shape.MESSAGE, SERVER, PHONE, "report.message.registered-without-tls", tone=Tone.GOOD, at=START)
    found = list(folded([*tries(3), last]))
    assert found[-2:] == [replace(found[-2], parts={"count": 2}), last]


def test_no_row_is_lost_where_nothing_repeats() -> None:
    assert list(folded([])) == []
    assert list(folded(tries(1))) == tries(1)


def test_a_service_that_is_stopped_gets_an_arrow_and_no_answer(of_text: Callable[..., StoryResult]) -> None:
    story = """
title = "Nobody is there"
[clusters.one]
[phones.p]
model = "7965"
cluster = "one"
[[steps]]
do = "stop-service"
cluster = "one"
service = "Cisco CallManager"
[[steps]]
do = "boot"
[[steps]]
do = "wait"
seconds = 600
"""
    result = of_text(story)
    (section,) = sorted_into(chapters(result.scenario.steps, result.events), shown(result, "p"))
    assert next(row for row in section if row.key == "report.message.no-answer").to.role is Role.CALLMANAGER
    assert next(row.parts["count"] for row in section if row.shape is Shape.FOLD) == 6
    assert len(section) < 20


ACTORS = {
    "capf_sim": "c/capf",
    "edge_sim.authenticator": "switch",
    "edge_sim.authentication_server": "ise/radius",
    "edge_sim.vpn_gateway": "asa/vpn",
    "edge_sim.trust_events": "ise/administration",
}
"""By where an event is declared."""


def some(kind: type[Event], at: datetime) -> Event:
    """An event of that kind with something in every field."""
    values: dict[str, Any] = {}
    for name, hint in get_type_hints(kind).items():
        if name in ("seq", "at", "actor", "connection", "cause"):
            continue
        if isinstance(hint, type) and hasattr(hint, "__members__"):
            values[name] = next(iter(hint))
        elif get_args(hint):
            of_names = get_args(hint)[0] is DistinguishedName
            values[name] = (DistinguishedName.of_cn("something"),) if of_names else ("something",)
        else:
            known = DistinguishedName.of_cn("something")
            asked = RequestedCertificate("CN=something", "CN=something", "1")
            of_kind = {DistinguishedName: known, RequestedCertificate: asked}
            values[name] = {str: "something", int: 1, float: 1.5, bool: True, **of_kind}[hint]
    if kind is TrustChanged:
        values["change"] = "uploaded"
    if kind is TrustListRefused:
        values["refusal"] = TrustRefusal.TOO_LARGE.value
    if kind is TrustListTaken:
        values["taking"] = Taking.BY_TVS
    if kind is PaeTimerSet:
        values["timer"] = "heldWhile"
    actor = next((actor for module, actor in ACTORS.items() if kind.__module__.startswith(module)), "c/callmanager")
    if kind.__module__.startswith("phone_sim") or "side" in values:
        actor, values = PHONE.name, values | ({"side": "client"} if "side" in values else {})
    connected = kind.__module__ not in ("cucm_sim.certificate_events",)
    return kind(**values, at=at, seq=1, actor=Actor(actor), connection="a>b" if connected else "")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", RULES, ids=lambda kind: kind.__name__)
def test_every_rule_makes_a_row_that_can_be_said_and_drawn(kind: type[Event], language: str) -> None:
    event = some(kind, START)
    beside = [
        PhoneStarted(**started(), connection="a>b", actor=Actor(PHONE.name)),
        added("x", actor=Actor("c/capf")),
    ]
    server = added(PHONE.name, actor=Actor("c/capf"), connection="a>b")
    plugged = PortStateChanged(
        actor=Actor("switch"), connection="a>b", port="something", state="x", event_name="x", next_state="x"
    )
    facts = DiagramFacts([*beside, server, plugged, event], PHONE.name, ["c"])
    found = RULES[kind](event, facts)
    if found is None:  # told by the other end, or only for a connection whose certificate is known
        assert kind.__name__ in {"AlertSeen", "CertificateVerified"}
        return
    say = Catalogue(language)
    assert found.text(say)
    assert in_words(found, say)
    assert "<svg" in drawing([found], say, start=START, identity="one", title="One")


def added(device_name: str, **how: Any) -> PhoneAdded:
    return PhoneAdded(device_name=device_name, model="7965", profile="Own", **how)


def started() -> dict[str, str]:
    return dict.fromkeys(("device_name", "model", "load"), "x")


class SomethingNew(Event, frozen=True, kw_only=True):
    """An act of the administrator that no rule knows."""


def test_an_act_of_the_administrator_without_a_rule_is_shown_by_its_name() -> None:
    events = [
        added(PHONE.name, actor=Actor("c/administration"), seq=1),
        SomethingNew(actor=Actor("c/administration"), seq=2),
        SomethingNew(actor=Actor("c/callmanager"), seq=3),
        SomethingNew(actor=Actor("elsewhere/administration"), seq=4),
    ]
    found = list(rows(events, PHONE.name, ["c"]))
    assert [row.text(Catalogue("en")) for row in found] == ["adds the phone: Own", "Something New"]


def test_what_is_done_to_another_phone_is_not_in_this_ones_diagram() -> None:
    both = [
        added(PHONE.name, actor=Actor("c/administration"), seq=1),
        added("SEP001A2F000002", actor=Actor("c/administration"), seq=2),
    ]
    assert [row.seq for row in rows(both, PHONE.name, ["c"])] == [1]


def test_markup_in_a_row_is_text_in_the_drawing() -> None:
    row = Row(Shape.MESSAGE, PHONE, SERVER, "report.message.alert", {"alert": "<b>&</b>"}, at=START)
    drawn = drawing([row], Catalogue("en"), start=START, identity="one", title="<i>")
    assert "&lt;b&gt;&amp;&lt;/b&gt;" in drawn
    assert "<b>" not in drawn
    assert "<i>" not in drawn


def test_the_hour_is_drawn_where_it_changes_and_the_day_once_the_first_is_over() -> None:
    times = [START, START, START + timedelta(seconds=10), START + timedelta(days=200)]
    found = [Row(Shape.NOTE, PHONE, PHONE, "report.note.power-off", at=at) for at in times]
    drawn = drawing(found, Catalogue("en"), start=START, identity="one", title="One")
    assert re.findall(r'class="hour"[^>]*>([^<]*)<', drawn) == ["08:00:00", "08:00:10", "2027-06-11 08:00:00"]


def test_hands_on_the_phone_are_notes_on_its_lane() -> None:
    found = list(rows([AuthenticationStringTyped(actor=Actor(PHONE.name))], PHONE.name, []))
    assert [(row.shape, row.lane) for row in found] == [(Shape.NOTE, PHONE)]


@pytest.mark.parametrize("name", ["new-cluster-old-lsc-cured-by-reinstall", "invalid-lsc"])
def test_no_row_of_these_stories_lacks_a_rule(name: str, of_gallery: Play) -> None:
    result = of_gallery(name)
    assert "note.unnamed" not in [key for phone in result.devices for key in keys(shown(result, phone))]
