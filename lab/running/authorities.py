"""The authorities of a lab, mock Cisco's, the company's and each cluster's CAPF, and the certificates that they sign for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from cisco_data import default_ca_list
from cisco_data.models import PhoneModel
from journal import Journal
from lab.base.seeded import octets_from
from lab.running.certificates_by_name import certificate_named
from lab.running.cluster import LabCluster
from pki import (
    RSA_2048,
    Authority,
    Certificate,
    Identity,
    KeyRing,
    Manufacturing,
    callmanager_identity,
    company_authority,
    lsc,
)

COMPANY_AGE = timedelta(days=1000)
"""Assumed: the company's root started that long before it was first needed."""
SERVER_AGE = timedelta(days=100)
"""Assumed: certificates of authentication servers and VPN gateways started that long before the story."""
LSC_AGE = timedelta(days=200)
"""Assumed: an LSC that a phone brings into the story started that long before it."""


class LabAuthorities:
    """The part of a lab that signs."""

    def __init__(self, journal: Journal, keys: KeyRing, seed: str) -> None:
        """`seed`: serial numbers are drawn from it."""
        self.journal = journal
        self.keys = keys
        self.octets = octets_from(seed)
        self.manufacturing = Manufacturing(keys, self.octets)
        self.clusters: dict[str, LabCluster] = {}
        self._lsc_days: dict[str, int] = {}
        self._company: Authority | None = None

    @property
    def company(self) -> Authority:
        """The company's own root, made when it is first asked for."""
        if self._company is None:
            self._company = company_authority(
                keys=self.keys,
                subject={"C": "AU", "O": "Example Company", "OU": "IT"},
                not_before=self.journal.clock.now().replace(microsecond=0) - COMPANY_AGE,
                octets=self.octets,
            )
        return self._company

    def authorities(self) -> Iterator[Authority]:
        """Every authority that has signed something here besides CAPF: mock Cisco's, and the company's where it takes part."""
        yield from self.manufacturing.made
        if self._company is not None:
            yield self._company

    def _default_ca_list(self, release: str) -> tuple[Certificate, ...]:
        """What CUCM of that release installs in both trust stores by itself, in the order of its list."""
        names = default_ca_list(release)
        self.manufacturing.prepare(*names)
        return tuple(self.manufacturing[name].certificate for name in names)

    def certificate(self, text: str) -> Certificate:
        """What a scenario calls so; names and errors as in `certificate_named`."""
        return certificate_named(text, self.clusters, lambda: self.company, self.manufacturing)

    def _server_identity(self, name: str) -> Identity:
        """Of a server that is not CUCM's: self-signed, and named as its host."""
        return callmanager_identity(
            keys=self.keys,
            subject={"C": "AU", "O": "Example Company", "OU": "IT"},
            host_name=f"{name}.example.com",
            not_before=self.journal.clock.now().replace(microsecond=0) - SERVER_AGE,
            octets=self.octets,
        )

    def _held_lsc(self, cluster: str, device_name: str, model: PhoneModel, serial: str) -> Identity:
        key = self.keys.take(RSA_2048)
        certificate = lsc(
            self.clusters[cluster].authority,
            device_name=device_name,
            model=model.product,
            public_key=key.public_key(),
            not_before=self.journal.clock.now().replace(microsecond=0) - LSC_AGE,
            days=self._lsc_days[cluster],
            serial_number=serial,
        )
        return Identity(key, certificate)
