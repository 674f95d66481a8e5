"""Stories that lead to a failure, as TOML: one phone `a` of cluster `new`, with whatever is around it."""

from __future__ import annotations

CALLMANAGER, CAPF, TFTP = "Cisco CallManager", "Cisco Certificate Authority Proxy Function", "Cisco Tftp"
MIC_AUTHORITIES = ("Cisco Manufacturing CA", "Cisco Root CA 2048")
"""Of a 7965."""
LSC_FIRST = "By Existing Certificate (Precedence to LSC)"
MIC_FIRST = "By Existing Certificate (Precedence to MIC)"
BY_STRING = "By Authentication String"
STRING = "123456"


def story(
    *steps: str,
    model: str = "7965",
    profile: str = "Encrypted",
    phone: str = "",
    new: str = "",
    old: str = "",
    server: str = "",
) -> str:
    """`phone`, `new`, `old`: more keys of the phone and of the clusters; `server`: a table beside them."""
    made = f'[clusters.old]\n{old}\n[clusters.new]\n{new}\n{server}\n[phones.a]\nmodel = "{model}"\ncluster = "new"\n'
    return f'title = "t"\n{made}profile = "{profile}"\n{phone}\n' + "".join(f"[[steps]]\n{step}\n" for step in steps)


def at_capf(*steps: str, **more: str) -> str:
    """A phone that registers whatever it holds, so that only CAPF judges its certificates."""
    return story(*steps, **{"profile": "Non Secure", **more})


def at_port(*steps: str, trusts: tuple[str, ...] = (), phone: str = "", ise: str = "", **more: str) -> str:
    """The same behind a switch port, whose authentication server trusts that."""
    server = f"[radius.ise]\ntrusts = {_list(trusts)}\n{ise}"
    return story(*steps, phone=f'dot1x = "ise"\n{phone}', server=server, **{"profile": "Non Secure", **more})


def at_home(*steps: str, trusts: tuple[str, ...] = (), phone: str = "", **more: str) -> str:
    """The same behind a VPN gateway."""
    server = f"[vpn.asa]\ntrusts = {_list(trusts)}"
    return story(*steps, phone=f'vpn = "asa"\n{phone}', server=server, **{"profile": "Non Secure", **more})


def _list(names: tuple[str, ...]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"


# Steps

BOOT = 'do = "boot"'
RESET = 'do = "reset"'
OFF = 'do = "power-off"'
RESET_ON_PHONE = 'do = "reset-on-phone"\nphone = "a"'
INSTALL = 'do = "certificate-operation"\nphone = "a"\noperation = "Install/Upgrade"'
UPDATE_CTL = 'do = "update-ctl"\ncluster = "new"'
SIGN_CAPF = 'do = "sign-certificate"\ncluster = "new"\ncertificate = "CAPF"'
WRONG_STRING = 'do = "type-authentication-string"\nphone = "a"\nstring = "654321"'


def wait(seconds: float = 60, days: int = 0) -> str:
    return f'do = "wait"\nseconds = {float(seconds)}\ndays = {days}'


def operation(mode: str, more: str = "") -> str:
    string = f'\nstring = "{STRING}"' if mode == BY_STRING else ""
    return f'{INSTALL}\nmode = "{mode}"{string}\n{more}'


def regenerate(certificate: str = "CAPF", more: str = "") -> str:
    return f'do = "regenerate-certificate"\ncluster = "new"\ncertificate = "{certificate}"\n{more}'


def regenerate_server(server: str) -> str:
    return f'do = "regenerate-certificate"\ncertificate = "{server}"'


def restart(name: str = CALLMANAGER, cluster: str = "new", word: str = "restart") -> str:
    return f'do = "{word}-service"\ncluster = "{cluster}"\nservice = "{name}"'


def restart_server(server: str = "ise", word: str = "restart") -> str:
    return f'do = "{word}-service"\nserver = "{server}"'


def upload(certificate: str, store: str = "CallManager-trust", word: str = "upload") -> str:
    return f'do = "{word}-certificate"\ncluster = "new"\nstore = "{store}"\ncertificate = "{certificate}"'


def delete(certificate: str, store: str = "CallManager-trust") -> str:
    return upload(certificate, store, "delete")


def upload_to_server(certificate: str, server: str = "ise", word: str = "upload") -> str:
    return f'do = "{word}-certificate"\nserver = "{server}"\ncertificate = "{certificate}"'


def delete_from_server(certificate: str, server: str = "ise") -> str:
    return upload_to_server(certificate, server, "delete")


def disable(certificate: str = "all") -> str:
    return f'do = "default-ca-list"\ncluster = "new"\nchange = "disable"\ncertificate = "{certificate}"'


def minimum(version: str, place: str = 'cluster = "new"') -> str:
    return f'do = "set-minimum-tls"\n{place}\nversion = "{version}"'


def profile(mode: str) -> str:
    return f'do = "set-profile"\nphone = "a"\nprofile = "{mode}"'


def port(mode: str) -> str:
    return f'do = "set-switch-port"\nphone = "a"\nmode = "{mode}"'


def authenticate(enabled: str) -> str:
    return f'do = "device-authentication"\nphone = "a"\nenabled = {enabled}'


def set_mode(mode: str) -> str:
    return f'do = "set-cluster-mode"\ncluster = "new"\nmode = "{mode}"'


def switch_vpn(enabled: str) -> str:
    return f'do = "switch-vpn"\nphone = "a"\nenabled = {enabled}'


def typed(string: str = STRING) -> str:
    return f'do = "type-authentication-string"\nphone = "a"\nstring = "{string}"'
