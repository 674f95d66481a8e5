"""Cookies as SSL VPN gateways and clients use them: name, value, and whether it expires; split at the first `=`."""

from __future__ import annotations

from dataclasses import dataclass

from wire.http.messages import Request, Response

SESSION = "webvpn"
"""Carries the session; empty and expired in the answer to a phone's first GET."""
LOGIN = "webvpnlogin"
"""Marks a login that began; a phone requires a value that is not empty."""
LONG_AGO = "Thu, 01 Jan 1970 22:00:00 GMT"
MAX_COOKIES = 32
MAX_COOKIE = 4096
"""Octets of one header's text."""


@dataclass(frozen=True, slots=True)
class SetCookie:
    """One Set-Cookie. `expires`: the attribute's text, empty where there is none."""

    name: str
    value: str
    expires: str = ""
    path: str = ""
    secure: bool = True


def push_set_cookie(cookie: SetCookie) -> tuple[str, str]:
    """The header."""
    text = f"{cookie.name}={cookie.value}"
    if cookie.expires:
        text += f"; expires={cookie.expires}"
    if cookie.path:
        text += f"; path={cookie.path}"
    return "Set-Cookie", text + ("; secure" if cookie.secure else "")


def pull_set_cookies_untrusted(response: Response) -> list[SetCookie]:
    """Those of an answer, in order; those without a name, too long, or beyond the 32nd are left out. Never raises."""
    cookies = []
    for text in response.headers_called("set-cookie")[:MAX_COOKIES]:
        pair, *attributes = text.split(";")
        name, separator, value = pair.partition("=")
        name, value = name.strip(), value.strip()
        if not name or not separator or len(text) > MAX_COOKIE:
            continue
        known = {
            key.strip().lower(): content.strip() for key, _, content in (each.partition("=") for each in attributes)
        }
        cookies.append(SetCookie(name, value, known.get("expires", ""), known.get("path", ""), "secure" in known))
    return cookies


def push_cookies(cookies: dict[str, str]) -> tuple[str, str]:
    """The header of a request."""
    return "Cookie", "; ".join(f"{name}={value}" for name, value in cookies.items())


def pull_cookies_untrusted(request: Request) -> dict[str, str]:
    """Those of a request, the first of each name. Never raises."""
    found: dict[str, str] = {}
    pairs = [pair for key, text in request.headers if key == "cookie" for pair in text[:MAX_COOKIE].split(";")]
    for pair in pairs[:MAX_COOKIES]:
        name, separator, value = pair.partition("=")
        if separator and name.strip():
            found.setdefault(name.strip(), value.strip())
    return found
