"""For tests of this project and of others: a lab with what tests ask, kept events, streams in memory, certificates."""

from lab.operations.values import STARTS as NOW
from lab.testing.authorities import (
    AUTHORITY_SUBJECT,
    DEVICE,
    SINCE,
    ClusterCertificates,
    cluster_certificates,
    held_lsc,
    held_mic,
)
from lab.testing.events import KeptEvents
from lab.testing.labs import LabUnderTest
from lab.testing.streams import MemoryStream, memory_streams

__all__ = [
    "AUTHORITY_SUBJECT",
    "DEVICE",
    "NOW",
    "SINCE",
    "ClusterCertificates",
    "KeptEvents",
    "LabUnderTest",
    "MemoryStream",
    "cluster_certificates",
    "held_lsc",
    "held_mic",
    "memory_streams",
]
