"""Small runs whose explanation was wrong once: each with its true cause, and its cure played where operations stand for it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

import pytest

from cucm_sim.events import PhoneAdded
from cucm_sim.tftp import TftpStarted, TftpStopped
from journal import Clock, Event, Journal
from lab.explain import Explanation
from lab.play.runner import StoryResult
from phone_sim.download_events import ConfigurationFileMissed, DownloadFailure
from phone_sim.events import PhoneStarted, StateChanged
from tests.explained import explain
from tests.lab.conftest import Play
from tests.played_cures import steps_of

CALLMANAGER, CAPF = "Cisco CallManager", "Cisco Certificate Authority Proxy Function"
CLUSTERS = (
    '[clusters.old]\n[clusters.new]\n[phones.a]\nmodel = "{model}"\ncluster = "new"\nprofile = "{profile}"\n{more}\n'
)


def story(*steps: str, model: str = "7965", profile: str = "Encrypted", more: str = "", head: str = "") -> str:
    made = CLUSTERS.format(model=model, profile=profile, more=more)
    return f'title = "t"\n{head}{made}' + "".join(f"[[steps]]\n{step}\n" for step in steps)


BOOT = 'do = "boot"'
REGENERATE = 'do = "regenerate-certificate"\ncluster = "new"\ncertificate = "CAPF"'
REGENERATE_CALLMANAGER = 'do = "regenerate-certificate"\ncluster = "new"\ncertificate = "CallManager"'
UPDATE = 'do = "update-ctl"\ncluster = "new"'
INSTALL = 'do = "certificate-operation"\nphone = "a"\noperation = "Install/Upgrade"'
RESET_ON_PHONE = 'do = "reset-on-phone"\nphone = "a"'


def wait(seconds: int = 0, days: int = 0) -> str:
    return f'do = "wait"\nseconds = {seconds}\ndays = {days}'


def service(word: str, name: str = CALLMANAGER) -> str:
    return f'do = "{word}-service"\ncluster = "new"\nservice = "{name}"'


def trust(word: str, certificate: str, store: str = "CallManager-trust", cluster: str = "new") -> str:
    return f'do = "{word}-certificate"\ncluster = "{cluster}"\nstore = "{store}"\ncertificate = "{certificate}"'


def operation(mode: str) -> str:
    return f'{INSTALL}\nmode = "{mode}"'


LSC_FIRST = "By Existing Certificate (Precedence to LSC)"
MIC_FIRST = "By Existing Certificate (Precedence to MIC)"
DISABLE = 'do = "default-ca-list"\ncluster = "new"\nchange = "disable"\ncertificate = "all"'
NO_CURE_BY_STEPS = -1


class Run(NamedTuple):
    text: str
    rules: dict[str, bool]
    """Each rule, and whether it is so still."""
    says: tuple[str, ...] = ()
    """In the explanation of the first rule: why and cure."""
    never: tuple[str, ...] = ()
    """Not in any."""
    ends: str = ""
    """A check that holds after each way of the last explanation's cure that operations stand for."""


REGISTERED = 'expect = "registered"\nphone = "a"\ncertificate = "{}"\nwithin = 600'
STATUS = 'expect = "lsc"\nphone = "a"\nissuer = "CAPF of new"\nwithin = 600'
TVS = "Cisco Trust Verification Service"
NO_TVS = f'do = "stop-service"\ncluster = "new"\nservice = "{TVS}"'
MAKE_ITL = 'do = "restart-service"\ncluster = "new"\nservice = "Cisco Tftp"'

RUNS = {
    "CAPF was regenerated, the CTL updated, and CAPF not restarted": Run(
        story(
            *(BOOT, wait(60), NO_TVS, REGENERATE, UPDATE, MAKE_ITL),
            *(INSTALL, 'do = "reset"', wait(200)),
            profile="Non Secure",
        ),
        {"capf-restart-due": True},
        ("still presents the certificate that it read at its start", f"Restart {CAPF} of cluster new"),
        ("Delete the CTL",),
        STATUS,
    ),
    "the same at CallManager": Run(
        story(BOOT, wait(60), NO_TVS, REGENERATE_CALLMANAGER, UPDATE, MAKE_ITL, RESET_ON_PHONE, wait(60)),
        {"callmanager-restart-due": True},
        (f"Restart {CALLMANAGER} of cluster new",),
        ("Delete the CTL",),
        REGISTERED.format("MIC"),
    ),
    "the phone's lists are of another cluster, and it has no configuration": Run(
        story(REGENERATE_CALLMANAGER, BOOT, wait(5), more='trusts = "old"'),
        {"no-configuration-and-no-tvs": True},
        ("no configuration in its flash", "Delete CTL and ITL in the settings"),
    ),
    "CallManager was restarted, and the CTL not updated": Run(
        story(BOOT, wait(5), NO_TVS, REGENERATE_CALLMANAGER, service("restart"), wait(60)),
        {"callmanager-regenerated": True},
        ("was not updated since", "Run `utils ctl update CTLFile`"),
        ("Delete the CTL",),
        REGISTERED.format("MIC"),
    ),
    "an old LSC was refused first, then CallManager stopped": Run(
        story(BOOT, wait(5), service("stop"), wait(30), more='lsc = "old"'),
        {"lsc-of-another-cluster": True, "service-stopped": True},
        ("the CAPF of another cluster",),
    ),
    "the old LSC was deleted before CallManager stopped": Run(
        story(
            BOOT,
            wait(5),
            'do = "delete-lsc-on-phone"\nphone = "a"',
            wait(60),
            service("stop"),
            wait(60),
            more='lsc = "old"',
        ),
        {"lsc-of-another-cluster": False, "service-stopped": True},
    ),
    "CallManager's list lacks the authority of the MIC": Run(
        story(DISABLE, service("restart"), BOOT, wait(60), more='lsc = "old"'),
        {"lsc-of-another-cluster": True},
        ("By Null String",),
        ("shows its MIC", "delete the LSC"),
        REGISTERED.format("LSC"),
    ),
    "the phone has no MIC": Run(
        story(BOOT, wait(60), more='lsc = "old"\nmic = false'),
        {"lsc-of-another-cluster": True},
        ("By Null String",),
        ("shows its MIC",),
        REGISTERED.format("LSC"),
    ),
    "CallManager's list has the authority of the MIC": Run(
        story(BOOT, wait(60), more='lsc = "old"'),
        {"lsc-of-another-cluster": True},
        ("so that it shows its MIC",),
        (),
        REGISTERED.format("LSC"),
    ),
    "the MIC has expired": Run(
        story(wait(days=1300), BOOT, wait(60), more='lsc = "old"'),
        {"lsc-of-another-cluster": True},
        ("By Null String",),
        ("shows its MIC",),
    ),
    "an Authenticated profile and minimum TLS 1.3": Run(
        story(
            'do = "set-minimum-tls"\ncluster = "new"\nversion = "TLSv1.3"',
            service("restart"),
            BOOT,
            wait(60),
            model="8861",
            profile="Authenticated",
            more='tls = "1.3"',
        ),
        {"null-cipher-and-tls-1-3": True},
        ("The phone's profile is Authenticated", "profile with Device Security Mode Encrypted"),
        ("79xx", "eplace the phone"),
        REGISTERED.format("MIC"),
    ),
    "an Authenticated profile and a phone without TLS 1.3": Run(
        story(
            'do = "set-minimum-tls"\ncluster = "new"\nversion = "TLSv1.3"',
            service("restart"),
            BOOT,
            wait(60),
            model="8861",
            profile="Authenticated",
        ),
        {"minimum-tls-version": True},
        ("Set the minimum TLS version of cluster new to TLSv1.2",),
        ("profile with Device Security Mode",),
        REGISTERED.format("MIC"),
    ),
    "a minimum that was lowered waits for the restart": Run(
        story(
            'do = "set-minimum-tls"\ncluster = "new"\nversion = "TLSv1.2"',
            service("restart"),
            'do = "set-minimum-tls"\ncluster = "new"\nversion = "TLSv1"',
            BOOT,
            wait(60),
        ),
        {"minimum-tls-version": True},
        ("waits for the restart", f"Restart {CALLMANAGER} of cluster new"),
        ("et the minimum TLS version of",),
        REGISTERED.format("MIC"),
    ),
    "a minimum that is too new, and an LSC that would be refused too": Run(
        story(
            'do = "set-minimum-tls"\ncluster = "new"\nversion = "TLSv1.2"',
            service("restart"),
            BOOT,
            wait(60),
            more='lsc = "old"',
        ),
        {"minimum-tls-version": True},
        ("There is a second fault", "and the service does not trust CAPF-"),
        (),
        REGISTERED.format("LSC"),
    ),
    "CAPF was regenerated under its old name": Run(
        story(
            f"{REGENERATE}\nsame-name = true",
            UPDATE,
            service("restart", CAPF),
            operation(LSC_FIRST),
            BOOT,
            wait(60),
            profile="Non Secure",
            more='lsc = "new"',
        ),
        {"capf-issuer-key-changed": True},
        ("got a new key and kept its name", "By Null String"),
        (),
        STATUS,
    ),
    "CAPF's root was deleted from CAPF-trust": Run(
        story(
            trust("upload", "company root", "CAPF-trust"),
            'do = "sign-certificate"\ncluster = "new"\ncertificate = "CAPF"',
            UPDATE,
            service("restart", CAPF),
            INSTALL,
            BOOT,
            wait(60),
            trust("delete", "company root", "CAPF-trust"),
            service("restart", CAPF),
            operation(LSC_FIRST),
            RESET_ON_PHONE,
            wait(60),
            profile="Non Secure",
        ),
        {"capf-chain-incomplete": True},
        ("Company Root CA", "was deleted from CAPF-trust of cluster new"),
        (),
        STATUS,
    ),
    "CAPF's certificate expired": Run(
        story(
            wait(days=900),
            REGENERATE_CALLMANAGER,
            UPDATE,
            service("restart"),
            INSTALL,
            BOOT,
            wait(60),
            wait(days=800),
            BOOT,
            wait(60),
        ),
        {"lsc-issuer-expired": True},
        (
            "Regenerate the CAPF certificate of cluster new, then run `utils ctl update CTLFile` on cluster new, "
            f"then restart {CAPF} of cluster new, then restart {CALLMANAGER} of cluster new",
        ),
        (),
        REGISTERED.format("LSC"),
    ),
    "an authority that the release never shipped": Run(
        story(BOOT, wait(60), model="8851", more='mic-authority = "Cisco Manufacturing CA III"'),
        {"mic-issuer-not-in-callmanager-trust": True},
        (
            "does not bring Cisco Manufacturing CA III along",
            "Upload Cisco Manufacturing CA III to CallManager-trust of cluster new, "
            "then upload Cisco Basic Assurance Root CA 2099 to CallManager-trust of cluster new, "
            "then upload Cisco Manufacturing CA III to CAPF-trust of cluster new",
        ),
        ("default-ca-list enable",),
        REGISTERED.format("MIC"),
    ),
    "an authority that was disabled in the default CA list": Run(
        story(DISABLE, service("restart"), BOOT, wait(60)),
        {"mic-issuer-not-in-callmanager-trust": True},
        (
            "Run `set cert default-ca-list enable` for Cisco Manufacturing CA on cluster new",
            "for Cisco Root CA 2048 on cluster new",
        ),
        ("does not bring",),
        REGISTERED.format("MIC"),
    ),
    "an issuer that was deleted in its own cluster too": Run(
        story(
            trust("delete", "CAPF of old", cluster="old"),
            trust("delete", "CAPF of old", "CAPF-trust", cluster="old"),
            'do = "restart-service"\ncluster = "old"\nservice = "Cisco CallManager"',
            BOOT,
            wait(60),
            more='lsc = "old"',
        ),
        {"lsc-of-another-cluster": True},
        (),
        ("is trusted in cluster",),
        REGISTERED.format("LSC"),
    ),
    "an LSC that has expired and whose issuer was deleted": Run(
        story(
            wait(days=400),
            trust("delete", "CAPF of new"),
            service("restart"),
            BOOT,
            wait(60),
            head="",
            more='lsc = "new"',
        ).replace("[clusters.new]", "[clusters.new]\nlsc-days = 400"),
        {"capf-deleted-from-callmanager-trust": True},
        ("There is a second fault: the LSC has expired", "then set Certificate Operation Install/Upgrade"),
        ("before you delete",),
        REGISTERED.format("LSC"),
    ),
    "an upload waits for the restart": Run(
        story(trust("upload", "CAPF of old"), BOOT, wait(60), more='lsc = "old"'),
        {"uploaded-and-not-restarted": True},
        (f"Restart {CALLMANAGER} of cluster new.",),
        (),
        REGISTERED.format("LSC"),
    ),
}


def played(run: Run, play_text: Play) -> tuple[StoryResult, list[Explanation]]:
    result = play_text(run.text)
    assert result.passed, result.steps[-1].observed
    return result, explain(result.events)


@pytest.mark.parametrize("name", RUNS)
def test_the_cause_is_the_true_one_and_a_cure_names_only_what_helps(name: str, play_text: Play) -> None:
    run = RUNS[name]
    _, found = played(run, play_text)
    assert {one.rule: one.still for one in found} == run.rules
    first = next(one for one in found if one.rule == next(iter(run.rules)))
    for words in run.says:
        assert words in f"{first.why} {first.cure}"
    for words in run.never:
        assert not any(words in one.cure or words in one.why for one in found)


@pytest.mark.parametrize("name", [name for name, run in RUNS.items() if run.ends])
def test_every_way_of_the_cure_that_operations_stand_for_leads_to_what_it_promises(name: str, play_text: Play) -> None:
    run = RUNS[name]
    result, found = played(run, play_text)
    ways = [way for way, steps in enumerate(found[-1].cures) if not any("advice" in step for step in steps)]
    assert ways
    for way in ways:
        again = f"{run.text}{steps_of(result, found[-1].cures[way])}[[steps]]\n{_check(run, found[-1].cures[way])}\n"
        cured = play_text(again)
        assert cured.passed, f"{found[-1].cures[way]}: {cured.steps[-1].observed}"


def _check(run: Run, steps: tuple[dict[str, object], ...]) -> str:
    """What a phone without its LSC registers with is its MIC."""
    if any(step.get("do") == "delete-lsc-on-phone" for step in steps):
        return run.ends.replace('certificate = "LSC"', 'certificate = "MIC"')
    if any(step.get("operation") == "Install/Upgrade" for step in steps):
        return run.ends.replace('certificate = "MIC"', 'certificate = "LSC"')
    return run.ends


AT_TFTP = StateChanged(state="starting", trigger="x", next_state="downloading its configuration file")
STARTED = PhoneStarted(device_name="SEP1", model="8861", load="x")
ADDED = PhoneAdded(device_name="SEP1", model="8861", profile="x")
TFTP = TftpStarted(address="127.0.0.1", port=6970)
MISSED = ConfigurationFileMissed(file="SEP1.cnf.xml", failure=DownloadFailure.UNREADABLE)
TIMES: dict[str, tuple[list[tuple[str, Event]], str]] = {
    "while it restarts": (
        [("SEP1", AT_TFTP), ("new/tftp", TftpStopped()), ("new/tftp", TFTP), ("SEP1", MISSED)],
        "service-restarting",
    ),
    "while it is stopped": ([("new/tftp", TftpStopped()), ("SEP1", AT_TFTP), ("SEP1", MISSED)], "service-stopped"),
    "after its restart": (
        [("new/tftp", TftpStopped()), ("new/tftp", TFTP), ("SEP1", AT_TFTP), ("SEP1", MISSED)],
        "configuration-file-not-read",
    ),
    "without any restart": ([("SEP1", AT_TFTP), ("SEP1", MISSED)], "configuration-file-not-read"),
}


@pytest.mark.parametrize("name", TIMES)
def test_a_phone_that_came_while_a_service_was_restarting_or_stopped_is_told_so(name: str) -> None:
    made, rule = TIMES[name]
    events: list[Event] = []
    journal = Journal(Clock(datetime(2026, 11, 23, 8, tzinfo=UTC), lambda: 0.0))
    journal.subscribe(events.append)
    for actor, event in [("new/administration", ADDED), ("new/tftp", TFTP), ("SEP1", STARTED), *made]:
        journal.emitter(actor).emit(event)
    (found,) = explain(events)
    assert found.rule == rule
    assert ("it stopped at event" in found.why) is (rule == "service-restarting")


def test_the_same_phone_without_a_restart_has_no_failure(play_text: Play) -> None:
    assert explain(play_text(story(BOOT, wait(300), model="8861", more='lsc = "new"')).events) == []
