"""settings.toml of a folder of exports: what the services are set to, who uses which server, and what profiles mean."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from msgspec import structs
from OpenSSL import SSL

from cisco_data import ClusterSecurityMode, DeviceSecurityMode, ServiceKind
from cisco_data.release_table import Release
from cisco_data.tls import VERSION_NUMBERED as TLS_VERSIONS
from lab.base.failures import InvalidInput, shown
from lab.base.releases import release_known
from lab.base.toml_tables import MAX_OCTETS, Mistake, Part, below, located, only, tables, toml
from lab.exports.nodes import host_named, same_node
from lab.fleet.model import Settings
from pki import TrustStore
from wire.plain_text import plain

NAME = "settings.toml"
Tls = Literal["1.0", "1.1", "1.2", "1.3"]
_CIPHER = re.compile(r"[A-Za-z0-9-]{1,60}")


class ClusterSettings(Part, frozen=True, kw_only=True):
    """One cluster."""

    mode: ClusterSecurityMode = ClusterSecurityMode.MIXED
    release: str = ""
    """One of `cisco_data.RELEASES`; empty for that of the whole file."""
    upgraded: bool = False
    """Whether it was upgraded, and kept the minimum TLS version of its former release."""
    minimum_tls: Tls | None = None
    """Of CallManager and CAPF; None for what the release has."""
    callmanager_ciphers: tuple[str, ...] = ()
    """In OpenSSL's spelling; empty for what the lab's service offers."""
    capf_ciphers: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()
    """Host names, the publisher's first; empty for those that certificates and lists name."""
    call_manager_group: tuple[str, ...] = ()
    """Nodes that phones register with, the one with the highest priority first; empty for all, in the order of the nodes."""
    tftp_nodes: tuple[str, ...] = ()
    """Nodes that phones ask for their files, that of option 150 first; empty for those that have an ITL file."""


class VpnGatewaySettings(Part, frozen=True, kw_only=True):
    """One VPN gateway."""

    minimum_tls: Tls = "1.0"
    ciphers: tuple[str, ...] = ()
    check_crl: bool = False
    """Whether it looks into the revocation lists of its folder."""
    security_level: Literal[0, 1, 2, 3, 4, 5] = 0
    """OpenSSL's."""
    phones: tuple[str, ...] | None = None
    """Devices that use it; None for each that uses no other of its kind."""
    clusters: tuple[str, ...] | None = None
    """Clusters whose phones use it, likewise."""


class RadiusSettings(VpnGatewaySettings, frozen=True, kw_only=True):
    """One authentication server."""

    check_names: bool = False
    """Whether the certificate's CN must be the name that the phone goes by."""


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """What it says; everything is as usual where it does not."""

    clusters: dict[str, ClusterSettings] = field(default_factory=dict)
    radius: dict[str, RadiusSettings] = field(default_factory=dict)
    vpn: dict[str, VpnGatewaySettings] = field(default_factory=dict)
    profiles: dict[str, DeviceSecurityMode] = field(default_factory=dict)
    """By the profile's name in small letters."""
    release: str = ""
    """Of each cluster that names none itself; empty where nothing names one."""

    @property
    def declared(self) -> dict[str, ServiceKind]:
        """Authentication servers and gateways by their names in small letters."""
        return {name.casefold(): ServiceKind.DOT1X for name in self.radius} | {
            name.casefold(): ServiceKind.VPN for name in self.vpn
        }

    def cluster(self, name: str) -> ClusterSettings:
        return next(
            (part for key, part in self.clusters.items() if key.casefold() == name.casefold()), ClusterSettings()
        )

    def release_of(self, cluster: str) -> Release:
        """Raises InvalidInput for one that cannot have the minimum TLS version that is set."""
        part = self.cluster(cluster)
        release = release_known(part.release or self.release, upgraded=part.upgraded)
        if part.minimum_tls is not None and (why := release.wrong_minimum(TLS_VERSIONS[part.minimum_tls])):
            raise InvalidInput(f"{NAME}: {below('clusters', plain(cluster))}.minimum-tls: {why}")
        return release

    def with_release(self, release: str) -> SettingsFile:
        """Every cluster has this one, whatever the file says. Raises InvalidInput for one that there is not."""
        release_known(release)
        clusters = {name: structs.replace(part, release="") for name, part in self.clusters.items()}
        return replace(self, clusters=clusters, release=release)

    def server(self, kind: ServiceKind, *names: str) -> VpnGatewaySettings:
        """Of the first of these names that it knows."""
        known: dict[str, VpnGatewaySettings] = {**(self.radius if kind is ServiceKind.DOT1X else self.vpn)}
        written = {key.casefold(): part for key, part in known.items()}
        usual = RadiusSettings() if kind is ServiceKind.DOT1X else VpnGatewaySettings()
        return next((written[name.casefold()] for name in names if name.casefold() in written), usual)


def settings_of_cluster(kind: ServiceKind, part: ClusterSettings, release: Release, trust: TrustStore) -> Settings:
    """What CallManager or CAPF reads when it starts."""
    minimum = TLS_VERSIONS[part.minimum_tls] if part.minimum_tls is not None else release.default_minimum_tls
    ciphers = part.capf_ciphers if kind is ServiceKind.CAPF else part.callmanager_ciphers
    return Settings(trust, None, minimum, ciphers, maximum_tls=release.maximum_tls)


def settings_of(part: VpnGatewaySettings, trust: TrustStore) -> Settings:
    """What another server reads when it starts."""
    minimum = TLS_VERSIONS[part.minimum_tls]
    names = isinstance(part, RadiusSettings) and part.check_names
    return Settings(trust, None, minimum, part.ciphers, part.check_crl, names, part.security_level)


def read_settings_untrusted(octets: bytes, where: str) -> SettingsFile:
    """Raises InvalidInput for anything that is wrong with it, with the place."""
    if len(octets) > MAX_OCTETS:
        raise InvalidInput(f"{plain(where)} is larger than {MAX_OCTETS} octets: that is not a file of settings")
    with located(plain(where)):
        return _settings(toml(octets.decode("utf-8-sig")))


def _settings(raw: dict[str, Any]) -> SettingsFile:
    only(raw, ["release", "clusters", "radius", "vpn", "profiles"], "")
    release = _release(raw.get("release", ""), "release")
    clusters = _tables(raw, "clusters", ClusterSettings)
    radius, vpn = _tables(raw, "radius", RadiusSettings), _tables(raw, "vpn", VpnGatewaySettings)
    for name, cluster in clusters.items():
        _check_nodes(cluster, below("clusters", name))
        _release(cluster.release, f"{below('clusters', name)}.release")
        _check_ciphers(cluster.callmanager_ciphers, f"{below('clusters', name)}.callmanager-ciphers")
        _check_ciphers(cluster.capf_ciphers, f"{below('clusters', name)}.capf-ciphers")
    for kind, parts in (("radius", radius), ("vpn", vpn)):
        for name, part in parts.items():
            _check_ciphers(part.ciphers, f"{below(kind, name)}.ciphers")
    for name in vpn:
        if name.casefold() in map(str.casefold, radius):
            raise Mistake(below("vpn", name), "an authentication server has that name: rename one of their folders")
    return SettingsFile(clusters, radius, vpn, _profiles(raw.get("profiles", {})), release)


def _release(raw: Any, path: str) -> str:
    if not isinstance(raw, str):
        raise Mistake(path, 'this must be a text, like "14SU3"')
    try:
        release_known(raw)
    except InvalidInput as problem:
        raise Mistake(path, str(problem)) from None
    return raw


def _tables(raw: dict[str, Any], key: str, part: Any) -> dict[str, Any]:
    found: dict[str, Any] = tables(raw[key], key, part) if key in raw else {}
    names = [name.casefold() for name in found]
    for name in found:
        if names.count(name.casefold()) > 1:
            raise Mistake(below(key, name), "this is there twice, as capitals do not count")
    return found


def _profiles(raw: Any) -> dict[str, DeviceSecurityMode]:
    modes = {str(mode).casefold(): mode for mode in DeviceSecurityMode}
    if not isinstance(raw, dict):
        raise Mistake("profiles", 'this must be a table of names, like "Corporate phones" = "Encrypted"')
    found = {}
    for name, mode in raw.items():
        if not isinstance(mode, str) or mode.casefold() not in modes:
            wanted = ", ".join(str(each) for each in DeviceSecurityMode)
            raise Mistake(below("profiles", name), f"this must be one of {wanted}")
        found[name.casefold()] = modes[mode.casefold()]
    return found


def _check_nodes(cluster: ClusterSettings, path: str) -> None:
    """Host names, each once; a group and TFTP servers are among the nodes where those are named."""
    for key, names in (
        ("nodes", cluster.nodes),
        ("call-manager-group", cluster.call_manager_group),
        ("tftp-nodes", cluster.tftp_nodes),
    ):
        hosts = [host_named(name) for name in names]
        for name, host in zip(names, hosts, strict=True):
            if not host:
                raise Mistake(f"{path}.{key}", f"{shown(name)} is no host name: write that of the node, like hq-pub")
            if sum(same_node(host, other) for other in hosts) > 1:
                raise Mistake(f"{path}.{key}", f"{shown(name)} is there twice")
            if cluster.nodes and not any(same_node(host, host_named(node)) for node in cluster.nodes):
                raise Mistake(f"{path}.{key}", f"{shown(name)} is none of the nodes ({', '.join(cluster.nodes)})")


def _check_ciphers(names: Sequence[str], path: str) -> None:
    """Each for itself, since OpenSSL passes over what it does not know in a list."""
    for name in names:
        if not _CIPHER.fullmatch(name) or not _known(name, SSL.Context(SSL.TLS_METHOD).set_cipher_list):
            raise Mistake(
                path, f"this machine's OpenSSL knows no cipher {shown(name)}: write it as `openssl ciphers` does"
            )


def _known(name: str, offer: Callable[[bytes], None]) -> bool:
    try:
        offer(f"{name}:@SECLEVEL=0".encode())
    except SSL.Error:
        return False
    return True
