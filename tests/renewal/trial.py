"""A procedure tried by what-if alone on a small network, and what is seen of it: who is refused after which step, and what is left.

Nothing is played. One judge and one factory serve all trials of a network, so that a handshake is made once for all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from cisco_data import CertificateUnit, ClusterSecurityMode, ServiceKind
from lab.base.language import ENGLISH
from lab.fleet.model import Fleet, FleetPhone
from lab.operations import steps as st
from lab.operations.effects import apply
from lab.operations.table import OPERATIONS, read_operation
from lab.play.building import make_keys
from lab.scenario.file import parse
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.evaluate import ChangeRequest, evaluate
from lab.whatif.https_services import https_services
from lab.whatif.impact_report import ImpactReport, ServiceAccess
from lab.whatif.initial_fleet import initial_fleet
from lab.whatif.judge import Judge
from lab.whatif.locked import locked
from lab.whatif.plan_file import Plan
from lab.whatif.plan_steps import steps_of_plan
from lab.whatif.trust.held import held_lists
from lab.whatif.trust.tvs import TvsAnswers
from lab.whatif.unjudged import unjudged
from lab.whatif.work import Work
from phone_sim.trust.signed import Taking
from phone_sim.trust.tvs_answer import TrustRefusal
from pki import KeyPool, KeyRing
from tests.renewal.steps import Steps
from wire.certificate_id import CertificateId

_POOL = KeyPool()
_PHONES = {
    "lobby": 'model = "8861"\nprofile = "Encrypted"\nlsc = "hq"\n',
    "office": 'model = "7965"\nprofile = "Encrypted"\nlsc = "hq"\n',
    "hall": 'model = "7965"\nprofile = "Non Secure"\n',
}
"""SIP and SCCP, with a TLS profile and without."""
_EDGE = '[radius.RADIUS]\ntrusts = ["CAPF of hq"]\n[vpn.VPN]\ntrusts = ["CAPF of hq"]\n'


@dataclass(frozen=True, slots=True)
class Network:
    release: str
    mode: ClusterSecurityMode
    nodes: int = 1
    edge: bool = False
    ctl_only: bool = False
    """With a phone besides that knows neither ITL nor TVS."""
    off: bool = False
    """Whether all phones are off from the beginning until the last step is done."""

    @property
    def text(self) -> str:
        """A scenario. Upgraded, so that its older phones still speak the TLS version of its services."""
        cluster = f'[clusters.hq]\nmode = "{self.mode}"\nrelease = "{self.release}"\nupgraded = true\n'
        nodes = "".join(
            f"[clusters.hq.nodes.{name}]\n" for name in ("pub", "sub")[: self.nodes if self.nodes > 1 else 0]
        )
        phones = dict(_PHONES)
        if self.edge:
            del phones["office"]
            phones["lobby"] += 'dot1x = "RADIUS"\n'
            phones["home"] = 'model = "8861"\nprofile = "Encrypted"\nlsc = "hq"\nvpn = "VPN"\n'
        if self.ctl_only:
            phones["fax"] = 'model = "7940"\nprofile = "Encrypted"\nlsc = "hq"\n'
        told = "".join(f'[phones.{name}]\ncluster = "hq"\n{keys}' for name, keys in phones.items())
        return f'title = "A network"\n{cluster}{nodes}{_EDGE if self.edge else ""}{told}[[steps]]\ndo = "boot"\n'


@dataclass(frozen=True, slots=True)
class Seen:
    """What a plan does to phones that lacked nothing before it."""

    on_the_way: frozenset[str]
    """Service and refusal, after any step of it."""
    at_end: frozenset[str]
    """The same when all is done."""
    by_tvs: bool
    """Whether a phone took lists or files at any time because TVS answered for the signer."""
    former_lists: bool
    """Whether a phone that was on holds other lists in the end than it would take now."""
    tvs_refused: bool
    """Whether a phone refuses the certificate of TVS in the end."""
    spare_unknown: bool
    """Whether a phone's lists lack the ITLRecovery of now in the end, as far as there is one."""
    not_judged: bool
    """Whether something is left that what-if says it cannot judge."""
    by_hand: bool
    """Whether lists must be deleted on a phone."""

    @property
    def safe(self) -> bool:
        return not (self.on_the_way or self.at_end or self.not_judged or self.by_hand)

    def __str__(self) -> str:
        parts = [f"lost at the end: {', '.join(sorted(self.at_end))}"] if self.at_end else []
        passing = self.on_the_way - self.at_end
        parts += [f"lost on the way: {', '.join(sorted(passing))}"] if passing else []
        flags = {
            "by TVS": self.by_tvs,
            "former lists": self.former_lists,
            "TVS refused": self.tvs_refused,
            "spare unknown": self.spare_unknown,
            "not all judged": self.not_judged,
            "delete by hand": self.by_hand,
        }
        parts += [name for name, is_so in flags.items() if is_so]
        return "; ".join(["safe"] * self.safe + parts)


class Trial:
    """Of plans on one network."""

    def __init__(self, network: Network) -> None:
        scenario = parse(network.text, "network.toml", "network")
        self.keys: KeyRing = make_keys(scenario, _POOL)
        fleet = initial_fleet(scenario, self.keys)
        self.fleet = replace(fleet, phones=tuple(replace(phone, offline=network.off) for phone in fleet.phones))
        self._factory = CredentialFactory(self.fleet, self.keys)
        self._judge = Judge(self._factory)

    def steps(self, steps: Steps) -> tuple[st.Step, ...]:
        """What a plan of these tables means here."""
        operations = tuple(read_operation(dict(step), f"steps[{n}]") for n, step in enumerate(steps, 1))
        return steps_of_plan(self.fleet, self._factory, Plan(Path("plan.toml"), "", operations))[0]

    def report(self, steps: Steps) -> ImpactReport:
        """As the command `whatif` makes it."""
        request = ChangeRequest(self.fleet, self.steps(steps), "network")
        return evaluate(request, self.keys, factory=self._factory, propose=False)

    def seen(self, steps: Steps) -> Seen:
        fleet = self.fleet
        assert not self._refused(fleet, everyone=True)[0]
        on_the_way: set[str] = set()
        by_tvs = False
        plan = self.steps(steps)
        for step, over in st.in_one_moment(plan):
            fleet = apply(fleet, step, self._factory)
            refused, vouched = self._refused(fleet)
            on_the_way |= refused if over else set()
            by_tvs |= vouched
        at_end, vouched = self._refused(fleet, everyone=True)
        started = {phone.device_name: self._factory.trust.started(fleet, phone) for phone in fleet.phones}
        there = [started[phone.device_name] if phone.offline else phone for phone in fleet.phones]
        return Seen(
            frozenset(on_the_way),
            frozenset(at_end),
            by_tvs or vouched,
            any(started[phone.device_name].lists != phone.lists for phone in there),
            any(self._tvs_refused(fleet, phone) for phone in there),
            any(_spare_unknown(fleet, phone) for phone in there),
            bool(
                unjudged(plan, fleet, ENGLISH) or [*https_services(self.fleet, fleet, self._factory.trust, {}, ENGLISH)]
            ),
            bool(at_end and locked(Work(self.fleet, self._judge, ENGLISH, {}), plan)),
        )

    def _refused(self, fleet: Fleet, *, everyone: bool = False) -> tuple[set[str], bool]:
        """Each service and why phones are not up there; and whether TVS has answered for the signer of a file or list.

        Args:
            everyone: also phones that are off, as they would come back.
        """
        self._factory.learn(fleet)
        refused, by_tvs = set(), False
        for phone in fleet.phones:
            if phone.offline and not everyone:
                continue
            for server, access, _ in self._judge.reach(fleet, phone):
                if not access.accepted:
                    refused.add(f"{server.kind} {_why(access)}")
                elif server.kind is ServiceKind.TFTP and access.server is not None:
                    by_tvs |= access.server.how == Taking.BY_TVS
        return refused, by_tvs

    def _tvs_refused(self, fleet: Fleet, phone: FleetPhone) -> bool:
        """Asked about a certificate that no database holds, so that a TVS which the phone accepts knows nothing of it."""
        nothing = CertificateId("CN=nothing", "CN=nothing", 1)
        return TvsAnswers().about_signer(fleet, phone, nothing) is TrustRefusal.TVS_UNTRUSTED


def _why(access: ServiceAccess) -> str:
    """Codes only."""
    if access.outcome is None:
        return f"cannot tell: {access.not_told}"
    if access.server is not None and access.server.accepted is False:
        return f"{access.server.file} {TrustRefusal(access.server.refusal).name}".strip()
    outcome = access.outcome
    return " ".join(filter(None, (outcome.reason, outcome.cause, outcome.kind)))


def _spare_unknown(fleet: Fleet, phone: FleetPhone) -> bool:
    records = [record.certificate for record in held_lists(phone).list_signers]
    own = [node.own.get(CertificateUnit.ITL_RECOVERY) for node in fleet.trust["hq"].nodes]
    return any(each is not None and each.public_bytes(Encoding.DER) not in records for each in own)


@cache
def trial(network: Network) -> Trial:
    return Trial(network)


def not_yet(steps: Sequence[Mapping[str, object]]) -> set[object]:
    """Words of a plan that no operation has."""
    return {step["do"] for step in steps} - set(OPERATIONS)
