"""A phone whose ITL allows HTTPS on 6971 asks there for its configuration first, of a server that its lists or TVS know."""

from __future__ import annotations

from functools import cache

import pytest

from cisco_data.trust_roles import TrustRole
from phone_sim.boot_configuration import Configuration
from phone_sim.download_events import ConfigurationFileMissed, DownloadFailure, FileRequested, FileRequestEnded
from phone_sim.events import ServerUnreachable
from phone_sim.texts.console import Console
from phone_sim.trust.events import ConfigurationRefused, ServerNotTrusted, ServerVouchedFor
from phone_sim.trust.tvs_answer import TrustRefusal
from tests.phone_trust.made_lists import identity
from tests.phone_trust.test_boot_files import CTL, HOME, ITL, ITL_OF_ANY, SGN, SHA1, Site, configuration, signed
from wire.phone_file import write_phone_file
from wire.signed_files import record_of, write_trust_list

R = TrustRole
OVER_HTTPS, OVER_TFTP = f"{SGN} over HTTPS", f"{SGN} over TFTP"
LISTS = [CTL, ITL]
UNSIGNED = write_phone_file(configuration("over HTTPS"))


@cache
def itl(version: tuple[int, int] | None = (1, 1), *, ec: bool = True) -> bytes:
    listed = (*HOME, ("ec", R.TFTP)) if ec else HOME
    records = [record_of(identity(name).certificate, role) for name, role in listed]
    return write_trust_list(
        records, identity("itlrecovery"), file_name=ITL_OF_ANY, digest=SHA1, timestamp=0, signer_version=version
    )


def prepared(site: Site, lists: bytes | None = None) -> Site:
    """Over HTTP the file is signed, over HTTPS it is not."""
    site.serve(lists or itl(), signed("callmanager", configuration("over HTTP", tvs_members=site.tvs_members)))
    site.over_https[SGN] = UNSIGNED
    return site


def stamp(found: Configuration) -> str:
    return found.file.version_stamp if found.file is not None else ""


@pytest.mark.parametrize("shown", ["ec", "callmanager"])
@pytest.mark.trio
async def test_a_listed_tftp_server_gives_the_configuration_without_a_signature_and_not_the_lists(
    shown: str, autojump_clock: object
) -> None:
    async with Site(https_as=shown).open() as site:
        found = await prepared(site).boot()
        assert site.asked == [*LISTS, OVER_HTTPS]
        assert stamp(found) == "over HTTPS"
        ended = site.kept.of(FileRequestEnded)[-1]
        assert (ended.transport, ended.octets, ended.failure) == ("HTTPS", len(UNSIGNED), "")
        assert site.texts[-1] == SGN


@pytest.mark.parametrize(
    ("model", "lists"),
    [("8865", itl(None, ec=False)), ("8865", itl((1, 0), ec=False)), ("7965", itl())],
    ids=["no signer version", "signer version 1.0", "an older model"],
)
@pytest.mark.trio
async def test_others_ask_for_it_over_http(model: str, lists: bytes, autojump_clock: object) -> None:
    async with Site(model, https_as="callmanager").open() as site:
        found = await prepared(site, lists).boot()
        assert site.asked == [*LISTS, SGN]
        assert stamp(found) == "over HTTP"


@pytest.mark.trio
async def test_a_signature_that_is_there_is_checked(autojump_clock: object) -> None:
    async with Site(https_as="ec").open() as site:
        prepared(site).over_https[SGN] = signed("callmanager", configuration("signed"))
        assert stamp(await site.boot()) == "signed"
        site.over_https[SGN] = site.over_https[SGN][:-1]
        assert stamp(await site.boot()) == "signed"
        assert site.kept.one(ConfigurationRefused).refusal is TrustRefusal.SIGNATURE_WRONG


@pytest.mark.trio
async def test_what_is_neither_signed_nor_a_configuration_is_not_taken(autojump_clock: object) -> None:
    async with Site(https_as="ec").open() as site:
        prepared(site).over_https[SGN] = b"\xff"
        assert stamp(await site.boot()) == ""
        assert site.kept.one(ConfigurationFileMissed).failure is DownloadFailure.UNREADABLE


@pytest.mark.trio
async def test_a_server_with_another_certificate_is_given_up_and_http_is_next(autojump_clock: object) -> None:
    async with Site(https_as="other").open() as site:
        found = await prepared(site).boot()
        assert site.asked == [*LISTS, SGN]
        assert stamp(found) == "over HTTP"
        refused = site.kept.one(ServerNotTrusted)
        assert (refused.service, refused.refusal) == ("TFTP", TrustRefusal.TVS_NOT_CONFIGURED)
        over_https = next(one for one in site.kept.of(FileRequestEnded) if one.transport == "HTTPS")
        assert (over_https.failure, over_https.asks_again) == (DownloadFailure.NOT_TRUSTED, True)

        await site.boot()  # with the TVS of the configuration, which does not know it
        assert site.kept.one(ServerNotTrusted).refusal is TrustRefusal.TVS_UNKNOWN
        assert site.asked == [*LISTS, SGN]


@pytest.mark.trio
async def test_tvs_speaks_for_a_server_that_is_not_listed(autojump_clock: object) -> None:
    site = Site(https_as="other")
    site.known_to_tvs.append(("CallManager", identity("other").certificate))
    async with site.open():
        site.flash.configuration = configuration("old", tvs_members=site.tvs_members)
        found = await prepared(site).boot()
        assert site.kept.one(ServerVouchedFor).service == "TFTP"
        assert site.asked == [*LISTS, OVER_HTTPS]
        assert stamp(found) == "over HTTPS"


@pytest.mark.trio
async def test_where_nothing_listens_http_gives_the_file(autojump_clock: object) -> None:
    async with Site().open() as site:
        found = await prepared(site).boot()
        assert site.kept.one(ServerUnreachable).port == site.hardware.tftp.https_port
        assert site.asked == [*LISTS, SGN]
        assert stamp(found) == "over HTTP"


@pytest.mark.trio
async def test_a_file_that_no_transport_has_is_asked_for_over_each(autojump_clock: object) -> None:
    async with Site(with_udp=True, https_as="ec").open() as site:
        site.files[ITL] = itl()
        found = await site.boot()
        assert site.asked[-3:] == [OVER_HTTPS, SGN, OVER_TFTP]
        assert found.file is None


def test_the_console_names_the_transport() -> None:
    asked = FileRequested(file=SGN, transport="HTTPS", address="10.1.1.1", number=1)
    (line,) = Console("8865").lines(asked)
    assert f"{SGN} requested over HTTPS from 10.1.1.1" in line
