"""A run's capture on disk: a pcapng file with the phones' names, the TLS secrets, and what the events say about its packets."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from cisco_data import STORE_OF
from cucm_sim.events import RegistrationRejected
from journal import Actor, Event, Journal
from lab.base.failures import InvalidInput, MachineCannot
from lab.base.live_file import open_live
from lab.base.outputs import Kind
from lab.capture.edge_comments import EDGE_STORES, EdgeComments
from lab.capture.trust_comments import TrustComments
from phone_sim.events import CertificateChosen
from wire.capture import PcapngWriter, TlsComments, Where

_STORES = {store.name.lower(): store for store in STORE_OF.values()}


class CaptureFile:
    """Open it before the run, give it to `play`, close it after."""

    writer: PcapngWriter

    def __init__(self, path: Path, *, secrets: bool = True, force: bool = False) -> None:
        """Makes the file, or empties it. Raises InvalidInput where that cannot be, or `lab.base.outputs` does not allow it."""
        if path.suffix in (".toml", ".jsonl"):
            raise InvalidInput(f"{path} is the name of a scenario or a journal: name the capture .pcapng")
        self._path = path
        self._edge: EdgeComments
        self._secrets = secrets
        self._file = open_live(path, Kind.CAPTURE, force=force)

    def begin(self, journal: Journal) -> PcapngWriter:
        """Packets carry the journal's time, and comments its facts."""
        self.writer = PcapngWriter(self._file, journal.clock.now, secrets=self._secrets)
        self._edge = EdgeComments(self.writer)
        journal.subscribe(self._note)
        journal.subscribe(TrustComments(self.writer))
        journal.subscribe(TlsComments(self.writer.comment, _store_of))
        return self.writer

    def _note(self, event: Event) -> None:
        if isinstance(event, CertificateChosen):
            self.writer.comment(
                event.connection, f"{event.kind} offered, issued by {event.issuer.label}", Where.CERTIFICATE
            )
        elif isinstance(event, RegistrationRejected):
            self.writer.comment(event.connection, f"RegisterReject: {event.cause_name}", Where.SERVER)
        else:
            self._edge(event)

    def __enter__(self) -> CaptureFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if hasattr(self, "writer"):
                self.writer.close()
        except OSError as problem:
            raise MachineCannot(f"{self._path} cannot be written to its end: {problem.strerror}") from None
        finally:
            self._file.close()


def _store_of(actor: Actor) -> str:
    """The trust store behind an actor's verdict; what is no service of a cluster, and no server, is a phone."""
    if actor.service in EDGE_STORES:
        return f"the {EDGE_STORES[actor.service]} of {actor.cluster}"
    return _STORES.get(actor.service, "its trust list")
