"""TVS's messages, octet for octet: Cisco's published QUERY exchange, and VERIFY as phones and other servers write it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cisco_data.trust_roles import TrustRole
from wire.certificate_id import CertificateId
from wire.errors import ProtocolError
from wire.tvs import (
    TTL,
    CertVerificationReq,
    CertVerificationRes,
    QueryCertReq,
    QueryCertRes,
    TvsMessage,
    TvsStatus,
    pull_message_untrusted,
    push_message,
)

SUBJECT = "CN=CUCM11PUB.stormin.local;OU=IST;O=Stormin;L=Sydney;ST=NSW;C=AUS"
ISSUER = "CN=stormin-DC-CA;C=AU"
SERIAL = bytes.fromhex("5a0000000f3c5b1d2e4f60718293a4b5c6d7e8")
DER_1451 = bytes.fromhex("308205a7") + bytes(1447)
DER_811 = bytes.fromhex("30820327") + bytes(807)
QUERY = QueryCertReq(1001, "CP-8861-SEPB000B4BA0AEE", CertificateId(SUBJECT, ISSUER, int.from_bytes(SERIAL, "big")))
FOUND = QueryCertRes(1001, TvsStatus.VALID, DER_1451, (TrustRole.SAST, TrustRole.TFTP), TTL)
VERIFY = CertVerificationReq(1, "CP-8841-SEP001122334455", DER_811)

QUERY_OCTETS = (
    bytes.fromhex("57010300 000003e9 008f 01 0018 01")
    + b"CP-8861-SEPB000B4BA0AEE"
    + bytes.fromhex("03 0042")
    + SUBJECT.encode()
    + bytes.fromhex("00 04 0016")
    + ISSUER.encode()
    + bytes.fromhex("00 05 0013")
    + SERIAL
)
FOUND_OCTETS = (
    bytes.fromhex("57010400 000003e9 05be 07 0001 00 02 05ab")
    + DER_1451
    + bytes.fromhex("08 0002 0003 09 0004 00015180")
)
VERIFY_OCTETS = (
    bytes.fromhex("57010100 00000001 0349 01 0018 01") + b"CP-8841-SEP001122334455" + bytes.fromhex("02 032b") + DER_811
)
VERIFIED = CertVerificationRes(1, TvsStatus.VALID, (TrustRole.CCM,), TTL)
PAIRS = [
    pytest.param(QUERY, QUERY_OCTETS, id="query"),
    pytest.param(FOUND, FOUND_OCTETS, id="found"),
    pytest.param(
        QueryCertRes(1001, TvsStatus.INVALID), bytes.fromhex("57010400 000003e9 0004 07000101"), id="not found"
    ),
    pytest.param(VERIFY, VERIFY_OCTETS, id="verify"),
    pytest.param(VERIFIED, bytes.fromhex("57010200 00000001 000f 07000100 08000101 09000400015180"), id="verified"),
    pytest.param(
        CertVerificationRes(1, TvsStatus.INVALID), bytes.fromhex("57010200 00000001 0004 07000101"), id="not verified"
    ),
]


def test_the_published_exchange_has_its_lengths() -> None:
    assert (len(QUERY_OCTETS), len(FOUND_OCTETS)) == (153, 1480)


@pytest.mark.parametrize(("message", "octets"), PAIRS)
def test_a_message_is_written_octet_for_octet(message: TvsMessage, octets: bytes) -> None:
    assert push_message(message) == octets


@pytest.mark.parametrize(("message", "octets"), PAIRS)
def test_a_message_is_read_back(message: TvsMessage, octets: bytes) -> None:
    assert pull_message_untrusted(octets) == message


def test_the_subject_is_read_and_not_compared() -> None:
    message = pull_message_untrusted(QUERY_OCTETS)
    assert isinstance(message, QueryCertReq)
    assert message.certificate_id.subject == SUBJECT


@pytest.mark.parametrize(
    ("octets", "message"),
    [
        pytest.param(
            FOUND_OCTETS.replace(bytes.fromhex("57010400"), bytes.fromhex("570104f7"), 1), FOUND, id="octet 3"
        ),
        pytest.param(
            bytes.fromhex("57010200 00000001 001d 09000400015180 08000101 63000461626364 060000 07000100"),
            VERIFIED,
            id="order, and tags 6 and 99",
        ),
        pytest.param(
            bytes.fromhex("57010200 00000001 0010 07000100 0800020163 09000400015180"),
            replace(VERIFIED, roles=(TrustRole.CCM, 99)),
            id="unknown role",
        ),
        pytest.param(
            bytes.fromhex("57010200 00000001 0004 07000100"),
            CertVerificationRes(1, TvsStatus.VALID),
            id="no roles, no TTL",
        ),
        pytest.param(
            bytes.fromhex("57010200 00000001 0004 07000105"),
            CertVerificationRes(1, TvsStatus.INVALID),
            id="other status",
        ),
    ],
)
def test_what_other_writers_do_is_read(octets: bytes, message: TvsMessage) -> None:
    octets = octets[:8] + (len(octets) - 10).to_bytes(2, "big") + octets[10:]
    assert pull_message_untrusted(octets) == message


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(b"\x58" + QUERY_OCTETS[1:], id="protocol"),
        pytest.param(b"\x57\x02" + QUERY_OCTETS[2:], id="version"),
        pytest.param(b"\x57\x01\x05" + QUERY_OCTETS[3:], id="command"),
        pytest.param(QUERY_OCTETS[:-1], id="cut"),
        pytest.param(QUERY_OCTETS + b"\0", id="more"),
        pytest.param(bytes.fromhex("57010300 00000001 ffff"), id="too long"),
        pytest.param(bytes.fromhex("57010200 00000001 0004 07000200"), id="element too long"),
        pytest.param(bytes.fromhex("57010200 00000001 0008 07000100 07000100"), id="twice"),
        pytest.param(bytes.fromhex("57010200 00000001 0000"), id="no status"),
        pytest.param(bytes.fromhex("57010400 00000001 0004 07000100"), id="found without a certificate"),
        pytest.param(bytes.fromhex("57010200 00000001 0009 07000100 0900020001"), id="TTL of two octets"),
        pytest.param(bytes.fromhex("57010200 00000001 0048 07000100 080041") + bytes(65), id="65 roles"),
        pytest.param(VERIFY_OCTETS.replace(b"SEP", b"S\nP"), id="device name"),
        pytest.param(VERIFY_OCTETS[:8] + b"\0\x1b" + VERIFY_OCTETS[10:37], id="verify nothing"),
    ],
)
def test_what_breaks_the_protocol_is_refused(octets: bytes) -> None:
    with pytest.raises(ProtocolError):
        pull_message_untrusted(octets)


@pytest.mark.parametrize("octets", [16_384, 100_000])
def test_a_message_over_the_bounds_is_not_written(octets: int) -> None:
    with pytest.raises(ValueError, match="limit"):
        push_message(replace(VERIFY, certificate=bytes(octets)))
