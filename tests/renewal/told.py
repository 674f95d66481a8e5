"""What is told of a renewal that was not done as it should be: a harm, by whom, or why it is believed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Harm(StrEnum):
    NONE = "no phone loses anything"
    NOT_TAKEN = "phones keep the former lists until they are next reset, and lose nothing by that"
    NEEDS_TVS = "phones refuse the new lists unless a TVS that they trust knows the signer"
    TVS_REFUSED = "phones refuse TVS until they take the next ITL file"
    CALLMANAGER_REFUSED = "phones with a TLS profile refuse Cisco CallManager"
    CAPF_REFUSED = "phones refuse CAPF, and get no LSC"
    LSC_REFUSED = "phones with an LSC of the former CAPF, or of the new one, are refused by services of the cluster"
    EDGE_REFUSED = "phones are refused at their switch port or VPN gateway"
    HTTPS_REFUSED = "HTTPS services of phones show Host Not Found"
    SPARE_LOST = "phones do not know the spare key: a later reset of the lists with it does not help them"
    LOCKED = "phones trust neither the lists nor TVS: lists are signed by a key that they still know, or deleted on each phone"
    NO_ANCHOR = "phones know no signer of the CTL file: it is deleted on each phone"
    LOCKED_LATER = "phones that come back later trust neither the lists nor TVS: likewise"
    NOT_A_PLAN = "what is left names a certificate that is not there, and is refused before it begins"


@dataclass(frozen=True, slots=True)
class Told:
    harm: Harm
    source: str = ""
    """The document that names this harm; empty where none does."""
    reason: str = ""
    """Where no document names a harm: why this one, by the rules for lists, TVS and service starts."""
    doubt: str = ""
    """Where the rules for lists and TVS speak against what the document says: why."""
    verdict: Harm | None = None
    """What what-if says where it follows the doubt; None where it says the harm."""

    def __post_init__(self) -> None:
        assert bool(self.source) != bool(self.reason), self
        assert not self.doubt or self.source, self
        assert bool(self.doubt) == (self.verdict is not None), self

    @property
    def expected(self) -> Harm:
        """Of what-if."""
        return self.harm if self.verdict is None else self.verdict


def inferred(harm: Harm, reason: str) -> Told:
    return Told(harm, reason=reason)


NOTHING_NEW = inferred(Harm.NONE, "nothing is renewed: lists are made of the same certificates, by the same signer")
LAST_WAIT = inferred(Harm.NONE, "nothing follows this wait; it matters before the next certificate only")
WAIT_FOR_ALL = inferred(
    Harm.NONE, "phones that are on have taken the lists by the reset before; the wait is for phones that were off"
)
RESET_BY_ITSELF = inferred(Harm.NONE, "the release resets phones by itself after the new certificate")
NOT_RESET = inferred(
    Harm.NOT_TAKEN, "a registered phone asks for lists at a reset only, and what it holds names what it uses"
)
