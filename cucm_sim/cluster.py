"""A cluster of one node: its database, its own identity, its trust stores, and the services that read them."""

from __future__ import annotations

import os

from cisco_data import STORE_OF, ClusterSecurityMode, StoreName
from cucm_sim.callmanager import CallManager
from cucm_sim.database import Database
from cucm_sim.parameters import ServiceParameters
from journal import Actor, Emitter, Journal
from pki import Authority, Certificate, Identity, Octets, TrustStore
from wire.phone_file import VpnGroup
from wire.tcp import Tap
from wire.tls.context import KeyLog


class Cluster:
    """Everything that belongs to one cluster; what an administrator may do to it is in `administration`."""

    def __init__(
        self,
        name: str,
        journal: Journal,
        *,
        address: str,
        callmanager_identity: Identity,
        default_ca_list: tuple[Certificate, ...] = (),
        capf_authority: Authority | None = None,
        node_name: str = "cucm-pub",
        cluster_security_mode: ClusterSecurityMode = ClusterSecurityMode.NON_SECURE,
        parameters: ServiceParameters | None = None,
        tap: Tap | None = None,
        keylog: KeyLog | None = None,
        octets: Octets = os.urandom,
        database: Database | None = None,
    ) -> None:
        """Install it. No service runs yet.

        Args:
            callmanager_identity: CallManager.pem with its key and what it sends besides.
            default_ca_list: what CUCM puts into both trust stores by itself.
            capf_authority: CAPF.pem with its key. CUCM puts the certificate into both stores as well; its issuer must be
                uploaded.
            tap, keylog: for a capture of what CallManager says.
            octets: source of the names and serial numbers of certificates that are made again.
            database: the configuration, a new one in memory where none is given. One that was kept keeps its mode, its trust
                stores and, unless `parameters` are given, its service parameters; the cluster closes it.
        """
        self.name = name
        self.node_name = node_name
        self.address = address
        self.database = Database(cluster_security_mode) if database is None else database
        self.trust = self.database.trust_stores(*StoreName)
        with self.database.transaction():
            is_new = self.database.certificates.own("CallManager") is None
            self.parameters = parameters or self.database.parameters
            self.callmanager_identity = callmanager_identity
            self.capf_authority = capf_authority
            if is_new:
                own = () if capf_authority is None else (capf_authority.certificate,)
                for store in STORE_OF.values():
                    self.trust[store] = TrustStore(store, (*default_ca_list, *own))
        self.former_capf_certificates: tuple[Certificate, ...] = ()
        """What was CAPF.pem before, the oldest first."""
        self.default_ca_list = default_ca_list
        self.disabled_default_cas: dict[str, tuple[str, ...]] = {}
        """By CN, with the stores that `set cert default-ca-list disable` took it from."""
        self.vpn_groups: dict[str, VpnGroup] = {}
        """By name; in memory only (`vpn_management` says why), as is the next."""
        self.assigned_vpn_groups: dict[str, str] = {}
        """Names of groups by device name."""
        self.octets = octets
        self.ctl_file = self.itl_file = self._servers()
        """What TFTP gives to phones as their list of trusted servers, as of the last time that an administrator made it."""
        self.administrator = journal.emitter(Actor.of(name, "administration"))
        self.callmanager = CallManager(
            self, self._emitter(journal, "callmanager"), node_name=node_name, address=address, tap=tap, keylog=keylog
        )

    @property
    def parameters(self) -> ServiceParameters:
        """CallManager's service parameters, as saved; the service reads them when it starts."""
        return self.database.parameters

    @parameters.setter
    def parameters(self, parameters: ServiceParameters) -> None:
        self.database.parameters = parameters

    @property
    def callmanager_identity(self) -> Identity:
        """CallManager.pem and its key. The database gets the certificate; the key stays in memory."""
        return self._callmanager_identity

    @callmanager_identity.setter
    def callmanager_identity(self, identity: Identity) -> None:
        self._callmanager_identity = identity
        self.database.certificates.save_own("CallManager", identity.certificate, self.node_name)

    @property
    def capf_authority(self) -> Authority | None:
        """CAPF.pem and its key, kept likewise; None in a cluster without CAPF."""
        return self._capf_authority

    @capf_authority.setter
    def capf_authority(self, authority: Authority | None) -> None:
        self._capf_authority = authority
        if authority is not None:
            self.database.certificates.save_own("CAPF", authority.certificate, self.node_name)

    def close(self) -> None:
        """Close the database, when no service of the cluster runs any more."""
        self.database.close()

    @property
    def callmanager_trust(self) -> TrustStore:
        return self.trust[StoreName.CALLMANAGER]

    @property
    def capf_trust(self) -> TrustStore:
        return self.trust[StoreName.CAPF]

    @property
    def own_certificates(self) -> dict[str, Certificate]:
        """By unit."""
        capf = {} if self.capf_authority is None else {"CAPF": self.capf_authority.certificate}
        return {"CallManager": self.callmanager_identity.certificate, **capf}

    def vpn_group_of(self, device_name: str) -> VpnGroup | None:
        """What `vpnGroup` of this phone's file says."""
        return self.vpn_groups.get(self.assigned_vpn_groups.get(device_name, ""))

    @property
    def trust_list(self) -> TrustStore:
        """What a phone that asks TFTP learns to trust: the CTL file in mixed mode, else the ITL file."""
        mixed = self.database.cluster_security_mode is ClusterSecurityMode.MIXED
        return self.ctl_file if mixed else self.itl_file

    def make_ctl_file(self) -> TrustStore:
        """`utils ctl` does this; the file then lists the servers' certificates of now."""
        self.ctl_file = self._servers()
        return self.ctl_file

    def make_itl_file(self) -> TrustStore:
        """Cisco TFTP does this when it starts."""
        self.itl_file = self._servers()
        return self.itl_file

    def replace_capf(self, authority: Authority) -> None:
        """CAPF.pem and its key give way to these; CAPF goes on with the old ones until its restart."""
        if self.capf_authority is not None:
            self.former_capf_certificates += (self.capf_authority.certificate,)
        self.capf_authority = authority

    def _servers(self) -> TrustStore:
        return TrustStore(f"trust list of {self.name}", self.own_certificates.values())

    def _emitter(self, journal: Journal, service: str) -> Emitter:
        return journal.emitter(Actor.of(self.name, service))
