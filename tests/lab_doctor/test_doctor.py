"""The doctor finds what a machine lacks, and finds nothing where nothing is lacking."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from OpenSSL import SSL

from lab.doctor import machine as doctor
from lab.doctor.machine import MachineFinding, MachineVerdict


def one(findings: list[MachineFinding]) -> MachineFinding:
    (finding,) = findings
    return finding


def test_every_check_has_a_name_of_its_own_and_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUCM_LAB_CACHE", str(tmp_path / "keys"))
    findings = doctor.examine()
    assert len({finding.name for finding in findings}) == len(findings) == 20
    for finding in findings:
        assert finding.sentence.endswith(".")
        assert (finding.remedy == "") is (finding.verdict is MachineVerdict.OK)


def test_this_machine_can_play_the_main_story(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUCM_LAB_CACHE", str(tmp_path / "keys"))
    assert [finding for finding in doctor.examine() if finding.verdict is MachineVerdict.FAIL] == []


def test_a_port_that_cannot_be_opened_is_a_warning_with_the_port_that_is_taken_instead() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.77.66.54", 20069))
        finding = doctor.tftp_port(20069, "127.77.66.54")
    assert finding.verdict is MachineVerdict.WARN
    assert "port 30069 instead" in finding.sentence
    assert doctor.tftp_port(20069, "127.77.66.54").verdict is MachineVerdict.OK


def test_an_old_python_is_a_failure() -> None:
    assert doctor.python((3, 10)).verdict is MachineVerdict.FAIL
    assert doctor.python((3, 11)).verdict is MachineVerdict.OK


def test_an_old_openssl_is_a_failure() -> None:
    assert doctor.openssl(0x1010117F).verdict is MachineVerdict.FAIL
    assert doctor.openssl(0x30000000).verdict is MachineVerdict.OK


@pytest.mark.parametrize(
    ("version", "ciphers"),
    [
        (SSL.TLS1_VERSION, b"AES256-SHA:@SECLEVEL=0"),
        (SSL.TLS1_VERSION, b"NULL-SHA:@SECLEVEL=0"),
        (SSL.TLS1_2_VERSION, b"AES256-SHA:@SECLEVEL=0"),
        (SSL.TLS1_3_VERSION, b"ALL:@SECLEVEL=0"),
    ],
)
def test_a_handshake_that_works_is_seen(version: int, ciphers: bytes) -> None:
    assert doctor.handshakes(version, ciphers)


@pytest.mark.parametrize(
    ("version", "ciphers"),
    [
        (SSL.TLS1_VERSION, b"AES256-SHA:@SECLEVEL=2"),
        (SSL.TLS1_2_VERSION, b"DES-CBC3-SHA:@SECLEVEL=0"),
        (SSL.TLS1_2_VERSION, b"NO-SUCH-CIPHER"),
    ],
)
def test_a_handshake_that_cannot_work_is_no_exception(version: int, ciphers: bytes) -> None:
    assert not doctor.handshakes(version, ciphers)


def test_a_key_of_512_bits_is_too_small_for_tls_1_3() -> None:
    assert doctor.handshakes(SSL.TLS1_2_VERSION, b"ALL:@SECLEVEL=0", bits=512)
    assert not doctor.handshakes(SSL.TLS1_3_VERSION, b"ALL:@SECLEVEL=0", bits=512)


def test_without_tls_1_0_no_79xx_can_be_played(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "handshakes", lambda *_, **__: False)
    assert doctor.tls_1_0().verdict is MachineVerdict.FAIL
    assert doctor.null_cipher().verdict is MachineVerdict.WARN
    assert doctor.rsa_512().verdict is MachineVerdict.WARN


def test_a_loopback_address_that_is_not_ours_is_a_warning() -> None:
    assert doctor.loopback("127.0.0.1").verdict is MachineVerdict.OK
    assert doctor.loopback("192.0.2.1").verdict is MachineVerdict.WARN


def test_few_open_files_are_a_warning() -> None:
    assert doctor.descriptors(256).verdict is MachineVerdict.WARN
    assert doctor.descriptors(1024).verdict is MachineVerdict.OK


def test_a_key_pool_is_made_and_closed_to_others(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    assert doctor.key_pool(folder).verdict is MachineVerdict.OK
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_key_pool_that_cannot_be_kept_is_a_warning(tmp_path: Path) -> None:
    taken = tmp_path / "a-file"
    taken.touch()
    assert doctor.key_pool(taken).verdict is MachineVerdict.WARN
    assert doctor.key_pool(taken / "below").verdict is MachineVerdict.WARN


def test_a_package_of_somebody_else_is_a_failure() -> None:
    home = Path("/home/me/lab")
    assert one(list(doctor.shadowed(home, lambda package: home / package))).verdict is MachineVerdict.OK
    elsewhere = {"lab": Path("/usr/lib/site-packages/lab"), "pki": None}
    finding = one(list(doctor.shadowed(home, lambda package: elsewhere.get(package, home / package))))
    assert finding.verdict is MachineVerdict.FAIL
    assert "lab is that in /usr/lib/site-packages/lab" in finding.sentence
    assert "pki is missing" in finding.sentence


def test_an_imported_package_is_looked_for_where_python_would_find_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "somebody_elses").mkdir()
    (tmp_path / "somebody_elses" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    assert doctor._origin("somebody_elses") == tmp_path / "somebody_elses"
    assert doctor._origin("nobodys_package") is None


def test_a_missing_peer_is_a_warning_and_a_present_one_is_not(tmp_path: Path) -> None:
    assert doctor.peer("tshark", "a package", str(tmp_path)).verdict is MachineVerdict.WARN
    program = tmp_path / "tshark"
    program.touch()
    os.chmod(program, 0o755)
    assert doctor.peer("tshark", "a package", str(tmp_path)).verdict is MachineVerdict.OK
