"""A cluster of one node: its database, its own identity, its trust stores, and the services that read them."""

from __future__ import annotations

from cryptography import x509

from cucm_sim.callmanager import CallManager
from cucm_sim.database import ClusterSecurityMode, Database
from cucm_sim.parameters import ServiceParameters
from journal import Emitter, Journal
from pki import Identity, TrustStore
from wire.tcp import Tap
from wire.tls.context import KeyLog

CALLMANAGER_TRUST = "CallManager-trust"
CAPF_TRUST = "CAPF-trust"

SERVICE_OF_STORE = {
    CALLMANAGER_TRUST: "Cisco CallManager",
    CAPF_TRUST: "Cisco Certificate Authority Proxy Function",
}
"""Which service must be restarted before it reads the store again."""


class Cluster:
    """Everything that belongs to one cluster; what an administrator may do to it is in `administration`."""

    def __init__(
        self,
        name: str,
        journal: Journal,
        *,
        address: str,
        callmanager_identity: Identity,
        default_ca_list: tuple[x509.Certificate, ...] = (),
        capf_certificate: x509.Certificate | None = None,
        node_name: str = "cucm-pub",
        cluster_security_mode: ClusterSecurityMode = ClusterSecurityMode.NON_SECURE,
        parameters: ServiceParameters | None = None,
        tap: Tap | None = None,
        keylog: KeyLog | None = None,
    ) -> None:
        """Install it. No service runs yet.

        Args:
            callmanager_identity: CallManager.pem with its key and what it sends besides.
            default_ca_list: what CUCM puts into both trust stores by itself.
            capf_certificate: CAPF.pem, which CUCM puts into both as well; whoever signed it must be uploaded.
            tap, keylog: for a capture of what CallManager says.
        """
        own = () if capf_certificate is None else (capf_certificate,)
        self.name = name
        self.node_name = node_name
        self.address = address
        self.database = Database(cluster_security_mode)
        self.parameters = parameters or ServiceParameters()
        self.callmanager_identity = callmanager_identity
        self.capf_certificate = capf_certificate
        self.trust = {store: TrustStore(store, (*default_ca_list, *own)) for store in (CALLMANAGER_TRUST, CAPF_TRUST)}
        self.administrator = journal.emitter(f"{name}/administration")
        self.callmanager = CallManager(
            self, self._pen(journal, "callmanager"), node_name=node_name, address=address, tap=tap, keylog=keylog
        )

    @property
    def callmanager_trust(self) -> TrustStore:
        return self.trust[CALLMANAGER_TRUST]

    @property
    def capf_trust(self) -> TrustStore:
        return self.trust[CAPF_TRUST]

    def _pen(self, journal: Journal, service: str) -> Emitter:
        return journal.emitter(f"{self.name}/{service}")
