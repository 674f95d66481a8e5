"""The evaluation as a whole: by classes and phone by phone the same report, here and elsewhere, and in part when interrupted."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

from cisco_data import CertificateKind, ServiceKind
from lab.base.failures import MachineCannot
from lab.base.language import ENGLISH
from lab.fleet.model import Described, Fleet, Known
from lab.fleet.trust import HeldTrust
from lab.operations import steps as st
from lab.whatif import evaluate as evaluating
from lab.whatif import trials
from lab.whatif.certificate_warnings import without_certificate_warnings
from lab.whatif.classes import Sorter
from lab.whatif.evaluate import ChangeRequest, evaluate
from lab.whatif.impact_report import ImpactReport, Verdict
from lab.whatif.render.words import headline
from lab.whatif.trials import Workers
from lab.whatif.workers import workers_for
from pki import Identity, KeyPool, TrustStore, capf_authority
from pki.rekeyed import RekeyedCertificates
from tests.whatif.conftest import DEVICE, NOW, RSA_2048, SINCE, Network
from tests.whatif.made_trust import held
from wire.tls import AlertDescription, TlsVersion, VerifyCode

CALLMANAGER, CAPF = "CallManager of hq", "CAPF of hq"


def known(identity: Identity) -> Known:
    return Known(identity.certificate, identity.chain)


@pytest.fixture
def fleet(network: Network) -> Fleet:
    """Five with LSCs, of which one is the other CAPF's and one expires soon; one with a MIC; one of TLS 1.0. All are re-keyed."""
    names = [f"SEP00112233440{number}" for number in range(7)]
    lscs = [
        network.lsc(device=names[0]),
        network.lsc(device=names[1]),
        network.lsc(network.other_capf, names[2]),
        network.lsc(device=names[3], not_after=NOW + timedelta(days=3)),
        network.lsc(device=names[4]),
    ]
    phones = [replace(network.phone(name), lsc=known(lsc)) for name, lsc in zip(names, lscs, strict=False)]
    phones.append(replace(network.phone(names[5]), mic=known(network.mic(names[5]))))
    old = network.lsc(device=names[6], model="7965")
    phones.append(replace(network.phone(names[6], "7965"), lsc=known(old)))
    phones[4] = replace(phones[4], uses=("ise", "asa"))
    found = network.fleet(*phones)
    capfs = (network.capf.certificate, network.other_capf.certificate)
    return replace(
        found, identities=tuple(identity for identity in found.identities if identity.certificate not in capfs)
    )


@pytest.fixture
def change_request(network: Network, fleet: Fleet) -> ChangeRequest:
    return ChangeRequest(
        fleet,
        (
            st.RemoveCertificateStep(network.capf.certificate, CALLMANAGER),
            st.RestartStep(CALLMANAGER),
            st.SetDateStep(NOW + timedelta(days=9)),
        ),
        "a test",
    )


def told(answer: ImpactReport) -> list[tuple[Any, ...]]:
    """What is said of each phone at each service, whatever the groups are."""
    return [
        (device, line.server_after, line.verdict, line.before.outcome, line.after.outcome, line.why)
        for device, _, line in answer.rows()
    ]


def verdicts(answer: ImpactReport, server: str) -> dict[str, Verdict]:
    return {device[-1]: line.verdict for device, _, line in answer.rows() if line.server_after == server}


def test_each_phone_gets_its_verdict_at_each_service(network: Network, change_request: ChangeRequest) -> None:
    answer = evaluate(change_request, network.keys)
    assert answer.complete
    assert verdicts(answer, CALLMANAGER) == {
        "0": Verdict.BREAKS,
        "1": Verdict.BREAKS,
        "2": Verdict.WAS_BROKEN,
        "3": Verdict.BREAKS,
        "4": Verdict.BREAKS,
        "5": Verdict.ONLY_BY_MIC,
        "6": Verdict.BREAKS,
    }
    assert verdicts(answer, CAPF)["0"] is Verdict.WORKS
    assert verdicts(answer, CAPF)["3"] is Verdict.BREAKS
    assert verdicts(answer, "ise") == {"4": Verdict.WORKS}
    outcomes = {device[-1]: line.after.outcome for device, _, line in answer.rows() if line.server_after == CALLMANAGER}
    first, expired = outcomes["0"], outcomes["3"]
    assert first is not None
    assert expired is not None
    assert (first.verify_code, first.depth) == (VerifyCode.UNABLE_TO_GET_ISSUER_CERT_LOCALLY, 0)
    assert first.alert == expired.alert == AlertDescription.UNKNOWN_CA  # the issuer is looked for before the dates
    assert answer.breaks
    assert answer.counts()[Verdict.BREAKS] == 5


def test_what_breaks_is_told_with_console_lines_and_the_rules_of_explain(
    network: Network, change_request: ChangeRequest
) -> None:
    answer = evaluate(change_request, network.keys)
    (group,) = [group for group in answer.groups if group.devices[0].endswith("0")]
    assert group.devices == ("SEP001122334400", "SEP001122334401")
    line = next(line for line in group.lines if line.verdict is Verdict.BREAKS)
    assert any("type=LSC" in printed for printed in line.console)
    assert any("alert [read]:[fatal]:[unknown CA]" in printed for printed in line.console)
    assert line.explanation is not None
    assert line.explanation.rule == "capf-deleted-from-callmanager-trust"
    (old,) = [group for group in answer.groups if group.model == "7965"]
    console = next(line.console for line in old.lines if line.verdict is Verdict.BREAKS)
    assert "cert [LSC]" in console[0]
    assert "SSL3 alert [read]:[fatal]:[unknown CA]" in console[1]


def test_classes_and_every_phone_say_the_same_and_differ_in_the_handshakes(
    network: Network, change_request: ChangeRequest
) -> None:
    by_classes = evaluate(change_request, network.keys, propose=False)
    every_phone = evaluate(change_request, network.keys, propose=False, every_phone=True)
    assert told(by_classes) == told(every_phone)
    assert by_classes.groups == every_phone.groups
    assert every_phone.every_phone
    assert by_classes.plan == every_phone.plan
    assert by_classes.rekeyed == 6
    assert every_phone.rekeyed == 7


def test_nothing_asked_says_how_things_stand(network: Network, fleet: Fleet) -> None:
    answer = evaluate(ChangeRequest(fleet, (), "a test"), network.keys)
    assert not answer.breaks
    assert answer.proposal is None
    assert verdicts(answer, CALLMANAGER)["2"] is Verdict.WAS_BROKEN
    assert [step.text for step in answer.plan] == ["Before anything is done."]


def test_nobody_to_ask_about_is_no_error(network: Network) -> None:
    answer = evaluate(ChangeRequest(network.fleet(), (st.RestartStep(CALLMANAGER),), "nobody"), network.keys)
    assert (answer.groups, answer.breaks, answer.complete) == ((), False, True)


def test_a_phone_of_which_nothing_can_be_told_is_told_of_with_the_reason(network: Network, fleet: Fleet) -> None:
    lost = replace(network.phone("SEP0011223344FF"), not_told="its certificate cannot be read")
    answer = evaluate(ChangeRequest(replace(fleet, phones=(*fleet.phones, lost)), (), "a test"), network.keys)
    (group,) = [group for group in answer.groups if "SEP0011223344FF" in group.devices]
    assert {line.verdict for line in group.lines} == {Verdict.UNKNOWN}
    assert {line.why for line in group.lines} == {"its certificate cannot be read"}


@pytest.mark.parametrize("after", [0, 1, 3])
def test_an_interrupt_leaves_what_is_known_by_then(after: int, network: Network, change_request: ChangeRequest) -> None:
    def done(so_far: int, of_all: int) -> None:
        assert of_all == 6  # classes
        if so_far == after:
            raise KeyboardInterrupt

    answer = (
        evaluate(change_request, network.keys, done=done) if after else interrupted_at_once(change_request, network)
    )
    assert not answer.complete
    assert len(answer.groups) == after
    assert answer.proposal is None


def interrupted_at_once(change_request: ChangeRequest, network: Network) -> ImpactReport:
    with pytest.MonkeyPatch.context() as patch:

        def add(*_: Any, **__: Any) -> Any:
            raise KeyboardInterrupt

        patch.setattr(Sorter, "add", add)
        return evaluate(change_request, network.keys)


# Other processes


class Here(Executor):
    """Does at once, in this process, what it is given, through octets and back; counts it."""

    def __init__(self) -> None:
        self.given = 0

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.given += 1
        assert all(isinstance(each, bytes) for each in args)
        done: Future[Any] = Future()
        try:
            done.set_result(work(*args, **kwargs))
        except BaseException as error:
            done.set_exception(error)
        return done


def by(executor: Executor, change_request: ChangeRequest, network: Network, **options: Any) -> ImpactReport:
    return evaluate(
        change_request, network.keys, every_phone=True, workers=lambda: Workers(executor, 2), propose=False, **options
    )


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few phones count as many, and a batch holds two."""
    monkeypatch.setattr(evaluating, "FEW", 0)
    monkeypatch.setattr(trials, "BATCH_SIZE", 2)


@pytest.mark.usefixtures("many")
def test_whoever_does_the_handshakes_the_answer_is_the_same(network: Network, change_request: ChangeRequest) -> None:
    here = evaluate(change_request, network.keys, every_phone=True, propose=False)
    executor = Here()
    away = by(executor, change_request, network)
    assert executor.given == 4
    assert told(here) == told(away)
    assert here.groups == away.groups
    assert (away.handshakes, away.rekeyed, away.plan) == (here.handshakes, here.rekeyed, here.plan)
    with ThreadPoolExecutor(2) as threads:
        assert by(threads, change_request, network).groups == here.groups


@pytest.mark.usefixtures("many")
def test_processes_of_this_machine_find_what_this_one_finds(network: Network, change_request: ChangeRequest) -> None:
    here = evaluate(change_request, network.keys, every_phone=True, propose=False)
    with workers_for(None, 2) as workers:
        assert workers is not None
        away = evaluate(change_request, network.keys, every_phone=True, workers=workers, propose=False)
    assert here.groups == away.groups
    assert away.handshakes == here.handshakes


@pytest.mark.usefixtures("many")
def test_a_lab_of_its_own_keys_travels_with_them(network: Network) -> None:
    """A scenario's phones need no re-keyed certificates: their keys go along."""
    phone = network.phone(lsc=network.lsc(), mic=network.mic())
    fleet = network.fleet(phone, replace(phone, device_name="SEP0011223344EE"))
    answer = by(Here(), ChangeRequest(fleet, (), "a test"), network)
    assert answer.rekeyed == 0
    assert {line.verdict for _, _, line in answer.rows() if line.server_after == "CAPF of hq"} == {
        Verdict.WORKS,
        Verdict.WAS_BROKEN,  # another device's name in its certificate
    }


def test_few_phones_are_tried_here_and_no_workers_are_started(network: Network, change_request: ChangeRequest) -> None:
    def workers() -> Workers:
        raise AssertionError("called")

    assert evaluate(change_request, network.keys, every_phone=True, workers=workers, propose=False).complete


@pytest.mark.usefixtures("many")
def test_an_interrupt_while_workers_are_busy_leaves_what_is_known(
    network: Network, change_request: ChangeRequest
) -> None:
    def done(so_far: int, of_all: int) -> None:
        if so_far == 4:
            raise KeyboardInterrupt

    answer = by(Here(), change_request, network, done=done)
    assert not answer.complete
    assert answer.phones == 4


@pytest.mark.usefixtures("many")
def test_a_worker_of_another_version_is_refused(
    network: Network, change_request: ChangeRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = trials.version
    trials._thread.common = b""
    asked: list[str] = []

    def version(name: str) -> str:
        asked.append(name)
        return real(name) if len(asked) == 1 else "0.0.1"

    monkeypatch.setattr(trials, "version", version)
    with pytest.raises(MachineCannot, match=r"a worker has cucm-cert-lab 0\.0\.1 and not"):
        by(Here(), change_request, network)


@pytest.mark.usefixtures("many")
def test_a_worker_that_is_lost_is_said_to_be(network: Network, change_request: ChangeRequest) -> None:
    from concurrent.futures.process import BrokenProcessPool

    class Lost(Here):
        def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            done: Future[Any] = Future()
            done.set_exception(BrokenProcessPool("killed"))
            return done

    with pytest.raises(MachineCannot, match="a process that did handshakes is gone"):
        by(Lost(), change_request, network)


@pytest.mark.usefixtures("many")
def test_a_bug_in_a_worker_is_loud(
    network: Network, change_request: ChangeRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(trials, "trials_of", broken)
    with pytest.raises(ZeroDivisionError):
        by(Here(), change_request, network)


@pytest.mark.usefixtures("many")
def test_workers_that_are_all_gone_are_not_waited_for(
    network: Network, change_request: ChangeRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Silent(Here):
        def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            return Future()

    monkeypatch.setattr(trials, "PATIENCE", 0.01)
    gone = iter([False, False, True])
    workers = Workers(Silent(), 2, lambda: next(gone))
    with pytest.raises(MachineCannot, match="no worker process is left to do the handshakes"):
        evaluate(change_request, network.keys, every_phone=True, workers=lambda: workers)


def test_a_minimum_that_rises_is_told_in_words(network: Network, fleet: Fleet) -> None:
    steps = (st.SetMinimumTlsStep(CALLMANAGER, TlsVersion.TLSv1_2), st.RestartStep(CALLMANAGER))
    answer = evaluate(ChangeRequest(fleet, steps, "a test"), network.keys)
    assert verdicts(answer, CALLMANAGER)["6"] is Verdict.BREAKS
    assert verdicts(answer, CALLMANAGER)["0"] is Verdict.WORKS
    (why,) = [line.why for device, _, line in answer.rows() if line.verdict is Verdict.BREAKS]
    assert why == "The phone offers TLSv1 at most, and CallManager of hq takes TLSv1.2 or newer."
    assert SINCE < NOW


def test_an_authority_that_a_step_brings_makes_its_phones_work(network: Network) -> None:
    """An inventory told of an issuer that nobody knew; the certificate comes with the change."""
    described = Described(
        CertificateKind.LSC, "8861", "CAPF-new", None, 5, SINCE, NOW + timedelta(days=9), "row 1 of inventory.csv"
    )
    fleet = network.fleet(replace(network.phone(), lsc=described))
    brought = capf_authority(keys=network.keys, subject={"O": "Lab"}, not_before=SINCE, name="CAPF-new").certificate
    assert verdicts(evaluate(ChangeRequest(fleet, (), "a test"), network.keys), CALLMANAGER) == {
        "5": Verdict.WAS_BROKEN
    }
    steps = (st.AddCertificateStep(brought, CALLMANAGER), st.RestartStep(CALLMANAGER))
    assert verdicts(evaluate(ChangeRequest(fleet, steps, "a test"), network.keys), CALLMANAGER) == {"5": Verdict.MENDED}
    other = (st.AddCertificateStep(network.other_capf.certificate, CALLMANAGER), st.RestartStep(CALLMANAGER))
    assert verdicts(evaluate(ChangeRequest(fleet, other, "a test"), network.keys), CALLMANAGER) == {
        "5": Verdict.WAS_BROKEN
    }


def test_a_new_capf_is_told_of_where_nobody_knows_what_phones_trust(network: Network, fleet: Fleet) -> None:
    def told_of(*steps: st.Step, lists: HeldTrust | None = None) -> bool:
        phones = tuple(replace(phone, lists=lists) for phone in fleet.phones)
        answer = evaluate(ChangeRequest(replace(fleet, phones=phones), steps, "a test"), network.keys, propose=False)
        return any("what its phones trust is not known" in finding.problem for finding in answer.findings)

    regenerate, lists = st.RegenerateCapfStep("hq"), st.UpdateTrustListsStep("hq")
    assert told_of(regenerate)
    assert told_of(lists, regenerate)
    assert not told_of(regenerate, lists)
    assert not told_of(regenerate, lists=held(network.capf.certificate))
    assert not told_of()


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("away", [False, True])
def test_certificates_of_odd_encodings_are_judged_without_a_word(away: bool, network: Network) -> None:
    """A C of three letters, which cryptography warns of at each reading; warnings are errors in these tests."""
    key = network.keys.take(RSA_2048)

    def made(name: str, *, ca: bool) -> x509.Certificate:
        subject, issuer = (
            x509.Name(
                [
                    x509.NameAttribute(NameOID.COUNTRY_NAME, "AUS", _ASN1Type.UTF8String, _validate=False),
                    x509.NameAttribute(NameOID.COMMON_NAME, cn),
                ]
            )
            for cn in (name, "CAPF-odd")
        )
        builder = x509.CertificateBuilder(issuer, subject, key.public_key(), 77, SINCE, NOW + timedelta(days=9))
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        return builder.sign(key, hashes.SHA256())  # type: ignore[arg-type]

    with without_certificate_warnings():
        authority = made("CAPF-odd", ca=True)
        trust = network.settings().trust.with_certificate(authority)
        odd = made(f"CP-8861-{DEVICE}", ca=False)
    server = network.server(ServiceKind.CALLMANAGER, network.settings(trust=trust))
    fleet = network.fleet(replace(network.phone(), lsc=Known(odd)), servers=(server,))
    steps = (st.RemoveCertificateStep(authority, CALLMANAGER), st.RestartStep(CALLMANAGER))
    change_request = ChangeRequest(fleet, steps, "a test")
    answer = by(Here(), change_request, network) if away else evaluate(change_request, network.keys, propose=False)
    assert verdicts(answer, CALLMANAGER) == {"5": Verdict.BREAKS}


def test_phones_with_and_without_an_lsc_that_break_alike_are_counted_together(network: Network) -> None:
    old = [network.phone(f"SEP00112233445{number}", "7965") for number in range(2)]
    lsc, mic = network.lsc(device=old[0].device_name, model="7965"), network.mic(old[1].device_name, "7965")
    fleet = network.fleet(replace(old[0], lsc=known(lsc)), replace(old[1], mic=known(mic)))
    steps = (st.SetMinimumTlsStep(CALLMANAGER, TlsVersion.TLSv1_2), st.RestartStep(CALLMANAGER))
    answer = evaluate(ChangeRequest(fleet, steps, "a test"), network.keys)
    assert headline(answer, ENGLISH) == "2 of 2 phones break: 2 at CallManager of hq (alert protocol version)."


@pytest.mark.usefixtures("many")
def test_steps_that_name_phones_part_them_whoever_does_the_handshakes(
    network: Network, change_request: ChangeRequest
) -> None:
    """The first two are of one class until one of them loses its LSC."""
    named = replace(change_request, steps=(st.DeleteLscStep(frozenset({"SEP001122334401"})), *change_request.steps))
    here = evaluate(named, network.keys, every_phone=True, propose=False)
    away = by(Here(), named, network)
    classes = evaluate(named, network.keys, propose=False)
    assert here.groups == away.groups == classes.groups
    assert here.plan == away.plan == classes.plan
    assert ("SEP001122334400",) in [group.devices for group in here.groups]


@pytest.mark.usefixtures("many")
def test_a_store_that_holds_a_phones_own_certificate_is_the_same_elsewhere(network: Network) -> None:
    """The gateway takes any certificate of its store as an anchor, and the lab has this one's key."""
    for _ in range(9):  # of which a worker's own ring, which begins anew, might take one for a re-keyed certificate
        network.keys.take(RSA_2048)
    own = network.lsc(network.other_capf)
    trust = TrustStore("asa", [own.certificate])
    server = network.server(ServiceKind.VPN, network.settings(ServiceKind.VPN, trust=trust))
    fleet = network.fleet(network.phone(lsc=own, uses=("asa",)), servers=(server,))
    change_request = ChangeRequest(fleet, (), "a test")
    assert verdicts(evaluate(change_request, network.keys), "asa") == {"5": Verdict.WORKS}
    assert verdicts(by(Here(), change_request, network), "asa") == {"5": Verdict.WORKS}


@pytest.mark.usefixtures("many")
def test_what_nobody_signed_is_not_signed_by_a_key_that_somebody_has(network: Network) -> None:
    """Another process begins the pool's keys anew: the second of them, which comes after its own, is this CAPF's."""
    keys = KeyPool().ring()
    keys.take(RSA_2048)
    capf = capf_authority(keys=keys, subject={"O": "Lab"}, not_before=SINCE)
    with_it = TrustStore("CallManager-trust", [capf.certificate])
    server = network.server(ServiceKind.CALLMANAGER, network.settings(trust=with_it))
    orphan = Known(network.lsc(network.other_capf).certificate)
    phone = replace(network.phone(), lsc=orphan)
    fleet = replace(
        network.fleet(phone, servers=(server,)), identities=(capf.identity,), certificates=(capf.certificate,)
    )
    assert verdicts(by(Here(), ChangeRequest(fleet, (), "a test"), network), CALLMANAGER) == {"5": Verdict.WAS_BROKEN}
    rekeyed = RekeyedCertificates([capf.certificate], KeyPool().ring(), [capf.identity])
    made = rekeyed.identity(orphan.certificate).certificate
    public = capf.identity.key.public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    with pytest.raises(InvalidSignature):
        public.verify(made.signature, made.tbs_certificate_bytes, padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.usefixtures("many")
def test_an_interrupt_is_heeded_after_what_has_come_by_then(network: Network, change_request: ChangeRequest) -> None:
    pressed = iter([True])

    def check_interrupt() -> None:
        if next(pressed, False):
            raise KeyboardInterrupt

    answer = by(Here(), change_request, network, check_interrupt=check_interrupt)
    assert not answer.complete
    assert answer.phones > 0
