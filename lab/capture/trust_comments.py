"""What is said about packets of lists, signed files and TVS: which list it is, what TVS was asked, and what the phone made of it.

A phone decides after the last packet of the download, or of TVS's answer where it asked TVS. The comment goes there while that
packet is the last one of the capture, and is dropped where another one came in between; what TFTP over UDP carries has no comments.
"""

from __future__ import annotations

from cisco_data.trust_roles import TrustRole
from cucm_sim.tftp_events import TrustListMade, TrustListServed
from cucm_sim.tvs_events import TvsCertificateLookedUp
from journal import Event
from phone_sim.trust.events import (
    ConfigurationRefused,
    ServerNotTrusted,
    ServerVouchedFor,
    TrustListRefused,
    TrustListTaken,
)
from phone_sim.tvs_events import TvsRequestSent, TvsResponseReceived, TvsServerFailed
from wire.capture import PcapngWriter, Where
from wire.tvs import TvsStatus


class TrustComments:
    """Call it with each event."""

    def __init__(self, writer: PcapngWriter) -> None:
        self._writer = writer
        self._signers: dict[tuple[str, str], str] = {}
        """By actor and name of the file."""
        self._answered: dict[str, str] = {}
        """By device name, the connection of the last answer of a TVS."""

    def __call__(self, event: Event) -> None:
        comment = self._writer.comment
        match event:
            case TrustListMade():
                self._signers[event.actor.cluster, event.file] = event.signer.label
            case TrustListServed():
                kind = event.file[:3]
                signer = self._signers.get((event.actor.cluster, f"{kind}File.tlv"), "")
                comment(event.connection, f"{kind} file" + (f", signed by {signer}" if signer else ""), Where.SERVER)
            case TvsRequestSent():
                comment(event.connection, f"asks TVS, {event.request}: {event.requested.subject}")
            case TvsCertificateLookedUp():
                comment(event.connection, f"TVS: {_answer(event)}", Where.SERVER)
            case TvsResponseReceived() | TvsServerFailed():
                self._answered[event.actor] = event.connection
            case ServerVouchedFor():
                comment(event.connection, "TVS knows this server", Where.CLIENT)
            case ServerNotTrusted():
                comment(event.connection, f"server given up: {event.refusal}")
            case TrustListTaken():
                self._decided(event, f"{event.list} taken: {event.taking}")
            case TrustListRefused():
                self._decided(event, f"{event.list} refused: {event.refusal or event.failure}")
            case ConfigurationRefused():
                self._decided(event, f"{event.file} refused: {event.refusal}")

    def _decided(self, event: Event, text: str) -> None:
        if not self._writer.comment(event.connection, text):
            self._writer.comment(self._answered.get(event.actor, ""), text)


def _answer(event: TvsCertificateLookedUp) -> str:
    if event.status != TvsStatus.VALID:
        return "certificate not found"
    named = {int(role): role.name for role in TrustRole}
    return "known as " + ", ".join(named.get(role, str(role)) for role in event.roles)
