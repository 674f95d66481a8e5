"""Host name, DNS domain and IP address of a node, and the certificates that CUCM makes again after a change of them.

A new host name makes all certificates of the node anew, self-signed, but ITLRecovery (IP and host name guide, release 12.5). CAPF
is the publisher's. A new address set by the CLI makes none, one set on the pages of an administrator all of them. The CTL file is
not made again: in mixed mode that takes `utils ctl update CTLFile`. `node_restart` does what follows by itself.

Assumed: a new domain does what a new host name does; the CN of a certificate ends in the domain, where the node has one.
"""

from __future__ import annotations

from typing import Final

from cisco_data import CertificateUnit
from cisco_data.dns_names import wrong_domain, wrong_host_name
from cisco_data.node_changes import made_again
from cucm_sim import host_name_events as ev
from cucm_sim.administration import AdministrationError
from cucm_sim.certificate_management import regenerate
from cucm_sim.cluster import Cluster
from cucm_sim.node import Node
from journal import Event
from pki import KeyRing

TAKES_EFFECT: Final = "at once: the node restarts, and phones are reset for the new ITL file"


def set_host_name(cluster: Cluster, node: Node, name: str, keys: KeyRing) -> ev.HostNameChanged:
    """`set network hostname`: another name, in the database too, and certificates of that name.

    Args:
        keys: the new keys are taken from here.

    Raises AdministrationError for what is no host name, and for one that a node of the cluster has.
    """
    if why := wrong_host_name(name):
        raise AdministrationError(f"{name!r} is no host name: {why}.")
    if name.casefold() in (each.casefold() for each in cluster.nodes):
        raise AdministrationError(f"A node of {cluster.name} is called {name} already.")
    units = units_made_again(cluster, node)
    event = node.administrator.emit(
        ev.HostNameChanged(former_name=node.name, host_name=name, certificates=units, takes_effect=TAKES_EFFECT)
    )
    cluster.rename(node, name)
    _make_again(cluster, node, units, keys, event)
    return event


def set_domain(cluster: Cluster, node: Node, domain: str, keys: KeyRing) -> ev.DomainChanged:
    """`set network domain`: likewise. Raises AdministrationError for what is no domain, and for the one that the node has."""
    if why := wrong_domain(domain):
        raise AdministrationError(f"{domain!r} is no domain: {why}.")
    if domain.casefold() == node.domain.casefold():
        raise AdministrationError(f"{node.name} is in the domain {domain} already.")
    units = units_made_again(cluster, node)
    event = node.administrator.emit(
        ev.DomainChanged(
            host_name=node.name,
            former_domain=node.domain,
            domain=domain,
            certificates=units,
            takes_effect=TAKES_EFFECT,
        )
    )
    node.domain = domain
    _make_again(cluster, node, units, keys, event)
    return event


def set_address(cluster: Cluster, node: Node, address: str, keys: KeyRing, *, by: str) -> ev.AddressChanged:
    """`set network ip eth0`, or by the pages of an administrator: services listen there from their next start on.

    Args:
        keys: of the certificates that the pages make again.
        by: `cli` or `administration`.

    Raises AdministrationError for an address that a node of the cluster has.
    """
    if address in (each.address for each in cluster.nodes.values()):
        raise AdministrationError(f"A node of {cluster.name} has the address {address} already.")
    units = () if by == "cli" else units_made_again(cluster, node)
    event = node.administrator.emit(
        ev.AddressChanged(
            host_name=node.name,
            former_address=node.address,
            address=address,
            by=by,
            certificates=units,
            takes_effect=TAKES_EFFECT,
        )
    )
    node.take_address(address)
    _make_again(cluster, node, units, keys, event)
    return event


def units_made_again(cluster: Cluster, node: Node) -> tuple[str, ...]:
    """Certificates that another host name makes anew: all of the node but ITLRecovery, and CAPF of the publisher."""
    own = made_again(node.identities)
    capf = (CertificateUnit.CAPF.value,) if node.is_publisher and cluster.capf_authority is not None else ()
    return own + capf


def _make_again(cluster: Cluster, node: Node, units: tuple[str, ...], keys: KeyRing, cause: Event) -> None:
    for unit in units:
        regenerate(cluster, unit, keys, node=node, cause=cause)
