"""Answers that were given, for requests that come again: a handshake cannot be computed twice (RFC 5080 section 2.2.2)."""

from __future__ import annotations

import hashlib
from collections import OrderedDict

from wire.udp import Endpoint

_DIGEST = 16


class AnswerCache:
    """Octets for octets: the same request from the same port gets the same answer. Bounded in number and time."""

    def __init__(self, most: int, kept: float) -> None:
        """`kept`: seconds."""
        self._most = most
        self._kept = kept
        self._answers: OrderedDict[tuple[Endpoint, bytes], tuple[float, bytes]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, sender: Endpoint, request: bytes, now: float) -> bytes | None:
        """The answer that this request got. `now`: seconds, only growing."""
        found = self._answers.get((sender, _digest(request)))
        return found[1] if found is not None and found[0] > now else None

    def put(self, sender: Endpoint, request: bytes, answer: bytes, now: float) -> None:
        answers = self._answers
        answers[sender, _digest(request)] = (now + self._kept, answer)
        while answers and (len(answers) > self._most or next(iter(answers.values()))[0] <= now):
            answers.popitem(last=False)


def _digest(request: bytes) -> bytes:
    return hashlib.blake2b(request, digest_size=_DIGEST).digest()
