"""Mishaps of the phone's own certificate: its purpose, its owner, its strength, its revocation.

Each docstring is a lesson to be read aloud; each verdict is proven by a handshake in the tests.
"""

from __future__ import annotations

from dataclasses import replace

from pki import _profiles
from pki._keys import KeySpec
from pki._mishap import Alert, Cast, Presented, Registry, Verdict
from pki.untrusted import read

DEVICE = Registry()


# --- What the key may be used for


@DEVICE.mishap(Verdict(26, 0, Alert.UNSUPPORTED_CERTIFICATE))
def without_client_auth(cast: Cast) -> Presented:
    """The LSC's extended key usage names servers and IPsec, but not TLS clients.

    Where the extension is present, the certificate is good for the listed purposes only (RFC 5280 section 4.2.1.12).
    A phone is a client when it registers, so clientAuth must be among them. An outside authority with a "web server"
    template makes this mistake.
    """
    usages = (_profiles.SERVER_AUTH, _profiles.IPSEC_END_SYSTEM)
    return Presented(cast.leaf(profile=replace(_profiles.LSC, extended_key_usage=usages)), cast.trust)


@DEVICE.mishap(None)
def without_extended_key_usage(cast: Cast) -> Presented:
    """The LSC has no extended key usage at all, and is accepted.

    An absent extension does not forbid anything (RFC 5280 section 4.2.1.12). That is the inverse of a wrong one: less
    in the certificate, and more is allowed.
    """
    return Presented(cast.leaf(profile=replace(_profiles.LSC, extended_key_usage=())), cast.trust)


@DEVICE.mishap(Verdict(26, 0, Alert.UNSUPPORTED_CERTIFICATE))
def without_digital_signature(cast: Cast) -> Presented:
    """The LSC's key may encipher keys but not sign.

    A TLS client proves its identity by signing the handshake, for which key usage must hold digitalSignature (RFC 5280
    section 4.2.1.3, RFC 5246 section 7.4.6). Key encipherment, which old TLS servers needed, is no substitute.
    """
    return Presented(cast.leaf(profile=replace(_profiles.LSC, key_usage=("keyEncipherment",))), cast.trust)


@DEVICE.mishap(None)
def without_key_encipherment(cast: Cast) -> Presented:
    """The LSC's key may sign but not encipher keys: OpenSSL accepts it, Cisco says that secure registration fails.

    Nothing in a client's part of TLS needs key encipherment (RFC 5280 section 4.2.1.3 ties it to key transport, where
    it is the server's key that counts). Cisco's warning is for LSCs of an online authority without that usage; it is
    the product's own check, so this handshake succeeds and the application has to refuse.
    """
    return Presented(cast.leaf(profile=replace(_profiles.LSC, key_usage=("digitalSignature",))), cast.trust)


# --- Whose certificate


@DEVICE.mishap(None)
def another_device(cast: Cast) -> Presented:
    """The LSC is good, and belongs to another phone.

    TLS proves that the caller holds the key of the certificate, and leaves it to the application whether that is
    whom it expects (RFC 5280 section 1). The handshake succeeds; CallManager compares the name in the certificate
    with the name of the device that registers and answers invalidX509NameInCertificate.
    """
    other = "SEP" + ("F" if cast.device_name[3:4] != "F" else "0") + cast.device_name[4:]
    return Presented(cast.leaf(device_name=other), cast.trust)


# --- Policy


@DEVICE.mishap(Verdict(66, 0, Alert.BAD_CERTIFICATE))
def weak_key(cast: Cast) -> Presented:
    """The LSC's key has 1024 bits and the server's policy asks for 2048.

    Nothing is wrong with the path: OpenSSL's security level 2 demands 112 bits of security, and RSA-1024 gives 80
    (NIST SP 800-57 part 1). Raising a server's policy refuses old phones on the day of the restart.
    """
    return Presented(cast.leaf(key_spec=KeySpec("RSA", 1024)), cast.trust, security_level=2)


@DEVICE.mishap(Verdict(67, 1, Alert.BAD_CERTIFICATE))
def weak_issuer_key(cast: Cast) -> Presented:
    """The LSC has 2048 bits, the CAPF that signed it has 1024, as in CUCM 10.5.

    A chain is as strong as its weakest key, so the policy looks at the authorities too. New LSCs do not help while the
    old CAPF signs them: regenerate CAPF first.
    """
    weak = cast.other_capf(key_spec=KeySpec("RSA", 1024))
    return Presented(cast.leaf(weak), cast.trusting(weak), security_level=2)


@DEVICE.mishap(Verdict(68, 0, Alert.BAD_CERTIFICATE))
def weak_digest(cast: Cast) -> Presented:
    """The certificate was signed with SHA-1, as MICs of the first generation are.

    Since a collision of SHA-1 can be bought, OpenSSL accepts such signatures at security level 0 only. A root's
    own signature does not count, for it proves nothing. A phone cannot get a new MIC: give it an LSC first, then
    raise the policy.
    """
    return Presented(cast.leaf(replace(cast.issuer, digest="sha1")), cast.trust, security_level=1)


# --- Revocation. CAPF may not sign lists, so the LSC here comes from the company itself, as with an online authority.


@DEVICE.mishap(Verdict(23, 0, Alert.CERTIFICATE_REVOKED))
def revoked(cast: Cast) -> Presented:
    """The LSC is on its issuer's revocation list.

    A phone was stolen and its serial number published (RFC 5280 section 6.3). It works only where the server has the
    list and looks at it.
    """
    company = cast.company()
    own = cast.leaf(company)
    crl = company.crl([read(own.certificate).serial_number], this_update=cast.days(-1), next_update=cast.days(7))
    return Presented(own, cast.trusting(company).with_crl(crl), check_crl=True)


@DEVICE.mishap(Verdict(3, 0, Alert.UNKNOWN_CA))
def crl_missing(cast: Cast) -> Presented:
    """The server insists on a revocation list and has none.

    It cannot know, so it refuses everybody: a check that fails closed turns a missing file into an outage. The
    phone reads unknown CA, which sends the administrator to the wrong place.
    """
    company = cast.company()
    return Presented(cast.leaf(company), cast.trusting(company), check_crl=True)


@DEVICE.mishap(Verdict(12, 0, Alert.CERTIFICATE_EXPIRED))
def crl_expired(cast: Cast) -> Presented:
    """The revocation list should have been replaced yesterday.

    After nextUpdate a list no longer speaks for the present (RFC 5280 section 5.1.2.5). All phones are refused at once
    with "certificate expired", and not one certificate has.
    """
    company = cast.company()
    crl = company.crl([], this_update=cast.days(-8), next_update=cast.days(-1))
    return Presented(cast.leaf(company), cast.trusting(company).with_crl(crl), check_crl=True)


@DEVICE.mishap(Verdict(35, 0, Alert.CERTIFICATE_UNKNOWN))
def crl_signed_by_capf(cast: Cast) -> Presented:
    """The revocation list is CAPF's own, and CAPF may not sign lists.

    An authority whose key usage lacks cRLSign must not be believed about revocation (RFC 5280 sections 4.2.1.3 and
    6.3.3 (f)), and Cisco's rule for CAPF is digitalSignature and keyCertSign. OpenSSL has no fitting alert for it and
    writes certificate_unknown.
    """
    crl = cast.issuer.crl([], this_update=cast.days(-1), next_update=cast.days(7))
    return Presented(cast.leaf(), cast.trust.with_crl(crl), check_crl=True)
