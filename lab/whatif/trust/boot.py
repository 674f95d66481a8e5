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
from lab.whatif.trust.tvs import TvsAnswers, obstacle
from phone_sim.trust.held_lists import ListKind
from phone_sim.trust.signed import SignatureCheck, SignedDecision, Taking, decide_file, decide_list, refused
from phone_sim.trust.tvs_answer import TrustRefusal
from pki import PublicKey, read
from wire.certificate_id import CertificateId, certificate_id
from wire.signed_files import MAX_TRUST_LIST, SignedHeader, verify_untrusted

CONFIGURATION = "configuration"
"""Instead of `CTL` and `ITL`, of `ServerTrust.file`."""


@dataclass(frozen=True, slots=True)
class Booted:
    """What a phone has after it asked for its files."""

    lists: HeldTrust
    taken: bool
    """Whether it took its configuration file."""
    files: ServerTrust
    """The verdict on the files of its TFTP server: the first that it refuses, or how it came to trust them all."""


def boot(fleet: Fleet, phone: FleetPhone, answers: TvsAnswers) -> Booted:
    """Of a phone whose lists are known. Raises NotTold where what its TFTP server gives out is not known."""
    tftp, ctl = served(fleet, phone)
    first: ServerTrust | None = None
    how: list[SignedDecision] = []
    for kind in kinds(phone.model):
        offered = ctl if kind is ListKind.CTL else tftp.itl
        if offered is None:
            continue
        decision = _list(fleet, phone, kind, offered, answers)
        if decision.refusal is not None and first is None:
            first = _refusal(kind.value, decision, offered.content.header.signer)
        elif decision.taken:
            assert phone.lists is not None
            phone = replace(phone, lists=_with(phone.lists, kind, offered))
            how.append(decision)
    decision = _file(fleet, phone, tftp, answers)
    signer = certificate_id(tftp.signer)
    if decision.refusal is not None:
        first = first or _refusal(CONFIGURATION, decision, signer)
    assert phone.lists is not None
    if first is not None:
        return Booted(phone.lists, decision.refusal is None, first)
    weakest = next((one for one in how if one.taking is Taking.BY_TVS), decision)
    return Booted(phone.lists, True, ServerTrust(True, weakest.taking, certificate=_cn(signer)))


def served(fleet: Fleet, phone: FleetPhone) -> tuple[TftpInUse, FleetList | None]:
    """What the first TFTP server gives out that runs, and its CTL file. Raises NotTold."""
    trust = fleet.trust.get(phone.cluster)
    if trust is None or not trust.nodes or trust.not_told:
        raise NotTold("lists-served", phone.cluster, trust.not_told if trust is not None else "")
    for node in trust.asked:
        if node.tftp is not None:
            return node.tftp, trust.ctl_of(node)
    raise NotTold("no-tftp", phone.cluster)


def _list(fleet: Fleet, phone: FleetPhone, kind: ListKind, offered: FleetList, answers: TvsAnswers) -> SignedDecision:
    if len(offered.octets) > MAX_TRUST_LIST:
        return refused(TrustRefusal.TOO_LARGE)
    new = held_list(offered)
    assert new is not None
    lists, check, known = held_lists(phone), _check_of(offered), digests(phone.model)
    decision = decide_list(lists, kind, new, check, obstacle(fleet, phone), known)
    if decision.taking is not Taking.ASK_TVS:
        return decision
    answer = answers.about_signer(fleet, phone, offered.content.header.signer)
    return decide_list(lists, kind, new, check, answer, known)


def _file(fleet: Fleet, phone: FleetPhone, tftp: TftpInUse, answers: TvsAnswers) -> SignedDecision:
    """Its configuration file, which the phone asks for by the name that its lists call for."""
    signer = certificate_id(tftp.signer)
    header = SignedHeader((1, 0), signer, tftp.digest, "", 0, b"", 0)
    key = key_octets(read(tftp.signer).usable_key)

    def check(_: bytes, by: PublicKey) -> bool:
        return key_octets(by) == key

    lists, known = held_lists(phone), digests(phone.model)
    decision = decide_file(lists, header, b"", check, obstacle(fleet, phone), known)
    if decision.taking is not Taking.ASK_TVS:
        return decision
    return decide_file(lists, header, b"", check, answers.about_signer(fleet, phone, signer), known)


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


def _refusal(file: str, decision: SignedDecision, signer: CertificateId) -> ServerTrust:
    return ServerTrust(False, Taking.REFUSED, decision.refusal or "", file, _cn(signer))


def _cn(signer: CertificateId) -> str:
    """Of its subject, in CUCM's form."""
    found = [part for part in signer.subject.replace(",", ";").split(";") if part.startswith("CN=")]
    return found[0].removeprefix("CN=") if found else signer.subject
