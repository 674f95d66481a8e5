"""What the events of lists, signed files and TVS say in the evidence, one sentence a kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from journal import Event
from lab.base.texts import Part, Text, text
from phone_sim import tvs_events as tvs
from phone_sim.https_services import ServiceNotOpened
from phone_sim.trust import events as trust
from phone_sim.trust.tvs_answer import TrustRefusal
from wire.tvs import RequestedCertificate


def _refusal(refusal: TrustRefusal) -> Text:
    return Text(f"explain.refusal.{refusal.name.lower().replace('_', '-')}")


def _signer(signer: RequestedCertificate | None) -> Part:
    return f"{signer.subject} ({signer.serial_number.lower()})" if signer is not None else "?"


def _list_refused(event: trust.TrustListRefused) -> Text:
    if not event.refusal:
        return text("evidence.list-not-received", file=event.file, failure=event.failure)
    return text(
        "evidence.list-refused",
        list=event.list,
        file=event.file,
        signer=_signer(event.signer),
        refusal=_refusal(TrustRefusal(event.refusal)),
    )


TRUST_WORDS: dict[type[Event], Callable[[Any], Text]] = {
    trust.TrustListTaken: lambda e: text(
        "evidence.list-taken", list=e.list, file=e.file, records=e.records, signer=_signer(e.signer)
    ),
    trust.TrustListRefused: _list_refused,
    trust.ConfigurationRefused: lambda e: text(
        "evidence.configuration-refused", file=e.file, signer=_signer(e.signer), refusal=_refusal(e.refusal)
    ),
    trust.ConfigurationKept: lambda e: text("evidence.configuration-kept", version=e.version_stamp),
    trust.EncryptionKeyMissed: lambda e: text("evidence.encryption-key-missed", hash=e.cert_hash or "?"),
    trust.ServerNotTrusted: lambda e: text(
        "evidence.server-not-trusted", service=e.service, server=e.server, refusal=_refusal(e.refusal)
    ),
    ServiceNotOpened: lambda e: text("evidence.service-not-opened", url=e.url, failure=e.failure),
    tvs.TvsConsulted: lambda e: text("evidence.tvs-consulted", request=e.request, name=_signer(e.requested)),
    tvs.TvsServerFailed: lambda e: text("evidence.tvs-failed", address=e.address, port=e.port, failure=e.failure),
    tvs.TvsResponseReceived: lambda e: text(
        "evidence.tvs-answered", status=e.status, roles=tuple(map(str, e.roles)) or text("evidence.none")
    ),
}
