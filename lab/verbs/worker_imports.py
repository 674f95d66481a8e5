"""What a process that plays stories needs: imported once, where all of them come from."""

import lab.verbs.show

__all__ = ["lab"]
