"""What an act of the history says in the evidence, and how a reference to an event or a step is printed."""

from __future__ import annotations

from collections.abc import Callable

from cisco_data import ServiceName, StoreName
from lab.base.acts import ActKind
from lab.base.texts import Part, Text, text
from lab.case.history import CaseAct, Ref
from lab.case.names import cn


def ref_text(ref: Ref) -> Text:
    """`event 12`, `step 3`, `before the first step`."""
    if not ref.number:
        return text("explain.ref.before")
    return text("explain.ref.step" if ref.unit == "step" else "explain.ref.event", number=ref.number)


def act_text(act: CaseAct) -> Text:
    """One line of evidence: who did what."""
    return text("evidence.line", actor=_actor(act), what=_WORDS[act.kind](act))


def _actor(act: CaseAct) -> Part:
    if act.kind in (ActKind.SERVICE_STARTED, ActKind.SERVICE_STOPPED):
        return act.server or "/".join(filter(None, (act.cluster, act.node, _ACTORS.get(act.unit, act.unit))))
    return "/".join(filter(None, (act.cluster or act.server, act.node, "administration")))


_ACTORS: dict[str, str] = {name: name.name.lower() for name in ServiceName}


def _name(act: CaseAct) -> str:
    return cn(act.subject) if act.subject else "?"


def _trust(act: CaseAct) -> Text:
    gone = act.kind is ActKind.TRUST_DELETED
    if act.server:
        key = "evidence.server-distrusts" if gone else "evidence.server-trusts"
        return text(key, name=_name(act), server=act.server)
    key = "evidence.trust-deleted" if gone else "evidence.trust-uploaded"
    return text(key, name=_name(act), store=act.store, takes_effect=StoreName(act.store).service if act.store else "?")


def _made(act: CaseAct) -> Text:
    former = cn(act.former) if act.former else "?"
    if act.kind is ActKind.CERTIFICATE_RESTORED:
        return text("evidence.certificate-restored", unit=act.unit, name=_name(act), serial=act.serial)
    if act.kind is ActKind.CERTIFICATE_SIGNED and act.issuer:
        return text("evidence.signed-installed", unit=act.unit, name=_name(act), issuer=cn(act.issuer))
    return text("evidence.regenerated", unit=act.unit, former=former, name=_name(act), serial=act.serial)


def _parameter(act: CaseAct) -> Text:
    name, _, value = act.value.rpartition(": ")
    return text("evidence.parameter", parameter=name, value=value)


_WORDS: dict[ActKind, Callable[[CaseAct], Text]] = {
    ActKind.TRUST_UPLOADED: _trust,
    ActKind.TRUST_DELETED: _trust,
    ActKind.DEFAULT_CA_DISABLED: lambda act: text("evidence.default-ca-disabled", names=act.names or (_name(act),)),
    ActKind.DEFAULT_CA_ENABLED: lambda act: text("evidence.default-ca-enabled", names=act.names or (_name(act),)),
    ActKind.CERTIFICATE_REGENERATED: _made,
    ActKind.CERTIFICATE_SIGNED: _made,
    ActKind.CERTIFICATE_RESTORED: _made,
    ActKind.KEYS_RESTORED: lambda act: text("evidence.keys-restored", name=act.value),
    ActKind.HOST_NAME_SET: lambda act: text("evidence.host-name-set", name=act.value),
    ActKind.DOMAIN_SET: lambda act: text("evidence.domain-set", domain=act.value),
    ActKind.ADDRESS_SET: lambda act: (
        text("evidence.address-set", address=act.value) if act.value else text("evidence.address-set-to-another")
    ),
    ActKind.BULK_EXPORTED: lambda act: text("evidence.bulk-exported", types=act.names),
    ActKind.BULK_CONSOLIDATED: lambda act: text("evidence.bulk-consolidated", count=len(act.serials)),
    ActKind.BULK_IMPORTED: lambda act: text(
        "evidence.bulk-imported", count=len(act.serials), passed_over=act.names or text("evidence.none")
    ),
    ActKind.TRUST_LISTS_UPDATED: lambda act: text("evidence.ctl-updated"),
    ActKind.ITL_RESET: lambda act: text("evidence.itl-reset", key=act.value, name=_name(act)),
    ActKind.CTL_RESET: lambda act: text("evidence.ctl-reset", name=_name(act)),
    ActKind.CTL_FILE_DELETED: lambda act: text("evidence.ctl-file-deleted"),
    ActKind.PARAMETER_SET: _parameter,
    ActKind.SERVICE_STARTED: lambda act: text("evidence.started"),
    ActKind.SERVICE_STOPPED: lambda act: text("evidence.stopped"),
    ActKind.MINIMUM_TLS_SET: lambda act: text("evidence.parameter", parameter="minimum_tls_version", value=act.value),
    ActKind.CLUSTER_MODE_SET: lambda act: text("evidence.cluster-mode", mode=act.value),
    ActKind.PROFILE_SET: lambda act: text("evidence.profile-assigned", device=act.device, profile=act.value),
    ActKind.VPN_GROUP_UPDATED: lambda act: text("evidence.vpn-group", group=act.value),
}
