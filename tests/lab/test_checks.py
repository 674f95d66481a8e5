"""A check passes for its reason only, waits as long as it may, and a step does what it says to the lab."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest

from capf_sim.operations import Conclusion
from cisco_data import CertificateOperation, CertificateStatus
from cisco_data import CertificateOperation as Ordered
from cucm_sim.database import CapfInformation, Database, Device, PhoneSecurityProfile
from cucm_sim.events import DeviceRegistered, DeviceUnregistered, RegistrationRejected
from journal import Clock, Event, Journal
from lab.checks.expectations import CHECKS, LOOKS
from lab.events.story import StoryEnded, of_the_story
from lab.play.building import make_keys
from lab.play.runner import play
from lab.running.database_operations import DatabaseOperations
from lab.scenario import model as sc
from lab.scenario.file import parse
from lab.views import phones as view
from phone_sim import events as phone
from phone_sim.download_events import ConfigurationFileMissed, DownloadFailure
from pki import NO_NAME, KeyPool
from tests.made_names import named

HEAD = """
title = "t"
[clusters.a]
[clusters.b]
[phones.p]
model = "7965"
cluster = "a"
profile = "Encrypted"
[[steps]]
do = "boot"
[[steps]]
expect = "registered"
phone = "p"
certificate = "MIC"
"""


def steps(*texts: str) -> str:
    return HEAD + "".join(f"\n[[steps]]\n{text}\n" for text in texts)


REGISTERED = 'expect = "registered"\nphone = "p"\ncertificate = "MIC"'
WITHOUT_CA = (
    'do = "delete-certificate"\ncluster = "a"\nstore = "CallManager-trust"\ncertificate = "Cisco Manufacturing CA"'
)
RESTART = 'do = "restart-service"\ncluster = "a"\nservice = "{}"'
REFUSED = (
    'expect = "refused"\nphone = "p"\ncertificate = "MIC"\nissuer = "Cisco Manufacturing CA"\n'
    'verify-code = {}\nalert = "{}"'
)


def test_every_kind_of_step_is_known_to_the_runner() -> None:
    assert {*CHECKS, *LOOKS} == set(get_args(sc.Expect))


def test_a_trust_change_counts_from_the_restart_on(play_text) -> None:  # type: ignore[no-untyped-def]
    before = play_text(steps(WITHOUT_CA, 'do = "boot"', REGISTERED))
    assert before.passed, before.steps[-1].observed
    after = play_text(steps(WITHOUT_CA, RESTART.format("Cisco CallManager"), REFUSED.format(20, "unknown CA")))
    assert after.passed, after.steps[-1].observed


@pytest.mark.parametrize(
    "do", [RESTART.format("Cisco CallManager"), 'do = "reset"', 'do = "reset"\nkind = "restart"', 'do = "boot"']
)
def test_a_registration_from_before_does_not_pass_for_one_after(do: str, play_text) -> None:  # type: ignore[no-untyped-def]
    """CallManager has ended it, or told the phone to go, and the phone has not yet come to know."""
    saved = 'do = "set-profile"\nphone = "p"\nprofile = "Non Secure"'
    wrong = play_text(steps(saved, do, f"{REGISTERED}\nwithin = 30"))
    assert not wrong.passed
    right = play_text(steps(saved, do, 'expect = "registered"\nphone = "p"\ncertificate = "none"'))
    assert right.passed, right.steps[-1].observed


def test_a_setting_that_no_phone_has_read_yet_changes_no_registration(play_text) -> None:  # type: ignore[no-untyped-def]
    saved = 'do = "set-profile"\nphone = "p"\nprofile = "Non Secure"'
    none = 'expect = "registered"\nphone = "p"\ncertificate = "none"'
    assert play_text(steps(saved, REGISTERED)).passed
    assert not play_text(steps(saved, none)).passed
    assert play_text(steps(saved, 'do = "reset"\nkind = "apply-config"', none)).passed


def test_a_check_waits_as_long_as_it_may_and_no_longer(play_text) -> None:  # type: ignore[no-untyped-def]
    broken = (WITHOUT_CA, RESTART.format("Cisco CallManager"), REFUSED.format(20, "unknown CA"))
    mended = (
        'do = "upload-certificate"\ncluster = "a"\nstore = "CallManager-trust"\ncertificate = "Cisco Manufacturing CA"',
        RESTART.format("Cisco CallManager"),
    )
    patient = play_text(steps(*broken, *mended, REGISTERED))
    assert patient.passed, patient.steps[-1].observed
    hasty = play_text(steps(*broken, *mended, f"{REGISTERED}\nwithin = 0.5"))
    assert not hasty.passed
    assert hasty.steps[-1].observed == "p is refused (unknown CA)"


def test_a_refusal_from_before_does_not_pass_for_one_after(play_text) -> None:  # type: ignore[no-untyped-def]
    result = play_text(
        steps(
            WITHOUT_CA,
            RESTART.format("Cisco CallManager"),
            REFUSED.format(20, "unknown CA"),
            'do = "power-off"',
            REFUSED.format(20, "unknown CA"),
        )
    )
    assert not result.passed
    assert result.steps[-1].observed == "TLS did not refuse it; p is off"


def test_days_pass_in_one_leap_and_certificates_with_them(play_text) -> None:  # type: ignore[no-untyped-def]
    leap = 'do = "wait"\ndays = 200'  # the MIC of a 7965 ends in September 2027
    expired = REFUSED.format(10, "certificate expired")
    result = play_text(steps(leap, 'do = "boot"', REGISTERED, leap, 'do = "boot"', expired))
    assert result.passed, result.steps[-1].observed


SERVICES = ["Cisco CallManager", "Cisco Certificate Authority Proxy Function", "Cisco Tftp"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_can_be_restarted_twice_at_once(name: str, play_text) -> None:  # type: ignore[no-untyped-def]
    result = play_text(steps(RESTART.format(name), RESTART.format(name), 'do = "boot"', REGISTERED))
    assert result.passed, result.steps[-1].observed


def test_all_services_can_be_restarted_again_and_again(play_text) -> None:  # type: ignore[no-untyped-def]
    pause = 'do = "wait"\nseconds = 1'
    restarts = [step for name in SERVICES * 2 for step in (RESTART.format(name), pause)]
    result = play_text(steps(*restarts, 'do = "boot"', REGISTERED))
    assert result.passed, result.steps[-1].observed


def test_all_services_can_be_restarted_again_and_again_without_a_pause(play_text) -> None:  # type: ignore[no-untyped-def]
    for _ in range(6):  # it depends on the order in which trio runs the tasks
        result = play_text(steps(*(RESTART.format(name) for name in SERVICES * 2), 'do = "boot"', REGISTERED))
        assert result.passed, result.steps[-1].observed


def test_a_phone_rejected_by_callmanager_names_the_cause(play_text) -> None:  # type: ignore[no-untyped-def]
    saved = 'do = "set-profile"\nphone = "p"\nprofile = "Non Secure"'
    lost = RESTART.format("Cisco CallManager")
    cause = 'expect = "rejected"\nphone = "p"\ncause = "{}"\nwithin = 30'
    result = play_text(steps(saved, lost, cause.format("securityMismatch")))
    assert not result.passed  # the phone reads its file before it comes back, and finds the new profile there
    assert result.steps[-1].observed == "p is registered"


# Keys

NEW_KEYS = """
title = "Keys of several kinds"
[clusters.a]
[phones.old]
model = "7965"
cluster = "a"
mic-authority = "Cisco Manufacturing CA III"
[phones.new]
model = "8861"
cluster = "a"
lsc = "a"
[[steps]]
do = "boot"
[[steps]]
do = "wait"
seconds = 1
[[steps]]
do = "certificate-operation"
phone = "old"
operation = "Install/Upgrade"
rsa-key-size = 1024
[[steps]]
do = "certificate-operation"
phone = "new"
operation = "Install/Upgrade"
key-order = "EC Preferred, RSA Backup"
ec-key-size = 256
rsa-key-size = 512
[[steps]]
do = "reset"
[[steps]]
expect = "certificate-operation-status"
phone = "old"
status = "Upgrade Success"
[[steps]]
expect = "certificate-operation-status"
phone = "new"
status = "Upgrade Success"
"""


def test_every_key_is_made_before_the_story_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On virtual time nobody may wait for a key."""
    story = parse(NEW_KEYS, "x.toml", "x")
    ring = make_keys(story, KeyPool(tmp_path / "keys"))
    monkeypatch.setattr("pki._pool.generate", lambda spec: pytest.fail(f"{spec} was made in the middle of the story"))
    result = play(story, keys=ring)
    assert result.passed, result.steps[-1].observed


# CAPF's view of the database


def test_an_operation_ordered_while_another_was_under_way_stays_pending() -> None:
    database = Database()
    device = Device("SEP001122334455", "7965", PhoneSecurityProfile("x"))
    database.add(device)
    operations = DatabaseOperations(database, lambda model: model, lambda _: "")

    def order(operation: CertificateOperation) -> None:
        database.save(replace(device, capf=CapfInformation(operation)))

    def capf() -> CapfInformation:
        row = database.device(device.name)
        assert row is not None
        return row.capf

    def conclude() -> None:
        operations.conclude(
            Conclusion(
                device_name=device.name,
                operation=Ordered.INSTALL_UPGRADE,
                status=CertificateStatus("Upgrade Success"),
                succeeded=True,
                installed=None,
                deleted=False,
            )
        )

    order(CertificateOperation.DELETE)  # saved by the administrator meanwhile
    conclude()
    assert capf().certificate_operation is CertificateOperation.DELETE
    order(CertificateOperation.INSTALL_UPGRADE)
    conclude()
    assert capf().certificate_operation is CertificateOperation.NO_PENDING_OPERATION
    assert capf().certificate_operation_status == "Upgrade Success"
    database.remove(device.name)
    conclude()  # deleted while its phone talked to CAPF


# What the events say of a phone

SEP = "SEP001122334455"


class Story:
    """Events by hand."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.journal = Journal(Clock(datetime(2026, 11, 23, tzinfo=UTC), lambda: 0.0))
        self.journal.subscribe(self.events.append)

    def add(self, actor: str, event: Event, connection: str = "") -> Story:
        self.journal.emitter(actor, connection).emit(event)
        return self

    @property
    def row(self) -> view.PhoneRow:
        return view.row(self.events, "lobby", SEP)


STARTED = phone.PhoneStarted(device_name=SEP, model="7965", load="x", lsc_issuer=named(CN="CAPF-1"))
REGISTERED_THERE = phone.PhoneRegistered(
    call_manager="1.2.3.4", secure=True, kind="LSC", issuer=named(CN="CAPF-1"), tls_version="TLSv1", cipher="x"
)
DEVICE_REGISTERED = DeviceRegistered(
    device_name=SEP,
    model="7965",
    device_security_mode="Encrypted",
    protocol_version=20,
    load_name="x",
    tls_version="TLSv1",
    cipher="x",
    certificate_subject=NO_NAME,
    certificate_issuer=NO_NAME,
    certificate_serial_number="",
)
UNREGISTERED = DeviceUnregistered(device_name=SEP, cause_code=15, cause_name="callManagerRestart")
REJECTED = RegistrationRejected(
    device_name=SEP, cause_code=28, cause_name="securityMismatch", expected="TLS", received="TCP"
)
NO_FILE = ConfigurationFileMissed(file="x", failure=DownloadFailure.FILE_NOT_FOUND)


def registered() -> Story:
    return Story().add(SEP, STARTED).add("a/callmanager", DEVICE_REGISTERED, "1>2").add(SEP, REGISTERED_THERE, "1>2")


def test_a_row_follows_the_phone() -> None:
    assert Story().row.state == "off"
    assert Story().add(SEP, STARTED).row.state == "not registered"
    row = registered().row
    assert (row.state, row.cluster, row.certificate, row.issuer) == ("registered", "a", "LSC", "CAPF-1")
    assert registered().add("a/callmanager", UNREGISTERED, "1>2").row.state == "not registered"
    assert registered().add("a/callmanager", UNREGISTERED, "another>one").row.state == "registered"
    assert registered().add(SEP, phone.PhoneStopped()).row.state == "off"
    assert registered().add(SEP, phone.PhoneStopped()).add(SEP, STARTED).row.state == "not registered"


def test_a_row_tells_the_last_obstacle_of_this_boot() -> None:
    story = Story().add(SEP, STARTED).add("a/callmanager", REJECTED)
    assert (story.row.state, story.row.cluster, story.row.reason) == ("rejected", "a", "securityMismatch")
    story.add(SEP, NO_FILE)
    assert (story.row.state, story.row.reason) == ("not registered", "configuration file: file not found")
    story.add(SEP, phone.ServerUnreachable(service="SCCP", address="1.2.3.4", port=2443, error=111))
    assert (story.row.state, story.row.reason) == ("not registered", "SCCP: no answer")
    story.add(SEP, STARTED)
    assert (story.row.state, story.row.reason) == ("not registered", "")


def test_what_happens_while_the_lab_is_taken_down_is_no_part_of_the_story() -> None:
    story = registered().add("story", StoryEnded(passed=True)).add("a/callmanager", UNREGISTERED, "1>2")
    assert view.row(of_the_story(story.events), "lobby", SEP).state == "registered"
    assert of_the_story(story.events[:2]) == story.events[:2]
    assert timedelta(0) == story.events[-1].at - story.events[0].at
