"""`trust-list`: what CTL, ITL, signed and encrypted files say, wherever they come from, and whether their signatures are good."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from lab.base.exits import AS_EXPECTED, NOT_AS_EXPECTED
from lab.base.failures import InvalidInput
from lab.base.terminal import echo
from lab.verbs.options import as_json as json_option
from lab.verbs.options import print_json

if TYPE_CHECKING:
    from pki import Certificate
    from wire.signed_files import SignedFile, SignedHeader, TrustListFile, TrustListRecord

SCHEMA = 1
"""Of the document that `trust-list --json` prints."""
_MAX_CERTIFICATE = 1024 * 1024


class ReadFile(NamedTuple):
    """A file with what was found.

    Attributes:
        own_signer: whether the list's own record of its signer verifies it; None where it has none, and for other files.
        given_signer: whether the certificate of `--verify` does; None without one.
    """

    path: Path
    data: bytes
    content: TrustListFile | SignedFile
    own_signer: bool | None
    given_signer: bool | None


@click.command("trust-list", short_help="Print and check CTL, ITL and signed files, of any origin.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option(
    "--verify",
    metavar="CERT",
    type=click.Path(path_type=Path),
    help="Check the signatures with this certificate's key too; PEM or DER.",
)
@json_option
def trust_list(files: tuple[Path, ...], verify: Path | None, as_json: bool) -> None:
    """Print what CTL and ITL files (.tlv) say, as `show ctl` and `show itl` do, and the headers of .sgn and .enc.sgn files.

    A list is checked with its own record of its signer. A .sgn or .enc.sgn file has none: name the CallManager certificate of the
    node that served it with --verify.

    Exit codes: 0 all files were read and no signature that was checked is bad, 1 one is bad, 2 a file cannot be read.
    """
    certificate = _certificate(verify) if verify is not None else None
    found = [_read(path, certificate) for path in files]  # all, before one is printed
    if as_json:
        print_json({"schema": SCHEMA, "files": [_data(one) for one in found]})
    else:
        for one in found:
            if len(found) > 1:
                echo(f"{one.path}:", bold=True)
            _show(one, certificate)
            if len(found) > 1:
                echo()
    bad = any(False in (one.own_signer, one.given_signer) for one in found)
    sys.exit(NOT_AS_EXPECTED if bad else AS_EXPECTED)


def _certificate(path: Path) -> Certificate:
    from lab.base import inputs
    from pki import Unreadable, load_pem_untrusted, load_untrusted
    from wire.plain_text import plain

    octets = inputs.read_named(path, _MAX_CERTIFICATE, "a certificate")
    try:
        return load_pem_untrusted(octets)[0] if b"-----BEGIN" in octets else load_untrusted(octets)
    except Unreadable as problem:
        raise InvalidInput(
            f"{plain(str(path))} is no certificate ({problem}): --verify takes one in PEM or DER, such as CallManager.pem"
        ) from None


def _read(path: Path, certificate: Certificate | None) -> ReadFile:
    from lab.base import inputs
    from wire.errors import ProtocolError
    from wire.plain_text import plain
    from wire.signed_files import (
        MAX_SIGNED_FILE,
        is_trust_list_untrusted,
        read_signed_file_untrusted,
        read_trust_list_untrusted,
        verifies_itself_untrusted,
        verify_untrusted,
    )

    data = inputs.read_named(path, MAX_SIGNED_FILE, "a file that a phone loads")
    try:
        content: TrustListFile | SignedFile
        own = None
        if is_trust_list_untrusted(data):
            content, own = read_trust_list_untrusted(data), verifies_itself_untrusted(data)
        else:
            content = read_signed_file_untrusted(data)
        given = verify_untrusted(data, certificate) if certificate is not None else None
    except ProtocolError as problem:
        remedy = "fetch it again, in binary mode, from a node's TFTP"
        if data[:1] in (b"<", b"-"):  # XML, HTML or PEM
            remedy = "it is a text without a signature: ask TFTP for the name that ends in .tlv or .sgn"
        raise InvalidInput(f"{plain(str(path))} is no signed file that can be read: {problem}; {remedy}") from None
    return ReadFile(path, data, content, own, given)


def _show(one: ReadFile, certificate: Certificate | None) -> None:
    from cucm_sim.texts.show_trust_list import kind_of, show_header, show_trust_list
    from wire.signed_files import TrustListFile

    header = one.content.header
    if isinstance(one.content, TrustListFile):
        echo(show_trust_list(one.data, _modified(one), kind_of(header)).expandtabs(), nl=False)
        unknown = [*header.unknown_tags(), *(tag for record in one.content.records for tag in record.unknown_tags())]
        if one.own_signer is None:
            echo("LAB: the file has no record of its signer; --verify checks it with a certificate that you name")
    else:
        echo(show_header(header).expandtabs())
        unknown = list(header.unknown_tags())
        encrypted = " encrypted with AES-128-CBC" if one.content.encryption is not None else ""
        echo(f"LAB: {header.digest.name}, payload of {len(one.content.payload)} octets{encrypted}")
        if certificate is None:
            echo("LAB: the signature was not checked; --verify checks it with a certificate that you name")
    if unknown:
        echo(f"LAB: skipped unknown tags {', '.join(map(str, unknown))}")
    if certificate is not None:
        _show_given(one, certificate)


def _modified(one: ReadFile) -> datetime:
    """When the file was; where that cannot be told, the time in its header."""
    try:
        return datetime.fromtimestamp(os.stat(one.path).st_mtime, UTC)
    except (OSError, OverflowError, ValueError):
        return datetime.fromtimestamp(one.content.header.timestamp, UTC)


def _show_given(one: ReadFile, certificate: Certificate) -> None:
    from wire.certificate_id import certificate_id

    given = certificate_id(certificate)
    verdict = "is good" if one.given_signer else "is NOT good"
    echo(f"LAB: by the key of {given.subject} the signature {verdict}")
    if given != one.content.header.signer:
        echo("LAB: the header names another signer, by issuer and serial number; a phone looks for that one")


def _data(one: ReadFile) -> dict[str, Any]:
    import hashlib

    from cucm_sim.texts.show_trust_list import kind_of
    from wire.signed_files import TrustListFile

    header, content = one.content.header, one.content
    common = {
        "file": str(one.path),
        "octets": len(one.data),
        "sha1": hashlib.sha1(one.data, usedforsecurity=False).hexdigest(),
        **_header_data(header),
        "verified_by_own_record": one.own_signer,
        "verified_by_certificate": one.given_signer,
    }
    if isinstance(content, TrustListFile):
        records = [_record_data(record, header) for record in content.records]
        return {"kind": kind_of(header), **common, "records": records}
    kind = "encrypted" if content.encryption is not None else "signed"
    return {"kind": kind, **common, "payload_octets": len(content.payload)}


def _header_data(header: SignedHeader) -> dict[str, Any]:
    return {
        "version": "{}.{}".format(*header.version),
        "header_octets": header.length,
        "signer": _names(header.signer),
        "signer_version": "{}.{}".format(*header.signer_version) if header.signer_version is not None else None,
        "digest": header.digest.name,
        "signature_octets": len(header.signature),
        "file_name": header.file_name,
        "timestamp": header.timestamp,
        "unknown_tags": header.unknown_tags(),
    }


def _record_data(record: TrustListRecord, header: SignedHeader) -> dict[str, Any]:
    import hashlib

    from cryptography.hazmat.primitives.asymmetric import rsa

    from cisco_data.trust_roles import TrustRole
    from cucm_sim.texts.show_trust_list import role_name
    from wire.signed_files import record_key_untrusted

    key = record_key_untrusted(record)
    der = record.certificate
    return {
        "function": role_name(record),
        **_names(record.certificate_id),
        "dns_name": record.dns_name,
        "address": record.address,
        "key": f"{'RSA' if isinstance(key, rsa.RSAPublicKey) else 'EC'} {key.key_size}" if key is not None else "",
        "certificate_sha1": hashlib.sha1(der, usedforsecurity=False).hexdigest() if der is not None else None,
        "signed_the_file": record.role is TrustRole.SAST and record.certificate_id == header.signer,
        "unknown_tags": record.unknown_tags(),
    }


def _names(of: Any) -> dict[str, str]:
    return {"subject": of.subject, "issuer": of.issuer, "serial_number": f"{of.serial_number:X}"}
