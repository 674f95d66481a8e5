"""One step of each operation, as TOML, with what must come before it; and a story with phones and servers for all of them."""

from __future__ import annotations

CAST = """
title = "Every operation"
[clusters.hq]
[clusters.branch]
[radius.ise]
trusts = ["CAPF of hq", "Cisco Manufacturing CA SHA2", "Cisco Root CA M2", "Cisco Manufacturing CA", "Cisco Root CA 2048"]
[vpn.asa]
trusts = ["CAPF of hq"]
[phones.lobby]
model = "7965"
cluster = "hq"
lsc = "hq"
[phones.desk]
model = "8861"
cluster = "hq"
profile = "Encrypted"
lsc = "hq"
dot1x = "ise"
[phones.home]
model = "8861"
cluster = "hq"
lsc = "hq"
vpn = "asa"
"""
STRING = 'phone = "lobby"\noperation = "Install/Upgrade"\nmode = "By Authentication String"\nstring = "1234"'
EXAMPLES: dict[str, tuple[str, ...]] = {
    "boot": ('phones = ["l*", "SEP001A2F000002"]',),
    "power-off": ('models = ["7965"]',),
    "set-profile": ('phone = "lobby"\nprofile = "Encrypted"',),
    "certificate-operation": ('phone = "lobby"\noperation = "Install/Upgrade"',),
    "install-lsc": ('phone = "lobby"',),
    "delete-lsc": ('phone = "lobby"',),
    "delete-lsc-on-phone": ('cluster = "hq"\nmodels = ["8861"]',),
    "type-authentication-string": (
        f'do = "certificate-operation"\n{STRING}',
        'do = "reset"\nphone = "lobby"',
        'phone = "lobby"\nstring = "1234"',
    ),
    "reset": ('kind = "restart"',),
    "reset-on-phone": ("",),
    "delete-trust-list-on-phone": ('phone = "lobby"\nby = "security reset"',),
    "factory-reset": ('phone = "lobby"',),
    "open-directory": ('phone = "lobby"',),
    "move": ('phone = "lobby"\nto = "branch"\nprofile = "Authenticated"',),
    "set-switch-port": ('mode = "force-authorized"',),
    "device-authentication": ("enabled = false",),
    "switch-vpn": ("enabled = false",),
    "upload-certificate": ('cluster = "hq"\nstore = "CallManager-trust"\ncertificate = "CAPF of branch"',),
    "delete-certificate": ('server = "ise"\ncertificate = "CAPF of hq"',),
    "default-ca-list": ('cluster = "hq"\nchange = "disable"\ncertificate = "Cisco Manufacturing CA"',),
    "regenerate-certificate": ('certificate = "CAPF of hq"',),
    "sign-certificate": (
        'do = "upload-certificate"\ncluster = "hq"\nstore = "CAPF-trust"\ncertificate = "company root"',
        'cluster = "hq"',
    ),
    "update-ctl": ('cluster = "hq"',),
    "bulk-export": ('cluster = "hq"\ntype = "tftp"',),
    "bulk-consolidate": ('do = "bulk-export"\ncluster = "hq"', 'cluster = "branch"'),
    "bulk-import": (
        'do = "bulk-export"\ncluster = "hq"',
        'do = "bulk-consolidate"\ncluster = "hq"',
        'cluster = "branch"',
    ),
    "set-tftp-server": ('phone = "lobby"\nto = "branch/branch-pub"\nby = "hand"',),
    "reset-itl": ('cluster = "hq"\nkey = "localkey"',),
    "reset-ctl": ('cluster = "hq"',),
    "delete-ctl-file": ('cluster = "hq"',),
    "update-vpn-group": ('server = "asa"',),
    "restart-service": ('server = "ise"',),
    "stop-service": ('cluster = "hq"\nservice = "Cisco CallManager"',),
    "start-service": (
        'do = "stop-service"\ncluster = "branch"\nservice = "Cisco Tftp"',
        'cluster = "branch"\nservice = "Cisco Tftp"',
    ),
    "set-cluster-mode": ('cluster = "branch"\nmode = "non-secure"',),
    "set-parameter": ('cluster = "hq"\nname = "TFTP File Signature Algorithm"\nvalue = "SHA-512"',),
    "set-minimum-tls": ('cluster = "hq"\nversion = "1.2"',),
    "set-host-name": ('cluster = "hq"\nname = "hq-cucm"',),
    "set-domain": ('cluster = "hq"\ndomain = "voice.example.com"',),
    "set-address": ('cluster = "branch"\nby = "administration"',),
    "backup-keys": ('cluster = "hq"\nname = "before"',),
    "restore-keys": ('do = "backup-keys"\ncluster = "hq"', 'cluster = "hq"'),
    "wait": ("until = 2026-12-24",),
}
"""By word: steps before it, each with its `do`, and last the keys of the operation itself."""


def steps(word: str) -> str:
    """The steps of an example."""
    *before, keys = EXAMPLES[word]
    return "".join(f"[[steps]]\n{step}\n" for step in (*before, f'do = "{word}"\n{keys}'))
