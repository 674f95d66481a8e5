"""What TVS can add to a phone's decision: a certificate with its roles, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum

from cisco_data.trust_roles import TrustRole
from phone_sim.trust.held_lists import HeldLists
from pki import Certificate


class TrustRefusal(StrEnum):
    """Why a phone does not take a list or a file, or does not trust a server."""

    TOO_LARGE = "too large"
    UNREADABLE = "unreadable"
    NOT_SIGNED = "not signed"
    DIGEST_UNKNOWN = "the phone cannot compute its digest"
    SIGNATURE_WRONG = "signature wrong"
    NOT_DECRYPTED = "encrypted for another key"
    NOT_LISTED = "not in the trust list"
    """Of what no TVS is asked about: TVS itself, or anything on a model without TVS."""
    TVS_NOT_LISTED = "not in the trust list, which has no TVS either"
    TVS_NOT_CONFIGURED = "not in the trust list, and the configuration names no TVS"
    TVS_UNREACHABLE = "not in the trust list, and no TVS answers"
    TVS_UNTRUSTED = "not in the trust list, and TLS with TVS fails, whose certificate may not be listed either"
    TVS_FAILED = "not in the trust list, and TVS gave no answer that can be used"
    TVS_UNKNOWN = "not in the trust list, and unknown to TVS"
    TVS_OTHER_ROLE = "not in the trust list, and TVS knows it for something else"


SIGNER_UNKNOWN = frozenset(TrustRefusal) - {
    TrustRefusal.TOO_LARGE,
    TrustRefusal.UNREADABLE,
    TrustRefusal.NOT_SIGNED,
    TrustRefusal.DIGEST_UNKNOWN,
    TrustRefusal.SIGNATURE_WRONG,
    TrustRefusal.NOT_DECRYPTED,
}
"""The certificate is in no list of the phone, whatever TVS said."""


@dataclass(frozen=True, slots=True)
class TvsVouch:
    """TVS knows the certificate, for these roles; unknown numbers among them are kept."""

    certificate: Certificate
    roles: Set[int]


TvsAnswer = TvsVouch | TrustRefusal
"""From a TVS, or why it could not be asked; in signatures None means that a TVS can be asked and was not yet."""


def tvs_obstacle(held: HeldLists, *, has_tvs: bool, servers: bool) -> TrustRefusal | None:
    """Why the phone cannot ask TVS; None where it can. `has_tvs`: the model knows TVS; `servers`: the configuration that it
    holds names some.
    """
    if not has_tvs:
        return TrustRefusal.NOT_LISTED
    if not held.has_tvs:
        return TrustRefusal.TVS_NOT_LISTED
    return None if servers else TrustRefusal.TVS_NOT_CONFIGURED


def vouched(answer: TvsAnswer, roles: Set[TrustRole]) -> TrustRefusal | None:
    """None where TVS vouches for the certificate in one of the roles (Assumed: an answer must fit the use)."""
    if isinstance(answer, TrustRefusal):
        return answer
    return None if answer.roles & roles else TrustRefusal.TVS_OTHER_ROLE
