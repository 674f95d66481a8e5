"""What the cause might have been: the rule that explains the failure, among others that could look like it."""

from __future__ import annotations

from random import Random

LIKE: tuple[tuple[str, ...], ...] = (
    ("lsc-of-another-cluster", "lsc-issuer-not-in-callmanager-trust", "capf-deleted-from-callmanager-trust"),
    ("mic-issuer-not-in-callmanager-trust",),
    ("uploaded-and-not-restarted",),
    ("chain-incomplete", "root-not-trusted"),
    ("issuer-key-changed", "issuer-key-changed-no-key-identifier", "signature-does-not-fit"),
    ("lsc-expired", "lsc-issuer-expired"),
    ("mic-expired", "mic-issuer-expired"),
    ("certificate-purpose", "issuer-purpose"),
    ("no-certificate",),
    ("no-common-cipher",),
    ("minimum-tls-version",),
    ("phone-distrusts-callmanager", "callmanager-regenerated", "callmanager-certificate-expired"),
    ("rejected-noEntryInDatabase",),
    ("rejected-securityMismatch",),
    ("rejected-invalidX509NameInCertificate",),
    ("service-stopped", "server-unreachable", "no-secure-port"),
    ("authentication-string-deadlock",),
)
"""Rules of which the quiz has words. Those of one row are so alike that one of them is no wrong answer for another."""
OFFERED = 4


def known(rule: str) -> bool:
    """Whether the quiz can ask for it."""
    return any(rule in row for row in LIKE)


def choices(rule: str, random: Random) -> list[str]:
    """The true one and three others, shuffled."""
    others = [random.choice(row) for row in LIKE if rule not in row]
    offered = [rule, *random.sample(others, OFFERED - 1)]
    random.shuffle(offered)
    return offered
