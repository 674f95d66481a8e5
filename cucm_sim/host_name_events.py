"""What is noted of another host name, domain or address of a node, and of the restart that follows."""

from __future__ import annotations

from journal import Event


class HostNameChanged(Event, frozen=True, kw_only=True):
    """`set network hostname`, or Settings > IP > Ethernet in OS Administration: a node has another host name."""

    former_name: str
    """The actor's node is this one still, in a cluster of several nodes."""
    host_name: str
    certificates: tuple[str, ...]
    """Units that are made again, self-signed."""
    takes_effect: str


class DomainChanged(Event, frozen=True, kw_only=True):
    """`set network domain`: a node has another DNS domain."""

    host_name: str
    former_domain: str
    """Empty for none, as below."""
    domain: str
    certificates: tuple[str, ...]
    takes_effect: str


class AddressChanged(Event, frozen=True, kw_only=True):
    """`set network ip eth0`, or the pages of an administrator: a node has another IP address."""

    host_name: str
    former_address: str
    address: str
    by: str
    """`cli` or `administration`."""
    certificates: tuple[str, ...]
    """None by the CLI."""
    takes_effect: str


class NodeRestarted(Event, frozen=True, kw_only=True):
    """A node has restarted after such a change, and phones were told to reset."""

    host_name: str
    services: tuple[str, ...]
    """`Cisco Tftp on cucm-pub`, in the order in which they were restarted; those of other nodes that read its names too."""
    phones_reset: tuple[str, ...]
    """Device names."""
