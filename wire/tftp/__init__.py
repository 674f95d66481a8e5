"""TFTP (RFC 1350) with its options (RFC 2347, 2348, 2349): a server that files are read from, and a client that reads."""

from wire.tftp.client import TftpClient, TftpFetch
from wire.tftp.numbers import PORT, TftpErrorCode, TftpMode
from wire.tftp.options import TransferOptions
from wire.tftp.packet import ErrorPacket
from wire.tftp.server import TftpRead, TftpServer
from wire.tftp.transfer import TransferOutcome

__all__ = [
    "PORT",
    "ErrorPacket",
    "TftpClient",
    "TftpErrorCode",
    "TftpFetch",
    "TftpMode",
    "TftpRead",
    "TftpServer",
    "TransferOptions",
    "TransferOutcome",
]
