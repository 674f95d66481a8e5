"""The only way to standard output and error: what comes from elsewhere is escaped here, and not where it comes from.

A text may hold what an author, a peer, a certificate or a journal says. A terminal acts on control characters in it, and Unicode's
bidirectional controls make a line show another text than it holds. Each of these is printed as a JSON string writes it,
`\\u009b`, so that a JSON document stays the same document. Colours are given apart from the text, as in `click.secho`.
"""

from __future__ import annotations

import re
from typing import Any

import click

_CONTROLS = re.compile("[\0-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""C0 but for the newline, DEL, C1 (ISO/IEC 6429); line and paragraph separator; Bidi_Control of Unicode."""


class Styled(str):
    """Escaped already, with SGR sequences of the lab's own around it. An f-string makes it a text like any other again."""


def escaped(text: str) -> str:
    """The text with `\\uXXXX` for each character that a terminal would act on; newlines stay."""
    return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def styled(text: str, **style: Any) -> Styled:
    """The text in colours; `style` as for `click.style`."""
    return Styled(click.style(escaped(text), **style))


def echo(*parts: str, nl: bool = True, err: bool = False, **style: Any) -> None:
    """Print the parts one after another, in colours only where a terminal shows them; `style` as for `click.style`.

    Raises OSError where it cannot be written.
    """
    text = "".join(part if isinstance(part, Styled) else escaped(part) for part in parts)
    click.echo(click.style(text, **style) if style else text, nl=nl, err=err)
