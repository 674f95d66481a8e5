"""Files that other programs wrote are read as they are; what cannot be read says where."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from cisco_data.trust_roles import TrustRole
from pki import Identity
from tests.wire_signed_files.other_writer import ISSUER, NAME, SERIAL, file, record, tlv
from wire.certificate_id import CertificateId
from wire.errors import ProtocolError
from wire.signed_files import (
    MAX_TRUST_LIST,
    TrustListRecord,
    is_trust_list_untrusted,
    read_signed_file_untrusted,
    read_trust_list_untrusted,
    record_key_untrusted,
    verifies_itself_untrusted,
    verify_untrusted,
)

OTHER = "1 3 5 6 4 7 8 9"
"""The order of tags of a writer that has neither DNSNAME nor IPADDRESS."""
SAME = CertificateId("", ISSUER, SERIAL)


@pytest.fixture(scope="session")
def key(small: Identity) -> rsa.RSAPrivateKey:
    assert isinstance(small.key, rsa.RSAPrivateKey)
    return small.key


@pytest.mark.parametrize(
    "how",
    [
        {"order": "1 2 28 3 7 12 14 15"},
        {"order": "15 14 12 7 3 2 1"},
        {"order": "1 2 3 7 12"},
        {"order": "1 2 x 3 7 12 x 14 15"},
        {"order": "1 3 7 12 14 15"},
        {"order": "1 2 3 7 y 12 y 14 15"},
        {"names": "4 5 6"},
        {"names": "6 5 4"},
        {"names": "6 5"},
        {"nested": (9, 8)},
        *({"version": (1, minor)} for minor in range(3)),
        *({"pads": pads} for pads in range(1, 4)),
    ],
    ids=str,
)
def test_a_header_of_another_writer_is_read(how: dict[str, Any], key: rsa.RSAPrivateKey, small: Identity) -> None:
    data = file(record(OTHER) + record(OTHER), key, **how)
    listed = read_trust_list_untrusted(data)
    assert listed.header.signer == SAME
    assert listed.header.version == how.get("version", (1, 2))
    assert listed.header.signer_version == ((1, 1) if "28" in how.get("order", "") else None)
    assert listed.header.unknown_tags() == ((99, 99) if "x" in how.get("order", "") else ())
    assert len(listed.records) == 2
    assert verify_untrusted(data, small.certificate)


@pytest.mark.parametrize(
    "order",
    [
        OTHER,
        "1 2 3 4 5 6 7 8 9 10",
        "1 2 3 4 5 6 7 9 10",
        "10 9 8 7 6 5 4 3 2 1",
        "4 1 6 5 3 7 8 9",
        "1 3 5 6 4 7 8 9 11 x",
    ],
)
def test_a_record_of_another_writer_is_read(order: str, key: rsa.RSAPrivateKey) -> None:
    words = order.split()
    (found,) = read_trust_list_untrusted(file(record(order), key)).records
    assert found == TrustListRecord(
        CertificateId(NAME, ISSUER, SERIAL),
        TrustRole.CAPF,
        b"key",
        b"signature" if "8" in words else b"",
        b"certificate",
        "host" if "2" in words else "",
        "10.0.0.1" if "10" in words else "",
    )
    assert found.certificate_id.subject == NAME
    assert found.unknown_tags() == ((77,) if "x" in words else ())


def test_commas_and_semicolons_name_one_signer(key: rsa.RSAPrivateKey) -> None:
    sast = record(OTHER, role=0, **{"5": tlv(5, ISSUER.replace(",", ";").encode() + b"\0")})
    listed = read_trust_list_untrusted(file(record(OTHER) + sast, key))
    assert listed.signed_by() is listed.records[1]


def test_a_role_that_is_none_and_a_key_that_is_none_are_no_error(key: rsa.RSAPrivateKey) -> None:
    (found,) = read_trust_list_untrusted(file(record(OTHER, role=999), key)).records
    assert found.role is TrustRole.UNKNOWN
    assert record_key_untrusted(found) is None


def test_an_address_of_ipv6_is_read(key: rsa.RSAPrivateKey) -> None:
    (found,) = read_trust_list_untrusted(file(record("1 3 5 6 4 10", **{"10": tlv(10, bytes(15), b"\1")}), key)).records
    assert found.address == "::1"


def test_a_header_without_the_serial_number_of_its_signer_is_refused(key: rsa.RSAPrivateKey) -> None:
    with pytest.raises(ProtocolError, match="no element with tag 5"):
        read_trust_list_untrusted(file(b"", key, names="4 6"))


def test_an_empty_list_is_a_list(key: rsa.RSAPrivateKey, small: Identity) -> None:
    data = file(b"", key)
    assert read_trust_list_untrusted(data).records == ()
    assert is_trust_list_untrusted(data)
    assert verifies_itself_untrusted(data) is None
    assert verify_untrusted(data, small.certificate)


def test_a_list_is_told_from_a_signed_file(key: rsa.RSAPrivateKey) -> None:
    assert is_trust_list_untrusted(file(record(OTHER), key, file_name=""))
    assert is_trust_list_untrusted(file(b"", key, file_name="CTLSEP001122334455.TLV"))
    assert not is_trust_list_untrusted(file(b"<device/>", key, file_name="SEP001122334455.cnf.xml.sgn"))


def test_a_list_that_no_phone_can_load_is_refused(key: rsa.RSAPrivateKey) -> None:
    one = record(OTHER, **{"9": tlv(9, bytes(2000))})
    count = MAX_TRUST_LIST // len(one)
    assert len(read_trust_list_untrusted(file(one * (count - 1), key)).records) == count - 1
    with pytest.raises(ProtocolError, match="at most 65536 octets"):
        read_trust_list_untrusted(file(one * (count + 1), key))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "does not say where it ends"),
        (b"<?xml", "the header ends after 5 octets"),
        (tlv(1, b"\1\2") + tlv(2, b"\0\3"), "ends at octet 3 by its own length"),
        (tlv(1, b"\1\2") + tlv(2, b"\0\x0a"), "has no element with tag 6"),
        (tlv(1, b"\1\2\3") + tlv(2, b"\0\x0b"), "tag 1 at octet 0 of the header has 3 octets, not 2"),
        (tlv(1, b"\1\2") + tlv(2, b"\1\0"), "ends at octet 256"),
        (tlv(2, b"\0\5"), "tag 1"),
    ],
)
def test_a_header_that_cannot_be_read_says_where(data: bytes, says: str) -> None:
    for read in (read_trust_list_untrusted, read_signed_file_untrusted):
        with pytest.raises(ProtocolError, match=says):
            read(data)


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (record("1 3 5 6 7"), "record 2 at octet .* has no element with tag 4"),
        (record("1 3 5 6 4 7 3"), "record 2 at octet .* has a second element with tag 3"),
        (record("1 3 5 6 4", **{"4": tlv(4, b"\4")}), "tag 4 .* has 1 octets, not 2"),
        (record("1 3 5 6 4 10", **{"10": tlv(10, bytes(5))}), "is no IP address"),
        (record("3 5 6 4"), "does not say where it ends"),
        (record(OTHER)[:-1], "record 2 at octet"),
        (tlv(1, b"\0\4") + record(OTHER), "ends at octet"),
        (record(OTHER, **{"9": record(OTHER)}), "has a second element with tag 1"),
        (b"\r\r", "record 2 at octet"),
    ],
)
def test_a_record_that_cannot_be_read_says_where(broken: bytes, says: str, key: rsa.RSAPrivateKey) -> None:
    with pytest.raises(ProtocolError, match=says):
        read_trust_list_untrusted(file(record(OTHER) + broken, key))


def test_containers_in_containers_are_not_followed_without_end(key: rsa.RSAPrivateKey) -> None:
    deep = b""
    for _ in range(5000):
        deep = tlv(3, deep)
    with pytest.raises(ProtocolError):
        read_trust_list_untrusted(tlv(1, b"\1\2") + tlv(2, (10 + len(deep)).to_bytes(2, "big")) + deep)
