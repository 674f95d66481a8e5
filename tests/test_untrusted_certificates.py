"""One module reads what certificates say: `pki/untrusted.py`. Nobody else touches what cryptography decodes when it is asked.

mypy holds most of it: certificates travel as `pki.Certificate`, a union of which one part has none of those attributes. This test
holds what mypy cannot see: values whose type is Any, and annotations that name cryptography's class alone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.test_architecture import ROOT, sources

READER = "pki/untrusted.py"
LAZY = frozenset(
    {
        "extensions",
        "not_valid_after",
        "not_valid_after_utc",
        "not_valid_before",
        "not_valid_before_utc",
        "signature_algorithm_oid",
        "signature_algorithm_parameters",
        "signature_hash_algorithm",
        "tbs_certificate_bytes",
        "tbs_precertificate_bytes",
        "verify_directly_issued_by",
        "to_cryptography",
        "from_cryptography",
    }
)
"""Attributes that nothing else of ours has."""
ALSO_LAZY = frozenset({"issuer", "public_key", "serial_number", "subject", "version"})
"""Others have these too: they count where the name says that a certificate is asked."""
LOADERS = frozenset(
    {
        "load_certificate",
        "load_der_pkcs7_certificates",
        "load_der_x509_certificate",
        "load_pem_pkcs7_certificates",
        "load_pem_x509_certificate",
        "load_pem_x509_certificates",
    }
)
EXCEPTIONS = {
    (
        "pki/_authority.py",
        "subject",
    ): "the name of an authority that the lab made, asked for after a check of its class",
    ("pki/rekeyed.py", "signature_hash_algorithm"): "of a revocation list whose signature was just verified",
    ("pki/names.py", "load_der_x509_certificate"): "a certificate that the module wrote itself around one name",
    ("pki/names.py", "subject"): "of that certificate",
    ("lab/doctor/tls_probe.py", "not_valid_before"): "of the builder of its own certificate",
    ("lab/doctor/tls_probe.py", "not_valid_after"): "likewise",
    (
        "lab/exports/certificates.py",
        "load_der_pkcs7_certificates",
    ): "gives octets only, for BER that the reader does not take",
}
"""Where, what, and why it is no certificate of a stranger, or harmless."""


def offences(where: str, source: str) -> Iterator[tuple[str, str]]:
    """Module and attribute of each place that asks a certificate of cryptography's, or makes or names one."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            if is_contents(node.value):
                continue
            if node.attr in LAZY or node.attr in LOADERS or (node.attr in ALSO_LAZY and is_certificate(node.value)):
                yield where, node.attr
            elif node.attr == "Certificate" and isinstance(node.value, ast.Name) and node.value.id == "x509":
                yield where, "x509.Certificate"
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(("cryptography", "OpenSSL")):
            yield from ((where, each.name) for each in node.names if each.name in LOADERS)


def is_certificate(node: ast.expr) -> bool:
    """`certificate`, `phone.certificate`, `leaf_certificate`: what such names hold is one, or None."""
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return name == "certificate" or name.endswith("_certificate") or name in ("cert", "original", "held_certificate")


def is_contents(node: ast.expr) -> bool:
    """What `read` gives, or a certificate's parts: data."""
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return name in ("contents", "parts")


MADE_HERE = {
    "pki/_authority.py": "checks the class where the lab's own authority is asked for its name",
    "pki/_identity.py": "PKCS#12 is written by cryptography, which takes no other class",
    "pki/names.py": "reads names in certificates that it writes itself",
    "lab/doctor/tls_probe.py": "makes a certificate to try this machine's OpenSSL with",
}
"""Modules that name cryptography's class, and why."""


def found() -> set[tuple[str, str]]:
    every: set[tuple[str, str]] = set()
    for path in sources():
        where = path.relative_to(ROOT).as_posix()
        if where != READER:
            every.update(offences(where, path.read_text(encoding="utf-8")))
    return every


def test_nothing_but_the_reader_asks_certificates_or_loads_them() -> None:
    allowed = {*EXCEPTIONS, *((where, "x509.Certificate") for where in MADE_HERE)}
    assert found() - allowed == set()


def test_each_exception_is_still_needed() -> None:
    allowed = {*EXCEPTIONS, *((where, "x509.Certificate") for where in MADE_HERE)}
    assert allowed - found() == set()


@pytest.mark.parametrize(
    "source",
    [
        "x = certificate.extensions",
        "x = phone.certificate.subject",
        "x = certificate.public_key()",
        "x = anything.not_valid_after_utc",
        "x = x509.load_der_x509_certificate(b'')",
        "from cryptography.x509 import load_pem_x509_certificate",
        "def f(certificate: x509.Certificate) -> None: ...",
    ],
)
def test_the_test_finds(source: str) -> None:
    assert list(offences("x.py", source))


@pytest.mark.parametrize(
    "source",
    ["x = read(certificate).subject", "x = event.subject", "x = contents.not_after", "x = contents.extensions"],
)
def test_the_test_lets_pass(source: str) -> None:
    assert not list(offences("x.py", source))
