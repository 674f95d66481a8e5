"""A phone of a fleet starts: which CTL, ITL and configuration of its TFTP server it takes. The order is that of `phone_sim`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from cryptography.hazmat.primitives.serialization import load_der_public_key

from lab.fleet.model import Fleet, FleetPhone
from lab.fleet.trust import FleetList, HeldTrust, TftpInUse
from lab.whatif.impact_report import ServerTrust
from lab.whatif.trust.held import NotTold, digests, held_list, held_lists, kinds
from lab.whatif.trust.lists import key_octets
from lab.whatif.trust.tvs import AskedNode, TvsAnswers, obstacle
from phone_sim.trust.held_lists import ListKind
from phone_sim.trust.signed import SignatureCheck, SignedDecision, Taking, decide_file, decide_list, refused
from phone_sim.trust.tvs_answer import TrustRefusal
from pki import Certificate, PublicKey, Unreadable, load_untrusted, read
from wire.certificate_id import CertificateId, certificate_id
from wire.signed_files import MAX_TRUST_LIST, SignedHeader, verify_untrusted

CONFIGURATION = "configuration"
"""Instead of `CTL` and `ITL`, of `ServerTrust.file`."""


@dataclass(frozen=True, slots=True)
class Considered:
    """One file that a phone got, and what it decided."""

    file: str
    """`CTL`, `ITL` or `configuration`."""
    decision: SignedDecision
    signer: CertificateId
    held: HeldTrust
    """The lists that the phone decided by."""
    offered: FleetList | None = None
    """None for a configuration file."""
    asked: tuple[AskedNode, ...] | None = None
    """The nodes whose TVS it turned to; None where it asked none."""


@dataclass(frozen=True, slots=True)
class Booted:
    """What a phone has after it asked for its files."""

    lists: HeldTrust
    taken: bool
    """Whether it took its configuration file."""
    files: ServerTrust
    """The verdict on the files of its TFTP server: the first that it refuses, or how it came to trust them all."""
    considered: tuple[Considered, ...] = ()
    """Each file, in order."""

    @property
    def refused(self) -> Considered | None:
        """The first that it refuses."""
        return next((one for one in self.considered if one.decision.refusal is not None), None)


def boot(fleet: Fleet, phone: FleetPhone, answers: TvsAnswers) -> Booted:
    """Of a phone whose lists are known. Raises NotTold where what its TFTP server gives out is not known."""
    tftp, ctl = served(fleet, phone)
    considered: list[Considered] = []
    for kind in kinds(phone.model):
        offered = ctl if kind is ListKind.CTL else tftp.itl
        if offered is None:
            continue
        one = _list(fleet, phone, kind, offered, answers)
        considered.append(one)
        if one.decision.taken:
            phone = replace(phone, lists=_with(one.held, kind, offered))
    last = _file(fleet, phone, tftp, answers)
    considered.append(last)
    assert phone.lists is not None
    taken = last.decision.refusal is None
    return Booted(phone.lists, taken, _verdict(considered, tftp.signer), tuple(considered))


def _verdict(considered: list[Considered], of_files: Certificate) -> ServerTrust:
    first = next((one for one in considered if one.decision.refusal is not None), None)
    if first is not None:
        name = _signer_name(first, of_files)
        return ServerTrust(False, Taking.REFUSED, first.decision.refusal or "", first.file, name)
    last = considered[-1]
    by_tvs = any(one.decision.taking is Taking.BY_TVS for one in considered)
    return ServerTrust(True, Taking.BY_TVS if by_tvs else last.decision.taking, certificate=read(of_files).subject.cn)


def served(fleet: Fleet, phone: FleetPhone) -> tuple[TftpInUse, FleetList | None]:
    """What the first TFTP server gives out that runs, and its CTL file. Raises NotTold."""
    trust = fleet.trust.get(phone.cluster)
    if trust is None or not trust.nodes or trust.not_told:
        raise NotTold("lists-served", phone.cluster, trust.not_told if trust is not None else "")
    for node in trust.asked_by(phone.tftp_servers):
        if node.tftp is not None:
            return node.tftp, trust.ctl_of(node)
    raise NotTold("no-tftp", phone.cluster)


def _list(fleet: Fleet, phone: FleetPhone, kind: ListKind, offered: FleetList, answers: TvsAnswers) -> Considered:
    signer = offered.content.header.signer
    assert phone.lists is not None
    if len(offered.octets) > MAX_TRUST_LIST:
        return Considered(kind.value, refused(TrustRefusal.TOO_LARGE), signer, phone.lists, offered)
    new = held_list(offered)
    assert new is not None
    lists, check, known = held_lists(phone), _check_of(offered), digests(phone.model)
    decision = decide_list(lists, kind, new, check, obstacle(fleet, phone), known)
    asked = None
    if decision.taking is Taking.ASK_TVS:
        decision = decide_list(lists, kind, new, check, answers.about_signer(fleet, phone, signer), known)
        asked = answers.asked(fleet, phone)
    return Considered(kind.value, decision, signer, phone.lists, offered, asked)


def _file(fleet: Fleet, phone: FleetPhone, tftp: TftpInUse, answers: TvsAnswers) -> Considered:
    """Its configuration file, which the phone asks for by the name that its lists call for."""
    signer = certificate_id(tftp.signer)
    header = SignedHeader((1, 0), signer, tftp.digest, "", 0, b"", 0)
    key = key_octets(read(tftp.signer).usable_key)

    def check(_: bytes, by: PublicKey) -> bool:
        return key_octets(by) == key

    assert phone.lists is not None
    lists, known = held_lists(phone), digests(phone.model)
    decision = decide_file(lists, header, b"", check, obstacle(fleet, phone), known)
    asked = None
    if decision.taking is Taking.ASK_TVS:
        decision = decide_file(lists, header, b"", check, answers.about_signer(fleet, phone, signer), known)
        asked = answers.asked(fleet, phone)
    return Considered(CONFIGURATION, decision, signer, phone.lists, asked=asked)


def _check_of(one: FleetList) -> SignatureCheck:
    if one.signed_with:
        return lambda _, key: key_octets(key) == one.signed_with
    return lambda octets, key: _verifies(octets, key_octets(key))


@lru_cache(maxsize=1024)
def _verifies(octets: bytes, key: bytes) -> bool:
    """`key`: SubjectPublicKeyInfo in DER."""
    public = load_der_public_key(key)
    return isinstance(public, PublicKey) and verify_untrusted(octets, public)


def _with(held: HeldTrust, kind: ListKind, new: FleetList) -> HeldTrust:
    return replace(held, ctl=new) if kind is ListKind.CTL else replace(held, itl=new)


def _signer_name(one: Considered, of_files: Certificate) -> str:
    """CN of who signed it; the whole subject where the certificate is in no record of the list.

    Args:
        of_files: who signs configuration files.
    """
    if one.offered is None:
        return read(of_files).subject.cn
    records = (record for record in one.offered.content.records if record.certificate_id == one.signer)
    for record in records:
        try:
            return read(load_untrusted(record.certificate or b"")).subject.cn
        except Unreadable:
            continue
    return one.signer.subject
