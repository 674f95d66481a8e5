"""Which phones are judged alike: a class is made of everything about a phone, but for what is named here with the reason.

Its key has every field of `FleetPhone`, `Known` and `Described`, also one that is added later, and every part of its certificates.
What is left out is in `IGNORED`. The phone's own name in subjects and alternative names is compared as a mark, so that two
certificates that differ in the name only are alike, and two that spell it in another form are not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from cisco_data.models import product_named
from cucm_sim.registration import certificate_names
from lab.fleet.model import Described, Fleet, FleetPhone, Held, Known
from lab.fleet.trust import FleetList, HeldTrust
from lab.whatif.key_forms import (
    key_form,
    masked,
    subject_form,
    subject_key_identifier_form,
)
from pki import Anatomy, Certificate, Contents, Identity, TrustStore, device_common_name, made, read
from pki.rekeyed import RekeyedCertificates

IGNORED = {
    "FleetPhone.device_name": "its own; whether its certificates name it is compared, and how many letters it has",
    "FleetPhone.origin": "where it is told of; no verdict depends on that",
    "Known.origin": "likewise",
    "Described.origin": "likewise",
    "Known.identity": "which key it is, and not whether there is one, which is compared: no verdict depends on its numbers",
    "Described.serial_number": "each certificate has its own; compared where a service reads revocation lists",
    "Described.not_before": "compared as before, within or after its time, at every moment that is asked about",
    "Described.not_after": "likewise",
    "Anatomy.serial_number": "as of Described",
    "Anatomy.validity": "as of Described",
    "Anatomy.before_key": "the parts in it are compared one by one",
    "Anatomy.after_key": "likewise",
    "Anatomy.signed": "likewise",
    "Anatomy.signature": "who really signed is compared, by verifying it",
    "Anatomy.public_key": "its numbers; algorithm, parameters, size, exponent and form are compared",
    "certificate.signature": "who really signed is compared, by verifying it",
    "subject.serialNumber": "of the chassis: compared where an authority constrains names",
}
"""What the key leaves out, as `class.field`, and why no verdict depends on it."""

_SUBJECT_KEY_ID, _SUBJECT_ALT_NAME, _NAME_CONSTRAINTS = b"\x55\x1d\x0e", b"\x55\x1d\x11", b"\x55\x1d\x1e"
"""OIDs of extensions (RFC 5280 4.2.1)."""

Key = tuple[object, ...]


def compared(kind: type[Any]) -> tuple[str, ...]:
    """Names of the fields of a data class that are part of the key."""
    return tuple(each.name for each in fields(kind) if f"{kind.__name__}.{each.name}" not in IGNORED)


_OF_PHONE = tuple(name for name in compared(FleetPhone) if name not in ("lsc", "mic"))
"""Its certificates are looked into."""
_OF_DESCRIBED = compared(Described)
_OF_KNOWN = tuple(name for name in compared(Known) if name != "certificate")
_OF_PARTS = tuple(name for name in compared(Anatomy) if name not in ("subject", "extensions"))


@dataclass(frozen=True, slots=True)
class Gathered:
    fleet: Fleet
    """With one phone a class: the one whose name comes first."""
    members: dict[str, tuple[str, ...]]
    """Device names of each class, in order, by that one's."""


class Sorter:
    """Puts one phone after the other into its class."""

    def __init__(
        self,
        fleet: Fleet,
        moments: Sequence[datetime],
        rekeyed: RekeyedCertificates,
        *,
        apart: Iterable[frozenset[str]] = (),
    ) -> None:
        """
        Args:
            moments: every moment at which certificates will be judged.
            re-keyed certificates: who knows who really signed what.
            apart: sets of device names that steps treat in their own way.
        """
        self._fleet = fleet
        self._moments = tuple(at.replace(microsecond=0) for at in moments)
        self._rekeyed = rekeyed
        self._apart = tuple(apart)
        settings = [each for server in fleet.servers.values() for each in (server.configured, server.in_use)]
        self._by_serial = any(each is not None and each.check_crl for each in settings)
        self._known = {certificate.public_bytes(Encoding.DER) for certificate in fleet.certificates}
        self._by_name = any(map(_constrains_names, self._known))
        self._marks: dict[int, tuple[object, object]] = {}
        self._classes: dict[Key, list[FleetPhone]] = {}

    def add(self, phone: FleetPhone) -> None:
        self.put(self.key(phone), self.apart(phone), [phone])

    def put(self, key: Key, apart: Key, phones: Iterable[FleetPhone]) -> None:
        """Phones whose class is known."""
        self._classes.setdefault((*key, apart), []).extend(phones)

    def apart(self, phone: FleetPhone) -> Key:
        """Which steps name it; beside its key, what makes its class."""
        return tuple([phone.device_name in names for names in self._apart])

    def gathered(self) -> Gathered:
        """All that were added."""
        members: dict[str, tuple[str, ...]] = {}
        first: list[FleetPhone] = []
        for phones in self._classes.values():
            names = sorted(phone.device_name for phone in phones)
            members[names[0]] = tuple(names)
            first.append(min(phones, key=lambda phone: phone.device_name))
        first.sort(key=lambda phone: phone.device_name)
        return Gathered(replace(self._fleet, phones=tuple(first)), members)

    def key(self, phone: FleetPhone) -> Key:
        """What its class is made of, but for the steps that name it; the same in every process that knows the same fleet."""
        return (
            len(phone.device_name),
            *[self._content(getattr(phone, name)) for name in _OF_PHONE],
            self._of_held(phone, phone.lsc),
            self._of_held(phone, phone.mic),
        )

    def _of_held(self, phone: FleetPhone, held: Held | None) -> Key:
        if held is None:
            return ()
        return self._of_described(held) if isinstance(held, Described) else self._of_known(phone, held)

    def _of_described(self, held: Described) -> Key:
        serial = held.serial_number if self._by_serial else 0
        content = [self._content(getattr(held, name)) for name in _OF_DESCRIBED]
        return "described", serial, self._dates(held.not_before, held.not_after), *content

    def _of_known(self, phone: FleetPhone, held: Known) -> Key:
        certificate = held.certificate
        der = certificate.public_bytes(Encoding.DER)
        if der in self._known:
            return (der,)  # in a trust store itself: no other certificate is like that
        contents = read(certificate)
        if contents.problem:
            return (der,)
        parts = contents.parts
        return (
            *[getattr(parts, name) for name in _OF_PARTS],
            subject_form(parts.subject, phone.device_name, keep_serial_number=self._names_count(held.chain)),
            parts.issuer == parts.subject,
            tuple(self._extension(phone, *extension) for extension in parts.extensions),
            key_form(parts.public_key),
            parts.serial_number if self._by_serial else b"",
            self._dates_of(contents),
            self._content(self._rekeyed.signer(certificate, held.chain, parts)),
            self._names(phone, certificate),
            held.identity is not None,
            *[self._content(getattr(held, name)) for name in _OF_KNOWN],
        )

    def _names_count(self, chain: Sequence[Certificate]) -> bool:
        """Whether an authority may constrain names, so that each part of a subject counts."""
        return self._by_name or any(_constrains_names(link.public_bytes(Encoding.DER)) for link in chain)

    def _extension(self, phone: FleetPhone, oid: bytes, whole: bytes) -> object:
        if oid == _SUBJECT_KEY_ID:
            return subject_key_identifier_form(whole)
        return masked(whole, phone.device_name) if oid == _SUBJECT_ALT_NAME else whole

    def _content(self, value: Any) -> object:
        """By value; of what is large and comes with many phones, looked at once."""
        if isinstance(value, tuple):
            return tuple([self._content(each) for each in value])
        if isinstance(value, HeldTrust):
            return "lists", self._content(value.ctl), self._content(value.itl)
        if not isinstance(value, _LARGE):
            return value
        found = self._marks.get(id(value))
        if found is None:
            found = self._marks[id(value)] = value, _octets(value)
        return found[1]

    def _names(self, phone: FleetPhone, certificate: Certificate) -> tuple[bool, bool]:
        """Whether it names the device, and whether its CN is the very name that the phone goes by."""
        claimed = device_common_name(product_named(phone.model), phone.device_name)
        if read(certificate).subject.cn == claimed:
            return True, True
        return certificate_names(certificate, phone.device_name), False

    def _dates_of(self, contents: Contents) -> tuple[int, ...] | bytes:
        if contents.not_before is None or contents.not_after is None:
            return contents.parts.validity  # as OpenSSL cannot read it either, phones with the same octets are alike
        return self._dates(contents.not_before, contents.not_after)

    def _dates(self, first: datetime, last: datetime) -> tuple[int, ...]:
        """Before, within or after its time, at each moment; OpenSSL counts whole seconds, the last one in."""
        return tuple([-1 if at < first else int(at > last) for at in self._moments])


_LARGE = (Certificate, TrustStore, Identity, FleetList)


def _octets(value: Any) -> object:
    if isinstance(value, Identity):
        return _octets(value.certificate), tuple(map(_octets, value.chain))
    if isinstance(value, FleetList):
        return sha256(value.octets).digest(), value.signed_with
    if isinstance(value, TrustStore):
        return frozenset(map(_octets, value)), frozenset(crl.public_bytes(Encoding.DER) for crl in value.crls)
    return value.public_bytes(Encoding.DER)


def _constrains_names(der: bytes) -> bool:
    """Whether it is an authority that constrains names, or one of which that cannot be told."""
    contents = read(made(der))
    return bool(contents.problem) or any(oid == _NAME_CONSTRAINTS for oid, _ in contents.parts.extensions)
