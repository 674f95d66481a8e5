"""Where a phone gets its files from: its first TFTP server that answers, a connection for each file.

78xx and 88xx phones ask over HTTP on 6970 and, where that gives no file for whatever reason, over TFTP for the same name (Cisco
document 214535). Assumed: older ones know TFTP only (`PhoneModel.http_downloads`); that a phone asks its second server where the
first one does not answer at all; and that files come over HTTP where the network has no UDP for phones, and in a VPN.

A configuration they ask for over HTTPS on 6971 first, where their ITL allows that; the server must show a certificate that the
lists or TVS know as a TFTP server's. Assumed: with an EC or an RSA key; that the phone shows no certificate of its own; and that it
asks over HTTP where HTTPS gives no file for whatever reason.
"""

from __future__ import annotations

from typing import Final

from journal import Event
from phone_sim.dialing import PhoneTlsStream, dial
from phone_sim.download import FetchedFile, Missed, fetch
from phone_sim.download_events import DownloadFailure, FileRequested, FileRequestEnded
from phone_sim.events import ServerUnreachable
from phone_sim.hardware import Hardware
from phone_sim.network import TftpAddress
from phone_sim.trust.events import ServerNotTrusted
from phone_sim.trust.judged_handshake import ServerJudge, handshake_judged
from wire.plain_text import plain
from wire.streams import Transport
from wire.tftp import TftpClient, TftpErrorCode, TransferOutcome

Fetched = FetchedFile | Missed | ServerUnreachable
"""A file, why there is none, or the event that no server answers at all."""

_SERVICE: Final = "TFTP"
"""How events of connections name it, over each transport."""
_FAILURES: Final = {
    TransferOutcome.REFUSED: DownloadFailure.REFUSED,
    TransferOutcome.ENDED_HERE: DownloadFailure.UNREADABLE,
}


class FileSource:
    """A phone's TFTP servers."""

    def __init__(self, hardware: Hardware) -> None:
        self._hardware = hardware

    async def get(self, name: str, max_octets: int, cause: Event | None, judge: ServerJudge | None = None) -> Fetched:
        """A file of at most so many octets; with `judge`, from a server that it trusts over HTTPS first."""
        hardware = self._hardware
        if judge is not None and hardware.model.http_downloads and hardware.tftp.https_port is not None:
            secure = await self._over_https(name, max_octets, judge, cause)
            self._ended(name, "HTTPS", secure, cause, asks_again=True)
            if isinstance(secure, FetchedFile):
                return secure
        client, port = hardware.tftp_client, hardware.tftp.tftp_port
        if client is None or port is None or hardware.tunnel is not None:
            return self._ended(name, "HTTP", await self._over_http(name, max_octets, cause), cause)
        if not hardware.model.http_downloads:
            return self._ended(name, "TFTP", await self._over_tftp(client, name, max_octets, cause), cause)
        found = await self._over_http(name, max_octets, cause)
        missed = not isinstance(found, FetchedFile)
        self._ended(name, "HTTP", found, cause, asks_again=missed)
        if not missed:
            return found
        again = self._ended(name, "TFTP", await self._over_tftp(client, name, max_octets, cause), cause)
        return found if isinstance(again, ServerUnreachable) else again

    def _requested(self, name: str, transport: str, server: TftpAddress, number: int, cause: Event | None) -> None:
        event = FileRequested(file=name, transport=transport, address=server.address, number=number)
        self._hardware.emitter.emit(event, cause=cause)

    def _ended(
        self, name: str, transport: str, found: Fetched, cause: Event | None, *, asks_again: bool = False
    ) -> Fetched:
        """Gives back what was found. Where no server answers at all, that is an event already. `asks_again`: without a file."""
        if isinstance(found, FetchedFile):
            event = FileRequestEnded(file=name, transport=transport, octets=len(found.octets))
        elif isinstance(found, Missed):
            event = FileRequestEnded(
                file=name,
                transport=transport,
                status=found.status,
                failure=found.failure.value,
                asks_again=asks_again,
            )
        else:
            return found
        self._hardware.emitter.on(found.connection).emit(event, cause=cause)
        return found

    async def _over_http(self, name: str, max_octets: int, cause: Event | None) -> Fetched:
        tcp = await self._dial(name, cause)
        if isinstance(tcp, ServerUnreachable):
            return tcp
        try:
            return await fetch(tcp, name, max_octets)
        finally:
            tcp.close_now()  # it is closed already, unless a fault kept the download from beginning

    async def _over_https(self, name: str, max_octets: int, judge: ServerJudge, cause: Event | None) -> Fetched:
        tcp = await self._dial(name, cause, secure=True)
        if isinstance(tcp, ServerUnreachable):
            return tcp
        hardware = self._hardware
        try:
            context = judge.context(hardware.contexts, hardware.model.tls_for_files)
            async with PhoneTlsStream(tcp, context, hardware.emitter, cause=cause) as stream:
                failed = await handshake_judged(stream, judge, _SERVICE, hardware.emitter, cause)
                if failed is None:
                    found = await fetch(stream, name, max_octets)
                    return found._replace(over_tls=True) if isinstance(found, FetchedFile) else found
            distrusted = isinstance(failed, ServerNotTrusted)
            failure = DownloadFailure.NOT_TRUSTED if distrusted else DownloadFailure.TLS_REFUSED
            return Missed(failure, connection=tcp.connection)
        finally:
            tcp.close_now()

    async def _dial(self, name: str, cause: Event | None, *, secure: bool = False) -> Transport | ServerUnreachable:
        hardware, tftp = self._hardware, self._hardware.tftp
        transport, port = ("HTTPS", tftp.https_port) if secure else ("HTTP", tftp.port)
        assert port is not None
        self._requested(name, transport, tftp, 1, cause)
        found = await dial(hardware.route, _SERVICE, tftp.address, port, hardware.emitter, cause)
        if isinstance(found, ServerUnreachable) and (second := tftp.second) is not None:
            port = second.https_port if secure else second.port
            if port is not None:
                self._requested(name, transport, second, 2, found)
                found = await dial(hardware.route, _SERVICE, second.address, port, hardware.emitter, found)
        return found

    async def _over_tftp(self, client: TftpClient, name: str, max_octets: int, cause: Event | None) -> Fetched:
        tftp = self._hardware.tftp
        found: Fetched = Missed(DownloadFailure.TIMED_OUT)
        for number, server in enumerate((tftp, tftp.second), 1):
            if server is None or server.tftp_port is None:
                break
            self._requested(name, "TFTP", server, number, cause)
            found = await self._read(client, server.address, server.tftp_port, name, max_octets, cause)
            if not isinstance(found, ServerUnreachable):
                break
            cause = found
        return found

    async def _read(
        self, client: TftpClient, address: str, port: int, name: str, max_octets: int, cause: Event | None
    ) -> Fetched:
        try:
            read = await client.fetch(name, address, port, max_octets=max_octets)
        except OSError as problem:
            unreachable = ServerUnreachable(service=_SERVICE, address=address, port=port, error=problem.errno or 0)
            return self._hardware.emitter.emit(unreachable, cause=cause)
        if read.outcome is TransferOutcome.COMPLETED:
            return FetchedFile(read.data, read.connection)
        if read.outcome not in _FAILURES:
            unreachable = ServerUnreachable(service=_SERVICE, address=address, port=port, error=0)
            return self._hardware.emitter.emit(unreachable, cause=cause)
        error = read.error
        if error is not None and read.outcome is TransferOutcome.REFUSED and error.code == TftpErrorCode.FILE_NOT_FOUND:
            return Missed(DownloadFailure.FILE_NOT_FOUND, connection=read.connection)
        fault = plain(error.message) if error is not None else ""
        return Missed(_FAILURES[read.outcome], fault=fault, connection=read.connection)
