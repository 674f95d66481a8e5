"""Which phones are judged alike: a class is made of everything that OpenSSL, a service or a later step looks at.

Left out is what no verdict depends on: the phone's name (unless a certificate does not bear it), its key but for kind and size,
the serial number (unless a service looks into revocation lists), and how long a certificate is valid beyond this: before, within
or after its time at every moment that is asked about.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cryptography.hazmat.primitives.serialization import Encoding

from cucm_sim.registration import certificate_names
from lab.fleet.model import Described, Fleet, Held, Known, Phone
from phone_sim.models import product_named
from pki import Certificate, Contents, TrustStore, Twins, device_common_name, read

_OF_ITSELF = frozenset({b"\x55\x1d\x0e", b"\x55\x1d\x11"})
"""OIDs of the extensions that tell of one phone only, subjectKeyIdentifier and subjectAltName; the names are compared apart."""
_RSA = bytes.fromhex("2a864886f70d010101")
_ALGORITHM = 26
"""Octets of a SubjectPublicKeyInfo that hold its algorithm, and the curve of an EC key."""

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Gathered:
    fleet: Fleet
    """With one phone a class: the one whose name comes first."""
    members: dict[str, tuple[str, ...]]
    """Device names of each class, in order, by that one's."""


def gather(
    fleet: Fleet, moments: Sequence[datetime], twins: Twins, *, apart: Iterable[frozenset[str]] = ()
) -> Gathered:
    """All its phones in classes; the arguments are those of `Sorter`."""
    sorter = Sorter(fleet, moments, twins, apart=apart)
    for phone in fleet.phones:
        sorter.add(phone)
    return sorter.gathered()


class Sorter:
    """Puts one phone after the other into its class."""

    def __init__(
        self, fleet: Fleet, moments: Sequence[datetime], twins: Twins, *, apart: Iterable[frozenset[str]] = ()
    ) -> None:
        """
        Args:
            moments: every moment at which certificates will be judged.
            twins: who knows who really signed what.
            apart: sets of device names that steps treat in their own way.
        """
        self._fleet = fleet
        self._moments = tuple(at.replace(microsecond=0) for at in moments)
        self._twins = twins
        self._apart = tuple(apart)
        settings = [each for server in fleet.servers.values() for each in (server.configured, server.in_use)]
        self._by_serial = any(each is not None and each.check_crl for each in settings)
        self._known = {certificate.public_bytes(Encoding.DER) for certificate in fleet.certificates}
        self._marks: dict[int, tuple[Certificate | TrustStore, object]] = {}
        self._classes: dict[Key, list[Phone]] = {}

    def add(self, phone: Phone) -> None:
        self.put(self.key(phone), self.apart(phone), [phone])

    def put(self, key: Key, apart: Key, phones: Iterable[Phone]) -> None:
        """Phones whose class is known."""
        self._classes.setdefault((*key, apart), []).extend(phones)

    def apart(self, phone: Phone) -> Key:
        """Which steps name it; beside its key, what makes its class."""
        return tuple([phone.device_name in names for names in self._apart])

    def gathered(self) -> Gathered:
        """All that were added."""
        members: dict[str, tuple[str, ...]] = {}
        first: list[Phone] = []
        for phones in self._classes.values():
            names = sorted(phone.device_name for phone in phones)
            members[names[0]] = tuple(names)
            first.append(min(phones, key=lambda phone: phone.device_name))
        first.sort(key=lambda phone: phone.device_name)
        return Gathered(replace(self._fleet, phones=tuple(first)), members)

    def key(self, phone: Phone) -> Key:
        """What its class is made of, but for the steps that name it; the same in every process that knows the same fleet."""
        return (
            phone.model,
            phone.tls,
            phone.cluster,
            phone.mode,
            phone.uses,
            self._mark(phone.trusted_servers),
            self._mark(phone.dot1x_trusted_servers),
            phone.vpn_group,
            phone.tls12_only,
            phone.capf_precedence,
            phone.not_told,
            phone.pending,
            phone.set_aside,
            phone.dot1x_off,
            phone.lsc_not_told,
            phone.mic_not_told,
            phone.services_not_told,
            self._of_held(phone, phone.lsc),
            self._of_held(phone, phone.mic),
        )

    def _of_held(self, phone: Phone, held: Held | None) -> Key:
        if held is None:
            return ()
        return self._of_described(held) if isinstance(held, Described) else self._of_known(phone, held)

    def _of_described(self, held: Described) -> Key:
        serial = held.serial_number if self._by_serial else 0
        dates = self._dates(held.not_before, held.not_after)
        unsure = held.unsure_after, held.serial_known
        return held.kind, held.issuer_name, self._mark(held.issuer), held.key, serial, dates, unsure

    def _of_known(self, phone: Phone, held: Known) -> Key:
        certificate = held.certificate
        der = certificate.public_bytes(Encoding.DER)
        if der in self._known:
            return (der,)  # in a trust store itself: nobody else is like that
        contents = read(certificate)
        if contents.problem:
            return (der,)
        parts = contents.parts
        signer = self._twins.signer(certificate, held.chain, parts)
        spki = parts.public_key
        return (
            parts.version,
            parts.algorithm,
            parts.issuer,
            parts.issuer == parts.subject,
            parts.unique_ids,
            len(spki),
            spki[:_ALGORITHM],
            spki[-5:] if _RSA in spki[:_ALGORITHM] else b"",
            tuple(whole for oid, whole in parts.extensions if oid not in _OF_ITSELF),
            parts.serial_number if self._by_serial else b"",
            self._dates_of(read(certificate)),
            self._mark(signer),
            tuple(link.public_bytes(Encoding.DER) for link in held.chain),
            held.identity is not None,
            self._names(phone, certificate),
        )

    def _mark(self, what: Certificate | TrustStore | None) -> object:
        """Its content, looked at once: the same few objects come with every phone."""
        if what is None:
            return b""
        found = self._marks.get(id(what))
        if found is None:
            mark: object = (
                frozenset(certificate.public_bytes(Encoding.DER) for certificate in what)
                if isinstance(what, TrustStore)
                else what.public_bytes(Encoding.DER)
            )
            found = self._marks[id(what)] = what, mark
        return found[1]

    def _names(self, phone: Phone, certificate: Certificate) -> tuple[bool, bool]:
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
