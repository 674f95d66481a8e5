"""What the events of a run say: journal to case."""

from lab.views.cases import cases_of
from lab.views.whole import missing_of

__all__ = ["cases_of", "missing_of"]
