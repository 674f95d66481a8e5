"""The phones' certificates among loose files: whose each is, LSC or MIC, and what is sent along with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import PurePath
from typing import NamedTuple

from cisco_data import CertificateKind
from lab.exports.authorities import Authorities, issues_mics
from lab.exports.certificates import Parsed
from lab.exports.devices import cn_of, device_named, device_of
from lab.exports.files import OF_CERTIFICATES, ending
from lab.exports.folder import File
from lab.exports.notes import Notes
from lab.exports.stores import is_authority
from lab.fleet.model import Known
from pki import Certificate, name_untrusted, read
from wire.plain_text import plain

_MAX_LINKS = 100
"""OpenSSL refuses more than 100 KiB of certificates."""
_OF_PHONES = frozenset({"phones", "phone", "lsc", "lscs", "mic", "mics"})
"""Names of folders in which each file is expected to hold a phone's certificate."""

_NEVER = datetime.min.replace(tzinfo=UTC)


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
        self._seen: set[Certificate] = set()
        self._of_key: dict[bytes, str] = {}
        """The first device with a public key, by its SHA-256."""
        self._issuers: dict[bytes, tuple[CertificateKind, str]] = {}
        self._nobodys: dict[int, list[Found]] = {}
        """Certificates of no authority that name no device, by serial number."""

    def collect(self, file: File, found: Sequence[Parsed], cluster: str | None) -> None:
        """What a file holds; authorities among it become known."""
        named = [device_of(parsed.subject) for parsed in found]
        of_file = device_named(PurePath(file.name).stem) if len(found) and not any(named) else None
        new = False
        own = [
            place
            for place, (parsed, about) in enumerate(zip(found, named, strict=True))
            if about is not None or (of_file is not None and not is_authority(parsed.certificate))
        ]
        chain = _Chain(found, own, alone=len(own) == 1 and ending(file) in OF_CERTIFICATES)
        for place, (parsed, about) in enumerate(zip(found, named, strict=True)):
            if parsed.certificate in self._seen:
                continue
            new = True
            self._seen.add(parsed.certificate)
            if place not in own:
                self._enter_other(parsed, file)
                continue
            device, product = about or (of_file or "", "")
            known = Known(parsed.certificate, chain.of(place), None, file.shown)
            self._held.setdefault(device, []).append(self._found(known, parsed.issuer))
            self._note_shared_key(parsed.certificate, device)
            if product:
                self.products[device] = product
            if cluster is not None:
                self.clusters[device] = cluster
        for problem in chain.dropped():
            self._notes.add(file.shown, problem)
        if found and not own:
            self._note_authorities_alone(found, file, device_named(PurePath(file.name).stem))
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
            found.sort(key=lambda each: read(each.known.certificate).not_before or _NEVER, reverse=True)
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

    def _note_shared_key(self, certificate: Certificate, device: str) -> None:
        """Two phones with one key: each of them can register as the other, as far as TLS can tell."""
        key = sha256(read(certificate).parts.public_key).digest()
        first = self._of_key.setdefault(key, device)
        if first != device and not read(certificate).problem:
            problem = "have certificates of the same key: each phone can prove itself as the other"
            remedy = "install a new LSC on each; a MIC with a copied key cannot be trusted"
            for each in (first, device):
                self._notes.of_phone("", each, f"key {key.hex()}", problem, remedy)

    def _note_authorities_alone(self, found: Sequence[Parsed], file: File, device: str | None) -> None:
        """A file that should hold a phone's certificate, by its name or its folder, and holds those of authorities only."""
        if device is None and PurePath(file.shown).parent.name.casefold() not in _OF_PHONES:
            return
        if not all(is_authority(parsed.certificate) for parsed in found):
            return
        names = ", ".join(plain(read(parsed.certificate).subject.label) for parsed in found[:3])
        problem = f"should hold a phone's certificate and holds only that of an authority ({names})"
        self._notes.add(file.shown, problem, "export the phone's own certificate", grave=True)

    def _enter_other(self, parsed: Parsed, file: File) -> None:
        certificate = parsed.certificate
        if is_authority(certificate):
            self._authorities.enter([certificate])
            return
        known = Known(certificate, (), None, file.shown)
        self._nobodys.setdefault(read(certificate).serial_number, []).append(self._found(known, parsed.issuer))
        self._notes.add(file.shown, "holds a certificate that names no phone and is no authority's")


class _Chain:
    """What the phones of one file send after their own certificates.

    A file of one phone is taken as `s_client -cert_chain` takes it: everything else in it is sent, in its order, roots too. In a
    file of several phones, and in a log, each phone is taken to send what leads from its certificate towards the root,
    wherever that stands in the file, without the root.
    """

    def __init__(self, found: Sequence[Parsed], own: Sequence[int], *, alone: bool) -> None:
        """`own`: places of phones' certificates; `alone`: whether the file is one phone's."""
        self._found = found
        self._alone = alone
        self._own = frozenset(own)
        self._others = [parsed for place, parsed in enumerate(found) if place not in self._own]
        self._too_many = 0
        self._roots: dict[Certificate, None] = {}

    def of(self, place: int) -> tuple[Certificate, ...]:
        links = self._others if self._alone else self._leading_from(self._found[place])
        self._too_many = max(self._too_many, len(links) - _MAX_LINKS)
        return tuple(link.certificate for link in links[:_MAX_LINKS])

    def dropped(self) -> Iterator[str]:
        """What stands in the file for a phone to send and is not sent, as problems; once all phones were asked about."""
        if self._too_many > 0:
            yield f"holds {self._too_many} certificates more than a phone is taken to send: they were left out of its chain"
        if self._roots and self._own:
            names = ", ".join(plain(read(root).subject.label) for root in list(self._roots)[:3])
            yield f"holds roots besides phones' certificates ({names}): the phones are taken not to send them"

    def _leading_from(self, parsed: Parsed) -> list[Parsed]:
        wanted, reached = {name_untrusted(parsed.issuer)}, dict[int, None]()
        growing = bool(self._others)
        while growing:
            growing = False
            for at, other in enumerate(self._others):
                if at in reached or name_untrusted(other.subject) not in wanted:
                    continue
                if read(other.certificate).is_self_signed:
                    self._roots[other.certificate] = None
                    continue
                reached[at] = None
                wanted.add(name_untrusted(other.issuer))
                growing = True
        return [self._others[at] for at in sorted(reached)]
