"""What the verdicts on one phone rest on: each file and row that was read, the trust stores, and what was assumed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cisco_data import STORE_OF, ServiceKind
from lab.base.language import Catalogue
from lab.fleet.findings import InputFinding
from lab.fleet.model import Described, Fleet, FleetPhone, FleetServer, Held, Known
from lab.operations.steps import Step
from lab.whatif.impact_report import Behind, Line, Provenance, StoreSeen
from lab.whatif.lists_held import lists_seen
from lab.whatif.other_releases import assumed_columns
from lab.whatif.why import issuer_of
from pki import Certificate, day, read
from pki.rekeyed import RekeyedCertificates
from wire.plain_text import plain

_MAX_LINKS = 16
"""Certificates of one chain; OpenSSL follows a few more."""


def behind(
    before: Fleet,
    after: Fleet,
    rekeyed: RekeyedCertificates,
    findings: Sequence[InputFinding],
    lines: Sequence[Line],
    say: Catalogue,
    steps: Sequence[Step] = (),
) -> Behind:
    """
    Args:
        before, after: fleets of this one phone.
        rekeyed: knows who really signed what.
        lines: the verdicts on it.
        steps: of the change.
    """
    (old,), (new,) = before.phones, after.phones
    sources = tuple(_sources(old, before, say))
    services = after.services_of(new)
    stores = tuple(_store(server, new, after, rekeyed, say) for server in services)
    places = {source.where for source in (*sources, *(held for store in stores for held in store.holds))}
    return Behind(
        old.device_name,
        sources,
        stores,
        tuple(dict.fromkeys(_assumptions(old, new, services, after, say, steps))),
        tuple(finding for finding in findings if _concerns(finding, old, places)),
        tuple(lines),
        lists_seen(old.lists, say),
    )


def _sources(phone: FleetPhone, fleet: Fleet, say: Catalogue) -> Iterator[Provenance]:
    off = say("whatif-explain.off") if phone.offline else ""
    told = phone.model, phone.cluster, _spaced(phone.mode.name), phone.tls.version_text, _at_capf(phone), off
    detail = say.between_items.join(filter(None, told))
    yield Provenance(say("whatif-explain.phone"), phone.origin or say("whatif-explain.no-row"), detail)
    for kind, held in (("LSC", phone.lsc), ("MIC", phone.mic)):
        if held is None:
            yield Provenance(kind, say("whatif-explain.none"))
            continue
        yield Provenance(kind, plain(held.origin) or say("whatif-explain.of-the-lab"), _told(held, say))
    if phone.lists is not None and phone.lists.ctl is None and phone.lists.itl is None:
        yield Provenance("CTL, ITL", say("whatif-explain.none"))
    capf = fleet.capf.get(phone.cluster)
    if capf is not None:
        name = f"{ServiceKind.CAPF} of {phone.cluster}"
        where = fleet.origins.get((name, capf), say("whatif-explain.by-name"))
        yield Provenance(name, where, _certificate(capf, say))


def _at_capf(phone: FleetPhone) -> str:
    return phone.capf_mode.value if phone.capf_mode is not None else ""


def _told(held: Held, say: Catalogue) -> str:
    if isinstance(held, Known):
        return _certificate(held.certificate, say)
    return say(
        "whatif-explain.certificate",
        subject=held.product,
        issuer=plain(issuer_of(held)),
        serial=f"{held.serial_number:x}",
        since=f"{held.not_before:%Y-%m-%d}",
        until=f"{held.not_after:%Y-%m-%d}",
    )


def _certificate(certificate: Certificate, say: Catalogue) -> str:
    return say(
        "whatif-explain.certificate",
        subject=plain(read(certificate).subject.cn),
        issuer=plain(read(certificate).issuer.cn),
        serial=f"{read(certificate).serial_number:x}",
        since=day(read(certificate).not_before),
        until=day(read(certificate).not_after),
    )


def _store(
    server: FleetServer, phone: FleetPhone, fleet: Fleet, rekeyed: RekeyedCertificates, say: Catalogue
) -> StoreSeen:
    """What the service goes by: what it read at its start."""
    settings = server.in_use or server.configured
    store = f"{STORE_OF[server.kind]} of {server.cluster}" if server.cluster else server.name
    clauses = [say("whatif-explain.minimum", version=str(settings.minimum_tls))]
    clauses += [say("whatif-explain.crl")] if settings.check_crl else []
    clauses += [say("whatif-explain.names")] if settings.checks_names else []
    clauses += [say("whatif-explain.stopped")] if server.in_use is None else []
    holds = [
        Provenance(
            plain(read(signer).subject.cn),
            fleet.origins.get((server.name, signer)) or _origin_of_store(fleet, say),
            _certificate(signer, say),
        )
        for signer in _above(phone, rekeyed)
        if signer in settings.trust
    ]
    text = say.between_items.join(clauses)
    return StoreSeen(server.kind, server.name, store, text, tuple(holds), len(settings.trust.certificates))


def _spaced(name: str) -> str:
    """`Non Secure`, as a phone security profile says it."""
    return name.replace("_", " ").title()


def _origin_of_store(fleet: Fleet, say: Catalogue) -> str:
    """Of a certificate that was in no file: a step of the change brought it, or the lab made it."""
    return say("whatif-explain.by-change" if fleet.origins else "whatif-explain.of-the-lab")


def _above(phone: FleetPhone, rekeyed: RekeyedCertificates) -> list[Certificate]:
    """Who signed its certificates, and who signed those, each once."""
    found: dict[Certificate, None] = {}
    for held in (phone.lsc, phone.mic):
        if held is None:
            continue
        chain = held.chain if isinstance(held, Known) else ()
        signer = rekeyed.signer(held.certificate, chain) if isinstance(held, Known) else held.issuer
        while signer is not None and signer not in found and len(found) < _MAX_LINKS:
            found[signer] = None
            signer = rekeyed.signer(signer, chain)
    return list(found)


def _assumptions(
    old: FleetPhone,
    new: FleetPhone,
    services: Sequence[FleetServer],
    fleet: Fleet,
    say: Catalogue,
    steps: Sequence[Step],
) -> Iterator[str]:
    """What the inputs do not say, and what was taken instead."""
    kinds = {server.kind for server in services}
    if not fleet.origins and not old.origin:
        yield say("whatif-explain.assumed.cast")
    if old.lists is None and kinds & STORE_OF.keys():
        yield say("whatif-explain.assumed.trust-list")
    if new.dot1x_trusted_servers is None and ServiceKind.DOT1X in kinds:
        yield say("whatif-explain.assumed.dot1x-servers")
    if new.vpn_group is None and ServiceKind.VPN in kinds:
        yield say("whatif-explain.assumed.vpn-hash")
    if new.capf_mode is None and ServiceKind.CAPF in kinds:
        yield say("whatif-explain.assumed.capf-mode")
    for server in services:
        settings = server.in_use or server.configured
        if settings.identity is None:
            yield say("whatif-explain.assumed.presented", server=server.name)
    for kind, held in (("LSC", new.lsc), ("MIC", new.mic)):
        if isinstance(held, Described):
            yield say("whatif-explain.assumed.described", kind=kind, where=plain(held.origin))
            if not held.serial_known:
                yield say("whatif-explain.assumed.serial", kind=kind)
            if held.unsure_after is not None:
                yield say("whatif-explain.assumed.end", kind=kind, at=f"{held.unsure_after:%Y-%m-%d}")
            if held.issuer is None:
                yield say("whatif-explain.assumed.issuer", kind=kind, issuer=plain(held.issuer_name))
        elif held is not None and held.identity is None:
            yield say("whatif-explain.assumed.key", kind=kind)
    release = fleet.releases.get(new.cluster)
    if fleet.origins and (release is None or not release.named):
        yield say("whatif-explain.assumed.release")
    for column in assumed_columns(fleet, new.cluster, steps):
        assert release is not None
        yield say("whatif-explain.assumed.cell", release=release.name, what=say(f"whatif-explain.column.{column.key}"))


def _concerns(finding: InputFinding, phone: FleetPhone, places: set[str]) -> bool:
    """Whether it is about this phone, its row, or a file or folder that its verdicts rest on."""
    if finding.about:
        return bool(finding.about & {phone.device_name, phone.origin})
    files = {place.rpartition(" of ")[2] for place in places} | places
    return phone.device_name in finding.where or any(
        place == finding.where or place.startswith(f"{finding.where}/") for place in files if place
    )
