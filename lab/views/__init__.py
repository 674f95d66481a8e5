"""What the events of a run say: journal to case."""

from lab.views.cases import cases_of

__all__ = ["cases_of"]
