"""Opens the files of the exports, looks for private keys in each of them, and notes what cannot be read."""

from __future__ import annotations

from pathlib import PurePath

from lab.exports.certificates import Parsed, UnreadableCertificate, crls_untrusted, octets_of, parsed_untrusted
from lab.exports.folder import File
from lab.exports.notes import Notes
from lab.exports.private_keys import refuse_private_key
from lab.exports.wrappings import unwrapped

ARCHIVES = frozenset({".zip", ".gz", ".tgz", ".tar", ".7z", ".rar", ".bz2", ".xz"})
WORKBOOKS = frozenset({".xlsx", ".xls", ".xlsm", ".ods"})
OF_CERTIFICATES = frozenset({".pem", ".der", ".cer", ".crt", ".p7b", ".p7c", ".p7s", ".pkcs7", ".0", ".1"})
"""Endings of files in which a user expects certificates."""


def ending(file: File) -> str:
    return PurePath(file.name).suffix.casefold()


def opened(file: File, notes: Notes) -> bytes | None:
    """What it holds, text in UTF-8; None where that cannot be read, which is noted. Raises InvalidInput for a private key."""
    try:
        octets = octets_of(file.path)
    except UnreadableCertificate as problem:
        if not file.is_hidden:
            notes.add(file.shown, str(problem), grave=True)
        return None
    refuse_private_key(octets, file.shown)
    octets = unwrapped(octets)
    refuse_private_key(octets, file.shown)
    return octets


def opened_binary(file: File, notes: Notes) -> bytes | None:
    """The octets as they are, of a file that is in no wrapping; else as `opened`."""
    try:
        octets = octets_of(file.path)
    except UnreadableCertificate as problem:
        notes.add(file.shown, str(problem), grave=True)
        return None
    refuse_private_key(octets, file.shown)
    return octets


def certificates_in(file: File, octets: bytes, notes: Notes, *, expected: bool = False) -> list[Parsed]:
    """Every certificate of an opened file. What cannot be read is noted, archives too; `expected`: also that there is none."""
    if ending(file) in ARCHIVES:
        notes.add(file.shown, "is an archive, which is not opened", "unpack it", grave=True)
        return []
    if ending(file) in WORKBOOKS:
        notes.add(file.shown, "is a workbook, which is not opened", "save it as CSV", grave=True)
        return []
    found, problems = parsed_untrusted(octets, file.shown)
    notes.take(problems)
    expected = expected or ending(file) in OF_CERTIFICATES
    if not found and not problems and expected and not crls_untrusted(octets):
        notes.add(file.shown, "is empty" if not octets else "holds no certificate that can be read", grave=True)
    return found
