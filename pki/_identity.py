"""A key with its certificate, and the files in which it travels."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from pki._keys import PrivateKey, spec_of
from pki.untrusted import Certificate, load_pem_untrusted, read

_PEM = serialization.Encoding.PEM


@dataclass(frozen=True, slots=True)
class Identity:
    """What one end of a TLS connection proves itself with.

    Attributes:
        key: the private key.
        certificate: the leaf.
        chain: the intermediates it sends after the leaf, which is not repeated here.
    """

    key: PrivateKey
    certificate: Certificate
    chain: tuple[Certificate, ...] = ()

    def certificate_pem(self) -> bytes:
        """The leaf alone."""
        return self.certificate.public_bytes(_PEM)

    def chain_pem(self) -> bytes:
        """The intermediates, one after the other, without the leaf; empty where there are none."""
        return b"".join(link.public_bytes(_PEM) for link in self.chain)

    def key_pem(self) -> bytes:
        """The private key, PKCS#8, in the clear."""
        return self.key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())

    def pkcs12(self, password: bytes, friendly_name: str) -> bytes:
        """Key, leaf and chain in one PKCS#12 file.

        Raises:
            ValueError: an empty password, or a certificate that cryptography does not take.
        """
        if not password:
            raise ValueError("A PKCS#12 file needs a password: many programs cannot open one without.")
        from cryptography.hazmat.primitives.serialization import pkcs12  # only exports pay for it

        return pkcs12.serialize_key_and_certificates(
            friendly_name.encode(),
            self.key,
            by_cryptography(self.certificate),
            [by_cryptography(link) for link in self.chain] or None,
            serialization.BestAvailableEncryption(password),
        )

    def write(self, folder: Path, name: str) -> list[Path]:
        """Write `name.key` (mode 0600), `name.pem` and, where there is a chain, `name-chain.pem`.

        Each file appears whole or not at all; the certificate comes last, so that where it is, its key is too.

        Returns:
            the files written.

        Raises:
            ValueError: a name that would leave the folder.
            OSError: the folder cannot be written.
        """
        files = [(folder / f"{_plain(name)}.key", self.key_pem(), 0o600)]
        if self.chain:
            files.append((folder / f"{name}-chain.pem", self.chain_pem(), 0o644))
        files.append((folder / f"{name}.pem", self.certificate_pem(), 0o644))
        folder.mkdir(parents=True, exist_ok=True)
        for path, data, mode in files:
            _write_whole(path, data, mode)
        if not self.chain:  # one of an earlier identity would be sent with this one
            (folder / f"{name}-chain.pem").unlink(missing_ok=True)
        return [path for path, _, _ in files]

    @classmethod
    def read(cls, folder: Path, name: str) -> Identity:
        """What `write` left there; the key is not tested for primality, so read only what this lab wrote.

        Raises:
            OSError: a file is missing.
            ValueError: a file is damaged, or key and certificate do not belong together.
        """
        key = serialization.load_pem_private_key(
            (folder / f"{_plain(name)}.key").read_bytes(), None, unsafe_skip_rsa_key_validation=True
        )
        if not isinstance(key, PrivateKey):
            raise ValueError(f"{folder / name}.key holds neither an RSA nor an EC key.")
        spec_of(key)
        certificate = load_pem_untrusted((folder / f"{name}.pem").read_bytes())[0]
        if read(certificate).public_key != key.public_key():
            raise ValueError(f"{folder / name}.key is not the key of {name}.pem.")
        chain = folder / f"{name}-chain.pem"
        return cls(key, certificate, load_pem_untrusted(chain.read_bytes()) if chain.exists() else ())


def by_cryptography(certificate: Certificate) -> x509.Certificate:
    if not isinstance(certificate, x509.Certificate):
        raise ValueError("cryptography cannot write this certificate into a PKCS#12 file.")
    return certificate


def _plain(name: str) -> str:
    if not name or name in (".", "..") or "/" in name or "\0" in name:
        raise ValueError(f"{name!r} is not a file name.")
    return name


def _write_whole(path: Path, data: bytes, mode: int) -> None:
    handle, temporary = tempfile.mkstemp(prefix=".new-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(handle, mode)
            file.write(data)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
