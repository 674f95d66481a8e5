"""Ways of cures that are not played, each with its reason: no step can do it, or no scenario leads to its failure."""

from __future__ import annotations

from typing import NamedTuple

from lab.explain import Way
from tests.cures.stories import BOOT, CALLMANAGER, CAPF, at_capf, minimum, operation, restart, story, wait

AFTERWARDS = ("install new LSCs on all phones before you delete", "find out where this certificate comes from")
"""Advice that follows the operations of a cure, and is about other phones or about the time after."""


class Unplayed(NamedTuple):
    """What no step can do."""

    reason: str
    word: str = ""
    """The operation that would play it, which this lab does not have."""
    step: str = ""
    """TOML of the step that would play it, which this lab refuses at home (`stories.at_home`)."""
    story: str = ""
    """One that leads to the failure, where the way is more than the sentence of the catalogues."""


_MODEL = "no step puts another model in a phone's place"
_ADD = "add-phone"
_SUITES = "cipher suites are no part of a scenario, neither those of a phone nor those of a service"
_ISSUE = "no step changes what an authority puts into certificates"
_CRL = "revocation lists are no part of a scenario"
_CLOCKS = "clocks of servers are no part of a scenario"
_NETWORK = "networks between the actors are no part of a scenario"
_RADIUS = "settings of the authentication server other than its trust are no part of a scenario"
_GROUP = "tunnel groups and URLs of a VPN gateway are no part of a scenario"
_POLICY = "OpenSSL's security level is no part of a scenario"
_NAMES = "no step gives the VPN gateway a certificate with another name"

UNPLAYED: dict[tuple[str, Way], Unplayed] = {
    ("minimum-tls-version", Way.REPLACE_PHONE): Unplayed(
        _MODEL, _ADD, story=story(minimum("TLSv1.2"), restart(CALLMANAGER), BOOT, wait())
    ),
    ("capf-tls-version", Way.REPLACE_PHONE): Unplayed(
        _MODEL, _ADD, story=at_capf(minimum("TLSv1.3"), restart(CAPF), operation("By Null String"), BOOT, wait())
    ),
    ("dot1x-tls-version", Way.REPLACE_PHONE): Unplayed(_MODEL, _ADD),
    ("vpn-tls-version", Way.LOWER_MINIMUM): Unplayed(
        "no step sets the minimum TLS version of a VPN gateway", step=minimum("TLSv1", 'server = "asa"')
    ),
    ("rejected-noEntryInDatabase", Way.TOLD): Unplayed("no step adds a phone to a database", _ADD),
    ("rejected-deviceTypeMismatch", Way.TOLD): Unplayed("no step adds a phone to a database", _ADD),
    ("no-configuration-file", Way.TOLD): Unplayed("no step adds a phone to a database", _ADD),
    ("certificate-purpose", Way.TOLD): Unplayed(_ISSUE),
    ("issuer-purpose", Way.TOLD): Unplayed(_ISSUE),
    ("issuer-is-no-authority", Way.TOLD): Unplayed(_ISSUE),
    ("path-too-long", Way.TOLD): Unplayed(_ISSUE),
    ("dot1x-certificate-purpose", Way.TOLD): Unplayed(_ISSUE),
    ("capf-lsc-not-issued", Way.TOLD): Unplayed("no step repairs the online CA that CAPF asks"),
    ("certificate-not-yet-valid", Way.TOLD): Unplayed(_CLOCKS),
    ("dot1x-certificate-not-yet-valid", Way.TOLD): Unplayed(_CLOCKS),
    ("weak-key", Way.TOLD): Unplayed(_POLICY),
    ("weak-issuer-key", Way.TOLD): Unplayed(_POLICY),
    ("weak-digest", Way.TOLD): Unplayed(_POLICY),
    ("certificate-revoked", Way.TOLD): Unplayed(_CRL),
    ("crl-missing", Way.TOLD): Unplayed(_CRL),
    ("crl-out-of-date", Way.TOLD): Unplayed(_CRL),
    ("crl-signer", Way.TOLD): Unplayed(_CRL),
    ("dot1x-certificate-revoked", Way.TOLD): Unplayed(_CRL),
    ("dot1x-crl-missing", Way.TOLD): Unplayed(_CRL),
    ("dot1x-crl-out-of-date", Way.TOLD): Unplayed(_CRL),
    ("no-common-cipher", Way.TOLD): Unplayed(_SUITES),
    ("capf-no-common-cipher", Way.TOLD): Unplayed(_SUITES),
    ("dot1x-no-common-cipher", Way.TOLD): Unplayed(_SUITES),
    ("vpn-no-common-cipher", Way.TOLD): Unplayed(_SUITES),
    ("rejected-authenticatedDeviceAlreadyExists", Way.TOLD): Unplayed("a scenario has one phone of each device name"),
    ("configuration-file-not-read", Way.TOLD): Unplayed(_NETWORK),
    ("dot1x-phone-silent", Way.TOLD): Unplayed(_NETWORK),
    ("dot1x-server-silent", Way.TOLD): Unplayed(_NETWORK),
    ("dot1x-answer-refused", Way.TOLD): Unplayed(_NETWORK),
    ("dot1x-other-method", Way.TOLD): Unplayed(_RADIUS),
    ("dot1x-unknown-endpoint", Way.TOLD): Unplayed(_RADIUS),
    ("dot1x-network-device-unknown", Way.TOLD): Unplayed(_RADIUS),
    ("dot1x-wrong-secret", Way.TOLD): Unplayed(_RADIUS),
    ("dot1x-phone-distrusts-server", Way.TOLD): Unplayed("no step brings an authority for 802.1X to a phone"),
    ("dot1x-server-certificate-expired", Way.TOLD): Unplayed(
        "the server's certificate is self-signed, and no step brings a new one to the phones"
    ),
    ("vpn-host-id-other-name", Way.TOLD): Unplayed(_NAMES),
    ("vpn-host-id-wildcard", Way.TOLD): Unplayed(_NAMES),
    ("vpn-host-not-found", Way.TOLD): Unplayed(_GROUP),
    ("vpn-gateway-unreachable", Way.TOLD): Unplayed(_NETWORK),
    ("vpn-gateway-silent", Way.TOLD): Unplayed(_NETWORK),
    ("vpn-no-such-group", Way.TOLD): Unplayed(_GROUP),
    ("vpn-login-refused", Way.TOLD): Unplayed(_GROUP),
    ("vpn-tunnel-refused", Way.TOLD): Unplayed(_GROUP),
    ("vpn-strange-answer", Way.TOLD): Unplayed(_GROUP),
    ("vpn-dead-tunnel", Way.TOLD): Unplayed(_NETWORK),
    ("vpn-tunnel-lost", Way.TOLD): Unplayed(_NETWORK),
    ("vpn-password-needed", Way.TOLD): Unplayed("no step changes the Client Authentication Method of a VPN profile"),
    ("lab-fault", Way.TOLD): Unplayed("its reader reports a fault of the lab; no step does"),
}

_ONE_STATE = "phones of a scenario do not rest in a state of the boot table without a failure"
_CHAIN = "phones of a scenario do not send a root certificate along"
_FORGED = "certificates of a scenario's phones are neither damaged nor self-signed"
_PARTIAL = "a VPN gateway ends a chain at any certificate that it trusts, be it no root"
_OTHER_CODE = "no scenario leads to a verify code that has no rule of its own there"

_OWN_CLUSTER = (
    "a phone of a scenario has the configuration of its lists' own cluster, or none, and then registers nowhere"
)
_DATES = "phones of a scenario do not look at the dates of listed certificates"
_REACHED = "nothing but a stopped TVS is out of a phone's reach in a scenario"
UNREACHED: dict[tuple[str, Way], str] = {
    ("lsc-issuer-not-in-callmanager-trust", Way.NEW_LSC): "each CAPF of a scenario is that of a known cluster",
    ("root-not-trusted", Way.UPLOAD): _CHAIN,
    ("root-not-trusted", Way.NEW_LSC): _CHAIN,
    ("root-not-trusted", Way.BY_MIC): _CHAIN,
    ("signature-does-not-fit", Way.NEW_LSC): _FORGED,
    ("signature-does-not-fit", Way.BY_MIC): _FORGED,
    ("self-signed-certificate", Way.NEW_LSC): _FORGED,
    ("self-signed-certificate", Way.BY_MIC): _FORGED,
    ("phone-distrusts-callmanager", Way.DELETE_LISTS): _OWN_CLUSTER,
    ("phone-distrusts-callmanager", Way.RESTART_AND_DELETE_LISTS): _OWN_CLUSTER,
    ("phone-distrusts-capf", Way.DELETE_LISTS): _OWN_CLUSTER,
    ("phone-distrusts-capf", Way.RESTART_AND_DELETE_LISTS): _OWN_CLUSTER,
    ("callmanager-certificate-expired", Way.RESTART): _DATES,
    ("callmanager-certificate-expired", Way.REGENERATE): _DATES,
    ("capf-certificate-expired", Way.RESTART): _DATES,
    ("capf-certificate-expired", Way.REGENERATE): _DATES,
    ("tvs-unreachable", Way.TOLD): _REACHED,
    ("https-tvs-unreachable", Way.TOLD): _REACHED,
    ("https-server-not-trusted", Way.TOLD): "a scenario's journal says why a server is not known",
    ("signer-not-trusted", Way.DELETE_LISTS): "a scenario's journal says why a signer is not known",
    ("signed-file-damaged", Way.TOLD): "CUCM of a scenario signs each file with the right key",
    ("file-not-signed", Way.TOLD): "CUCM of a scenario signs each file that is asked for as a signed one",
    ("callmanager-regenerated", Way.RESET): "a phone of a scenario reads its list anew before each attempt",
    ("rejected-securityMismatch", Way.RESET): "a phone of a scenario reads its file after each change of its profile",
    ("rejected-invalidTLSCipher", Way.RESET): "a phone of a scenario reads its file after each change of its profile",
    ("service-restarting", Way.WAIT): "a restart takes no time in a scenario that a phone could meet",
    ("server-unreachable", Way.TOLD): "a scenario's journal says why there is no answer",
    ("not-registered-yet", Way.TOLD): _ONE_STATE,
    ("capf-lsc-refused", Way.NULL_STRING): _OTHER_CODE,
    ("capf-lsc-refused", Way.BY_MIC): _OTHER_CODE,
    ("capf-mic-refused", Way.NULL_STRING): _OTHER_CODE,
    ("dot1x-certificate-refused", Way.NEW_LSC): _OTHER_CODE,
    ("dot1x-certificate-refused", Way.BY_MIC): _OTHER_CODE,
    ("vpn-certificate-refused", Way.NEW_LSC): _OTHER_CODE,
    ("vpn-certificate-refused", Way.BY_MIC): _OTHER_CODE,
    ("vpn-chain-incomplete", Way.UPLOAD): _PARTIAL,
    ("vpn-chain-incomplete", Way.NEW_LSC): _PARTIAL,
    ("vpn-chain-incomplete", Way.BY_MIC): _PARTIAL,
    ("capf-no-proof", Way.NULL_STRING): _FORGED,
    ("capf-no-proof", Way.BY_MIC): _FORGED,
    ("capf-lsc-not-stored", Way.TOLD): "phones of a scenario store each LSC that is for their key",
    ("capf-phone-gone", Way.TOLD): "phones of a scenario stay with CAPF until the operation is over",
}
