"""For tests of this project and of others: a lab with what tests ask, kept events, streams in memory, authorities."""

from lab.testing.authorities import AUTHORITY_SUBJECT, SINCE, held_lsc
from lab.testing.events import KeptEvents
from lab.testing.labs import NOW, LabUnderTest
from lab.testing.streams import MemoryStream, memory_streams

__all__ = [
    "AUTHORITY_SUBJECT",
    "NOW",
    "SINCE",
    "KeptEvents",
    "LabUnderTest",
    "MemoryStream",
    "held_lsc",
    "memory_streams",
]
