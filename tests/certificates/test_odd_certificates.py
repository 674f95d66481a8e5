"""`show cert` and the database with certificates that break a rule of X.509: whatever OpenSSL takes is shown and kept."""

from __future__ import annotations

import pytest

from cisco_data import ClusterSecurityMode
from cucm_sim.certificate_list import CertificateRow
from cucm_sim.database import Database
from cucm_sim.texts.show_cert import shown
from pki import KeyPool, KeySpec, Unreadable, load_untrusted, read
from tests.odd_certificates import ODD, authority

KEY = KeyPool().key(KeySpec("RSA", 2048), 30)


def taken() -> dict[str, object]:
    found = {}
    for odd in ODD:
        try:
            found[odd] = load_untrusted(authority(odd, KEY, f"CAPF-{len(found):08x}").der())  # type: ignore[arg-type]
        except Unreadable:
            continue
    return found


TAKEN = taken()


@pytest.mark.parametrize("odd", TAKEN)
def test_show_cert_shows_it(odd: str) -> None:
    text = shown(CertificateRow("CAPF-trust", "x.pem", TAKEN[odd], "odd"))  # type: ignore[arg-type]
    assert f"  Extensions: {len(read(TAKEN[odd]).extensions)} present" in text  # type: ignore[arg-type]
    assert "-----BEGIN CERTIFICATE-----" in text


def test_the_database_keeps_them_all() -> None:
    database = Database(ClusterSecurityMode.MIXED)
    every = tuple(dict.fromkeys(TAKEN.values()))
    database.certificates.save_trusted("CAPF-trust", every)  # type: ignore[arg-type]
    assert set(database.certificates.trusted("CAPF-trust")) == set(every)
