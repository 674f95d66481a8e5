"""`show cert` and the database with certificates that break a rule of X.509: whatever OpenSSL takes is shown and kept."""

from __future__ import annotations

from functools import cache

import pytest
from cryptography import x509

from cisco_data import ClusterSecurityMode
from cucm_sim.certificate_list import CertificateRow
from cucm_sim.database import Database
from cucm_sim.texts.show_cert import shown
from pki import KeyPool, KeySpec, Unreadable, load_untrusted, read
from tests.odd_certificates import ODD, authority

KEY = KeyPool().key(KeySpec("RSA", 2048), 30)


@cache
def taken(odd: str) -> x509.Certificate | None:
    """None for one that OpenSSL does not take."""
    try:
        return load_untrusted(authority(odd, KEY, f"CAPF-{list(ODD).index(odd):08x}").der())  # type: ignore[arg-type]
    except Unreadable:
        return None


@pytest.mark.parametrize("odd", ODD)
def test_show_cert_shows_what_openssl_takes(odd: str) -> None:
    certificate = taken(odd)
    if certificate is not None:
        text = shown(CertificateRow("CAPF-trust", "x.pem", certificate, "odd"))
        assert f"  Extensions: {len(read(certificate).extensions)} present" in text
        assert "-----BEGIN CERTIFICATE-----" in text


def test_the_database_keeps_them_all() -> None:
    database = Database(ClusterSecurityMode.MIXED)
    every = tuple(dict.fromkeys(certificate for certificate in map(taken, ODD) if certificate is not None))
    assert len(every) > 120
    database.certificates.save_trusted("CAPF-trust", every)
    assert set(database.certificates.trusted("CAPF-trust")) == set(every)
