"""Why phones failed: rules over cases, each with its evidence, its cure as operations, and a command that shows the cure.

A case is data (`lab.case`): the journal of a run (`lab.views.cases_of`) or an outcome of what-if. Where no rule
fits the evidence, the evidence is shown and nothing is guessed.
"""

from lab.explain._explain import explain, explained, finding_of, rule_of
from lab.explain._explanation import UNKNOWN, Evidence, Explanation
from lab.explain._rules import RULES, Lesson
from lab.explain._ways import Way

__all__ = [
    "RULES",
    "UNKNOWN",
    "Evidence",
    "Explanation",
    "Lesson",
    "Way",
    "explain",
    "explained",
    "finding_of",
    "rule_of",
]
