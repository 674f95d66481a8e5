"""Table device: the phones of a cluster, with their CAPF fields."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from cisco_data import CertificateOperation
from cisco_data.models import model_name, model_number
from cucm_sim.database._errors import NotSavedError
from cucm_sim.database._profiles import COLUMNS as PROFILE_COLUMNS
from cucm_sim.database._profiles import SecurityProfiles, capf_choices, capf_numbers, profile_of
from cucm_sim.database._rows import CapfInformation, Device, InstalledLsc, PhoneSecurityProfile
from cucm_sim.database._store import Row, Store, Value
from cucm_sim.database._types import TYPE_TABLES, name_of, number_of

_PROFILE_WIDTH = PROFILE_COLUMNS.count(",") + 1
_SELECT = f"""SELECT {PROFILE_COLUMNS}, device.name, device.tkmodel, device.description,
 coalesce(device.tkauthenticationmode, securityprofile.tkauthenticationmode),
 coalesce(device.tkkeyorder, securityprofile.tkkeyorder),
 coalesce(device.tkkeysize, securityprofile.tkkeysize),
 coalesce(device.tkeckeysize, securityprofile.tkeckeysize),
 device.authenticationstring, device.tkcertificateoperation, device.tkcertificatestatus, device.upgradefinishtime,
 device.publickey, device.ecpublickeycurve, device.lscvaliduntil, device.lscissuername, device.lscissuervaliduntil
 FROM device JOIN securityprofile ON securityprofile.pkid = device.fksecurityprofile"""

_OPERATIONS = {number_of("typecertificateoperation", operation): operation for operation in CertificateOperation}


class Devices:
    """The devices of one cluster by name."""

    def __init__(self, store: Store, profiles: SecurityProfiles) -> None:
        self._store = store
        self._profiles = profiles

    def get(self, name: str) -> Device | None:
        """None also for what can be no name: this may come from an unknown client."""
        if not name.isprintable():
            return None
        row = self._store.row(f"{_SELECT} WHERE device.name = ?", (name,))
        return _device_of(row) if row is not None else None

    def __iter__(self) -> Iterator[Device]:
        """In the order in which they were added, as they are now."""
        return iter([_device_of(row) for row in self._store.rows(f"{_SELECT} ORDER BY device.rowid")])

    def add(self, device: Device) -> None:
        """Raises NotSavedError where a device of this name exists, and for what a row cannot hold."""
        with self._store.transaction():
            if self.get(device.name) is not None:
                raise NotSavedError(f"There is a device {device.name} already.")
            if not device.name or not device.name.isprintable():
                raise NotSavedError(f"{device.name!r} is no device name.")
            self._store.insert("device", {"name": device.name, **self._columns(device)})

    def save(self, device: Device) -> None:
        """Change all of the row. Raises KeyError where there is no such device, NotSavedError as `add` does."""
        with self._store.transaction():
            if not self._store.update("device", self._columns(device), name=device.name):
                raise KeyError(device.name)

    def remove(self, name: str) -> None:
        """Raises KeyError where there is no such device."""
        if not self._store.change("DELETE FROM device WHERE name = ?", (name,)):
            raise KeyError(name)

    def _columns(self, device: Device) -> dict[str, Value]:
        model = model_number(device.model)
        if model is None:
            raise NotSavedError(f"{device.model!r} is no phone model that this cluster knows.")
        if not (device.description + device.capf.authentication_string).isprintable():
            raise NotSavedError("A device's description and authentication string have printable characters only.")
        return {
            "description": device.description,
            "tkmodel": model,
            "fksecurityprofile": self._profiles.pkid_for(device.profile),
            **_page_columns(device.capf, device.profile),
            **_lsc_columns(device.capf.lsc),
        }


def _page_columns(capf: CapfInformation, profile: PhoneSecurityProfile) -> dict[str, Value]:
    """What the page shows; NULL for what it shows because the profile says so."""
    page = capf_numbers(capf.authentication_mode, capf.key_order, capf.rsa_key_size, capf.ec_key_size)
    theirs = capf_numbers(profile.authentication_mode, profile.key_order, profile.rsa_key_size, profile.ec_key_size)
    mode, order, rsa, ec = (own if own != others else None for own, others in zip(page, theirs, strict=True))
    status = TYPE_TABLES["typecertificatestatus"].numbers.get(capf.certificate_operation_status)
    if status is None:
        raise NotSavedError(f"{capf.certificate_operation_status!r} is no Certificate Operation Status.")
    return {
        "tkauthenticationmode": mode,
        "tkkeyorder": order,
        "tkkeysize": rsa,
        "tkeckeysize": ec,
        "authenticationstring": capf.authentication_string,
        "tkcertificateoperation": number_of("typecertificateoperation", capf.certificate_operation),
        "tkcertificatestatus": status,
        "upgradefinishtime": _finish_text(capf.operation_completes_by),
    }


def _lsc_columns(lsc: InstalledLsc | None) -> dict[str, Value]:
    if lsc is None:
        return {
            "publickey": None,
            "ecpublickeycurve": None,
            "lscvaliduntil": 0,
            "lscissuername": None,
            "lscissuervaliduntil": 0,
        }
    return {
        "publickey": lsc.public_key,
        "ecpublickeycurve": lsc.ec_curve,
        "lscvaliduntil": _seconds(lsc.valid_until),
        "lscissuername": lsc.issuer_name,
        "lscissuervaliduntil": _seconds(lsc.issuer_valid_until) if lsc.issuer_valid_until is not None else 0,
    }


def _device_of(row: Row) -> Device:
    profile = profile_of(row[:_PROFILE_WIDTH])
    name, model, description, *rest = row[_PROFILE_WIDTH:]
    mode, order, rsa, ec = capf_choices(tuple(rest[:4]))
    string, operation, status, finish, *lsc = rest[4:]
    capf = CapfInformation(
        _OPERATIONS[int(operation)],  # type: ignore[arg-type]
        mode,
        str(string),
        order,
        rsa,
        ec,
        name_of("typecertificatestatus", int(status)),  # type: ignore[arg-type]
        _finish_time(str(finish)),
        _lsc_of(*lsc),
    )
    return Device(str(name), model_name(int(model)), profile, capf, str(description))  # type: ignore[arg-type]


def _lsc_of(
    public_key: Value, curve: Value, valid_until: Value, issuer_name: Value, issuer_valid_until: Value
) -> InstalledLsc | None:
    if public_key is None:
        return None
    return InstalledLsc(
        public_key=str(public_key),
        issuer_name=str(issuer_name),
        valid_until=_moment(valid_until),
        issuer_valid_until=_moment(issuer_valid_until) if issuer_valid_until else None,
        ec_curve=int(curve) if curve is not None else None,
    )


def _finish_text(by: datetime | None) -> str:
    """`YYYY:MM:DD:HH:MM` as in column upgradefinishtime, where Cisco shows whole hours; UTC in this lab."""
    if by is None:
        return ""
    return f"{by.year:04}:{by.month:02}:{by.day:02}:{by.hour:02}:{by.minute:02}"


def _finish_time(text: str) -> datetime | None:
    if not text:
        return None
    year, month, day, hour, minute = map(int, text.split(":"))
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def _seconds(moment: datetime) -> int:
    """Unix time, whole seconds."""
    return int(moment.timestamp())


def _moment(seconds: Value) -> datetime:
    return datetime.fromtimestamp(int(seconds or 0), UTC)
