"""Captures: every connection of a lab in a pcapng file, with its TLS secrets and with comments on the packets that matter."""

from wire.capture.comments import Where
from wire.capture.tls_comments import TlsComments
from wire.capture.writer import PcapngWriter

__all__ = ["PcapngWriter", "TlsComments", "Where"]
