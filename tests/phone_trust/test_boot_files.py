"""What a phone takes from its TFTP server as it boots: real files with real signatures, and a real TVS."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
import trio
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

import pki
from cisco_data import AuthenticationMode
from cisco_data.models import MODELS
from cisco_data.trust_roles import TrustRole
from cucm_sim.tvs import TrustVerificationService
from cucm_sim.tvs_events import TvsRequestReceived, TvsStarted
from lab.testing import KeptEvents, cluster_certificates
from phone_sim.boot_configuration import BootConfiguration, Configuration
from phone_sim.boot_lists import BootLists
from phone_sim.contexts import ClientContexts
from phone_sim.download import FetchedFile, Missed
from phone_sim.download_events import ConfigurationFileMissed, DownloadFailure
from phone_sim.events import ServerUnreachable, TrustListMissing, TrustListUpdated
from phone_sim.file_source import FileSource
from phone_sim.flash import Flash
from phone_sim.hardware import Hardware
from phone_sim.network import TftpAddress
from phone_sim.status_messages import text_of
from phone_sim.trust.events import (
    ConfigurationKept,
    ConfigurationRefused,
    EncryptionKeyMissed,
    TrustListRefused,
    TrustListTaken,
)
from phone_sim.trust.phone_trust import PhoneTrust
from phone_sim.trust.signed import Taking
from phone_sim.trust.tvs_answer import TrustRefusal
from phone_sim.tvs_events import TvsCacheFlushed
from pki import Certificate
from tests.phone_trust.made_lists import identity
from wire.http.messages import Request, Response
from wire.http.streams import serve_connection
from wire.net import Listener, connect
from wire.phone_file import CapfServer, Member, PhoneFile, TvsServer, write_phone_file
from wire.signed_files import (
    MAX_TRUST_LIST,
    SignatureDigest,
    record_of,
    write_encrypted_file,
    write_signed_file,
    write_trust_list,
)
from wire.tcp import TcpStream
from wire.tftp import TftpClient, TftpServer
from wire.tls import ServerContext, TlsStream, TlsVersion

HERE, DEVICE = "127.0.0.1", "SEP001122334455"
R, T = TrustRole, TrustRefusal
CTL, ITL, ITL_OF_ANY = f"CTL{DEVICE}.tlv", f"ITL{DEVICE}.tlv", "ITLFile.tlv"
PLAIN, SGN, ENC = (f"{DEVICE}.cnf.xml{suffix}" for suffix in ("", ".sgn", ".enc.sgn"))
SHA1 = SignatureDigest.SHA1


@cache
def trust_list(signer: str, *listed: tuple[str, TrustRole], timestamp: int = 0) -> bytes:
    records = [record_of(identity(name).certificate, role) for name, role in listed]
    return write_trust_list(records, identity(signer), file_name=ITL_OF_ANY, digest=SHA1, timestamp=timestamp)


HOME = (("itlrecovery", R.SAST), ("callmanager", R.SAST), ("callmanager", R.CCM_TFTP), ("tvs", R.TVS), ("capf", R.CAPF))
AWAY = (("other", R.SAST), ("other", R.CCM_TFTP), ("tomcat", R.TVS))
ROLLBACK = (("itlrecovery", R.SAST), ("capf", R.CAPF))


def home_list(timestamp: int = 0) -> bytes:
    return trust_list("itlrecovery", *HOME, timestamp=timestamp)


def configuration(stamp: str, **other: Any) -> PhoneFile:
    return PhoneFile(members=(Member("10.1.1.1", 0),), version_stamp=stamp, **other)


@cache
def signed(signer: str, file: PhoneFile, digest: SignatureDigest = SHA1) -> bytes:
    return write_signed_file(write_phone_file(file), identity(signer), file_name=SGN, digest=digest, timestamp=0)


class Loopback:
    async def connect(self, address: str, port: int, source: str = "") -> TcpStream:
        return await connect(address, port, local_address=source)


class Site:
    """A TFTP server with these files, a TVS, and a phone that boots there; `asked` has the names in order."""

    def __init__(self, model: str = "8865", *, with_udp: bool = False, https_as: str = "") -> None:
        """`https_as`: whose certificate it shows over HTTPS; empty for a server that listens there no more."""
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.kept = KeptEvents()
        self.known_to_tvs: list[tuple[str, Certificate]] = []
        self.model = model
        self.with_udp = with_udp
        self.https_as = https_as
        self.over_https: dict[str, bytes] = {}
        """Files that are others there."""
        cluster = cluster_certificates()
        self.flash = Flash(DEVICE, mic=None, lsc=cluster.phone)

    def certificates_of_unit(self, unit: str) -> Iterable[Certificate]:
        return [certificate for of, certificate in self.known_to_tvs if of == unit]

    ctl_trust_list = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Site]:
        listener, secure = Listener(HERE, 0), Listener(HERE, 0)
        tvs = TrustVerificationService(
            self,
            self.kept.emitter("cluster/tvs"),
            address=HERE,
            identity=lambda: identity("tvs"),
            minimum_tls=lambda: TlsVersion.TLSv1,
            port=0,
        )

        def answer(request: Request) -> Response:
            name = request.target.removeprefix("/")
            self.asked.append(name)
            return Response(200, self.files[name]) if name in self.files else Response(404)

        async def serve(stream: TcpStream) -> None:
            await serve_connection(stream, answer)

        def answer_over_https(request: Request) -> Response:
            name = request.target.removeprefix("/")
            self.asked.append(f"{name} over HTTPS")
            files = self.files | self.over_https
            return Response(200, files[name]) if name in files else Response(404)

        async def serve_tls(tcp: TcpStream) -> None:
            context = ServerContext(identity(self.https_as), MODELS[self.model].tls_for_files)
            async with TlsStream(tcp, context, self.kept.emitter("cluster/tftp")) as stream:
                if await stream.handshake():
                    await serve_connection(stream, answer_over_https)

        udp = TftpServer(HERE, 0, self._give, self.kept.emitter("cluster/tftp"))
        async with trio.open_nursery() as nursery:
            if self.with_udp:
                nursery.start_soon(udp.serve)
            nursery.start_soon(listener.serve, serve, self.kept.emitter("cluster/tftp"))
            if self.https_as:
                nursery.start_soon(secure.serve, serve_tls, self.kept.emitter("cluster/tftp"))
            else:
                secure.close()
            tvs.start(nursery)
            await trio.testing.wait_all_tasks_blocked()
            self.hardware = Hardware(
                MODELS[self.model],
                self.flash,
                Loopback(),
                TftpAddress(HERE, listener.port, tftp_port=udp.port if self.with_udp else None, https_port=secure.port),
                ClientContexts(),
                pki.KeyPool().ring().take,
                self.kept.emitter(DEVICE),
                tftp_client=TftpClient(HERE) if self.with_udp else None,
            )
            self.tvs_members = (TvsServer(HERE, port=self.kept.of(TvsStarted)[-1].port),)
            yield self
            listener.close()
            secure.close()
            udp.close()
            await tvs.stop()

    def _give(self, name: str, client: object) -> bytes | None:
        self.asked.append(f"{name} over TFTP")
        return self.files.get(name)

    def lists(self) -> BootLists:
        return BootLists(self.hardware, PhoneTrust(self.hardware), FileSource(self.hardware))

    async def boot(self) -> Configuration:
        """Lists and configuration, as one boot reads them."""
        self.asked.clear()
        self.kept.events.clear()
        trust, files = PhoneTrust(self.hardware), FileSource(self.hardware)
        assert await self.lists().update(None) is None
        found = await BootConfiguration(self.hardware, trust, files).update(None)
        assert isinstance(found, Configuration)
        return found

    @property
    def texts(self) -> list[str]:
        """Its status messages."""
        return [text for event in self.kept.events if (text := text_of(event))]

    def serve(self, lists: bytes, file: bytes) -> None:
        self.files[ITL], self.files[SGN] = lists, file


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with Site().open() as opened:
        yield opened


async def at_home(site: Site) -> None:
    """The phone has booted once, so that it holds an ITL and a configuration that names the TVS."""
    site.serve(home_list(), signed("callmanager", configuration("old", tvs_members=site.tvs_members)))
    await site.boot()
    assert site.flash.configuration is not None


@pytest.mark.trio
async def test_a_new_phone_takes_what_it_finds_and_then_asks_for_signed_files(
    autojump_clock: object, site: Site
) -> None:
    site.serve(home_list(), signed("callmanager", configuration("1")))
    site.files[CTL] = trust_list("itlrecovery", *HOME[:3])
    found = await site.boot()
    assert site.asked == [CTL, ITL, SGN]
    assert [event.taking for event in site.kept.of(TrustListTaken)] == [Taking.UNCHECKED, Taking.BY_LIST]
    assert found.file is not None
    assert site.texts == ["CTL and ITL installed", SGN]


@pytest.mark.trio
async def test_an_itl_alone_and_the_same_list_again(autojump_clock: object, site: Site) -> None:
    await at_home(site)
    assert not site.kept.of(TvsCacheFlushed)
    assert site.asked == [CTL, ITL, SGN]
    assert site.texts == [f"File Not Found <{CTL}>", "ITL installed", SGN]
    await site.boot()
    assert not site.kept.of(TrustListUpdated)
    assert site.texts == [f"File Not Found <{CTL}>", SGN]


@pytest.mark.trio
async def test_without_any_list_the_plain_file_is_taken(autojump_clock: object, site: Site) -> None:
    site.files[PLAIN] = write_phone_file(configuration("1"))
    found = await site.boot()
    assert site.asked == [CTL, ITL, ITL_OF_ANY, PLAIN]
    assert found.file == configuration("1")
    assert site.kept.of(TrustListMissing)


@pytest.mark.trio
async def test_the_oldest_models_ask_for_no_itl(autojump_clock: object) -> None:
    async with Site("7960").open() as site:
        site.files[PLAIN] = write_phone_file(configuration("1"))
        await site.boot()
        assert site.asked == [CTL, PLAIN]


@pytest.mark.trio
async def test_a_list_of_an_unknown_signer_needs_tvs_of_the_configuration_held(
    autojump_clock: object, site: Site
) -> None:
    await at_home(site)
    other = identity("other").certificate
    site.serve(trust_list("other", *AWAY), signed("other", configuration("new")))
    kept = site.flash.lists
    refused = await site.boot()
    assert site.flash.lists is kept
    assert site.kept.one(TrustListRefused).refusal == T.TVS_UNKNOWN
    assert site.kept.one(ConfigurationRefused).refusal is T.TVS_UNKNOWN
    assert refused.file is site.flash.configuration
    assert site.kept.one(ConfigurationKept).version_stamp == "old"
    assert "Trust List update failed" in site.texts

    site.known_to_tvs.append(("Phone-SAST-trust", other))
    site.kept.events.clear()
    async with restarted_tvs(site):
        found = await site.boot()
    assert site.kept.one(TrustListTaken).taking is Taking.BY_TVS
    assert site.kept.one(TvsCacheFlushed).answers == 1
    assert found.file == site.flash.configuration == configuration("new")
    assert "Trust List updated" in site.texts


@asynccontextmanager
async def restarted_tvs(site: Site) -> AsyncIterator[None]:
    """A second TVS of the same identity, which has read what the database knows now."""
    async with trio.open_nursery() as nursery:
        tvs = TrustVerificationService(
            site,
            site.kept.emitter("cluster/tvs"),
            address=HERE,
            identity=lambda: identity("tvs"),
            minimum_tls=lambda: TlsVersion.TLSv1,
            port=0,
        )
        tvs.start(nursery)
        await trio.testing.wait_all_tasks_blocked()
        held = site.flash.configuration
        assert held is not None
        port = site.kept.of(TvsStarted)[-1].port
        site.flash.configuration = configuration(held.version_stamp, tvs_members=(TvsServer(HERE, port=port),))
        yield
        await tvs.stop()


@pytest.mark.trio
async def test_a_tvs_of_another_certificate_is_not_believed(autojump_clock: object, site: Site) -> None:
    await at_home(site)
    away = trust_list("itlrecovery", *HOME[:3], ("tomcat", R.TVS), timestamp=1)
    site.serve(away, signed("callmanager", configuration("1", tvs_members=site.tvs_members)))
    await site.boot()
    site.serve(trust_list("other", *AWAY), signed("other", configuration("2")))
    await site.boot()
    assert site.kept.one(TrustListRefused).refusal == T.TVS_UNTRUSTED
    assert not site.kept.of(TvsRequestReceived)


@pytest.mark.parametrize(
    ("octets", "refusal"),
    [
        (home_list(1)[:-1], T.UNREADABLE),
        (home_list(1)[:-1] + b"\xff", T.SIGNATURE_WRONG),
        (b"", T.UNREADABLE),
    ],
    ids=["cut", "changed", "empty"],
)
@pytest.mark.trio
async def test_a_damaged_list_leaves_the_old_one(
    octets: bytes, refusal: str, autojump_clock: object, site: Site
) -> None:
    await at_home(site)
    kept = site.flash.lists
    site.files[ITL] = octets
    found = await site.boot()
    assert site.kept.one(TrustListRefused).refusal == refusal
    assert site.flash.lists is kept
    assert found.file is not None
    site.files[ITL] = home_list(1)
    await site.boot()
    assert site.flash.lists is not kept


@pytest.mark.parametrize(("more", "goes_on"), [(0, True), (1, False)])
@pytest.mark.trio
async def test_a_list_that_is_too_long_to_be_loaded_ends_the_boot(
    more: int, goes_on: bool, autojump_clock: object, site: Site
) -> None:
    await at_home(site)
    kept = site.flash.lists
    site.files[ITL] = bytes(MAX_TRUST_LIST + more)
    site.kept.events.clear()
    stopped = await site.lists().update(None)
    refused = site.kept.one(TrustListRefused)
    assert refused.refusal == (T.UNREADABLE if goes_on else T.TOO_LARGE)
    assert stopped is (None if goes_on else refused)
    assert site.flash.lists is kept


@pytest.mark.parametrize(
    ("file", "refusal"),
    [
        (write_phone_file(configuration("new")), T.UNREADABLE),
        (signed("itlrecovery", configuration("new")), T.TVS_UNKNOWN),
        (signed("callmanager", configuration("new"))[:-1], T.SIGNATURE_WRONG),
    ],
    ids=["not signed", "another signer", "cut"],
)
@pytest.mark.trio
async def test_a_refused_configuration_leaves_the_one_in_flash(
    file: bytes, refusal: TrustRefusal, autojump_clock: object, site: Site
) -> None:
    await at_home(site)
    site.files[SGN] = file
    found = await site.boot()
    assert site.kept.one(ConfigurationRefused).refusal is refusal
    assert found.file is site.flash.configuration
    site.flash.configuration = None
    found = await site.boot()
    assert found.file is None


@pytest.mark.trio
async def test_an_old_phone_refuses_sha512_and_a_new_one_takes_it(autojump_clock: object) -> None:
    for model, refused in (("7965", True), ("8865", False)):
        async with Site(model).open() as site:
            site.serve(home_list(), signed("callmanager", configuration("1"), SignatureDigest.SHA512))
            found = await site.boot()
            assert (found.file is None) is refused
            assert bool(site.kept.of(ConfigurationRefused)) is refused


@pytest.mark.trio
async def test_a_missing_signed_file_is_not_replaced_by_a_plain_one(autojump_clock: object, site: Site) -> None:
    await at_home(site)
    del site.files[SGN]
    site.files[PLAIN] = write_phone_file(configuration("new"))
    found = await site.boot()
    assert site.asked[-1] == SGN
    assert found.file is None
    assert site.kept.one(ConfigurationFileMissed).failure is DownloadFailure.FILE_NOT_FOUND


@pytest.mark.trio
async def test_after_a_rollback_list_anything_is_taken(autojump_clock: object, site: Site) -> None:
    await at_home(site)
    site.files = {ITL: trust_list("itlrecovery", *ROLLBACK), PLAIN: write_phone_file(configuration("plain"))}
    found = await site.boot()
    assert found.file == configuration("plain")
    site.serve(trust_list("other", *AWAY), signed("other", configuration("away")))
    found = await site.boot()
    assert found.file == configuration("away")


@pytest.mark.trio
async def test_a_new_model_asks_over_http_first_and_an_old_one_over_tftp_only(autojump_clock: object) -> None:
    for model, there in (("8865", [ITL, SGN]), ("7965", [f"{ITL} over TFTP", f"{SGN} over TFTP"])):
        async with Site(model, with_udp=True).open() as site:
            site.serve(home_list(), signed("callmanager", configuration("1")))
            found = await site.boot()
            assert found.file is not None
            missing = [f"{CTL} over TFTP"] if model == "7965" else [CTL, f"{CTL} over TFTP"]
            assert site.asked == [*missing, *there]


@pytest.mark.trio
async def test_a_second_tftp_server_is_asked_over_http_where_the_first_one_does_not_answer(
    autojump_clock: object, site: Site
) -> None:
    site.serve(home_list(), signed("callmanager", configuration("1")))
    there, away = site.hardware.tftp, TftpAddress(HERE, 1)
    site.hardware.tftp = replace(away, second=there)
    assert (await site.boot()).file == configuration("1")
    site.hardware.tftp = away
    assert isinstance(await FileSource(site.hardware).get(ITL, 100_000, None), ServerUnreachable)


@pytest.mark.trio
async def test_where_nothing_answers_over_tftp_what_http_said_counts(autojump_clock: object) -> None:
    async with Site(with_udp=True).open() as site:
        files = FileSource(site.hardware)
        site.hardware.tftp = replace(site.hardware.tftp, tftp_port=1)
        found = await files.get(ITL, 100_000, None)
        assert isinstance(found, Missed)
        assert found.failure is DownloadFailure.FILE_NOT_FOUND


@pytest.mark.trio
async def test_in_a_vpn_even_an_old_model_asks_over_http(autojump_clock: object) -> None:
    async with Site("7965", with_udp=True).open() as site:
        site.files[ITL] = home_list()
        site.hardware.tunnel = Loopback()
        assert isinstance(await FileSource(site.hardware).get(ITL, 100_000, None), FetchedFile)
        assert site.asked == [ITL]


class Encrypted:
    """A site whose phone has an encrypted configuration, made for its LSC or for another certificate."""

    def __init__(self, site: Site, holder: str = "") -> None:
        holder_identity = identity(holder) if holder else cluster_certificates().phone
        certificate = holder_identity.certificate
        key = holder_identity.key.public_key()
        assert isinstance(key, rsa.RSAPublicKey)
        digest = hashlib.md5(certificate.public_bytes(Encoding.DER), usedforsecurity=False).hexdigest()
        self.file = configuration("secret", encr_config=True, tvs_members=site.tvs_members)
        minimal = configuration(
            "", encr_config=True, full_config=False, cert_hash=digest, capf_list=(CapfServer("10.1.1.1"),)
        )
        site.files[SGN] = signed("callmanager", minimal)
        site.files[ENC] = write_encrypted_file(
            write_phone_file(self.file),
            identity("callmanager"),
            key,
            file_name=ENC,
            digest=SHA1,
            timestamp=0,
            octets=lambda count: bytes(range(1, count + 1)),
        )


@pytest.mark.trio
async def test_an_encrypted_configuration_is_asked_for_by_way_of_the_minimal_file(
    autojump_clock: object, site: Site
) -> None:
    await at_home(site)
    encrypted = Encrypted(site)
    found = await site.boot()
    assert site.asked == [CTL, ITL, SGN, ENC]
    assert found.file == encrypted.file
    found = await site.boot()
    assert site.asked[-1:] == [ENC]
    assert found.file == encrypted.file


@pytest.mark.trio
async def test_one_for_another_key_sends_the_phone_to_capf(autojump_clock: object, site: Site) -> None:
    await at_home(site)
    encrypted = Encrypted(site)
    await site.boot()
    Encrypted(site, "other")
    found = await site.boot()
    assert site.asked[-2:] == [ENC, SGN]
    assert site.kept.one(ConfigurationRefused).refusal is T.NOT_DECRYPTED
    assert site.kept.of(EncryptionKeyMissed)
    assert found.file is not None
    assert found.file.capf_auth_mode is AuthenticationMode.BY_NULL_STRING
    assert found.file.version_stamp == encrypted.file.version_stamp
    assert site.flash.configuration == encrypted.file
