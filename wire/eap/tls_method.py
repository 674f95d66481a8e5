"""EAP-TLS without a socket, both ends (RFC 5216, RFC 9190): EAP packets in and out, the one TLS engine in between.

Less simple than a pump, for three reasons. A TLS flight that does not fit is cut, and each piece but the last waits for an empty
packet from the other side. A TLS 1.3 client is done before the server has judged its certificate, so only the protected octet
00 that the server sends afterwards, and then Success, mean success. And an alert shall arrive: the server sends it as a request
of its own and says Failure after whatever comes back; a server that does not take that trouble is understood all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from wire.eap.fragments import ACKNOWLEDGEMENT, FRAGMENT_SIZE, START, START_DATA, FragmentReassembler, FragmentSender
from wire.eap.packet import Eap, EapCode, EapType
from wire.errors import ProtocolError
from wire.tls import TlsEngine, TlsRefused

MAX_ROUNDS = 100
"""Packets that one end receives in one conversation. Assumed: the value. At 1024 octets each the longest flights take fewer."""
_COMMITMENT = b"\x00"
"""RFC 9190 section 2.1.1: one octet of application data, the protected success indication."""
_MAX_PLAINTEXT = 64


class EapTlsOutcome(Enum):
    """What is to be done when no packet is to be sent for the one that came."""

    SUCCESS = "success"
    FAILURE = "failure"
    DISCARDED = "discarded"
    """It belongs to another conversation, or is not yet due: act as if it had never come (RFC 3748 section 4.2)."""


class _Method:
    """What both ends do alike."""

    def __init__(self, engine: TlsEngine, fragment_size: int, include_length: bool) -> None:
        self.engine = engine
        self.problem: ProtocolError | None = None
        """Which rule of EAP-TLS the other end broke, where that is how it ended; what TLS says is in the engine."""
        self.rounds = 0
        """EAP-TLS packets taken from the other end."""
        self._size = fragment_size
        self._include_length = include_length
        self._sender: FragmentSender | None = None
        self._reassembler = FragmentReassembler()
        self._outcome: EapTlsOutcome | None = None

    def _count(self) -> None:
        self.rounds += 1
        if self.rounds > MAX_ROUNDS:
            raise ProtocolError(f"an EAP-TLS conversation of more than {MAX_ROUNDS} packets")

    def _fragment_due(self) -> bool:
        return self._sender is not None and not self._sender.done

    def _next_fragment(self, message: bytes | None) -> bytes:
        assert self._sender is not None
        if message != b"":
            raise ProtocolError("a fragment was to be acknowledged, and something else came")
        return self._sender.next()

    def _cut(self, output: bytes) -> bytes:
        self._sender = FragmentSender(output, self._size, self._include_length)
        return self._sender.next()

    def _broken(self, problem: ProtocolError) -> EapTlsOutcome:
        self.problem = problem
        self.engine.end_by("closed here")
        self._outcome = EapTlsOutcome.FAILURE
        return EapTlsOutcome.FAILURE


class EapTlsPeer(_Method):
    """The phone's end. It takes EAP-TLS requests, Success and Failure; identity, NAK and timers are its owner's."""

    def __init__(self, engine: TlsEngine, fragment_size: int = FRAGMENT_SIZE, include_length: bool = False) -> None:
        """`engine`: a client's, fresh. The rest as for FragmentSender. Another start by the server needs another peer."""
        super().__init__(engine, fragment_size, include_length)
        self._started = self.committed = False
        self._answered: Eap | None = None
        self._plain = b""

    @property
    def secured(self) -> bool:
        """TLS is up, and in TLS 1.3 the server has said that it is content. Only then does Success mean anything."""
        up = self.engine.established and self.engine.ended is None
        return up and (self.committed or self.engine.version != "TLSv1.3")

    def receive(self, packet: Eap) -> Eap | EapTlsOutcome:
        """The response to a request; or how it ended. A request that comes again gets the same response again."""
        if packet.code in (EapCode.SUCCESS, EapCode.FAILURE):
            return self._result(packet)
        if packet.code != EapCode.REQUEST or packet.type != EapType.TLS or self._outcome is not None:
            return EapTlsOutcome.DISCARDED
        if self._answered is not None and packet.identifier == self._answered.identifier:
            return self._answered
        try:
            self._count()
            data = self._answer_untrusted(packet.data)
        except ProtocolError as problem:
            return self._broken(problem)
        self._answered = Eap(EapCode.RESPONSE, packet.identifier, EapType.TLS, data)
        return self._answered

    def _result(self, packet: Eap) -> EapTlsOutcome:
        if self._outcome is not None:
            return EapTlsOutcome.DISCARDED
        if self._answered is not None and packet.identifier != self._answered.identifier:
            return EapTlsOutcome.DISCARDED
        if packet.code == EapCode.SUCCESS:
            if not self.secured:
                return EapTlsOutcome.DISCARDED
            self._outcome = EapTlsOutcome.SUCCESS
        else:
            self.engine.end_by("eof" if self.engine.established else "closed by peer")
            self._outcome = EapTlsOutcome.FAILURE
        return self._outcome

    def _answer_untrusted(self, data: bytes) -> bytes:
        if data and data[0] & START:
            if self._started:
                raise ProtocolError("EAP-TLS was started a second time")
            self._started = True
            return self._flight()
        if not self._started:
            raise ProtocolError("EAP-TLS goes on and was never started")
        message = self._reassembler.receive_untrusted(data)
        if self._fragment_due():
            return self._next_fragment(message)
        if message is None:
            return ACKNOWLEDGEMENT
        if message:
            self.engine.receive(message)
        return self._flight()

    def _flight(self) -> bytes:
        engine = self.engine
        try:
            if engine.ended is None and (engine.established or engine.handshake()):
                while plain := engine.read(_MAX_PLAINTEXT):
                    self._plain += plain
                    if not _COMMITMENT.startswith(self._plain):
                        raise ProtocolError("the server's application data is not the one octet of RFC 9190")
                self.committed = self._plain == _COMMITMENT
        except TlsRefused:
            pass
        output = engine.data_to_send()
        return self._cut(output) if output else ACKNOWLEDGEMENT


def _everyone() -> bool:
    return True


class EapTlsServer(_Method):
    """The authentication server's end. `start` gives the first request, `receive` the next ones."""

    def __init__(
        self,
        engine: TlsEngine,
        fragment_size: int = FRAGMENT_SIZE,
        include_length: bool = False,
        authorise: Callable[[], bool] = _everyone,
    ) -> None:
        """`engine`: a server's, fresh. `authorise` is asked once, when TLS is content with the peer and has not yet told it."""
        super().__init__(engine, fragment_size, include_length)
        self._authorise = authorise
        self._identifier = -1
        self._finishing = self._alerting = False
        self.answered = False
        """OpenSSL answered the ClientHello: what failed after that is no lack of a common version or suite."""

    def start(self, identifier: int) -> Eap:
        """The request that starts it. `identifier`: that of the identity response, plus one."""
        self._identifier = identifier % 256
        return Eap(EapCode.REQUEST, self._identifier, EapType.TLS, START_DATA)

    def receive(self, packet: Eap) -> Eap | EapTlsOutcome:
        """The next request; or how it ended, for the owner to say Success or Failure with the identifier of this packet."""
        due = packet.code == EapCode.RESPONSE and packet.type == EapType.TLS and packet.identifier == self._identifier
        if not due or self._outcome is not None:
            return EapTlsOutcome.DISCARDED
        try:
            self._count()
            data = self._answer_untrusted(packet.data)
        except ProtocolError as problem:
            return self._broken(problem)
        if isinstance(data, EapTlsOutcome):
            self._outcome = data
            return data
        self._identifier = (self._identifier + 1) % 256
        return Eap(EapCode.REQUEST, self._identifier, EapType.TLS, data)

    def _answer_untrusted(self, data: bytes) -> bytes | EapTlsOutcome:
        if self._alerting and not self._fragment_due():
            return EapTlsOutcome.FAILURE  # whatever they say to our alert
        message = self._reassembler.receive_untrusted(data)
        if self._fragment_due():
            return self._next_fragment(message)
        if message is None:
            return ACKNOWLEDGEMENT
        if self._finishing:
            return self._finished_untrusted(message)
        if not message:
            raise ProtocolError("an empty EAP-TLS packet came where TLS octets were due")
        return self._handshake_untrusted(message)

    def _handshake_untrusted(self, message: bytes) -> bytes | EapTlsOutcome:
        engine = self.engine
        engine.receive(message)
        try:
            if engine.handshake():
                if not self._authorise():
                    return EapTlsOutcome.FAILURE
                self._finishing = True
                if engine.version == "TLSv1.3":
                    engine.write(_COMMITMENT)
        except TlsRefused:
            output = engine.data_to_send()
            if not output:  # the alert was theirs
                return EapTlsOutcome.FAILURE
            self._alerting = True
            return self._cut(output)
        output = engine.data_to_send()
        if not output:
            raise ProtocolError("a TLS flight ended in the middle of a message")
        self.answered = True
        return self._cut(output)

    def _finished_untrusted(self, message: bytes) -> EapTlsOutcome:
        """An empty packet is what is due; a peer that dislikes our certificate only now sends an alert instead."""
        if not message:
            return EapTlsOutcome.SUCCESS
        self.engine.receive(message)
        try:
            self.engine.read(_MAX_PLAINTEXT)
        except TlsRefused:
            return EapTlsOutcome.FAILURE
        raise ProtocolError("the peer speaks on after the handshake")
