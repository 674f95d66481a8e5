"""A folder of certificates as a trust store, and what is odd about the certificates in it. OpenSSL decides whether that matters."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from lab.exports.certificates import crls_untrusted
from lab.exports.files import OF_CERTIFICATES, certificates_in, ending, opened
from lab.exports.folder import File, Folder
from lab.exports.notes import Notes
from pki import TrustStore

_DESCRIPTION = ".description"
"""Ends the name of a file that lies beside each certificate on CUCM's disk."""


class ReadStore(NamedTuple):
    """A store as it was read."""

    trust: TrustStore
    certificates: list[x509.Certificate]
    """All that were there, also those that a store leaves out."""
    capf: x509.Certificate | None
    """The one in a file called CAPF.pem, CAPF's own."""
    files: dict[x509.Certificate, str]
    """Where each was read, as messages show it."""


def read_store(folder: Folder, name: str, now: datetime, notes: Notes) -> ReadStore:
    """All files in it and below. Raises InvalidInput for a private key."""
    reader = _Reader(name, now, notes)
    for file in folder.everything():
        reader.read(file)
    if not reader.files:
        notes.add(folder.shown, "holds no file: nothing is trusted there")
    capf = next((each for each, file in reader.found.items() if is_own(file, "capf")), None)
    files = {certificate: file.shown for certificate, file in reader.found.items()}
    return ReadStore(TrustStore(name, reader.found, reader.crls), list(reader.found), capf, files)


def is_own(file: File, service: str) -> bool:
    """Whether CUCM would call a service's own certificate so: `CAPF.pem`."""
    stem, _, last = file.name.casefold().rpartition(".")
    return stem == service and f".{last}" in OF_CERTIFICATES


class _Reader:
    def __init__(self, name: str, now: datetime, notes: Notes) -> None:
        self.files = 0
        self.found: dict[x509.Certificate, File] = {}
        self.crls: list[x509.CertificateRevocationList] = []
        self._name = name
        self._now = now
        self._notes = notes
        self._by_subject: dict[bytes, x509.Certificate] = {}

    def read(self, file: File) -> None:
        octets = opened(file, self._notes)
        if octets is None or file.is_hidden:
            return
        self.files += 1
        if ending(file) == _DESCRIPTION:
            return
        found = certificates_in(file, octets, self._notes, expected=True)
        for parsed in found:
            self._enter(parsed.certificate, parsed.subject, file)
        crls = crls_untrusted(octets) if not found else []
        for crl in crls:
            self.crls.append(crl)
            if crl.next_update_utc is not None and crl.next_update_utc < self._now:
                self._notes.add(
                    file.shown, f"is a revocation list of which a newer one was due {crl.next_update_utc:%Y-%m-%d}"
                )

    def _enter(self, certificate: x509.Certificate, subject: bytes, file: File) -> None:
        former = self.found.get(certificate)
        if former is not None:
            if not _is_one_more_name(former, file):
                self._notes.add(file.shown, f"is the same certificate as {former.shown}")
            return
        self.found[certificate] = file
        self._note_dates(certificate, file)
        if not is_authority(certificate):
            self._notes.add(file.shown, "is no certificate authority: nothing that it signed is accepted")
        other = self._by_subject.get(subject)
        if other is None or other.not_valid_before_utc <= certificate.not_valid_before_utc:
            self._by_subject[subject] = certificate
        if other is not None:
            kept = self._by_subject[subject]
            left, stays = (certificate, other) if kept is other else (other, certificate)
            self._notes.add(
                self.found[left].shown,
                f"has the same subject as {self.found[stays].shown}, which is newer: a store keeps one of a name",
                grave=True,
            )

    def _note_dates(self, certificate: x509.Certificate, file: File) -> None:
        first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        if last < self._now:
            self._notes.add(file.shown, f"expired on {last:%Y-%m-%d}")
        elif first > self._now:
            self._notes.add(file.shown, f"is not valid before {first:%Y-%m-%d}")


def _is_one_more_name(former: File, file: File) -> bool:
    """Whether nobody needs to be told: OpenSSL's links by hash, or the same in DER."""
    by_hash = ending(file)[1:].isdigit() or ending(former)[1:].isdigit()
    same = former.name.rpartition(".")[0] == file.name.rpartition(".")[0]
    return by_hash or file.is_link or same


def is_authority(certificate: x509.Certificate) -> bool:
    """Whether OpenSSL would take it as an issuer (X509_check_ca): CA:TRUE, or none of it and nothing that denies it."""
    try:
        extensions = certificate.extensions
    except (ValueError, UnsupportedAlgorithm, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return False
    usage = constraints = None
    for extension in extensions:
        if isinstance(extension.value, x509.KeyUsage):
            usage = extension.value
        elif isinstance(extension.value, x509.BasicConstraints):
            constraints = extension.value
    if usage is not None and not usage.key_cert_sign:
        return False
    if constraints is not None:
        return constraints.ca
    return usage is not None or (certificate.version is x509.Version.v1 and certificate.subject == certificate.issuer)
