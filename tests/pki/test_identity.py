"""Files of an identity: whole, private where they must be, and readable again."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12

from pki import Authority, Identity, KeyRing, KeySpec


@pytest.fixture
def identity(capf: Authority) -> Identity:
    return capf.identity


def test_what_is_written_is_read_back(identity: Identity, tmp_path: Path) -> None:
    for chain in ((), (identity.certificate, identity.certificate)):
        sent = replace(identity, chain=chain)
        written = sent.write(tmp_path / "new", "CAPF")
        assert sorted(written) == sorted((tmp_path / "new").iterdir())
        back = Identity.read(tmp_path / "new", "CAPF")
        assert (back.certificate, back.chain) == (sent.certificate, sent.chain)
        assert back.key_pem() == sent.key_pem()


def test_chain_of_an_earlier_identity_does_not_stay(identity: Identity, tmp_path: Path) -> None:
    replace(identity, chain=(identity.certificate,)).write(tmp_path, "x")
    identity.write(tmp_path, "x")
    assert Identity.read(tmp_path, "x").chain == ()


def test_key_is_closed_to_others_and_nothing_else_is_left(identity: Identity, tmp_path: Path) -> None:
    identity.write(tmp_path, "x")
    assert {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {
        "x.key": 0o600,
        "x.pem": 0o644,
    }


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "../x", "a\0b"])
def test_name_cannot_leave_the_folder(name: str, identity: Identity, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not a file name"):
        identity.write(tmp_path, name)
    with pytest.raises(ValueError, match="not a file name"):
        Identity.read(tmp_path, name)
    assert list(tmp_path.iterdir()) == []


def test_key_of_another_certificate_is_noticed(identity: Identity, ring: KeyRing, tmp_path: Path) -> None:
    Identity(ring.take(KeySpec("EC", 256)), identity.certificate).write(tmp_path, "x")
    with pytest.raises(ValueError, match=r"not the key of x\.pem"):
        Identity.read(tmp_path, "x")


def test_damaged_file_is_a_value_error(identity: Identity, tmp_path: Path) -> None:
    identity.write(tmp_path, "x")
    (tmp_path / "x.key").write_bytes(b"garbage")
    with pytest.raises(ValueError):
        Identity.read(tmp_path, "x")


def test_failed_write_leaves_the_old_file(identity: Identity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    identity.write(tmp_path, "x")
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}

    def broken(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("os.replace", broken)
    with pytest.raises(OSError, match="Input/output"):
        identity.write(tmp_path, "x")
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_pkcs12_holds_key_leaf_chain_and_name(identity: Identity) -> None:
    data = replace(identity, chain=(identity.certificate,)).pkcs12(b"cisco", "CAPF")
    opened = pkcs12.load_pkcs12(data, b"cisco")
    assert opened.cert is not None
    assert (opened.cert.certificate, opened.cert.friendly_name) == (identity.certificate, b"CAPF")
    assert [link.certificate for link in opened.additional_certs] == [identity.certificate]


def test_pkcs12_without_password_is_refused(identity: Identity) -> None:
    with pytest.raises(ValueError, match="password"):
        identity.pkcs12(b"", "x")


def test_chain_is_the_intermediates_alone(identity: Identity) -> None:
    assert identity.chain_pem() == b""
    assert x509.load_pem_x509_certificates(identity.certificate_pem()) == [identity.certificate]
