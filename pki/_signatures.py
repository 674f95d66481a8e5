"""Whether one certificate's key signed another one, by the signature alone and as OpenSSL at security level 0 sees it."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from pki.untrusted import Certificate, read


def signed_by(certificate: Certificate, candidate: Certificate) -> bool:
    """Not `verify_directly_issued_by`, which refuses what OpenSSL takes: MD5, small keys, odd names. Names are not compared."""
    contents, key = read(certificate), read(candidate).public_key
    scheme = contents.scheme
    if scheme is None:
        return False
    signature, body = contents.parts.signature, contents.parts.signed
    try:
        if isinstance(key, rsa.RSAPublicKey) and scheme.padding is not None:
            key.verify(signature, body, scheme.padding, scheme.digest)
        elif isinstance(key, ec.EllipticCurvePublicKey) and scheme.padding is None:
            key.verify(signature, body, ec.ECDSA(scheme.digest))
        else:
            return False
    except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return True
