"""A second writer of signed files, with nothing of the lab's: the same content in other orders, as other programs lay it out."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

NAME, ISSUER, SERIAL = "CN=CAPF-lab,O=Lab,OU=Test", "CN=Root,O=Lab", 0x8001020304


def tlv(tag: int, *values: bytes) -> bytes:
    value = b"".join(values)
    return bytes([tag, len(value) >> 8, len(value) & 255]) + value


def string(tag: int, text: str) -> bytes:
    return tlv(tag, text.encode() + b"\0")


def record(order: str, key: bytes = b"key", role: int = 4, **more: bytes) -> bytes:
    """`order`: tags as words; `x` is an unknown one."""
    parts = {
        "2": string(2, "host"),
        "3": string(3, NAME),
        "4": tlv(4, role.to_bytes(2, "big")),
        "5": string(5, ISSUER),
        "6": tlv(6, SERIAL.to_bytes(5, "big")),
        "7": tlv(7, key),
        "8": tlv(8, b"signature"),
        "9": tlv(9, b"certificate"),
        "10": tlv(10, bytes([10, 0, 0, 1])),
        "11": tlv(11, bytes(20)),
        "x": tlv(77, b"?"),
        **more,
    }
    length = sum(len(parts[word]) for word in order.split() if word != "1") + 5
    parts["1"] = tlv(1, length.to_bytes(2, "big"))
    return b"".join(parts[word] for word in order.split())


def file(
    payload: bytes,
    key: rsa.RSAPrivateKey,
    *,
    order: str = "1 2 3 7 12 14 15",
    names: str = "4 6 5",
    version: tuple[int, int] = (1, 2),
    pads: int = 0,
    file_name: str = "ITLFile.tlv",
    nested: Sequence[int] = (8, 9),
) -> bytes:
    """Signed with SHA-1."""
    parts = {"4": string(4, NAME), "6": string(6, ISSUER), "5": tlv(5, SERIAL.to_bytes(5, "big"))}
    inside = {8: tlv(8, b"\1"), 9: tlv(9, tlv(10, b"\0"), tlv(11, b"\2"))}
    of = {
        "1": tlv(1, bytes(version)),
        "2": tlv(2, bytes(2)),
        "3": tlv(3, *(parts[word] for word in names.split())),
        "7": tlv(7, *(inside[tag] for tag in nested)),
        "12": tlv(12, bytes(key.key_size // 8)),
        "14": string(14, file_name),
        "15": tlv(15, bytes(4)),
        "28": tlv(28, b"\1\1"),
        "x": tlv(99, b"??"),
        "y": tlv(16, b"?"),
    }
    words = order.split()
    of["2"] = tlv(2, (sum(len(of[word]) for word in words) + pads).to_bytes(2, "big"))
    signed = b"".join(of[word] for word in words if word != "12") + b"\r" * pads + payload
    of["12"] = tlv(12, key.sign(signed, padding.PKCS1v15(), hashes.SHA1()))
    return b"".join(of[word] for word in words) + b"\r" * pads + payload
