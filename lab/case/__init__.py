"""The one kind of case that rules reason on: one attempt of one phone at one service that failed, or a phone that waits.

Data only. It is built from the journal of a run (`lab.views`) and from an outcome of what-if (`lab.whatif.outcome_case`), and
`lab.explain` says the cause and the cure.
"""

from cisco_data import ServiceKind
from lab.base.acts import ActKind
from lab.case.history import CaseAct, Ref
from lab.case.model import (
    AskedTvs,
    Basis,
    Case,
    FailedOperation,
    Held,
    Noted,
    NotedKind,
    PhoneFacts,
    Problem,
    RefusedByTls,
    RefusedByTrust,
    RejectedByService,
    ServiceFacts,
    Shown,
    Subject,
    Trusted,
    Vouched,
)
from lab.case.names import Name, cn

__all__ = [
    "ActKind",
    "AskedTvs",
    "Basis",
    "Case",
    "CaseAct",
    "FailedOperation",
    "Held",
    "Name",
    "Noted",
    "NotedKind",
    "PhoneFacts",
    "Problem",
    "Ref",
    "RefusedByTls",
    "RefusedByTrust",
    "RejectedByService",
    "ServiceFacts",
    "ServiceKind",
    "Shown",
    "Subject",
    "Trusted",
    "Vouched",
    "cn",
]
