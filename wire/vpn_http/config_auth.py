"""The XML documents of the login (`config-auth`): read safely, written as small as clients accept them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from wire.errors import ProtocolError
from wire.http.messages import MAX_BODY
from wire.xml_tree import Element, read_xml_untrusted

MAX_TEXT = 1024
"""Characters of one value."""
MAX_FIELDS = 16


@dataclass(frozen=True, slots=True)
class LoginForm:
    """What the gateway asks for: `groups` for a drop-down of tunnel groups, `hidden` inputs to return as they are."""

    message: str
    action: str
    groups: tuple[str, ...] = ()
    hidden: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ConfigAuth:
    """One document, either way. What a document lacks is empty."""

    type: str
    """`init` and `auth-reply` from a client, `auth-request` and `complete` from a gateway."""
    version: str = ""
    device_id: str = ""
    group_access: str = ""
    """The URL that the client connects to."""
    group_select: str = ""
    """The tunnel group that was picked from the drop-down."""
    auth_id: str = ""
    """`success`, `main` and the like."""
    session_token: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    """An auth-reply's inputs."""
    wants_certificate: bool = False
    """client-cert-request."""
    form: LoginForm | None = None


def push_config_auth(document: ConfigAuth) -> bytes:
    """The octets, with the XML declaration."""
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + "".join(_pieces(document)).encode() + b"\n"


def pull_config_auth_untrusted(body: bytes) -> ConfigAuth:
    """What a document contains; a bare `auth` (older flow) is complete with `success`, else a request. Raises ProtocolError."""
    root = read_xml_untrusted(body, MAX_BODY, "the login document")
    if root.name == "auth":
        succeeded = _attribute(root, "id") == "success"
        kind = "complete" if succeeded else "auth-request"
        return ConfigAuth(kind, auth_id=_attribute(root, "id"), form=_form(root))
    if root.name != "config-auth":
        raise ProtocolError("the login document's root is no config-auth")
    auth = root.one("auth")
    document_type = _attribute(root, "type")
    replied = auth is not None and document_type == "auth-reply"
    return ConfigAuth(
        type=document_type,
        version=_text_of(root, "version"),
        device_id=_text_of(root, "device-id"),
        group_access=_text_of(root, "group-access"),
        group_select=_text_of(root, "group-select"),
        auth_id=_attribute(auth, "id") if auth is not None else "",
        session_token=_text_of(root, "session-token"),
        fields=_fields(auth) if replied and auth is not None else {},
        wants_certificate=root.one("client-cert-request") is not None,
        form=_form(auth) if auth is not None else None,
    )


def _pieces(document: ConfigAuth) -> Iterator[str]:
    gateway = document.type in ("auth-request", "complete")
    yield f'<config-auth client="vpn" type={quoteattr(document.type)}'
    yield ">" if gateway else ' aggregate-auth-version="2">'
    if document.version:
        yield f'<version who="{"sg" if gateway else "vpn"}">{escape(document.version)}</version>'
    for name, text in (
        ("device-id", document.device_id),
        ("group-access", document.group_access),
        ("session-token", document.session_token),
    ):
        if text:
            yield f"<{name}>{escape(text)}</{name}>"
    if document.wants_certificate:
        yield "<client-cert-request/>"
    if document.form is not None or document.auth_id or document.fields:
        yield f"<auth id={quoteattr(document.auth_id)}>" if document.auth_id else "<auth>"
        yield from (f"<{name}>{escape(text)}</{name}>" for name, text in document.fields.items())
        yield from _form_pieces(document.form) if document.form is not None else ()
        yield "</auth>"
    if document.group_select:
        yield f"<group-select>{escape(document.group_select)}</group-select>"
    yield "</config-auth>"


def push_form(form: LoginForm) -> bytes:
    """The older plain flow's document: `auth` alone, with its form."""
    body = "".join(_form_pieces(form))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<auth id="main">{body}</auth>\n'.encode()


def _form_pieces(form: LoginForm) -> Iterator[str]:
    yield f"<message>{escape(form.message)}</message>"
    yield f'<form method="post" action={quoteattr(form.action)}>'
    if form.groups:
        yield '<select name="group_list" label="GROUP:">'
        yield from (f"<option value={quoteattr(name)}>{escape(name)}</option>" for name in form.groups)
        yield "</select>"
    for name, value in form.hidden.items():
        yield f'<input type="hidden" name={quoteattr(name)} value={quoteattr(value)}/>'
    yield '<input type="submit" name="Login" value="Login"/></form>'


def _form(auth: Element) -> LoginForm | None:
    form = auth.one("form")
    if form is None:
        return None
    select = form.one("select")
    hidden = {
        _attribute(each, "name"): _attribute(each, "value")
        for each in form.all("input")
        if _attribute(each, "type") == "hidden"
    }
    return LoginForm(
        message=_text_of(auth, "message"),
        action=_attribute(form, "action"),
        groups=tuple(_attribute(each, "value") or each.text for each in select.all("option"))[:MAX_FIELDS]
        if select is not None
        else (),
        hidden=dict(list(hidden.items())[:MAX_FIELDS]),
    )


def _fields(auth: Element) -> dict[str, str]:
    if len(auth.children) > MAX_FIELDS:
        raise ProtocolError(f"the login document has more than {MAX_FIELDS} fields")
    return {child.name[:MAX_TEXT]: child.text[:MAX_TEXT] for child in auth.children}


def _text_of(element: Element, name: str) -> str:
    child = element.one(name)
    return child.text[:MAX_TEXT] if child is not None else ""


def _attribute(element: Element, name: str) -> str:
    return element.attributes.get(name, "")[:MAX_TEXT]
