"""What people call certificates, stores and services on the command line and in plans, and which one each name means."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from cisco_data import STORE_OF
from lab.base.failures import MAX_LISTED, MAX_SHOWN, InvalidInput, shown, suggestion
from lab.exports.certificates import certificates_of_file
from lab.exports.spelled import alike, common_name_told, is_file_name_of, name_fits, parts_told, serials_told
from lab.fleet.model import Fleet, FleetServer
from lab.operations.steps import AddCapfCertificateStep, AddCertificateStep
from lab.operations.values import moment_named as moment_named
from lab.operations.values import tls_version_named as tls_version_named
from pki import Certificate, day, read
from wire.plain_text import plain

_OF = re.compile(r"(.+?) of (.+)", re.IGNORECASE)
CAPF = "CAPF"
_LIKE_A_PATH = re.compile(r"[/\\].*|(?i:\.(?:pem|der|cer|crt))$")


def store_named(fleet: Fleet, text: str) -> FleetServer:
    """The server behind `CallManager-trust`, `CAPF-trust of hq`, `ise`. Raises InvalidInput, with what there is."""
    return _the_one(text, "store", {_store_name(server): server for server in fleet.servers.values()})


def cluster_named(fleet: Fleet, text: str) -> str:
    """Raises InvalidInput, with what there is."""
    found = [name for name in fleet.clusters if name.casefold() == text.casefold()]
    if not found:
        raise InvalidInput(f"there is no cluster {shown(text)}{suggestion(text, fleet.clusters)}")
    return found[0]


def certificate_in(fleet: Fleet, server: FleetServer, text: str, folder: Path = Path()) -> Certificate:
    """One that the server's store holds.

    It goes by a CN, the name of its file on CUCM (`Cisco_Root_CA_M2_01.pem`, with the store's name before it or not), its whole
    name in any order of its parts, its serial number in hex or decimal, a part of its CN, `CAPF of hq`, or a file.

    Args:
        folder: where a file's relative path begins.

    Raises InvalidInput for nothing and for several, with what there is.
    """
    store = server.configured.trust
    named = None
    if cluster := _capf_of(fleet, text):
        named = fleet.capf[cluster]
    elif _is_file(text, folder):
        named = certificate_of_file(folder / text)
    if named is not None:
        if named in store:
            return named
        raise InvalidInput(f"{_store_name(server)} does not hold {described(named)}{_held(store)}")
    found = _called(store, _without_store(text, server))
    if len(found) == 1:
        return found[0]
    if not found:
        raise InvalidInput(f"{_store_name(server)} holds nothing called {shown(text)}{_instead(server, text, folder)}")
    listed = "; ".join(described(each) for each in found[:MAX_LISTED])
    raise InvalidInput(
        f"{shown(text)} may be {len(found)} certificates of {_store_name(server)}: {listed}; name one in full, or by its serial"
    )


def _called(certificates: Iterable[Certificate], text: str, *, by_part: bool = True) -> list[Certificate]:
    """All that the text may mean, by the first kind of spelling that fits any; `by_part`: a part of a CN is one of them."""
    cn, parts, numbers = common_name_told(text), parts_told(text), serials_told(text)
    spellings: tuple[Callable[[Certificate], bool], ...] = (
        lambda held: read(held).subject.cn == text,
        lambda held: read(held).subject.cn.casefold() == text.strip().casefold(),
        lambda held: is_file_name_of(held, text),
        lambda held: name_fits(held, parts),
        lambda held: not parts and alike(read(held).subject.cn) == alike(cn),
        lambda held: read(held).serial_number in numbers,
        lambda held: by_part and not parts and bool(cn) and alike(cn) in alike(read(held).subject.cn),
    )
    there = list(dict.fromkeys(certificates))
    return next((found for fits in spellings if (found := [held for held in there if fits(held)])), [])


def _without_store(text: str, server: FleetServer) -> str:
    """`CAPF-trust/CAPF-36205338.pem` is how `show cert` names a file of a store."""
    store, slash, rest = text.strip().partition("/")
    return rest if slash and store.casefold() == STORE_OF.get(server.kind, "").casefold() else text


def _instead(server: FleetServer, text: str, folder: Path) -> str:
    """What the user may have meant by a name that fits nothing: a near miss, or a file that could not be read."""
    store = server.configured.trust
    names = {plain(read(each).subject.cn): alike(read(each).subject.cn) for each in store}
    wanted = alike(common_name_told(text))[:MAX_SHOWN]
    near = difflib.get_close_matches(wanted, names.values(), n=1, cutoff=0.6)
    said = [f" (did you mean {shown(name)}?)" for name in names if names[name] in near][:1] or [_held(store)]
    meant = [file for file in server.unread if _may_be(file, wanted)] or (server.unread if server.not_told else ())
    if meant:
        listed = ", ".join(map(plain, meant[:MAX_LISTED]))
        said.append(f"; it may be in {listed}, which cannot be read")
    if _LIKE_A_PATH.search(text):
        said.append(f"; {plain(str(folder / text))} does not exist")
    return "".join(said)


def _may_be(file: str, wanted: str) -> bool:
    own = alike(file.rpartition("/")[2])
    return wanted in own or own in wanted or bool(difflib.get_close_matches(wanted, [own], cutoff=0.6))


def to_upload(
    fleet: Fleet, server: FleetServer, text: str, folder: Path = Path()
) -> AddCertificateStep | AddCapfCertificateStep:
    """The step for a file, for `CAPF of hq`, or for a certificate that the fleet knows, by its whole name. Raises InvalidInput."""
    if _is_file(text, folder):
        return AddCertificateStep(certificate_of_file(folder / text), server.name)
    if cluster := _capf_of(fleet, text):
        return AddCapfCertificateStep(cluster, server.name)
    known = _called(fleet.certificates, text, by_part=False)
    if len(known) > 1:
        listed = "; ".join(described(each) for each in known[:MAX_LISTED])
        raise InvalidInput(
            f"{shown(text)} may be {len(known)} certificates: {listed}; name a file, or the serial number"
        )
    if not known:
        near = suggestion(text, [plain(read(each).subject.cn) for each in fleet.certificates], list_all=False)
        raise InvalidInput(f"{plain(str(folder / text))} does not exist, and no certificate is called so{near}")
    return AddCertificateStep(known[0], server.name)


def certificate_of_file(path: Path) -> Certificate:
    """Raises InvalidInput for a file that holds no certificate, several, or a private key."""
    found = certificates_of_file(path)
    if len(found) != 1:
        raise InvalidInput(f"{plain(str(path))} holds {len(found) or 'no'} certificates, and one is wanted: PEM or DER")
    return found[0]


def described(certificate: Certificate) -> str:
    """A certificate as a message names it."""
    name = plain(read(certificate).subject.cn) or "a certificate without a CN"
    return f"{name} (serial {read(certificate).serial_number:x}, until {day(read(certificate).not_after)})"


def _store_name(server: FleetServer) -> str:
    return f"{STORE_OF[server.kind]} of {server.cluster}" if server.cluster else server.name


def _held(store: Iterable[Certificate]) -> str:
    names = [plain(read(each).subject.cn) for each in store]
    return f" (it holds {', '.join(names[:MAX_LISTED])})" if names else " (it is empty)"


def _capf_of(fleet: Fleet, text: str) -> str:
    """The cluster whose CAPF certificate `CAPF of hq` means; empty for anything else, and where that certificate is not known."""
    what, cluster = _parted(text)
    if what.casefold() != CAPF.casefold() or not cluster:
        return ""
    return next((name for name in fleet.capf if name.casefold() == cluster.casefold()), "")


def _is_file(text: str, folder: Path) -> bool:
    """Whether a file has this name; a slash alone makes no path of it, as CNs have slashes too."""
    return os.path.isfile(folder / text)  # False for what can be no file's name


def _parted(text: str) -> tuple[str, str]:
    """`CAPF of hq` into both parts; the second is empty where there is none."""
    found = _OF.fullmatch(text.strip())
    return (found[1].strip(), found[2].strip()) if found is not None else (text.strip(), "")


def _the_one(text: str, what: str, there: dict[str, FleetServer]) -> FleetServer:
    wanted = text.strip().casefold()
    exact = [server for name, server in there.items() if name.casefold() == wanted]
    found = exact or [server for name, server in there.items() if name.casefold().partition(" of ")[0] == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        names = [name for name in there if there[name] in found]
        raise InvalidInput(f"which {what}? {shown(text)} may be {', '.join(names)}")
    raise InvalidInput(f"there is no {what} {shown(text)}{suggestion(text, there)}")
