"""An explanation names who did it and where the missing authority is, walks back across the wire, and sees who only waits."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from capf_sim.events import CapfStarted, LscIssued
from cucm_sim.certificate_events import CertificateRegenerated
from cucm_sim.events import CallManagerStarted
from journal import Clock, Event, Journal
from lab.base.language import Catalogue
from lab.events.story import of_the_story
from lab.explain import UNKNOWN, Explanation
from lab.play.runner import StoryResult
from lab.scenario import gallery
from phone_sim.download_events import ConfigurationFileMissed, DownloadFailure
from phone_sim.events import (
    CertificateChosen,
    PhoneStarted,
    RegistrationFailed,
    RegistrationFailure,
    SecureConnectionRefused,
    ServerUnreachable,
    StateChanged,
)
from tests.explained import explain, is_assumption
from tests.made_names import named
from wire.tls import CertificateVerified, HandshakeFailed

HEAD = """
title = "t"
{clusters}
[phones.p]
model = "7965"
cluster = "a"
profile = "{profile}"
{more}
"""
BOOT = 'do = "boot"'
CALLMANAGER, CAPF = "Cisco CallManager", "Cisco Certificate Authority Proxy Function"


def story(*steps: str, profile: str = "Encrypted", more: str = "", clusters: str = "[clusters.a]\n[clusters.b]") -> str:
    head = HEAD.format(profile=profile, more=more, clusters=clusters)
    return head + "".join(f"\n[[steps]]\n{step}\n" for step in steps)


def wait(seconds: int) -> str:
    return f'do = "wait"\nseconds = {seconds}'


def trust(verb: str, certificate: str, store: str = "CallManager-trust") -> str:
    return f'do = "{verb}-certificate"\ncluster = "a"\nstore = "{store}"\ncertificate = "{certificate}"'


def restart(service: str = CALLMANAGER) -> str:
    return f'do = "restart-service"\ncluster = "a"\nservice = "{service}"'


def stop(service: str) -> str:
    return f'do = "stop-service"\ncluster = "a"\nservice = "{service}"'


def number(result: StoryResult, kind: str, **fields: object) -> int:
    """Of the last event of that kind with these fields."""
    return [event.seq for event in matching(result.events, kind, **fields)][-1]


def matching(events: list[Event], kind: str, **fields: object) -> list[Event]:
    return [
        event
        for event in events
        if type(event).__name__ == kind and all(getattr(event, name) == value for name, value in fields.items())
    ]


def one(result: StoryResult) -> Explanation:
    assert result.passed, result.steps[-1].observed
    (found,) = explain(result.events)
    return found


def kinds(result: StoryResult, found: Explanation) -> list[str]:
    """What the evidence consists of, the latest first."""
    by_seq = {event.seq: event for event in result.events}
    return [type(by_seq[evidence.seq]).__name__ for evidence in found.evidence]


# The chain


def test_the_chain_goes_from_the_failure_across_the_wire_to_the_deed(play_text) -> None:  # type: ignore[no-untyped-def]
    result = play_text(story(trust("delete", "CAPF of a"), restart(), BOOT, wait(5), more='lsc = "a"'))
    found = one(result)
    assert kinds(result, found) == [
        "RegistrationFailed",
        "SecureConnectionRefused",
        "HandshakeFailed",
        "AlertSeen",
        "HandshakeFailed",
        "AlertSeen",
        "CertificateVerified",
        "CertificateChosen",
        "ConfigurationFileReceived",
        "CallManagerStarted",
        "TrustChanged",
    ]
    assert [evidence.seq for evidence in found.evidence] == sorted((e.seq for e in found.evidence), reverse=True)


def test_a_chain_stops_at_the_round_before(play_text) -> None:  # type: ignore[no-untyped-def]
    once = one(play_text(story(BOOT, wait(5), more='lsc = "b"')))
    often = one(play_text(story(BOOT, wait(600), more='lsc = "b"')))
    assert len(once.evidence) == len(often.evidence)
    assert often.evidence[0].seq > once.evidence[0].seq


def test_each_start_of_the_service_speaks_for_its_own_time(play_text) -> None:  # type: ignore[no-untyped-def]
    result = play_text(story(BOOT, wait(5), trust("upload", "CAPF of b"), restart(), wait(60), more='lsc = "b"'))
    found = one(result)
    assert not found.still
    assert found.rule == "lsc-of-another-cluster"
    (start,) = [e for e in found.evidence if "read CallManager-trust" in e.text]
    assert start.seq == matching(result.events, "CallManagerStarted", actor="a/callmanager")[0].seq


# Who did it


def test_the_deletion_and_the_restart_are_named_by_their_numbers(play_text) -> None:  # type: ignore[no-untyped-def]
    result = play_text(story(trust("delete", "CAPF of a"), restart(), BOOT, wait(5), more='lsc = "a"'))
    found = one(result)
    deleted = number(result, "TrustChanged", change="deleted", store="CallManager-trust")
    started = number(result, "CallManagerStarted", actor="a/callmanager")
    assert found.rule == "capf-deleted-from-callmanager-trust"
    assert f"was deleted from CallManager-trust of cluster a (event {deleted})" in found.why
    assert f"started without it since (event {started})" in found.why
    assert "in CAPF-trust and not where" in found.why


def test_a_deletion_from_the_other_store_is_not_blamed(play_text) -> None:  # type: ignore[no-untyped-def]
    steps = trust("delete", "CAPF of a", "CAPF-trust"), restart(CAPF), BOOT, wait(5)
    result = play_text(story(*steps, more='lsc = "b"'))
    found = one(result)
    assert found.rule == "lsc-of-another-cluster"
    assert "deleted" not in found.why


def test_an_upload_that_no_restart_has_followed_is_the_cause(play_text) -> None:  # type: ignore[no-untyped-def]
    result = play_text(story(trust("upload", "CAPF of b"), BOOT, wait(5), more='lsc = "b"'))
    found = one(result)
    assert found.rule == "uploaded-and-not-restarted"
    assert f"(event {number(result, 'TrustChanged')})" in found.why
    assert found.cure == "Restart Cisco CallManager of cluster a."


def test_the_same_upload_with_the_restart_is_no_failure(play_text) -> None:  # type: ignore[no-untyped-def]
    result = play_text(story(trust("upload", "CAPF of b"), restart(), BOOT, wait(5), more='lsc = "b"'))
    assert explain(result.events) == []


def test_a_deletion_after_the_upload_counts_more(play_text) -> None:  # type: ignore[no-untyped-def]
    steps = trust("upload", "CAPF of b"), trust("delete", "CAPF of b"), BOOT, wait(5)
    assert one(play_text(story(*steps, more='lsc = "b"'))).rule == "lsc-of-another-cluster"


def test_a_store_that_held_it_once_is_not_named(play_text) -> None:  # type: ignore[no-untyped-def]
    """CAPF goes by it still; at CAPF's next start nothing will know it."""
    both = trust("delete", "CAPF of a"), trust("delete", "CAPF of a", "CAPF-trust")
    found = one(play_text(story(*both, restart(), BOOT, wait(5), more='lsc = "a"')))
    assert found.rule == "capf-deleted-from-callmanager-trust"
    assert "not where it was looked for" not in found.why


def test_a_disabled_default_ca_is_the_commands_work(play_text) -> None:  # type: ignore[no-untyped-def]
    disable = 'do = "default-ca-list"\ncluster = "a"\nchange = "disable"\ncertificate = "Cisco Manufacturing CA"'
    result = play_text(story(disable, restart(), BOOT, wait(5)))
    found = one(result)
    assert found.rule == "mic-issuer-not-in-callmanager-trust"
    assert f"(event {number(result, 'DefaultCaListChanged')})" in found.why
    assert "set cert default-ca-list disable" in found.why


def test_a_regenerated_capf_and_a_new_lsc_before_the_restart_of_callmanager(play_text) -> None:  # type: ignore[no-untyped-def]
    """The new LSC is good, CUCM has put the new CAPF into its stores, and CallManager has not read it."""
    result = play_text(
        story(
            'do = "regenerate-certificate"\ncertificate = "CAPF of a"',
            'do = "update-ctl"\ncluster = "a"',
            restart(CAPF),
            BOOT,
            wait(5),
            'do = "certificate-operation"\nphone = "p"\noperation = "Install/Upgrade"',
            'do = "reset"',
            'expect = "lsc"\nphone = "p"\nissuer = "CAPF of a"',
            'do = "set-profile"\nphone = "p"\nprofile = "Encrypted"',
            'do = "boot"',
            wait(5),
            profile="Non Secure",
        )
    )
    found = one(result)
    assert found.rule == "uploaded-and-not-restarted"
    assert found.cure == "Restart Cisco CallManager of cluster a."


def test_the_same_for_a_capf_that_kept_its_name_and_writes_no_key_identifier(play_text) -> None:  # type: ignore[no-untyped-def]
    result = play_text(
        story(
            'do = "regenerate-certificate"\ncertificate = "CAPF of a"\nsame-name = true',
            'do = "update-ctl"\ncluster = "a"',
            restart(CAPF),
            BOOT,
            wait(5),
            'do = "certificate-operation"\nphone = "p"\noperation = "Install/Upgrade"',
            'do = "reset"',
            'expect = "lsc"\nphone = "p"\nissuer = "CAPF of a"',
            'do = "set-profile"\nphone = "p"\nprofile = "Encrypted"',
            'do = "boot"',
            wait(5),
            profile="Non Secure",
            clusters="[clusters.a]\nlsc-authority-key-identifier = false",
        )
    )
    found = one(result)
    assert "decrypt error" in found.what
    assert (found.rule, found.cure) == ("uploaded-and-not-restarted", "Restart Cisco CallManager of cluster a.")


# Services


@pytest.mark.parametrize("service", [CALLMANAGER, "Cisco Tftp"])
def test_a_service_that_was_stopped_is_named(service, play_text) -> None:  # type: ignore[no-untyped-def]
    result = play_text(story(stop(service), BOOT, wait(5), profile="Non Secure"))
    found = one(result)
    assert found.rule == "service-stopped"
    assert found.why.startswith(f"{service} of cluster a was stopped (event ")
    assert found.cure == f"Start {service} of cluster a."


def test_a_stopped_capf_keeps_an_operation_from_being_done(play_text) -> None:  # type: ignore[no-untyped-def]
    operation = 'do = "certificate-operation"\nphone = "p"\noperation = "Install/Upgrade"'
    found = one(play_text(story(operation, stop(CAPF), BOOT, wait(200), profile="Non Secure")))
    assert found.rule == "service-stopped"
    assert CAPF in found.why


def test_a_registration_that_ends_with_its_service_is_explained_before_the_phone_tries_again(play_text) -> None:  # type: ignore[no-untyped-def]
    result = play_text(story(BOOT, wait(5), stop(CALLMANAGER), wait(2), profile="Non Secure"))
    found = one(result)
    assert (found.rule, found.still) == ("service-stopped", True)


def test_a_service_that_runs_again_is_no_failure_any_more(play_text) -> None:  # type: ignore[no-untyped-def]
    start = f'do = "start-service"\ncluster = "a"\nservice = "{CALLMANAGER}"'
    result = play_text(story(stop(CALLMANAGER), BOOT, wait(5), start, wait(60), profile="Non Secure"))
    assert [(found.rule, found.still) for found in explain(result.events)] == [("service-stopped", False)]


# Waiting


def deadlock(*steps: str, profile: str = "Encrypted") -> str:
    operation = 'do = "certificate-operation"\nphone = "p"\noperation = "Install/Upgrade"'
    by_string = f'{operation}\nmode = "By Authentication String"\nstring = "1234"'
    return story(by_string, BOOT, wait(5), *steps, profile=profile, more='lsc = "b"')


def test_a_string_that_nobody_can_type_is_explained_beside_the_refusal(play_text) -> None:  # type: ignore[no-untyped-def]
    found = explain(play_text(deadlock()).events)
    assert {one.rule: one.still for one in found} == {
        "lsc-of-another-cluster": True,
        "authentication-string-deadlock": True,
    }
    stuck = next(one for one in found if one.rule == "authentication-string-deadlock")
    assert "By Authentication String (event " in stuck.why


def test_a_string_that_can_be_typed_is_no_deadlock(play_text) -> None:  # type: ignore[no-untyped-def]
    assert explain(play_text(deadlock(profile="Non Secure")).events) == []


def test_a_deadlock_is_mended_by_a_non_secure_profile(play_text) -> None:  # type: ignore[no-untyped-def]
    found = explain(play_text(deadlock('do = "set-profile"\nphone = "p"\nprofile = "Non Secure"', wait(60))).events)
    assert {one.rule: one.still for one in found}["authentication-string-deadlock"] is False


def test_a_deadlock_is_over_when_nothing_is_pending_any_more(play_text) -> None:  # type: ignore[no-untyped-def]
    cancel = 'do = "certificate-operation"\nphone = "p"\noperation = "No Pending Operation"'
    found = explain(play_text(deadlock(cancel, wait(60))).events)
    assert {one.rule: one.still for one in found} == {
        "lsc-of-another-cluster": True,
        "authentication-string-deadlock": False,
    }


def test_a_phone_that_is_on_its_way_has_not_failed(play_text) -> None:  # type: ignore[no-untyped-def]
    result = play_text(story(BOOT))
    assert explain(of_the_story(result.events)) == []


def test_a_secure_phone_without_any_certificate_that_waits_for_a_string(play_text) -> None:  # type: ignore[no-untyped-def]
    text = deadlock().replace('lsc = "b"', "mic = false")
    assert {one.rule for one in explain(play_text(text).events)} == {"no-certificate", "authentication-string-deadlock"}


# The phone refuses


def test_a_callmanager_made_anew_while_the_phones_list_is_old(play_text) -> None:  # type: ignore[no-untyped-def]
    no_tvs = 'do = "stop-service"\ncluster = "a"\nservice = "Cisco Trust Verification Service"'
    renew = 'do = "regenerate-certificate"\ncertificate = "CallManager of a"'
    steps = BOOT, wait(5), no_tvs, renew, restart(), wait(30)
    result = play_text(story(*steps))
    found = one(result)
    assert (found.rule, found.still) == ("callmanager-regenerated", True)
    assert f"made at event {number(result, 'CertificateRegenerated')}" in found.why
    assert "was not updated since" in found.why


def test_a_certificate_made_anew_that_the_service_does_not_show_yet_is_not_blamed(play_text) -> None:  # type: ignore[no-untyped-def]
    steps = 'do = "regenerate-certificate"\ncertificate = "CallManager of a"', BOOT, wait(5)
    assert one(play_text(story(*steps, more='trusts = "b"'))).rule == "no-configuration-and-no-tvs"


def test_a_ctl_file_that_was_updated_in_time_lets_the_phone_in(play_text) -> None:  # type: ignore[no-untyped-def]
    regenerate, update = (
        'do = "regenerate-certificate"\ncertificate = "CallManager of a"',
        'do = "update-ctl"\ncluster = "a"',
    )
    result = play_text(story(regenerate, update, restart(), restart("Cisco Tftp"), BOOT, wait(5)))
    assert explain(result.events) == []


# All of a story so far, and stories of the gallery


def test_part_of_a_run_is_explained_as_far_as_it_goes(play_text) -> None:  # type: ignore[no-untyped-def]
    result = play_text(story(BOOT, wait(5), trust("upload", "CAPF of b"), restart(), wait(60), more='lsc = "b"'))
    until = number(result, "TrustChanged")
    (found,) = explain([event for event in result.events if event.seq < until])
    assert found.still


STORIES = {
    "authentication-string-deadlock": {"lsc-of-another-cluster", "authentication-string-deadlock"},
    "capf-regenerated-same-name": {"issuer-key-changed", "issuer-key-changed-no-key-identifier"},
    "capf-removed-too-early-from-callmanager-trust": {"capf-deleted-from-callmanager-trust"},
    "capf-removed-too-early-from-capf-trust": {"capf-deleted-from-capf-trust"},
    "capf-signed-root-missing": {"chain-incomplete"},
    "ec-lsc-and-old-phone": {"capf-ec-only"},
    "existing-certificate-none": {"capf-no-certificate"},
    "invalid-lsc": {"capf-lsc-of-another-cluster"},
    "invalid-mic": {"capf-mic-issuer-not-in-capf-trust"},
    "lsc-expired": {"lsc-expired", "capf-lsc-expired"},
    "lsc-without-key-usage": {"certificate-purpose"},
    "mic-cannot-be-renewed": {"mic-expired", "capf-mic-expired"},
    "mic-issuer-missing": {"mic-issuer-not-in-callmanager-trust"},
    "minimum-tls-version": {"minimum-tls-version"},
    "name-of-another-device": {"rejected-invalidX509NameInCertificate"},
    "new-cluster-old-lsc": {"lsc-of-another-cluster"},
    "operation-late": {"capf-late"},
    "wrong-authentication-string": {"capf-authentication-string", "capf-authentication-string-blocked"},
}


@pytest.mark.parametrize("name", STORIES)
def test_a_story_of_the_gallery_is_explained_by_its_true_cause(name, of_gallery) -> None:  # type: ignore[no-untyped-def]
    assert {found.rule for found in explain(of_gallery(name).events)} == STORIES[name]


DEEDS = {
    "capf-regenerated-same-name": "CertificateRegenerated",
    "capf-removed-too-early-from-callmanager-trust": "TrustChanged",
    "capf-removed-too-early-from-capf-trust": "TrustChanged",
    "capf-signed-root-missing": "SignedCertificateInstalled",
    "mic-issuer-missing": "DefaultCaListChanged",
    "minimum-tls-version": "ServiceParameterChanged",
    "name-of-another-device": "CertificateChosen",
}


@pytest.mark.parametrize("name", DEEDS)
def test_the_deed_that_led_to_it_is_in_the_evidence(name, of_gallery) -> None:  # type: ignore[no-untyped-def]
    result = of_gallery(name)
    for found in explain(result.events):
        assert DEEDS[name] in kinds(result, found), found.rule


@pytest.mark.parametrize("name", gallery.names())
def test_every_part_of_a_story_can_be_explained(name, of_gallery) -> None:  # type: ignore[no-untyped-def]
    events = of_gallery(name).events
    for end in range(0, len(events), max(1, len(events) // 12)):
        numbers = {0, *(event.seq for event in events[:end])}  # 0: what is assumed, which is no event
        for found in explain(events[:end]):
            assert {evidence.seq for evidence in found.evidence if not is_assumption(evidence)} <= numbers


# Events that no story makes


def journal_of(*made: tuple[float, str, Event]) -> list[Event]:
    """Events, each with lab seconds since the start and its actor."""
    events: list[Event] = []
    now = 0.0
    journal = Journal(Clock(datetime(2026, 11, 23, 8, tzinfo=UTC), lambda: now))
    journal.subscribe(events.append)
    for at, actor, event in made:
        now = at
        journal.emitter(actor).emit(event)
    return events


STARTED = PhoneStarted(device_name="SEP1", model="7965", load="x")
AT_CAPF = StateChanged(state="starting", trigger="x", next_state="talking to CAPF")


@pytest.mark.parametrize(("seconds", "rules"), [(29.0, []), (31.0, ["not-registered-yet"])])
def test_a_phone_that_hangs_is_told_apart_from_one_on_its_way(seconds: float, rules: list[str]) -> None:
    events = journal_of((0, "SEP1", STARTED), (0, "SEP1", AT_CAPF), (seconds, "SEP2", STARTED))
    assert [found.rule for found in explain(events) if found.device == "SEP1"] == rules


def test_a_phone_that_backs_off_for_no_known_reason_is_shown_and_not_guessed_at() -> None:
    lost = RegistrationFailed(reason=RegistrationFailure.CONNECTION_LOST, text="")
    events = journal_of((0, "SEP1", STARTED), (0, "SEP1", AT_CAPF), (1, "SEP1", lost))
    (found,) = explain(events)
    assert (found.rule, found.still, found.cure) == (UNKNOWN, True, "")
    assert "connection lost" in found.evidence[0].text


def test_a_fault_that_this_version_does_not_know_is_shown_as_it_stands() -> None:
    missed = ConfigurationFileMissed(file="SEP1.cnf.xml", failure="eaten by a dog")  # type: ignore[arg-type]
    (found,) = explain(journal_of((0, "SEP1", STARTED), (0, "SEP1", missed)), Catalogue("zh"))
    assert "eaten by a dog" in found.what


@pytest.mark.parametrize("name", ["capf-regenerated-same-name", "authentication-string-deadlock", "invalid-lsc"])
@given(gaps=st.sets(st.integers(0, 400), max_size=200))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_journal_with_gaps_is_explained_as_far_as_it_goes(name, gaps, of_gallery) -> None:  # type: ignore[no-untyped-def]
    events = [event for index, event in enumerate(of_gallery(name).events) if index not in gaps]
    numbers = {event.seq for event in events}
    for found in explain(events):
        assert {evidence.seq for evidence in found.evidence} <= numbers
        assert found.why


SUBJECT = named(O="x", CN="CAPF-1234abcd")
MADE_ANEW = CertificateRegenerated(
    unit="CAPF",
    subject=SUBJECT,
    serial_number="2",
    former_subject=SUBJECT,
    former_serial_number="1",
    takes_effect="",
    phones_trust_it_after="",
)
ISSUED = LscIssued(
    device="SEP1",
    serial_number="77",
    subject=named(CN="SEP1"),
    issuer=SUBJECT,
    not_before="",
    not_after="",
    key="RSA 2048",
)


@pytest.mark.parametrize(
    ("order", "rule"),
    [
        ("regenerated", "issuer-key-changed-no-key-identifier"),  # the phone brought the LSC along
        ("issued regenerated capf", "issuer-key-changed-no-key-identifier"),
        ("regenerated issued capf", "issuer-key-changed-no-key-identifier"),  # CAPF signed with its old key still
        ("regenerated capf issued", "signature-does-not-fit"),
        ("renamed", "signature-does-not-fit"),
        ("", "signature-does-not-fit"),
    ],
)
def test_a_regeneration_is_blamed_for_lscs_of_the_old_key_only(order: str, rule: str) -> None:
    steps = {
        "regenerated": ("a/administration", MADE_ANEW),
        "renamed": ("a/administration", structs.replace(MADE_ANEW, subject=named(O="x", CN="CAPF-00000000"))),
        "issued": ("a/capf", ISSUED),
        "capf": ("a/capf", CapfStarted(address="127.0.0.1", port=3804, trusted=())),
    }
    events = journal_of(
        *((0.0, *steps[step]) for step in order.split()), (0, "SEP1", STARTED), (0, *CALLMANAGER_STARTED)
    )
    journal = Journal(Clock(datetime(2026, 11, 23, 8, tzinfo=UTC), lambda: 0.0))
    later: list[Event] = []
    journal.subscribe(later.append)
    phone, server = journal.emitter("SEP1", "1>2"), journal.emitter("a/callmanager", "1>2")
    phone.emit(CHOSEN)
    server.emit(
        CertificateVerified(verify_code=7, depth=0, subject=named(CN="SEP1"), issuer=SUBJECT, serial_number="77")
    )
    server.emit(
        HandshakeFailed(side="server", reason="verify", verify_code=7, depth=0, alert=51, alert_direction="write")
    )
    phone.emit(SecureConnectionRefused(service="SCCP", kind="LSC", alert=51, alert_direction="read"))
    shifted = [structs.replace(event, seq=event.seq + len(events)) for event in later]
    assert [found.rule for found in explain([*events, *shifted])] == [rule]


CALLMANAGER_STARTED = (
    "a/callmanager",
    CallManagerStarted(
        address="127.0.0.1", port=2000, secure_port=2443, minimum_tls_version="TLSv1", trusted=(SUBJECT,)
    ),
)
CHOSEN = CertificateChosen(
    service="SCCP",
    kind="LSC",
    tls_version="TLSv1",
    ciphers="",
    subject=named(CN="SEP1"),
    issuer=SUBJECT,
    serial_number="77",
    octets=900,
)


@pytest.mark.parametrize(
    ("secure_port", "port", "rule"),
    [
        (2443, 2443, "server-unreachable"),
        (2443, 9999, "server-unreachable"),
        (0, 2443, "no-secure-port"),
        (0, 2000, "server-unreachable"),
    ],
)
def test_a_port_that_nobody_answers_on(secure_port: int, port: int, rule: str) -> None:
    actor, started = CALLMANAGER_STARTED
    running = structs.replace(started, secure_port=secure_port)
    silent = ServerUnreachable(service="SCCP", address="127.0.0.1", port=port, error=111)
    (found,) = explain(journal_of((0, actor, running), (0, "SEP1", STARTED), (0, "SEP1", silent)))
    assert found.rule == rule


def test_failures_are_told_in_the_order_in_which_they_were_first_met() -> None:
    missed = ConfigurationFileMissed(file="SEP1.cnf.xml", failure=DownloadFailure.FILE_NOT_FOUND)
    silent = ServerUnreachable(service="TFTP", address="127.0.0.1", port=6970, error=111)
    found = explain(journal_of(*((0, "SEP1", event) for event in (STARTED, missed, silent, missed))))
    assert [(one.rule, one.still) for one in found] == [("no-configuration-file", True), ("server-unreachable", False)]
