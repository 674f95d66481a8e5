"""The table of operations by their words, and how one is read from TOML; an old word is answered with the present one."""

from __future__ import annotations

from typing import Any

from lab.base.failures import shown
from lab.base.toml_tables import Mistake, keys_of, located, tagged
from lab.operations import bulk, capf, certificates, list_resets, names, on_phones, services
from lab.operations.operation import Operation

OPERATIONS: dict[str, type[Operation]] = {
    str(kind.__struct_config__.tag): kind
    for kind in (
        *on_phones.OPERATIONS[:3],
        *capf.OPERATIONS,
        *on_phones.OPERATIONS[3:],
        *certificates.OPERATIONS,
        *bulk.OPERATIONS,
        *list_resets.OPERATIONS,
        *services.OPERATIONS,
        *names.OPERATIONS,
    )
}
"""By word, in the order in which the documentation lists them."""

OLD_WORDS = {
    "add": "upload-certificate",
    "trust-on-server": "upload-certificate",
    "remove": "delete-certificate",
    "distrust-on-server": "delete-certificate",
    "regenerate": "regenerate-certificate",
    "regenerate-capf": "regenerate-certificate",
    "regenerate-callmanager": "regenerate-certificate",
    "regenerate-gateway": "regenerate-certificate",
    "sign-capf": "sign-certificate",
    "update-trust-lists": "update-ctl",
    "min-tls": "set-minimum-tls",
    "restart": "restart-service",
    "restart-server": "restart-service",
    "date": "wait",
    "precedence": "certificate-operation",
}
"""What each operation was called before."""

_OLD_KEYS: dict[str, dict[str, str]] = {
    "upload-certificate": {"to": "store"},
    "delete-certificate": {"from": "store"},
    "regenerate-certificate": {"what": "certificate"},
    "wait": {"at": "until", "date": "until"},
    "certificate-operation": {"to": "mode"},
    "set-minimum-tls": {"service": "cluster"},
}
"""Keys that an operation had before, by its present word; `move` had `cluster` for what is `to` now, and misses that."""


def read_operation(raw: dict[str, Any], path: str) -> Operation:
    """One table with `do`. Raises Mistake, with the place in the file and what was meant."""
    word = raw.get("do")
    if isinstance(word, str):
        if word in OLD_WORDS:
            now = OLD_WORDS[word]
            raise Mistake(f"{path}.do", f"nothing is called {shown(word)} (did you mean {shown(now)}?)")
        for old, new in _OLD_KEYS.get(word, {}).items():
            if old in raw and old not in keys_of(OPERATIONS[word]):
                raise Mistake(f"{path}.{old}", f"there is no key {shown(old)} here (did you mean {shown(new)}?)")
        if word == "move" and "cluster" in raw and "to" not in raw:
            raise Mistake(path, 'the key "to" is missing: `cluster` says where the phones are now')
    return tagged(raw, "do", tuple(OPERATIONS.values()), path)


def operation_of(raw: dict[str, Any]) -> Operation:
    """One table that stands in no file. Raises InvalidInput, with the key."""
    with located(""):
        return read_operation(raw, "")
