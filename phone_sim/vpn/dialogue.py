"""What a phone says to a VPN gateway over HTTP until the tunnel is up, sans-io: GET, an empty POST, CONNECT.

The flow is the phone's own, not AnyConnect's XML (source: ocserv's notes on Cisco SVC, and the patch for phones). It asks for the
path of its URL and wants an ASA's two cookies back, sends an empty POST there, as its certificate says who it is, takes the
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

_LONGEST_WORDS: Final = 100
_VALUE = re.compile(r"[!#-+\--:<-~]+")
"""RFC 6265: printable ASCII without blank, quote, comma and semicolon, and here with the backslash."""


class Step(Enum):
    """Which request the phone is at. The value is its method, but for those that send none."""

    GREET = "GET"
    LOG_IN = "POST"
    CONNECT = "CONNECT"
    RESUME = "CONNECT again"
    """CONNECT with the cookie of a login before."""
    UP = "tunnel"
    REFUSED = "refused"


class Answer(Enum):
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


TRANSITIONS: Final[dict[tuple[Step, Answer], Step]] = {
    (Step.GREET, Answer.GOOD): Step.LOG_IN,
    (Step.LOG_IN, Answer.GOOD): Step.CONNECT,
    (Step.CONNECT, Answer.GOOD): Step.UP,
    (Step.RESUME, Answer.GOOD): Step.UP,
    # A cookie that the gateway knows no more: ocserv answers 401, or 503 where it is of another length, or just hangs up.
    (Step.RESUME, Answer.UNAUTHORIZED): Step.GREET,
    (Step.RESUME, Answer.UNAVAILABLE): Step.GREET,
    (Step.RESUME, Answer.NONE): Step.GREET,
}
"""Every answer that is not here ends in REFUSED, for the reason that the answer is."""

_BY_STATUS: Final = {401: Answer.UNAUTHORIZED, 403: Answer.FORBIDDEN, 404: Answer.NOT_FOUND, 503: Answer.UNAVAILABLE}


def next_step(step: Step, answer: Answer) -> Step:
    return TRANSITIONS.get((step, answer), Step.REFUSED)


@dataclass(frozen=True, slots=True)
class Heard:
    """One answer: what was asked, what came, where that leads."""

    step: Step
    status: int
    """0 where there was no answer."""
    words: str
    cookies: tuple[str, ...]
    """Names only."""
    next_step: Step
    failure: VpnFailure | None
    """Why it ends here; None where it goes on."""


class Dialogue:
    """One login, over as many TLS connections as the gateway makes of it."""

    def __init__(self, url: VpnUrl, device_name: str, *, strict: bool, mtu: int, cookie: str = "") -> None:
        """`strict`: want an ASA's cookies in answer to the GET. `cookie`: of a login before, to go on with that."""
        self.step = Step.RESUME if cookie else Step.GREET
        self.offer: TunnelOffer | None = None
        """What the gateway settled, once the tunnel is up."""
        self.cookie = cookie
        """The `webvpn` cookie: a secret."""
        self.cookie_sent = False
        """The gateway has been asked for a tunnel with the cookie."""
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
        if self.step in (Step.GREET, Step.LOG_IN):
            headers = [("Host", self._host), ("User-Agent", PHONE_AGENT), ("Accept", "*/*")]
            if self._login_cookies:
                headers.append(push_cookies(self._login_cookies))
            return self._http.request(Request(self.step.value, self._url.path, tuple(headers)))
        self.cookie_sent = True
        return self._http.request(
            push_connect(host=self._host, session=self.cookie, hostname=self._device_name, mtu=self._mtu)
        )

    def receive_untrusted(self, data: bytes) -> Heard | None:
        """Octets of the gateway, b"" for its end. None while the answer is not whole.

        Raises ProtocolError for what is not HTTP, too long or cut short, and for terms of a tunnel that there cannot be.
        """
        if not data and not self._answering:
            return self.cut_off_untrusted()
        self._answering = True
        self._http.receive(data)
        response = self._http.next_response_untrusted()
        return self._judge(response) if response is not None else None

    def cut_off_untrusted(self) -> Heard:
        """The connection broke: what came before that counts. Raises ProtocolError as above."""
        response = self._http.cut_off
        if response is not None:
            return self._judge(response)
        asked, self.step = self.step, next_step(self.step, Answer.NONE)
        failure = VpnFailure.CONNECTION_LOST if self.step is Step.REFUSED else None
        return Heard(asked, 0, "", (), self.step, failure)

    def _judge(self, response: Response) -> Heard:
        asked, cookies = self.step, pull_set_cookies_untrusted(response)
        answer = self._answer(response.status, cookies)
        following = next_step(asked, answer)
        if following is Step.UP:
            self.offer = pull_offer_untrusted(response)
        elif asked is Step.LOG_IN:
            self.cookie, self.logged_in = _token(cookies), True
        elif asked is Step.GREET:
            self._login_cookies = {cookie.name: cookie.value for cookie in cookies if _VALUE.fullmatch(cookie.value)}
        self.step = following
        failure = answer.value if following is Step.REFUSED and isinstance(answer.value, VpnFailure) else None
        names = tuple(cookie.name[:_LONGEST_WORDS] for cookie in cookies)
        return Heard(asked, response.status, _words(response), names, following, failure)

    def _answer(self, status: int, cookies: list[SetCookie]) -> Answer:
        if 300 <= status < 400:
            return Answer.REDIRECT
        if status != 200:
            return _BY_STATUS.get(status, Answer.OTHER)
        if self.step is Step.GREET and self._strict:
            expires = any(cookie.name == SESSION and cookie.expires for cookie in cookies)
            login = any(cookie.name == LOGIN and cookie.value for cookie in cookies)
            return Answer.GOOD if expires and login else Answer.COOKIE_MISSING
        if self.step is Step.LOG_IN and not _token(cookies):
            return Answer.COOKIE_MISSING
        return Answer.GOOD

    @property
    def _host(self) -> str:
        return self._url.host if self._url.port == 443 else f"{self._url.host}:{self._url.port}"


def _token(cookies: list[SetCookie]) -> str:
    """The last `webvpn` that holds something which can be sent back."""
    return next((each.value for each in reversed(cookies) if each.name == SESSION and _VALUE.fullmatch(each.value)), "")


def _words(response: Response) -> str:
    """X-Reason, or what stands beside the status: printable and short."""
    return re.sub(r"[^ -~]", "?", (response.header("x-reason") or response.reason)[:_LONGEST_WORDS])
