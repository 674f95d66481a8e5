"""Text of a peer, a file or a certificate, made safe to note and to show."""

from __future__ import annotations


def plain(text: str, keep: str = "") -> str:
    """The text with `?` for each character that a terminal would obey or that cannot be printed, but for those in `keep`."""
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() or letter in keep else "?" for letter in text)
