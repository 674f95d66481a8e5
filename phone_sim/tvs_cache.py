"""What a phone remembers of TVS's answers, until each has lived its time. It is in flash, and a new list flushes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from wire.certificate_id import CertificateId

MAX_ANSWERS = 100
"""The one that is kept for longest gives way. Assumed."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """A certificate that TVS knew. Assumed: that TVS knows none is not kept."""

    certificate: bytes
    """DER."""
    roles: tuple[int, ...]
    expires: datetime
    """Lab time."""


class TvsCache:
    """By issuer and serial number."""

    def __init__(self) -> None:
        self._kept: dict[CertificateId, KeptAnswer] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, wanted: CertificateId, now: datetime, certificate: bytes = b"") -> KeptAnswer | None:
        """None where it has no answer of that name that is still good, or, where a `certificate` is given, one of another."""
        kept = self._kept.get(wanted)
        if kept is not None and kept.expires <= now:
            del self._kept[wanted]
            return None
        return kept if kept is not None and certificate in (b"", kept.certificate) else None

    def add(self, wanted: CertificateId, certificate: bytes, roles: tuple[int, ...], now: datetime, ttl: int) -> bool:
        """Keep an answer for `ttl` seconds; whether it is kept at all."""
        if ttl <= 0:
            return False
        self._kept.pop(wanted, None)
        if len(self._kept) >= MAX_ANSWERS:
            del self._kept[next(iter(self._kept))]
        self._kept[wanted] = KeptAnswer(certificate, roles, now + timedelta(seconds=ttl))
        return True

    def flush(self) -> int:
        """Forget all; how many there were."""
        count = len(self._kept)
        self._kept.clear()
        return count
