"""The rules by name: which story teaches each, and which stories show its cure. docs/explain.md says what each means."""

from __future__ import annotations

from typing import NamedTuple

BY_NULL_STRING = "install-lsc-by-null-string"
REINSTALL = "new-cluster-old-lsc-cured-by-reinstall"
BY_MIC = "new-cluster-old-lsc-cured-by-mic"


class Lesson(NamedTuple):
    """Names of stories of the gallery."""

    story: str = ""
    """Empty where none teaches it."""
    cures: tuple[str, ...] = ()


RULES: dict[str, Lesson] = {
    # CallManager refuses the phone's certificate: who signed it
    "lsc-of-another-cluster": Lesson("new-cluster-old-lsc", (REINSTALL, BY_MIC)),
    "lsc-issuer-not-in-callmanager-trust": Lesson("new-cluster-old-lsc", (REINSTALL, BY_MIC)),
    "capf-deleted-from-callmanager-trust": Lesson(
        "capf-removed-too-early-from-callmanager-trust", ("capf-removed-too-early-from-callmanager-trust-cured",)
    ),
    "mic-issuer-not-in-callmanager-trust": Lesson(
        "mic-issuer-missing", ("mic-issuer-missing-cured-by-enabling", "mic-issuer-missing-cured-by-lsc")
    ),
    "uploaded-and-not-restarted": Lesson(),
    "chain-incomplete": Lesson("capf-signed-root-missing"),
    "root-not-trusted": Lesson("capf-signed-root-missing", (BY_NULL_STRING,)),
    "issuer-key-changed": Lesson("capf-regenerated-same-name", (BY_NULL_STRING,)),
    "issuer-key-changed-no-key-identifier": Lesson("capf-regenerated-same-name", (BY_NULL_STRING,)),
    "signature-does-not-fit": Lesson("capf-regenerated-same-name", (BY_NULL_STRING,)),
    "self-signed-certificate": Lesson("", (BY_NULL_STRING,)),
    "issuer-is-no-authority": Lesson(),
    "path-too-long": Lesson(),
    # CallManager refuses the phone's certificate: what it is
    "lsc-expired": Lesson("lsc-expired", (BY_NULL_STRING,)),
    "mic-expired": Lesson("mic-expired", (BY_NULL_STRING,)),
    "lsc-issuer-expired": Lesson("lsc-expired", (BY_NULL_STRING,)),
    "mic-issuer-expired": Lesson("mic-expired", (BY_NULL_STRING,)),
    "certificate-not-yet-valid": Lesson(),
    "certificate-purpose": Lesson("lsc-without-key-usage"),
    "issuer-purpose": Lesson(),
    "weak-key": Lesson("", (BY_NULL_STRING,)),
    "weak-issuer-key": Lesson(),
    "weak-digest": Lesson("", (BY_NULL_STRING,)),
    "certificate-revoked": Lesson("", (BY_NULL_STRING,)),
    "crl-missing": Lesson(),
    "crl-out-of-date": Lesson(),
    "crl-signer": Lesson(),
    # TLS ends before a certificate is judged
    "no-certificate": Lesson("lsc-not-needed-for-secure-profile", (BY_NULL_STRING,)),
    "no-common-cipher": Lesson(),
    "minimum-tls-version": Lesson("minimum-tls-version"),
    "null-cipher-and-tls-1-3": Lesson(),
    # the phone refuses the server
    "phone-distrusts-callmanager": Lesson(),
    "phone-distrusts-capf": Lesson(),
    "callmanager-restart-due": Lesson(),
    "capf-restart-due": Lesson(),
    "callmanager-regenerated": Lesson(),
    "capf-regenerated": Lesson("capf-regenerated-in-good-order", ("capf-regenerated-in-good-order",)),
    "callmanager-certificate-expired": Lesson(),
    "capf-certificate-expired": Lesson(),
    # TLS is up, and CallManager rejects the registration
    "rejected-noEntryInDatabase": Lesson(),
    "rejected-securityMismatch": Lesson(),
    "rejected-invalidX509NameInCertificate": Lesson("name-of-another-device", (BY_NULL_STRING,)),
    "rejected-invalidTLSCipher": Lesson(),
    "rejected-deviceTypeMismatch": Lesson(),
    "rejected-authenticatedDeviceAlreadyExists": Lesson(),
    # nobody there, no file, nothing that happens
    "no-configuration-file": Lesson(),
    "configuration-file-not-read": Lesson(),
    "service-stopped": Lesson(),
    "service-restarting": Lesson(),
    "no-secure-port": Lesson(),
    "server-unreachable": Lesson(),
    "authentication-string-deadlock": Lesson("authentication-string-deadlock", (BY_NULL_STRING,)),
    "not-registered-yet": Lesson(),
    # CAPF's operations
    "capf-lsc-of-another-cluster": Lesson(
        "invalid-lsc", ("invalid-lsc-cured-by-mic", "invalid-lsc-cured-by-authentication-string")
    ),
    "capf-lsc-issuer-not-in-capf-trust": Lesson("invalid-lsc", (BY_NULL_STRING,)),
    "capf-deleted-from-capf-trust": Lesson("capf-removed-too-early-from-capf-trust", (BY_NULL_STRING,)),
    "capf-mic-issuer-not-in-capf-trust": Lesson("invalid-mic", (BY_NULL_STRING,)),
    "capf-chain-incomplete": Lesson(),
    "capf-issuer-key-changed": Lesson("", (BY_NULL_STRING,)),
    "capf-lsc-expired": Lesson("lsc-expired", (BY_NULL_STRING,)),
    "capf-mic-expired": Lesson("mic-expired", (BY_NULL_STRING,)),
    "capf-issuer-expired": Lesson(),
    "capf-lsc-refused": Lesson("invalid-lsc", (BY_NULL_STRING,)),
    "capf-mic-refused": Lesson("invalid-mic", (BY_NULL_STRING,)),
    "capf-certificate-of-another-device": Lesson("invalid-lsc", (BY_NULL_STRING,)),
    "capf-no-proof": Lesson("", (BY_NULL_STRING,)),
    "capf-no-certificate": Lesson("existing-certificate-none", (BY_NULL_STRING,)),
    "capf-tls-version": Lesson(),
    "capf-no-common-cipher": Lesson(),
    "capf-authentication-string": Lesson("wrong-authentication-string", ("install-by-authentication-string",)),
    "capf-no-authentication-string": Lesson("install-by-authentication-string", ("install-by-authentication-string",)),
    "capf-authentication-string-blocked": Lesson("wrong-authentication-string", (BY_NULL_STRING,)),
    "capf-late": Lesson("operation-late"),
    "capf-timed-out": Lesson("operation-late"),
    "capf-key-not-made": Lesson("ec-lsc-and-old-phone"),
    "capf-ec-only": Lesson("ec-lsc-and-old-phone"),
    "capf-lsc-not-issued": Lesson(),
    "capf-lsc-not-stored": Lesson(),
    "capf-phone-gone": Lesson(),
    # 802.1X
    "dot1x-capf-not-trusted": Lesson("dot1x-capf-missing", ("dot1x-with-lsc", "dot1x-with-mic")),
    "dot1x-lsc-of-another-cluster": Lesson("dot1x-old-lsc-new-cluster", ("dot1x-then-register", "dot1x-with-mic")),
    "dot1x-capf-distrusted": Lesson("dot1x-capf-regenerated-too-early", ("dot1x-capf-regenerated-in-good-order",)),
    "dot1x-capf-regenerated": Lesson("dot1x-capf-missing", ("dot1x-capf-regenerated-in-good-order",)),
    "dot1x-mic-issuer-not-trusted": Lesson("", ("dot1x-with-mic",)),
    "dot1x-trusted-and-not-restarted": Lesson(),
    "dot1x-chain-incomplete": Lesson(),
    "dot1x-issuer-key-changed": Lesson(),
    "dot1x-lsc-expired": Lesson("dot1x-lsc-expired", ("dot1x-then-register",)),
    "dot1x-mic-expired": Lesson("", ("dot1x-then-register",)),
    "dot1x-issuer-expired": Lesson(),
    "dot1x-certificate-not-yet-valid": Lesson(),
    "dot1x-certificate-revoked": Lesson(),
    "dot1x-crl-missing": Lesson(),
    "dot1x-crl-out-of-date": Lesson(),
    "dot1x-certificate-purpose": Lesson(),
    "dot1x-certificate-refused": Lesson(),
    "dot1x-name-not-the-identity": Lesson(),
    "dot1x-other-method": Lesson(),
    "dot1x-unknown-endpoint": Lesson(),
    "dot1x-no-certificate": Lesson("", ("dot1x-then-register",)),
    "dot1x-tls-version": Lesson(),
    "dot1x-no-common-cipher": Lesson(),
    "dot1x-phone-silent": Lesson(),
    "dot1x-phone-distrusts-server": Lesson("dot1x-phone-distrusts-server", ("dot1x-with-mic",)),
    "dot1x-server-certificate-expired": Lesson(),
    "dot1x-server-stopped": Lesson(),
    "dot1x-server-silent": Lesson(),
    "dot1x-network-device-unknown": Lesson(),
    "dot1x-wrong-secret": Lesson(),
    "dot1x-answer-refused": Lesson(),
    "dot1x-port-force-unauthorized": Lesson(),
    "dot1x-port-unauthorized": Lesson("", ("dot1x-with-mic",)),
    # VPN
    "vpn-capf-not-trusted": Lesson("vpn-capf-missing", ("vpn-with-lsc",)),
    "vpn-lsc-of-another-cluster": Lesson("", ("vpn-with-lsc", "vpn-with-mic")),
    "vpn-capf-distrusted": Lesson("vpn-old-capf-removed-too-early", ("vpn-with-lsc",)),
    "vpn-capf-regenerated": Lesson("", ("vpn-with-lsc",)),
    "vpn-mic-issuer-not-trusted": Lesson("", ("vpn-with-mic",)),
    "vpn-chain-incomplete": Lesson(),
    "vpn-issuer-key-changed": Lesson(),
    "vpn-lsc-expired": Lesson(),
    "vpn-mic-expired": Lesson(),
    "vpn-issuer-expired": Lesson(),
    "vpn-certificate-refused": Lesson(),
    "vpn-no-certificate": Lesson("", ("vpn-with-lsc",)),
    "vpn-tls-version": Lesson(),
    "vpn-no-common-cipher": Lesson(),
    "vpn-host-id-unknown-hash": Lesson("vpn-host-id-mismatch", ("vpn-host-id-mismatch",)),
    "vpn-host-id-other-name": Lesson(),
    "vpn-host-id-wildcard": Lesson(),
    "vpn-host-not-found": Lesson(),
    "vpn-gateway-unreachable": Lesson(),
    "vpn-gateway-stopped": Lesson(),
    "vpn-gateway-silent": Lesson(),
    "vpn-no-such-group": Lesson(),
    "vpn-login-refused": Lesson(),
    "vpn-tunnel-refused": Lesson(),
    "vpn-strange-answer": Lesson(),
    "vpn-dead-tunnel": Lesson(),
    "vpn-tunnel-lost": Lesson(),
    "vpn-password-needed": Lesson(),
}
"""Every rule, whatever its failure looks like."""


def commands_of(rule: str) -> tuple[str, ...]:
    """What to type to see the cure at work."""
    return tuple(f"cucm-lab run {story}" for story in RULES[rule].cures) if rule in RULES else ()


def story_of(rule: str) -> str:
    """The story that teaches it; empty for none."""
    return RULES[rule].story if rule in RULES else ""
