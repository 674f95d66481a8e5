"""A folder of configuration with which FreeRADIUS runs unprivileged, on loopback, with EAP-TLS and nothing else."""

from __future__ import annotations

from pathlib import Path

from wire.udp import Endpoint

LIBRARIES = Path("/usr/lib/freeradius")
"""Where Debian puts its modules, on every architecture."""
DICTIONARIES = Path("/usr/share/freeradius")


def configure(
    folder: Path,
    endpoint: Endpoint,
    *,
    secret: bytes,
    certificate: Path,
    key: Path,
    trust: Path,
    minimum_tls: str = "1.0",
    maximum_tls: str = "1.2",
    check_crl: bool = False,
    check_identity: bool = False,
    fragment_size: int = 1024,
    threads: int = 4,
) -> None:
    """Write `radiusd.conf` into `folder`, which is made. `trust`: certificates, and CRLs behind them where those are checked.
    `threads`: workers.

    FreeRADIUS wants one statement a line. A reject is sent at once, not after its usual second.
    """
    folder.mkdir(parents=True, exist_ok=True)
    address, port = endpoint
    name_check = 'check_cert_cn = "%{User-Name}"' if check_identity else ""
    (folder / "radiusd.conf").write_text(
        f"""\
prefix = /usr
libdir = {LIBRARIES}
dictdir = {DICTIONARIES}
raddbdir = {folder}
logdir = {folder}
run_dir = {folder}
pidfile = {folder}/radiusd.pid
hostname_lookups = no
max_requests = 16384
log {{
    destination = stdout
    auth = yes
}}
security {{
    allow_vulnerable_openssl = yes
    reject_delay = 0
}}
thread pool {{
    start_servers = {threads}
    max_servers = {threads}
    min_spare_servers = 1
    max_spare_servers = {threads}
    max_requests_per_server = 0
}}
modules {{
    always reject {{
        rcode = reject
    }}
    eap {{
        default_eap_type = tls
        timer_expire = 60
        max_sessions = 4096
        tls-config tls-common {{
            private_key_file = {key}
            certificate_file = {certificate}
            ca_file = {trust}
            cipher_list = "ALL@SECLEVEL=0"
            ecdh_curve = "secp384r1:prime256v1"
            tls_min_version = "{minimum_tls}"
            tls_max_version = "{maximum_tls}"
            fragment_size = {fragment_size}
            include_length = yes
            check_crl = {"yes" if check_crl else "no"}
            {name_check}
            cache {{
                enable = no
            }}
        }}
        tls {{
            tls = tls-common
        }}
    }}
}}
client switch {{
    ipaddr = {address}
    secret = "{secret.decode()}"
    require_message_authenticator = yes
}}
server default {{
    listen {{
        type = auth
        ipaddr = {address}
        port = {port}
    }}
    authorize {{
        eap {{
            ok = return
        }}
    }}
    authenticate {{
        eap
    }}
}}
""",
        encoding="utf-8",
    )
