"""The trust list on a phone's TFTP server: taken from the cluster that made the present one, refused from any other.

A real phone checks the new list's signature with a certificate of the list that it has. Lists are not signed here yet, so the name
in the file stands for the signer: each cluster has one, and a regenerated certificate does not change it.
"""

from __future__ import annotations

from journal import Emitter, Event
from phone_sim.download import fetch
from phone_sim.download_events import DownloadFailure
from phone_sim.flash import Flash
from phone_sim.trust_list import look_at_trust_list
from pki import DistinguishedName, names_of
from wire.errors import ProtocolError
from wire.streams import Stream
from wire.trust_list import MAX_FILE, read_trust_list_untrusted


class TrustListRefused(Event, frozen=True, kw_only=True):
    """The phone keeps the list that it has: that does not name the signer of the one on its TFTP server, or the download failed."""

    servers: tuple[DistinguishedName, ...] = ()
    """Subject of each certificate in the list that it did not take."""
    failure: str = ""
    """A value of DownloadFailure where the phone did not get a list, or could not read it."""


async def update_trust_list(stream: Stream, name: str, flash: Flash, emitter: Emitter, cause: Event | None) -> bool:
    """Fetch the file, close the stream, and go by that list from now on where the phone may. False where there is no such file."""
    found = await fetch(stream, name, MAX_FILE)
    if not isinstance(found, bytes):
        if found.failure is DownloadFailure.FILE_NOT_FOUND:
            return False
        emitter.emit(TrustListRefused(failure=found.failure), cause=cause)
        return True
    held = flash.trusted_servers
    try:
        offered = read_trust_list_untrusted(found)
    except ProtocolError:
        emitter.emit(TrustListRefused(failure=DownloadFailure.UNREADABLE), cause=cause)
        return True
    if held is None or offered == held:
        return True
    if offered.name == held.name:
        flash.trusted_servers = offered
        look_at_trust_list(flash, emitter, cause)
    else:
        emitter.emit(TrustListRefused(servers=tuple(names_of(server).subject for server in offered)), cause=cause)
    return True
