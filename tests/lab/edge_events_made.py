"""Events of a run that nobody played: each with its number, for explanations of what no story shows."""

from __future__ import annotations

from typing import Any, TypeVar

from capf_sim.events import CapfStarted
from cucm_sim.events import PhoneAdded
from edge_sim.authentication_server.events import AuthenticationFailed, AuthenticationServerStarted
from edge_sim.authentication_server.failure_reasons import FailureReason
from edge_sim.authenticator.events import PortStateChanged
from edge_sim.vpn_gateway.events import HeldName, VpnGatewayStarted
from journal import Actor, Event
from phone_sim.boot import State, Trigger
from phone_sim.events import CertificateChosen, PhoneStarted, StateChanged
from phone_sim.supplicant.events import Dot1xFailed
from pki import NO_NAME, DistinguishedName
from tests.made_names import named

E = TypeVar("E", bound=Event)
PHONE, ISE, ASA, SWITCH = "SEP001A2F000001", "ise/radius", "asa/vpn", "switch"
EAP = "00-1A-2F-00-00-01>802.1X"
TLS = "127.0.0.9:40000>127.0.0.2:443"
PORT = "GigabitEthernet1/0/1"
OLD, NEW, MAKER, ROOT = (
    named(O="One", CN="CAPF-old"),
    named(O="One", CN="CAPF-new"),
    named(O="Cisco", CN="Maker"),
    named(O="Cisco", CN="Root"),
)
URL = "https://asa.example.com/phones"


class Made(list[Event]):
    """A run as it grows."""

    def add(self, kind: type[E], actor: str, connection: str = "", cause: Event | None = None, /, **fields: Any) -> E:
        about = {"seq": len(self) + 1, "actor": Actor(actor), "connection": connection}
        event = kind(**about, cause=cause.seq if cause is not None else 0, **fields)
        self.append(event)
        return event

    def phone(self, *, cluster: str = "one") -> None:
        """It is known to a cluster, and switched on."""
        self.add(PhoneAdded, f"{cluster}/administration", device_name=PHONE, model="7965", profile="x")
        self.add(PhoneStarted, PHONE, device_name=PHONE, model="7965", load="x", mic_issuer=named(CN="Maker"))

    def step(self, state: State, trigger: Trigger, to: State) -> StateChanged:
        return self.add(StateChanged, PHONE, state=state.value, trigger=trigger.value, next_state=to.value)

    def capf(self, cluster: str, *trusted: DistinguishedName) -> None:
        self.add(CapfStarted, f"{cluster}/capf", address="127.0.0.1", port=3804, trusted=trusted)

    def server(self, *trusted: DistinguishedName) -> AuthenticationServerStarted:
        return self.add(
            AuthenticationServerStarted,
            ISE,
            address="127.0.0.3",
            port=1812,
            minimum_tls_version="TLSv1.2",
            maximum_tls_version="TLSv1.3",
            check_crl=False,
            network_devices=("switch",),
            trusted=trusted,
        )

    def gateway(self, *trusted: DistinguishedName) -> VpnGatewayStarted:
        named = tuple(HeldName("point", subject) for subject in trusted)
        return self.add(VpnGatewayStarted, ASA, address="127.0.0.2", port=443, trusted=named, tunnel_groups=())

    def chosen(
        self, kind: str, issuer: DistinguishedName, connection: str, service: str = "802.1X"
    ) -> CertificateChosen:
        return self.add(
            CertificateChosen,
            PHONE,
            connection,
            service=service,
            kind=kind,
            tls_version="TLSv1",
            ciphers="AES256-SHA",
            subject=named(CN=f"CP-7965G-{PHONE}"),
            issuer=issuer,
            serial_number="1",
            octets=800,
        )

    def asked(self) -> None:
        """The switch has taken the phone to the server."""
        self.port_step("authenticating")

    def port_step(self, to: str, cause: Event | None = None) -> PortStateChanged:
        fields = {"port": PORT, "state": "connecting", "event_name": "x", "next_state": to}
        return self.add(PortStateChanged, SWITCH, EAP, cause, **fields)

    def rejected(self, reason: FailureReason, **fields: Any) -> AuthenticationFailed:
        empty: dict[str, Any] = {
            "session": 1,
            "identity": f"CP-7965G-{PHONE}",
            "calling_station_id": "00-1A-2F-00-00-01",
            "network_device": "switch",
            "nas_address": "127.0.0.4",
            "nas_port": 1,
            "verify_code": -1,
            "depth": -1,
            "alert": -1,
            "alert_direction": "",
            "tls_version": "TLSv1.2",
            "certificate_subject": NO_NAME,
            "certificate_issuer": NO_NAME,
            "certificate_serial_number": "",
            "expected": "",
            "received": "",
            "problem": "",
        }
        return self.add(
            AuthenticationFailed,
            ISE,
            EAP,
            failure_code=int(reason),
            failure_name=reason.name,
            **empty | fields,
        )

    def eap_failure(self, kind: str = "LSC", **fields: Any) -> Dot1xFailed:
        return self.add(Dot1xFailed, PHONE, EAP, kind=kind, issuer=named(CN="CAPF-old"), **fields)
