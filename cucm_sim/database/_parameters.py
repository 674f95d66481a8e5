"""Table processconfig: enterprise parameters, and CallManager's service parameters.

No source lists the names under which CUCM keeps what `ServiceParameters` holds, nor those of TFTP File Signature Algorithm, Phone
Interaction on Certificate Update and Prepare Cluster for Rollback to pre-8.0, so they are assumed: their own names, in CUCM's way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from enum import Enum
from typing import Any, TypeVar

from cisco_data import ClusterSecurityMode, ServiceName
from cisco_data.enterprise_parameters import AUTOMATIC, MANUAL, OFF, ON
from cucm_sim.database._errors import DatabaseFileError
from cucm_sim.database._store import SqlStore
from cucm_sim.database._types import number_of
from cucm_sim.parameters import ServiceParameters

ENTERPRISE = number_of("typeservice", "Enterprise Wide")
CALLMANAGER = number_of("typeservice", ServiceName.CALLMANAGER)
CLUSTER_SECURITY_MODE = "ClusterSecurityMode"
FILE_SIGNATURE_ALGORITHM = "TFTPFileSignatureAlgorithm"
PHONE_INTERACTION = "PhoneInteractionOnCertificateUpdate"
ROLLBACK = "PrepareClusterForRollbackToPre80"
T = TypeVar("T")


def parameter_name(field: str) -> str:
    """`StationKeepAliveInterval` for `station_keep_alive_interval`."""
    return "".join(word.capitalize() for word in field.split("_"))


class ProcessConfig:
    """The parameters of one cluster. One that has no row has its default."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    def has(self, service: int, name: str) -> bool:
        return self._value(service, name) is not None

    @property
    def cluster_security_mode(self) -> ClusterSecurityMode:
        value = self._value(ENTERPRISE, CLUSTER_SECURITY_MODE)
        return _read(CLUSTER_SECURITY_MODE, value or "0", lambda text: list(ClusterSecurityMode)[int(text)])

    @cluster_security_mode.setter
    def cluster_security_mode(self, mode: ClusterSecurityMode) -> None:
        self._save(ENTERPRISE, CLUSTER_SECURITY_MODE, str(mode.number))

    @property
    def file_signature_algorithm(self) -> str:
        value = self._value(ENTERPRISE, FILE_SIGNATURE_ALGORITHM)
        return _read(FILE_SIGNATURE_ALGORITHM, value or "SHA-1", {"SHA-1": "SHA-1", "SHA-512": "SHA-512"}.__getitem__)

    @file_signature_algorithm.setter
    def file_signature_algorithm(self, algorithm: str) -> None:
        self._save(ENTERPRISE, FILE_SIGNATURE_ALGORITHM, algorithm)

    @property
    def phone_interaction(self) -> str:
        value = self._value(ENTERPRISE, PHONE_INTERACTION)
        return _read(PHONE_INTERACTION, value or AUTOMATIC, {each: each for each in (AUTOMATIC, MANUAL)}.__getitem__)

    @phone_interaction.setter
    def phone_interaction(self, interaction: str) -> None:
        self._save(ENTERPRISE, PHONE_INTERACTION, interaction)

    @property
    def rollback(self) -> bool:
        return _read(ROLLBACK, self._value(ENTERPRISE, ROLLBACK) or OFF, {OFF: False, ON: True}.__getitem__)

    @rollback.setter
    def rollback(self, on: bool) -> None:
        self._save(ENTERPRISE, ROLLBACK, ON if on else OFF)

    @property
    def service_parameters(self) -> ServiceParameters:
        held, found = self._held(), dict[str, Any]()
        for field in fields(ServiceParameters):
            name = parameter_name(field.name)
            if name in held:
                found[field.name] = _read(name, held[name], reader_of(field))
        return ServiceParameters(**found)

    @service_parameters.setter
    def service_parameters(self, parameters: ServiceParameters) -> None:
        with self._store.transaction():
            held = self._held()
            for field in fields(ServiceParameters):
                name, value = parameter_name(field.name), written(getattr(parameters, field.name))
                if held.get(name) != value:
                    self._save(CALLMANAGER, name, value)

    def _held(self) -> dict[str, str]:
        """CallManager's parameters that have a row."""
        rows = self._store.rows("SELECT paramname, paramvalue FROM processconfig WHERE tkservice = ?", (CALLMANAGER,))
        return {str(name): str(value) for name, value in rows}

    def _value(self, service: int, name: str) -> str | None:
        row = self._store.row(
            "SELECT paramvalue FROM processconfig WHERE tkservice = ? AND paramname = ?", (service, name)
        )
        return str(row[0]) if row is not None else None

    def _save(self, service: int, name: str, value: str) -> None:
        with self._store.transaction():
            if not self._store.update("processconfig", {"paramvalue": value}, tkservice=service, paramname=name):
                self._store.insert("processconfig", {"tkservice": service, "paramname": name, "paramvalue": value})


def written(value: object) -> str:
    """Column paramvalue."""
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value)


def reader_of(field: Field[Any]) -> Callable[[str], Any]:
    """How the text of this parameter is read: as its default's kind."""
    assert field.default is not MISSING
    kind = type(field.default)
    if kind is bool:
        return {"t": True, "f": False}.__getitem__
    if issubclass(kind, Enum):
        return {str(member): member for member in kind}.__getitem__
    return kind


def _read(name: str, text: str, reader: Callable[[str], T]) -> T:
    try:
        return reader(text)
    except (KeyError, ValueError):
        raise DatabaseFileError(f"The parameter {name} cannot be {text!r}.") from None
