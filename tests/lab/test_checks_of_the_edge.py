"""Checks of 802.1X and VPN pass for what is so, and say what is so instead; steps at those doors do what they say."""

from __future__ import annotations

import pytest

TRUSTS = '["CAPF of a", "Cisco Manufacturing CA", "Cisco Root CA 2048"]'
HEAD = """
title = "t"
[clusters.a]
[clusters.b]
[radius.ise]
trusts = {trusts}
{server}
[vpn.asa]
trusts = {trusts}
[phones.p]
model = "7965"
cluster = "a"
{more}
[[steps]]
do = "boot"
"""


def story(*steps: str, more: str = 'dot1x = "ise"', trusts: str = TRUSTS, server: str = "") -> str:
    head = HEAD.format(more=more, trusts=trusts, server=server)
    return head + "".join(f"\n[[steps]]\n{text}\n" for text in steps)


def last(result):  # type: ignore[no-untyped-def]
    return result.steps[-1].observed


IN = 'expect = "port-authorised"\nphone = "p"\ncertificate = "{}"\nissuer = "{}"'
OUT = 'expect = "port-refused"\nphone = "p"\ncertificate = "LSC"\nissuer = "CAPF of b"\nfailure-code = {}\nverify-code = {}'
REGISTERED = 'expect = "registered"\nphone = "p"\ncertificate = "none"\nwithin = {}'
PORT = 'do = "set-switch-port"\nphone = "p"\nmode = "{}"'
UP = 'expect = "vpn-connected"\nphone = "p"\ncertificate = "{}"\nissuer = "{}"\nwithin = {}'
DOWN = 'expect = "vpn-refused"\nphone = "p"\nfailure = "{}"\nwithin = 60'
MIC = "Cisco Manufacturing CA"


def test_a_phone_that_is_let_in_is_let_in_with_what_it_showed(play_text) -> None:  # type: ignore[no-untyped-def]
    assert play_text(story(IN.format("MIC", MIC), REGISTERED.format(60))).passed
    assert "certificate is MIC, not LSC" in last(play_text(story(IN.format("LSC", MIC))))
    assert "issuer is Cisco Manufacturing CA, not CAPF-" in last(play_text(story(IN.format("MIC", "CAPF of a"))))


def test_a_refusal_names_the_servers_reason(play_text) -> None:  # type: ignore[no-untyped-def]
    old = 'dot1x = "ise"\nlsc = "b"'
    assert play_text(story(OUT.format(12514, 20), more=old)).passed
    assert "failure code is 12514, not 12516" in last(play_text(story(OUT.format(12516, 20), more=old)))
    assert "verify code is 20, not 10" in last(play_text(story(OUT.format(12514, 10), more=old)))
    assert "802.1X did not refuse it" in last(play_text(story(OUT.format(12514, 20))))
    assert "802.1X did not let it in" in last(play_text(story(IN.format("LSC", "CAPF of b"), more=old)))


def test_a_closed_port_keeps_the_phone_from_everything_and_an_open_one_from_nothing(play_text) -> None:  # type: ignore[no-untyped-def]
    old = 'dot1x = "ise"\nlsc = "b"'
    refused = OUT.format(12514, 20)
    assert not play_text(story(refused, REGISTERED.format(300), more=old)).passed
    assert play_text(story(refused, PORT.format("force-authorized"), REGISTERED.format(300), more=old)).passed
    shut = story(REGISTERED.format(60), PORT.format("force-unauthorized"), 'do = "boot"', REGISTERED.format(300))
    assert not play_text(shut).passed


def test_a_phone_without_device_authentication_is_not_heard(play_text) -> None:  # type: ignore[no-untyped-def]
    off = 'do = "device-authentication"\nphone = "p"\nenabled = false'
    assert not play_text(story(IN.format("MIC", MIC), off, 'do = "boot"', IN.format("MIC", MIC))).passed
    again = off.replace("false", "true")
    assert play_text(story(off, 'do = "boot"', again, 'do = "boot"', IN.format("MIC", MIC))).passed


def test_the_servers_trust_counts_from_its_restart(play_text) -> None:  # type: ignore[no-untyped-def]
    old = 'dot1x = "ise"\nlsc = "b"'
    trust = 'do = "upload-certificate"\nserver = "ise"\ncertificate = "CAPF of b"'
    restart = 'do = "restart-service"\nserver = "ise"'
    let_in = IN.format("LSC", "CAPF of b") + "\nwithin = 300"
    assert play_text(story(trust, restart, 'do = "boot"', let_in, more=old)).passed
    assert not play_text(story(trust, 'do = "boot"', let_in, more=old)).passed
    gone = trust.replace("upload", "delete")
    assert "ise does not hold CAPF-" in last(play_text(story(gone, more=old)))


def test_a_server_that_checks_names_refuses_an_lsc_of_another_device(play_text) -> None:  # type: ignore[no-untyped-def]
    other = 'dot1x = "ise"\nlsc = "a"\nlsc-name = "SEP00AABBCCDDEE"'
    wrong = OUT.format(12507, -1).replace("CAPF of b", "CAPF of a")
    result = play_text(story(wrong, more=other, server="checks-names = true"))
    assert result.passed, last(result)
    assert play_text(
        story(IN.format("LSC", "CAPF of a"), more='dot1x = "ise"\nlsc = "a"', server="checks-names = true")
    ).passed


def test_a_tunnel_that_is_up_names_its_certificate(play_text) -> None:  # type: ignore[no-untyped-def]
    home = 'vpn = "asa"'
    assert play_text(story(UP.format("MIC", MIC, 60), REGISTERED.format(60), more=home)).passed
    assert "certificate is MIC, not LSC" in last(play_text(story(UP.format("LSC", "CAPF of a", 60), more=home)))
    assert "its tunnel is up" in last(
        play_text(story(UP.format("MIC", MIC, 60), DOWN.format("TLS refused"), more=home))
    )


def test_a_gateways_trust_counts_at_once(play_text) -> None:  # type: ignore[no-untyped-def]
    home = 'vpn = "asa"\nlsc = "b"'
    refused = DOWN.format("TLS refused") + "\nverify-code = 20"
    trust = 'do = "upload-certificate"\nserver = "asa"\ncertificate = "CAPF of b"'
    assert play_text(story(refused, trust, UP.format("LSC", "CAPF of b", 300), more=home)).passed
    assert "there is no tunnel" in last(play_text(story(refused, UP.format("LSC", "CAPF of b", 300), more=home)))
    assert "verify code is 20, not 10" in last(play_text(story(refused.replace("20", "10"), more=home)))


def test_a_stopped_vpn_lets_the_phone_past_the_gateway(play_text) -> None:  # type: ignore[no-untyped-def]
    home = 'vpn = "asa"\nlsc = "b"'
    off = 'do = "switch-vpn"\nphone = "p"\nenabled = false'
    assert play_text(
        story(DOWN.format("TLS refused") + "\nverify-code = 20", off, 'do = "boot"', REGISTERED.format(60), more=home)
    ).passed


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('dot1x = "ise"', 'dot1x = "acs"', 'no dot1x server "acs"'),
        ('dot1x = "ise"', 'vpn = "ise"', 'no vpn server "ise"'),
        ("[radius.ise]", "[radius.a]", "has that name already"),
        ('trusts = ["CAPF of a"', 'trusts = ["CAPF of c"', 'no cluster "c"'),
        ('do = "boot"', 'do = "restart-service"\nserver = "a"', 'no server "a"'),
        ('do = "boot"', 'do = "switch-vpn"\nphone = "p"\nenabled = true', '"p" has no vpn'),
        ('do = "boot"', 'do = "regenerate-certificate"\nserver = "acs"', 'certificate "acs"'),
        ('do = "boot"', 'do = "update-vpn-group"\nserver = "ise"', 'no server "ise"'),
    ],
)
def test_what_makes_no_sense_is_one_sentence(old: str, new: str, says: str) -> None:
    from lab.base.failures import ScenarioError
    from lab.scenario.file import parse

    text = story()
    assert old in text
    with pytest.raises(ScenarioError) as caught:
        parse(text.replace(old, new, 1), "story.toml", "story")
    assert says in str(caught.value)
