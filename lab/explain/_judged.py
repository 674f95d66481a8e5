"""What every rule about a refused certificate looks at: the certificate at fault, its verify code, and the authority above it."""

from __future__ import annotations

from dataclasses import dataclass

from cisco_data import ServiceKind
from lab.base.texts import Part, Text, text
from lab.case import Case, FailedOperation, Held, Name, RefusedByTls, Shown, cn
from lab.explain._authority import IssuerFacts, chain_from, named, place_of
from pki import NO_NAME
from wire.tls_numbers import verify_text


@dataclass(frozen=True, slots=True)
class Judged:
    """One certificate chain that a service did not accept."""

    case: Case
    code: int
    depth: int
    shows: Held
    """What the phone presented."""
    fault: Shown | None
    """The certificate at that depth."""

    @property
    def kind(self) -> str:
        return self.shows.kind

    @property
    def issuer(self) -> Name:
        """Who signed the certificate at fault."""
        if self.depth > 0:
            return self.fault.issuer if self.fault is not None else NO_NAME
        return self.shows.issuer

    def authority(self, name: Name) -> IssuerFacts:
        return IssuerFacts(self.case, name, self.shows.signer if name == self.shows.issuer else "")

    @property
    def culprit(self) -> Text:
        """The certificate at fault."""
        if self.depth <= 0 or self.fault is None:
            return text("explain.phrase.own-certificate", kind=self.kind)
        return text("explain.phrase.certificate-of", name=cn(self.fault.subject))

    @property
    def has_expired(self) -> bool:
        """The phone's own certificate, whatever the verify code says first."""
        end = self.shows.not_after
        return end is not None and end <= self.case.at

    @property
    def parts(self) -> dict[str, Part]:
        """Of every sentence about it."""
        return {
            "kind": self.kind,
            "issuer": cn(self.issuer),
            "code": self.code,
            "words": words(self.code),
            "depth": self.depth,
            "culprit": self.culprit,
            "authority": self.culprit,
            "cluster": self.case.service.cluster,
            "server": self.case.service.server,
            "trust": trust_text(self.case),
        }


def judged(case: Case) -> Judged | None:
    """None where no certificate was judged."""
    problem, shows = case.problem, case.phone.shows
    if shows is None or not isinstance(problem, RefusedByTls | FailedOperation) or problem.verify_code <= 0:
        return None
    if isinstance(problem, RefusedByTls):
        return (
            Judged(case, problem.verify_code, problem.depth, shows, problem.fault)
            if problem.direction != "write"
            else None
        )
    return Judged(case, problem.verify_code, problem.depth, shows, _at_depth(case, problem, shows))


def _at_depth(case: Case, problem: FailedOperation, shows: Held) -> Shown | None:
    """CAPF notes the phone's own certificate only: those above it are found by who signed whom, as far as that is known."""
    if problem.depth <= 0 or problem.shown is None:
        return problem.shown
    chain = chain_from(case, cn(shows.issuer))
    if problem.depth > len(chain):
        return None
    subject, above = chain[problem.depth - 1], chain[problem.depth : problem.depth + 1]
    return Shown(named(case, subject), named(case, above[0]) if above else NO_NAME)


def words(code: int) -> Part:
    """OpenSSL's own words for a verify code."""
    return verify_text(code) or text("explain.phrase.code-not-known")


def trust_text(case: Case) -> Text:
    """The trust that the service goes by."""
    service = case.service
    if service.kind is ServiceKind.CALLMANAGER:
        return text("explain.phrase.trust-read", cluster=service.cluster)
    if service.kind is ServiceKind.CAPF:
        return text("explain.phrase.capf-trust-read", cluster=service.cluster)
    return text("explain.phrase.trust-of-server", server=place_of(service))
