"""Operations on what a node is called and where it is, and on backups of its keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cisco_data.dns_names import wrong_domain, wrong_host_name
from cisco_data.node_changes import UNNAMED_BACKUP
from lab.base.failures import shown
from lab.operations import steps as st
from lab.operations.cast import Cast, NoSuch
from lab.operations.node_restart import node_restarts
from lab.operations.operation import NamesInFleet, Operation
from lab.operations.running import RunningLab
from lab.operations.words import AddressChange

_AT_ONCE = "at once: the node restarts, and phones are reset for the new ITL"
_DUE = "update-ctl in mixed mode; a reset of phones that were not registered"


class OfNode(Operation, frozen=True, kw_only=True):
    """A change of one node, after which it restarts."""

    TAKES_EFFECT: ClassVar[str] = _AT_ONCE
    DUE: ClassVar[str] = _DUE

    cluster: str = ""
    """May be left out where there is one only."""
    node: str = ""
    """May be left out in a cluster of one. One node at a time: the TVS of another one speaks for the new certificates."""

    def check(self, cast: Cast) -> None:
        self.place(cast)

    def place(self, cast: Cast) -> tuple[str, str]:
        """Cluster and node; the node is empty where the nodes are not known. Raises NoSuch."""
        cluster = cast.cluster(self.cluster)
        names = [node.name for node in cast.nodes.get(cluster, ())]
        if not self.node and len(names) > 1:
            raise NoSuch("", f'of which node? The key "node" is missing (there is {", ".join(names)})')
        return cluster, cast.node(cluster, self.node) or next(iter(names), "")


class SetHostName(OfNode, frozen=True, kw_only=True, tag="set-host-name"):
    """`set network hostname`: all certificates of the node but ITLRecovery are made again, self-signed, under the new name."""

    name: str

    def check(self, cast: Cast) -> None:
        self.place(cast)
        if why := wrong_host_name(self.name):
            raise NoSuch("name", f"{shown(self.name)} is no host name: {why}")
        for cluster, nodes in cast.nodes.items():
            if self.name.casefold() in (node.name.casefold() for node in nodes):
                raise NoSuch("name", f"a node of {cluster} is called {shown(self.name)} already")

    def after(self, cast: Cast) -> Cast:
        return cast.with_host_name(*self.place(cast), self.name)

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        self.check(names.cast)
        yield st.SetHostNameStep(*self.place(names.cast), self.name)
        yield from node_restarts(names.fleet, *self.place(names.cast), self.name)

    async def carry_out(self, lab: RunningLab) -> None:
        self.check(lab.cast)
        await lab.set_host_name(*self.place(lab.cast), self.name)


class SetDomain(OfNode, frozen=True, kw_only=True, tag="set-domain"):
    """`set network domain`: the same certificates are made again, under the node's name in the new DNS domain."""

    domain: str

    def check(self, cast: Cast) -> None:
        self.place(cast)
        if why := wrong_domain(self.domain):
            raise NoSuch("domain", f"{shown(self.domain)} is no DNS domain: {why}")

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        self.check(names.cast)
        yield st.SetDomainStep(*self.place(names.cast), self.domain)
        yield from node_restarts(names.fleet, *self.place(names.cast))

    async def carry_out(self, lab: RunningLab) -> None:
        self.check(lab.cast)
        await lab.set_domain(*self.place(lab.cast), self.domain)


class SetAddress(OfNode, frozen=True, kw_only=True, tag="set-address"):
    """Give a node another IP address, by `set network ip eth0`, or by the pages of an administrator, which make the same
    certificates again
    """

    TAKES_EFFECT: ClassVar[str] = f"{_AT_ONCE}; DHCP option 150 and configuration files name the new address"

    by: AddressChange = "cli"

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        yield st.SetAddressStep(*self.place(names.cast), self.by)
        yield from node_restarts(names.fleet, *self.place(names.cast))

    async def carry_out(self, lab: RunningLab) -> None:
        await lab.set_address(*self.place(lab.cast), self.by)


class OfBackup(Operation, frozen=True, kw_only=True):
    """About a backup of the Disaster Recovery System."""

    cluster: str = ""
    """May be left out where there is one only."""
    name: str = ""
    """Of the backup; may be left out where it has none."""

    def check(self, cast: Cast) -> None:
        cast.cluster(self.cluster)


class BackUpKeys(OfBackup, frozen=True, kw_only=True, tag="backup-keys"):
    """Back a cluster up: the certificates of every node with their private keys, from release 10.0 on."""

    TAKES_EFFECT: ClassVar[str] = "at once"

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        yield st.BackUpKeysStep(names.cast.cluster(self.cluster), self.name)

    async def carry_out(self, lab: RunningLab) -> None:
        lab.backup_keys(lab.cast.cluster(self.cluster), self.name)


class RestoreKeys(OfBackup, frozen=True, kw_only=True, tag="restore-keys"):
    """Restore a backup: its certificates and keys take the place of those that were made since."""

    TAKES_EFFECT: ClassVar[str] = "restart of the services"
    DUE: ClassVar[str] = "restart of all services on every node, update-ctl in mixed mode, and reset of the phones"

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        cluster = names.cast.cluster(self.cluster)
        backup = names.fleet.backups.get((cluster, self.name or UNNAMED_BACKUP))
        there = [node.name for node in names.cast.nodes.get(cluster, ())]
        if backup is not None and there and set(backup.nodes) != set(there):
            raise NoSuch(
                "name",
                f"the backup is of {', '.join(backup.nodes)}, and the nodes of {cluster} are {', '.join(there)} by then: "
                "a restore needs the same host names",
            )
        yield st.RestoreKeysStep(cluster, self.name)

    async def carry_out(self, lab: RunningLab) -> None:
        lab.restore_keys(lab.cast.cluster(self.cluster), self.name)


OPERATIONS = (SetHostName, SetDomain, SetAddress, BackUpKeys, RestoreKeys)
