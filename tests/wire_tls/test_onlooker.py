"""What can be seen of a handshake without a key is what OpenSSL sent, and garbage is a ProtocolError or nothing."""

from __future__ import annotations

import struct

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import example, given
from hypothesis import strategies as st

from tests.wire_tls.wires import VERSIONS, Fixture
from wire.errors import ProtocolError
from wire.tls import AlertDescription, TlsVersion
from wire.tls.onlooker import SeenFlight, seen_flight_untrusted

CERTIFICATE_VERIFY = 15
"""HandshakeType (RFC 5246 section 7.4)."""
CLEAR = [version for version in VERSIONS if version < TlsVersion.TLSv1_3]


@pytest.mark.parametrize("version", CLEAR, ids=str)
def test_the_clients_certificate_and_key_exchange_are_seen_up_to_tls_1_2(version, wired: Fixture, pki: Fixture) -> None:  # type: ignore[no-untyped-def]
    wire = wired(version)
    wire.run()
    seen = seen_flight_untrusted(bytes(wire.carried[wire.client]))
    assert seen.certificates == (pki.phone.certificate.public_bytes(Encoding.DER),)
    assert x509.load_der_x509_certificate(seen.certificates[0]).issuer == pki.capf.certificate.subject
    assert seen.client_key_exchange
    assert CERTIFICATE_VERIFY in seen.messages
    assert seen.alert is None


@pytest.mark.parametrize("version", CLEAR, ids=str)
def test_the_servers_alert_is_seen_up_to_tls_1_2(version, refusing: Fixture) -> None:  # type: ignore[no-untyped-def]
    wire = refusing(version)
    wire.run()
    assert seen_flight_untrusted(bytes(wire.carried[wire.server])).alert == AlertDescription.UNKNOWN_CA


def test_in_tls_1_3_neither_is_seen_and_it_says_so(wired: Fixture) -> None:
    wire = wired(TlsVersion.TLSv1_3)
    wire.run()
    phone = seen_flight_untrusted(bytes(wire.carried[wire.client]))
    server = seen_flight_untrusted(bytes(wire.carried[wire.server]))
    assert phone.certificates is None
    assert not phone.client_key_exchange
    assert server.encrypted_from_server_hello


@pytest.mark.parametrize("version", CLEAR, ids=str)
def test_a_handshake_cut_anywhere_shows_a_beginning_of_what_the_whole_shows(version, wired: Fixture) -> None:  # type: ignore[no-untyped-def]
    wire = wired(version)
    wire.run()
    whole = bytes(wire.carried[wire.client])
    seen = seen_flight_untrusted(whole)
    for end in range(0, len(whole), 37):
        part = seen_flight_untrusted(whole[:end])
        assert seen.messages[: len(part.messages)] == part.messages
        assert part.certificates in (None, seen.certificates)


def record(kind: int, body: bytes) -> bytes:
    return struct.pack(">BHH", kind, 0x0301, len(body)) + body


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.0\r\n\r\n",
        record(22, bytes([11, 0, 0, 3, 0, 0, 9])),  # a list longer than its message
        record(22, bytes([11, 0, 0, 6, 0, 0, 3, 0, 0, 9])),  # a certificate longer than its list
        record(22, bytes([2, 0, 0, 1, 3])),  # a ServerHello of one octet
    ],
)
def test_what_contradicts_itself_is_a_protocol_error(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        seen_flight_untrusted(data)


@given(st.binary(max_size=300))
@example(b"")
@example(record(20, b"\x01") + b"whatever is encrypted")
def test_arbitrary_octets_give_a_flight_or_a_protocol_error(data: bytes) -> None:
    try:
        seen = seen_flight_untrusted(data)
    except ProtocolError:
        return
    assert isinstance(seen, SeenFlight)


@given(st.lists(st.binary(max_size=60), max_size=5), st.integers(1, 40))
def test_certificates_come_out_as_they_went_in_however_the_records_are_cut(listed: list[bytes], size: int) -> None:
    body = b"".join(len(one).to_bytes(3, "big") + one for one in listed)
    message = b"\x0b" + (len(body) + 3).to_bytes(3, "big") + len(body).to_bytes(3, "big") + body
    data = b"".join(record(22, message[at : at + size]) for at in range(0, len(message), size))
    assert seen_flight_untrusted(data).certificates == tuple(listed)
