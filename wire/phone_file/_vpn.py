"""`vpnGroup` as elements of the phone's file, both ways. Source: usecallmanager.nz."""

from __future__ import annotations

import base64
import binascii

from wire.errors import ProtocolError
from wire.phone_file._fields import make, pull_choice, pull_number, pull_switch, pull_text, push
from wire.phone_file._vpn_group import HASH_OCTETS, MOST_HASHES, MOST_URLS, VpnAuthMethod, VpnGroup
from wire.xml_tree import Element

_SHA1 = 0
"""The only `hashAlg` that any file was seen with."""


def pull_vpn_group(group: Element) -> VpnGroup | None:
    """None for a group without an address: a phone without VPN may well be sent the empty element (ours).

    Raises ProtocolError for a value out of its range.
    """
    addresses = group.one("addresses") or Element("addresses", {})
    credentials = group.one("credentials") or Element("credentials", {})
    urls = tuple(url for number in range(1, MOST_URLS + 1) if (url := pull_text(addresses, f"url{number}")))
    if not urls:
        return None
    if (algorithm := pull_number(credentials, "hashAlg", _SHA1)) != _SHA1:
        raise ProtocolError(f"hashAlg is 0, not {algorithm}")
    return make(
        lambda: VpnGroup(
            urls=urls,
            cert_hashes=tuple(_pull_hashes(credentials)),
            mtu=pull_number(group, "mtu", 1290),
            fail_connect_time=pull_number(group, "failConnectTime", 30),
            auth_method=pull_choice(
                group, "authMethod", {each.value: each for each in VpnAuthMethod}, VpnAuthMethod.CERTIFICATE
            ),
            pswd_persistent=pull_switch(group, "pswdPersistent"),
            auto_net_detect=pull_switch(group, "autoNetDetect"),
            enable_host_id_check=pull_switch(group, "enableHostIDCheck", default=True),
        )
    )


def push_vpn_group(lines: list[str], depth: int, group: VpnGroup) -> None:
    pad = " " * depth
    lines.append(f"{pad}<vpnGroup>")
    push(lines, depth + 1, "mtu", group.mtu)
    push(lines, depth + 1, "failConnectTime", group.fail_connect_time)
    push(lines, depth + 1, "authMethod", int(group.auth_method))
    push(lines, depth + 1, "pswdPersistent", int(group.pswd_persistent))
    push(lines, depth + 1, "autoNetDetect", int(group.auto_net_detect))
    push(lines, depth + 1, "enableHostIDCheck", int(group.enable_host_id_check))
    lines.append(f"{pad} <addresses>")
    for number, url in enumerate(group.urls, 1):
        push(lines, depth + 2, f"url{number}", url)
    lines.extend((f"{pad} </addresses>", f"{pad} <credentials>"))
    push(lines, depth + 2, "hashAlg", _SHA1)
    for number, digest in enumerate(group.cert_hashes, 1):
        push(lines, depth + 2, f"certHash{number}", base64.b64encode(digest).decode())
    lines.extend((f"{pad} </credentials>", f"{pad}</vpnGroup>"))


def _pull_hashes(credentials: Element) -> list[bytes]:
    found = []
    for number in range(1, MOST_HASHES + 1):
        name = f"certHash{number}"
        text = pull_text(credentials, name)
        if not text:
            continue
        try:
            digest = base64.b64decode(text.encode("ascii"), validate=True)
        except (binascii.Error, UnicodeEncodeError):
            digest = b""
        if len(digest) != HASH_OCTETS:
            raise ProtocolError(f"{name} is not {HASH_OCTETS} octets in base64")
        found.append(digest)
    return found
