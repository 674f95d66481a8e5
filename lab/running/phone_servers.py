"""Which servers the phones of a cluster use, by the addresses that its nodes have now: in their files, and as TFTP servers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from capf_sim.capf import Capf
from cisco_data import ServiceName
from cucm_sim.cluster import Cluster
from cucm_sim.node import Node
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


def followed(tftp: TftpAddress, former: str, node: Node) -> TftpAddress:
    """TFTP servers as a phone finds them, with the node that had address `former` as it is called and found now.

    Assumed: DHCP option 150 names it at once, and who typed the address on a phone types the new one.
    """
    second = followed(tftp.second, former, node) if tftp.second is not None else None
    if tftp.address == former:
        return replace(tftp, address=node.address, host_name=node.name, second=second)
    return replace(tftp, second=second)
