"""Certificate Issuer to Endpoint: Online CA. A company's authority signs the LSCs, by its own template, if it can be reached.

Cisco names a Microsoft server with a certificate template, and that such a server signs no EC keys. It warns of templates
without digitalSignature and keyEncipherment: the LSC installs, and the secure registration fails. What the template
holds beside that, and for how long it signs, is assumed.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from capf_sim.issuer import CaRejected, CaUnreachable, LscRequest
from journal import Clock
from pki import Authority, Certificate, lsc, profiles

TEMPLATE: Final = ("digitalSignature", "keyEncipherment")
"""The key usage that Cisco asks for."""
TEMPLATE_WITHOUT_KEY_USAGE: Final = ("dataEncipherment",)
"""A template that forgot both. An extension must remain for TLS to mind: where there is no key usage at all, OpenSSL
takes the certificate as good for everything. Which other usage remains is assumed."""
DAYS: Final = 730


class Reach(StrEnum):
    """Whether the authority answers, and how."""

    ANSWERS = "answers"
    UNREACHABLE = "unreachable"
    REJECTS = "rejects"


class OnlineCa:
    """An `Issuer`. `reach` and `key_usage` may change while CAPF runs: both are the authority's, not CAPF's."""

    def __init__(
        self,
        authority: Authority,
        clock: Clock,
        *,
        key_usage: tuple[str, ...] = TEMPLATE,
        reach: Reach = Reach.ANSWERS,
    ) -> None:
        """`key_usage`: RFC 5280 names, empty for no such extension; ValueError at `issue` for one that there is not."""
        self.reach = reach
        self.key_usage = key_usage
        self._authority = authority
        self._clock = clock

    @property
    def certificate(self) -> Certificate:
        """The authority's own, which CallManager-trust and CAPF-trust must hold."""
        return self._authority.certificate

    async def issue(self, request: LscRequest) -> Certificate:
        """Raises CaUnreachable or CaRejected."""
        if self.reach is Reach.UNREACHABLE:
            raise CaUnreachable
        if self.reach is Reach.REJECTS or isinstance(request.public_key, ec.EllipticCurvePublicKey):
            raise CaRejected
        return lsc(
            self._authority,
            device_name=request.device_name,
            model=request.model,
            public_key=request.public_key,
            not_before=self._clock.now().replace(microsecond=0),
            days=DAYS,
            serial_number=request.serial_number,
            profile=replace(profiles.LSC, name="LSC of an online CA", key_usage=self.key_usage),
        )
