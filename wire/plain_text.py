"""Text of a peer, a file or a certificate, made safe to show."""

from __future__ import annotations


def plain(text: str) -> str:
    """The text with a question mark for each character that a terminal would interpret or that cannot be printed."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
