"""Mishaps of time and of trust: the certificate is what it should be, but not now or not here.

Each docstring is a lesson to be read aloud; each verdict is proven by a handshake in the tests.
"""

from __future__ import annotations

from dataclasses import replace

from pki import _profiles
from pki._authority import Authority, self_signed
from pki._mishap import Alert, Cast, Presented, Registry, Verdict
from pki._names import common_name
from pki._sign import tampered
from pki.untrusted import read

ISSUER = Registry()


# --- Time


@ISSUER.mishap(Verdict(10, 0, Alert.CERTIFICATE_EXPIRED))
def expired(cast: Cast) -> Presented:
    """The LSC ended yesterday.

    A certificate is valid up to and including its notAfter (RFC 5280 section 4.1.2.5). Nothing else about it changes
    on that day, and the phone notices nothing: its next handshake is refused. Cure: install a new LSC; a MIC, an
    authentication string or the null string must open the door to CAPF, since the old LSC no longer does.
    """
    return Presented(cast.leaf(not_before=cast.days(-1826), not_after=cast.days(-1)), cast.trust)


@ISSUER.mishap(Verdict(9, 0, Alert.BAD_CERTIFICATE))
def not_yet_valid(cast: Cast) -> Presented:
    """The LSC starts tomorrow, by the clock of the server that checks it.

    Before notBefore nobody may rely on a certificate (RFC 5280 section 4.1.2.5). In the field this is a wrong clock:
    CAPF's ran ahead when it signed, or the server's lags. TLS has an alert for "expired" but none for "too early", so
    what the phone reads is the vague bad_certificate.
    """
    return Presented(cast.leaf(not_before=cast.days(1)), cast.trust)


@ISSUER.mishap(Verdict(10, 1, Alert.CERTIFICATE_EXPIRED))
def issuer_expired(cast: Cast) -> Presented:
    """The LSC is young, but the CAPF that signed it has ended.

    Path validation checks the dates of every certificate on the path (RFC 5280 section 6.1.3 (a) (2)), so a leaf can
    end before its own date. CAPF lives five years and gives an LSC five years: one signed in CAPF's last year outlives
    it. The alert is the same as for an expired LSC; only the depth, 1 instead of 0, tells the server's administrator.
    """
    ended = cast.other_capf(not_before=cast.days(-1830))
    return Presented(cast.leaf(ended), cast.trusting(ended))


# --- Who signed


@ISSUER.mishap(Verdict(20, 0, Alert.UNKNOWN_CA))
def unknown_ca(cast: Cast) -> Presented:
    """The LSC is in perfect order, but comes from the CAPF of another cluster.

    The phone moved and kept its LSC. The new cluster searches its CallManager-trust for a certificate whose name is the
    LSC's issuer, finds none, and cannot even begin a path (RFC 5280 section 6.1). The phone will not fall back to its
    MIC by itself: while it has an LSC, it shows the LSC. Cure: delete the LSC or install one from the new CAPF.
    """
    return Presented(cast.leaf(cast.other_capf()), cast.trust)


@ISSUER.mishap(Verdict(18, 0, Alert.UNKNOWN_CA))
def self_signed_leaf(cast: Cast) -> Presented:
    """The phone vouches for itself.

    A self-signed certificate proves that somebody holds a key, not who. It is accepted only where that very certificate
    was put into the trust store beforehand.
    """
    healthy = cast.leaf()
    own = self_signed(
        _profiles.LSC,
        subject=read(healthy.certificate).parts.subject,
        key=healthy.key,
        not_before=cast.days(-1),
        octets=cast.octets,
    )
    return Presented(own, cast.trust)


@ISSUER.mishap(Verdict(7, 0, Alert.DECRYPT_ERROR))
def tampered_signature(cast: Cast) -> Presented:
    """One bit of CAPF's signature under the LSC has flipped.

    The issuer is known, its name and key fit, and its signature does not verify (RFC 5280 section 6.1.3 (a) (1)).
    A damaged flash looks like this, and so does a forgery. decrypt_error is TLS's word for a cryptographic check that
    failed, and not for encryption.
    """
    healthy = cast.leaf()
    return Presented(replace(healthy, certificate=tampered(healthy.certificate)), cast.trust)


@ISSUER.mishap(Verdict(20, 0, Alert.UNKNOWN_CA))
def issuer_renamed(cast: Cast) -> Presented:
    """CAPF kept its key and changed its name, as it does when regenerated under a new CAPF-xxxxxxxx.

    Certificates are chained by name: the leaf's issuer must equal the subject above it (RFC 5280 section 6.1.3
    (a) (4)). The signature would still verify, but nobody gets as far as trying. The old CAPF certificate in the trust
    stores is what keeps old LSCs alive; whoever deletes it cuts them off.
    """
    renamed = self_signed(
        _profiles.CAPF,
        subject=cast.other_capf().subject,
        key=cast.issuer.identity.key,
        not_before=cast.days(-1),
        octets=cast.octets,
    )
    return Presented(cast.leaf(), cast.trusting(Authority(renamed)))


@ISSUER.mishap(Verdict(20, 0, Alert.UNKNOWN_CA))
def issuer_rekeyed(cast: Cast) -> Presented:
    """CAPF kept its name and changed its key, and the LSC says which key it was signed with.

    The authority key identifier lets a verifier tell apart two keys of one name (RFC 5280 section 4.2.1.1). The CAPF in
    the store has the right name and the wrong identifier, so it is not the issuer: unknown CA. Compare with the same
    mishap without that extension, where the alert is another.
    """
    rekeyed = cast.other_capf(name=common_name(cast.issuer.subject))
    return Presented(cast.leaf(replace(cast.issuer, authority_key_identifier=True)), cast.trusting(rekeyed))


@ISSUER.mishap(Verdict(7, 0, Alert.DECRYPT_ERROR))
def issuer_rekeyed_without_aki(cast: Cast) -> Presented:
    """CAPF kept its name and changed its key, and the LSC does not say which key it was signed with.

    By its name the CAPF in the store is the issuer, so its key is tried, and the signature fails: decrypt_error, which
    looks like damage or an attack and is neither. A trust store that holds one certificate per name cannot hold both
    CAPFs, so uploading the new one has silently replaced the old.
    """
    rekeyed = cast.other_capf(name=common_name(cast.issuer.subject))
    return Presented(cast.leaf(replace(cast.issuer, authority_key_identifier=False)), cast.trusting(rekeyed))


@ISSUER.mishap(Verdict(79, 1, Alert.UNKNOWN_CA))
def issuer_not_a_ca(cast: Cast) -> Presented:
    """The LSC was signed by a certificate that is no authority.

    Unless basicConstraints says CA:TRUE the key must not verify certificates (RFC 5280 section 4.2.1.9), though it sits
    in the trust store. Cisco demands CA:TRUE of CAPF from 14SU2 on; a company's signing service that treats CAPF's
    request like a web server's returns a certificate that breaks every phone.
    """
    server = replace(_profiles.CAPF, ca=False, path_length=None, key_usage=("digitalSignature",))
    impostor = cast.other_capf(profile=server)
    return Presented(cast.leaf(impostor), cast.trusting(impostor))


@ISSUER.mishap(None)
def issuer_without_basic_constraints(cast: Cast) -> Presented:
    """CAPF says nothing about being an authority, and OpenSSL lets it pass.

    RFC 5280 section 4.2.1.9 requires CA:TRUE of every issuer, and Cisco, from 14SU2 on, of CAPF. OpenSSL takes a
    missing extension more kindly than a wrong one: key usage keyCertSign is enough for it, unless told to be strict. So
    a CAPF of an old cluster may work against one server and fail against the next.
    """
    silent = cast.other_capf(profile=replace(_profiles.CAPF, ca=None, path_length=None))
    return Presented(cast.leaf(silent), cast.trusting(silent))


@ISSUER.mishap(Verdict(26, 1, Alert.UNSUPPORTED_CERTIFICATE))
def issuer_without_client_auth(cast: Cast) -> Presented:
    """A company signed CAPF exactly with the usages that CUCM's request asks for: server and IPsec.

    RFC 5280 section 4.2.1.12 gives extended key usage a meaning for end certificates, yet OpenSSL, Windows and others
    read it in an authority as a limit on all below it. Such a CAPF may not vouch for TLS clients, which all its LSCs
    are. An 802.1X server of that kind refuses every LSC and names the wrong usage at depth 1.
    """
    limited = cast.other_capf(profile=_profiles.CAPF_AS_REQUESTED)
    return Presented(cast.leaf(limited), cast.trusting(limited))


@ISSUER.mishap(Verdict(25, 2, Alert.UNKNOWN_CA))
def path_too_long(cast: Cast) -> Presented:
    """CAPF signed another authority, and that one signed the LSC.

    pathlen:0 means that only end certificates may follow (RFC 5280 section 4.2.1.9). CAPF carries it, so there are no
    departments below a CAPF; and a company root with pathlen:0 cannot have a CAPF below it.
    """
    below = cast.other_capf(issuer=cast.issuer)
    return Presented(cast.leaf(below), cast.trust.with_certificate(below.certificate))


# --- What is sent and what is trusted


@ISSUER.mishap(Verdict(20, 0, Alert.UNKNOWN_CA))
def intermediate_missing(cast: Cast) -> Presented:
    """CAPF is signed by the company's root, the server trusts that root, and still does not know the LSC's issuer.

    A client should send all certificates up to the root (RFC 8446 section 4.4.2), but a phone sends its own alone. So
    the link between must be in the server's store: upload CAPF and the company's root both, to CallManager-trust, to
    CAPF-trust and to the 802.1X server.
    """
    company = cast.company()
    return Presented(cast.leaf(cast.other_capf(issuer=company)), cast.trusting(company))


@ISSUER.mishap(Verdict(20, 1, Alert.UNKNOWN_CA))
def untrusted_intermediate_sent(cast: Cast) -> Presented:
    """The client sends its intermediate too, and the search ends one step higher.

    What a peer sends helps to build a path and never adds trust: a path must end in something the server held before
    (RFC 5280 section 6.1.1 (d)). The depth of the error, 1, says which certificate's issuer is missing.
    """
    capf = cast.other_capf(issuer=cast.company())
    return Presented(replace(cast.leaf(capf), chain=(capf.certificate,)), cast.trust)


@ISSUER.mishap(Verdict(19, 1, Alert.UNKNOWN_CA))
def unknown_root_sent(cast: Cast) -> Presented:
    """The client sends even the root that the server should trust.

    The path is complete and every signature verifies, but it ends in a self-signed certificate that nobody here chose.
    A stranger does not become known by bringing his own letter of introduction.
    """
    stranger = cast.other_capf()
    return Presented(replace(cast.leaf(stranger), chain=(stranger.certificate,)), cast.trust)


@ISSUER.mishap(Verdict(19, 1, Alert.UNKNOWN_CA))
def only_leaf_trusted(cast: Cast) -> Presented:
    """The phone's own certificate is in the trust store, its issuer is not.

    OpenSSL wants a path to a self-signed certificate unless it is told that a partial one will do; a trust store is for
    authorities. Uploading one phone's LSC to CallManager-trust therefore helps nobody, not even that phone.
    """
    stranger = cast.other_capf()
    own = cast.leaf(stranger)
    trust = cast.trusting().with_certificate(own.certificate)
    return Presented(replace(own, chain=(stranger.certificate,)), trust)
