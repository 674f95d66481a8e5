"""A phone's visit to CAPF: three tries, half a minute apart, and what it brings home."""

from __future__ import annotations

from collections.abc import Callable

import trio

from journal import Emitter, Event
from phone_sim.boot import CAPF_RETRY_SECONDS, CAPF_TRIES, Trigger
from phone_sim.capf_client import CapfEnding, run_capf
from phone_sim.contexts import ClientContexts
from phone_sim.dialing import dial
from phone_sim.events import CapfTriesExhausted, SecureConnectionRefused, ServerUnreachable
from phone_sim.flash import Flash
from phone_sim.models import PhoneModel
from phone_sim.network import Network
from pki import Identity, KeySpec, PrivateKey
from wire.phone_file import CapfAuthMode, PhoneFile
from wire.tls import TlsStream

KeyMaker = Callable[[KeySpec], PrivateKey]


class Wallet:
    """The phone as its CAPF client sees it (`capf_wallet.CapfWallet`)."""

    sends_sudi = False
    reports_progress = True

    def __init__(
        self, model: PhoneModel, flash: Flash, make_key: KeyMaker, mode: CapfAuthMode, authentication_string: str
    ) -> None:
        self._model = model
        self._flash = flash
        self._make_key = make_key
        self.capf_auth_mode = mode
        self.authentication_string = authentication_string

    @property
    def device_name(self) -> str:
        return self._flash.device_name

    @property
    def capf_version(self) -> int:
        return self._model.capf_version

    @property
    def mic(self) -> Identity | None:
        return self._flash.mic.identity if self._flash.mic is not None else None

    @property
    def lsc(self) -> Identity | None:
        return self._flash.lsc.identity if self._flash.lsc is not None else None

    async def make_key(self, spec: KeySpec) -> PrivateKey | None:
        sizes = self._model.rsa_key_sizes if spec.algorithm == "RSA" else self._model.ec_key_sizes
        # In this task and not in a thread: virtual time would jump over every timeout while a thread works.
        return self._make_key(spec) if spec.size in sizes else None

    def store_lsc(self, identity: Identity) -> None:
        self._flash.install_lsc(identity)

    def delete_lsc(self) -> bool:
        return self._flash.delete_lsc() is not None


async def enrol(
    *,
    model: PhoneModel,
    flash: Flash,
    file: PhoneFile,
    authentication_string: str,
    network: Network,
    contexts: ClientContexts,
    make_key: KeyMaker,
    emitter: Emitter,
    cause: Event | None,
) -> tuple[Trigger, Event | None]:
    """Do what CAPF has pending for this phone. Gives where the boot goes on, and because of which event."""
    wallet = Wallet(model, flash, make_key, file.capf_auth_mode, authentication_string)
    last = cause
    for attempt in range(CAPF_TRIES):
        if attempt:
            await trio.sleep(CAPF_RETRY_SECONDS)
        for server in file.capf_list:
            tcp = await dial(network, "CAPF", server.process_node_name, server.phone_port, emitter, last)
            if isinstance(tcp, ServerUnreachable):
                last = tcp
                continue
            context = contexts.get(model.tls, flash.trusted_servers)
            async with TlsStream(tcp, context, emitter, cause=cause) as stream:
                if not await stream.handshake():
                    last = emitter.on(stream.connection).emit(_refused(stream), cause=stream.ended)
                    continue
                result = await run_capf(stream, emitter, wallet, cause=cause)
            last = result.event
            if result.lsc_installed or result.lsc_deleted:
                return Trigger.LSC_CHANGED, last
            if result.ending is not CapfEnding.COMMUNICATION_FAILURE:
                return Trigger.CAPF_DONE, last
    return Trigger.CAPF_DONE, emitter.emit(CapfTriesExhausted(tries=CAPF_TRIES), cause=last)


def _refused(stream: TlsStream) -> SecureConnectionRefused:
    ended = stream.ended
    return SecureConnectionRefused(
        service="CAPF",
        kind="",
        alert=ended.alert if ended is not None else -1,
        alert_direction=ended.alert_direction if ended is not None else "",
    )
