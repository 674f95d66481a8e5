"""`mishaps`: what can be wrong with a phone's certificate, each shown by a real handshake in memory on three TLS versions."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import click

from lab.base.exits import AS_EXPECTED, NOT_AS_EXPECTED
from lab.base.failures import InvalidInput, shown, suggestion
from lab.base.terminal import echo
from lab.verbs.options import as_json as json_option
from lab.verbs.options import in_language, print_json

SCHEMA = 1
"""Of the document that `mishaps --json` prints."""
_NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
_PLACE = {"C": "AU", "O": "Lab", "OU": "Voice", "ST": "NSW", "L": "Sydney"}


class TriedHandshake(NamedTuple):
    """What both ends saw on one TLS version.

    Attributes:
        verify_code: X509_V_ERR number, 0 where the server accepted the phone; `verify_text` are OpenSSL's words for it.
        depth: of the certificate in question; 0 is the phone's.
        server_wrote, phone_read: the descriptions of fatal alerts; None for no alert.
    """

    tls: str
    accepted: bool
    verify_code: int
    verify_text: str
    depth: int
    server_wrote: int | None
    phone_read: int | None


@click.command(short_help="List what can be wrong with a phone's certificate, or show one.")
@click.argument("name", default="", metavar="[NAME]")
@in_language
@json_option
def mishaps(name: str, language: str, as_json: bool) -> None:
    """List what can be wrong with a phone's certificate; with NAME, explain one and run it as a real handshake.

    Exit code 1 means that OpenSSL judged otherwise than the lab expects.
    """
    from lab.base.language import Catalogue
    from lab.render.prose import columns, wrapped
    from pki.mishaps import MISHAPS
    from wire.tls import alert_text

    say = Catalogue(language)
    if not name:
        lessons = [(each, say(f"mishaps.{each}.lesson")) for each in MISHAPS]
        if as_json:
            print_json({"schema": SCHEMA, "mishaps": [{"name": each, "lesson": lesson} for each, lesson in lessons]})
        else:
            columns(lessons)
            echo(f"\n{say('mishaps.line.more')}")
        return
    if name not in MISHAPS:
        remedy = suggestion(name, MISHAPS, list_all=False) or "; cucm-lab mishaps lists them"
        raise InvalidInput(f"there is no mishap {shown(name)}{remedy}")
    lesson, text, seen = say(f"mishaps.{name}.lesson"), say(f"mishaps.{name}.text"), handshakes(name)
    if as_json:
        tried = [each._asdict() for each in seen]
        print_json({"schema": SCHEMA, "name": name, "lesson": lesson, "text": text, "handshakes": tried})
    else:
        echo(wrapped(lesson), bold=True)
        echo(f"{wrapped(text)}\n")
        for each in seen:
            echo(say(f"mishaps.line.{'accepted' if each.accepted else 'refused'}", **each._asdict()))
            alerts = [
                f"{alert} ({alert_text(alert)})" if alert is not None else say("mishaps.line.none")
                for alert in (each.server_wrote, each.phone_read)
            ]
            echo(f"    {say('mishaps.line.alerts', wrote=alerts[0], read=alerts[1])}")
    expected = MISHAPS[name].verdict or (0, 0, None)
    judged = all((each.verify_code, each.depth, each.server_wrote) == expected for each in seen)
    sys.exit(AS_EXPECTED if judged else NOT_AS_EXPECTED)


def handshakes(name: str) -> list[TriedHandshake]:
    """The mishap of that name on each TLS version that OpenSSL offers: TLS 1.0 at security level 0 only, 1.2 and 1.3.

    Raises KeyError for an unknown name.
    """
    from cisco_data import StoreName
    from journal import Clock, Journal
    from pki import KeyPool, TrustStore, callmanager_identity, capf_authority
    from pki.mishaps import MISHAPS, MishapParties
    from wire.tls import (
        ClientContext,
        Credential,
        ServerContext,
        TlsEngine,
        TlsProfile,
        TlsUnavailable,
        TlsVersion,
        verify_text,
    )
    from wire.tls.in_memory import shake_hands

    ring, since = KeyPool().ring(), _NOW - timedelta(days=300)
    capf = capf_authority(keys=ring, subject=_PLACE, not_before=since)
    server = callmanager_identity(keys=ring, subject=_PLACE, host_name="cucm-pub", not_before=since)
    trust = TrustStore(StoreName.CALLMANAGER, [capf.certificate])
    case = MISHAPS[name].build(MishapParties(ring, capf, _NOW, "SEP001122334455", "8861", trust))
    journal, found = Journal(Clock(_NOW, lambda: 0.0)), []
    versions = {"TLS 1.0": TlsVersion.TLSv1, "TLS 1.2": TlsVersion.TLSv1_2, "TLS 1.3": TlsVersion.TLSv1_3}
    if case.security_level:
        del versions["TLS 1.0"]
    for tls, version in versions.items():
        offer = TlsProfile(version, version, ("ECDHE-RSA-AES256-SHA", "AES256-SHA"))
        with suppress(TlsUnavailable):
            judging = replace(offer, security_level=case.security_level)
            service = ServerContext(server, judging, case.trust, check_crl=case.check_crl)
            phone = TlsEngine(ClientContext(offer), journal.emitter("phone"), Credential(case.identity))
            peer = TlsEngine(service, journal.emitter("server"))
            accepted, failed = shake_hands(phone, peer), peer.verify_failure
            code, depth = (failed.verify_code, failed.depth) if failed is not None else (0, 0)
            alerts = [alert.description if alert else None for alert in (peer.alert_written, phone.alert_read)]
            found.append(TriedHandshake(tls, accepted, code, verify_text(code), depth, *alerts))
    return found
