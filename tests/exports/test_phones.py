"""Phones out of their certificates alone: traces, files, chains, and the lab's own troubleshooting."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from cisco_data import DeviceSecurityMode
from lab.base.failures import InvalidInput
from lab.exports.authorities import issues_mics
from lab.fleet.model import Known
from lab.play.runner import play
from lab.render.capf_trace import CapfTraceFile
from lab.scenario import gallery
from lab.testing import AUTHORITY_SUBJECT
from pki import CISCO_AUTHORITIES, Identity, capf_authority, lsc, name
from tests.exports.conftest import Exports, held, other_lsc, pem
from tests.whatif.conftest import DEVICE, NOW, RSA_2048, SINCE, make_network

SECOND = "SEP000000000002"


def certificate(held_by: object) -> object:
    assert isinstance(held_by, Known)
    return held_by.certificate


def test_phones_are_known_by_their_certificates_in_any_folder(exports: Exports) -> None:
    lsc_, mic = held()
    exports.cluster().write("anything/at/all.txt", b"12:00 received\n" + pem(mic) + b"12:01 received\n" + pem(lsc_))
    phone = exports.phone()
    assert (phone.model, phone.cluster, phone.mode) == ("8861", "hq", DeviceSecurityMode.ENCRYPTED)
    assert (certificate(phone.lsc), certificate(phone.mic)) == (lsc_, mic)
    assert isinstance(phone.lsc, Known)
    assert (phone.lsc.chain, phone.lsc.identity, phone.lsc.origin) == ((), None, "anything/at/all.txt")
    assert (
        f"{DEVICE}: has certificates and no row in an inventory: its profile is taken to be Encrypted"
        in exports.findings()
    )


def test_a_trace_of_the_lab_is_read_as_it_is_written(exports: Exports, tmp_path: Path) -> None:
    trace = tmp_path / "capf.log"
    with CapfTraceFile(trace) as file:
        play(gallery.find("troubleshoot-gets-certificates"), subscribers=(file.note,))
    exports.cluster().write("traces/capf0001.log", trace.read_bytes())
    phones = exports.fleet().phones
    assert phones
    assert all(isinstance(phone.mic, Known) for phone in phones)
    assert trace.read_text().count("BEGIN CERTIFICATE") >= len(phones)


def test_a_mic_is_told_from_an_lsc_by_its_issuer() -> None:
    manufacturing = make_network().manufacturing
    for maker in CISCO_AUTHORITIES:
        assert issues_mics(manufacturing[maker].subject.public_bytes()), maker
    assert issues_mics(name(("O", "Cisco Systems"), ("CN", "Cisco Manufacturing CA IV")).public_bytes())
    assert not issues_mics(make_network().capf.subject.public_bytes())
    # a company that is called so, and a CAPF that calls itself so
    assert not issues_mics(name(("O", "Cisco"), ("OU", "TAC"), ("CN", "CAPF-e41e7d87")).public_bytes())
    assert not issues_mics(name(("O", "Example"), ("CN", "Cisco Manufacturing CA")).public_bytes())


def test_the_newest_certificate_counts(exports: Exports) -> None:
    network = make_network()
    key = other_lsc().key.public_key()
    older = lsc(network.capf, device_name=DEVICE, model="8861", public_key=key, not_before=SINCE - timedelta(days=9))
    exports.cluster().write("a.pem", pem(held()[0])).with_name("b.pem").write_bytes(pem(older))
    assert certificate(exports.phone().lsc) == held()[0]


def test_links_in_the_same_file_go_along_and_the_root_does_not(exports: Exports) -> None:
    network = make_network()
    root = network.manufacturing["Cisco Root CA M2"]
    signed = capf_authority(
        keys=network.keys, subject=AUTHORITY_SUBJECT, not_before=SINCE, name="CAPF-51a4ed01", issuer=root
    )
    key = network.keys.take(RSA_2048)
    leaf = lsc(signed, device_name=SECOND, model="8861", public_key=key.public_key(), not_before=SINCE)
    exports.cluster().write(f"phones/{SECOND}.pem", pem(leaf, signed.certificate, root.certificate, held()[0]))
    fleet = exports.fleet()
    phone = next(phone for phone in fleet.phones if phone.device_name == SECOND)
    assert isinstance(phone.lsc, Known)
    assert phone.lsc.chain == (signed.certificate,)
    assert {signed.certificate, root.certificate} <= set(fleet.certificates)
    (other,) = [phone for phone in fleet.phones if phone.device_name == DEVICE]
    assert isinstance(other.lsc, Known)
    assert other.lsc.chain == ()


def test_a_file_with_the_name_of_a_phone_says_whose_a_nameless_certificate_is(exports: Exports) -> None:
    nameless = nobodys().certificate
    exports.cluster().write("phones/sep000000000002.cer", nameless.public_bytes(Encoding.DER))
    (phone,) = exports.fleet().phones
    assert (phone.device_name, certificate(phone.lsc)) == (SECOND, nameless)


def test_a_nameless_certificate_is_whose_row_has_its_serial_number(exports: Exports) -> None:
    nameless = nobodys().certificate
    exports.cluster().write("phones/x.pem", pem(nameless))
    exports.inventory(exports.row(SECOND, serial=f"{nameless.serial_number:x}"))
    assert certificate(exports.phone(SECOND).lsc) == nameless
    assert "phones/x.pem: holds a certificate that names no phone and is no authority's" in exports.findings()


def nobodys() -> Identity:
    network = make_network()
    key = other_lsc().key
    issued = lsc(network.capf, device_name="nobody", model="8861", public_key=key.public_key(), not_before=SINCE)
    return Identity(key, issued)


def test_phones_that_may_be_in_any_cluster_are_left_out(exports: Exports) -> None:
    exports.cluster("hq").cluster("branch").write("phones/x.pem", pem(*held()))
    exports.inventory(exports.row(SECOND))
    fleet, findings = exports.read()
    assert [phone.device_name for phone in fleet.phones] == [SECOND]
    assert [each.where for each in findings if each.grave] == [DEVICE]
    (exports.path / "phones/x.pem").rename(exports.path / "branch/x.pem")
    assert exports.phone().cluster == "branch"


def test_a_file_that_holds_nothing_new_is_named(exports: Exports) -> None:
    exports.cluster().write("phones/a.pem", pem(*held()))
    exports.write("phones/b.pem", pem(held()[0]))
    exports.write("traces/capf.log", pem(held()[0]))  # a trace may well
    assert [finding for finding in exports.findings() if "other files hold too" in finding] == [
        "phones/b.pem: holds only certificates that other files hold too"
    ]


def _lsc_by_key_of(other: str, device: str) -> x509.Certificate:
    network = make_network()
    key = held(other)[0].public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    return lsc(network.capf, device_name=device, model="8861", public_key=key, not_before=NOW - timedelta(days=1))


def test_phones_whose_certificates_have_one_key_are_named_together(exports: Exports) -> None:
    others = [f"SEP0011223300{number:02}" for number in range(4)]
    exports.cluster().write(f"phones/{DEVICE}.pem", pem(*held(DEVICE)))
    for device in others:
        exports.write(f"phones/{device}.pem", pem(_lsc_by_key_of(DEVICE, device)))
    _, findings = exports.read()
    (shared,) = [each for each in findings if "of the same key" in each.problem]
    assert shared.about == {DEVICE, *others}
    assert shared.where.endswith(" and 2 more")
    assert not shared.grave


def test_phones_with_keys_of_their_own_and_one_phone_with_one_key_are_no_finding(exports: Exports) -> None:
    other = "SEP001122330001"
    exports.cluster().write(f"phones/{DEVICE}.pem", pem(*held(DEVICE)))
    exports.write("phones/renewed.pem", pem(_lsc_by_key_of(DEVICE, DEVICE)))
    exports.write(f"phones/{other}.pem", pem(*held(other)))
    assert [finding for finding in exports.findings() if "of the same key" in finding] == []


def test_certificates_that_have_expired_are_told_by_device(exports: Exports) -> None:
    exports.cluster().write("phones/a.pem", pem(*held()))
    _, findings = exports.read(NOW + timedelta(days=3000))
    assert any(each.where == DEVICE and each.problem.startswith("the LSC expired on 2031-") for each in findings)


def test_an_authority_outside_of_all_stores_is_known_for_later(exports: Exports) -> None:
    other = make_network().other_capf
    exports.cluster().inventory(exports.row(issuer=f'"{other.subject.rfc4514_string()}"'))
    assert any("CAPF-" in finding and "is in no store" in finding for finding in exports.findings())
    exports.write("to be added/CAPF.pem", pem(other.certificate))
    lsc_ = exports.phone().lsc
    assert getattr(lsc_, "issuer", None) == other.certificate
    assert not any("CAPF-" in finding and "is in no store" in finding for finding in exports.findings())
    assert exports.fleet().capf == {"hq": exports.capf}  # a CAPF.pem elsewhere than with the cluster is anybody's


def test_without_a_cluster_phones_are_asked_about_at_the_servers_beside_it(exports: Exports) -> None:
    exports.store("RADIUS").inventory(exports.row())
    phone = exports.phone()
    assert (phone.cluster, phone.uses) == ("hq", ("RADIUS",))


def test_no_phone_at_all_is_refused_with_what_was_left_out(exports: Exports) -> None:
    exports.cluster()
    with pytest.raises(
        InvalidInput, match=r"has no phone that can be asked about: it takes an inventory or certificates"
    ):
        exports.read()
    exports.inventory(exports.row("CTIPORT1"))
    with pytest.raises(InvalidInput, match=r'no phone .*\(inventory.csv, row 2: "CTIPORT1" is no phone'):
        exports.read()
