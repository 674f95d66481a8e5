"""The phones' certificates among loose files: whose each is, LSC or MIC, and what is sent along with it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import NamedTuple

from cryptography import x509

from lab.exports.authorities import Authorities, issues_mics
from lab.exports.certificates import Parsed
from lab.exports.devices import cn_of, device_named, device_of
from lab.exports.files import OF_CERTIFICATES, ending
from lab.exports.folder import File
from lab.exports.notes import Notes
from lab.exports.stores import is_authority
from lab.fleet.model import Known
from phone_sim.preference import CertificateKind

_MOST_LINKS = 8


class Found(NamedTuple):
    """One of them."""

    known: Known
    kind: CertificateKind
    issuer: str
    """CN."""


class PhoneCertificates:
    """Collects them, file by file."""

    def __init__(self, authorities: Authorities, notes: Notes) -> None:
        self.products: dict[str, str] = {}
        """Models that certificates name, by device."""
        self.clusters: dict[str, str] = {}
        """In whose folder a device's certificates lie, where they lie in one."""
        self._authorities = authorities
        self._notes = notes
        self._held: dict[str, list[Found]] = {}
        self._seen: set[x509.Certificate] = set()
        self._issuers: dict[bytes, tuple[CertificateKind, str]] = {}
        self._nobodys: dict[int, list[Found]] = {}
        """Certificates of no authority that name no device, by serial number."""

    def collect(self, file: File, found: Sequence[Parsed], cluster: str | None) -> None:
        """What a file holds; authorities among it become known."""
        named = [device_of(parsed.subject) for parsed in found]
        of_file = device_named(PurePath(file.name).stem) if len(found) and not any(named) else None
        new = False
        for place, (parsed, about) in enumerate(zip(found, named, strict=True)):
            if parsed.certificate in self._seen:
                continue
            new = True
            self._seen.add(parsed.certificate)
            if about is None and (of_file is None or is_authority(parsed.certificate)):
                self._enter_other(parsed, file)
                continue
            device, product = about or (of_file or "", "")
            known = Known(parsed.certificate, _links(found, named, place), None, file.shown)
            self._held.setdefault(device, []).append(self._found(known, parsed.issuer))
            if product:
                self.products[device] = product
            if cluster is not None:
                self.clusters[device] = cluster
        if found and not new and ending(file) in OF_CERTIFICATES and not file.is_link:
            self._notes.add(file.shown, "holds only certificates that other files hold too")

    @property
    def devices(self) -> list[str]:
        return sorted(self._held)

    def of(self, device: str, kind: CertificateKind) -> list[Found]:
        """A device's certificates of one kind, the newest first."""
        held = self._held.get(device)
        found = [each for each in held if each.kind is kind] if held is not None else []
        if len(found) > 1:
            found.sort(key=lambda each: each.known.certificate.not_valid_before_utc, reverse=True)
        return found

    def newest(self, device: str, kind: CertificateKind) -> Known | None:
        found = self.of(device, kind)
        return found[0].known if found else None

    @property
    def has_nameless(self) -> bool:
        """Whether there are certificates that name no device."""
        return bool(self._nobodys)

    def without_name(self, serial_number: int) -> list[Found]:
        """Certificates with that serial number which name no device."""
        return self._nobodys.get(serial_number, [])

    def _found(self, known: Known, issuer: bytes) -> Found:
        if issuer not in self._issuers:
            kind = CertificateKind.MIC if issues_mics(issuer) else CertificateKind.LSC
            self._issuers[issuer] = kind, cn_of(issuer)
        return Found(known, *self._issuers[issuer])

    def _enter_other(self, parsed: Parsed, file: File) -> None:
        certificate = parsed.certificate
        if is_authority(certificate):
            self._authorities.enter([certificate])
            return
        known = Known(certificate, (), None, file.shown)
        self._nobodys.setdefault(certificate.serial_number, []).append(self._found(known, parsed.issuer))
        self._notes.add(file.shown, "holds a certificate that names no phone and is no authority's")


def _links(
    found: Sequence[Parsed], named: Sequence[tuple[str, str] | None], place: int
) -> tuple[x509.Certificate, ...]:
    """What follows a phone's certificate in its file and leads to its root: intermediates, as nobody sends a root."""
    links: list[x509.Certificate] = []
    wanted = found[place].issuer
    for at in range(place + 1, min(len(found), place + 1 + _MOST_LINKS)):
        parsed = found[at]
        if named[at] is not None or parsed.subject != wanted or parsed.subject == parsed.issuer:
            break
        links.append(parsed.certificate)
        wanted = parsed.issuer
    return tuple(links)
