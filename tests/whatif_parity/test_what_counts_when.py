"""Changes that wait for a restart, and those that do not: what the gallery's stories leave out, told in the same way."""

from __future__ import annotations

import pytest

from lab.scenario.file import parse
from tests.whatif_parity.stories import compare, watch

CAST = """
title = "What counts when"
lesson = "What is configured and what was read differ until the restart."
[clusters.headquarters]
[radius.ise]
trusts = ["CAPF of headquarters", "Cisco Manufacturing CA", "Cisco Root CA 2048"]
[vpn.asa]
trusts = ["CAPF of headquarters"]
"""
PHONE = """
[phones.lobby]
model = "{model}"
cluster = "headquarters"
profile = "Encrypted"
lsc = "headquarters"
"""
BY_DOT1X = PHONE.format(model="7965") + 'dot1x = "ise"\n'
BY_VPN = PHONE.format(model="7965") + 'vpn = "asa"\n'


def step(**keys: str) -> str:
    return "[[steps]]\n" + "".join(f'{key.replace("_", "-")} = "{value}"\n' for key, value in keys.items())


def booted(expect: str, **keys: str | int) -> str:
    said = "".join(f"{key.replace('_', '-')} = {value!r}\n" for key, value in keys.items())
    return f'[[steps]]\ndo = "boot"\n[[steps]]\nexpect = "{expect}"\nphone = "lobby"\n{said}'


OWN = {"certificate": "LSC", "issuer": "CAPF of headquarters"}
REGISTERED = booted("registered", **OWN)
LET_IN = booted("port-authorised", **OWN)
KEPT_OUT = booted("port-refused", **OWN, failure_code=12514, verify_code=20)
CONNECTED = booted("vpn-connected", **OWN)
STORIES = {
    "an authentication server that was not restarted": (
        BY_DOT1X
        + step(do="delete-certificate", server="ise", certificate="CAPF of headquarters")
        + LET_IN
        + step(do="restart-service", server="ise")
        + KEPT_OUT
    ),
    "a gateway goes by its trustpoints at once": (
        BY_VPN
        + CONNECTED
        + step(do="delete-certificate", server="asa", certificate="CAPF of headquarters")
        + booted("vpn-refused", failure="TLS refused", verify_code=20)
    ),
    "a gateway presents its new certificate from its restart on": (
        BY_VPN
        + step(do="regenerate-certificate", server="asa")
        + CONNECTED
        + step(do="restart-service", server="asa")
        + booted("vpn-refused", failure="host ID check failed", fault="hash")
    ),
    "a phone learns of a gateway's new hash from its file": (
        BY_VPN
        + CONNECTED
        + step(do="regenerate-certificate", server="asa")
        + step(do="update-vpn-group", server="asa")
        + REGISTERED
        + step(do="restart-service", server="asa")
        + CONNECTED
    ),
    "CallManager-trust counts from the restart": (
        PHONE.format(model="8861")
        + step(
            do="delete-certificate",
            cluster="headquarters",
            store="CallManager-trust",
            certificate="CAPF of headquarters",
        )
        + REGISTERED
        + step(do="restart-service", cluster="headquarters", service="Cisco CallManager")
        + booted("refused", **OWN, verify_code=20, alert="unknown CA")
    ),
    "the minimum TLS version counts from the restart": (
        PHONE.format(model="7965")
        + step(do="set-minimum-tls", cluster="headquarters", version="TLSv1.2")
        + REGISTERED
        + step(do="restart-service", cluster="headquarters", service="Cisco CallManager")
        + booted("refused", **OWN, verify_code=-1, alert="protocol version")
    ),
}


@pytest.mark.parametrize("name", STORIES)
def test_what_if_foretells_every_attempt(name: str) -> None:
    tally = compare(watch(parse(CAST + STORIES[name], name, name.replace(" ", "-"))))
    assert tally.whole.total() >= 2
