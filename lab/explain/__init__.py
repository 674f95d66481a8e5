"""Why phones failed, from the events of a run alone: rules over codes, each with its evidence, its cure and a command.

`_failures` finds what failed; `_tls`, `_registration`, `_capf` and `_waiting` say why, in keys of the catalogues; `_chain` walks
from the failure back to what led to it. Where no rule fits the evidence, the evidence is shown and nothing is guessed.
"""

from lab.explain._explanation import UNKNOWN, Evidence, Explanation
from lab.explain._failures import explain
from lab.explain._rules import RULES, Lesson

__all__ = ["RULES", "UNKNOWN", "Evidence", "Explanation", "Lesson", "explain"]
