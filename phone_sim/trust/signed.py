"""Whether a phone takes a new CTL or ITL, a signed file, or an unsigned one.

The signer is looked for in the lists held, then at TVS. A decision is made twice where TVS is needed: the first one says
`ASK_TVS`, the second one has TVS's answer.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass
from enum import StrEnum

from cisco_data.models import PhoneModel
from cisco_data.trust_roles import FILE_SIGNERS, LIST_SIGNERS, TrustRole
from phone_sim.trust.held_lists import HeldList, HeldLists, ListKind
from phone_sim.trust.tvs_answer import TrustRefusal, TvsAnswer, TvsVouch, vouched
from pki import PublicKey, read
from wire.signed_files import SignatureDigest, SignedHeader, TrustListRecord, record_key_untrusted

SignatureCheck = Callable[[bytes, PublicKey], bool]
"""Whether the signature in a whole signed file was made with the private key of this public one."""

ALL_DIGESTS = frozenset(SignatureDigest)


def digests_of(model: PhoneModel) -> Set[SignatureDigest]:
    """What the model can check; Assumed: of lists as of other files."""
    return ALL_DIGESTS if model.sha2_files else frozenset({SignatureDigest.SHA1})


class Taking(StrEnum):
    """What becomes of a list or a file."""

    UNCHANGED = "the list held"
    UNCHECKED = "unchecked"
    """Nothing is held that it could be checked with: the leap of faith."""
    BY_LIST = "signer in the trust list"
    BY_TVS = "signer known to TVS"
    ASK_TVS = "ask TVS"
    """Nothing is decided yet."""
    REFUSED = "refused"
    """What the phone had before stays."""


@dataclass(frozen=True, slots=True)
class SignedDecision:
    taking: Taking
    refusal: TrustRefusal | None = None
    """Why it was refused."""

    @property
    def taken(self) -> bool:
        """The phone goes by the new one from now on."""
        return self.taking in (Taking.UNCHECKED, Taking.BY_LIST, Taking.BY_TVS)


def refused(refusal: TrustRefusal) -> SignedDecision:
    return SignedDecision(Taking.REFUSED, refusal)


def decide_list(
    held: HeldLists,
    kind: ListKind,
    offered: HeldList,
    check: SignatureCheck,
    tvs: TvsAnswer | None = None,
    digests: Set[SignatureDigest] = ALL_DIGESTS,
) -> SignedDecision:
    """A list that could be read. The first one is taken unchecked, and so is any while those held list no TVS and no TFTP."""
    if held.of(kind) == offered:
        return SignedDecision(Taking.UNCHANGED)
    if held.takes_any_list:
        return SignedDecision(Taking.UNCHECKED)
    return _decide(held.list_signers, LIST_SIGNERS, offered.content.header, offered.octets, check, tvs, digests)


def decide_file(
    held: HeldLists,
    header: SignedHeader | None,
    octets: bytes,
    check: SignatureCheck,
    tvs: TvsAnswer | None = None,
    digests: Set[SignatureDigest] = ALL_DIGESTS,
) -> SignedDecision:
    """A configuration or another file; `header` is None for one without a signature.

    Assumed: a phone whose lists have no TFTP record reads a signed file without checking it.
    """
    if not held.has_file_signers:
        return SignedDecision(Taking.UNCHECKED)
    if header is None:
        return refused(TrustRefusal.NOT_SIGNED)
    return _decide(held.records(FILE_SIGNERS), FILE_SIGNERS, header, octets, check, tvs, digests)


def _decide(
    records: tuple[TrustListRecord, ...],
    roles: Set[TrustRole],
    header: SignedHeader,
    octets: bytes,
    check: SignatureCheck,
    tvs: TvsAnswer | None,
    digests: Set[SignatureDigest],
) -> SignedDecision:
    if header.digest not in digests:
        return refused(TrustRefusal.DIGEST_UNKNOWN)
    keys = [record_key_untrusted(one) for one in records if one.certificate_id == header.signer]
    taking = Taking.BY_LIST
    if not keys:
        if tvs is None:
            return SignedDecision(Taking.ASK_TVS)
        refusal = vouched(tvs, roles)
        if refusal is not None:
            return refused(refusal)
        assert isinstance(tvs, TvsVouch)
        keys, taking = [read(tvs.certificate).usable_key], Taking.BY_TVS
    if any(key is not None and check(octets, key) for key in keys):
        return SignedDecision(taking)
    return refused(TrustRefusal.SIGNATURE_WRONG)
