"""TCP connections inside a tunnel, in a framing of OURS: the frames, and the sans-io multiplexer of both sides."""

from wire.relay.endpoint import (
    MOST_STREAMS,
    DataCame,
    EofCame,
    OpenAsked,
    Opened,
    RelayEndpoint,
    RelayEvent,
    ResetCame,
    WindowGrew,
)
from wire.relay.frames import (
    MAGIC,
    RELAY_HEADER,
    WINDOW,
    Frame,
    FrameKind,
    ResetReason,
    is_relay_frame,
    pull_frame_untrusted,
    push_frame,
)

__all__ = [
    "MAGIC",
    "MOST_STREAMS",
    "RELAY_HEADER",
    "WINDOW",
    "DataCame",
    "EofCame",
    "Frame",
    "FrameKind",
    "OpenAsked",
    "Opened",
    "RelayEndpoint",
    "RelayEvent",
    "ResetCame",
    "ResetReason",
    "WindowGrew",
    "is_relay_frame",
    "pull_frame_untrusted",
    "push_frame",
]
