"""`cucm-lab trust-list`: what it prints of each kind of file, what it says in JSON, and its exit codes."""

from __future__ import annotations

import json
import re
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from cisco_data.trust_roles import TrustRole
from lab.verbs import trust_list as verb
from pki import Identity
from tests.in_process import invoke
from tests.wire_signed_files.conftest import make
from tests.wire_signed_files.other_writer import file, record
from tests.wire_signed_files.test_signing import CONTENT, NAME, encrypted
from wire.signed_files import SignatureDigest, record_of, write_signed_file, write_trust_list

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "trust-list-files.md").read_text("utf-8")

run = partial(invoke, "trust-list")


@cache
def signer() -> Identity:
    return make(2048, "cucm-pub")


@cache
def other() -> Identity:
    return make(1024, "cucm-sub")


def itl(signed_by: Identity) -> bytes:
    def listed(identity: Identity, role: TrustRole, name: str) -> Any:
        return record_of(identity.certificate, role, dns_name=name, address="10.1.1.1")

    records = [listed(signer(), role, "cucm-pub") for role in (TrustRole.SAST, TrustRole.CCM_TFTP)]
    records.append(listed(other(), TrustRole.TVS, "cucm-sub"))
    arguments = {"file_name": "ITLFile.tlv", "digest": SignatureDigest.SHA512, "timestamp": 1_790_000_000}
    return write_trust_list(records, signed_by, **arguments)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One file of each kind and their signer's certificate, in the working folder."""
    monkeypatch.chdir(tmp_path)
    key = other().key
    assert isinstance(key, rsa.RSAPrivateKey)
    files = {
        "ITLFile.tlv": itl(signer()),
        "foreign.tlv": file(record("1 3 5 6 4 7 x") * 2, key, order="1 2 x 3 7 12 14 15"),
        NAME: write_signed_file(CONTENT, signer(), file_name=NAME, digest=SignatureDigest.SHA1, timestamp=1),
        "SEP001122334455.cnf.xml.enc.sgn": encrypted(CONTENT, signer(), other()),
        "CallManager.pem": signer().certificate_pem(),
        "CallManager.der": signer().certificate.public_bytes(Encoding.DER),
        "other.pem": other().certificate_pem(),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def test_a_list_is_printed_as_show_itl_and_checked_by_its_own_record(folder: Path) -> None:
    result = run("ITLFile.tlv")
    assert result.exit_code == 0
    assert "1       RECORDLENGTH    2       16" in result.output  # tabs are columns, and no escapes
    assert result.output.count("ITL Record #:") == 3
    assert result.output.endswith("\nThe ITL file was verified successfully.\n")


def test_a_list_with_a_changed_octet_is_exit_1(folder: Path) -> None:
    data = (folder / "ITLFile.tlv").read_bytes()
    (folder / "ITLFile.tlv").write_bytes(data[:-1] + b"\xff")
    result = run("ITLFile.tlv")
    assert result.exit_code == 1
    assert result.output.endswith("\nVerification of the ITL file failed.\n")


def test_a_list_of_another_writer_is_read_without_a_verdict(folder: Path) -> None:
    result = run("foreign.tlv")
    assert result.exit_code == 0
    assert "no record of its signer" in result.output
    assert "LAB: skipped unknown tags 99, 77, 77" in result.output
    assert "erified" not in result.output
    assert run("foreign.tlv", "--verify", "other.pem").exit_code == 0


@pytest.mark.parametrize("name", [NAME, "SEP001122334455.cnf.xml.enc.sgn"])
def test_a_signed_file_shows_header_digest_and_size(name: str, folder: Path) -> None:
    result = run(name)
    assert result.exit_code == 0
    is_encrypted = ".enc." in name
    assert f"Version:        {'2.0' if is_encrypted else '1.0'}\n" in result.output
    assert re.search(r"^4 +SIGNERNAME +\d+ +CN=cucm-pub;", result.output, re.MULTILINE)
    about = (
        "SHA512, payload of 64 octets encrypted with AES-128-CBC"
        if is_encrypted
        else f"SHA1, payload of {len(CONTENT)} octets"
    )
    assert f"\nLAB: {about}\n" in result.output
    assert "LAB: the signature was not checked" in result.output


@pytest.mark.parametrize("name", ["ITLFile.tlv", NAME, "SEP001122334455.cnf.xml.enc.sgn"])
def test_verify_decides_the_exit_code(name: str, folder: Path) -> None:
    for certificate in ("CallManager.pem", "CallManager.der"):
        good = run(name, "--verify", certificate)
        assert good.exit_code == 0
        assert "LAB: by the key of CN=cucm-pub;OU=TAC;O=Cisco;L=Krakow;ST=Malopolska;C=PL the signature is good" in (
            good.output
        )
    bad = run(name, "--verify", "other.pem")
    assert bad.exit_code == 1
    assert "the signature is NOT good" in bad.output
    assert "the header names another signer" in bad.output


def test_several_files_are_printed_each_under_its_name(folder: Path) -> None:
    result = run("ITLFile.tlv", NAME)
    assert result.exit_code == 0
    assert [line for line in result.output.splitlines() if line in ("ITLFile.tlv:", f"{NAME}:")] == [
        "ITLFile.tlv:",
        f"{NAME}:",
    ]


@pytest.mark.parametrize(
    ("octets", "says"),
    [
        (b"", "the header does not say where it ends"),
        (b"<?xml version='1.0'?>", "it is a text without a signature: ask TFTP for the name that ends in .tlv or .sgn"),
        (None, "record 3 at octet "),
        (b"\1\0\2\1\2" + bytes(1 << 21), "larger than 2097152 octets"),
    ],
    ids=["empty", "not signed", "cut", "endless"],
)
def test_what_cannot_be_read_is_exit_2_and_one_sentence(octets: bytes | None, says: str, folder: Path) -> None:
    if octets is None:
        octets = re.sub(rb"cucm-sub.*", b"", (folder / "ITLFile.tlv").read_bytes(), flags=re.DOTALL)
    (folder / "bad.tlv").write_bytes(octets)
    result = run("ITLFile.tlv", "bad.tlv")
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith("cucm-lab: bad.tlv ")
    assert says in line
    assert result.stdout == ""


@pytest.mark.parametrize(("name", "says"), [("ITLFile.tlv", "is no certificate"), ("none.pem", "does not exist")])
def test_what_is_no_certificate_is_exit_2(name: str, says: str, folder: Path) -> None:
    result = run(NAME, "--verify", name)
    assert result.exit_code == 2
    assert says in result.stderr


def test_json_is_one_object_with_all_files(folder: Path) -> None:
    result = run("ITLFile.tlv", NAME, "SEP001122334455.cnf.xml.enc.sgn", "--json", "--verify", "CallManager.pem")
    assert result.exit_code == 0
    told = json.loads(result.output)
    assert told["schema"] == verb.SCHEMA
    listed, signed, secret = told["files"]
    assert [one["kind"] for one in told["files"]] == ["ITL", "signed", "encrypted"]
    assert [one["verified_by_certificate"] for one in told["files"]] == [True] * 3
    assert [one["verified_by_own_record"] for one in told["files"]] == [True, None, None]
    assert [one["function"] for one in listed["records"]] == ["System Administrator Security Token", "CCM+TFTP", "TVS"]
    assert [one["signed_the_file"] for one in listed["records"]] == [True, False, False]
    assert [one["key"] for one in listed["records"]] == ["RSA 2048", "RSA 2048", "RSA 1024"]
    assert (signed["payload_octets"], secret["payload_octets"]) == (len(CONTENT), 64)
    assert listed["digest"] == secret["digest"] == "SHA512"
    keys = {*told, *listed, *signed, *listed["records"][0], *listed["signer"]}
    assert keys <= set(re.findall(r"`([a-z0-9_]+)`", DOCUMENT))


def test_the_documents_example_prints_what_it_says(folder: Path) -> None:
    (block,) = re.findall(r"```\n\$ cucm-lab trust-list (.*?)\n(.*?)```", DOCUMENT, re.DOTALL)
    command, shown = block
    result = run(*command.split())
    assert result.exit_code == 0
    printed = iter(result.output.splitlines())
    for line in shown.splitlines():
        assert line == "..." or any(_same(line, one) for one in printed), line


def _same(line: str, printed: str) -> bool:
    """Whether they are one but for what is different with each key."""
    wild = (
        re.sub(r"([0-9A-F]{2}[: ]){5,}[0-9A-F]{2}", "~", line),
        re.sub(r"([0-9A-F]{2}[: ]){5,}[0-9A-F]{2}", "~", printed),
    )
    return wild[0] == wild[1]
