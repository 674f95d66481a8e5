"""Sessions of a gateway: found by their cookie, bounded in number and in time; and the addresses that they hold."""

from __future__ import annotations

import hashlib
import secrets
from base64 import b64encode
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from wire.tunnel import Tunnel

_COOKIE_OCTETS = 32


@dataclass(slots=True, eq=False)
class Session:
    """One login. Times are seconds of trio's clock."""

    number: int
    key: bytes = field(repr=False)
    group: str
    user: str
    address: str
    """The client's own."""
    client_type: str
    since: float
    last_seen: float
    started: int
    """Number of the event that began it."""
    assigned_address: str = ""
    tunnel: Tunnel | None = None
    had_tunnel: bool = False
    octets_received: int = 0
    octets_sent: int = 0


class Sessions:
    """A dictionary of cookies; it holds their digests only."""

    def __init__(self, *, at_most: int, logins_of_user: int, cookie_timeout: float, pool: Iterable[str]) -> None:
        self._at_most, self._logins_of_user, self._cookie_timeout = at_most, logins_of_user, cookie_timeout
        self._sessions: dict[bytes, Session] = {}
        self._free = deque(pool)
        self._numbered = 0

    def __len__(self) -> int:
        return len(self._sessions)

    def all(self) -> list[Session]:
        """In order of their beginning."""
        return list(self._sessions.values())

    @property
    def full(self) -> bool:
        return len(self._sessions) >= self._at_most

    def too_many_of(self, user: str) -> list[Session]:
        """Those that must end, the oldest first, before this user may log in once more."""
        of_user = [session for session in self._sessions.values() if session.user == user]
        return of_user[: max(0, len(of_user) + 1 - self._logins_of_user)]

    def open(self, *, group: str, user: str, address: str, client_type: str, now: float) -> tuple[Session, str]:
        """A session and its cookie: 32 random octets in base64, known to the client only."""
        self._numbered += 1
        cookie = b64encode(secrets.token_bytes(_COOKIE_OCTETS)).decode("ascii")
        session = Session(self._numbered, _digest(cookie), group, user, address, client_type, now, now, 0)
        self._sessions[session.key] = session
        return session, cookie

    def find_untrusted(self, cookie: str, now: float) -> Session | None:
        """The session of a cookie. One that has expired is not found, whether or not it was swept yet."""
        session = self._sessions.get(_digest(cookie))
        return session if session is not None and self._expires(session) > now else None

    def take_address(self, session: Session) -> bool:
        """Give it an address, if it has none; False where the pool is empty."""
        if not session.assigned_address and self._free:
            session.assigned_address = self._free.popleft()
        return bool(session.assigned_address)

    def end(self, session: Session) -> bool:
        """Forget it and free its address; False where that was done before."""
        if self._sessions.pop(session.key, None) is None:
            return False
        if session.assigned_address:
            self._free.append(session.assigned_address)
        return True

    def expired(self, now: float) -> list[Session]:
        return [session for session in self._sessions.values() if self._expires(session) <= now]

    def next_expiry(self) -> float:
        """When the next session without a tunnel expires; infinity where all have one."""
        return min(map(self._expires, self._sessions.values()), default=float("inf"))

    def _expires(self, session: Session) -> float:
        return float("inf") if session.tunnel is not None else session.last_seen + self._cookie_timeout


def _digest(cookie: str) -> bytes:
    """Looked up by digest, the time that a wrong cookie takes does not depend on the valid ones."""
    return hashlib.sha256(cookie.encode("utf-8", "replace")).digest()
