"""A folder of certificates as a trust store, and what is odd about the certificates in it. OpenSSL decides whether that matters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from cryptography import x509

from lab.exports.certificates import Parsed, crls_untrusted, unreadable_crls_untrusted
from lab.exports.files import OF_CERTIFICATES, certificates_in, ending, opened
from lab.exports.folder import File, Folder
from lab.exports.notes import Notes
from pki import Certificate, DistinguishedName, TrustStore, is_newer, read
from wire.plain_text import plain

_MAX_NAMED = 3
_DESCRIPTION = ".description"
"""Ends the name of a file that lies beside each certificate on CUCM's disk."""


class ReadStore(NamedTuple):
    """A store as it was read."""

    trust: TrustStore
    certificates: list[Certificate]
    """All that were there, also those that a store leaves out."""
    capf: Certificate | None
    """The one in a file called CAPF.pem, CAPF's own."""
    files: dict[Certificate, str]
    """Where each was read, as messages show it."""
    unread: tuple[str, ...] = ()
    """Files and folders in it that could not be read, or not as a whole."""
    not_told: str = ""
    """Why it is not known what the store trusts: nothing in it could be read. A sentence without its end."""


def read_store(
    folder: Folder,
    name: str,
    now: datetime,
    notes: Notes,
    told: Sequence[tuple[Parsed, File]] = (),
    untold: Sequence[str] = (),
    *,
    judges: bool = True,
) -> ReadStore:
    """All files in it and below. Raises InvalidInput for a private key.

    Args:
        told: what pasted texts hold of it besides.
        untold: what they name, and nothing has the certificate of.
        judges: whether a service accepts phones by it: then it should hold authorities.
    """
    reader = _Reader(name, now, notes, judges=judges)
    for parsed, file in told:
        reader.files += 1
        reader.enter(parsed.certificate, file)
    for file in folder.everything():
        reader.read(file)
    unread = (*folder.everything_unread(), *reader.unread, *untold)
    if not reader.files and not unread and judges:
        notes.add(folder.shown, "holds no file: nothing is trusted there")
    capf = next((each for each, file in reader.found.items() if is_own(file, "capf")), None)
    not_told = ""
    if unread and not reader.found:
        listed = ", ".join(map(plain, unread[:_MAX_NAMED]))
        listed += f" and {len(unread) - _MAX_NAMED} more" if len(unread) > _MAX_NAMED else ""
        not_told = f"what {plain(folder.shown)} trusts is not known: {listed} cannot be read"
    files = {certificate: file.shown for certificate, file in reader.found.items()}
    return ReadStore(TrustStore(name, reader.found, reader.crls), list(reader.found), capf, files, unread, not_told)


def is_own(file: File, service: str) -> bool:
    """Whether CUCM would call a service's own certificate so: `CAPF.pem`."""
    stem, _, last = file.name.casefold().rpartition(".")
    return stem == service and f".{last}" in OF_CERTIFICATES


class _Reader:
    def __init__(self, name: str, now: datetime, notes: Notes, *, judges: bool) -> None:
        self.files = 0
        self._judges = judges
        self.found: dict[Certificate, File] = {}
        self.crls: list[x509.CertificateRevocationList] = []
        self.unread: list[str] = []
        self._name = name
        self._now = now
        self._notes = notes
        self._by_subject: dict[DistinguishedName, Certificate] = {}

    def read(self, file: File) -> None:
        octets = opened(file, self._notes)
        if octets is None and not file.is_hidden:
            self.unread.append(file.shown)
        if octets is None or file.is_hidden:
            return
        self.files += 1
        if ending(file) == _DESCRIPTION:
            return
        before = self._notes.grave
        found = certificates_in(file, octets, self._notes, expected=True)
        if self._notes.grave > before:
            self.unread.append(file.shown)
        for parsed in found:
            self.enter(parsed.certificate, file)
        crls = crls_untrusted(octets) if not found else []
        unreadable = unreadable_crls_untrusted(octets)
        if unreadable:
            self._notes.add(file.shown, f"holds {unreadable} revocation lists that cannot be read", grave=True)
        for crl in crls:
            self.crls.append(crl)
            if crl.next_update_utc is not None and crl.next_update_utc < self._now:
                self._notes.add(
                    file.shown, f"is a revocation list of which a newer one was due {crl.next_update_utc:%Y-%m-%d}"
                )

    def enter(self, certificate: Certificate, file: File) -> None:
        former = self.found.get(certificate)
        if former is not None:
            if not _is_one_more_name(former, file):
                self._notes.add(file.shown, f"is the same certificate as {former.shown}")
            return
        self.found[certificate] = file
        self._note_dates(certificate, file)
        if self._judges and not is_authority(certificate):
            self._notes.add(file.shown, "is no certificate authority: nothing that it signed is accepted")
        subject = read(certificate).subject
        other = self._by_subject.get(subject)
        if other is None or not is_newer(other, certificate):
            self._by_subject[subject] = certificate
        if other is not None:
            kept = self._by_subject[subject]
            left, stays = (certificate, other) if kept is other else (other, certificate)
            self._notes.add(
                self.found[left].shown,
                f"has the same subject as {self.found[stays].shown}, which is newer: a store keeps one of a name",
                grave=True,
            )

    def _note_dates(self, certificate: Certificate, file: File) -> None:
        first, last = read(certificate).not_before, read(certificate).not_after
        if first is None or last is None:
            what, code = ("start", 13) if first is None else ("end", 14)
            problem = (
                f"has a time as its {what} that OpenSSL cannot read: it refuses all that this signed (code {code})"
            )
            self._notes.add(file.shown, problem, grave=True)
        elif last < self._now:
            self._notes.add(file.shown, f"expired on {last:%Y-%m-%d}")
        elif first > self._now:
            self._notes.add(file.shown, f"is not valid before {first:%Y-%m-%d}")


def _is_one_more_name(former: File, file: File) -> bool:
    """Whether it is left out without a note: OpenSSL's links by hash, or the same in DER."""
    by_hash = ending(file)[1:].isdigit() or ending(former)[1:].isdigit()
    same = former.name.rpartition(".")[0] == file.name.rpartition(".")[0]
    in_text = ending(former) not in OF_CERTIFICATES or ending(file) not in OF_CERTIFICATES
    return by_hash or file.is_link or same or in_text


def is_authority(certificate: Certificate) -> bool:
    """Whether OpenSSL would take it as an issuer."""
    return read(certificate).is_authority
