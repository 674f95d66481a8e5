"""What `show cert list own|trust` and `show cert own|trust NAME` print, as a terminal holds it: what lies in which unit."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

_PROMPT = re.compile(r"(?im)^[ \t]*admin[ \t]*:[ \t]*(.*)$")
_ONE = re.compile(r"show cert (own|trust) +([A-Za-z][\w.-]*)(?:/([^\r\n]+?))?\s*", re.IGNORECASE)
_LISTED = re.compile(r"(?m)^[ \t]*([A-Za-z][A-Za-z0-9-]*)/([^/:\r\n]{1,200}\.pem): [^\r\n]*$")
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----[^-]{1,200000}-----END CERTIFICATE-----")
_SERIAL = re.compile(r"(?m)^[ \t]*Serial Number: ([0-9A-Fa-f]{1,64})[ \t]*\r?$")


class ShownCertificate(NamedTuple):
    """The answer to one `show cert own|trust NAME`."""

    unit: str
    file_name: str
    pem: str
    """Empty where only the decoded part was printed."""
    serial_number: int | None
    """As the decoded part tells it."""


@dataclass(slots=True)
class ShowCert:
    listed: list[tuple[str, str]] = field(default_factory=list)
    """Unit and file name."""
    shown: list[ShownCertificate] = field(default_factory=list)


def has_show_cert(octets: bytes) -> bool:
    """Whether there may be such an answer: a look that costs next to nothing."""
    return (
        re.search(rb"show cert (?:own|trust|list)|^[ \t]*[A-Za-z-]+-trust/[^\r\n]+\.pem: ", octets, re.MULTILINE)
        is not None
    )


def show_cert_untrusted(text: str) -> ShowCert:
    """All answers in a text. Never raises."""
    found = ShowCert([(match[1], match[2].strip()) for match in _LISTED.finditer(text)])
    prompts = list(_PROMPT.finditer(text))
    for place, prompt in enumerate(prompts):
        asked = _ONE.fullmatch(prompt[1].strip())
        if asked is None or asked[2].casefold() == "list":
            continue
        answer = text[prompt.end() : prompts[place + 1].start() if place + 1 < len(prompts) else len(text)]
        pem, serial = _PEM.search(answer), _SERIAL.search(answer)
        unit = asked[2]
        found.shown.append(
            ShownCertificate(
                unit, asked[3] or f"{unit}.pem", pem[0] if pem else "", int(serial[1], 16) if serial else None
            )
        )
    return found
