"""Which folder of the exports is what: trust stores by their names, clusters by the stores in them, everything else loose files."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from cisco_data import KIND_OF, STORE_OF, ServiceKind, StoreName
from lab.base.failures import InvalidInput
from lab.exports.folder import File, Folder
from wire.plain_text import plain

_STORES = {
    "callmanager-trust": ServiceKind.CALLMANAGER,
    "callmanagertrust": ServiceKind.CALLMANAGER,
    "ccm-trust": ServiceKind.CALLMANAGER,
    "capf-trust": ServiceKind.CAPF,
    "capftrust": ServiceKind.CAPF,
}
_OTHER_STORES = {store.casefold(): store for store in StoreName if store not in KIND_OF}
"""Those by which no service accepts a phone: TVS answers by them, and the CTL file is made with one of them."""
_ON_DISK = {"callmanager": ServiceKind.CALLMANAGER, "capf": ServiceKind.CAPF}
"""Folders of CUCM's own disk, with the store in their `trust-certs`."""
_GENERIC = {"radius": ServiceKind.DOT1X, "8021x": ServiceKind.DOT1X, "dot1x": ServiceKind.DOT1X, "vpn": ServiceKind.VPN}
"""Names that may stand for a group of servers, each with a folder of its own in there."""
_WORDS = {
    **_GENERIC,
    **dict.fromkeys(("ise", "acs", "freeradius", "nps", "clearpass", "aaa"), ServiceKind.DOT1X),
    **dict.fromkeys(("asa", "ftd", "anyconnect", "ocserv"), ServiceKind.VPN),
}
_NOT_STORES = frozenset({"phone", "phones", "trace", "traces", "lsc", "lscs", "mic", "mics"})
"""A folder with such a word in its name is no server's, whatever else is in it: Phone-VPN-trust is what phones trust."""


class StoreFolder(NamedTuple):
    """A folder that is a trust store."""

    kind: ServiceKind
    folder: Folder
    cluster: str | None
    """Whose it is, or in whose folder it lies; empty for the one cluster at top level, None for none."""


class OtherStore(NamedTuple):
    """A folder that is another trust store of a cluster."""

    store: StoreName
    folder: Folder
    cluster: str


class Loose(NamedTuple):
    """A file outside of all stores."""

    file: File
    cluster: str | None
    """In whose folder it lies, likewise."""
    top: bool
    """Whether it lies there directly: inventories do."""


@dataclass(slots=True)
class ExportsLayout:
    clusters: dict[str, Folder] = field(default_factory=dict)
    """By name; empty for one whose stores lie at top level."""
    stores: list[StoreFolder] = field(default_factory=list)
    others: list[OtherStore] = field(default_factory=list)
    loose: list[Loose] = field(default_factory=list)


def lay_out(root: Folder, declared: Mapping[str, ServiceKind], telling: Collection[str] = frozenset()) -> ExportsLayout:
    """
    Args:
        declared: authentication servers and gateways that settings name, by their names in small letters.
        telling: paths of files that tell what a cluster's stores hold: their folder is the cluster's, as if the stores lay there.

    Raises InvalidInput where a store or a cluster is there twice.
    """
    layout = ExportsLayout()
    _enter(root, None, root, layout, declared, telling)
    if "" in layout.clusters and len(layout.clusters) > 1:
        other = next(name for name in layout.clusters if name)
        raise InvalidInput(
            f"trust stores lie at top level and in {plain(other)}: with several clusters each needs a folder of its own"
        )
    for number, store in enumerate(layout.stores):
        for former in layout.stores[:number]:
            if store.cluster == former.cluster and _name(store) == _name(former):
                raise InvalidInput(
                    f"{plain(former.folder.shown)} and {plain(store.folder.shown)} are both called {plain(_name(store))}:"
                    " leave one, or rename one"
                )
    return layout


def _name(store: StoreFolder) -> str:
    return STORE_OF.get(store.kind) or store.folder.name.casefold()


def _enter(
    folder: Folder,
    cluster: str | None,
    root: Folder,
    layout: ExportsLayout,
    declared: Mapping[str, ServiceKind],
    telling: Collection[str],
) -> None:
    tells = cluster is None and any(file.path in telling for file in folder.files)
    if tells or any(_plain(child.name) in _STORES or _on_disk(child) for child in folder.folders):
        cluster = "" if folder is root else folder.name
        if cluster.casefold() in map(str.casefold, layout.clusters):
            there = layout.clusters.get(cluster, folder).shown
            raise InvalidInput(
                f"{plain(there)} and {plain(folder.shown)} would both be the cluster {plain(cluster)}: rename one"
            )
        layout.clusters[cluster] = folder
    top = folder is root or layout.clusters.get(cluster or "") is folder
    layout.loose += [Loose(file, cluster, top) for file in folder.files]
    for child in folder.folders:
        other = _OTHER_STORES.get(_plain(child.name))
        if other is not None and cluster is not None:
            layout.others.append(OtherStore(other, child, cluster))
            continue
        kind = _kind(child, folder, declared)
        if kind is None:
            _enter(child, cluster, root, layout, declared, telling)
        else:
            layout.stores += [StoreFolder(kind, each, cluster) for each in _servers(child)]


def _on_disk(folder: Folder) -> bool:
    return _plain(folder.name) in _ON_DISK and any(_plain(child.name) == "trust-certs" for child in folder.folders)


def _kind(folder: Folder, parent: Folder, declared: Mapping[str, ServiceKind]) -> ServiceKind | None:
    """Whose store a folder is; None for what is none."""
    name = _plain(folder.name)
    if name == "trust-certs":
        return _ON_DISK.get(_plain(parent.name))
    if found := _STORES.get(name) or declared.get(folder.name.casefold()):
        return found
    words = re.findall(r"[a-z]+", name.replace("802-1x", "dot1x").replace("8021x", "dot1x").replace("dot1x", "radius"))
    if _NOT_STORES.intersection(words):
        return None
    return next((_WORDS[word] for word in words if word in _WORDS), None)


def _servers(folder: Folder) -> Iterator[Folder]:
    """A store, or the stores in a folder that groups them."""
    grouped = _plain(folder.name).replace("802-1x", "8021x") in _GENERIC
    if grouped and folder.folders and not any(not file.is_hidden for file in folder.files):
        yield from folder.folders
    else:
        yield folder


def _plain(name: str) -> str:
    return re.sub(r"[\s_.\-]+", "-", name.casefold()).strip("-")
