"""Every story of the gallery passes, passes for its reason, ends the same every time, and fails where its reason is taken away."""

from __future__ import annotations

import re

import pytest

from lab.explain import UNKNOWN
from lab.play.runner import play
from lab.scenario import gallery
from lab.scenario.model import (
    Distrusts,
    Expect,
    Explained,
    OperationStatus,
    PortRefused,
    Refused,
    Rejected,
    TrustListHeld,
    VpnRefused,
)
from tests.explained import explain

NAMES = gallery.names()


FAQ = {
    1: {
        "what-uses-certificates",
        "invalid-lsc",
        "invalid-mic",
        "existing-certificate-none",
        "mic-cannot-be-deleted",
        "mic-cannot-be-renewed",
    },
    2: {"no-choice-of-certificate", "lsc-wins-over-mic", "no-lsc-uses-mic"},
    3: {"new-cluster-old-lsc", "new-cluster-old-lsc-cured-by-mic", "new-cluster-old-lsc-cured-by-reinstall"},
    4: {"lsc-not-needed-for-secure-profile"},
    5: {"install-with-nonsecure-profile"},
    6: {"install-in-nonsecure-cluster", "delete-lsc-in-nonsecure-cluster"},
    7: {"delete-lsc-on-the-phone"},
    8: {"troubleshoot-gets-certificates"},
    9: {"which-certificate-on-the-wire"},
    10: {"authentication-mode-means-nothing-to-callmanager"},
    11: {
        "capf-regenerated-in-good-order",
        "capf-regenerated-same-name",
        "capf-removed-too-early-from-callmanager-trust",
        "capf-removed-too-early-from-capf-trust",
    },
}


@pytest.mark.parametrize("question", FAQ)
def test_each_question_of_the_faq_is_answered_by_a_story(question) -> None:  # type: ignore[no-untyped-def]
    answering = {name for name in NAMES if question in gallery.story(name).head.faq}
    assert answering >= FAQ[question]


@pytest.mark.parametrize("name", NAMES)
def test_a_story_passes(name, of_gallery) -> None:  # type: ignore[no-untyped-def]
    result = of_gallery(name)
    assert result.passed, result.steps[-1].observed


@pytest.mark.parametrize("name", NAMES)
def test_a_story_is_the_same_every_time(name, of_gallery, consoles) -> None:  # type: ignore[no-untyped-def]
    first, story = of_gallery(name), gallery.story(name)
    second = play(story)
    assert [(step.passed, step.observed) for step in first.steps] == [
        (step.passed, step.observed) for step in second.steps
    ]
    assert first.rows() == second.rows()
    # The same lines in the same order, with the same numbers and times; only the lab's own block may be another one.
    assert at_home(consoles(first)) == at_home(consoles(second))
    assert [(type(event), event.actor, event.at, event.cause) for event in first.events] == [
        (type(event), event.actor, event.at, event.cause) for event in second.events
    ]


def at_home(lines: dict[str, list[str]]) -> dict[str, list[str]]:
    return {
        phone: [re.sub(r"127\.\d+\.\d+\.", "127.x.y.", line) for line in printed] for phone, printed in lines.items()
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_story_says_what_it_teaches_and_which_questions_it_answers(name) -> None:  # type: ignore[no-untyped-def]
    story = gallery.story(name)
    assert len(story.head.lesson.split()) > 20
    assert story.head.faq or any(isinstance(step, TrustListHeld) for step in story.steps)
    assert all(1 <= number <= 11 for number in story.head.faq)
    assert any(isinstance(step, Expect) for step in story.steps)
    assert story.steps[0].say


@pytest.mark.parametrize("name", NAMES)
def test_a_refusal_names_its_reason(name) -> None:  # type: ignore[no-untyped-def]
    for step in gallery.story(name).steps:
        if isinstance(step, Refused):
            assert step.verify_code > 0
            assert step.issuer
            assert step.alert


@pytest.mark.parametrize("name", NAMES)
def test_a_phone_that_fails_in_a_story_is_explained_in_it(name) -> None:  # type: ignore[no-untyped-def]
    steps = gallery.story(name).steps
    failed = {
        step.phone
        for step in steps
        if isinstance(step, Refused | Rejected | Distrusts | PortRefused | VpnRefused)
        or (isinstance(step, OperationStatus) and "Failed" in step.status)
    }
    assert failed <= {step.phone for step in steps if isinstance(step, Explained)}


@pytest.mark.parametrize("name", NAMES)
def test_whatever_fails_in_a_story_has_a_rule_that_knows_why(name, of_gallery) -> None:  # type: ignore[no-untyped-def]
    for found in explain(of_gallery(name).events):
        assert found.rule != UNKNOWN
        assert found.evidence
        assert found.cure


# What a story says, what it says when it is broken, and what the author then reads.
BREAKS = [
    ("dot1x-with-mic", 'trusts = ["Cisco Manufacturing CA", ', "trusts = [", "did not let it in"),
    ("dot1x-with-lsc", 'lsc = "headquarters"', "", "certificate is MIC, not LSC"),
    ("dot1x-capf-missing", 'trusts = ["', 'trusts = ["CAPF of headquarters", "', "802.1X did not refuse it"),
    ("dot1x-capf-missing", 'do = "restart-service"\nserver = "ise"', 'do = "wait"', "802.1X did not let it in"),
    ("dot1x-old-lsc-new-cluster", 'lsc = "old"', 'lsc = "headquarters"', "802.1X did not refuse it"),
    (
        "dot1x-capf-regenerated-too-early",
        'do = "delete-certificate"',
        'do = "upload-certificate"',
        "802.1X did not refuse it",
    ),
    ("dot1x-capf-regenerated-in-good-order", 'do = "upload-certificate"', 'do = "delete-certificate"', "does not hold"),
    ("dot1x-lsc-expired", "days = 180", "days = 160", "802.1X did not refuse it"),
    ("dot1x-phone-distrusts-server", 'dot1x-trusts = "none"', "", "802.1X did not refuse it"),
    ("dot1x-then-register", 'mode = "force-authorized"', 'mode = "force-unauthorized"', "no operation has ended"),
    ("vpn-with-mic", 'trusts = ["Cisco Manufacturing CA", ', "trusts = [", "there is no tunnel"),
    ("vpn-with-lsc", 'lsc = "headquarters"', "", "certificate is MIC, not LSC"),
    ("vpn-capf-missing", 'trusts = ["', 'trusts = ["CAPF of headquarters", "', "its tunnel is up"),
    ("vpn-old-capf-removed-too-early", 'do = "delete-certificate"', 'do = "upload-certificate"', "its tunnel is up"),
    (
        "vpn-capf-regenerated-in-good-order",
        'do = "upload-certificate"',
        'do = "delete-certificate"',
        "does not hold",
    ),
    ("vpn-host-id-mismatch", 'do = "restart-service"', 'do = "update-vpn-group"', "its tunnel is up"),
    ("what-uses-certificates", "cert [LSC]", "cert [MIC]", "no line with"),
    ("no-choice-of-certificate", '(Precedence to MIC)"\n', '(Precedence to LSC)"\n', "no line with"),
    ("lsc-not-needed-for-secure-profile", 'model = "8861"', 'model = "8861"\nmic = false', "certificate|refused"),
    ("mic-issuer-missing", "in-use = true", "in-use = false", "in use is True, not False"),
    ("mic-issuer-missing", 'service = "Cisco CallManager"', 'service = "Cisco Tftp"', "with-mic is registered"),
    (
        "mic-issuer-missing-cured-by-enabling",
        'change = "enable"',
        'change = "enable"\ncertificate = "ACT2 SUDI CA"',
        "held is False",
    ),
    (
        "mic-issuer-missing-cured-by-lsc",
        'mode = "By Null String"',
        'mode = "By Existing Certificate (Precedence to LSC)"',
        "Invalid MIC",
    ),
    ("mic-cannot-be-deleted", 'lsc = "headquarters"', "", "certificate is MIC, not LSC"),
    (
        "mic-cannot-be-deleted",
        'operation = "Delete"',
        'operation = "Install/Upgrade"',
        "status is Upgrade Success, not",
    ),
    (
        "delete-lsc-in-nonsecure-cluster",
        'operation = "Delete"',
        'operation = "Install/Upgrade"',
        "status is Upgrade Success, not",
    ),
    (
        "delete-lsc-in-nonsecure-cluster",
        ', "Cisco Root CA M2", "Cisco Manufacturing CA SHA2"]',
        "]",
        "802.1X did not let it in",
    ),
    ("install-in-nonsecure-cluster", 'mode = "mixed"', 'mode = "non-secure"', "certificate is none, not LSC"),
    (
        "install-by-authentication-string",
        'string = "123456"\n\n[[steps]]\nexpect',
        'string = "654321"\n\n[[steps]]\nexpect',
        "Invalid Authentication String",
    ),
    (
        "wrong-authentication-string",
        "seconds = 601.0",
        "seconds = 590.0",
        "Invalid Authentication String, not Upgrade Success",
    ),
    ("existing-certificate-none", '"7960"', '"7965"', "status is Upgrade Success, not"),
    ("invalid-mic", 'do = "delete-certificate"', 'do = "upload-certificate"', "status is Upgrade Success, not"),
    ("delete-lsc-on-the-phone", 'trusts = "old"', 'trusts = "new"', "bad-trust-list is registered"),
    (
        "troubleshoot-gets-certificates",
        'operation = "Troubleshoot"',
        'operation = "Install/Upgrade"',
        "Upgrade Success, not",
    ),
    ("authentication-mode-means-nothing-to-callmanager", 'lsc = "headquarters"', "", "certificate is MIC, not LSC"),
    (
        "capf-regenerated-in-good-order",
        'operation = "Install/Upgrade"',
        'operation = "Delete"',
        "Delete Success, not Upgrade Success",
    ),
    (
        "capf-removed-too-early-from-callmanager-trust",
        'do = "reset"',
        'do = "restart-service"\ncluster = "headquarters"\nservice = "Cisco CallManager"',
        "lobby is refused|not registered",
    ),
    (
        "capf-removed-too-early-from-callmanager-trust-cured",
        'do = "update-ctl"',
        'do = "stop-service"\nservice = "Cisco Trust Verification Service"',
        "no operation has ended",
    ),
    (
        "capf-removed-too-early-from-capf-trust",
        'do = "delete-certificate"',
        'do = "upload-certificate"',
        "status is Upgrade Success",
    ),
    ("capf-regenerated-same-name", "lsc-authority-key-identifier = false", "", "verify code is 20, not 7"),
    ("capf-regenerated-same-name", "same-name = true", "same-name = false", "held is True, not False"),
    ("lsc-expired", "days = 180", "days = 160", "lobby is registered"),
    ("mic-expired", "built = 2019-08-05", "", "lobby is refused"),
    (
        "mic-cannot-be-renewed",
        "starts = 2029-07-01T08:00:00Z",
        "starts = 2029-05-01T08:00:00Z",
        "boardroom is registered",
    ),
    ("minimum-tls-version", 'version = "TLSv1.2"', 'version = "TLSv1"', "no line with"),
    ("name-of-another-device", 'lsc-name = "SEP00AABBCCDDEE"', "", "swapped is registered"),
    ("authentication-string-deadlock", 'profile = "Non Secure"', 'profile = "Authenticated"', "bad-lsc is refused"),
    (
        "operation-late",
        "completes-by = 2026-11-23T09:00:00Z",
        "completes-by = 2026-11-23T19:00:00Z",
        "Upgrade Success, not Upgrade Failed: User",
    ),
    (
        "capf-signed-root-missing",
        'store = "CallManager-trust"\ncertificate = "company root"',
        'store = "CAPF-trust"\ncertificate = "company root"',
        "lobby is refused",
    ),
    ("lsc-without-key-usage", "online CA without key usage", "online CA", "lobby is registered"),
    ("ec-lsc-and-old-phone", 'key-order = "EC Only"', 'key-order = "RSA Only"', "Upgrade Success, not"),
    (
        "which-certificate-on-the-wire",
        'issuer = "CAPF of old"\nalert',
        'issuer = "CAPF of new"\nalert',
        r"issuer is CAPF-\w{8}, not CAPF-\w{8}",
    ),
    (
        "which-certificate-on-the-wire",
        'alert = "unknown CA"\n',
        'alert = "decrypt error"\n',
        "alert read is unknown CA",
    ),
    ("new-cluster-old-lsc", 'lsc = "old"', 'lsc = "new"', "with-old-lsc is registered"),
    ("new-cluster-old-lsc", 'lsc = "old"', "", "with-old-lsc is registered"),
    ("new-cluster-old-lsc", 'lsc = "new"', 'lsc = "old"', r"with-new-lsc is refused \(unknown CA\)"),
    ("new-cluster-old-lsc", "verify-code = 20", "verify-code = 10", "verify code is 20, not 10"),
    ("new-cluster-old-lsc", "verify-code = 20", "verify-code = 20\ndepth = 1", "depth is 0, not 1"),
    ("new-cluster-old-lsc", 'alert = "unknown CA"', 'alert = "certificate expired"', "alert read is unknown CA, not"),
    (
        "new-cluster-old-lsc",
        'issuer = "CAPF of old"',
        'issuer = "CAPF of new"',
        r"issuer is CAPF-\w{8}, not CAPF-\w{8}",
    ),
    (
        "new-cluster-old-lsc",
        'certificate = "LSC"\nissuer = "CAPF of old"',
        'certificate = "MIC"\nissuer = "CAPF of old"',
        "certificate is LSC, not MIC",
    ),
    (
        "new-cluster-old-lsc",
        "[phones.without-lsc]",
        '[phones.without-lsc]\ntrusts = "old"',
        "without-lsc is not registered",
    ),
    ("new-cluster-old-lsc", "[phones.without-lsc]", "[phones.without-lsc]\nmic = false", "without-lsc is refused"),
    ("new-cluster-old-lsc", "[clusters.new]", '[clusters.new]\nmode = "non-secure"', "certificate is none, not MIC"),
    (
        "new-cluster-old-lsc",
        "[clusters.new]",
        '[clusters.new]\nminimum-tls = "TLSv1.2"',
        r"refused \(protocol version\)",
    ),
    ("new-cluster-old-lsc", "[read]:[fatal]:[unknown CA]", "[read]:[fatal]:[bad certificate]", "no line with"),
    (
        "no-lsc-uses-mic",
        'model = "8861"',
        'model = "7965"',
        "issuer is Cisco Manufacturing CA, not Cisco Manufacturing CA SHA2",
    ),
    ("no-lsc-uses-mic", 'tls = "TLSv1"', 'tls = "TLSv1.2"', "TLS is TLSv1, not TLSv1.2"),
    ("no-lsc-uses-mic", 'cipher = "AES256-SHA"', 'cipher = "AES128-SHA"', "cipher is AES256-SHA, not AES128-SHA"),
    ("no-lsc-uses-mic", 'profile = "Encrypted"', 'profile = "Encrypted"\nlsc = "headquarters"', "no line with"),
    ("no-lsc-uses-mic", 'do = "boot"', 'do = "boot"\nphones = ["boardroom"]', "no line with"),
    ("lsc-wins-over-mic", 'do = "delete-lsc-on-phone"\nphone = "lobby"', 'do = "wait"', "certificate is LSC, not MIC"),
    ("invalid-lsc", 'lsc = "old"', 'lsc = "new"', "status is Upgrade Success, not Upgrade Failed: Invalid LSC"),
    ("invalid-lsc", "verify-code = 20", "verify-code = 10", "verify code is 20, not 10"),
    (
        "invalid-lsc",
        'mode = "By Existing Certificate (Precedence to LSC)"',
        'mode = "By Existing Certificate (Precedence to MIC)"',
        "status is Upgrade Success, not Upgrade Failed: Invalid LSC",
    ),
    (
        "invalid-lsc",
        'mode = "By Null String"',
        'mode = "By Existing Certificate (Precedence to LSC)"',
        "Upgrade Failed: Invalid LSC",
    ),
    (
        "install-lsc-by-null-string",
        'operation = "Install/Upgrade"',
        'operation = "Delete"',
        "status is Delete Success, not Upgrade Success",
    ),
    ("install-lsc-by-null-string", 'do = "reset"', 'do = "wait"', "no operation has ended"),
    (
        "new-cluster-old-lsc-cured-by-mic",
        'do = "delete-lsc-on-phone"\nphone = "moved"',
        'do = "wait"',
        r"LSC issuer is CAPF-\w{8}, not none",
    ),
    ("new-cluster-old-lsc-cured-by-mic", '"7965"', '"7940"', r"moved is refused \(handshake failure\)"),
    (
        "new-cluster-old-lsc-cured-by-reinstall",
        'profile = "Non Secure"',
        'profile = "Authenticated"',
        "moved is refused",
    ),
    (
        "new-cluster-old-lsc-cured-by-reinstall",
        'operation = "Delete"',
        'operation = "Troubleshoot"',
        "Troubleshoot Success",
    ),
]


@pytest.mark.parametrize(("name", "part", "broken", "observed"), BREAKS)
def test_a_broken_story_fails_and_says_what_is_so_instead(name, part, broken, observed, play_text) -> None:  # type: ignore[no-untyped-def]
    text = (gallery.FOLDER / f"{name}.toml").read_text("utf-8")
    assert part in text
    result = play_text(text.replace(part, broken, 1))
    assert not result.passed
    last = result.steps[-1]
    assert not last.passed
    assert re.search(observed, last.observed), last.observed


def test_the_mic_beside_an_old_lsc_plays_no_part(play_text) -> None:  # type: ignore[no-untyped-def]
    text = (gallery.FOLDER / "new-cluster-old-lsc.toml").read_text("utf-8")
    assert play_text(text.replace('lsc = "old"', 'lsc = "old"\nmic = false')).passed
