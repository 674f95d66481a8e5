"""A phone's file with intermediates in any order gets the verdict that `openssl s_server` gives to what is in the file."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from cisco_data import ServiceKind
from lab.exports import read_exports
from lab.fleet.model import FleetPhone, Known
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.judge import Judge
from pki._der import element, octet_string, sequence
from tests.odd_certificates import CA_TRUE, CERT_SIGN, Parts, authority, extension, leaf, name
from tests.whatif_parity.conftest import NOW, ring_apart
from tests.whatif_parity.test_odd_certificates import HEAD, key, pem

DEVICE = "SEP001122334455"
OTHER = "SEP001122334466"
LEAF_KEY = 33


def below(parent: Parts, number: int, cn: str, *identifiers: bytes) -> Parts:
    """An authority that another one signed."""
    return replace(
        leaf("nothing", key(number), cn, parent), extensions=(CA_TRUE, CERT_SIGN, *identifiers), subject=name(cn)
    )


@cache
def cast() -> dict[str, Parts]:
    root = authority("nothing", key(35), "Example Root")
    first = below(root, 36, "Example Issuing CA 1")
    second = below(first, 37, "CAPF-51a4ed01")
    # Key rollover (RFC 4210 section 4.4): the root's new key under the root's own name, signed with its old key.
    old, new = b"the old key", b"the new key"
    ski, aki = extension("2.5.29.14", octet_string(new)), extension("2.5.29.35", sequence(element(0x80, old)))
    rolled = replace(below(root, 38, "Example Root", ski, aki), serial=b"\x02\x01\x07")
    by_new = below(rolled, 39, "CAPF-51a4ed02")
    return {
        "root": replace(root, extensions=(*root.extensions, extension("2.5.29.14", octet_string(old)))),
        "first": first,
        "second": second,
        "leaf": leaf("nothing", key(LEAF_KEY), f"CP-8861-{DEVICE}", second),
        "rolled": rolled,
        "by new": by_new,
        "leaf by new": leaf("nothing", key(LEAF_KEY), f"CP-8861-{DEVICE}", by_new),
        "stranger": authority("nothing", key(34), "Example Stranger"),
    }


FILES = {
    "in order": ("leaf", "second", "first"),
    "the wrong way round": ("leaf", "first", "second"),
    "the phone's certificate in the middle": ("first", "leaf", "second"),
    "the root in the middle": ("leaf", "second", "root", "first"),
    "the root first": ("root", "first", "second", "leaf"),
    "with a stranger between": ("leaf", "stranger", "second", "first"),
    "one twice": ("leaf", "second", "second", "first"),
    "the first intermediate is missing": ("leaf", "first"),
    "the second intermediate is missing": ("leaf", "second"),
    "alone": ("leaf",),
    "a new key of the root": ("leaf by new", "by new", "rolled"),
    "a new key of the root, the wrong way round": ("rolled", "leaf by new", "by new"),
    "a new key of the root, and the root": ("leaf by new", "root", "rolled", "by new"),
    "the certificate of the new key is missing": ("leaf by new", "by new"),
}


def write(folder: Path, file: Sequence[str], trusted: Sequence[str]) -> Path:
    for store in ("CallManager-trust", "CAPF-trust"):
        (folder / "hq" / store).mkdir(parents=True)
        for held in trusted:
            (folder / "hq" / store / f"{held}.pem").write_bytes(pem(cast()[held].der()))
    (folder / "hq" / "phones").mkdir()
    path = folder / "hq" / "phones" / f"{DEVICE}.pem"
    path.write_bytes(b"".join(pem(cast()[each].der()) for each in file))
    (folder / "inventory.csv").write_text(f"{HEAD}\n{DEVICE},8861,Encrypted,hq,,,,\n")
    return path


def foretold(folder: Path) -> tuple[int, int]:
    """Code and depth at CallManager; 0 twice where the phone is let in."""
    fleet, _ = read_exports(folder, NOW)
    (phone,) = fleet.phones
    server = next(each for each in fleet.services_of(phone) if each.kind is ServiceKind.CALLMANAGER)
    outcome = Judge(CredentialFactory(fleet, ring_apart(60))).access(fleet, phone, server).outcome
    assert outcome is not None
    return (outcome.verify_code, outcome.depth) if not outcome.accepted else (0, 0)


def s_server_says(folder: Path, file: Sequence[str], trusted: Sequence[str]) -> tuple[int, int]:
    """What `openssl s_server` makes of `s_client -cert_chain`: the first error of its verifier."""

    def written(called: str, content: bytes) -> str:
        (folder / called).write_bytes(content)
        return str(folder / called)

    def private(number: int) -> bytes:
        return key(number).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    own = next(each for each in file if each.startswith("leaf"))
    server = authority("nothing", key(40), "callmanager")
    trust = written("trust.pem", b"".join(pem(cast()[each].der()) for each in trusted))
    command = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-naccept", "1", "-tls1_2"]
    command += ["-cert", written("server.pem", pem(server.der())), "-key", written("server.key", private(40))]
    command += ["-Verify", "9", "-verify_return_error", "-CAfile", trust, "-no-CApath", "-no-CAstore"]
    command += ["-attime", str(int(NOW.timestamp()))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        ready = None
        while ready is None:
            ready = re.match(rb"ACCEPT \S*:(\d+)\s", process.stdout.readline())
        client = ["openssl", "s_client", "-connect", f"127.0.0.1:{int(ready[1])}", "-tls1_2"]
        client += ["-cert", written("leaf.pem", pem(cast()[own].der())), "-key", written("leaf.key", private(LEAF_KEY))]
        if others := [each for each in file if each != own]:
            client += ["-cert_chain", written("chain.pem", b"".join(pem(cast()[each].der()) for each in others))]
        subprocess.run(client, input=b"Q\n", capture_output=True, check=False, timeout=20)
        _, told = process.communicate(b"Q\n", timeout=20)
    depth = 0
    for line in told.decode().splitlines():
        if at := re.match(r"depth=(\d+)", line):
            depth = int(at[1])
        elif error := re.match(r"verify error:num=(\d+)", line):
            return int(error[1]), depth
    assert b"verify return:1" in told
    return 0, 0


@pytest.mark.peer("openssl")
@pytest.mark.parametrize("trusted", [("root",), ("stranger",), ("root", "first")], ids=" and ".join)
@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_a_file_gets_the_verdict_of_s_server_in_any_order(
    file: tuple[str, ...], trusted: tuple[str, ...], tmp_path: Path
) -> None:
    write(tmp_path / "exports", file, trusted)
    assert foretold(tmp_path / "exports") == s_server_says(tmp_path, file, trusted)


# What is not sent is named


def read(folder: Path) -> tuple[dict[str, FleetPhone], list[str]]:
    fleet, findings = read_exports(folder, NOW)
    phones = {phone.device_name: phone for phone in fleet.phones}
    return phones, [f"{each.where}: {each.problem}" for each in findings]


def test_of_several_phones_in_a_file_each_sends_what_leads_to_the_root_and_the_root_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, ("first", "leaf", "root", "second", "stranger"), ("root",))
    other = leaf("nothing", key(LEAF_KEY), f"CP-8861-{OTHER}", cast()["first"])
    path.with_name("all.pem").write_bytes(path.read_bytes() + pem(other.der()))
    path.unlink()
    phones, findings = read(tmp_path)
    assert isinstance(phones[DEVICE].lsc, Known)
    assert isinstance(phones[OTHER].lsc, Known)
    assert [each.public_bytes(Encoding.DER) for each in phones[DEVICE].lsc.chain] == [
        cast()["first"].der(),
        cast()["second"].der(),
    ]
    assert [each.public_bytes(Encoding.DER) for each in phones[OTHER].lsc.chain] == [cast()["first"].der()]
    named = "hq/phones/all.pem: holds roots besides phones' certificates (Example Root): the phones are taken not to send them"
    assert named in findings


def test_a_new_key_of_the_root_is_no_root_and_goes_along_in_a_file_of_several_phones(tmp_path: Path) -> None:
    path = write(tmp_path, ("rolled", "leaf by new", "by new"), ("root",))
    other = leaf("nothing", key(LEAF_KEY), f"CP-8861-{OTHER}", cast()["by new"])
    path.write_bytes(path.read_bytes() + pem(other.der()))
    phones, findings = read(tmp_path)
    for device in (DEVICE, OTHER):
        held = phones[device].lsc
        assert isinstance(held, Known)
        assert [each.public_bytes(Encoding.DER) for each in held.chain] == [
            cast()["rolled"].der(),
            cast()["by new"].der(),
        ]
    assert not [finding for finding in findings if "holds roots" in finding]


def test_a_chain_longer_than_openssl_takes_is_cut_and_the_finding_says_how_much(tmp_path: Path) -> None:
    path = write(tmp_path, ("leaf", "second", "first"), ("root",))
    many = [replace(cast()["stranger"], serial=bytes((2, 2, 1, number))).der() for number in range(110)]
    path.write_bytes(path.read_bytes() + b"".join(map(pem, many)))
    phones, findings = read(tmp_path)
    assert isinstance(phones[DEVICE].lsc, Known)
    assert len(phones[DEVICE].lsc.chain) == 100
    assert any("holds 12 certificates more than a phone is taken to send" in finding for finding in findings)


@pytest.mark.parametrize("called", [f"{DEVICE}.pem", "phone-of-ann.cer"])
def test_a_file_of_a_phone_that_holds_an_authority_alone_is_a_finding(called: str, tmp_path: Path) -> None:
    path = write(tmp_path, ("leaf",), ("root",))
    path.unlink()
    path.with_name(called).write_bytes(pem(cast()["second"].der()))
    _, findings = read(tmp_path)
    what = "should hold a phone's certificate and holds only that of an authority (CAPF-51a4ed01)"
    assert f"hq/phones/{called}: {what}" in findings


def test_a_phones_certificate_with_its_authorities_and_an_authority_elsewhere_are_no_findings(tmp_path: Path) -> None:
    write(tmp_path, ("leaf", "second", "first"), ("root",))
    (tmp_path / "authorities").mkdir()
    (tmp_path / "authorities" / "x.pem").write_bytes(pem(cast()["stranger"].der()))
    _, findings = read(tmp_path)
    assert not [finding for finding in findings if "should hold" in finding or "holds roots" in finding]
