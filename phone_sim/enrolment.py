"""A phone's visit to CAPF: three tries, half a minute apart, and what it brings home."""

from __future__ import annotations

import trio

from cisco_data import AuthenticationMode
from journal import Event
from phone_sim.boot import CAPF_RETRY_SECONDS, CAPF_TRIES, AfterCapf, BootTrigger
from phone_sim.capf_client import CapfEnding, CapfResult, run_capf
from phone_sim.dialing import PhoneTlsStream, dial
from phone_sim.events import CapfTriesExhausted, SecureConnectionRefused, ServerUnreachable
from phone_sim.hardware import Hardware
from phone_sim.trust.judged_handshake import handshake_judged
from phone_sim.trust.phone_trust import PhoneTrust
from phone_sim.trust.servers import ServerUse
from pki import Identity, KeySpec, PrivateKey
from wire.phone_file import CapfServer, PhoneFile
from wire.tls import TlsStream


class PhoneCertificateStore:
    """The phone as its CAPF client sees it (`capf_certificate_store.CapfCertificateStore`)."""

    sends_sudi = False
    reports_progress = True

    def __init__(self, hardware: Hardware, mode: AuthenticationMode | None, authentication_string: str) -> None:
        self._hardware = hardware
        self.capf_auth_mode = mode
        self.authentication_string = authentication_string

    @property
    def device_name(self) -> str:
        return self._hardware.flash.device_name

    @property
    def capf_version(self) -> int:
        return self._hardware.model.capf_version

    @property
    def mic(self) -> Identity | None:
        mic = self._hardware.flash.mic
        return mic.identity if mic is not None else None

    @property
    def lsc(self) -> Identity | None:
        lsc = self._hardware.flash.lsc
        return lsc.identity if lsc is not None else None

    async def make_key(self, spec: KeySpec) -> PrivateKey | None:
        # In this task and not in a thread: virtual time would jump over every timeout while a thread works.
        return self._hardware.make_key(spec) if self._hardware.model.can_make(spec.algorithm, spec.size) else None

    def store_lsc(self, identity: Identity) -> None:
        self._hardware.flash.install_lsc(identity)

    def delete_lsc(self) -> bool:
        return self._hardware.flash.delete_lsc() is not None


def capf_servers(file: PhoneFile) -> tuple[CapfServer, ...]:
    """Those that the file names; an entry without a name stands in a file whose phone has nothing to do there."""
    return tuple(server for server in file.capf_list if server.process_node_name)


async def enrol(
    hardware: Hardware, trust: PhoneTrust, file: PhoneFile, authentication_string: str, cause: Event | None
) -> tuple[AfterCapf, Event | None]:
    """Do what CAPF has pending for this phone. Gives where the boot goes on, and because of which event."""
    store = PhoneCertificateStore(hardware, file.capf_auth_mode, authentication_string)
    last = cause
    for attempt in range(CAPF_TRIES):
        if attempt:
            await trio.sleep(CAPF_RETRY_SECONDS)
        for server in capf_servers(file):
            result = await _visit(hardware, trust, server, store, last)
            if not isinstance(result, CapfResult):
                last = result
                continue
            last = result.event
            if result.lsc_installed or result.lsc_deleted:
                return BootTrigger.LSC_CHANGED, last
            if result.ending is not CapfEnding.COMMUNICATION_FAILURE:
                return BootTrigger.CAPF_DONE, last
    return BootTrigger.CAPF_DONE, hardware.emitter.emit(CapfTriesExhausted(tries=CAPF_TRIES), cause=last)


async def _visit(
    hardware: Hardware, trust: PhoneTrust, server: CapfServer, store: PhoneCertificateStore, cause: Event | None
) -> CapfResult | Event:
    """One session, or the event that says why there was none."""
    emitter = hardware.emitter
    tcp = await dial(hardware.route, "CAPF", server.process_node_name, server.phone_port, emitter, cause)
    if isinstance(tcp, ServerUnreachable):
        return tcp
    async with tcp:
        judge = trust.judge(ServerUse.CAPF)
        context = judge.context(hardware.contexts, hardware.model.tls)
        async with PhoneTlsStream(tcp, context, emitter, cause=cause) as stream:
            failed = await handshake_judged(stream, judge, "CAPF", emitter, cause)
            if failed is None:
                return await run_capf(stream, emitter, store, cause=cause)
            return emitter.on(stream.connection).emit(_refused(stream), cause=failed)


def _refused(stream: TlsStream) -> SecureConnectionRefused:
    ended = stream.ended
    return SecureConnectionRefused(
        service="CAPF",
        kind="",
        alert=ended.alert if ended is not None else -1,
        alert_direction=ended.alert_direction if ended is not None else "",
    )
