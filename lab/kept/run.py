"""What a run leaves in a kept lab: what was noted, as it happens, and the lab's own files, at each change."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from cryptography.hazmat.primitives.serialization import Encoding

from cucm_sim.texts.node_trust_lists import show_all_trust_lists
from cucm_sim.texts.show_cert import show_all_certificates
from journal import Event
from lab.base.failures import MachineCannot
from lab.base.live_file import LiveFile
from lab.base.outputs import Kind, cannot_write
from lab.capture.file import CaptureFile
from lab.events.story import StepEnded, StoryEnded
from lab.kept.folder import KeptLab, put
from lab.play.runner import StoryResult
from lab.render.capf_trace import CapfTraceFile
from lab.render.edge_log import EdgeLog, asa_lines, ise_lines
from lab.render.journal_file import JournalFile
from lab.running.lab import Lab
from lab.scenario.model import Scenario
from phone_sim.texts.console import Console
from pki import Certificate, Identity, read
from wire.tls import Credential

PRIVATE = "private"
"""In `pki`: the keys of CAPF and CallManager, with which a reader can decrypt RSA key exchange and sign an LSC by hand."""


class KeptRun:
    """Open it before the run, give it to `play` as `keep` with its subscribers and its capture, and tell it how the run ended."""

    def __init__(self, folder: Path, scenario: Scenario, *, secrets: bool = True) -> None:
        """Begins a run in the kept lab. Raises InvalidInput where that cannot be."""
        self._files = ExitStack()
        self._built: Lab | None = None
        self._written: dict[Path, Certificate] = {}
        self._flashes: set[Path] = set()
        self._consoles: dict[str, tuple[Console, LiveFile]] = {}
        with self._files:
            self.lab = self._files.enter_context(KeptLab(folder))
            try:
                self.folder = self.lab.new_run(scenario)
                (self.folder / "consoles").mkdir(mode=0o700)
                (self.lab.folder / "pki" / PRIVATE).mkdir(mode=0o700)
            except OSError as error:
                raise cannot_write(str(folder), error) from None
            journal = self._files.enter_context(JournalFile(self.folder / "journal.jsonl"))
            trace = self._files.enter_context(CapfTraceFile(self.folder / "capf.log"))
            self.capture = self._files.enter_context(CaptureFile(self.folder / "capture.pcapng", secrets=secrets))
            ise = self._files.enter_context(EdgeLog(self.folder / "ise.log", ise_lines, at_once=False))
            asa = self._files.enter_context(EdgeLog(self.folder / "asa.log", asa_lines, at_once=False))
            self.subscribers = (journal.note, trace.note, ise.note, asa.note, self._console, self._changed)
            self._files = self._files.pop_all()

    # While it happens

    def database_file(self, cluster: str) -> Path:
        """Where that cluster keeps its configuration."""
        return self.lab.folder / "clusters" / f"{cluster}.sqlite"

    def built(self, lab: Lab) -> None:
        """The lab is there, and nothing has happened yet."""
        self._built = lab
        self._write_state()
        self._write_authorities()

    def _console(self, event: Event) -> None:
        """A phone's lines into its file."""
        if event.actor.service or not event.actor.startswith("SEP"):
            return
        if event.actor not in self._consoles:
            file = self._files.enter_context(LiveFile(self.folder / "consoles" / f"{event.actor}.log", Kind.CONSOLE))
            self._consoles[event.actor] = Console(), file
        console, file = self._consoles[event.actor]
        file.write("".join(f"{line}\n" for line in console.lines(event)).encode("utf-8", "replace"))

    def _changed(self, event: Event) -> None:
        """Any event may come of a change, or before it is done; what has not changed costs one comparison."""
        self._write_state()
        if event.actor.service == "administration" or isinstance(event, StepEnded):
            self._write_authorities()
        if isinstance(event, StoryEnded):
            self._write_certificates()

    # The lab's own files

    def _write_state(self) -> None:
        if self._built is None:
            return
        try:
            for phone in self._built.phones.values():
                self._flash(self.lab.folder / "phones" / phone.device_name, phone.flash.mic, phone.flash.lsc)
            pki = self.lab.folder / "pki"
            for cluster in self._built.clusters.values():
                for node in cluster.nodes.values():
                    named = (
                        f"{cluster.name}-CallManager"
                        if node.is_publisher
                        else f"{cluster.name}-{node.name}-CallManager"
                    )
                    self._identity(pki / f"{named}.pem", pki / PRIVATE, node.callmanager_identity)
                self._identity(pki / f"{cluster.name}-CAPF.pem", pki / PRIVATE, cluster.authority.identity)
        except OSError as error:
            raise self._full(error) from None

    def _write_authorities(self) -> None:
        """Whom the clusters trust, by CN; which store holds which is in the clusters' own files."""
        if self._built is None:
            return
        trusted = [
            certificate
            for cluster in self._built.clusters.values()
            for store in cluster.cluster.trust.values()
            for certificate in store.certificates
        ]
        try:
            for certificate in trusted:
                name = "".join(
                    letter if letter.isalnum() or letter in " -_." else "_" for letter in read(certificate).subject.cn
                )
                self._certificate(self.lab.folder / "pki" / f"{name}.pem", certificate)
        except OSError as error:
            raise self._full(error) from None

    def _write_certificates(self) -> None:
        """What `show cert`, `show ctl` and `show itl` show of each cluster, while its database is open."""
        folder = self.lab.folder / "clusters"
        try:
            for name, cluster in self._built.clusters.items() if self._built is not None else ():
                put(folder / f"{name}.certificates.txt", show_all_certificates(cluster.cluster).encode())
                put(folder / f"{name}.trust-lists.txt", show_all_trust_lists(cluster.cluster).encode())
        except OSError as error:
            raise self._full(error) from None

    def _flash(self, place: Path, mic: Credential | None, lsc: Credential | None) -> None:
        if place not in self._flashes:
            place.mkdir(mode=0o700)
            self._flashes.add(place)
        self._held(place / "mic.pem", mic)
        self._held(place / "lsc.pem", lsc)

    def _held(self, path: Path, credential: Credential | None) -> None:
        if credential is not None:
            self._identity(path, path.parent, credential.identity)
        elif path in self._written:
            path.unlink()
            path.with_name(f"{path.stem}.key.pem").unlink()
            del self._written[path]

    def _identity(self, path: Path, keys: Path, identity: Identity) -> None:
        """The key first: a certificate that is there has its key."""
        if self._written.get(path) is not identity.certificate:
            put(keys / f"{path.stem}.key.pem", identity.key_pem())
            put(path, identity.certificate_pem() + identity.chain_pem())
            self._written[path] = identity.certificate

    def _certificate(self, path: Path, certificate: Certificate) -> None:
        if self._written.get(path) != certificate:
            put(path, certificate.public_bytes(Encoding.PEM))
            self._written[path] = certificate

    # At the end

    def finish(self, result: StoryResult, page: str) -> None:
        """How it ended, and its page. Raises MachineCannot where the disk takes no more."""
        outcome = {True: "passed", False: "failed"}[result.passed]
        try:
            put(self.folder / "report.html", page.encode("utf-8", "replace"))
            put(self.folder / "outcome.txt", f"{outcome}\n".encode())
        except OSError as error:
            raise self._full(error) from None

    def _full(self, error: OSError) -> MachineCannot:
        return MachineCannot(f"{error.filename or self.lab.folder} cannot be written: {error.strerror}")

    def __enter__(self) -> KeptRun:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._files.close()
