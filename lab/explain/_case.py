"""One TLS refusal by CallManager, with what the events tell of the certificates involved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cucm_sim.certificate_events import CertificateRegenerated, SignedCertificateInstalled
from cucm_sim.events import CallManagerStarted, ServiceParameterChanged
from lab.explain._explanation import Finding
from lab.explain._texts import Text, cn, text
from lab.explain._trust import Whereabouts
from pki import DistinguishedName


@dataclass(frozen=True, slots=True)
class Case:
    """The evidence, sorted."""

    cluster: str
    kind: str
    """`LSC`, `MIC`, or empty where the phone showed nothing."""
    issuer: DistinguishedName
    """Of what the phone showed."""
    started: CallManagerStarted | None
    """With the trust that it read; None where it is not in the journal."""
    verify_code: int
    depth: int
    failed_subject: DistinguishedName
    failed_issuer: DistinguishedName
    """Of the certificate at that depth."""
    where: Whereabouts | None
    """Of the authority that signed the certificate at that depth; None where the start is not in the journal."""
    made_anew: CertificateRegenerated | SignedCertificateInstalled | None
    """How that authority came to be another one than it was when it signed."""
    signed: SignedCertificateInstalled | None
    """How the certificate at that depth came to be signed by another authority, where it is CAPF's own."""
    offered: str
    """The newest TLS version that the phone offers."""
    minimum: ServiceParameterChanged | None
    """How the cluster's minimum TLS version came to be what it is, where somebody changed it."""

    @property
    def culprit(self) -> Text:
        """The certificate at fault."""
        return text("explain.phrase.own-certificate", kind=self.kind) if self.depth == 0 else self.authority

    @property
    def authority(self) -> Text:
        """The certificate at fault, above the phone's own."""
        return text("explain.phrase.certificate-of", name=cn(self.failed_subject))

    @property
    def same_name(self) -> CertificateRegenerated | SignedCertificateInstalled | None:
        """`made_anew`, where the authority kept its name, so that its old certificate is in no trust store any more."""
        made = self.made_anew
        return made if made is not None and made.subject == made.former_subject else None

    @property
    def trust(self) -> Text:
        return text("explain.phrase.trust-read", cluster=self.cluster)


Rule = Callable[[Case], Finding | None]
"""None where the code fits and the rest of the evidence does not: then nothing is guessed."""
