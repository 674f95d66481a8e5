"""Certificates in every wrapping in which people carry them around, and no private key gets through in any."""

from __future__ import annotations

import base64
import json
import quopri
import textwrap
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.base.failures import InvalidInput
from lab.exports.certificates import certificates_of_file, certificates_untrusted
from lab.exports.wrappings import unwrapped
from tests.exports.conftest import Exports, held, pem
from tests.whatif.conftest import make_network

LSC, MIC = held()
DER = LSC.public_bytes(Encoding.DER)
SECOND = MIC.public_bytes(Encoding.DER)


def lines(text: str, before: str = "", after: str = "\n") -> bytes:
    return "".join(f"{before}{line}{after}" for line in text.splitlines()).encode()


def configured(der: bytes, what: str = "certificate ca 01", end: str = "\n") -> str:
    words = textwrap.wrap(der.hex(), 8)
    rows = [f"    {' '.join(words[at : at + 8])}" for at in range(0, len(words), 8)]
    return end.join([f" {what}", *rows, "  quit", ""])


ASA = f"crypto ca certificate chain ASDM_TrustPoint0\n{configured(DER)}crypto ca certificate chain other\n{configured(SECOND)}"
TEXT = pem(LSC).decode()
BARE = "".join(TEXT.splitlines()[1:-1])
ONE: dict[str, bytes] = {
    "ASA": configured(DER).encode(),
    "IOS, upper case, CR LF": configured(DER, "certificate self-signed 0A", "\r\n")
    .upper()
    .replace("QUIT", "quit")
    .encode(),
    "hex": DER.hex().encode(),
    "hex with colons": DER.hex(":").upper().encode() + b"\n",
    "xxd -p": "\n".join(textwrap.wrap(DER.hex(), 60)).encode() + b"\n",
    "hex in C": ", ".join(f"0x{octet:02x}" for octet in DER).encode(),
    "base64 in one line": BARE.encode(),
    "base64 in lines": "\r\n".join(textwrap.wrap(BARE, 64)).encode() + b"\r\n",
    "base64 in quotes": f'"{BARE}"\n'.encode(),
    "UTF-16 little, no mark": TEXT.encode("utf-16-le"),
    "UTF-16 big, no mark": TEXT.encode("utf-16-be"),
    "UTF-16 with a mark": TEXT.encode("utf-16"),
    "UTF-16 of base64, no mark": BARE.encode("utf-16-le"),
    "UTF-8 with a mark": TEXT.encode("utf-8-sig"),
    "DER and a line end": DER + b"\n",
    "DER and CR LF": DER + b"\r\n",
    "DER and zeros": DER + b"\x00" * 7,
    "a quoted mail": lines(TEXT, "> "),
    "a mail quoted twice": lines(TEXT, "> > "),
    "a comment": lines(TEXT, "# "),
    "each line in quotes": lines(TEXT, '"', '"\n'),
    "source of a program": lines(TEXT, '    "', '\\n" +\n'),
    "a list": lines(TEXT, "- "),
    "indented": lines(TEXT, "\t  "),
    "a cell of CSV": f'SEP001122334455,"{TEXT}"\n'.encode(),
    "a cell of CSV with text before": f'"x ""y"" z","{TEXT}"\n'.encode(),
    "JSON": json.dumps({"pem": TEXT}).encode(),
    "quoted-printable": quopri.encodestring(TEXT.encode()),
    "quoted-printable in a quoted mail": lines(quopri.encodestring(TEXT.encode()).decode(), "> "),
    "blanks for line ends": TEXT.replace("\n", " ").encode(),
}


@pytest.mark.parametrize("wrapping", ONE)
def test_one_certificate_comes_out_of(wrapping: str, exports: Exports) -> None:
    found, problems = certificates_untrusted(ONE[wrapping], "x")
    assert (found, problems) == ([LSC], [])
    assert certificates_of_file(exports.write("x.txt", ONE[wrapping])) == [LSC]


@pytest.mark.parametrize(
    "octets",
    [
        ASA.encode(),
        DER + SECOND,
        DER + b"\r\n" + SECOND + b"\n",
        f"{BARE}\n\n{base64.b64encode(SECOND).decode()}\n".encode(),
        pem(LSC) + configured(SECOND).encode(),
        lines(pem(LSC, MIC).decode(), "> "),
    ],
)
def test_two_certificates_come_out_of_one_file(octets: bytes) -> None:
    found, problems = certificates_untrusted(octets, "x")
    assert ({*found}, len(found), problems) == ({LSC, MIC}, 2, [])


@pytest.mark.parametrize("wrapping", ONE)
def test_a_store_reads_a_file_in_every_wrapping(wrapping: str, exports: Exports) -> None:
    exports.cluster().inventory(exports.row()).write("hq/CAPF-trust/odd.txt", ONE[wrapping])
    fleet, findings = exports.read()
    assert LSC in fleet.servers["CAPF of hq"].configured.trust
    assert [each for each in findings if each.grave] == []


@pytest.mark.parametrize(
    "octets",
    [b"", b"0", b"\x30\x82", b"MII", b"quit", b"certificate ca 01\n 30\n quit", b"30 03 02 01 00", DER[:-1]],
)
def test_what_is_no_certificate_stays_none(octets: bytes) -> None:
    assert certificates_untrusted(octets, "x")[0] == []


KEY = make_network().capf.identity.key
KEYS = {
    "PKCS#8": KEY.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
    "PKCS#1": KEY.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption()),
    "encrypted PKCS#8": KEY.private_bytes(Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")),
}
WRAPPERS: dict[str, Callable[[bytes], bytes]] = {
    "DER": lambda der: der,
    "DER and a line end": lambda der: der + b"\n",
    "DER after a certificate": lambda der: DER + der,
    "base64": base64.b64encode,
    "base64 after that of a certificate": lambda der: BARE.encode() + b"\n\n" + base64.b64encode(der),
    "hex": lambda der: der.hex().encode(),
    "IOS": lambda der: configured(der).encode(),
    "UTF-16 of PEM": lambda der: f"-----BEGIN PRIVATE KEY-----\n{base64.b64encode(der).decode()}\n".encode("utf-16-le"),
}


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_a_private_key_is_seen_in_every_wrapping(kind: str, wrapper: str, exports: Exports) -> None:
    octets = WRAPPERS[wrapper](KEYS[kind])
    with pytest.raises(InvalidInput, match="private key"):
        certificates_untrusted(octets, "x")
    exports.cluster().inventory(exports.row()).write("phones/x.txt", octets)
    with pytest.raises(InvalidInput, match="private key"):
        exports.read()


@settings(max_examples=80, deadline=None)
@given(
    st.binary(max_size=200)
    | st.sampled_from(sorted(ONE.values())).flatmap(
        lambda octets: st.tuples(st.integers(0, len(octets)), st.binary(max_size=3)).map(
            lambda change: octets[: change[0]] + change[1] + octets[change[0] :]
        )
    )
)
def test_any_octets_are_unwrapped_without_an_error_and_once_is_enough(octets: bytes) -> None:
    once = unwrapped(octets)
    assert unwrapped(once) == once


def test_a_large_file_of_hex_or_of_quotes_costs_no_more_than_its_length() -> None:
    assert unwrapped(b"> " * 2_000_000)
    assert unwrapped(b"certificate ca 01\n" * 100_000)
    assert unwrapped(b"-----BEGIN CERTIFICATE-----" * 50_000)
