"""Table securityprofile: phone security profiles by name."""

from __future__ import annotations

from cisco_data import DEVICE_SECURITY_MODES, AuthenticationMode, DeviceSecurityMode, KeyOrder
from cucm_sim.database._errors import NotSavedError
from cucm_sim.database._rows import PhoneSecurityProfile
from cucm_sim.database._store import SqlStore, Value
from cucm_sim.database._types import TYPE_TABLES, number_of

COLUMNS = """securityprofile.name, securityprofile.tkdevicesecuritymode, securityprofile.tkauthenticationmode,
 securityprofile.tkkeyorder, securityprofile.tkkeysize, securityprofile.tkeckeysize, securityprofile.description,
 securityprofile.isstandard, securityprofile.tftpencryptedflag"""
"""What `profile_of` reads, in its order."""

MAX_NAME = 255
"""Characters. Assumed."""

_AUTHENTICATION = {number_of("typeauthenticationmode", mode): mode for mode in AuthenticationMode}
_KEY_ORDERS = {number_of("typekeyorder", order): order for order in KeyOrder}
_RSA_SIZES = {number: int(name) for number, name in TYPE_TABLES["typekeysize"].names.items()}
_EC_SIZES = {number: int(name) for number, name in TYPE_TABLES["typeeckeysize"].names.items()}


def capf_numbers(
    authentication_mode: AuthenticationMode, key_order: KeyOrder, rsa_key_size: int, ec_key_size: int
) -> tuple[int, int, int, int]:
    """tkauthenticationmode, tkkeyorder, tkkeysize, tkeckeysize. Raises NotSavedError for a size that no page offers."""
    for kind, table, size in (("RSA", "typekeysize", rsa_key_size), ("EC", "typeeckeysize", ec_key_size)):
        if str(size) not in TYPE_TABLES[table].numbers:
            offered = ", ".join(TYPE_TABLES[table].numbers)
            raise NotSavedError(f"{size} is no {kind} Key Size; there are {offered} bits.")
    return (
        number_of("typeauthenticationmode", authentication_mode),
        number_of("typekeyorder", key_order),
        number_of("typekeysize", str(rsa_key_size)),
        number_of("typeeckeysize", str(ec_key_size)),
    )


def capf_choices(numbers: tuple[Value, ...]) -> tuple[AuthenticationMode, KeyOrder, int, int]:
    """The inverse of `capf_numbers`."""
    mode, order, rsa, ec = numbers
    return _AUTHENTICATION[mode], _KEY_ORDERS[order], _RSA_SIZES[rsa], _EC_SIZES[ec]  # type: ignore[index]


def columns_of(profile: PhoneSecurityProfile) -> dict[str, Value]:
    """The row, without its pkid. Raises NotSavedError for what a row cannot hold."""
    if not profile.name.strip() or len(profile.name) > MAX_NAME or not profile.name.isprintable():
        raise NotSavedError(f"A profile's name has 1 to {MAX_NAME} printable characters.")
    if not profile.description.isprintable():
        raise NotSavedError("A profile's description has printable characters only.")
    mode, order, rsa, ec = capf_numbers(
        profile.authentication_mode, profile.key_order, profile.rsa_key_size, profile.ec_key_size
    )
    secure = profile.device_security_mode is not DeviceSecurityMode.NON_SECURE
    transport = number_of("typetransport", "TLS" if secure else "TCP")
    return {
        "name": profile.name,
        "description": profile.description,
        "tkdevicesecuritymode": profile.device_security_mode.number,
        "tktransport": transport,
        "tktransport_out": transport,
        "tkauthenticationmode": mode,
        "tkkeyorder": order,
        "tkkeysize": rsa,
        "tkeckeysize": ec,
        "isstandard": "t" if profile.is_standard else "f",
        "tftpencryptedflag": "t" if profile.tftp_encrypted_config else "f",
    }


def profile_of(row: tuple[Value, ...]) -> PhoneSecurityProfile:
    """From the columns COLUMNS."""
    name, mode, *numbers, description, standard, encrypted = row
    authentication_mode, key_order, rsa_key_size, ec_key_size = capf_choices(tuple(numbers))
    return PhoneSecurityProfile(
        str(name),
        DEVICE_SECURITY_MODES[mode],  # type: ignore[index]
        authentication_mode,
        key_order,
        rsa_key_size,
        ec_key_size,
        str(description),
        encrypted == "t",
        standard == "t",
    )


class SecurityProfiles:
    """The profiles of one cluster by name. Standard ones are there from the start and stay as they are."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    def get(self, name: str) -> PhoneSecurityProfile | None:
        if not name.isprintable():
            return None
        row = self._store.row(f"SELECT {COLUMNS} FROM securityprofile WHERE name = ?", (name,))
        return profile_of(row) if row is not None else None

    def all(self) -> tuple[PhoneSecurityProfile, ...]:
        """In order of creation."""
        return tuple(map(profile_of, self._store.rows(f"SELECT {COLUMNS} FROM securityprofile ORDER BY rowid")))

    def add(self, profile: PhoneSecurityProfile) -> None:
        """Raises NotSavedError where there is one of this name, or where it calls itself a standard one."""
        if profile.is_standard:
            raise NotSavedError("Standard profiles come with CUCM; copy one under a name of its own.")
        if self.get(profile.name) is not None:
            raise NotSavedError(f"There is a profile {profile.name!r} already.")
        self._store.insert("securityprofile", columns_of(profile))

    def pkid_for(self, profile: PhoneSecurityProfile) -> str:
        """The row that a phone with this profile refers to; made where there is none of its name.

        Raises NotSavedError where there is one of its name that says something else.
        """
        held = self.get(profile.name)
        if held is None:
            self.add(profile)
        elif held != profile:
            raise NotSavedError(f"There is a profile {profile.name!r} already, and it says something else.")
        row = self._store.row("SELECT pkid FROM securityprofile WHERE name = ?", (profile.name,))
        assert row is not None
        return str(row[0])
