"""A small network as exports, to try what-if with: made of the lab's own mock authorities, without one private key."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec
from cryptography.hazmat.primitives.serialization import Encoding

from capf_sim.certificates import certificate_fetched
from capf_sim.texts.trace import render_capf_trace
from cisco_data import DeviceSecurityMode, StoreName
from cisco_data.models import MODELS
from cisco_data.release_table import Release
from journal import Actor, wall_now
from lab.base.failures import InvalidInput
from lab.base.seeded import octets_from
from lab.exports import columns as col
from lab.exports.itl_status import ItlStatus
from lab.render.capf_trace import HEADER
from lab.whatif.sample_trust import SampleCluster, list_files, own_identities
from pki import (
    RSA_2048,
    Certificate,
    KeyPool,
    Manufacturing,
    capf_authority,
    common_name,
    lsc,
    new_serial,
    read,
    trust_file_name,
)

_SEED = "what-if sample"
_PLACE = {"C": "AU", "O": "Example", "OU": "Voice", "ST": "NSW", "L": "Sydney"}
_OLD, _NEW = "Cisco Manufacturing CA", "Cisco Manufacturing CA SHA2"
_CAPF_AGE, _LSC_AGE, _LSC_LIFE = timedelta(days=500), timedelta(days=400), timedelta(days=1825, seconds=-1)
_NO = "no"
_HOST = "hq-pub"
_TOLD = (col.ITL_STATUS, col.LSC_ISSUER, col.LSC_SERIAL, col.LSC_EXPIRY, col.MIC_ISSUER, col.MADE, col.RADIUS, col.VPN)

_SETTINGS = """\
# What the services are set to. Everything here is as it would be without this file, but for the VPN gateway.

[clusters.hq]
mode = "mixed"
minimum-tls = "1.0"

[radius.RADIUS]
minimum-tls = "1.0"

[vpn.VPN]
minimum-tls = "1.2"
"""

_README = """\
Exports of a small network that does not exist, to try `cucm-lab whatif` with. Every certificate was made by cucm-cert-lab's mock
authorities; no private key is among them, and none belongs among yours.

  hq/CallManager-trust, hq/CAPF-trust   trust stores of the cluster hq, as downloaded from OS Administration
  hq/CAPF.pem                           CAPF's own certificate
  hq/own/hq-pub                         own certificates of the node, CTL and ITL file: by them phones accept servers
  RADIUS, VPN                           what the authentication server and the VPN gateway trust
  hq/phones, hq/traces                  certificates of some phones, in files and in a CAPF trace
  inventory.csv                         all phones; for most of them it is all that is known
  settings.toml                         minimum TLS versions

Try, with the path of this folder for SAMPLE:

  cucm-lab whatif SAMPLE --remove CAPF --from CallManager-trust      every phone with an LSC stops registering
  cucm-lab whatif SAMPLE --regenerate CAPF                           phones refuse CAPF until they have a list that names it
  cucm-lab whatif SAMPLE --min-tls 1.2                               79xx phones offer TLS 1.0 alone
  cucm-lab whatif SAMPLE --at {later}                          one LSC will have expired
  cucm-lab whatif SAMPLE --remove "Cisco Manufacturing CA SHA2" --from CAPF-trust
"""


class _Sample(NamedTuple):
    """One phone of it."""

    device: str
    model: str
    profile: str
    lsc_ends: int | None = 0
    """Days from now; 0 for five years from its start, None for no LSC."""
    has_file: str = ""
    """Where its certificates are: `phones`, `traces`, or in no file."""
    vpn: str = _NO
    radius: str = "RADIUS"


_PHONES = (
    _Sample("SEP00260BD7A001", "7942", "Cisco 7942 - Standard SCCP Non-Secure Profile"),
    _Sample("SEP00260BD7A002", "7942", DeviceSecurityMode.ENCRYPTED),
    _Sample("SEP00260BD7A003", "7965", DeviceSecurityMode.ENCRYPTED, has_file="traces"),
    _Sample("SEP00260BD7A004", "7965", DeviceSecurityMode.ENCRYPTED, lsc_ends=None),
    _Sample("SEP00260BD7A005", "7975", DeviceSecurityMode.AUTHENTICATED),
    _Sample("SEP381C1A44B001", "7821", DeviceSecurityMode.ENCRYPTED),
    _Sample("SEP381C1A44B002", "7841", DeviceSecurityMode.ENCRYPTED),
    _Sample("SEP381C1A44B003", "7841", DeviceSecurityMode.ENCRYPTED, lsc_ends=None, radius=_NO),
    _Sample("SEP2C3124C9F001", "8811", DeviceSecurityMode.ENCRYPTED, lsc_ends=20),
    _Sample("SEP2C3124C9F002", "8845", DeviceSecurityMode.ENCRYPTED, lsc_ends=None),
    _Sample("SEP2C3124C9F003", "8861", DeviceSecurityMode.ENCRYPTED, has_file="phones", vpn="VPN"),
    _Sample("SEP2C3124C9F004", "8861", DeviceSecurityMode.ENCRYPTED, has_file="traces", vpn="VPN"),
    _Sample("SEP2C3124C9F005", "8865", DeviceSecurityMode.ENCRYPTED, vpn="VPN"),
)


def write_sample(folder: Path) -> None:
    """Writes it into a folder that is not there yet, or is empty. The same each time but for its dates.

    Raises InvalidInput for a folder that holds something, and where nothing can be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise InvalidInput(
                f"{folder} holds something already: name a folder that is empty, or that is not there yet"
            )
        for name, octets in _files(wall_now().replace(hour=0, minute=0, second=0, microsecond=0)):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(octets)
    except FileExistsError:
        raise InvalidInput(f"{folder} is a file: name a folder that is empty, or that is not there yet") from None
    except OSError as error:
        raise InvalidInput(f"{folder} cannot be written: {error.strerror}") from None


def _files(today: datetime) -> Iterable[tuple[str, bytes]]:
    network = _Network(today)
    makers, capf = network.makers, network.capf.certificate
    for store in (f"hq/{StoreName.CALLMANAGER}", f"hq/{StoreName.CAPF}"):
        yield from _store(store, [*makers.default_ca_list(), capf])
    yield "hq/CAPF.pem", _pem(capf)
    for unit, identity in network.own.items():
        yield f"hq/own/{_HOST}/{unit}.pem", _pem(identity.certificate)
    cluster = SampleCluster(Release(), capf, _HOST, network.own)
    for name, octets in list_files(cluster, today - _CAPF_AGE):
        yield f"hq/own/{_HOST}/{name}", octets
    chain = [makers[name].certificate for name in (_NEW, "Cisco Root CA M2")]
    old_chain = [makers[name].certificate for name in (_OLD, "Cisco Root CA 2048")]
    yield from _store("RADIUS", [*old_chain, *chain, capf])
    yield from _store("VPN", [*chain, capf])
    rows = io.StringIO(newline="")
    traced: list[tuple[str, Certificate]] = []
    writer = csv.writer(rows, lineterminator="\n")
    writer.writerow((col.DEVICE, "Device Type", "Device Security Profile", col.CLUSTER, *_TOLD))
    for phone in _PHONES:
        held = network.certificates(phone) if phone.has_file else []
        writer.writerow(network.row(phone, held))
        if phone.has_file == "phones":
            yield f"hq/phones/{phone.device}.pem", b"".join(map(_pem, held))
        traced += [(phone.device, each) for each in held if phone.has_file == "traces"]
    events = [
        msgspec.structs.replace(certificate_fetched(device, each), at=today, actor=Actor("hq/capf"))
        for device, each in traced
    ]
    yield "hq/traces/capf.log", "".join(f"{line}\n" for line in (*HEADER, *render_capf_trace(events))).encode()
    yield "inventory.csv", rows.getvalue().encode()
    yield "settings.toml", _SETTINGS.encode()
    yield "README.txt", _README.format(later=f"{today + timedelta(days=60):%Y-%m-%d}").encode()


def _store(folder: str, certificates: Iterable[Certificate]) -> Iterator[tuple[str, bytes]]:
    yield from ((f"{folder}/{trust_file_name(each)}", _pem(each)) for each in certificates)


def _pem(certificate: Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


class _Network:
    """Its authorities, and what each of its phones holds."""

    def __init__(self, today: datetime) -> None:
        self._today = today
        self._octets = octets_from(_SEED)
        self._keys = KeyPool().ring()
        self.makers = Manufacturing(self._keys, self._octets)
        since = today - _CAPF_AGE
        self.capf = capf_authority(keys=self._keys, subject=_PLACE, not_before=since, octets=self._octets)
        self.own = own_identities(self._keys, _PLACE, _HOST, since, self._octets)

    def certificates(self, phone: _Sample) -> list[Certificate]:
        """LSC and MIC. Their keys are forgotten at once."""
        model = MODELS[phone.model]
        keys = [self._keys.take(RSA_2048) for _ in range(2)]
        issued = lsc(
            self.capf,
            device_name=phone.device,
            model=model.product,
            public_key=keys[0].public_key(),
            not_before=self._until(phone) - _LSC_LIFE,
            not_after=self._until(phone),
        )
        mic = self.makers.mic(
            device_name=phone.device,
            model=model.product,
            authority=model.mic_authority or _NEW,
            key=keys[1],
            serial_number="FCH" + f"{int(phone.device[-4:], 16):08d}",
            not_before=model.built,
        )
        return [issued, mic.certificate]

    def row(self, phone: _Sample, held: list[Certificate]) -> tuple[str, ...]:
        """Of the inventory."""
        told = ("none", "", "")
        if phone.lsc_ends is not None:
            serial = read(held[0]).serial_number if held else new_serial(self._octets)
            told = (common_name(self.capf.subject), f"{serial:x}", f"{self._until(phone):%Y-%m-%d %H:%M:%S}")
        model = MODELS[phone.model]
        maker, made = model.mic_authority or "none", f"{model.built:%Y-%m}"
        status = ItlStatus.UNKNOWN if phone.profile.startswith("Cisco") else ItlStatus.MATCH
        return (
            phone.device,
            f"Cisco {phone.model}",
            phone.profile,
            "hq",
            status,
            *told,
            maker,
            made,
            phone.radius,
            phone.vpn,
        )

    def _until(self, phone: _Sample) -> datetime:
        """When its LSC ends."""
        if phone.lsc_ends:
            return self._today + timedelta(days=phone.lsc_ends)
        return self._today - _LSC_AGE + _LSC_LIFE
