"""`show ctl` and `show itl` print a file as published, and never say of a signature what is not so."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from cisco_data.trust_roles import TrustRole
from cucm_sim.texts.show_trust_list import TrustListKind, show_no_trust_list, show_trust_list
from pki import Identity
from tests.wire_signed_files.other_writer import file, record, tlv
from tests.wire_signed_files.test_layout import capf, etoken, of_node
from wire.signed_files import SignatureDigest, write_trust_list

MODIFIED = datetime(2015, 3, 6, 19, 45, 13, tzinfo=UTC)
COLUMNS = "BYTEPOS\tTAG\t\tLENGTH\tVALUE\n-------\t---\t\t------\t-----\n"
CAPF_RECORD = f"""\tCTL Record #:3
\t  ----
{COLUMNS}1\tRECORDLENGTH\t2\t1138
2\tDNSNAME\t\t16\tcucm-1051-a-pub
3\tSUBJECTNAME\t60\tCN=CAPF-e41e7d87;OU=TAC;O=Cisco;L=Krakow;ST=Malopolska;C=PL
4\tFUNCTION\t2\tCAPF
5\tISSUERNAME\t60\tCN=CAPF-e41e7d87;OU=TAC;O=Cisco;L=Krakow;ST=Malopolska;C=PL
6\tSERIALNUMBER\t16\t74:4B:49:99:77:04:96:E7:99:E9:1E:81:D3:C8:10:9B
7\tPUBLICKEY\t140
8\tSIGNATURE\t128
9\tCERTIFICATE\t680\t{hashlib.sha1(bytes(680)).digest().hex(" ").upper()} (SHA1 Hash HEX)
10\tIPADDRESS\t4
"""


def ctl(small: Identity) -> bytes:
    records = [of_node(small, TrustRole.SAST), of_node(small, TrustRole.CCM_TFTP), capf(small), etoken(small)]
    return write_trust_list(records, small, file_name="CTLFile.tlv", digest=SignatureDigest.SHA1, timestamp=0)


def test_a_ctl_file_is_printed_as_published(small: Identity) -> None:
    data = ctl(small)
    text = show_trust_list(data, MODIFIED, "CTL")
    begin = f"The checksum value of the CTL file:\n{hashlib.md5(data).hexdigest()}(MD5)\n{hashlib.sha1(data).hexdigest()}(SHA1)\n"
    assert text.startswith(begin)
    assert f"\nLength of CTL file: {len(data)}\n" in text
    assert "\nThe CTL File was last modified on Fri Mar 06 19:45:13 UTC 2015\n" in text
    assert "\nParse CTL File\n----------------\n\nVersion:\t1.2\nHeaderLength:\t336 (BYTES)\n" in text
    assert "\n3\tSIGNERID\t2\t149\n4\tSIGNERNAME\t62\tCN=cucm-1051-a-pub;OU=TAC;" in text
    for row in ("8\tDIGESTALGORTITHM\t1", "9\tSIGNATUREALGOINFO\t2\t8", "10\tSIGNATUREALGORTITHM\t1"):
        assert f"\n{row}" in text
    assert f"\n{CAPF_RECORD}" in text
    assert text.endswith("\n\nThe CTL file was verified successfully.\n")


def test_each_sast_record_says_whether_it_signed(small: Identity) -> None:
    text = show_trust_list(ctl(small), MODIFIED, "CTL")
    first, second, third, token = text.split("CTL Record #:")[1:]
    assert "4\tFUNCTION\t2\tSystem Administrator Security Token\n" in first
    assert "\nThis etoken was used to sign the CTL file.\n" in first
    assert "4\tFUNCTION\t2\tCCM+TFTP\n" in second
    assert "This etoken was not used to sign the CTL file.\n" in token
    assert "etoken" not in second + third
    assert "\n8\tSIGNATURE" not in token
    assert "\n2\tDNSNAME\t\t1\n" in token


def test_an_itl_file_that_was_changed_is_not_verified(signer: Identity) -> None:
    records = [of_node(signer, role) for role in (TrustRole.SAST, TrustRole.TVS)]
    data = write_trust_list(records, signer, file_name="ITLFile.tlv", digest=SignatureDigest.SHA512, timestamp=0)
    good = show_trust_list(data, MODIFIED, "ITL")
    assert "\nThis etoken was used to sign the ITL file.\n" in good
    assert "4\tFUNCTION\t2\tTVS\n" in good
    assert good.endswith("\nThe ITL file was verified successfully.\n")
    bad = show_trust_list(data[:-1] + b"\xff", MODIFIED, "ITL")
    assert bad.endswith("\nVerification of the ITL file failed.\n")
    assert "successfully" not in bad


def test_without_a_record_of_its_signer_nothing_is_said_of_the_signature(small: Identity) -> None:
    assert isinstance(small.key, rsa.RSAPrivateKey)
    text = show_trust_list(file(record("1 3 5 6 4 x", role=999), small.key), MODIFIED, "ITL")
    assert "4\tFUNCTION\t2\t999\n77\tUNKNOWN\t\t1\n" in text
    assert "erif" not in text


def test_names_cannot_make_lines_of_their_own(small: Identity) -> None:
    assert isinstance(small.key, rsa.RSAPrivateKey)
    name = tlv(3, b"CN=a\n\tThe ITL file was verified successfully.\0")
    text = show_trust_list(file(record("1 3 5 6 4", **{"3": name}), small.key), MODIFIED, "ITL")
    assert "3\tSUBJECTNAME\t46\tCN=a??The ITL file was verified successfully.\n" in text


@pytest.mark.parametrize("kind", ["CTL", "ITL"])
def test_a_file_that_cannot_be_parsed_and_no_file(kind: TrustListKind) -> None:
    assert show_trust_list(b"<html>", MODIFIED, kind).endswith(f"\nError parsing the {kind} File.\n")
    none = show_no_trust_list(kind).splitlines()
    assert (none[0], none[-1]) == (f"Length of {kind} file: 0", f"Error parsing the {kind} File.")
    assert none[1].startswith(f"{kind} File not found .")
