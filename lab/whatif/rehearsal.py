"""One attempt with everything noted: what the phone's console will print, and what the rules of `explain` say of it.

The attempt is a real one; what led to it (the store as it was, what was deleted, the restart) is noted before it as the cluster
would note it, since that is what the rules look for.
"""

from __future__ import annotations

from typing import NamedTuple

from cucm_sim.cluster import SERVICE_OF_STORE
from cucm_sim.events import CallManagerStarted, TrustChanged
from journal import Event
from lab.explain import Explanation, explain
from lab.fleet.model import STORE_OF, Fleet, Phone, Server, ServiceKind, Settings
from lab.language import Catalogue
from lab.render.console import Console
from lab.whatif.judge import Judge
from lab.whatif.stage import Stage, actor_of
from lab.whatif.why import issuer_name_of
from phone_sim.events import PhoneStarted
from phone_sim.models import MODELS
from pki import names_of, read
from wire.sccp import SCCP_PORT, SECURE_SCCP_PORT

_LIKE = {"7": "7965", "6": "7965", "9": "7965"}
"""Whose console a model prints that the lab does not know, by the first digit of its number."""


class Rehearsal(NamedTuple):
    console: tuple[str, ...]
    explanation: Explanation | None
    """None where the rules of `explain` have no events for it: they know CallManager's."""


def rehearse(
    judge: Judge, fleet: Fleet, phone: Phone, server: Server, before: Server | None, say: Catalogue
) -> Rehearsal:
    """`before`: the server as it was, for what was deleted from its store since."""
    caster = judge.caster(phone)
    settings = server.in_use
    if isinstance(caster, str) or settings is None:
        return Rehearsal((), None)
    events: list[Event] = []
    stage = Stage(fleet.at, subscriber=events.append)
    pen = stage.journal.emitter(phone.device_name)
    if server.kind is ServiceKind.CALLMANAGER:
        _note_history(stage, server, settings, before.in_use if before is not None else None)
        for name, other in fleet.servers.items():
            if other.kind is server.kind and name != server.name and other.in_use is not None:
                _note_start(stage, other, other.in_use)
    known = phone.model in MODELS
    model = MODELS[phone.model if known else _LIKE.get(phone.model[:1], "8861")]
    pen.emit(
        PhoneStarted(
            device_name=phone.device_name,
            model=model.number,
            load=model.load,
            mic_issuer=issuer_name_of(phone.mic),
            lsc_issuer=issuer_name_of(phone.lsc),
        )
    )
    first = len(events)
    stage.attempt(caster, server.name, server.kind, judge.shop.settings(settings), host=server.host)
    console = Console()
    lines: list[str] = []
    for number, event in enumerate(events):
        if event.actor == phone.device_name:
            printed = console.lines(event)
            lines += printed if number >= first else ()
    found = explain(events, say) if server.kind is ServiceKind.CALLMANAGER else []
    return Rehearsal(tuple(lines), next((one for one in found if one.device == phone.device_name), None))


def _note_history(stage: Stage, server: Server, settings: Settings, former: Settings | None) -> None:
    if former is not None and former is not settings:
        _note_start(stage, server, former)
        administrator = stage.journal.emitter(f"{server.cluster}/administration")
        store = STORE_OF[server.kind]
        held = {certificate: "deleted" for certificate in former.trust if certificate not in settings.trust}
        held |= {certificate: "uploaded" for certificate in settings.trust if certificate not in former.trust}
        for certificate, change in held.items():
            administrator.emit(
                TrustChanged(
                    store=store,
                    change=change,
                    subject=names_of(certificate).subject,
                    serial_number=f"{read(certificate).serial_number:x}",
                    takes_effect=SERVICE_OF_STORE[store],
                )
            )
    _note_start(stage, server, settings)


def _note_start(stage: Stage, server: Server, settings: Settings) -> None:
    stage.journal.emitter(actor_of(server.kind, server.name, server.cluster)).emit(
        CallManagerStarted(
            address=server.name,
            port=SCCP_PORT,
            secure_port=SECURE_SCCP_PORT,
            minimum_tls_version=str(settings.minimum_tls),
            trusted=tuple(names_of(certificate).subject for certificate in settings.trust),
        )
    )
