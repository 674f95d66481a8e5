"""What a phone notes when it looks for a server's certificate in its lists."""

from __future__ import annotations

from journal import Event
from phone_sim.trust.tvs_answer import TrustRefusal
from pki import NO_NAME, DistinguishedName


class ServerNotListed(Event, frozen=True, kw_only=True):
    """TLS is up, and the server's certificate is not in the phone's lists for this use; TVS is asked next."""

    service: str
    """`SCCP`, `CAPF` or `HTTPS`."""
    server: str
    """Address and port, `10.1.1.1:8443`."""
    subject: DistinguishedName = NO_NAME
    issuer: DistinguishedName = NO_NAME
    serial_number: str = ""
    """Lower-case hex."""


class ServerVouchedFor(Event, frozen=True, kw_only=True):
    """TVS knows the server's certificate for this use: the phone goes on with it."""

    service: str
    server: str


class ServerNotTrusted(Event, frozen=True, kw_only=True):
    """The phone gives a server up whose certificate neither its lists nor TVS speak for. Where TLS was up by then it closes the
    connection and writes no alert (Assumed).
    """

    service: str
    server: str
    refusal: TrustRefusal
    subject: DistinguishedName = NO_NAME
    """Of what the server showed; as the following, empty where the phone refused it inside the handshake."""
    issuer: DistinguishedName = NO_NAME
    serial_number: str = ""
    """Lower-case hex."""
