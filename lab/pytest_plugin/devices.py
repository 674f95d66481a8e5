"""What tests handle: phones, clusters with their CAPF, authentication servers and gateways, each a name in its lab."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from cisco_data import STORE_OF, ServiceKind
from lab.base.failures import InvalidInput
from lab.fleet import model as fl
from lab.pytest_plugin.plainly import plainly
from lab.pytest_plugin.reply import Reply
from lab.whatif.why import issuer_of
from pki import Certificate, read

if TYPE_CHECKING:
    from lab.pytest_plugin.network import PluginLab


_OLD_METHODS = {"update_trust_lists": "update_ctl", "move_to": "move"}


class _ByName:
    """As text, the name by which changes and the command know it."""

    def __getattr__(self, name: str) -> NoReturn:
        meant = f" (did you mean {_OLD_METHODS[name]}?)" if name in _OLD_METHODS else ""
        raise AttributeError(f"a {type(self).__name__.removeprefix('Plugin')} has no {name}{meant}")

    def __repr__(self) -> str:
        return f"<{type(self).__name__.removeprefix('Plugin')} {self}>"


@dataclass(frozen=True, repr=False)
class PluginCapf(_ByName):
    """The CAPF of a cluster. As text it is the name of its certificate, `CAPF of hq`."""

    lab: PluginLab
    cluster_name: str

    @property
    def name(self) -> str:
        return f"{ServiceKind.CAPF} of {self.cluster_name}"

    @property
    def certificate(self) -> Certificate | None:
        """CAPF.pem as it is now; None in a network whose exports do not tell which it is."""
        return self.lab.fleet.capf.get(self.cluster_name)

    @property
    def common_name(self) -> str:
        """`CAPF-1a2b3c4d`; empty where it is not known."""
        return read(self.certificate).subject.cn if self.certificate is not None else ""

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, repr=False)
class PluginCluster(_ByName):
    """A cluster. As text it is its name."""

    lab: PluginLab
    name: str

    @property
    def capf(self) -> PluginCapf:
        return PluginCapf(self.lab, self.name)

    @property
    def callmanager_trust(self) -> str:
        """The name of its store, as changes and `cucm-lab whatif` take it."""
        return f"{STORE_OF[ServiceKind.CALLMANAGER]} of {self.name}"

    @property
    def capf_trust(self) -> str:
        return f"{STORE_OF[ServiceKind.CAPF]} of {self.name}"

    def update_ctl(self) -> None:
        """`utils ctl update CTLFile`: phones trust the cluster's servers as they are now, once they have read their files."""
        __tracebackhide__ = True
        self.lab.do("update-ctl", cluster=self)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, repr=False)
class EdgeServer(_ByName):
    """An 802.1X authentication server or a VPN gateway. As text it is its name, which is the name of its store too."""

    lab: PluginLab
    name: str

    def __str__(self) -> str:
        return self.name


class Radius(EdgeServer):
    """An 802.1X authentication server."""


class Gateway(EdgeServer):
    """A VPN gateway."""


@dataclass(frozen=True, repr=False)
class PluginPhone(_ByName):
    """A phone. What it is asked, it answers by a real handshake in memory, at the time of its lab."""

    lab: PluginLab
    device_name: str

    # What it is

    @property
    def model(self) -> str:
        return self._now.model

    @property
    def cluster(self) -> PluginCluster:
        """Whose TFTP it asks."""
        return PluginCluster(self.lab, self._now.cluster)

    @property
    def lsc(self) -> str:
        """Its issuer's CN; empty where it holds none."""
        return issuer_of(self._now.lsc)

    @property
    def mic(self) -> str:
        """Its issuer's CN; empty where it has none."""
        return issuer_of(self._now.mic)

    # What it is asked

    @plainly
    def registers(self, cluster: PluginCluster | str | None = None) -> Reply:
        """Whether CallManager takes it; at another cluster than its own, as if it had been moved there."""
        __tracebackhide__ = True
        return self.lab.evaluate(self, ServiceKind.CALLMANAGER, "registers with", cluster=str(cluster or ""))

    @plainly
    def known_to(self, capf: PluginCapf | PluginCluster | str | None = None, *, precedence: str = "") -> Reply:
        """Whether CAPF knows it By Existing Certificate, with the precedence on its page unless one is given: LSC, MIC."""
        __tracebackhide__ = True
        cluster = (
            capf.cluster_name
            if isinstance(capf, PluginCapf)
            else str(capf or "").removeprefix(f"{ServiceKind.CAPF} of ")
        )
        return self.lab.evaluate(self, ServiceKind.CAPF, "is known to", cluster=cluster, precedence=precedence)

    @plainly
    def authenticates(self, radius: Radius | str | None = None) -> Reply:
        """Whether an authentication server lets it into the network; its own unless another is named."""
        __tracebackhide__ = True
        return self.lab.evaluate(self, ServiceKind.DOT1X, "is let in by", server=str(radius or ""))

    @plainly
    def connects(self, gateway: Gateway | str | None = None) -> Reply:
        """Whether a VPN gateway lets it in; its own unless another is named."""
        __tracebackhide__ = True
        return self.lab.evaluate(self, ServiceKind.VPN, "is let in by", server=str(gateway or ""))

    # What is done to it

    @plainly
    def install_lsc(self) -> None:
        """Install/Upgrade: a new LSC from the CAPF of its cluster. Fails the test where the phone distrusts this CAPF."""
        __tracebackhide__ = True
        held = self._now.lsc
        self.lab.do("install-lsc", phone=self)
        if self._now.lsc is held:
            raise InvalidInput(
                f"{self} gets no LSC from {self.cluster.capf}, which it does not trust or which is not known:"
                " cluster.update_ctl() comes first where CAPF was regenerated"
            )

    def delete_lsc(self) -> None:
        """Delete: the MIC is left."""
        __tracebackhide__ = True
        self.lab.do("delete-lsc", phone=self)

    def move(self, to: PluginCluster | str) -> None:
        """Another TFTP; its LSC, CTL and ITL stay, so nothing can be told of it before `delete_trust_lists`."""
        __tracebackhide__ = True
        self.lab.do("move", phone=self, to=to)

    def delete_trust_lists(self) -> None:
        """Its user deletes CTL and ITL in its menu: it takes those of its TFTP server unchecked."""
        __tracebackhide__ = True
        self.lab.do("delete-trust-list-on-phone", phone=self)

    @property
    def _now(self) -> fl.FleetPhone:
        return self.lab.phone_now(self.device_name)

    def __str__(self) -> str:
        return self.device_name
