"""The rules by name: which story teaches each, and which stories show its cure. docs/explain.md says what each means."""

from __future__ import annotations

from typing import NamedTuple

from lab.explain._ways import Way

BY_NULL_STRING = "install-lsc-by-null-string"
REINSTALL = "new-cluster-old-lsc-cured-by-reinstall"
BY_MIC = "new-cluster-old-lsc-cured-by-mic"


class Lesson(NamedTuple):
    """Names of stories of the gallery."""

    story: str = ""
    """Empty where none teaches it."""
    cures: tuple[str, ...] = ()
    ways: tuple[Way, ...] = (Way.TOLD,)
    """All that its cure can consist of, whatever the evidence; a case has some of them."""


RULES: dict[str, Lesson] = {
    # CallManager refuses the phone's certificate: who signed it
    "lsc-of-another-cluster": Lesson(
        "new-cluster-old-lsc", (REINSTALL, BY_MIC), ways=(Way.UPLOAD, Way.NEW_LSC, Way.BY_MIC)
    ),
    "lsc-issuer-not-in-callmanager-trust": Lesson(
        "new-cluster-old-lsc", (REINSTALL, BY_MIC), ways=(Way.UPLOAD, Way.NEW_LSC, Way.BY_MIC)
    ),
    "capf-deleted-from-callmanager-trust": Lesson(
        "capf-removed-too-early-from-callmanager-trust",
        ("capf-removed-too-early-from-callmanager-trust-cured",),
        ways=(Way.UPLOAD_BACK, Way.NEW_LSC, Way.BY_MIC),
    ),
    "mic-issuer-not-in-callmanager-trust": Lesson(
        "mic-issuer-missing",
        ("mic-issuer-missing-cured-by-enabling", "mic-issuer-missing-cured-by-lsc"),
        ways=(Way.ENABLE, Way.UPLOAD_EVERYWHERE, Way.UPLOAD, Way.NEW_LSC),
    ),
    "uploaded-and-not-restarted": Lesson(ways=(Way.RESTART, Way.RESTART_AND_NEW_LSC)),
    "chain-incomplete": Lesson(
        "capf-signed-root-missing", ways=(Way.ENABLE, Way.UPLOAD_EVERYWHERE, Way.UPLOAD, Way.NEW_LSC, Way.BY_MIC)
    ),
    "root-not-trusted": Lesson(
        "capf-signed-root-missing", (BY_NULL_STRING,), ways=(Way.UPLOAD, Way.NEW_LSC, Way.BY_MIC)
    ),
    "issuer-key-changed": Lesson("capf-regenerated-same-name", (BY_NULL_STRING,), ways=(Way.NEW_LSC, Way.BY_MIC)),
    "issuer-key-changed-no-key-identifier": Lesson(
        "capf-regenerated-same-name", (BY_NULL_STRING,), ways=(Way.NEW_LSC, Way.BY_MIC)
    ),
    "signature-does-not-fit": Lesson("capf-regenerated-same-name", (BY_NULL_STRING,), ways=(Way.NEW_LSC, Way.BY_MIC)),
    "self-signed-certificate": Lesson("", (BY_NULL_STRING,), ways=(Way.NEW_LSC, Way.BY_MIC)),
    "issuer-is-no-authority": Lesson(),
    "path-too-long": Lesson(),
    # CallManager refuses the phone's certificate: what it is
    "lsc-expired": Lesson("lsc-expired", (BY_NULL_STRING,), ways=(Way.NEW_LSC, Way.BY_MIC)),
    "mic-expired": Lesson("mic-expired", (BY_NULL_STRING,), ways=(Way.NEW_LSC,)),
    "lsc-issuer-expired": Lesson("lsc-expired", (BY_NULL_STRING,), ways=(Way.NEW_LSC, Way.BY_MIC)),
    "mic-issuer-expired": Lesson("mic-expired", (BY_NULL_STRING,), ways=(Way.NEW_LSC,)),
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
    "no-certificate": Lesson("lsc-not-needed-for-secure-profile", (BY_NULL_STRING,), ways=(Way.NEW_LSC,)),
    "no-common-cipher": Lesson(),
    "minimum-tls-version": Lesson("minimum-tls-version", ways=(Way.LOWER_MINIMUM, Way.REPLACE_PHONE)),
    "null-cipher-and-tls-1-3": Lesson(ways=(Way.ENCRYPTED_PROFILE, Way.LOWER_MINIMUM)),
    # the phone refuses the server
    "phone-distrusts-callmanager": Lesson(ways=(Way.DELETE_LISTS, Way.RESTART_AND_DELETE_LISTS)),
    "phone-distrusts-capf": Lesson(ways=(Way.DELETE_LISTS, Way.RESTART_AND_DELETE_LISTS)),
    "callmanager-restart-due": Lesson(ways=(Way.RESTART, Way.UPDATE_LIST_AND_RESTART)),
    "capf-restart-due": Lesson(ways=(Way.RESTART, Way.UPDATE_LIST_AND_RESTART)),
    "callmanager-regenerated": Lesson(ways=(Way.UPDATE_LIST, Way.RESET)),
    "capf-regenerated": Lesson(
        "ctl-not-updated-after-capf", ("capf-regenerated-in-good-order",), ways=(Way.UPDATE_LIST, Way.RESET)
    ),
    "callmanager-certificate-expired": Lesson(ways=(Way.RESTART, Way.REGENERATE)),
    "capf-certificate-expired": Lesson(ways=(Way.RESTART, Way.REGENERATE)),
    # the phone does not take a list, a file, or an HTTPS service
    "lists-of-another-cluster": Lesson(
        "phones-moved-without-trust", ("phones-moved-without-trust",), ways=(Way.UPLOAD_SIGNERS, Way.DELETE_LISTS)
    ),
    "tvs-out-of-date": Lesson(ways=(Way.RESTART, Way.WAIT)),
    "tvs-unreachable": Lesson(
        "callmanager-renewed-while-tvs-is-down",
        ("callmanager-renewed-while-tvs-is-down", "callmanager-renewed-in-good-order"),
        ways=(Way.START, Way.TOLD),
    ),
    "tvs-restart-due": Lesson(ways=(Way.RESTART,)),
    "tftp-restart-due": Lesson(
        "service-restarted-on-one-node-only", ("service-restarted-on-one-node-only",), ways=(Way.RESTART,)
    ),
    "signer-and-tvs-renewed": Lesson(
        "callmanager-and-tvs-renewed-together",
        ("itl-reset-localkey-helps", "callmanager-and-tvs-renewed-together", "callmanager-renewed-in-good-order"),
        ways=(Way.RESET_LIST, Way.DELETE_LISTS),
    ),
    "lists-without-tvs": Lesson(
        "itlrecovery-renewed-in-mixed-mode-wrong-order",
        ("itlrecovery-renewed-in-mixed-mode-wrong-order", "itlrecovery-renewed-in-good-order"),
        ways=(Way.RESET_LIST, Way.DELETE_LISTS),
    ),
    "no-configuration-and-no-tvs": Lesson(
        "phone-staged-on-another-cluster", ("phone-staged-on-another-cluster",), ways=(Way.DELETE_LISTS,)
    ),
    "signer-not-trusted": Lesson(ways=(Way.DELETE_LISTS,)),
    "trust-list-too-large": Lesson("too-many-certificates-for-the-itl", ("too-many-certificates-for-the-itl",)),
    "signed-file-damaged": Lesson(),
    "file-not-signed": Lesson(),
    "sha512-and-old-phone": Lesson(
        "sha512-signed-file-and-old-phone", ("sha512-signed-file-and-old-phone",), ways=(Way.SET_SHA1,)
    ),
    "configuration-encrypted-for-another-key": Lesson(
        "encrypted-file-and-deleted-lsc", ("encrypted-file-and-deleted-lsc",), ways=(Way.NEW_LSC,)
    ),
    # the phone trusts neither the signer nor TVS, after a change of names or a restore
    "node-renamed-and-lists-refused": Lesson(
        "host-name-changed-on-the-only-node",
        ("host-name-changed-on-the-only-node", "host-names-changed-one-at-a-time"),
        ways=(Way.DELETE_LISTS,),
    ),
    "keys-restored-from-older-backup": Lesson(ways=(Way.DELETE_LISTS,)),
    "https-tvs-out-of-date": Lesson(
        "tomcat-renewed-directory-fails", ("tomcat-renewed-directory-fails",), ways=(Way.RESTART, Way.WAIT)
    ),
    "https-tvs-unreachable": Lesson(ways=(Way.START, Way.TOLD)),
    "https-tvs-renewed": Lesson(ways=(Way.UPDATE_LIST,)),
    "https-server-not-trusted": Lesson(),
    # the same, of phones that were moved with bulk certificate management
    "bulk-import-without-signer": Lesson(
        "bulk-certificates-without-itlrecovery",
        ("bulk-certificates-without-itlrecovery", "phones-moved-with-bulk-certificates"),
        ways=(Way.BULK_CERTIFICATES, Way.UPLOAD_SIGNERS, Way.DELETE_LISTS),
    ),
    "bulk-import-not-read-by-tvs": Lesson(
        "bulk-certificates-one-subscriber-forgotten",
        ("bulk-certificates-one-subscriber-forgotten",),
        ways=(Way.RESTART, Way.WAIT),
    ),
    "tvs-of-another-cluster": Lesson(
        "bulk-certificates-without-itlrecovery",
        ("bulk-certificates-without-itlrecovery",),
        ways=(Way.UPLOAD_SIGNERS, Way.DELETE_LISTS),
    ),
    # lists that are reset, left over, or emptied for a rollback
    "both-anchors-renewed": Lesson(
        "both-trust-anchors-lost", ("itlrecovery-renewed-in-good-order",), ways=(Way.DELETE_LISTS,)
    ),
    "ctl-of-a-former-signer": Lesson(
        "ctl-left-in-a-non-secure-cluster",
        ("ctl-left-in-a-non-secure-cluster",),
        ways=(Way.DELETE_CTL_FILE, Way.UPDATE_LIST),
    ),
    "rollback-does-not-blank-the-ctl": Lesson(
        "rollback-parameter-does-not-blank-the-ctl",
        ("rollback-parameter-does-not-blank-the-ctl", "rollback-parameter"),
        ways=(Way.LEAVE_MIXED_MODE, Way.DELETE_LISTS),
    ),
    "https-while-rollback-is-prepared": Lesson("rollback-parameter", ("rollback-parameter",), ways=(Way.END_ROLLBACK,)),
    # TLS is up, and CallManager rejects the registration
    "rejected-noEntryInDatabase": Lesson(),
    "rejected-securityMismatch": Lesson(ways=(Way.RESTART, Way.RESET)),
    "rejected-invalidX509NameInCertificate": Lesson("name-of-another-device", (BY_NULL_STRING,), ways=(Way.NEW_LSC,)),
    "rejected-invalidTLSCipher": Lesson(ways=(Way.RESET,)),
    "rejected-deviceTypeMismatch": Lesson(),
    "rejected-authenticatedDeviceAlreadyExists": Lesson(),
    # no answer, no file, nothing that happens
    "no-configuration-file": Lesson(),
    "configuration-file-not-read": Lesson(),
    "service-stopped": Lesson(ways=(Way.START,)),
    "service-restarting": Lesson(ways=(Way.WAIT,)),
    "no-secure-port": Lesson(ways=(Way.MIXED_MODE, Way.NON_SECURE_PROFILE)),
    "server-unreachable": Lesson(),
    "authentication-string-deadlock": Lesson(
        "authentication-string-deadlock", (BY_NULL_STRING,), ways=(Way.NULL_STRING, Way.NON_SECURE_PROFILE_AND_STRING)
    ),
    "not-registered-yet": Lesson(),
    # CAPF's operations
    "capf-lsc-of-another-cluster": Lesson(
        "invalid-lsc",
        ("invalid-lsc-cured-by-mic", "invalid-lsc-cured-by-authentication-string"),
        ways=(Way.UPLOAD, Way.NULL_STRING, Way.BY_MIC),
    ),
    "capf-lsc-issuer-not-in-capf-trust": Lesson(
        "invalid-lsc", (BY_NULL_STRING,), ways=(Way.UPLOAD, Way.NULL_STRING, Way.BY_MIC)
    ),
    "capf-deleted-from-capf-trust": Lesson(
        "capf-removed-too-early-from-capf-trust", (BY_NULL_STRING,), ways=(Way.UPLOAD_BACK, Way.NULL_STRING, Way.BY_MIC)
    ),
    "capf-mic-issuer-not-in-capf-trust": Lesson(
        "invalid-mic", (BY_NULL_STRING,), ways=(Way.ENABLE, Way.UPLOAD_EVERYWHERE, Way.UPLOAD, Way.NULL_STRING)
    ),
    "capf-chain-incomplete": Lesson(ways=(Way.ENABLE, Way.UPLOAD_EVERYWHERE, Way.UPLOAD, Way.NULL_STRING, Way.BY_MIC)),
    "capf-issuer-key-changed": Lesson("", (BY_NULL_STRING,), ways=(Way.NULL_STRING, Way.BY_MIC)),
    "capf-lsc-expired": Lesson("lsc-expired", (BY_NULL_STRING,), ways=(Way.NULL_STRING, Way.BY_MIC)),
    "capf-mic-expired": Lesson("mic-expired", (BY_NULL_STRING,), ways=(Way.NULL_STRING,)),
    "capf-issuer-expired": Lesson(ways=(Way.NULL_STRING, Way.BY_MIC)),
    "capf-lsc-refused": Lesson("invalid-lsc", (BY_NULL_STRING,), ways=(Way.NULL_STRING, Way.BY_MIC)),
    "capf-mic-refused": Lesson("invalid-mic", (BY_NULL_STRING,), ways=(Way.NULL_STRING,)),
    "capf-certificate-of-another-device": Lesson(
        "invalid-lsc", (BY_NULL_STRING,), ways=(Way.NULL_STRING_AND_ORIGIN, Way.BY_MIC)
    ),
    "capf-no-proof": Lesson("", (BY_NULL_STRING,), ways=(Way.NULL_STRING, Way.BY_MIC)),
    "capf-no-certificate": Lesson("existing-certificate-none", (BY_NULL_STRING,), ways=(Way.NULL_STRING,)),
    "capf-tls-version": Lesson(ways=(Way.LOWER_MINIMUM, Way.REPLACE_PHONE)),
    "capf-no-common-cipher": Lesson(),
    "capf-authentication-string": Lesson(
        "wrong-authentication-string", ("install-by-authentication-string",), ways=(Way.NULL_STRING, Way.TYPE_STRING)
    ),
    "capf-no-authentication-string": Lesson(
        "install-by-authentication-string",
        ("install-by-authentication-string",),
        ways=(Way.NULL_STRING, Way.TYPE_STRING),
    ),
    "capf-authentication-string-blocked": Lesson(
        "wrong-authentication-string", (BY_NULL_STRING,), ways=(Way.NULL_STRING, Way.WAIT_AND_TYPE_STRING)
    ),
    "capf-late": Lesson("operation-late", ways=(Way.AGAIN,)),
    "capf-timed-out": Lesson("operation-late", ways=(Way.AGAIN,)),
    "capf-key-not-made": Lesson("ec-lsc-and-old-phone", ways=(Way.WITH_RSA,)),
    "capf-ec-only": Lesson("ec-lsc-and-old-phone", ways=(Way.WITH_RSA,)),
    "capf-lsc-not-issued": Lesson(),
    "capf-lsc-not-stored": Lesson(),
    "capf-phone-gone": Lesson(),
    # 802.1X
    "dot1x-capf-not-trusted": Lesson(
        "dot1x-capf-missing", ("dot1x-with-lsc", "dot1x-with-mic"), ways=(Way.UPLOAD, Way.NEW_LSC, Way.BY_MIC)
    ),
    "dot1x-lsc-of-another-cluster": Lesson(
        "dot1x-old-lsc-new-cluster",
        ("dot1x-then-register", "dot1x-with-mic"),
        ways=(Way.UPLOAD, Way.NEW_LSC, Way.BY_MIC),
    ),
    "dot1x-capf-distrusted": Lesson(
        "dot1x-capf-regenerated-too-early",
        ("dot1x-capf-regenerated-in-good-order",),
        ways=(Way.UPLOAD_BACK, Way.NEW_LSC, Way.BY_MIC),
    ),
    "dot1x-capf-regenerated": Lesson(
        "dot1x-capf-missing", ("dot1x-capf-regenerated-in-good-order",), ways=(Way.UPLOAD, Way.NEW_LSC, Way.BY_MIC)
    ),
    "dot1x-mic-issuer-not-trusted": Lesson("", ("dot1x-with-mic",), ways=(Way.UPLOAD, Way.NEW_LSC)),
    "dot1x-trusted-and-not-restarted": Lesson(ways=(Way.RESTART, Way.RESTART_AND_NEW_LSC)),
    "dot1x-chain-incomplete": Lesson(ways=(Way.UPLOAD, Way.NEW_LSC, Way.BY_MIC)),
    "dot1x-issuer-key-changed": Lesson(ways=(Way.NEW_LSC, Way.BY_MIC)),
    "dot1x-lsc-expired": Lesson("dot1x-lsc-expired", ("dot1x-then-register",), ways=(Way.NEW_LSC, Way.BY_MIC)),
    "dot1x-mic-expired": Lesson("", ("dot1x-then-register",), ways=(Way.NEW_LSC,)),
    "dot1x-issuer-expired": Lesson(ways=(Way.NEW_LSC, Way.BY_MIC)),
    "dot1x-certificate-not-yet-valid": Lesson(),
    "dot1x-certificate-revoked": Lesson(),
    "dot1x-crl-missing": Lesson(),
    "dot1x-crl-out-of-date": Lesson(),
    "dot1x-certificate-purpose": Lesson(),
    "dot1x-certificate-refused": Lesson(ways=(Way.NEW_LSC, Way.BY_MIC)),
    "dot1x-name-not-the-identity": Lesson(ways=(Way.NEW_LSC,)),
    "dot1x-other-method": Lesson(),
    "dot1x-unknown-endpoint": Lesson(),
    "dot1x-no-certificate": Lesson("", ("dot1x-then-register",), ways=(Way.NEW_LSC,)),
    "dot1x-tls-version": Lesson(ways=(Way.LOWER_MINIMUM, Way.REPLACE_PHONE)),
    "dot1x-no-common-cipher": Lesson(),
    "dot1x-phone-silent": Lesson(),
    "dot1x-phone-distrusts-server": Lesson("dot1x-phone-distrusts-server", ("dot1x-with-mic",)),
    "dot1x-server-certificate-expired": Lesson(),
    "dot1x-server-stopped": Lesson(ways=(Way.START,)),
    "dot1x-server-silent": Lesson(),
    "dot1x-network-device-unknown": Lesson(),
    "dot1x-wrong-secret": Lesson(),
    "dot1x-answer-refused": Lesson(),
    "dot1x-port-force-unauthorized": Lesson(ways=(Way.ASK_PORT,)),
    "dot1x-port-unauthorized": Lesson("", ("dot1x-with-mic",), ways=(Way.AUTHENTICATE_PORT, Way.OPEN_PORT)),
    # VPN
    "vpn-capf-not-trusted": Lesson("vpn-capf-missing", ("vpn-with-lsc",), ways=(Way.UPLOAD, Way.NEW_LSC, Way.BY_MIC)),
    "vpn-lsc-of-another-cluster": Lesson(
        "", ("vpn-with-lsc", "vpn-with-mic"), ways=(Way.UPLOAD, Way.NEW_LSC, Way.BY_MIC)
    ),
    "vpn-capf-distrusted": Lesson(
        "vpn-old-capf-removed-too-early",
        ("vpn-capf-regenerated-in-good-order",),
        ways=(Way.UPLOAD_BACK, Way.NEW_LSC, Way.BY_MIC),
    ),
    "vpn-capf-regenerated": Lesson(
        "", ("vpn-capf-regenerated-in-good-order",), ways=(Way.UPLOAD, Way.NEW_LSC, Way.BY_MIC)
    ),
    "vpn-mic-issuer-not-trusted": Lesson("", ("vpn-with-mic",), ways=(Way.UPLOAD, Way.NEW_LSC)),
    "vpn-chain-incomplete": Lesson(ways=(Way.UPLOAD, Way.NEW_LSC, Way.BY_MIC)),
    "vpn-issuer-key-changed": Lesson(ways=(Way.NEW_LSC, Way.BY_MIC)),
    "vpn-lsc-expired": Lesson(ways=(Way.NEW_LSC, Way.BY_MIC)),
    "vpn-mic-expired": Lesson(ways=(Way.NEW_LSC,)),
    "vpn-issuer-expired": Lesson(ways=(Way.NEW_LSC, Way.BY_MIC)),
    "vpn-certificate-refused": Lesson(ways=(Way.NEW_LSC, Way.BY_MIC)),
    "vpn-no-certificate": Lesson("", ("vpn-with-lsc",), ways=(Way.NEW_LSC,)),
    "vpn-tls-version": Lesson(ways=(Way.LOWER_MINIMUM,)),
    "vpn-no-common-cipher": Lesson(),
    "vpn-host-id-unknown-hash": Lesson("vpn-host-id-mismatch", ("vpn-host-id-mismatch",), ways=(Way.SAVE_VPN_GROUP,)),
    "vpn-host-id-other-name": Lesson(),
    "vpn-host-id-wildcard": Lesson(),
    "vpn-host-not-found": Lesson(),
    "vpn-gateway-unreachable": Lesson(),
    "vpn-gateway-stopped": Lesson(ways=(Way.START,)),
    "vpn-gateway-silent": Lesson(),
    "vpn-no-such-group": Lesson(),
    "vpn-login-refused": Lesson(),
    "vpn-tunnel-refused": Lesson(),
    "vpn-strange-answer": Lesson(),
    "vpn-dead-tunnel": Lesson(),
    "vpn-tunnel-lost": Lesson(),
    "vpn-password-needed": Lesson(),
    # The lab itself
    "lab-fault": Lesson(),
}
"""Every rule, whatever its failure looks like."""


def commands_of(rule: str) -> tuple[str, ...]:
    """What to type to see the cure at work."""
    return tuple(f"cucm-lab run {story}" for story in RULES[rule].cures) if rule in RULES else ()


def story_of(rule: str) -> str:
    """The story that teaches it; empty for none."""
    return RULES[rule].story if rule in RULES else ""
