"""CTL and ITL files out of exports, as files and as `show ctl` and `show itl`, and which of them each phone holds."""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from cisco_data import CertificateUnit
from cisco_data.trust_roles import TrustRole
from lab.exports import read_exports
from lab.exports.list_files import KnownCertificates, UnusableList, list_of_text, read_list_file_untrusted
from lab.exports.show_list_text import ShownRecord, shown_lists_untrusted
from lab.fleet.model import Fleet, FleetPhone
from lab.fleet.trust import FleetList
from lab.whatif.trust.lists import ListMaker
from pki import read as contents_of
from tests.exports.conftest import HEAD, Exports, pem, told
from tests.exports.two_nodes import (
    MADE,
    PUB,
    RECOVERY,
    SUB,
    TwoNodes,
    blank,
    renewed,
    too_long,
    two_nodes,
    with_wrong_signature,
)
from tests.whatif.conftest import DEVICE, NOW
from wire.certificate_id import certificate_id
from wire.signed_files import MAX_TRUST_LIST, read_trust_list_untrusted

CALLMANAGER = CertificateUnit.CALLMANAGER


@pytest.fixture
def nodes() -> TwoNodes:
    return two_nodes()


def read(exports: Exports, *rows: str, head: str = HEAD, maker: bool = True) -> tuple[Fleet, list[str]]:
    exports.inventory(*(rows or (exports.row(),)), head=head)
    fleet, findings = read_exports(exports.path, NOW, "15", ListMaker() if maker else None)
    return fleet, [told(each) for each in findings if each.grave]


def served(fleet: Fleet, node: str = PUB) -> FleetList:
    found = fleet.trust["hq"].node(node)
    assert found is not None
    assert found.tftp is not None, fleet.trust["hq"].not_told
    return found.tftp.itl


def alike(one: FleetList, other: FleetList) -> bool:
    """The same certificates in the same roles, under the same signer."""
    first, second = one.content, other.content
    return first.header.signer == second.header.signer and [
        (each.certificate_id, each.role, each.certificate) for each in first.records
    ] == [(each.certificate_id, each.role, each.certificate) for each in second.records]


# Files


def test_each_node_serves_its_own_file_and_phones_that_match_share_it(exports: Exports, nodes: TwoNodes) -> None:
    nodes.write(exports)
    rows = [f"{exports.row(device)},Match" for device in (DEVICE, "SEP001122334466")]
    fleet, grave = read(exports, *rows, head=f"{HEAD},ITL Status")
    found = fleet.trust["hq"]
    assert grave == []
    assert [served(fleet, name).octets for name in (PUB, SUB)] == [nodes.signed(PUB), nodes.signed(SUB)]
    assert found.ctl is not None
    assert found.ctl.octets == nodes.signed()
    assert not any(each.signed_with for each in (found.ctl, served(fleet), served(fleet, SUB)))
    first, second = fleet.phones
    assert first.lists is second.lists
    assert first.lists is not None
    assert first.lists.itl is served(fleet)
    assert first.lists.ctl is found.ctl


def test_a_file_that_lies_anywhere_is_the_nodes_that_it_lists(exports: Exports, nodes: TwoNodes) -> None:
    nodes.write(exports, lists=False)
    for place, node in (("hq/ITLFile.tlv", SUB), ("hq/lists/download.tlv", PUB), ("hq/CTLFile.tlv", "")):
        exports.write(place, nodes.signed(node))
    fleet, grave = read(exports)
    assert grave == []
    assert [served(fleet, name).octets for name in (PUB, SUB)] == [nodes.signed(PUB), nodes.signed(SUB)]


def test_a_file_with_a_wrong_signature_is_told_and_not_used(exports: Exports, nodes: TwoNodes) -> None:
    nodes.write(exports)
    exports.write(f"hq/own/{PUB}/ITLFile.tlv", with_wrong_signature(nodes.signed(PUB)))
    fleet, grave = read(exports)
    assert [each.partition(":")[0] for each in grave] == [f"hq/own/{PUB}/ITLFile.tlv"]
    assert fleet.trust["hq"].not_told
    assert fleet.phones[0].lists is None
    assert all(node.tftp is None or node.tftp.itl.origin.find(PUB) < 0 for node in fleet.trust["hq"].nodes)


def test_an_itl_file_that_nothing_places_and_cannot_be_used_may_be_any_nodes(exports: Exports, nodes: TwoNodes) -> None:
    nodes.write(exports)
    (exports.path / f"hq/own/{PUB}/ITLFile.tlv").rename(exports.path / "hq/ITLFile.tlv")
    assert read(exports)[0].trust["hq"].not_told == ""
    exports.write("hq/ITLFile.tlv", with_wrong_signature(nodes.signed(PUB)))
    assert "hq/ITLFile.tlv" in read(exports)[0].trust["hq"].not_told


@pytest.mark.parametrize("octets", [b"\x01\x00\x02\x01\x02", b"nothing of that kind", b"\x00" * 5000])
def test_a_file_that_is_no_list_is_told_with_its_place_and_what_to_do(
    exports: Exports, nodes: TwoNodes, octets: bytes
) -> None:
    nodes.write(exports)
    exports.write(f"hq/own/{PUB}/CTLFile.tlv", octets)
    exports.inventory(exports.row())
    fleet, findings = read_exports(exports.path, NOW, "15", ListMaker())
    (found,) = [each for each in findings if each.grave]
    assert found.where == f"hq/own/{PUB}/CTLFile.tlv"
    assert found.remedy
    assert fleet.trust["hq"].not_told


def test_a_list_that_is_too_long_for_phones_is_taken_as_it_is_served(exports: Exports, nodes: TwoNodes) -> None:
    nodes.write(exports)
    long = too_long(nodes)
    assert len(long) > MAX_TRUST_LIST
    exports.write(f"hq/own/{PUB}/ITLFile.tlv", long)
    fleet, grave = read(exports)
    assert [each.partition(":")[0] for each in grave] == [f"hq/own/{PUB}/ITLFile.tlv"]
    assert served(fleet).octets == long
    assert fleet.trust["hq"].not_told == ""


@pytest.mark.parametrize("place", ["hq/aa/ITL.tlv", "hq/zz/ITL.tlv"])
def test_of_two_files_of_one_node_the_newer_counts(exports: Exports, nodes: TwoNodes, place: str) -> None:
    nodes.write(exports)
    newer = nodes.signed(PUB, at=MADE + timedelta(days=2), records=nodes.records(PUB)[:-1])
    exports.write(place, newer)
    exports.write("hq/own/CTLFile.tlv", nodes.signed())
    fleet, grave = read(exports)
    assert served(fleet).octets == newer
    assert [each.partition(":")[0] for each in grave] == [f"hq/own/{PUB}/ITLFile.tlv"]


def test_cisco_tftp_goes_by_the_callmanager_that_its_file_lists(exports: Exports, nodes: TwoNodes) -> None:
    """The node has a new one, and Cisco Tftp was not restarted."""
    nodes.write(exports)
    exports.write(f"hq/own/{PUB}/CallManager.pem", pem(renewed().certificate))
    fleet, grave = read(exports)
    node = fleet.trust["hq"].nodes[0]
    assert node.tftp is not None
    assert node.tftp.signer == nodes.certificate(PUB, CALLMANAGER)
    assert node.own[CALLMANAGER] == renewed().certificate
    assert any("another CallManager.pem" in each for each in exports.findings())
    assert grave == []


def test_a_list_of_a_cluster_prepared_for_a_rollback_is_known_as_one(exports: Exports, nodes: TwoNodes) -> None:
    nodes.write(exports)
    assert not read(exports)[0].trust["hq"].rollback
    for node in (PUB, SUB):
        exports.write(f"hq/own/{node}/ITLFile.tlv", nodes.signed(PUB, records=blank(nodes.records(PUB))))
    assert read(exports)[0].trust["hq"].rollback


def test_lists_that_are_missing_are_what_the_certificates_make(exports: Exports, nodes: TwoNodes) -> None:
    nodes.write(exports, lists=False)
    fleet, grave = read(exports)
    assert grave == []
    for node in (PUB, SUB):
        made = served(fleet, node)
        assert made.content.records == nodes.records(node)
        assert made.signed_with == contents_of(nodes.certificate(PUB, RECOVERY)).parts.public_key
    ctl = fleet.trust["hq"].ctl
    assert ctl is not None
    assert ctl.content.records == nodes.records()
    assert read(exports, maker=False)[0].trust["hq"].not_told


def test_a_cluster_out_of_mixed_mode_has_the_ctl_file_that_was_left(exports: Exports, nodes: TwoNodes) -> None:
    nodes.write(exports)
    exports.write("settings.toml", '[clusters.hq]\nmode = "non-secure"\n')
    assert read(exports)[0].trust["hq"].ctl is not None
    (exports.path / f"hq/own/{PUB}/CTLFile.tlv").unlink()
    found = read(exports)[0].trust["hq"]
    assert found.ctl is None
    assert found.not_told == ""


# Texts


SPELLINGS = {
    "as it is": lambda text: text.encode(),
    "CR LF": lambda text: text.replace("\n", "\r\n").encode(),
    "UTF-16": lambda text: text.encode("utf-16"),
    "tabs as blanks": lambda text: text.expandtabs(8).encode(),
    "a narrow terminal": lambda text: "\n".join(map(wrapped, text.split("\n"))).encode(),
    "the next prompt": lambda text: f"{text}admin:\nadmin:exit\n".encode(),
}


def wrapped(line: str, width: int = 60) -> str:
    return re.sub(f"(.{{{width}}})", r"\1\n", line) if line[:1].isdigit() or line[:1] == "\t" else line


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_answers_of_the_command_line_are_the_files_however_they_were_pasted(
    exports: Exports, nodes: TwoNodes, spelling: str
) -> None:
    nodes.write(exports, lists=False)
    text = "".join(f"{name}\n\n{nodes.shown()}{nodes.shown(name)}" for name in (PUB, SUB))
    exports.write("hq/lists.txt", SPELLINGS[spelling](text))
    fleet, grave = read(exports)
    ctl = fleet.trust["hq"].ctl
    assert grave == []
    assert fleet.trust["hq"].not_told == ""
    for listed, octets in (
        (served(fleet), nodes.signed(PUB)),
        (served(fleet, SUB), nodes.signed(SUB)),
        (ctl, nodes.signed()),
    ):
        assert listed is not None
        assert alike(listed, FleetList(octets, read_trust_list_untrusted(octets)))
        assert listed.octets == octets
        assert not listed.signed_with


def test_a_text_whose_addresses_are_not_known_counts_as_signed_by_its_signer(exports: Exports, nodes: TwoNodes) -> None:
    nodes.write(exports, lists=False)
    elsewhere = [replace(each, address="192.0.2.7") for each in nodes.records(PUB)]
    exports.write("hq/itl.txt", nodes.shown(PUB, nodes.signed(PUB, records=elsewhere)))
    fleet, grave = read(exports)
    found = served(fleet)
    assert grave == []
    assert found.signed_with == contents_of(nodes.certificate(PUB, RECOVERY)).parts.public_key
    assert not found.content.header.signature.strip(b"\0")
    assert [each.certificate_id for each in found.content.records] == [each.certificate_id for each in elsewhere]


def test_a_text_is_the_file_itself_where_the_database_tells_the_addresses(exports: Exports, nodes: TwoNodes) -> None:
    nodes.write(exports, lists=False)
    octets = nodes.signed(PUB, records=[replace(each, address="192.0.2.7") for each in nodes.records(PUB)])
    exports.write("hq/itl.txt", nodes.shown(PUB, octets))
    exports.write("hq/certificate.txt", certificate_table(nodes, "192.0.2.7"))
    fleet, grave = read(exports)
    assert grave == []
    assert served(fleet).octets == octets
    assert not served(fleet).signed_with
    assert {node.address for node in fleet.trust["hq"].nodes} == {"192.0.2.7"}
    exports.write("hq/certificate.txt", certificate_table(nodes, "192.0.2.8"))
    assert served(read(exports)[0]).signed_with


def certificate_table(nodes: TwoNodes, address: str) -> str:
    """The answer to a query of own certificates."""
    columns = (11, 10, 11, 64)
    rows = [("store", "servername", "ipv4address", "certificate"), tuple("=" * width for width in columns)]
    rows += [
        (CALLMANAGER, name, address, pem(nodes.certificate(name, CALLMANAGER)).decode().strip()) for name in (PUB, SUB)
    ]
    return "".join(" ".join(cell.ljust(width) for cell, width in zip(row, columns, strict=True)) + "\n" for row in rows)


def test_a_record_of_which_no_file_has_the_certificate_is_named_and_keeps_its_issuer_and_serial_number(
    exports: Exports, nodes: TwoNodes
) -> None:
    nodes.write(exports, lists=False)
    stale = nodes.signed(PUB, records=nodes.records(PUB))
    exports.write(f"hq/own/{PUB}/CallManager.pem", pem(renewed().certificate))
    exports.write("hq/itl.txt", nodes.shown(PUB, stale))
    fleet, _ = read(exports)
    assert any("itl.txt, line 2: lists certificates that no file here holds" in each for each in exports.findings())
    # Cisco Tftp signs with a certificate whose key is not known
    assert CALLMANAGER in fleet.trust["hq"].not_told


def test_a_text_without_any_certificate_beside_it_tells_nothing_of_servers(exports: Exports, nodes: TwoNodes) -> None:
    exports.cluster()
    exports.write("hq/lists.txt", nodes.shown() + nodes.shown(PUB))
    fleet, _ = read(exports)
    assert fleet.trust["hq"].not_told
    assert fleet.phones[0].lists is None
    ctl = fleet.trust["hq"].ctl
    assert ctl is not None
    assert {
        each.certificate is None for each in ctl.content.records if each.certificate_id.subject.startswith("CN=hq")
    } == {True}


@pytest.mark.parametrize("addresses", ["0.0.0.0", "192.0.2.7"])
def test_a_text_that_says_itself_that_the_signature_is_not_good_is_not_used(
    exports: Exports, nodes: TwoNodes, addresses: str
) -> None:
    nodes.write(exports, lists=False)
    octets = nodes.signed(PUB, records=[replace(each, address=addresses) for each in nodes.records(PUB)])
    exports.write("hq/itl.txt", nodes.shown(PUB, with_wrong_signature(octets)))
    fleet, grave = read(exports)
    assert [each.partition(":")[0] for each in grave] == ["hq/itl.txt, line 2"]
    assert fleet.trust["hq"].not_told


def test_an_answer_that_there_is_no_ctl_file_counts(exports: Exports, nodes: TwoNodes) -> None:
    nodes.write(exports, lists=False)
    exports.write(
        "hq/ctl.txt", "admin:show ctl\nLength of CTL file: 0\nCTL File not found .\nError parsing the CTL File.\n"
    )
    assert "CTL" in read(exports)[0].trust["hq"].not_told
    exports.write("settings.toml", '[clusters.hq]\nmode = "non-secure"\n')
    found = read(exports)[0].trust["hq"]
    assert (found.ctl, found.not_told) == (None, "")


# Phones


def phone(fleet: Fleet, device: str = DEVICE) -> FleetPhone:
    return next(each for each in fleet.phones if each.device_name == device)


@pytest.mark.parametrize(
    ("status", "held"),
    [
        *((text, "both") for text in ("Match", "match", "Unknown", "")),
        *((text, "CTL") for text in ("Not Installed", "not-installed")),
        *((text, "") for text in ("Mismatch", "perhaps")),
    ],
)
def test_itl_file_status_says_what_a_phone_holds(exports: Exports, nodes: TwoNodes, status: str, held: str) -> None:
    nodes.write(exports)
    fleet, _ = read(exports, f"{exports.row()},{status}", head=f"{HEAD},ITL File Status")
    lists = phone(fleet).lists
    if not held:
        assert lists is None
        assert "row 2" in phone(fleet).lists_not_told
        return
    assert lists is not None
    assert lists.ctl is fleet.trust["hq"].ctl
    assert (lists.itl is served(fleet)) is (held == "both")
    assert phone(fleet).lists_not_told == ""


def test_a_phone_without_security_by_default_holds_the_ctl_alone(exports: Exports, nodes: TwoNodes) -> None:
    nodes.write(exports)
    fleet, _ = read(exports, exports.row(model="7960"), exports.row("SEP001122334466"))
    old, new = phone(fleet).lists, phone(fleet, "SEP001122334466").lists
    assert old is not None
    assert old.itl is None
    assert old.ctl is not None
    assert new is not None
    assert new.itl is not None


def test_a_file_of_one_phone_counts_before_its_status(exports: Exports, nodes: TwoNodes) -> None:
    nodes.write(exports)
    former = nodes.signed(PUB, at=MADE - timedelta(days=3), records=nodes.records(PUB)[:-1])
    exports.write(f"hq/phones/ITL{DEVICE}.tlv", former)
    head, row = f"{HEAD},ITL File Status", f"{exports.row()},Mismatch"
    lists = phone(read(exports, row, head=head)[0]).lists
    assert lists is not None
    assert lists.itl is not None
    assert lists.itl.octets == former
    assert lists.ctl is not None
    exports.write(f"hq/phones/CTL{DEVICE}.tlv", b"")
    lists = phone(read(exports, row, head=head)[0]).lists
    assert lists is not None
    assert lists.ctl is None
    exports.write(f"hq/phones/ITL{DEVICE}.tlv", with_wrong_signature(former))
    fleet, grave = read(exports, row, head=head)
    assert phone(fleet).lists is None
    assert f"ITL{DEVICE}.tlv" in phone(fleet).lists_not_told
    assert [each.partition(":")[0] for each in grave] == [f"hq/phones/ITL{DEVICE}.tlv"]
    assert fleet.trust["hq"].not_told == ""


def test_of_two_certificates_of_one_issuer_and_serial_number_a_record_is_of_the_one_with_its_sha1() -> None:
    one, other = (renewed(each).certificate for each in (PUB, f"{PUB}2"))
    twin = renewed(PUB, days=51).certificate
    known = KnownCertificates([one, other, twin])
    assert len(known.of(certificate_id(one))) == 2
    for each in (one, twin):
        sha1 = hashlib.sha1(each.public_bytes(Encoding.DER), usedforsecurity=False).digest()
        assert known.of_record(ShownRecord(certificate_id(each), TrustRole.TFTP, PUB, sha1, False)) == each
    assert known.of_record(ShownRecord(certificate_id(one), TrustRole.TFTP, PUB, b"", False)) is None


# Hostile octets


@cache
def known() -> KnownCertificates:
    held = two_nodes().own
    return KnownCertificates([each.certificate for own in held.values() for each in own.values()] + [two_nodes().capf])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_file_that_was_cut_or_changed_is_a_list_or_a_clause(data: st.DataObject) -> None:
    octets = bytearray(two_nodes().signed(PUB))
    for _ in range(data.draw(st.integers(0, 3))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(octets)))
    for tried in (bytes(octets), bytes(octets[:cut])):
        with suppress(UnusableList):
            found = read_list_file_untrusted(tried, "ITLFile.tlv", "a file", known())
            assert found.listed.octets == tried
            assert tried == two_nodes().signed(PUB) or found.unchecked


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_text_that_was_cut_or_changed_is_a_list_or_a_clause(data: st.DataObject) -> None:
    lines = (two_nodes().shown(PUB) + two_nodes().shown()).split("\n")
    for _ in range(data.draw(st.integers(0, 6))):
        place = data.draw(st.integers(0, len(lines) - 1))
        lines[place] = data.draw(
            st.one_of(
                st.text(max_size=40),
                st.sampled_from(lines),
                st.builds(
                    "{}\t{}\t{}\t{}".format,
                    *(
                        st.integers(0, 300),
                        st.sampled_from(["SERIALNUMBER", "X"]),
                        st.integers(),
                        st.text("0A:", max_size=20),
                    ),
                ),
            )
        )
    for shown in shown_lists_untrusted("\n".join(lines)[data.draw(st.integers(0, 200)) :]):
        with suppress(UnusableList):
            found = list_of_text(shown, "a text", known(), {})
            assert found.listed.content.records


def test_a_huge_text_is_read_in_linear_time() -> None:
    """Two megabytes of what looks like the head of an answer; quadratic work would take minutes."""
    text = "The checksum value of the ITL file:\n" + "6\tSERIALNUMBER\t16\t" * 100_000
    assert [each.problem != "" for each in shown_lists_untrusted(text)] == [True]
    many = "Length of CTL file: 5\n" * 50_000
    assert len(shown_lists_untrusted(many)) <= 1000
