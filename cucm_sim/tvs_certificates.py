"""The certificates that TVS answers with: its copy of the database's, and the node's CTL file. Exact certificates, no chains.

Published: both caches, their order, their key (serial number and issuer), the comparison octet by octet, and the trust roles of
each unit. Assumed: a certificate of a unit without trust roles is in no cache.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Protocol

from cryptography.hazmat.primitives.serialization import Encoding

from cisco_data.trust_roles import ROLES_OF_UNIT
from pki import Certificate
from wire.certificate_id import CertificateId, certificate_id
from wire.signed_files.model import TrustListFile

DATABASE_CACHE: Final = "CertificateDBCache"
CTL_CACHE: Final = "CertificateCTLCache"


class TvsCertificateSource(Protocol):
    """What TVS reads; a node has it."""

    def certificates_of_unit(self, unit: str) -> Iterable[Certificate]:
        """The certificates of this unit, of every node of the cluster, or all of this trust store, as the database of this node
        holds them now; none where it does not know the unit."""

    @property
    def ctl_trust_list(self) -> TrustListFile | None:
        """The node's CTLFile.tlv as it is now; None where there is none."""


@dataclass(frozen=True, slots=True)
class CachedCertificate:
    certificate: bytes
    """DER."""
    roles: tuple[int, ...]
    """In order of their numbers, as a real answer has them."""


@dataclass(frozen=True, slots=True)
class TvsLookUp:
    """What TVS found, and where."""

    found: CachedCertificate | None
    cache: str
    """DATABASE_CACHE, CTL_CACHE, or empty."""


_NOT_FOUND: Final = TvsLookUp(None, "")
_Index = dict[CertificateId, tuple[CachedCertificate, ...]]


class TvsCertificates:
    """Both caches of one run of TVS."""

    def __init__(self, source: TvsCertificateSource) -> None:
        """Reads the database; the CTL file is read at the first look-up."""
        self._source = source
        self._by_unit = {unit: self._read(unit) for unit in ROLES_OF_UNIT}
        self._database = _index_of_units(self._by_unit)
        self._ctl_file: TrustListFile | None = None
        self._ctl: _Index = {}

    def __len__(self) -> int:
        """Certificates of the database."""
        return sum(map(len, self._database.values()))

    @property
    def by_unit(self) -> Mapping[str, tuple[Certificate, ...]]:
        """Those of the database by the unit or trust store that they were read of."""
        return MappingProxyType(self._by_unit)

    def read_unit(self, unit: str) -> None:
        """Read the certificates of one unit again."""
        if unit in self._by_unit:
            self._by_unit[unit] = self._read(unit)
            self._database = _index_of_units(self._by_unit)

    def read_changed_ctl_file(self) -> int | None:
        """Read the CTL file where it is another one than at the last look; how many certificates it has, None where it is not."""
        file = self._source.ctl_trust_list
        if file == self._ctl_file:
            return None
        self._ctl_file = file
        roles: dict[tuple[CertificateId, bytes], set[int]] = {}
        for record in file.records if file is not None else ():
            if record.certificate:
                roles.setdefault((record.certificate_id, record.certificate), set()).add(record.role)
        self._ctl = _index(roles)
        return len(roles)

    def query(self, wanted: CertificateId) -> TvsLookUp:
        """The certificate of this issuer and serial number; the first one where there are several."""
        for cache, index in ((DATABASE_CACHE, self._database), (CTL_CACHE, self._ctl)):
            if found := index.get(wanted):
                return TvsLookUp(found[0], cache)
        return _NOT_FOUND

    def verify(self, wanted: CertificateId, certificate: bytes) -> TvsLookUp:
        """This very certificate, compared octet by octet."""
        for cache, index in ((DATABASE_CACHE, self._database), (CTL_CACHE, self._ctl)):
            for found in index.get(wanted, ()):
                if found.certificate == certificate:
                    return TvsLookUp(found, cache)
        return _NOT_FOUND

    def _read(self, unit: str) -> tuple[Certificate, ...]:
        return tuple(self._source.certificates_of_unit(unit))


def _index_of_units(by_unit: Mapping[str, Iterable[Certificate]]) -> _Index:
    roles: dict[tuple[CertificateId, bytes], set[int]] = {}
    for unit, certificates in by_unit.items():
        for certificate in certificates:
            key = certificate_id(certificate), certificate.public_bytes(Encoding.DER)
            roles.setdefault(key, set()).update(ROLES_OF_UNIT[unit])
    return _index(roles)


def _index(roles: Mapping[tuple[CertificateId, bytes], set[int]]) -> _Index:
    index: _Index = {}
    for (wanted, der), numbers in roles.items():
        index[wanted] = (*index.get(wanted, ()), CachedCertificate(der, tuple(sorted(numbers))))
    return index
