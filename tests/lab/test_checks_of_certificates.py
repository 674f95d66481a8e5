"""Checks of trust stores, traces, pages and the wire pass for what is so, and say what is so instead."""

from __future__ import annotations

import pytest

HEAD = """
title = "t"
[clusters.a]
[clusters.b]
[phones.p]
model = "{model}"
cluster = "a"
profile = "Encrypted"
{more}
[[steps]]
do = "boot"
"""


def story(*steps: str, model: str = "7965", more: str = "") -> str:
    return HEAD.format(model=model, more=more) + "".join(f"\n[[steps]]\n{text}\n" for text in steps)


REGISTERED = 'expect = "registered"\nphone = "p"\ncertificate = "{}"'
RESTART = 'do = "restart-service"\ncluster = "a"\nservice = "Cisco CallManager"'
STORE = 'expect = "trust-store"\ncluster = "a"\nstore = "CallManager-trust"\ncertificate = "{}"\nheld = {}\nin-use = {}\nwithin = 1'
WIRE = 'expect = "on-the-wire"\nphone = "p"\ncertificate = "{}"\nissuer = "{}"\nwithin = 1'
STRING = 'do = "type-authentication-string"\nphone = "p"\nstring = "1234"\ntaken = false'
BECAUSE = 'expect = "string-not-taken"\nphone = "p"\nbecause = "{}"\nwithin = 1'
PAGE = 'expect = "phone-page"\nphone = "p"\npage = "{}"\ncontains = "{}"\nwithin = 5'


def last(result):  # type: ignore[no-untyped-def]
    return result.steps[-1].observed


def test_a_store_and_its_service_part_until_the_restart(play_text) -> None:  # type: ignore[no-untyped-def]
    upload = 'do = "upload-certificate"\ncluster = "a"\nstore = "CallManager-trust"\ncertificate = "CAPF of b"'
    name = "CAPF of b"
    before, parted, after = (
        STORE.format(name, *so) for so in (("false", "false"), ("true", "false"), ("true", "true"))
    )
    assert play_text(story(before, upload, parted, RESTART, after)).passed
    for wrong, step in ((parted, 2), (after, 2)):
        result = play_text(story(wrong))
        assert (result.passed, result.steps[-1].number) == (False, step)
    assert "in use is False, not True" in last(play_text(story(upload, after)))


@pytest.mark.parametrize(
    ("model", "issuer"), [("7965", "Cisco Manufacturing CA"), ("8861", "Cisco Manufacturing CA SHA2")]
)
def test_the_wire_tells_which_certificate_it_was(model, issuer, play_text) -> None:  # type: ignore[no-untyped-def]
    boot = REGISTERED.format("MIC")
    assert play_text(story(boot, WIRE.format("MIC", issuer), model=model)).passed
    assert "certificate is MIC, not LSC" in last(play_text(story(boot, WIRE.format("LSC", "CAPF of a"), model=model)))
    wrong = play_text(story(boot, WIRE.format("MIC", "CAPF of a"), model=model))
    assert f"issuer is {issuer}, not CAPF-" in last(wrong)
    wrong = play_text(story(boot, WIRE.format("MIC", issuer) + '\nalert = "unknown CA"', model=model))
    assert "alert is none, not unknown CA" in last(wrong)


def test_the_wire_tells_the_alert_that_refused_it(play_text) -> None:  # type: ignore[no-untyped-def]
    refused = 'expect = "refused"\nphone = "p"\ncertificate = "LSC"\nissuer = "CAPF of b"\nverify-code = 20\nalert = "unknown CA"'
    wire = WIRE.format("LSC", "CAPF of b")
    assert play_text(story(refused, wire + '\nalert = "unknown CA"', more='lsc = "b"')).passed
    assert "alert is unknown CA, not none" in last(play_text(story(refused, wire, more='lsc = "b"')))


def test_tls_1_3_shows_nobody_a_certificate(play_text) -> None:  # type: ignore[no-untyped-def]
    result = play_text(
        story(
            REGISTERED.format("MIC"),
            WIRE.format("MIC", "Cisco Manufacturing CA SHA2"),
            model="8861",
            more='tls = "1.3"',
        )
    )
    assert "TLS 1.3" in last(result)


def test_a_phone_without_tls_shows_nothing_on_the_wire(play_text) -> None:  # type: ignore[no-untyped-def]
    text = story(REGISTERED.format("none"), WIRE.format("MIC", "Cisco Manufacturing CA"))
    assert "no TLS to CallManager was seen" in last(play_text(text.replace('"Encrypted"', '"Non Secure"')))


def test_a_string_that_is_not_taken_names_what_is_in_the_way(play_text) -> None:  # type: ignore[no-untyped-def]
    boot = REGISTERED.format("MIC")
    assert play_text(story(boot, STRING, BECAUSE.format("secure profile"))).passed
    assert not play_text(story(boot, STRING, BECAUSE.format("not registered"))).passed
    plain = story(REGISTERED.format("none"), STRING, BECAUSE.format("not asked for"))
    assert play_text(plain.replace('"Encrypted"', '"Non Secure"')).passed
    assert not play_text(story(boot, BECAUSE.format("secure profile"))).passed
    taken = story(boot, STRING.replace("taken = false", "taken = true"))
    assert "takes no authentication string now" in last(play_text(taken))


def test_a_page_is_fetched_from_the_phone(play_text) -> None:  # type: ignore[no-untyped-def]
    boot = REGISTERED.format("MIC")
    assert play_text(story(boot, PAGE.format("Security configuration", "Not Installed"))).passed
    assert 'no line with "nonsense"' in last(play_text(story(boot, PAGE.format("Security configuration", "nonsense"))))
    off = play_text(story('do = "power-off"', PAGE.format("Security configuration", "LSC")))
    assert "no power" in last(off)


def test_a_trace_holds_what_troubleshoot_brought(play_text) -> None:  # type: ignore[no-untyped-def]
    operation = 'do = "certificate-operation"\nphone = "p"\noperation = "Troubleshoot"'
    done = 'expect = "certificate-operation-status"\nphone = "p"\nstatus = "Troubleshoot Success"'
    held = 'expect = "capf-trace"\nphone = "p"\ncertificate = "MIC"\nwithin = 1'
    boot = REGISTERED.format("MIC")
    assert play_text(story(boot, operation, 'do = "reset"', done, held)).passed
    assert "MIC in the trace is False, not True" in last(play_text(story(boot, held)))
    assert "p has no LSC" in last(play_text(story(boot, held.replace('"MIC"', '"LSC"'))))


def test_a_phone_whose_callmanager_is_stopped_says_so(play_text) -> None:  # type: ignore[no-untyped-def]
    boot = REGISTERED.format("MIC")
    stop = 'do = "stop-service"\ncluster = "a"\nservice = "Cisco CallManager"'
    start = stop.replace("stop-service", "start-service")
    silent = 'expect = "not-registered"\nphone = "p"\nbecause = "no CallManager answers"'
    assert play_text(story(boot, stop, silent, start, boot + "\nwithin = 300")).passed
    assert "p is registered" in last(play_text(story(boot, silent + "\nwithin = 1")))
    assert "stopped already" in last(play_text(story(boot, stop, stop)))
    assert "started already" in last(play_text(story(boot, start)))


def test_a_phone_without_its_file_says_so(play_text) -> None:  # type: ignore[no-untyped-def]
    stop = 'do = "stop-service"\ncluster = "a"\nservice = "Cisco Tftp"'
    missing = 'expect = "not-registered"\nphone = "p"\nbecause = "its file is missing"\nwithin = 30'
    result = play_text(story(REGISTERED.format("MIC"), stop, 'do = "boot"', missing))
    assert not result.passed
    assert "TFTP: no answer" in last(result)


NO_TVS = 'do = "stop-service"\ncluster = "a"\nservice = "Cisco Trust Verification Service"'


def test_a_server_that_the_phone_distrusts(play_text) -> None:  # type: ignore[no-untyped-def]
    new = 'do = "regenerate-certificate"\ncertificate = "CallManager of a"'
    distrusts = 'expect = "distrusts"\nphone = "p"\nservice = "SCCP"\nverify-code = 18\nalert = "none"\nwithin = 20'
    boot = REGISTERED.format("MIC")
    assert play_text(story(boot, NO_TVS, new, RESTART, distrusts)).passed
    tvs = NO_TVS.replace("stop-service", "restart-service")  # which knows the new certificate from then on
    assert "refused no server" in last(play_text(story(boot, new, tvs, RESTART, distrusts)))
    assert "alert written is none" in last(
        play_text(story(boot, NO_TVS, new, RESTART, distrusts.replace("none", "unknown CA")))
    )
    told = 'do = "update-ctl"\ncluster = "a"'
    assert play_text(story(boot, NO_TVS, new, told, 'do = "reset"', RESTART, boot)).passed


LIST = 'expect = "trust-list"\nphone = "p"\nlist = "{}"\nof = "{}"\nwithin = 1'


def test_which_lists_a_phone_holds(play_text) -> None:  # type: ignore[no-untyped-def]
    signer, stale = '\nsigner = "ITLRecovery of a"\nnewest = true', "\nnewest = false"
    boot = REGISTERED.format("MIC")
    assert play_text(story(boot, *(LIST.format(kind, "a") + signer for kind in ("CTL", "ITL")))).passed
    assert "newest is True, not False" in last(play_text(story(boot, LIST.format("CTL", "a") + stale)))
    told = ('do = "regenerate-certificate"\ncertificate = "CallManager of a"', 'do = "update-ctl"\ncluster = "a"')
    assert play_text(story(boot, *told, LIST.format("CTL", "a") + stale, LIST.format("ITL", "a") + signer)).passed
    assert "CTL is of a, not none" in last(play_text(story(boot, LIST.format("CTL", "none"))))
    assert "CTL of is b, not a" in last(play_text(story(LIST.format("CTL", "a"), more='trusts = "b"')))


def test_a_new_phone_holds_no_list_until_it_boots(play_text) -> None:  # type: ignore[no-untyped-def]
    off, none = 'do = "power-off"', 'trusts = "none"'
    text = story(LIST.format("ITL", "none"), more=none).replace('do = "boot"', off)
    assert play_text(text).passed
    assert play_text(story(REGISTERED.format("MIC"), LIST.format("ITL", "a"), more=none)).passed


def test_a_phone_opens_the_directory_while_tomcat_runs(play_text) -> None:  # type: ignore[no-untyped-def]
    boot, opens = REGISTERED.format("MIC"), 'do = "open-directory"\nphone = "p"'
    opened = 'expect = "directory"\nphone = "p"\nopened = {}\nwithin = 5'
    assert play_text(story(boot, opens, opened.format("true"))).passed
    stopped = 'do = "stop-service"\ncluster = "a"\nservice = "Cisco Tomcat"'
    assert play_text(story(boot, stopped, opens, opened.format("false"))).passed
    assert "has opened no directory yet" in last(play_text(story(boot, opened.format("false"))))
    assert "opened is False, not True (unreachable)" in last(
        play_text(story(boot, stopped, opens, opened.format("true")))
    )
