"""A cluster's whole configuration behind one face: immutable rows out, explicit changes in."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager

from cisco_data import ClusterSecurityMode
from cucm_sim.database._certificates import CertificateTables
from cucm_sim.database._devices import Devices
from cucm_sim.database._opening import IN_MEMORY, back_up, open_file, open_memory, open_to_read
from cucm_sim.database._parameters import CLUSTER_SECURITY_MODE, ENTERPRISE, ProcessConfig
from cucm_sim.database._profiles import SecurityProfiles
from cucm_sim.database._rows import Device, PhoneSecurityProfile
from cucm_sim.database._trust import TrustStores
from cucm_sim.parameters import ServiceParameters


class Database:
    """The configuration of one cluster, in memory or in a file. Every change is committed when its call returns.

    What is dropped closes itself; a file is better closed, so that its journal is folded into it.
    """

    def __init__(
        self,
        cluster_security_mode: ClusterSecurityMode = ClusterSecurityMode.NON_SECURE,
        *,
        path: str | os.PathLike[str] = IN_MEMORY,
        read_only: bool = False,
    ) -> None:
        """Open the file, or make it with mode 0600; `cluster_security_mode` is of a new one, a kept one has its own.

        `read_only`: a file, which must be there; nothing can be changed then, and no file is made beside it.
        Raises DatabaseFileError where the file is no database, another program's, or of another version of the lab.
        """
        if read_only:
            self._store = open_to_read(path)
        else:
            self._store = open_memory() if os.fspath(path) == IN_MEMORY else open_file(path)
        self.profiles = SecurityProfiles(self._store)
        self._devices = Devices(self._store, self.profiles)
        self._config = ProcessConfig(self._store)
        self.certificates = CertificateTables(self._store)
        if not read_only and not self._config.has(ENTERPRISE, CLUSTER_SECURITY_MODE):
            self._config.cluster_security_mode = cluster_security_mode

    # Devices

    def add(self, device: Device) -> None:
        """Raises NotSavedError, a ValueError, where a device of this name exists, and for what a row cannot hold.

        Its profile is added where there is none of that name; it must not differ from one that there is.
        """
        self._devices.add(device)

    def device(self, name: str) -> Device | None:
        return self._devices.get(name)

    def save(self, device: Device) -> None:
        """Change the row of this name to all of this. Raises KeyError where there is none, NotSavedError as `add`."""
        self._devices.save(device)

    def remove(self, name: str) -> None:
        """Raises KeyError where there is no such device."""
        self._devices.remove(name)

    def __iter__(self) -> Iterator[Device]:
        return iter(self._devices)

    # Profiles

    def profile(self, name: str) -> PhoneSecurityProfile | None:
        return self.profiles.get(name)

    # Parameters

    @property
    def cluster_security_mode(self) -> ClusterSecurityMode:
        return self._config.cluster_security_mode

    @cluster_security_mode.setter
    def cluster_security_mode(self, mode: ClusterSecurityMode) -> None:
        self._config.cluster_security_mode = mode

    @property
    def file_signature_algorithm(self) -> str:
        """TFTP File Signature Algorithm: `SHA-1` or `SHA-512`."""
        return self._config.file_signature_algorithm

    @file_signature_algorithm.setter
    def file_signature_algorithm(self, algorithm: str) -> None:
        self._config.file_signature_algorithm = algorithm

    @property
    def phone_interaction(self) -> str:
        """Phone Interaction on Certificate Update: `automatic` or `manual`."""
        return self._config.phone_interaction

    @phone_interaction.setter
    def phone_interaction(self, interaction: str) -> None:
        self._config.phone_interaction = interaction

    @property
    def rollback(self) -> bool:
        """Prepare Cluster for Rollback to pre-8.0."""
        return self._config.rollback

    @rollback.setter
    def rollback(self, on: bool) -> None:
        self._config.rollback = on

    @property
    def parameters(self) -> ServiceParameters:
        """CallManager's service parameters; assign to save them all."""
        return self._config.service_parameters

    @parameters.setter
    def parameters(self, parameters: ServiceParameters) -> None:
        self._config.service_parameters = parameters

    # Certificates

    def trust_stores(self, *stores: str) -> TrustStores:
        """These trust stores as a mapping. Their names are those of typecertificateservice; KeyError later for others."""
        return TrustStores(self.certificates, stores)

    # The whole

    @property
    def connection(self) -> sqlite3.Connection:
        """For queries in SQL. A caller that writes through it is responsible for what it writes."""
        return self._store.connection

    def transaction(self) -> AbstractContextManager[None]:
        """Several changes at once, all or none. Not to be held over an `await`."""
        return self._store.transaction()

    def back_up(self, path: str | os.PathLike[str]) -> None:
        """Write the configuration as it is now into a file, in place of an older one. Raises DatabaseFileError."""
        back_up(self._store, path)

    def close(self) -> None:
        """Close it; nothing works afterwards. A second close does nothing."""
        self._store.close()
