"""The services of Control Center - Network Services, which run on every node of a cluster: TVS and Tomcat."""

from __future__ import annotations

from collections.abc import Callable

from cisco_data import CertificateUnit, ServiceName, tls
from cucm_sim.node import Node
from cucm_sim.tls_service import TlsService
from cucm_sim.tomcat import Tomcat
from cucm_sim.tvs import TrustVerificationService
from journal import Journal
from wire.tcp import Tap
from wire.tls.context import KeyLog


def network_services(
    node: Node, journal: Journal, port: Callable[[int], int], *, tap: Tap | None, keylog: KeyLog | None
) -> dict[ServiceName, TlsService]:
    """They are made and do not run. `port` says where a standard port is in this lab."""
    tvs = TrustVerificationService(
        node,
        node.emitter(journal, "tvs"),
        address=node.address,
        identity=lambda: node.identities[CertificateUnit.TVS],
        minimum_tls=lambda: node.minimum_tls_version,
        maximum_tls=lambda: node.maximum_tls_version,
        port=port(tls.TVS.port),
        tap=tap,
        keylog=keylog,
    )
    tomcat = Tomcat(
        node.emitter(journal, "tomcat"),
        host_name=node.name,
        address=node.address,
        identity=lambda: node.identities[CertificateUnit.TOMCAT],
        minimum_tls=lambda: node.minimum_tls_version,
        maximum_tls=lambda: node.maximum_tls_version,
        port=port(tls.TOMCAT.port),
        tap=tap,
        keylog=keylog,
    )
    return {ServiceName.TVS: tvs, ServiceName.TOMCAT: tomcat}
