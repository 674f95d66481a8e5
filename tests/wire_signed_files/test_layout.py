"""What we write has the sizes of a published CTL file, to the octet, and its order of tags."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from cisco_data.trust_roles import TrustRole
from pki import Identity
from tests.wire_signed_files.conftest import PUBLISHER, SUBSCRIBER
from wire.certificate_id import CertificateId
from wire.signed_files import (
    SignatureDigest,
    TrustListRecord,
    read_trust_list_untrusted,
    record_of,
    verifies_itself_untrusted,
    write_record,
    write_signed_file,
    write_trust_list,
)

ADDRESS = "10.48.46.1"
CAPF_NAME = "CN=CAPF-e41e7d87;OU=TAC;O=Cisco;L=Krakow;ST=Malopolska;C=PL"
TOKEN = CertificateId(
    'cn="SAST-ADN008580ef        ";ou=IPCBU;o="Cisco Systems',
    "cn=Cisco Manufacturing CA;o=Cisco Systems",
    0x83E90800000055AABBCC,
)


def capf(small: Identity) -> TrustListRecord:
    """The record of a CAPF with an RSA-1024 key; only the size of its certificate counts."""
    names = CertificateId(CAPF_NAME, CAPF_NAME, 0x744B4999770496E799E91E81D3C8109B)
    real = record_of(small.certificate, TrustRole.CAPF, dns_name=PUBLISHER, address=ADDRESS)
    return replace(real, certificate_id=names, certificate=bytes(680))


def etoken(small: Identity) -> TrustListRecord:
    real = record_of(small.certificate, TrustRole.SAST)
    return replace(real, certificate_id=TOKEN, certificate=bytes(902), signature=b"")


def of_node(identity: Identity, role: TrustRole, host_name: str = PUBLISHER) -> TrustListRecord:
    return record_of(identity.certificate, role, dns_name=host_name, address=ADDRESS)


def test_records_have_the_published_sizes(
    small: Identity, signer: Identity, another: Callable[[int, str], Identity]
) -> None:
    records = {
        1156: of_node(small, TrustRole.CCM_TFTP),
        1138: capf(small),
        1161: of_node(another(1024, SUBSCRIBER), TrustRole.CCM_TFTP, SUBSCRIBER),
        1186: etoken(small),
        1675: of_node(signer, TrustRole.CCM_TFTP),
    }
    assert {size: len(write_record(record)) for size, record in records.items()} == {size: size for size in records}


@pytest.mark.parametrize(("size", "header", "whole"), [(1024, 336, 4947), (2048, 464, 6113)])
def test_a_ctl_file_has_the_published_size(
    size: int, header: int, whole: int, small: Identity, signer: Identity, another: Callable[[int, str], Identity]
) -> None:
    publisher = {1024: small, 2048: signer}[size]
    subscriber = of_node(another(1024, SUBSCRIBER), TrustRole.CCM_TFTP, SUBSCRIBER)
    roles = (TrustRole.SAST, TrustRole.CCM_TFTP)
    records = [*(of_node(publisher, role) for role in roles), capf(small), subscriber]
    data = write_trust_list(records, publisher, file_name="CTLFile.tlv", digest=SignatureDigest.SHA1, timestamp=1)
    assert len(data) == whole
    listed = read_trust_list_untrusted(data)
    assert listed.header.length == header
    assert listed.records == tuple(records)
    assert listed.signed_by() == records[0]
    assert verifies_itself_untrusted(data) is True


def test_a_header_has_cucms_order_of_tags(signer: Identity) -> None:
    records = [of_node(signer, TrustRole.SAST)]
    data = write_trust_list(
        records,
        signer,
        file_name="ITLFile.tlv",
        digest=SignatureDigest.SHA512,
        timestamp=0x5F000000,
        signer_version=(1, 1),
    )
    listed = read_trust_list_untrusted(data)
    header = listed.header
    assert [one.tag for one in header.elements] == [1, 2, 28, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15]
    assert data[: header.length].endswith(bytes.fromhex("0f 0004 5f000000") + b"\r" * (header.length - 5 - 461))
    assert data.startswith(bytes.fromhex("01 0002 0102 02 0002") + header.length.to_bytes(2, "big"))
    assert (header.version, header.signer_version, header.file_name) == ((1, 2), (1, 1), "ITLFile.tlv")
    assert [one.tag for one in listed.records[0].elements] == list(range(1, 11))
    assert bytes.fromhex("0a 0004 0a302e01") == data[-7:]
    assert f"{PUBLISHER}\0".encode() in data


def test_names_are_joined_with_semicolons_and_end_in_nul(signer: Identity) -> None:
    octets = write_record(of_node(signer, TrustRole.TVS))
    name = b"CN=cucm-1051-a-pub;OU=TAC;O=Cisco;L=Krakow;ST=Malopolska;C=PL\0"
    assert b"\x03\x00\x3e" + name in octets
    assert b"\x05\x00\x3e" + name in octets


def test_the_serial_number_zero_is_one_octet(small: Identity) -> None:
    names = CertificateId(CAPF_NAME, CAPF_NAME, 0)
    octets = write_record(replace(of_node(small, TrustRole.CAPF), certificate_id=names))
    assert f"{CAPF_NAME}\0".encode() + bytes.fromhex("06 0001 00 07") in octets


@pytest.mark.parametrize("name", ["a", "ab", "abc", "abcd"])
def test_padding_makes_every_header_a_multiple_of_four(name: str, small: Identity) -> None:
    data = write_signed_file(b"<x/>", small, file_name=name, digest=SignatureDigest.SHA1, timestamp=1)
    length = int.from_bytes(data[8:10], "big")
    assert length % 4 == 0
    assert length - len(data[:length].rstrip(b"\r")) < 4
    assert data[length:] == b"<x/>"


def test_a_list_with_an_ec_key_says_so_and_is_signed_with_rsa(signer: Identity, elliptic: Identity) -> None:
    def write(identity: Identity, version: tuple[int, int] | None, *roles: TrustRole) -> bytes:
        records = [of_node(elliptic, role) for role in roles]
        return write_trust_list(
            records,
            identity,
            file_name="ITLFile.tlv",
            digest=SignatureDigest.SHA1,
            timestamp=1,
            signer_version=version,
        )

    (record,) = read_trust_list_untrusted(write(signer, (1, 1), TrustRole.TFTP)).records
    assert (len(record.public_key), record.public_key[0]) == (65, 4)
    for version in (None, (1, 0)):
        with pytest.raises(ValueError, match=r"1\.1"):
            write(signer, version, TrustRole.TFTP)
    with pytest.raises(ValueError, match="SAST"):
        write(signer, (1, 1), TrustRole.SAST)
    with pytest.raises(ValueError, match="RSA"):
        write(elliptic, (1, 1), TrustRole.TFTP)
