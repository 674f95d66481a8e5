"""How wide a text is in a drawing, without a font at hand, and how it is wrapped: the guess errs on the wide side."""

from __future__ import annotations

import re
import unicodedata

WIDE = 1.02
"""Em: a Chinese character, full-width punctuation."""
_NARROW = {**dict.fromkeys("iljtfrI.,:;|!'()[]/ ", 0.36), **dict.fromkeys("mwMWOQGCDHNUAK@%", 0.82), "-": 0.4}
_OTHER = 0.62
_NEVER_FIRST = "，。）、；：？！”’》」』】,.;:!?)"
_NEVER_LAST = "（“‘《「『【("


def width(text: str) -> float:
    """In em."""
    return sum(WIDE if _wide(letter) else _NARROW.get(letter, _OTHER) for letter in text)


def wrapped(text: str, room: float) -> list[str]:
    """Lines of at most `room` em; a word that is wider than that is cut."""
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        if line and width(line + piece.rstrip()) > room:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
        while width(line.rstrip()) > room:
            cut = next(n for n in range(len(line), 0, -1) if n == 1 or width(line[:n]) <= room)
            lines.append(line[:cut])
            line = line[cut:]
            if not line:
                break
    if line.strip():
        lines.append(line.rstrip())
    return lines or [""]


def _wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF"


def _pieces(text: str) -> list[str]:
    """What a line may end after: words with their blank, each wide character; with what may not begin or end a line."""
    pieces: list[str] = []
    for piece in re.findall(r"[^\S\n]+|[⺀-鿿豈-﫿＀-￯、-〿]|[^\s⺀-鿿豈-﫿＀-￯、-〿]+", text):
        if pieces and (piece[0] in _NEVER_FIRST or piece.isspace() or pieces[-1][-1] in _NEVER_LAST):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces
