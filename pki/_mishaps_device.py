"""Mishaps of the phone's own certificate: its purpose, its owner, its strength, its revocation.

The lessons are in `lab/catalogues/*/mishaps.toml`; each verdict is proven by a handshake in the tests.
"""

from __future__ import annotations

from dataclasses import replace

from pki import _profiles
from pki._keys import KeySpec
from pki._mishap import Alert, MishapParties, MishapVerdict, Presented, Registry
from pki.untrusted import read

DEVICE = Registry()


# --- What the key may be used for


@DEVICE.mishap(MishapVerdict(26, 0, Alert.UNSUPPORTED_CERTIFICATE))
def without_client_auth(parties: MishapParties) -> Presented:
    """The LSC's extended key usage names servers and IPsec, but not TLS clients."""
    usages = (_profiles.SERVER_AUTH, _profiles.IPSEC_END_SYSTEM)
    return Presented(parties.leaf(profile=replace(_profiles.LSC, extended_key_usage=usages)), parties.trust)


@DEVICE.mishap(None)
def without_extended_key_usage(parties: MishapParties) -> Presented:
    """The LSC has no extended key usage at all, and is accepted."""
    return Presented(parties.leaf(profile=replace(_profiles.LSC, extended_key_usage=())), parties.trust)


@DEVICE.mishap(MishapVerdict(26, 0, Alert.UNSUPPORTED_CERTIFICATE))
def without_digital_signature(parties: MishapParties) -> Presented:
    """The LSC's key may encipher keys but not sign."""
    return Presented(parties.leaf(profile=replace(_profiles.LSC, key_usage=("keyEncipherment",))), parties.trust)


@DEVICE.mishap(None)
def without_key_encipherment(parties: MishapParties) -> Presented:
    """The LSC's key may sign but not encipher keys: OpenSSL accepts it, Cisco says that secure registration fails."""
    return Presented(parties.leaf(profile=replace(_profiles.LSC, key_usage=("digitalSignature",))), parties.trust)


# --- Whose certificate


@DEVICE.mishap(None)
def another_device(parties: MishapParties) -> Presented:
    """The LSC is without fault, and belongs to another phone."""
    other = "SEP" + ("F" if parties.device_name[3:4] != "F" else "0") + parties.device_name[4:]
    return Presented(parties.leaf(device_name=other), parties.trust)


# --- Policy


@DEVICE.mishap(MishapVerdict(66, 0, Alert.BAD_CERTIFICATE))
def weak_key(parties: MishapParties) -> Presented:
    """The LSC's key has 1024 bits and the server's policy asks for 2048."""
    return Presented(parties.leaf(key_spec=KeySpec("RSA", 1024)), parties.trust, security_level=2)


@DEVICE.mishap(MishapVerdict(67, 1, Alert.BAD_CERTIFICATE))
def weak_issuer_key(parties: MishapParties) -> Presented:
    """The LSC's key has 2048 bits, that of the CAPF that signed it 1024, as in CUCM 10.5."""
    weak = parties.other_capf(key_spec=KeySpec("RSA", 1024))
    return Presented(parties.leaf(weak), parties.trusting(weak), security_level=2)


@DEVICE.mishap(MishapVerdict(68, 0, Alert.BAD_CERTIFICATE))
def weak_digest(parties: MishapParties) -> Presented:
    """The certificate is signed with SHA-1, as MICs of the first generation are."""
    return Presented(parties.leaf(replace(parties.issuer, digest="sha1")), parties.trust, security_level=1)


# --- Revocation. CAPF may not sign lists, so the LSC here comes from the company itself, as with an online authority.


@DEVICE.mishap(MishapVerdict(23, 0, Alert.CERTIFICATE_REVOKED))
def revoked(parties: MishapParties) -> Presented:
    """The LSC is on its issuer's revocation list."""
    company = parties.company()
    own = parties.leaf(company)
    crl = company.crl([read(own.certificate).serial_number], this_update=parties.days(-1), next_update=parties.days(7))
    return Presented(own, parties.trusting(company).with_crl(crl), check_crl=True)


@DEVICE.mishap(MishapVerdict(3, 0, Alert.UNKNOWN_CA))
def crl_missing(parties: MishapParties) -> Presented:
    """The server requires a revocation list and has none."""
    company = parties.company()
    return Presented(parties.leaf(company), parties.trusting(company), check_crl=True)


@DEVICE.mishap(MishapVerdict(12, 0, Alert.CERTIFICATE_EXPIRED))
def crl_expired(parties: MishapParties) -> Presented:
    """The revocation list should have been replaced yesterday."""
    company = parties.company()
    crl = company.crl([], this_update=parties.days(-8), next_update=parties.days(-1))
    return Presented(parties.leaf(company), parties.trusting(company).with_crl(crl), check_crl=True)


@DEVICE.mishap(MishapVerdict(35, 0, Alert.CERTIFICATE_UNKNOWN))
def crl_signed_by_capf(parties: MishapParties) -> Presented:
    """CAPF signed the revocation list, and CAPF may not sign lists."""
    crl = parties.issuer.crl([], this_update=parties.days(-1), next_update=parties.days(7))
    return Presented(parties.leaf(), parties.trust.with_crl(crl), check_crl=True)
