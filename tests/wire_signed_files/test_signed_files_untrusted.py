"""Untrusted octets: every reader gives a value or a ProtocolError, and what was written is read as it was."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from ipaddress import IPv4Address

from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from cisco_data.trust_roles import TrustRole
from cucm_sim.texts.show_trust_list import show_header, show_trust_list
from tests.wire_signed_files.conftest import make
from tests.wire_signed_files.test_signing import CONTENT, NAME, encrypted
from wire.certificate_id import CertificateId
from wire.errors import ProtocolError
from wire.signed_files import (
    SignatureDigest,
    TrustListRecord,
    decrypt_untrusted,
    is_trust_list_untrusted,
    read_signed_file_untrusted,
    read_trust_list_untrusted,
    record_key_untrusted,
    record_of,
    verifies_itself_untrusted,
    verify_untrusted,
    write_signed_file,
    write_trust_list,
)

SIGNER = make(1024)
RECORD = record_of(SIGNER.certificate, TrustRole.SAST, dns_name="pub", address="10.0.0.1")
LIST = write_trust_list([RECORD], SIGNER, file_name="CTLFile.tlv", digest=SignatureDigest.SHA1, timestamp=1)
SIGNED = write_signed_file(CONTENT, SIGNER, file_name=NAME, digest=SignatureDigest.SHA1, timestamp=1)
ENCRYPTED = encrypted(CONTENT, SIGNER, SIGNER)
NOW = datetime(2026, 11, 1, tzinfo=UTC)

text = st.text("aZ09=,;. \\\r\xe9\u202e\U0001f600", max_size=40)
records = st.builds(
    TrustListRecord,
    st.builds(CertificateId, text, text, st.integers(0, 2**160 - 1)),
    st.sampled_from(TrustRole),
    st.just(RECORD.public_key),
    st.binary(max_size=128),
    st.none() | st.binary(max_size=300),
    text,
    st.just("") | st.integers(0, 2**32 - 1).map(lambda number: str(IPv4Address(number))),
)


@st.composite
def changed(draw: st.DrawFn) -> bytes:
    """A good file with some octets replaced, added or taken away, most of them in its header."""
    data = bytearray(draw(st.sampled_from((LIST, SIGNED, ENCRYPTED))))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, 60) | st.integers(0, len(data)))
        end = start + draw(st.integers(0, 3))
        data[start:end] = draw(st.binary(max_size=3))
    return bytes(data[: draw(st.none() | st.integers(0, len(data)))])


def use(data: bytes) -> None:
    """All that is done with a file that cannot be trusted."""
    assert isinstance(SIGNER.key, rsa.RSAPrivateKey)
    is_trust_list_untrusted(data)
    verify_untrusted(data, SIGNER.certificate)
    with suppress(ProtocolError):
        signed = read_signed_file_untrusted(data)
        show_header(signed.header)
        decrypt_untrusted(signed, SIGNER.key)
    for record in read_trust_list_untrusted(data).records:
        record_key_untrusted(record)
    verifies_itself_untrusted(data)


@given(st.binary(max_size=300) | changed())
def test_any_octets_are_a_file_or_a_protocol_error(data: bytes) -> None:
    assert show_trust_list(data, NOW, "ITL")
    try:
        use(data)
    except ProtocolError:
        pass


@given(st.lists(records, max_size=4), text, st.integers(0, 2**32 - 1), st.sampled_from([None, (1, 0), (1, 1)]))
def test_what_was_written_is_read(
    listed: list[TrustListRecord], name: str, timestamp: int, signer_version: tuple[int, int] | None
) -> None:
    data = write_trust_list(
        listed,
        SIGNER,
        file_name=name,
        digest=SignatureDigest.SHA1,
        timestamp=timestamp,
        signer_version=signer_version,
    )
    found = read_trust_list_untrusted(data)
    assert list(found.records) == listed
    assert [one.certificate_id.subject for one in found.records] == [one.certificate_id.subject for one in listed]
    assert (found.header.file_name, found.header.timestamp) == (name, timestamp)
    assert found.header.signer_version == signer_version
    again = write_trust_list(
        found.records,
        SIGNER,
        file_name=name,
        digest=SignatureDigest.SHA1,
        timestamp=timestamp,
        signer_version=signer_version,
    )
    assert again == data
