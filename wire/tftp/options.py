"""TFTP's options (RFC 2347): blksize (RFC 2348), timeout and tsize (RFC 2349). A server leaves out what it does not know."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wire.errors import ProtocolError
from wire.tftp.numbers import BLOCK_SIZE, MAX_BLOCK_SIZE, MAX_TIMEOUT, MIN_BLOCK_SIZE
from wire.tftp.packet import Options

_MAX_TSIZE = 2**32 - 1


@dataclass(frozen=True, slots=True)
class TransferOptions:
    """What a client asks for, or what both ends agreed on. None: not asked for, or not agreed on."""

    block_size: int | None = None
    """8 to 65464 octets."""
    timeout: int | None = None
    """1 to 255 seconds until a packet is sent again."""
    transfer_size: int | None = None
    """Octets of the file; 0 in a request."""

    def __post_init__(self) -> None:
        """Raises ValueError for a value out of its range."""
        for name, (field, least, most) in _KNOWN.items():
            value = getattr(self, field)
            if value is not None and not least <= value <= most:
                raise ValueError(f"TFTP's option {name} is {least} to {most}, not {value}")

    @property
    def octets_per_block(self) -> int:
        return BLOCK_SIZE if self.block_size is None else self.block_size

    def pairs(self) -> Options:
        """As a packet carries them."""
        given = ((name, getattr(self, field)) for name, (field, _, _) in _KNOWN.items())
        return tuple((name, str(value)) for name, value in given if value is not None)


_KNOWN = {
    "blksize": ("block_size", MIN_BLOCK_SIZE, MAX_BLOCK_SIZE),
    "timeout": ("timeout", 1, MAX_TIMEOUT),
    "tsize": ("transfer_size", 0, _MAX_TSIZE),
}
"""Option: its field, least and greatest value."""
NO_OPTIONS = TransferOptions()


def accepted_untrusted(asked: Options, size: int) -> TransferOptions:
    """What a server accepts of a read request's options, for a transfer of `size` octets. Never raises.

    An unknown option, one without a number and one out of range are left out (RFC 2347: an option that is not acknowledged is not
    used). Of an option that is there twice, which RFC 2347 forbids, the first counts. Assumed.
    """
    found: dict[str, int] = {}
    for name, text in asked:
        known = _KNOWN.get(name.lower())
        value = _number(text)
        if known is not None and value is not None and known[1] <= value <= known[2]:
            found.setdefault(known[0], value)
    if "transfer_size" in found:
        found["transfer_size"] = size
    return TransferOptions(**found)


def agreed_untrusted(answer: Options, asked: TransferOptions) -> TransferOptions:
    """What a client goes by after an OACK.

    Raises ProtocolError for an option that it did not ask for, or a value that it may not have (RFC 2347).
    """
    found: dict[str, int] = {}
    for name, text in answer:
        field, least, most = _KNOWN.get(name.lower(), ("", 0, 0))
        value, wanted = _number(text), getattr(asked, field, None)
        if wanted is None or field in found:
            raise ProtocolError("the OACK has an option that was not asked for, or one twice")
        if value is None or not least <= value <= most:
            raise ProtocolError(f"the OACK has a {name.lower()} that is none")
        if (field == "block_size" and value > wanted) or (field == "timeout" and value != wanted):
            raise ProtocolError(f"the OACK has {name.lower()} {value} where {wanted} was asked for")
        found[field] = value
    return TransferOptions(**found)


def _number(text: str) -> int | None:
    """A decimal number of at most ten digits."""
    return int(text) if re.fullmatch(r"[0-9]{1,10}", text) else None
