"""What a phone sends to a VPN gateway over HTTP until the tunnel is up, sans-io: GET, an empty POST, CONNECT.

The flow is the phone's own, not AnyConnect's XML (source: ocserv's notes on Cisco SVC, and the patch for phones). It asks for the
path of its URL and requires an ASA's two cookies, sends an empty POST there, as its certificate names it, takes the
`webvpn` cookie, and asks for the tunnel with it. That this is `CONNECT /CSCOSSLC/tunnel` follows from what gateways serve.
Which request headers a phone sends besides its User-Agent is in no source: those here are the fewest that gateways need.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from phone_sim.vpn.events import VpnFailure
from wire.http.messages import HttpClient, Request, Response
from wire.phone_file import VpnUrl
from wire.vpn_http import (
    LOGIN,
    PHONE_AGENT,
    SESSION,
    SetCookie,
    TunnelOffer,
    pull_offer_untrusted,
    pull_set_cookies_untrusted,
    push_connect,
    push_cookies,
)

_MAX_TEXT: Final = 100
_VALUE = re.compile(r"[!#-+\--:<-~]+")
"""RFC 6265: printable ASCII without blank, quote, comma and semicolon, and here with the backslash."""


class VpnStep(Enum):
    """Which request the phone is at. The value is its method, but for those that send none."""

    GREET = "GET"
    LOG_IN = "POST"
    CONNECT = "CONNECT"
    RESUME = "CONNECT again"
    """CONNECT with the cookie of a login before."""
    UP = "tunnel"
    REFUSED = "refused"


class VpnAnswer(Enum):
    """What an answer means to the phone. The value is why it ends there, if it does."""

    GOOD = "good"
    COOKIE_MISSING = VpnFailure.COOKIE_MISSING
    UNAUTHORIZED = VpnFailure.LOGIN_REFUSED
    FORBIDDEN = VpnFailure.FORBIDDEN
    NOT_FOUND = VpnFailure.NOT_FOUND
    REDIRECT = VpnFailure.REDIRECTED
    UNAVAILABLE = VpnFailure.UNAVAILABLE
    OTHER = VpnFailure.OTHER_STATUS
    NONE = VpnFailure.CONNECTION_LOST
    """The connection broke, and no answer had come."""


TRANSITIONS: Final[dict[tuple[VpnStep, VpnAnswer], VpnStep]] = {
    (VpnStep.GREET, VpnAnswer.GOOD): VpnStep.LOG_IN,
    (VpnStep.LOG_IN, VpnAnswer.GOOD): VpnStep.CONNECT,
    (VpnStep.CONNECT, VpnAnswer.GOOD): VpnStep.UP,
    (VpnStep.RESUME, VpnAnswer.GOOD): VpnStep.UP,
    # A cookie that is invalid now: ocserv answers 401, or 503 where it is of another length, or closes the connection.
    (VpnStep.RESUME, VpnAnswer.UNAUTHORIZED): VpnStep.GREET,
    (VpnStep.RESUME, VpnAnswer.UNAVAILABLE): VpnStep.GREET,
    (VpnStep.RESUME, VpnAnswer.NONE): VpnStep.GREET,
}
"""Every answer that is not here ends in REFUSED, for the reason that the answer is."""

_BY_STATUS: Final = {
    401: VpnAnswer.UNAUTHORIZED,
    403: VpnAnswer.FORBIDDEN,
    404: VpnAnswer.NOT_FOUND,
    503: VpnAnswer.UNAVAILABLE,
}


def next_step(step: VpnStep, answer: VpnAnswer) -> VpnStep:
    return TRANSITIONS.get((step, answer), VpnStep.REFUSED)


@dataclass(frozen=True, slots=True)
class VpnReply:
    """One answer of the gateway: to which step, what it was, and the step that follows."""

    step: VpnStep
    status: int
    """0 where there was no answer."""
    text: str
    """X-Reason, or what stands beside the status."""
    cookies: tuple[str, ...]
    """Names only."""
    next_step: VpnStep
    failure: VpnFailure | None
    """Why the login ends here; None where it goes on."""


class Dialogue:
    """One login, over as many TLS connections as the gateway makes of it."""

    def __init__(self, url: VpnUrl, device_name: str, *, strict: bool, mtu: int, cookie: str = "") -> None:
        """`strict`: want an ASA's cookies in answer to the GET. `cookie`: of a login before, to go on with that."""
        self.step = VpnStep.RESUME if cookie else VpnStep.GREET
        self.offer: TunnelOffer | None = None
        """What the gateway settled, once the tunnel is up."""
        self.cookie = cookie
        """The `webvpn` cookie: a secret."""
        self.cookie_sent = False
        """A CONNECT with the cookie was sent."""
        self.logged_in = False
        """Whether the cookie is of this login, and not of one before."""
        self._url = url
        self._device_name = device_name
        self._strict = strict
        self._mtu = mtu
        self._login_cookies: dict[str, str] = {}
        self._http = HttpClient()
        self._answering = False

    def on_new_connection(self) -> None:
        """Everything from here on goes over another TLS connection."""
        self._http = HttpClient()

    @property
    def needs_new_connection(self) -> bool:
        """The gateway takes no further request on this one."""
        return not self._http.reusable

    @property
    def trailing(self) -> bytes:
        """Octets of the tunnel that came right behind the answer to CONNECT."""
        return self._http.tunnel_octets or b""

    def request(self) -> bytes:
        """The octets of the present step's request."""
        self._answering = False
        if self.step in (VpnStep.GREET, VpnStep.LOG_IN):
            headers = [("Host", self._host), ("User-Agent", PHONE_AGENT), ("Accept", "*/*")]
            if self._login_cookies:
                headers.append(push_cookies(self._login_cookies))
            return self._http.request(Request(self.step.value, self._url.path, tuple(headers)))
        self.cookie_sent = True
        return self._http.request(
            push_connect(host=self._host, session=self.cookie, hostname=self._device_name, mtu=self._mtu)
        )

    def receive_untrusted(self, data: bytes) -> VpnReply | None:
        """Octets of the gateway, b"" for its end. None while the answer is not whole.

        Raises ProtocolError for what is not HTTP, too long or cut short, and for terms of a tunnel that there cannot be.
        """
        if not data and not self._answering:
            return self.cut_off_untrusted()
        self._answering = True
        self._http.receive(data)
        response = self._http.next_response_untrusted()
        return self._judge(response) if response is not None else None

    def cut_off_untrusted(self) -> VpnReply:
        """The connection broke: what came before that counts. Raises ProtocolError as above."""
        response = self._http.cut_off
        if response is not None:
            return self._judge(response)
        asked, self.step = self.step, next_step(self.step, VpnAnswer.NONE)
        failure = VpnFailure.CONNECTION_LOST if self.step is VpnStep.REFUSED else None
        return VpnReply(asked, 0, "", (), self.step, failure)

    def _judge(self, response: Response) -> VpnReply:
        asked, cookies = self.step, pull_set_cookies_untrusted(response)
        answer = self._answer(response.status, cookies)
        following = next_step(asked, answer)
        if following is VpnStep.UP:
            self.offer = pull_offer_untrusted(response)
        elif asked is VpnStep.LOG_IN:
            self.cookie, self.logged_in = _token(cookies), True
        elif asked is VpnStep.GREET:
            self._login_cookies = {cookie.name: cookie.value for cookie in cookies if _VALUE.fullmatch(cookie.value)}
        self.step = following
        failure = answer.value if following is VpnStep.REFUSED and isinstance(answer.value, VpnFailure) else None
        names = tuple(cookie.name[:_MAX_TEXT] for cookie in cookies)
        return VpnReply(asked, response.status, _text(response), names, following, failure)

    def _answer(self, status: int, cookies: list[SetCookie]) -> VpnAnswer:
        if 300 <= status < 400:
            return VpnAnswer.REDIRECT
        if status != 200:
            return _BY_STATUS.get(status, VpnAnswer.OTHER)
        if self.step is VpnStep.GREET and self._strict:
            expires = any(cookie.name == SESSION and cookie.expires for cookie in cookies)
            login = any(cookie.name == LOGIN and cookie.value for cookie in cookies)
            return VpnAnswer.GOOD if expires and login else VpnAnswer.COOKIE_MISSING
        if self.step is VpnStep.LOG_IN and not _token(cookies):
            return VpnAnswer.COOKIE_MISSING
        return VpnAnswer.GOOD

    @property
    def _host(self) -> str:
        return self._url.host if self._url.port == 443 else f"{self._url.host}:{self._url.port}"


def _token(cookies: list[SetCookie]) -> str:
    """The last `webvpn` that holds something which can be sent back."""
    return next((each.value for each in reversed(cookies) if each.name == SESSION and _VALUE.fullmatch(each.value)), "")


def _text(response: Response) -> str:
    """X-Reason, or what stands beside the status: printable and short."""
    return re.sub(r"[^ -~]", "?", (response.header("x-reason") or response.reason)[:_MAX_TEXT])
