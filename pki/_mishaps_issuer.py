"""Mishaps of time and of trust: the certificate is what it should be, but not now or not here.

The lessons are in `lab/catalogues/*/mishaps.toml`; each verdict is proven by a handshake in the tests.
"""

from __future__ import annotations

from dataclasses import replace

from pki import _profiles
from pki._authority import Authority, self_signed
from pki._mishap import Alert, MishapParties, MishapVerdict, Presented, Registry
from pki._names import common_name
from pki._sign import tampered
from pki.untrusted import read

ISSUER = Registry()


# --- Time


@ISSUER.mishap(MishapVerdict(10, 0, Alert.CERTIFICATE_EXPIRED))
def expired(parties: MishapParties) -> Presented:
    """The LSC expired yesterday."""
    return Presented(parties.leaf(not_before=parties.days(-1826), not_after=parties.days(-1)), parties.trust)


@ISSUER.mishap(MishapVerdict(9, 0, Alert.BAD_CERTIFICATE))
def not_yet_valid(parties: MishapParties) -> Presented:
    """The LSC is valid from tomorrow, by the clock of the server that checks it."""
    return Presented(parties.leaf(not_before=parties.days(1)), parties.trust)


@ISSUER.mishap(MishapVerdict(10, 1, Alert.CERTIFICATE_EXPIRED))
def issuer_expired(parties: MishapParties) -> Presented:
    """The LSC is valid, but the CAPF certificate that signed it has expired."""
    ended = parties.other_capf(not_before=parties.days(-1830))
    return Presented(parties.leaf(ended), parties.trusting(ended))


# --- Who signed


@ISSUER.mishap(MishapVerdict(20, 0, Alert.UNKNOWN_CA))
def unknown_ca(parties: MishapParties) -> Presented:
    """The LSC is without fault, but the CAPF of another cluster signed it."""
    return Presented(parties.leaf(parties.other_capf()), parties.trust)


@ISSUER.mishap(MishapVerdict(18, 0, Alert.UNKNOWN_CA))
def self_signed_leaf(parties: MishapParties) -> Presented:
    """The phone presents a certificate that its own key signed."""
    healthy = parties.leaf()
    own = self_signed(
        _profiles.LSC,
        subject=read(healthy.certificate).parts.subject,
        key=healthy.key,
        not_before=parties.days(-1),
        octets=parties.octets,
    )
    return Presented(own, parties.trust)


@ISSUER.mishap(MishapVerdict(7, 0, Alert.DECRYPT_ERROR))
def tampered_signature(parties: MishapParties) -> Presented:
    """One bit of CAPF's signature on the LSC is wrong."""
    healthy = parties.leaf()
    return Presented(replace(healthy, certificate=tampered(healthy.certificate)), parties.trust)


@ISSUER.mishap(MishapVerdict(20, 0, Alert.UNKNOWN_CA))
def issuer_renamed(parties: MishapParties) -> Presented:
    """CAPF kept its key and changed its name, as when it is regenerated as CAPF-xxxxxxxx."""
    renamed = self_signed(
        _profiles.CAPF,
        subject=parties.other_capf().subject,
        key=parties.issuer.identity.key,
        not_before=parties.days(-1),
        octets=parties.octets,
    )
    return Presented(parties.leaf(), parties.trusting(Authority(renamed)))


@ISSUER.mishap(MishapVerdict(20, 0, Alert.UNKNOWN_CA))
def issuer_rekeyed(parties: MishapParties) -> Presented:
    """CAPF kept its name and changed its key, and the LSC says which key signed it."""
    rekeyed = parties.other_capf(name=common_name(parties.issuer.subject))
    return Presented(parties.leaf(replace(parties.issuer, authority_key_identifier=True)), parties.trusting(rekeyed))


@ISSUER.mishap(MishapVerdict(7, 0, Alert.DECRYPT_ERROR))
def issuer_rekeyed_without_aki(parties: MishapParties) -> Presented:
    """CAPF kept its name and changed its key, and the LSC does not say which key signed it."""
    rekeyed = parties.other_capf(name=common_name(parties.issuer.subject))
    return Presented(parties.leaf(replace(parties.issuer, authority_key_identifier=False)), parties.trusting(rekeyed))


@ISSUER.mishap(MishapVerdict(79, 1, Alert.UNKNOWN_CA))
def issuer_not_a_ca(parties: MishapParties) -> Presented:
    """A certificate that is not a CA signed the LSC."""
    server = replace(_profiles.CAPF, ca=False, path_length=None, key_usage=("digitalSignature",))
    impostor = parties.other_capf(profile=server)
    return Presented(parties.leaf(impostor), parties.trusting(impostor))


@ISSUER.mishap(None)
def issuer_without_basic_constraints(parties: MishapParties) -> Presented:
    """The CAPF certificate does not say whether it is a CA, and OpenSSL accepts it."""
    silent = parties.other_capf(profile=replace(_profiles.CAPF, ca=None, path_length=None))
    return Presented(parties.leaf(silent), parties.trusting(silent))


@ISSUER.mishap(MishapVerdict(26, 1, Alert.UNSUPPORTED_CERTIFICATE))
def issuer_without_client_auth(parties: MishapParties) -> Presented:
    """A company CA signed CAPF with the usages that CUCM's request asks for: server and IPsec."""
    limited = parties.other_capf(profile=_profiles.CAPF_AS_REQUESTED)
    return Presented(parties.leaf(limited), parties.trusting(limited))


@ISSUER.mishap(MishapVerdict(25, 2, Alert.UNKNOWN_CA))
def path_too_long(parties: MishapParties) -> Presented:
    """CAPF signed another authority, and that one signed the LSC."""
    below = parties.other_capf(issuer=parties.issuer)
    return Presented(parties.leaf(below), parties.trust.with_certificate(below.certificate))


# --- What is sent and what is trusted


@ISSUER.mishap(MishapVerdict(20, 0, Alert.UNKNOWN_CA))
def intermediate_missing(parties: MishapParties) -> Presented:
    """The company's root signed CAPF, the server trusts that root, and still does not know the LSC's issuer."""
    company = parties.company()
    return Presented(parties.leaf(parties.other_capf(issuer=company)), parties.trusting(company))


@ISSUER.mishap(MishapVerdict(20, 1, Alert.UNKNOWN_CA))
def untrusted_intermediate_sent(parties: MishapParties) -> Presented:
    """The client sends its intermediate certificate too, and path building stops one step higher."""
    capf = parties.other_capf(issuer=parties.company())
    return Presented(replace(parties.leaf(capf), chain=(capf.certificate,)), parties.trust)


@ISSUER.mishap(MishapVerdict(19, 1, Alert.UNKNOWN_CA))
def unknown_root_sent(parties: MishapParties) -> Presented:
    """The client sends even the root that the server should trust."""
    stranger = parties.other_capf()
    return Presented(replace(parties.leaf(stranger), chain=(stranger.certificate,)), parties.trust)


@ISSUER.mishap(MishapVerdict(19, 1, Alert.UNKNOWN_CA))
def only_leaf_trusted(parties: MishapParties) -> Presented:
    """The phone's own certificate is in the trust store, its issuer is not."""
    stranger = parties.other_capf()
    own = parties.leaf(stranger)
    trust = parties.trusting().with_certificate(own.certificate)
    return Presented(replace(own, chain=(stranger.certificate,)), trust)
