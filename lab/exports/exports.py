"""From a folder of exports to a fleet: what lies there, what the settings say, the stores, the inventories, the phones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePath

from cisco_data import STORE_OF, CertificateUnit, StoreName
from lab.base.failures import InvalidInput
from lab.exports import columns as col
from lab.exports.authorities import Authorities
from lab.exports.certificates import Parsed
from lab.exports.cluster_trust import MissingLists
from lab.exports.current_capf import current_capf
from lab.exports.files import certificates_in, ending, opened, opened_binary
from lab.exports.folder import File, Folder, look_through
from lab.exports.inventory import InventoryRow, read_inventory_untrusted
from lab.exports.layout import ExportsLayout, Loose, StoreFolder, lay_out
from lab.exports.list_files import ENDING as LIST_ENDING
from lab.exports.network_trust import ListFile, Network, OwnFile, TrustInputs, is_own_place, read_trust
from lab.exports.notes import Notes
from lab.exports.own_certificates import unit_of_file
from lab.exports.phone_certificates import PhoneCertificates
from lab.exports.phone_lists import PhoneLists
from lab.exports.phones import Phones
from lab.exports.services import read_services
from lab.exports.settings_file import NAME, SettingsFile, read_settings_untrusted
from lab.exports.sheet import read_sheet_untrusted
from lab.exports.stores import is_own
from lab.exports.texts import OWN_CAPF, PastedText, ToldStores, rows_in, stores_in, texts_in
from lab.exports.told_certificates import ToldCertificates
from lab.fleet.findings import InputFinding
from lab.fleet.model import Fleet
from pki import Certificate
from pki import read as contents_of
from wire.plain_text import plain

UNNAMED = "cluster"
"""What a cluster is called that has no folder of its own and no other name."""
_INVENTORIES = frozenset({".csv", ".tsv"})
_ASIDE = ("tomcat-ecdsa", "ipsec", "authz")
"""Services whose own certificates no phone and no service of the fleet goes by."""
_OWN_FOLDERS = frozenset({*_ASIDE, *(unit.casefold() for unit in CertificateUnit), "certs", "own"})
"""Where they may lie besides the folder of their cluster."""
_SNIFFED = 16 * 1024
_HOW = "docs/whatif-exports.md says how to lay it out, and `cucm-lab whatif --sample FOLDER` writes one to look at"


def read(
    folder: Path, now: datetime, release: str = "", maker: MissingLists | None = None
) -> tuple[Fleet, tuple[InputFinding, ...]]:
    """As `read_exports`."""
    now = now.replace(microsecond=0)
    notes = Notes()
    root = look_through(folder, notes)
    settings = _settings(root, notes)
    if release:
        settings = settings.with_release(release)
    texts = texts_in(root, notes)
    layout = lay_out(root, settings.declared, {path for path, text in texts.items() if text.has_stores})
    loose = _read_loose(layout, settings, texts, notes)
    told = _told_stores(layout, loose, notes)
    if not layout.stores:
        unread = next(root.everything_unread(), "")
        why = f" ({plain(unread)} cannot be read)" if unread else ""
        raise InvalidInput(
            f"{plain(str(folder))} holds no trust store, such as a folder {StoreName.CALLMANAGER}{why}: {_HOW}"
        )
    clusters = {key: plain(key) or _name_of_only(settings, loose) for key in layout.clusters}
    names = list(clusters.values())
    services = read_services(layout, clusters, settings, now, notes, told)
    authorities = Authorities()
    authorities.enter(services.certificates)
    own = _own_capf(loose, clusters, now, notes)
    authorities.enter(own.values())
    found = PhoneCertificates(authorities, notes)
    for file, cluster, parsed in loose.certificates:
        found.collect(file, parsed, clusters.get(cluster) if cluster else None)
    capf = current_capf(names, services, own, notes)
    network = Network(layout, clusters, settings, services, authorities, capf, told, now)
    trust = read_trust(network, TrustInputs(loose.own, loose.lists, loose.texts), maker, notes)
    mirrored = ToldCertificates(found, authorities, services.held, capf, now, notes)
    makes = Phones(names, services, found, mirrored, PhoneLists(trust, notes), now, notes)
    rows = [(row, clusters.get(cluster) if cluster else None) for row, cluster in loose.rows]
    phones = (*makes.of_rows(rows), *makes.of_certificates_alone(found.clusters))
    if not phones:
        raise InvalidInput(_no_phone(folder, notes))
    fleet = Fleet(
        *(now, services.servers, phones, authorities.certificates, (), capf),
        origins=services.origins,
        releases=services.releases,
        minimum_by_release=frozenset(services.minimum_by_release),
        nodes=trust.nodes,
        call_manager_groups=trust.groups,
        trust=trust.trust,
        last_seen=makes.last_seen,
    )
    return fleet, notes.all()


@dataclass(slots=True)
class _Loose:
    """What the files outside of all stores hold, each with the cluster in whose folder it lies."""

    rows: list[tuple[InventoryRow, str | None]] = field(default_factory=list)
    capf: list[tuple[File, str | None, Certificate]] = field(default_factory=list)
    certificates: list[tuple[File, str | None, list[Parsed]]] = field(default_factory=list)
    texts: dict[str | None, list[PastedText]] = field(default_factory=dict)
    """Pasted ones, by cluster."""
    own: list[OwnFile] = field(default_factory=list)
    lists: list[ListFile] = field(default_factory=list)


def _settings(root: Folder, notes: Notes) -> SettingsFile:
    for file in root.files:
        if file.name.casefold() == NAME:
            octets = opened(file, notes)
            if octets is None:
                raise InvalidInput(f"{NAME} cannot be read")
            return read_settings_untrusted(octets, file.shown)
    return SettingsFile()


def _read_loose(layout: ExportsLayout, settings: SettingsFile, texts: Mapping[str, PastedText], notes: Notes) -> _Loose:
    found = _Loose()
    for loose in layout.loose:
        file = loose.file
        if file.path in texts:
            found.texts.setdefault(loose.cluster, []).append(texts[file.path])
            continue
        if ending(file) == LIST_ENDING and not file.is_hidden:
            if (octets := opened_binary(file, notes)) is not None:
                found.lists.append(ListFile(file, loose.cluster, octets))
            continue
        octets = opened(file, notes)
        if octets is None or file.is_hidden or ending(file) == ".toml":
            continue
        if _is_inventory(loose, octets):
            rows = read_inventory_untrusted(octets, file.shown, settings.profiles, notes)
            found.rows += [(row, loose.cluster) for row in rows]
            continue
        parsed = certificates_in(file, octets, notes)
        if not parsed:
            continue
        if _is_own(loose, layout, settings, parsed[0].certificate):
            _enter_own(found, loose, parsed)
        else:
            found.certificates.append((file, loose.cluster, parsed))
    for cluster, of_cluster in found.texts.items():
        beside = [text for other, others in found.texts.items() if other != cluster for text in others]
        if cluster is not None:
            beside = found.texts.get(None, [])
        found.rows += [(row, cluster) for row, _ in rows_in(of_cluster, beside, settings.profiles, notes)]
    return found


def _is_own(loose: Loose, layout: ExportsLayout, settings: SettingsFile, certificate: Certificate) -> bool:
    """Whether the file is a node's own certificate."""
    file = loose.file
    unit = unit_of_file(file)
    if unit is None:
        aside = loose.top or PurePath(file.shown).parent.name.casefold() in _OWN_FOLDERS
        return aside and any(is_own(file, service) for service in _ASIDE)
    folder = layout.clusters[loose.cluster].shown if loose.cluster is not None else ""
    nodes = settings.cluster(loose.cluster or "").nodes
    return is_own_place(file.shown, folder, certificate, nodes)


def _enter_own(found: _Loose, loose: Loose, parsed: list[Parsed]) -> None:
    """What follows the certificate in its file is of authorities."""
    unit, certificate = unit_of_file(loose.file), parsed[0].certificate
    if unit is CertificateUnit.CAPF:
        found.capf.append((loose.file, loose.cluster, certificate))
    elif unit is not None:
        found.own.append(OwnFile(unit, loose.file, loose.cluster, certificate))
        found.certificates += [(loose.file, loose.cluster, parsed[1:])] if len(parsed) > 1 else []


def _told_stores(layout: ExportsLayout, loose: _Loose, notes: Notes) -> dict[str, ToldStores]:
    """By cluster, what pasted texts tell of its stores; a store that no folder holds is added to the layout."""
    others = [each for _, _, parsed in loose.certificates for each in parsed]
    found = {cluster: stores_in(texts, others, notes) for cluster, texts in loose.texts.items() if cluster is not None}
    for cluster, told in found.items():
        for kind, store in STORE_OF.items():
            there = any(each.cluster == cluster and each.kind is kind for each in layout.stores)
            if store in told.files and not there:
                layout.stores.append(StoreFolder(kind, Folder(store, told.files[store].shown), cluster))
        loose.capf += [(file, cluster, parsed.certificate) for parsed, file in told.held.get(OWN_CAPF, ())]
    return found


def _is_inventory(loose: Loose, octets: bytes) -> bool:
    """A CSV, or text whose head has the columns that each inventory needs: CUCM's bulk exports end in .txt."""
    if not loose.top or ending(loose.file) in _INVENTORIES:
        return loose.top
    if ending(loose.file) != ".txt":
        return False
    try:
        sheet = read_sheet_untrusted(octets[:_SNIFFED], "", col.SPELLINGS, col.DEVICE)
    except InvalidInput:
        return False
    return all(needed in sheet.columns for needed in col.NEEDED)


def _name_of_only(settings: SettingsFile, loose: _Loose) -> str:
    """Of the cluster whose stores lie at top level: what settings or the inventories call it."""
    told = {row.cluster.casefold(): plain(row.cluster) for row, _ in loose.rows if row.cluster}
    names = list(settings.clusters) if len(settings.clusters) == 1 else list(told.values())
    if len(settings.clusters) > 1 or len(told) > 1:
        several = ", ".join(
            plain(name) for name in (settings.clusters if len(settings.clusters) > 1 else told.values())
        )
        raise InvalidInput(f"there are several clusters ({several}), and trust stores at top level: give each a folder")
    return plain(names[0]) if names else UNNAMED


def _own_capf(loose: _Loose, clusters: dict[str, str], now: datetime, notes: Notes) -> dict[str, Certificate]:
    """CAPF.pem of each cluster."""
    found: dict[str, Certificate] = {}
    for file, cluster, certificate in loose.capf:
        name = clusters.get(cluster or "") or (next(iter(clusters.values())) if len(clusters) == 1 else None)
        if name is None:
            notes.add(file.shown, "may be any cluster's: it was left out", "put it into the folder of one", grave=True)
        elif name in found and found[name] != certificate:
            raise InvalidInput(
                f"{plain(file.shown)} is not the only CAPF.pem of {name}: leave the one that CAPF has now"
            )
        else:
            found[name] = certificate
            last = contents_of(certificate).not_after
            if last is not None and last < now:
                notes.add(file.shown, f"expired on {last:%Y-%m-%d}")
    return found


def _no_phone(folder: Path, notes: Notes) -> str:
    grave = next((finding for finding in notes.all() if finding.grave), None)
    why = f" ({grave.where}: {grave.problem})" if grave is not None else ""
    return (
        f"{plain(str(folder))} has no phone that can be asked about{why}: it takes an inventory or certificates; {_HOW}"
    )
