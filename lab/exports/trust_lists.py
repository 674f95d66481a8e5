"""The CTL and ITL files of a cluster's nodes and phones, out of `.tlv` files and answers of `show ctl` and `show itl`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from cisco_data import ServiceName
from cisco_data.trust_roles import CALL_MANAGERS, FILE_SIGNERS, TrustRole
from lab.exports.folder import File
from lab.exports.list_files import (
    KnownCertificates,
    ReadList,
    UnusableList,
    list_of_text,
    phone_of_file,
    read_list_file_untrusted,
)
from lab.exports.nodes import host_named, same_node
from lab.exports.notes import Notes
from lab.exports.show_list_text import ListName, ShownList
from lab.fleet.trust import FleetList
from pki import Certificate, Unreadable, load_untrusted
from wire.plain_text import plain
from wire.signed_files import MAX_TRUST_LIST, TrustListRecord

_OF_NODES = CALL_MANAGERS | FILE_SIGNERS | {TrustRole.TVS}
"""Roles of records that name nodes of the cluster."""
_MAX_NAMED = 3
_HOW = "fetch the file itself: http://NODE:6970/{kind}File.tlv, or by TFTP"


class FoundFile(NamedTuple):
    """A `.tlv` file."""

    file: File
    octets: bytes
    node: str
    """In whose folder it lies; empty for none's."""


class FoundText(NamedTuple):
    """An answer of `show ctl` or `show itl`."""

    shown: ShownList
    file: File
    node: str


@dataclass(slots=True)
class ClusterLists:
    """What was found of one cluster."""

    itl: dict[str, FleetList] = field(default_factory=dict)
    """By node, in small letters."""
    ctl: FleetList | None = None
    no_ctl: bool = False
    """Whether a node says that there is no CTL file."""
    no_itl: set[str] = field(default_factory=set)
    """Nodes that say that they have no ITL file, in small letters."""
    phones: dict[str, dict[ListName, FleetList | None]] = field(default_factory=dict)
    """By device: the files that it holds; None for one that it does not hold, as an empty file says."""
    unread_phones: dict[str, str] = field(default_factory=dict)
    """By device, why the file that it holds cannot be used."""
    unread: dict[str, str] = field(default_factory=dict)
    """By `CTL`, and by node for ITL files: why the file cannot be used."""
    nodes: list[str] = field(default_factory=list)
    """Host names that the lists have, in their order."""

    @property
    def every(self) -> Iterator[FleetList]:
        """Of the nodes."""
        if self.ctl is not None:
            yield self.ctl
        yield from self.itl.values()

    def tells_of_itl(self, node: str) -> bool:
        """Whether the node has an ITL file by what was found, be it one that cannot be used."""
        return "" in self.unread or any(node.casefold() in each for each in (self.itl, self.unread, self.no_itl))

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is known of the nodes' lists."""
        return not (self.itl or self.ctl or self.no_ctl or self.no_itl or self.unread)


def lists_of_cluster(
    files: Iterable[FoundFile],
    texts: Iterable[FoundText],
    known: KnownCertificates,
    addresses: Mapping[str, str],
    notes: Notes,
) -> ClusterLists:
    """
    Args:
        known: certificates by which the records of texts, and signatures, are looked up.
        addresses: IPv4 of nodes, by their names in small letters.
    """
    reader = _Reader(known, notes)
    for found in files:
        reader.file(found)
    for text in texts:
        reader.text(text, dict(addresses))
    return reader.lists


def certificates_of_lists(lists: Iterable[FleetList]) -> Iterator[Certificate]:
    """Each that a record has and that can be read."""
    for listed in lists:
        for record in listed.content.records:
            if (certificate := certificate_of(record)) is not None:
                yield certificate


def certificate_of(record: TrustListRecord) -> Certificate | None:
    try:
        return load_untrusted(record.certificate) if record.certificate else None
    except Unreadable:
        return None


def server_record(listed: FleetList) -> TrustListRecord | None:
    """An ITL file's record of the CallManager.pem of its own node, which signs files there."""
    return next((one for one in listed.content.records if one.role in FILE_SIGNERS), None)


def is_signed(listed: FleetList) -> bool:
    """Whether its signature is known; it is not in what was made of a text where something of the file is not known."""
    return bool(listed.content.header.signature.strip(b"\0"))


def _is_same(one: FleetList, other: FleetList) -> bool:
    """Whether they are one list: a text does not have all that its file has."""
    first, second = one.content, other.content
    if first.header.signer != second.header.signer or first.header.timestamp != second.header.timestamp:
        return False
    return [(each.certificate_id, each.role) for each in first.records] == [
        (each.certificate_id, each.role) for each in second.records
    ]


class _Reader:
    def __init__(self, known: KnownCertificates, notes: Notes) -> None:
        self.lists = ClusterLists()
        self._known = known
        self._notes = notes
        self._shared: dict[bytes, FleetList] = {}

    def file(self, found: FoundFile) -> None:
        of_phone = phone_of_file(found.file.name)
        shown = found.file.shown
        kind: ListName = "CTL" if found.file.name.upper().startswith("CTL") else "ITL"
        if not found.octets:
            self._note_none(of_phone, kind, found.node, shown)
            return
        try:
            read = read_list_file_untrusted(found.octets, found.file.name, plain(shown), self._known)
            if of_phone is not None and read.kind != of_phone[0]:
                raise UnusableList(f"is a {read.kind} file by its header")
        except UnusableList as why:
            self._note_unusable(of_phone, kind, found.node, shown, str(why))
            return
        read = read._replace(listed=self._shared.setdefault(found.octets, read.listed))
        if len(found.octets) > MAX_TRUST_LIST:
            problem = f"has {len(found.octets)} octets, and phones load no list of more than {MAX_TRUST_LIST}"
            self._notes.add(shown, problem, "delete certificates from the stores that are listed in it", grave=True)
        if read.unchecked:
            self._note_unchecked(shown, read)
        if of_phone is not None:
            self.lists.phones.setdefault(of_phone[1], {})[read.kind] = read.listed
            return
        self._enter(read, found.node, shown)

    def text(self, found: FoundText, addresses: dict[str, str]) -> None:
        shown, where = found.shown, f"{found.file.shown}, line {found.shown.line}"
        node = host_named(shown.node) or found.node
        if not shown.exists:
            self._note_none(None, shown.kind, node, where)
            return
        try:
            read = list_of_text(shown, plain(where), self._known, addresses)
        except UnusableList as why:
            self._note_unusable(None, shown.kind, node, where, str(why))
            return
        if read.unmatched:
            named = "; ".join(
                f"{plain(each.subject or each.issuer)[:80]}, serial {each.serial_number:x}"
                for each in read.unmatched[:_MAX_NAMED]
            )
            named += f" and {len(read.unmatched) - _MAX_NAMED} more" if len(read.unmatched) > _MAX_NAMED else ""
            problem = (
                f"lists certificates that no file here holds ({named}): of them issuer and serial number are compared,"
                " and their keys are not known"
            )
            self._notes.add(where, problem, _HOW.format(kind=shown.kind))
        elif read.unchecked:
            self._note_unchecked(where, read)
        self._enter(read, node, where)

    def _enter(self, read: ReadList, node: str, where: str) -> None:
        listed = read.listed
        self._note_nodes(listed)
        if read.kind == "CTL":
            self.lists.ctl = self._newer(self.lists.ctl, listed, where, "CTL file", "update the CTL file on every node")
            return
        server = server_record(listed)
        name = node or (host_named(server.dns_name) if server is not None else "")
        self._add_node(name)
        key, what = name.casefold(), f"ITL file of {plain(name) or 'the same node'}"
        remedy = "leave the one that the node serves now"
        self.lists.itl[key] = self._newer(self.lists.itl.get(key), listed, where, what, remedy)

    def _newer(self, former: FleetList | None, listed: FleetList, where: str, what: str, remedy: str) -> FleetList:
        """Which of two counts; of one and the same list the file itself rather than what was made of a text."""
        if former is None or former is listed:
            return listed
        if _is_same(former, listed):
            return former if is_signed(former) else listed
        newer = listed.content.header.timestamp > former.content.header.timestamp
        stays = listed if newer else former
        problem = f"is another {what} than {stays.origin}, which is newer and counts"
        self._notes.add(former.origin if newer else plain(where), problem, remedy, grave=True)
        return stays

    def _note_nodes(self, listed: FleetList) -> None:
        for record in listed.content.records:
            name = host_named(record.dns_name) if record.role in _OF_NODES else ""
            self._add_node(name)

    def _add_node(self, name: str) -> None:
        if name and not any(same_node(name, each) for each in self.lists.nodes):
            self.lists.nodes.append(name)

    def _note_none(self, of_phone: tuple[ListName, str] | None, kind: ListName, node: str, where: str) -> None:
        if of_phone is not None:
            self.lists.phones.setdefault(of_phone[1], {})[of_phone[0]] = None
        elif kind == "CTL":
            self.lists.no_ctl = True
        else:
            self.lists.no_itl.add(node.casefold())
            problem = f"says that there is no ITL file: {ServiceName.TFTP} makes one at its next start"
            self._notes.add(where, problem, f"restart {ServiceName.TFTP} there, and export the file again", grave=True)

    def _note_unusable(
        self, of_phone: tuple[ListName, str] | None, kind: ListName, node: str, where: str, problem: str
    ) -> None:
        remedy = _HOW.format(kind=kind)
        self._notes.add(where, f"{problem}: it was left out", remedy, grave=True)
        why = f"{plain(where)} {problem}"
        if of_phone is not None:
            self.lists.unread_phones[of_phone[1]] = why
        else:
            self.lists.unread.setdefault("CTL" if kind == "CTL" else node.casefold(), why)

    def _note_unchecked(self, where: str, read: ReadList) -> None:
        signer = read.listed.content.header.signer
        problem = (
            f"is signed by {plain(signer.subject or signer.issuer)[:80]}, serial {signer.serial_number:x}, which no file"
            " here has: its signature was not checked"
        )
        self._notes.add(where, problem, "add that certificate to the folder of the cluster")
