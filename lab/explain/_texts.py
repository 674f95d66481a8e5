"""Sentences before they have a language: a key of a catalogue with its parts, and the names that fill them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from lab.language import Catalogue
from pki import DistinguishedName
from wire.tls import VerifyCode


@dataclass(frozen=True, slots=True)
class Text:
    """One text of the catalogues; parts may be texts themselves, and lists of either."""

    key: str
    parts: dict[str, Part] = field(default_factory=dict)

    def within(self, say: Catalogue) -> str:
        """The text in a language."""
        return say(self.key, **{name: _spoken(part, say) for name, part in self.parts.items()})


Part: TypeAlias = str | int | float | Text | tuple[str | Text, ...]


def text(key: str, /, **parts: Part) -> Text:
    return Text(key, parts)


def joined(sentences: tuple[Text, ...], say: Catalogue) -> str:
    """Sentences one behind the other."""
    return say.between_sentences.join(sentence.within(say) for sentence in sentences)


def _spoken(part: Part, say: Catalogue) -> str:
    if isinstance(part, Text):
        return part.within(say)
    if isinstance(part, tuple):
        return say.between_items.join(_spoken(one, say) for one in part)
    return f"{part:g}" if isinstance(part, float) else str(part)


def cn(name: DistinguishedName) -> str:
    """The CN; the RFC 4514 text where it has none."""
    return name.label


def cluster_of(actor: str) -> str:
    """`new` of `new/callmanager`."""
    return actor.partition("/")[0]


def verify_words(code: int) -> Part:
    """OpenSSL's name of a verify code, as words; it has the same in every language."""
    if code == VerifyCode.KEYUSAGE_NO_CRL_SIGN:
        return "keyusage no crl sign"
    try:
        return VerifyCode(code).name.lower().replace("_", " ")
    except ValueError:
        return text("explain.phrase.code-not-known")
