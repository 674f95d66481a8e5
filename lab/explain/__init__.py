"""Why phones failed, from the events of a run alone: rules over codes, each with its evidence, its cure and a command.

`_failures` finds what failed, `_tls`, `_registration` and `_capf` say why; the rules for certificates are in `_issuer_rules` and
`_certificate_rules`. Where no rule fits the evidence, the evidence is shown and nothing is guessed.
"""

from lab.explain._explanation import UNKNOWN, Evidence, Explanation
from lab.explain._failures import explain

__all__ = ["UNKNOWN", "Evidence", "Explanation", "explain"]
