"""The first thing that a phone asks its TFTP server for: its CTL, then its ITL.

CTLSEP<MAC>.tlv, then ITLSEP<MAC>.tlv, and ITLFile.tlv where that is missing (Cisco documents 214535 and 213407). A list that the
phone cannot get or does not take leaves the old one, and the phone goes on. With one that is too long it does not go on: Security
Guide 14 says that a phone cannot load an ITL file of more than 64 KB and does not register. Assumed: a CTL file likewise, and the
phone asks again.
"""

from __future__ import annotations

from typing import NamedTuple

from journal import Emitter, Event
from phone_sim.download import FetchedFile, Missed
from phone_sim.download_events import DownloadFailure
from phone_sim.events import ServerUnreachable, TrustListMissing, TrustListUpdated
from phone_sim.file_source import FileSource
from phone_sim.hardware import Hardware
from phone_sim.trust.events import TrustListNotServed, TrustListRefused, TrustListTaken
from phone_sim.trust.held_lists import HeldList, ListKind
from phone_sim.trust.listed_servers import listed, server_certificates_untrusted
from phone_sim.trust.phone_trust import PhoneTrust
from phone_sim.trust.signed import Taking, decide_list, digests_of
from phone_sim.trust.tvs_answer import TrustRefusal
from pki import names_of
from wire.errors import ProtocolError
from wire.signed_files import (
    MAX_SIGNED_FILE,
    MAX_TRUST_LIST,
    TrustListFile,
    read_trust_list_untrusted,
    verify_untrusted,
)
from wire.tvs import RequestedCertificate


def list_names(device_name: str, kind: ListKind) -> tuple[str, ...]:
    """The names under which a phone asks for its list, in order."""
    own = f"{kind.value}{device_name}.tlv"
    return (own,) if kind is ListKind.CTL else (own, "ITLFile.tlv")


class _Asked(NamedTuple):
    """One file that the phone asked for, and how it notes what became of it."""

    kind: ListKind
    file: str
    emitter: Emitter
    cause: Event | None


class BootLists:
    """Fetches, checks and takes them."""

    def __init__(self, hardware: Hardware, trust: PhoneTrust, files: FileSource) -> None:
        self._hardware = hardware
        self._emitter = hardware.emitter
        self._trust = trust
        self._files = files

    async def update(self, cause: Event | None) -> ServerUnreachable | TrustListRefused | None:
        """Both lists; a model without Security By Default knows a CTL only.

        The event where the phone cannot go on: no TFTP server answers, or a list is too long to be loaded.
        """
        flash, before = self._hardware.flash, self._hardware.flash.lists
        kinds = tuple(ListKind) if self._hardware.model.security_by_default else (ListKind.CTL,)
        failed = False
        for kind in kinds:
            done = await self._update_one(kind, cause)
            if isinstance(done, ServerUnreachable) or (
                isinstance(done, TrustListRefused) and done.refusal == TrustRefusal.TOO_LARGE
            ):
                return done
            failed |= done is not None
        changed = tuple(kind.value for kind in kinds if flash.lists.of(kind) != before.of(kind))
        if changed:
            updated = TrustListUpdated(
                servers=tuple(names_of(one).subject for one in server_certificates_untrusted(flash.lists)),
                trust_list=listed(flash.lists),
                lists=changed,
                first_time=not before.any_held,
            )
            self._emitter.emit(updated, cause=cause)
        elif not flash.lists.any_held and not failed:
            self._emitter.emit(TrustListMissing(), cause=cause)
        return None

    async def _update_one(self, kind: ListKind, cause: Event | None) -> ServerUnreachable | TrustListRefused | None:
        """The event where the phone did not take what its server has, or could not get it."""
        for name in list_names(self._hardware.flash.device_name, kind):
            found = await self._files.get(name, MAX_SIGNED_FILE, cause)
            if isinstance(found, ServerUnreachable):
                return found
            emitter = self._hardware.emitter.on(found.connection)
            if isinstance(found, FetchedFile):
                return await self._consider(_Asked(kind, name, emitter, cause), found.octets)
            if found.failure is not DownloadFailure.FILE_NOT_FOUND:
                return _refuse(_Asked(kind, name, emitter, cause), failure=found)
            emitter.emit(TrustListNotServed(file=name), cause=cause)
        return None

    async def _consider(self, asked: _Asked, octets: bytes) -> TrustListRefused | None:
        flash, kind = self._hardware.flash, asked.kind
        if len(octets) > MAX_TRUST_LIST:
            return _refuse(asked, refusal=TrustRefusal.TOO_LARGE)
        try:
            content = read_trust_list_untrusted(octets)
        except ProtocolError as error:
            return _refuse(asked, refusal=TrustRefusal.UNREADABLE, fault=str(error))
        offered, digests = HeldList(octets, content), digests_of(self._hardware.model)
        decision = decide_list(flash.lists, kind, offered, verify_untrusted, self._trust.obstacle(), digests)
        if decision.taking is Taking.ASK_TVS:
            answer = await self._trust.ask_about_signer(content.header.signer, asked.file, asked.cause)
            decision = decide_list(flash.lists, kind, offered, verify_untrusted, answer, digests)
        if decision.refusal is not None:
            return _refuse(asked, refusal=decision.refusal, content=content)
        if decision.taken:
            taken = TrustListTaken(
                list=kind.value,
                file=asked.file,
                octets=len(octets),
                taking=decision.taking,
                signer=RequestedCertificate.of(content.header.signer),
                records=len(content.records),
            )
            self._trust.take_list(kind, offered, asked.emitter.emit(taken, cause=asked.cause))
        return None


def _refuse(
    asked: _Asked,
    *,
    refusal: TrustRefusal | None = None,
    failure: Missed | None = None,
    content: TrustListFile | None = None,
    fault: str = "",
) -> TrustListRefused:
    refused = TrustListRefused(
        list=asked.kind.value,
        file=asked.file,
        refusal=refusal.value if refusal is not None else "",
        failure=failure.failure.value if failure is not None else "",
        fault=failure.fault if failure is not None else fault,
        signer=RequestedCertificate.of(content.header.signer) if content is not None else None,
    )
    return asked.emitter.emit(refused, cause=asked.cause)
