"""Which TLS servers a phone trusts: those whose very certificate is listed for that use, then those that TVS vouches for.

Dates of listed certificates are not looked at, and chains neither: name, serial number and key decide. Assumed: no source says
whether a phone looks at the dates. A phone that holds no list takes any server.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import lru_cache

from cisco_data.trust_roles import CALL_MANAGERS, FILE_SIGNERS, TrustRole
from phone_sim.trust.held_lists import HeldLists
from phone_sim.trust.tvs_answer import TrustRefusal, TvsAnswer, vouched
from pki import Certificate, Unreadable, load_untrusted, read
from wire.certificate_id import certificate_id
from wire.signed_files import TrustListRecord, record_key_untrusted


class ServerUse(Enum):
    """What a phone connects to over TLS and judges by its lists: the roles that such a server must have."""

    CALL_MANAGER = CALL_MANAGERS
    CAPF = frozenset({TrustRole.CAPF})
    HTTPS = frozenset({TrustRole.APPLICATION_SERVER})
    TVS = frozenset({TrustRole.TVS})
    TFTP = FILE_SIGNERS

    @property
    def roles(self) -> frozenset[TrustRole]:
        return self.value


@dataclass(frozen=True, slots=True)
class ListedServers:
    """The certificates of a phone's lists for one use, as OpenSSL takes them; more than one of a name, unlike in a store."""

    certificates: tuple[Certificate, ...]

    @property
    def crls(self) -> tuple[()]:
        """None: a phone knows no revocation lists."""
        return ()


class ServerVerdict(StrEnum):
    NO_LIST = "the phone holds no list"
    LISTED = "in the trust list"
    BY_TVS = "known to TVS"
    ASK_TVS = "ask TVS"
    """Nothing is decided yet."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class ServerDecision:
    verdict: ServerVerdict
    refusal: TrustRefusal | None = None
    """Why it was refused."""

    @property
    def trusted(self) -> bool:
        return self.verdict in (ServerVerdict.NO_LIST, ServerVerdict.LISTED, ServerVerdict.BY_TVS)


@lru_cache(maxsize=64)
def listed_servers_untrusted(held: HeldLists, use: ServerUse) -> ListedServers | None:
    """What a server must show to be trusted by the lists alone; None where OpenSSL cannot decide that: no list is held, or
    one of the records has no certificate that can be read.
    """
    if not held.any_held:
        return None
    found: dict[Certificate, None] = {}
    for record in held.records(use.roles):
        try:
            found[load_untrusted(record.certificate or b"")] = None
        except Unreadable:
            return None
    return ListedServers(tuple(found))


def is_listed(certificate: Certificate, records: tuple[TrustListRecord, ...]) -> bool:
    """Whether one of the records is of exactly this certificate: its issuer, its serial number and its key."""
    wanted, key = certificate_id(certificate), read(certificate).usable_key
    return key is not None and any(one.certificate_id == wanted and record_key_untrusted(one) == key for one in records)


def decide_server(
    held: HeldLists, use: ServerUse, certificate: Certificate | None, tvs: TvsAnswer | None
) -> ServerDecision:
    """By what a server presented; None where it is nothing that can be read. TVS itself is never asked about a TVS."""
    if not held.any_held:
        return ServerDecision(ServerVerdict.NO_LIST)
    if certificate is None:
        return ServerDecision(ServerVerdict.REFUSED, TrustRefusal.UNREADABLE)
    if is_listed(certificate, held.records(use.roles)):
        return ServerDecision(ServerVerdict.LISTED)
    if use is ServerUse.TVS:
        return ServerDecision(ServerVerdict.REFUSED, TrustRefusal.NOT_LISTED)
    if tvs is None:
        return ServerDecision(ServerVerdict.ASK_TVS)
    refusal = vouched(tvs, use.roles)
    return ServerDecision(ServerVerdict.BY_TVS if refusal is None else ServerVerdict.REFUSED, refusal)
