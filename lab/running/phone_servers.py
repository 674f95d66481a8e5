"""Which servers the phones of a cluster use, by the addresses that its nodes have now: in their files, and in DHCP option 150."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from capf_sim.capf import Capf
from cisco_data import ServiceName
from cucm_sim.cluster import Cluster
from cucm_sim.node import Node
from cucm_sim.tftp import CiscoTftp
from cucm_sim.tftp_files import PhoneServers
from cucm_sim.tls_service import TlsService
from phone_sim.network import TftpAddress
from wire.phone_file import CapfServer, Member, TvsServer


def phone_servers(cluster: Cluster, capf: Capf, group: Sequence[str], tvs_port: Callable[[Node], int]) -> PhoneServers:
    """For each phone's file: the members of the CallManager Group, their TVS, and CAPF."""
    members = [cluster.nodes[name] for name in group]
    return PhoneServers(
        tuple(
            Member(
                node.address,
                priority,
                ethernet_phone_port=node.parameters.port,
                secured_ethernet_phone_port=node.parameters.secure_port,
            )
            for priority, node in enumerate(members)
        ),
        (CapfServer(cluster.address, capf.port),),
        tuple(TvsServer(node.address, priority, tvs_port(node)) for priority, node in enumerate(members)),
    )


def tvs_port_of(node: Node) -> int:
    """Of a node whose services are made."""
    tvs = node.services[ServiceName.TVS]
    assert isinstance(tvs, TlsService)
    return tvs.port


def option_150(tftps: Sequence[CiscoTftp]) -> TftpAddress:
    """The TFTP servers, in the order in which phones ask them; at least one."""
    found: TftpAddress | None = None
    for served in reversed(tftps):
        https_port = next(iter(served.https_ports), None)
        found = TftpAddress(served.address, served.port, found, served.tftp_port, https_port)
    assert found is not None, "check_nodes has seen that some node runs it"
    return found


def tftp_of(node: Node) -> CiscoTftp:
    """Cisco Tftp of a node that runs it."""
    tftp = node.services[ServiceName.TFTP]
    assert isinstance(tftp, CiscoTftp)
    return tftp
