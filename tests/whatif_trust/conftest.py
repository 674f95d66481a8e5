"""Plans on small networks whose phones hold real lists, and what phones make of lists, files and servers after each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cisco_data import ServiceKind
from lab.fleet.model import Fleet, FleetPhone
from lab.operations import steps as st
from lab.operations.effects import apply_all
from lab.play.building import make_keys
from lab.scenario.file import parse
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.impact_report import ServiceAccess
from lab.whatif.initial_fleet import initial_fleet
from lab.whatif.judge import Judge
from lab.whatif.plan_file import parse_plan
from lab.whatif.plan_steps import steps_of_plan
from pki import KeyPool

TVS, TFTP, CM = "Cisco Trust Verification Service", "Cisco Tftp", "Cisco CallManager"
SAST_AT_HQ = 'do = "upload-certificate"\ncluster = "hq"\nstore = "Phone-SAST-trust"\ncertificate = '
POOL = KeyPool()


def cluster(
    release: str = "12.5SU3", *, mixed: bool = True, nodes: Sequence[str] = (), name: str = "hq", group: str = ""
) -> str:
    mode = "mixed" if mixed else "non-secure"
    made = f'[clusters.{name}]\nrelease = "{release}"\nmode = "{mode}"\n{group}\n'
    return made + "".join(f"[clusters.{name}.nodes.{node}]\n" for node in nodes)


def phone(name: str = "p", model: str = "8861", profile: str = "Encrypted", cluster: str = "hq") -> str:
    return f'[phones.{name}]\nmodel = "{model}"\ncluster = "{cluster}"\nprofile = "{profile}"\n'


def restart(service: str, node: str = "", cluster: str = "hq", word: str = "restart") -> str:
    at = f'\nnode = "{node}"' if node else ""
    return f'do = "{word}-service"\ncluster = "{cluster}"\nservice = "{service}"{at}'


def regenerate(unit: str, node: str = "", cluster: str = "hq") -> str:
    at = f'\nnode = "{node}"' if node else ""
    return f'do = "regenerate-certificate"\ncertificate = "{unit} of {cluster}"{at}'


UPDATE_CTL, RESET = 'do = "update-ctl"\ncluster = "hq"', 'do = "reset"'


def half_an_hour(seconds: int = 1800) -> str:
    return f'do = "wait"\nseconds = {seconds}'


class World:
    """A network, and plans on it."""

    def __init__(self, *tables: str, off: bool = False) -> None:
        text = 'title = "t"\n' + "\n".join(tables) + '\n[[steps]]\ndo = "boot"\n'
        scenario = parse(text, "t.toml", "t")
        self.fleet = initial_fleet(scenario, make_keys(scenario, POOL))
        self.keys = make_keys(scenario, POOL)
        self.factory = CredentialFactory(self.fleet, self.keys)
        if off:
            self.fleet = replace(self.fleet, phones=tuple(replace(one, offline=True) for one in self.fleet.phones))

    def after(self, *steps: str) -> Fleet:
        """The fleet when all of the plan is done."""
        return apply_all(self.fleet, self.steps(*steps), self.factory)

    def steps(self, *steps: str) -> tuple[st.Step, ...]:
        """What the plan means here."""
        if not steps:
            return ()
        plan = parse_plan("".join(f"[[steps]]\n{step}\n" for step in steps), Path("plan.toml"))
        return steps_of_plan(self.fleet, self.factory, plan)[0]

    def met(self, fleet: Fleet, kind: ServiceKind, name: str = "") -> ServiceAccess:
        """What becomes of a phone at its service of that kind; of the only one where none is named."""
        judge = Judge(self.factory)
        self.factory.learn(fleet)
        found = judge.reach(fleet, self.phone(fleet, name))
        return next(each.access for each in found if each.server.kind is kind)

    def phone(self, fleet: Fleet, name: str = "") -> FleetPhone:
        device = fleet.names[name] if name else fleet.phones[0].device_name
        return next(one for one in fleet.phones if one.device_name == device)


def trust(access: ServiceAccess) -> tuple[bool | None, str, str]:
    """Whether the phone accepts it, the file that it refuses, and why."""
    assert access.server is not None
    return access.server.accepted, access.server.file, access.server.refusal or access.server.how
