"""Why a phone of a fleet refuses a list or its configuration, as the problem that `lab.views.trust` makes from a journal.

The phone's own word on each file is told by its own events, as it would note them: only decisions, since no file was sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cisco_data import DEFAULT_RELEASE, CertificateUnit
from cisco_data.trust_roles import CALL_MANAGERS, TrustRole
from journal import Actor, Event
from lab.base.acts import RENEWALS
from lab.base.texts import Text, text
from lab.case import AskedTvs, RefusedByTrust, Subject, Vouched
from lab.fleet.model import Fleet, FleetPhone
from lab.fleet.trust import FleetList, HeldTrust
from lab.views.facts import UNIT_OF_ROLE
from lab.views.trust import assumed_of
from lab.views.trust_evidence import TRUST_WORDS
from lab.whatif.fleet_history import place_in, serial_of, unit_of
from lab.whatif.trust.boot import CONFIGURATION, Booted, Considered
from lab.whatif.trust.held import held_lists
from phone_sim.boot_lists import list_names
from phone_sim.trust.events import ConfigurationKept, ConfigurationRefused, TrustListRefused, TrustListTaken
from phone_sim.trust.held_lists import ListKind
from phone_sim.trust.tvs_answer import TrustRefusal
from phone_sim.tvs_events import TvsConsulted
from pki import Certificate, Unreadable, load_untrusted, names_of
from wire.certificate_id import CertificateId, certificate_id
from wire.phone_file import phone_file_name
from wire.signed_files import TrustListRecord
from wire.tvs import RequestedCertificate

_OWN_SERVICES = CALL_MANAGERS | {TrustRole.CAPF, TrustRole.TVS}
"""A list has no other cluster's in these roles."""


def refusal_of(fleet: Fleet, phone: FleetPhone, booted: Booted, refused: Considered) -> RefusedByTrust:
    """
    Args:
        phone: before it asked for its files.
        refused: the one of `booted` that is to be explained.
    """
    assert refused.decision.refusal is not None
    owners, code = _Owners(fleet), refused.decision.refusal.name
    asked = (_asked(fleet, phone.going.cluster, node, failure) for node, failure in refused.asked or ())
    release = fleet.releases.get(phone.going.cluster)  # of the TVS that it asks
    return RefusedByTrust(
        Subject(refused.file),
        code,
        _file_name(phone, refused),
        owners.vouched(refused.signer) if _is_read(refused) else None,
        owners.lists_of(refused.held, phone.cluster),
        tuple(asked),
        _goes_on(phone, booted),
        assumed_of(code, release.name if release is not None else DEFAULT_RELEASE),
    )


def evidence(phone: FleetPhone, booted: Booted) -> Iterator[Text]:
    """What the phone noted of what it does not take, in words. With what it goes on is part of the explanation itself."""
    for event in noted(phone, booted):
        if not isinstance(event, TrustListTaken | ConfigurationKept):
            yield text("evidence.line", actor=event.actor, what=TRUST_WORDS[type(event)](event))


def noted(phone: FleetPhone, booted: Booted) -> Iterator[Event]:
    """What the phone notes of each file, in order."""
    actor = Actor(phone.device_name)
    for one in booted.considered:
        file, decision = _file_name(phone, one), one.decision
        signer = RequestedCertificate.of(one.signer)
        if one.asked is not None:
            yield TvsConsulted(actor=actor, request="QUERY_CERT", service=file, peer="", requested=signer)
        if decision.refusal is not None and one.offered is None:
            yield ConfigurationRefused(actor=actor, file=file, refusal=decision.refusal, signer=signer)
            if _goes_on(phone, booted):
                yield ConfigurationKept(actor=actor, version_stamp="")
        elif decision.refusal is not None:
            known = signer if _is_read(one) else None
            yield TrustListRefused(actor=actor, list=one.file, file=file, refusal=decision.refusal, signer=known)
        elif decision.taken and one.offered is not None:
            octets, records = len(one.offered.octets), len(one.offered.content.records)
            yield TrustListTaken(
                actor=actor,
                list=one.file,
                file=file,
                octets=octets,
                taking=decision.taking,
                signer=signer,
                records=records,
            )


def _is_read(one: Considered) -> bool:
    """Whether the phone looks into the file at all."""
    return one.decision.refusal is not TrustRefusal.TOO_LARGE


def _file_name(phone: FleetPhone, one: Considered) -> str:
    """The name under which the phone asks for it first."""
    if one.file == CONFIGURATION:
        name = phone_file_name(phone.device_name)
        return f"{name}.sgn" if held_lists(replace(phone, lists=one.held)).has_file_signers else name
    return list_names(phone.device_name, ListKind(one.file))[0]


def _goes_on(phone: FleetPhone, booted: Booted) -> bool | None:
    """With the configuration in flash; None where it took the new one."""
    return None if booted.taken else bool(phone.going.cluster)


def _asked(fleet: Fleet, cluster: str, node: str, failure: str) -> AskedTvs:
    return AskedTvs(cluster, place_in(fleet, cluster, node), failure)


class _Owners:
    """Whose a certificate is, by its serial number: a node has it or had it, or a list of its cluster names it."""

    def __init__(self, fleet: Fleet) -> None:
        self._known: dict[str, Vouched] = {}
        for cluster, trust in fleet.trust.items():
            for node in trust.nodes:
                for unit, own in node.own.items():
                    self._add(cluster, unit, own)
        for cluster, capf in fleet.capf.items():
            self._add(cluster, CertificateUnit.CAPF, capf)
        for act in fleet.acts:
            if act.kind in RENEWALS:
                for made in (act.former, act.certificate):
                    if made is not None:
                        self._add(act.cluster, unit_of(fleet, act), made)
        for cluster, trust in fleet.trust.items():
            for file in (trust.ctl, *(node.tftp.itl for node in trust.nodes if node.tftp is not None)):
                if file is not None:
                    self._read(cluster, file)

    def vouched(self, signer: CertificateId) -> Vouched:
        serial = f"{signer.serial_number:x}"
        return self._known.get(serial, Vouched(signer.subject, serial))

    def lists_of(self, held: HeldTrust, cluster: str) -> str:
        """The cluster whose lists these are; empty where they are none, or where that is not known.

        Where they are of two, that of the list which the phone took last: `cluster`, which it asks now, or else the ITL's.
        """
        makers = [self._maker(one) for one in (held.itl, held.ctl) if one is not None]
        return cluster if cluster in makers else next(filter(None, makers), "")

    def _maker(self, one: FleetList) -> str:
        """Whose signed it; where that certificate is not known any more, whose services it lists."""
        signer = self.vouched(one.content.header.signer).cluster
        if signer:
            return signer
        listed = (_certificate(record) for record in one.content.records if record.role in _OWN_SERVICES)
        known = (self._known.get(serial_of(each)) for each in listed if each is not None)
        return next((each.cluster for each in known if each is not None), "")

    def _read(self, cluster: str, file: FleetList) -> None:
        """Of a list that the cluster serves. It may have signers of other clusters; the one that signed it is its own."""
        listed = [(one.role, _certificate(one)) for one in file.content.records]
        for role, certificate in sorted(listed, key=lambda each: each[0] is TrustRole.SAST):
            if certificate is None or role is TrustRole.CERTIFICATE_AUTHORITY:
                continue
            if role is not TrustRole.SAST or certificate_id(certificate) == file.content.header.signer:
                self._add(cluster, UNIT_OF_ROLE.get(role, CertificateUnit.CALLMANAGER), certificate)

    def _add(self, cluster: str, unit: str, certificate: Certificate) -> None:
        serial = serial_of(certificate)
        self._known.setdefault(serial, Vouched(names_of(certificate).subject.label, serial, cluster, unit))


def _certificate(record: TrustListRecord) -> Certificate | None:
    try:
        return load_untrusted(record.certificate or b"")
    except Unreadable:
        return None
