"""Who notes an event: the name as it is printed, and the parts that code goes by."""

from __future__ import annotations


class Actor(str):
    """A device name (SEP...), or `cluster/service`, in a cluster of several nodes `cluster/node/service`.

    This is the only code that takes such a name apart: a journal file has the name alone.
    """

    cluster: str
    """The cluster, authentication server or VPN gateway; empty for a phone or a switch."""
    node: str
    """Empty where the cluster has one node."""
    service: str
    """`callmanager`, `capf`, `tftp`, `tvs`, `tomcat`, `radius`, `vpn` or `administration`; empty for a phone or a switch."""

    def __new__(cls, name: str) -> Actor:
        actor = super().__new__(cls, name)
        server, _, actor.service = name.rpartition("/") if "/" in name else ("", "", "")
        actor.cluster, _, actor.node = server.partition("/")
        return actor

    @property
    def place(self) -> str:
        """`hq`, and `hq/hq-sub` in a cluster of several nodes; empty for a phone or a switch."""
        return f"{self.cluster}/{self.node}" if self.node else self.cluster

    @classmethod
    def of(cls, cluster: str, service: str, node: str = "") -> Actor:
        """A service, or the administrator, of a cluster or server."""
        return cls(f"{cluster}/{node}/{service}" if node else f"{cluster}/{service}")
