"""An explanation fits the true cause or says that it does not know; it rests on events and names stories that run."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
import trio
import trio.testing

from capf_sim.events import CapfStarted, OperationEnded, ProofOfPossessionRefused
from capf_sim.proof_of_possession import ProofOfPossessionFault
from cisco_data.models import MODELS, TLS_1_3
from cucm_sim.callmanager import CallManager
from cucm_sim.events import CallManagerStarted
from journal import Clock, Event, Journal, to_jsonl
from lab.explain import UNKNOWN, Explanation
from lab.explain._handshake import ALERT_RULES
from lab.render.journal_file import read_journal
from lab.running.lab import Lab
from lab.scenario import gallery
from lab.testing import NOW
from lab.views.phones import refusals
from phone_sim.events import PhoneStarted
from pki import NO_NAME, DistinguishedName, Identity, KeyPool, TrustStore, name_untrusted, names_of
from pki.mishaps import MISHAPS, MishapParties
from tests.explained import explain, is_assumption
from tests.made_names import named
from wire.net import Listener
from wire.tcp import TcpStream
from wire.tls import ServerContext, TlsProfile, TlsStream, TlsVersion

DEVICE = "SEP001122334455"
POOL = KeyPool()


@dataclass
class Server:
    """A CallManager's TLS with any trust, any policy, and revocation lists, which the product does not have."""

    trust: TrustStore
    check_crl: bool = False
    security_level: int = 0
    minimum: TlsVersion = TlsVersion.TLSv1
    ciphers: tuple[str, ...] = ("ECDHE-RSA-AES256-GCM-SHA384", "AES256-SHA")
    identity: Identity | None = None


@dataclass
class Meeting:
    """One phone tries once, and these are the events."""

    events: list[Event] = field(default_factory=list)

    @property
    def explanation(self) -> Explanation:
        (one,) = explain(self.events)
        return one


async def meet(server, make, *, model="8861", tls_1_3=False, mic=True, trusts="here", starts=NOW) -> Meeting:  # type: ignore[no-untyped-def]
    """A real phone with what `make(world)` gives, against a real handshake with `server(world)`."""
    meeting = Meeting()
    async with Lab(starts=starts) as lab:
        meeting.events = lab.events
        for name in {"here", trusts}:
            lab.add_cluster(name, start=False)
        cluster = lab.clusters["here"]
        chosen_model = MODELS[model].with_tls(TLS_1_3) if tls_1_3 else MODELS[model]
        phone = lab.add_phone(
            model=chosen_model, cluster="here", device=DEVICE, profile="Encrypted", mic=mic, trusts=trusts
        )
        identity, its_server = make(lab), server(lab)
        if identity is not None:
            phone.phone.flash.install_lsc(identity)
        lab.nursery.start_soon(serve, cluster.cluster.callmanager, its_server, lab)
        await lab.start_service(cluster="here", service="Cisco Tftp")
        await trio.testing.wait_all_tasks_blocked()
        phone.power_on()
        await trio.sleep(5)  # shorter than the phone's first pause: it tries once
    return meeting


async def serve(callmanager: CallManager, server: Server, world: Lab) -> None:
    """What CallManager does on 2443, as far as TLS goes, with the context of the test."""
    emitter = world.journal.emitter("here/callmanager")
    parameters = world.clusters["here"].cluster.parameters
    address = world.clusters["here"].cluster.address
    listener = Listener(address, parameters.secure_port)
    profile = TlsProfile(server.minimum, TlsVersion.TLSv1_3, server.ciphers, security_level=server.security_level)
    identity = server.identity or world.clusters["here"].cluster.callmanager_identity
    context = ServerContext(identity, profile, server.trust, check_crl=server.check_crl)
    emitter.emit(
        CallManagerStarted(
            address=address,
            port=parameters.port,
            secure_port=parameters.secure_port,
            minimum_tls_version=str(server.minimum),
            trusted=tuple(names_of(certificate).subject for certificate in server.trust.certificates),
        )
    )

    async def handle(tcp: TcpStream) -> None:
        stream = TlsStream(tcp, context, emitter)
        await stream.handshake()
        await stream.aclose()

    await listener.serve(handle)


def cast(world: Lab) -> MishapParties:
    authority = world.clusters["here"].authority
    return MishapParties(
        keys=world.keys,
        issuer=authority,
        now=world.journal.clock.now(),
        device_name=DEVICE,
        model="8861",
        trust=TrustStore("CallManager-trust", [authority.certificate]),
        octets=world.octets,
    )


def check_evidence(meeting: Meeting) -> None:
    """Whatever is said rests on events of the journal, and what it says to run exists."""
    numbers = {event.seq for event in meeting.events}
    for explanation in explain(meeting.events):
        assert explanation.evidence
        assert {evidence.seq for evidence in explanation.evidence if not is_assumption(evidence)} <= numbers
        assert all(evidence.text for evidence in explanation.evidence)
        assert explanation.what.endswith(".")
        for command in explanation.commands:
            program, verb, story = command.split()
            assert (program, verb) == ("cucm-lab", "run")
            assert gallery.story(story).name == story


# Every mishap, by its true cause. A rule may leave open what the codes leave open, and must not say more.
CAUSES = {
    "expired": "lsc-expired",
    "not-yet-valid": "certificate-not-yet-valid",
    "issuer-expired": "lsc-issuer-expired",
    "unknown-ca": "lsc-issuer-not-in-callmanager-trust",
    "self-signed-leaf": "self-signed-certificate",
    "tampered-signature": "signature-does-not-fit",
    "issuer-renamed": "lsc-issuer-not-in-callmanager-trust",
    "issuer-rekeyed": "issuer-key-changed",
    "issuer-rekeyed-without-aki": "signature-does-not-fit",
    "issuer-not-a-ca": "issuer-is-no-authority",
    "issuer-without-client-auth": "issuer-purpose",
    "path-too-long": "path-too-long",
    "intermediate-missing": "lsc-issuer-not-in-callmanager-trust",
    "untrusted-intermediate-sent": "chain-incomplete",
    "unknown-root-sent": "root-not-trusted",
    "only-leaf-trusted": "root-not-trusted",
    "without-client-auth": "certificate-purpose",
    "without-digital-signature": "certificate-purpose",
    "weak-key": "weak-key",
    "weak-issuer-key": "weak-issuer-key",
    "weak-digest": "weak-digest",
    "revoked": "certificate-revoked",
    "crl-missing": "crl-missing",
    "crl-expired": "crl-out-of-date",
    "crl-signed-by-capf": "crl-signer",
}


def test_every_mishap_that_is_refused_has_its_cause_here() -> None:
    assert {name for name, mishap in MISHAPS.items() if mishap.verdict is not None} == set(CAUSES)


@pytest.mark.trio
@pytest.mark.parametrize("tls_1_3", [False, True], ids=["TLS 1.2", "TLS 1.3"])
@pytest.mark.parametrize("name", CAUSES)
async def test_a_mishap_is_explained_by_its_true_cause(name, tls_1_3, autojump_clock) -> None:  # type: ignore[no-untyped-def]
    made = {}

    def make(world: Lab) -> Identity:
        made["presented"] = presented = MISHAPS[name].build(cast(world))
        return presented.identity

    def server(world: Lab) -> Server:
        presented = made["presented"]
        return Server(presented.trust, presented.check_crl, presented.security_level)

    meeting = await meet(server, make, tls_1_3=tls_1_3)
    verdict = MISHAPS[name].verdict
    (refusal,) = refusals(meeting.events, DEVICE)
    assert (refusal.verify_code, refusal.depth, refusal.refused.alert) == (
        verdict.verify_code,
        verdict.depth,
        verdict.alert,
    )
    assert meeting.explanation.rule == CAUSES[name]
    assert meeting.explanation.still
    assert "offered its LSC" in meeting.explanation.what
    assert "  " not in meeting.explanation.why
    assert "named ," not in meeting.explanation.why
    check_evidence(meeting)


@pytest.mark.trio
@pytest.mark.parametrize("name", [name for name, mishap in MISHAPS.items() if mishap.verdict is None])
async def test_a_mishap_that_tls_accepts_is_no_tls_failure(name, autojump_clock) -> None:  # type: ignore[no-untyped-def]
    made = {}

    def make(world: Lab) -> Identity:
        made["presented"] = MISHAPS[name].build(cast(world))
        return made["presented"].identity

    meeting = await meet(lambda _: Server(made["presented"].trust), make)
    assert refusals(meeting.events, DEVICE) == []
    assert meeting.explanation.rule == UNKNOWN  # this server hangs up after TLS, and no rule knows why
    check_evidence(meeting)


@pytest.mark.trio
async def test_a_known_name_with_another_key_is_not_called_unknown(autojump_clock) -> None:  # type: ignore[no-untyped-def]
    """Code 20 at depth 0 both times; what CallManager had read makes the difference."""
    rekeyed = await meet_mishap("issuer-rekeyed")
    absent = await meet_mishap("unknown-ca")
    assert {refusals(meeting.events, DEVICE)[0].verify_code for meeting in (rekeyed, absent)} == {20}
    assert "another key" in rekeyed.explanation.why
    assert "no certificate of that name" in absent.explanation.why
    assert "upload" not in rekeyed.explanation.cure


async def meet_mishap(name: str) -> Meeting:
    made = {}

    def make(world: Lab) -> Identity:
        made["presented"] = MISHAPS[name].build(cast(world))
        return made["presented"].identity

    return await meet(lambda _: Server(made["presented"].trust), make)


# A MIC


@pytest.mark.trio
@pytest.mark.parametrize(
    ("kept", "rule"),
    [
        ((), "mic-issuer-not-in-callmanager-trust"),
        (("Cisco Root CA M2",), "mic-issuer-not-in-callmanager-trust"),
        (("Cisco Manufacturing CA SHA2",), "chain-incomplete"),
    ],
    ids=["nothing", "only the root", "only the intermediate"],
)
async def test_a_mic_whose_authorities_are_missing(kept, rule, autojump_clock) -> None:  # type: ignore[no-untyped-def]
    def server(world: Lab) -> Server:
        return Server(TrustStore("CallManager-trust", [world.manufacturing[name].certificate for name in kept]))

    meeting = await meet(server, lambda _: None)
    assert meeting.explanation.rule == rule
    missing = "Cisco Root CA M2" if kept == ("Cisco Manufacturing CA SHA2",) else "Cisco Manufacturing CA SHA2"
    assert f" {missing}" in meeting.explanation.cure
    check_evidence(meeting)


@pytest.mark.trio
async def test_a_mic_that_has_ended_cannot_be_renewed(autojump_clock) -> None:  # type: ignore[no-untyped-def]
    def server(world: Lab) -> Server:
        return Server(TrustStore("CallManager-trust", world.manufacturing.default_ca_list()))

    meeting = await meet(server, lambda _: None, starts=NOW + timedelta(days=365 * 4))
    assert meeting.explanation.rule == "mic-expired"
    assert "A MIC cannot be renewed" in meeting.explanation.why


# Before any certificate


@pytest.mark.trio
@pytest.mark.parametrize("tls_1_3", [False, True], ids=["TLS 1.2", "TLS 1.3"])
async def test_a_phone_without_any_certificate(tls_1_3, autojump_clock) -> None:  # type: ignore[no-untyped-def]
    meeting = await meet(lambda world: Server(cast(world).trust), lambda _: None, mic=False, tls_1_3=tls_1_3)
    assert meeting.explanation.rule == "no-certificate"
    check_evidence(meeting)


@pytest.mark.trio
async def test_a_phone_that_is_too_old_for_the_cluster(autojump_clock) -> None:  # type: ignore[no-untyped-def]
    server = lambda world: Server(cast(world).trust, minimum=TlsVersion.TLSv1_2)  # noqa: E731
    meeting = await meet(server, lambda _: None, model="7965")
    assert meeting.explanation.rule == "minimum-tls-version"
    assert "TLSv1 at most" in meeting.explanation.why
    assert "nothing below TLSv1.2" in meeting.explanation.why
    check_evidence(meeting)


@pytest.mark.trio
async def test_no_cipher_in_common_is_not_taken_for_a_missing_certificate(autojump_clock) -> None:  # type: ignore[no-untyped-def]
    server = lambda world: Server(cast(world).trust, ciphers=("DHE-RSA-AES256-SHA",))  # noqa: E731
    meeting = await meet(server, lambda world: cast(world).healthy().identity)
    assert meeting.explanation.rule == "no-common-cipher"
    check_evidence(meeting)


def test_an_alert_alone_explains_only_what_no_certificate_can_cause() -> None:
    assert not {42, 43, 44, 45, 46, 48, 51} & set(ALERT_RULES)


# The phone refuses


@pytest.mark.trio
async def test_a_phone_with_another_clusters_lists_takes_no_configuration(autojump_clock) -> None:  # type: ignore[no-untyped-def]
    meeting = await meet(lambda world: Server(cast(world).trust), lambda _: None, trusts="elsewhere")
    assert meeting.explanation.rule == "no-configuration-and-no-tvs"
    check_evidence(meeting)


# Stories


@pytest.mark.parametrize("name", gallery.names())
def test_what_is_explained_of_a_story_rests_on_its_journal(name, of_gallery) -> None:  # type: ignore[no-untyped-def]
    result = of_gallery(name)
    check_evidence(Meeting(list(result.events)))
    assert UNKNOWN not in [explanation.rule for explanation in explain(result.events)]


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("new-cluster-old-lsc", {"lsc-of-another-cluster": True}),
        ("new-cluster-old-lsc-cured-by-mic", {"lsc-of-another-cluster": False}),
        ("new-cluster-old-lsc-cured-by-reinstall", {"lsc-of-another-cluster": False}),
        ("invalid-lsc", {"capf-lsc-of-another-cluster": False}),
    ],
)
def test_what_was_mended_is_not_so_still(name, rules, of_gallery) -> None:  # type: ignore[no-untyped-def]
    found = explain(of_gallery(name).events)
    assert {explanation.rule: explanation.still for explanation in found} == rules


@pytest.mark.parametrize("name", gallery.names())
def test_a_journal_from_disk_explains_the_same(name, of_gallery, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    result = of_gallery(name)
    file = tmp_path / "run.jsonl"
    file.write_bytes(b"".join(map(to_jsonl, result.events)))
    assert explain(read_journal(file)) == explain(result.events)


def test_a_failure_that_is_met_again_and_again_is_explained_once(play_text) -> None:  # type: ignore[no-untyped-def]
    text = (gallery.FOLDER / "new-cluster-old-lsc.toml").read_text("utf-8")
    result = play_text(text + '\n[[steps]]\ndo = "wait"\nseconds = 600\n')
    assert len(refusals(result.events, result.devices["with-old-lsc"])) > 3
    assert len(explain(result.events)) == 1


HEAD = """
title = "t"
[clusters.a]
[clusters.b]
[phones.p]
model = "7965"
cluster = "a"
profile = "{profile}"
{more}
[[steps]]
do = "boot"
"""


def story(*steps: str, profile: str = "Encrypted", more: str = "") -> str:
    return HEAD.format(profile=profile, more=more) + "".join(f"\n[[steps]]\n{step}\n" for step in steps)


def operation(mode: str, *, more: str = "") -> str:
    return f'do = "certificate-operation"\nphone = "p"\noperation = "Install/Upgrade"\nmode = "{mode}"\n{more}'


LSC_FIRST, MIC_FIRST = "By Existing Certificate (Precedence to LSC)", "By Existing Certificate (Precedence to MIC)"
REGISTERED = 'expect = "registered"\nphone = "p"\ncertificate = "{}"'


@pytest.mark.parametrize(
    ("text", "rule", "says"),
    [
        (
            story(
                REGISTERED.format("none"),
                'do = "delete-certificate"\ncluster = "a"\nstore = "CAPF-trust"\ncertificate = "Cisco Manufacturing CA"',
                'do = "restart-service"\ncluster = "a"\nservice = "Cisco Certificate Authority Proxy Function"',
                operation(MIC_FIRST),
                'do = "reset"',
                'do = "wait"\nseconds = 5',
                profile="Non Secure",
            ),
            "capf-mic-issuer-not-in-capf-trust",
            "Upload Cisco Manufacturing CA to CAPF-trust",
        ),
        (
            story(
                REGISTERED.format("none"),
                operation(MIC_FIRST),
                'do = "reset"',
                'do = "wait"\nseconds = 5',
                profile="Non Secure",
                more="mic = false",
            ),
            "capf-no-certificate",
            "By Null String",
        ),
        (
            story(
                REGISTERED.format("none"),
                operation("By Null String", more="rsa-key-size = 4096"),
                'do = "reset"',
                'do = "wait"\nseconds = 5',
                profile="Non Secure",
            ),
            "capf-key-not-made",
            "a key of 2048 bits",
        ),
        (
            story(
                REGISTERED.format("none"),
                operation("By Null String", more='key-order = "EC Only"'),
                'do = "reset"',
                'do = "wait"\nseconds = 5',
                profile="Non Secure",
            ),
            "capf-ec-only",
            "RSA Only",
        ),
        (
            story(
                REGISTERED.format("none"),
                operation("By Authentication String", more='string = "1234"'),
                'do = "reset"',
                'do = "wait"\nseconds = 5',
                'do = "type-authentication-string"\nphone = "p"\nstring = "4321"',
                'do = "wait"\nseconds = 5',
                profile="Non Secure",
            ),
            "capf-authentication-string",
            "Type the right authentication string",
        ),
        (
            story('do = "wait"\nseconds = 5', more='trusts = "b"'),
            "no-configuration-and-no-tvs",
            "Delete CTL and ITL in the settings",
        ),
        (
            story(
                REGISTERED.format("MIC"),
                'do = "delete-certificate"\ncluster = "a"\nstore = "CallManager-trust"\ncertificate = "Cisco Root CA 2048"',
                'do = "restart-service"\ncluster = "a"\nservice = "Cisco CallManager"',
                'do = "wait"\nseconds = 30',
            ),
            "chain-incomplete",
            "Upload Cisco Root CA 2048",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and "\n" not in value else "",
)
def test_a_failure_in_a_lab_is_explained_by_its_cause(text, rule, says, play_text) -> None:  # type: ignore[no-untyped-def]
    result = play_text(text)
    assert result.passed, result.steps[-1].observed
    found = explain(result.events)
    assert [explanation.rule for explanation in found] == [rule]
    assert says in found[0].cure
    assert found[0].still
    check_evidence(Meeting(list(result.events)))


def test_an_expired_lsc_is_not_to_be_cured_by_more_trust() -> None:
    expired, unknown = (capf_refusal(verify_code=code) for code in (10, 20))
    assert (expired.rule, unknown.rule) == ("capf-lsc-expired", "capf-lsc-issuer-not-in-capf-trust")
    assert "verify code 10" in expired.why
    assert "upload" not in expired.cure
    assert "Upload CAPF-1234abcd" in unknown.cure


def test_a_refusal_without_capfs_start_says_the_codes_and_guesses_no_store() -> None:
    refused = capf_refusal(started=False, verify_code=20)
    assert refused.rule == "capf-lsc-refused"
    assert "verify code 20" in refused.why
    assert "upload" not in refused.cure


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        (
            {"fault": ProofOfPossessionFault.OTHER_DEVICE, "subject": named(CN="CP-7965G-SEP000000000001")},
            "capf-certificate-of-another-device",
        ),
        ({"fault": ProofOfPossessionFault.PROOF_MISSING}, "capf-no-proof"),
        ({"fault": ProofOfPossessionFault.PROOF_WRONG}, "capf-no-proof"),
        ({"fault": ProofOfPossessionFault.NOT_PRESENTED}, "capf-no-certificate"),
        ({"fault": ProofOfPossessionFault.UNREADABLE, "issuer": NO_NAME}, "capf-lsc-refused"),
        ({"verify_code": 10, "certificate_kind": "MIC"}, "capf-mic-expired"),
        ({"verify_code": 10, "depth": 1}, "capf-issuer-expired"),
        ({"verify_code": 7}, "capf-lsc-refused"),
        ({"verify_code": 20, "certificate_kind": "MIC"}, "capf-mic-issuer-not-in-capf-trust"),
        ({"verify_code": 7, "certificate_kind": "MIC"}, "capf-mic-refused"),
    ],
)
def test_whom_capf_does_not_believe_and_why(changes, rule) -> None:  # type: ignore[no-untyped-def]
    assert capf_refusal(**changes).rule == rule


def test_an_authority_that_capf_had_read_is_not_called_missing() -> None:
    """Code 20 as well where the key identifier is that of another key of the same name."""
    assert capf_refusal(trusted=named(O="x", CN="CAPF-1234abcd"), verify_code=20).rule == "capf-issuer-key-changed"


def test_the_same_name_in_another_string_type_is_the_same_authority() -> None:
    """OpenSSL finds it, so the explanation must not say that it is missing."""
    utf8 = named(O="x", CN="CAPF-1234abcd")
    printable = name_untrusted(utf8.der.replace(b"\x0c", b"\x13"))
    assert printable.der != utf8.der
    assert capf_refusal(trusted=printable, verify_code=20).rule == "capf-issuer-key-changed"


OTHER = named(O="x", CN="CAPF-other")


def capf_refusal(*, started: bool = True, trusted: DistinguishedName = OTHER, **changes: object) -> Explanation:
    """CAPF does not believe the bearer of an LSC."""
    meeting = Meeting()
    journal = Journal(Clock(NOW, lambda: 0.0))
    journal.subscribe(meeting.events.append)
    if started:
        journal.emitter("a/capf").emit(CapfStarted(address="127.0.0.1", port=3804, trusted=(trusted,)))
    journal.emitter(DEVICE).emit(
        PhoneStarted(device_name=DEVICE, model="7965", load="x", lsc_issuer=named(CN="CAPF-1234abcd"))
    )
    capf = journal.emitter("a/capf", "1>2")
    refused = ProofOfPossessionRefused(
        device=DEVICE,
        fault=ProofOfPossessionFault.NOT_TRUSTED,
        certificate_kind="LSC",
        issuer=named(O="x", CN="CAPF-1234abcd"),
    )
    because = capf.emit(msgspec.structs.replace(refused, **changes))
    status = "Upgrade Failed: Invalid LSC"
    capf.emit(OperationEnded(device=DEVICE, operation="Install/Upgrade", status=status, succeeded=False), cause=because)
    check_evidence(meeting)
    return meeting.explanation


def test_an_operation_that_failed_without_a_known_cause_is_not_guessed_at() -> None:
    meeting = Meeting()
    journal = Journal(Clock(NOW, lambda: 0.0))
    journal.subscribe(meeting.events.append)
    start = PhoneStarted(device_name=DEVICE, model="7965", load="x")
    because = journal.emitter(DEVICE).emit(start)
    ended = OperationEnded(device=DEVICE, operation="Delete", status="Delete Failed", succeeded=False)
    journal.emitter("a/capf").emit(ended, cause=because)
    assert meeting.explanation.rule == UNKNOWN
    check_evidence(meeting)


def test_where_nothing_failed_nothing_is_explained(of_gallery) -> None:  # type: ignore[no-untyped-def]
    assert explain(of_gallery("no-lsc-uses-mic").events) == []
    assert explain([]) == []
