"""The HTTP of an SSL VPN, sans-io: cookies, CONNECT with its X-CSTP headers, the login's XML."""

from wire.vpn_http.config_auth import (
    ConfigAuth,
    LoginForm,
    pull_config_auth_untrusted,
    push_config_auth,
    push_form,
)
from wire.vpn_http.cookies import (
    LOGIN,
    LONG_AGO,
    SESSION,
    SetCookie,
    pull_cookies_untrusted,
    pull_set_cookies_untrusted,
    push_cookies,
    push_set_cookie,
)
from wire.vpn_http.tunnel_headers import (
    CONNECT_TARGET,
    PHONE_AGENT,
    TunnelOffer,
    is_phone,
    pull_mtu_untrusted,
    pull_offer_untrusted,
    push_connect,
    push_offer,
)

__all__ = [
    "CONNECT_TARGET",
    "LOGIN",
    "LONG_AGO",
    "PHONE_AGENT",
    "SESSION",
    "ConfigAuth",
    "LoginForm",
    "SetCookie",
    "TunnelOffer",
    "is_phone",
    "pull_config_auth_untrusted",
    "pull_cookies_untrusted",
    "pull_mtu_untrusted",
    "pull_offer_untrusted",
    "pull_set_cookies_untrusted",
    "push_config_auth",
    "push_connect",
    "push_cookies",
    "push_form",
    "push_offer",
    "push_set_cookie",
]
