"""What a peer sent, made fit for the journal: texts without control characters, and a guess at its protocol."""

from __future__ import annotations


def printable(text: str) -> str:
    """An untrusted text; `?` stands for each character that a terminal would not print but act on."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def looks_like(first_octets: bytes, message_id: int) -> str:
    """`TLS` for a handshake record, `text` for HTTP, SIP and the like, else empty; only asked when nothing was SCCP."""
    if message_id != -1:
        return ""
    if first_octets[:2] == b"\x16\x03":
        return "TLS"
    start = first_octets[:4]
    return "text" if len(start) == 4 and all(0x20 <= octet <= 0x7E for octet in start) else ""
