"""The login's dialects, without a socket: a request and who sent it go in, the answer or a tunnel group comes out.

- A phone: GET of its URL, which wants two cookies in the answer, then POST of the same URL with an empty body.
- AnyConnect and openconnect: POST of an XML document (`config-auth`), type `init`.
- The older plain flow: GET, a form, then POST /+webvpn+/index.html with the form's fields.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

from edge_sim.vpn_gateway.client import Client, printable
from edge_sim.vpn_gateway.events import LoginRefusal, RequestRefusal
from edge_sim.vpn_gateway.settings import TunnelGroup
from wire.errors import ProtocolError
from wire.http.messages import CLOSE, Request, Response
from wire.vpn_http import (
    LOGIN,
    LONG_AGO,
    SESSION,
    ConfigAuth,
    LoginForm,
    SetCookie,
    pull_config_auth_untrusted,
    pull_cookies_untrusted,
    push_config_auth,
    push_form,
    push_set_cookie,
)

FORM_ACTION = "/+webvpn+/index.html"
TRANSCEND = ("X-Transcend-Version", "1")
_XML = ("Content-Type", "text/xml; charset=utf-8")
_MAX_FIELDS = 16
_VERSION = "0.1(1)"
"""Of the gateway, in its documents. Assumed: the number."""


@dataclass(frozen=True, slots=True)
class Welcome:
    """The login succeeded; the session's cookie goes into the answer."""

    group: TunnelGroup
    in_xml: bool

    def answer(self, cookie: str) -> Response:
        body = b""
        if self.in_xml:
            body = push_config_auth(ConfigAuth("complete", version=_VERSION, auth_id="success"))
        session = push_set_cookie(SetCookie(SESSION, cookie, path="/"))
        headers = ((_XML,) if body else ()) + (session, TRANSCEND)
        return Response(200, body, headers=headers)


@dataclass(frozen=True, slots=True)
class Refused:
    """The login failed, or the request is no login. `answer` closes the connection."""

    reason: LoginRefusal | RequestRefusal
    answer: Response
    error: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """No login yet: the answer has the form for one."""

    answer: Response


LoginStep = Welcome | Refused | Form


class Login:
    """The tunnel groups of a gateway, and who gets into which."""

    def __init__(self, groups: tuple[TunnelGroup, ...]) -> None:
        """Raises ValueError for two groups of one name or one URL, or for none."""
        self._by_path = {_plain(group.path): group for group in groups}
        self._by_name = {group.name: group for group in groups}
        if not groups or len(self._by_path) < len(groups) or len(self._by_name) < len(groups):
            raise ValueError("a gateway needs tunnel groups, each with a name and a group-url of its own")

    def step_untrusted(self, request: Request, client: Client) -> LoginStep:
        """What a GET or a POST comes to. Never raises."""
        if request.method == "GET":
            return self._get(request)
        if request.method != "POST":
            return refusal(RequestRefusal.METHOD, HTTPStatus.METHOD_NOT_ALLOWED)
        if "xml" in request.header("content-type") or request.body.lstrip()[:1] == b"<":
            return self._post_xml_untrusted(request, client)
        group = self._by_path.get(_plain(request.path))
        if request.path == FORM_ACTION:
            if not pull_cookies_untrusted(request).get(LOGIN):
                return _not_found()
            group = self._by_name.get(_form_field_untrusted(request.body, "group_list"))
            if group is None:
                return refusal(LoginRefusal.UNKNOWN_GROUP, HTTPStatus.UNAUTHORIZED)
        if group is None:
            return _no_group()
        return _judge(group, client, in_xml=request.path == FORM_ACTION)

    def _get(self, request: Request) -> LoginStep:
        group = self._by_path.get(_plain(request.path))
        if group is None and _plain(request.path):
            return _not_found()
        cookies = (
            push_set_cookie(SetCookie(SESSION, "", LONG_AGO, "/")),
            push_set_cookie(SetCookie(LOGIN, "1", path="/")),
        )
        body = push_form(self._form(group))
        return Form(Response(200, body, headers=(_XML, *cookies, TRANSCEND)))

    def _form(self, group: TunnelGroup | None) -> LoginForm:
        if group is not None:
            return LoginForm("Please log in with your certificate.", FORM_ACTION, hidden={"group_list": group.name})
        return LoginForm("Please choose a tunnel group.", FORM_ACTION, groups=tuple(self._by_name))

    def _post_xml_untrusted(self, request: Request, client: Client) -> LoginStep:
        try:
            document = pull_config_auth_untrusted(request.body)
        except ProtocolError as error:
            return refusal(RequestRefusal.BAD_XML, HTTPStatus.BAD_REQUEST, error=str(error))
        if document.type not in ("init", "auth-reply"):
            kind = printable(document.type)
            return refusal(RequestRefusal.BAD_XML, HTTPStatus.BAD_REQUEST, error=f"a client sends no {kind!r}")
        chosen = document.group_select or document.fields.get("group_list", "")
        if chosen:
            group = self._by_name.get(chosen)
            if group is None:
                return refusal(LoginRefusal.UNKNOWN_GROUP, HTTPStatus.UNAUTHORIZED)
        else:
            asked = _plain(request.path) or _path_of_untrusted(document.group_access)
            group = self._by_path.get(asked)
            if group is None and asked:
                return _no_group()
        if group is None:
            form = self._form(None)
            body = push_config_auth(ConfigAuth("auth-request", version=_VERSION, auth_id="main", form=form))
            return Form(Response(200, body, headers=(_XML, TRANSCEND)))
        return _judge(group, client, in_xml=True)


def _judge(group: TunnelGroup, client: Client, *, in_xml: bool) -> LoginStep:
    """`authentication certificate`: TLS has verified it, so that having one is enough."""
    if not client.has_certificate:
        return refusal(LoginRefusal.NO_CERTIFICATE, HTTPStatus.UNAUTHORIZED, phrase="No certificate")
    if not client.user:
        return refusal(LoginRefusal.NO_USER_NAME, HTTPStatus.UNAUTHORIZED)
    return Welcome(group, in_xml)


def refusal(reason: LoginRefusal | RequestRefusal, status: HTTPStatus, *, phrase: str = "", error: str = "") -> Refused:
    """An answer without a body, after which the connection closes."""
    return Refused(reason, Response(int(status), headers=(CLOSE,), reason=phrase), error)


def _no_group() -> Refused:
    """A login at a URL that is no tunnel group's."""
    return refusal(LoginRefusal.UNKNOWN_GROUP, HTTPStatus.NOT_FOUND)


def _not_found() -> Refused:
    return refusal(RequestRefusal.NOT_FOUND, HTTPStatus.NOT_FOUND)


def _plain(path: str) -> str:
    return path.rstrip("/")


def _path_of_untrusted(url: str) -> str:
    """The path of a group-access URL; empty for none, and for what is no URL."""
    try:
        return _plain(urlsplit(url).path)
    except ValueError:
        return ""


def _form_field_untrusted(body: bytes, name: str) -> str:
    try:
        fields = dict(parse_qsl(body.decode("latin-1"), max_num_fields=_MAX_FIELDS))
    except ValueError:
        return ""
    return fields.get(name, "")
