"""What a mishap is: a phone's certificate gone wrong in exactly one way, and what OpenSSL says to it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, NamedTuple

from pki import _profiles
from pki._authority import Authority, Octets
from pki._capf import capf_authority, company_authority, lsc
from pki._identity import Identity
from pki._keys import RSA_2048, KeySpec
from pki._names import parts_of
from pki._pool import KeyRing
from pki._profiles import CertificateProfile
from pki._trust import TrustStore


class Alert(IntEnum):
    """The TLS alerts by which a server refuses a phone's certificate (RFC 8446 section 6.2)."""

    BAD_CERTIFICATE = 42
    UNSUPPORTED_CERTIFICATE = 43
    CERTIFICATE_REVOKED = 44
    CERTIFICATE_EXPIRED = 45
    CERTIFICATE_UNKNOWN = 46
    UNKNOWN_CA = 48
    DECRYPT_ERROR = 51


class MishapVerdict(NamedTuple):
    """How a server that checks phones with OpenSSL refuses, by codes; the same on TLS 1.0, 1.2 and 1.3.

    Attributes:
        verify_code: X509_V_ERR number.
        depth: 0 is the phone's certificate, 1 its issuer, and so on.
        alert: TLS alert description that the server writes, a number that `Alert` names.
    """

    verify_code: int
    depth: int
    alert: int


@dataclass(frozen=True, slots=True)
class Presented:
    """A phone's identity, and the server that shall judge it.

    Attributes:
        identity: what the phone sends, `identity.chain` included and nothing added.
        trust: all that the server trusts, revocation lists included.
        check_crl: whether the server checks the phone's certificate (not its issuers) against a list.
        security_level: OpenSSL's, of the server; the phone's must be 0 lest it refuse its own certificate.
    """

    identity: Identity
    trust: TrustStore
    check_crl: bool = False
    security_level: int = 0


@dataclass(frozen=True, slots=True)
class MishapParties:
    """Who takes part in a mishap: one phone, the CAPF of its cluster, and a server that trusts that CAPF.

    Attributes:
        keys: where keys are taken from; a mishap takes up to three.
        issuer: the CAPF.
        now: when the server judges.
        device_name, model: of the phone.
        trust: a store that accepts what the CAPF signs.
        octets: source of serial numbers.
    """

    keys: KeyRing
    issuer: Authority
    now: datetime
    device_name: str
    model: str
    trust: TrustStore
    octets: Octets = os.urandom

    def leaf(
        self,
        issuer: Authority | None = None,
        *,
        profile: CertificateProfile = _profiles.LSC,
        device_name: str | None = None,
        key_spec: KeySpec = RSA_2048,
        not_before: datetime | None = None,
        not_after: datetime | None = None,
    ) -> Identity:
        """A good LSC that is valid since yesterday, apart from what is asked to be different."""
        key = self.keys.take(key_spec)
        certificate = lsc(
            issuer or self.issuer,
            device_name=device_name or self.device_name,
            model=self.model,
            public_key=key.public_key(),
            not_before=not_before or self.days(-1),
            not_after=not_after,
            octets=self.octets,
            profile=profile,
        )
        return Identity(key, certificate)

    def other_capf(self, **changes: Any) -> Authority:
        """A second CAPF, a month old, with the C, O, OU, ST and L of the first, another key and another name.

        Args:
            changes: arguments of `capf_authority` to override that.
        """
        arguments = {"not_before": self.days(-30), "subject": self._place(), **changes}
        return capf_authority(keys=self.keys, octets=self.octets, **arguments)

    def company(self) -> Authority:
        """A company's root, four hundred days old, that no store holds yet."""
        start = self.days(-400)
        return company_authority(keys=self.keys, subject=self._place(), not_before=start, octets=self.octets)

    def _place(self) -> dict[str, str]:
        return {kind: value for kind, value in parts_of(self.issuer.subject) if kind != "CN"}

    def days(self, count: int) -> datetime:
        """The moment that many days from now, before it if negative."""
        return self.now + timedelta(days=count)

    def trusting(self, *authorities: Authority) -> TrustStore:
        """A store of the same name that holds these and nothing else."""
        return TrustStore(self.trust.name, (authority.certificate for authority in authorities))

    def healthy(self) -> Presented:
        """Without a mishap: a good LSC before a server that trusts its issuer."""
        return Presented(self.leaf(), self.trust)


Build = Callable[[MishapParties], Presented]


@dataclass(frozen=True, slots=True)
class Mishap:
    """One entry of the registry.

    Attributes:
        name: such as "not-yet-valid"; its lesson stands under this name in the catalogues of the lab.
        verdict: how the handshake fails; None means that it succeeds, and the lesson says who should refuse.
        build: makes it.
    """

    name: str
    verdict: MishapVerdict | None
    build: Build


class Registry(dict[str, Mishap]):
    """Mishaps by name, in the order in which they are listed."""

    def mishap(self, verdict: MishapVerdict | None) -> Callable[[Build], Build]:
        """Enter the decorated function under its own name, with hyphens."""

        def enter(build: Build) -> Build:
            name = build.__name__.replace("_", "-")
            self[name] = Mishap(name, verdict, build)
            return build

        return enter
