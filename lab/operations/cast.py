"""Who takes part: clusters, servers and phones by the names that a step may use, and which of them a step means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from cisco_data import ServiceName
from lab.base.failures import InvalidInput, shown, suggestion

if TYPE_CHECKING:
    from cisco_data.release_table import Release


class NoSuch(InvalidInput):
    """A key of a step names what is not there, or says what cannot be; the message begins with the key."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(f"{key}: {problem}" if key else problem)
        self.key = key
        """`phones[2]`; empty for the step as a whole."""
        self.problem = problem


@dataclass(frozen=True, slots=True)
class CastPhone:
    """One phone as steps name it."""

    name: str
    """In its story; its device name where it has no other."""
    device_name: str
    model: str
    cluster: str
    """Where it is now."""
    dot1x: bool = False
    """Whether its switch port asks an authentication server."""
    vpn: bool = False
    """Whether it has a VPN gateway."""


FEATURE_SERVICES = (ServiceName.CALLMANAGER, ServiceName.CAPF, ServiceName.TFTP)
"""Those that an administrator activates node by node; the other services run on every node."""


@dataclass(frozen=True, slots=True)
class CastNode:
    """One node of a cluster as steps name it."""

    name: str
    """Its host name."""
    services: tuple[ServiceName, ...] | None = None
    """Feature services that run there; None for all. CAPF runs on the publisher only, whatever is said of other nodes."""

    def runs(self, service: ServiceName) -> bool:
        return self.services is None or service in self.services or service not in FEATURE_SERVICES


def _as_written(text: str) -> str | None:
    return text.strip().upper()


@dataclass(frozen=True, slots=True)
class Cast:
    """All of them, as the steps so far leave them."""

    clusters: tuple[str, ...]
    phones: tuple[CastPhone, ...]
    radius: tuple[str, ...] = ()
    gateways: tuple[str, ...] = ()
    regenerated: frozenset[str] | None = frozenset()
    """Clusters whose CAPF has another certificate than at first; None where a name that needs one is looked up elsewhere."""
    releases: tuple[tuple[str, Release], ...] = ()
    """By cluster."""
    nodes: Mapping[str, tuple[CastNode, ...]] = field(default_factory=dict)
    """By cluster, the publisher first; none of a cluster whose nodes are not known."""
    device_named: Callable[[str], str | None] = field(default=_as_written, compare=False)
    """The device name that a spelling of it means; None for what is none."""
    model_named: Callable[[str], str] = field(default=str.strip, compare=False)

    # Clusters and servers

    def cluster(self, text: str, key: str = "cluster") -> str:
        """The cluster of that name, or the only one where `text` is empty. Raises NoSuch, with what there is."""
        if not text:
            if len(self.clusters) == 1:
                return self.clusters[0]
            there = f" (there is {', '.join(self.clusters)})" if self.clusters else ""
            raise NoSuch("", f'of which cluster? The key "{key}" is missing{there}')
        found = [name for name in self.clusters if name.casefold() == text.casefold()]
        if not found:
            raise NoSuch(key, f"there is no cluster {shown(text)}{suggestion(text, self.clusters)}")
        return found[0]

    def release(self, cluster: str) -> Release | None:
        """None where it is not known."""
        return dict(self.releases).get(cluster)

    def node(self, cluster: str, text: str, service: ServiceName | None = None) -> str:
        """The node of that name, empty where `text` is. Raises NoSuch where there is none, or none that runs the service."""
        nodes = self.nodes.get(cluster, ())
        if not text:
            if nodes and service is not None and not any(node.runs(service) for node in nodes):
                raise NoSuch("service", f"no node of {cluster} runs {service}")
            return ""
        names = [node.name for node in nodes]
        if not names:
            raise NoSuch("node", f"the nodes of {cluster} are not known")
        found = [node for node in nodes if node.name.casefold() == text.casefold()]
        if not found:
            raise NoSuch("node", f"{cluster} has no node {shown(text)}{suggestion(text, names)}")
        if service is ServiceName.CAPF and found[0].name != names[0]:
            raise NoSuch("node", f"{service} runs on the publisher only, which is {names[0]}")
        if service is not None and not found[0].runs(service):
            raise NoSuch("node", f"{found[0].name} does not run {service}")
        return found[0].name

    def server(self, text: str, *, gateways_only: bool = False) -> str:
        """The authentication server or VPN gateway of that name. Raises NoSuch, with what there is."""
        known = self.gateways if gateways_only else (*self.radius, *self.gateways)
        found = [name for name in known if name.casefold() == text.casefold()]
        if not found:
            raise NoSuch("server", f"there is no server {shown(text)}{suggestion(text, known)}")
        return found[0]

    # Phones

    def chosen(
        self, phone: str, phones: Iterable[str], models: Iterable[str], cluster: str, *, only: str = ""
    ) -> tuple[CastPhone, ...]:
        """The phones that fit all that is given, at least one; every phone where nothing is given. Raises NoSuch.

        Args:
            only: `dot1x` or `vpn`, for a step that means only phones that have that.
        """
        named: set[str] | None = None
        if phone:
            named = self._named(phone, "phone", only)
        for number, written in enumerate(phones, 1):
            named = (named or set()) | self._named(written, f"phones[{number}]", only)
        wanted = [self._model(written, f"models[{number}]") for number, written in enumerate(models, 1)]
        at = self.cluster(cluster) if cluster else ""
        found = tuple(
            each
            for each in self.phones
            if (named is None or each.device_name in named)
            and (not wanted or each.model in wanted)
            and (not at or each.cluster == at)
            and (not only or getattr(each, only))
        )
        if not found:
            raise NoSuch("", "no phone fits all that this step asks for")
        return found

    def _named(self, written: str, key: str, only: str) -> set[str]:
        if "*" in written or "?" in written:
            pattern = written.casefold()
            found = [
                each
                for each in self.phones
                if fnmatchcase(each.name.casefold(), pattern) or fnmatchcase(each.device_name.casefold(), pattern)
            ]
        else:
            device = self.device_named(written)
            found = [each for each in self.phones if written in (each.name, each.device_name)] or [
                each for each in self.phones if device is not None and each.device_name == device
            ]
            if found and only and not getattr(found[0], only):
                lacks = "dot1x, so its switch port asks no authentication server" if only == "dot1x" else only
                raise NoSuch(key, f"{shown(written)} has no {lacks}")
        if not found:
            known = dict.fromkeys(name for each in self.phones for name in (each.name,))
            raise NoSuch(key, f"there is no phone {shown(written)}{suggestion(written, known)}")
        return {each.device_name for each in found}

    def _model(self, written: str, key: str) -> str:
        model, there = self.model_named(written), sorted({each.model for each in self.phones})
        if model not in there:
            raise NoSuch(key, f"no phone is a {shown(written)}{suggestion(model, there)}")
        return model

    def moved(self, devices: Iterable[str], cluster: str) -> Cast:
        """The cast after these phones have moved to another cluster."""
        gone = frozenset(devices)
        return replace(
            self,
            phones=tuple(replace(each, cluster=cluster) if each.device_name in gone else each for each in self.phones),
        )

    def with_host_name(self, cluster: str, node: str, name: str) -> Cast:
        """The cast after a node has another host name."""
        nodes = tuple(replace(each, name=name) if each.name == node else each for each in self.nodes.get(cluster, ()))
        return replace(self, nodes={**self.nodes, cluster: nodes}) if nodes else self

    def with_regenerated(self, cluster: str) -> Cast:
        """The cast after the CAPF of that cluster has another certificate."""
        return self if self.regenerated is None else replace(self, regenerated=self.regenerated | {cluster})
