"""What a process that plays stories needs: imported once, where all of them come from."""

import trio.testing

import lab.verbs.show

__all__ = ["lab", "trio"]
