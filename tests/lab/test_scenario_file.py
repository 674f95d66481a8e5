"""An author's mistake is one sentence with file, place and remedy; nothing that an author can write is anything else."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lab import gallery, toml_tables
from lab.failures import ScenarioError
from lab.scenario.file import load, parse
from lab.scenario.model import Boot, Scenario

GOOD = """
title = "A story"
lesson = "Something is learnt."
faq = [2, 4]
starts = 2026-11-23T08:00:00Z

[clusters.old]
[clusters.new]
mode = "mixed"
minimum-tls = "TLSv1"

[phones.lobby]
model = "7965"
cluster = "new"
profile = "Encrypted"
device = "SEP001122334455"
lsc = "old"
mic = true
trusts = "new"

[phones.attic]
model = "8861"
cluster = "new"
tls = "1.3"
mic-authority = "Cisco Manufacturing CA SHA2"

[[steps]]
do = "boot"
phones = ["lobby"]

[[steps]]
say = "It is refused."
expect = "refused"
phone = "lobby"
certificate = "LSC"
issuer = "CAPF of old"
verify-code = 20
alert = "unknown CA"
within = 5

[[steps]]
do = "certificate-operation"
phone = "lobby"
operation = "Install/Upgrade"
rsa-key-size = 1024

[[steps]]
expect = "certificate-operation-status"
phone = "lobby"
status = "Upgrade Success"

[[steps]]
expect = "rejected"
phone = "attic"
cause = "securityMismatch"

[[steps]]
do = "delete-certificate"
cluster = "new"
store = "CallManager-trust"
certificate = "Cisco Manufacturing CA"

[[steps]]
do = "wait"
seconds = 1.5
days = 2

[[steps]]
expect = "lsc"
phone = "lobby"
issuer = "none"
"""


def wrong(text: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        parse(text, "story.toml", "story")
    return str(caught.value)


def test_a_good_file_becomes_a_scenario() -> None:
    story = parse(GOOD, "story.toml", "story")
    assert (story.name, story.title, story.head.faq) == ("story", "A story", (2, 4))
    assert list(story.clusters) == ["old", "new"]
    assert story.phones["lobby"].lsc == "old"
    assert len(story.steps) == 8
    assert isinstance(story.steps[0], Boot)
    assert story.starts == datetime(2026, 11, 23, 8, tzinfo=UTC)


# (what is replaced in the good file, by what, where the message points, what it says)
MISTAKES = [
    ('mode = "mixed"', 'mode = "mixed"\nlsc-days = 1826', "clusters.new.lsc-days", "between 1 and 1825"),
    ('mode = "mixed"', 'mode = "mixed"\ncertificate-issuer = "online"', "clusters.new.certificate-issuer", "online CA"),
    ('lsc = "old"', 'lsc-name = "SEP00AABBCCDDEE"', "phones.lobby.lsc-name", "the phone has none"),
    ('lsc = "old"', 'lsc = "old"\nlsc-name = "lobby"', "phones.lobby.lsc-name", "is not SEP and twelve"),
    ('lsc = "old"', 'lsc = "old"\nbuilt = 2027-01-01', "phones.lobby.built", "the start of its story"),
    ('lsc = "old"', 'lsc = "old"\nbuilt = 1999-01-01', "phones.lobby.built", "between 2004"),
    ('lsc = "old"', 'lsc = "old"\nbuilt = "2019"', "phones.lobby.built", "this must be a date"),
    ("rsa-key-size = 1024", "completes-by = 2026-11-23T09:00:00", "steps[3].completes-by", "with its zone"),
    ('issuer = "CAPF of old"', 'issuer = "old CAPF of old"', "steps[2].issuer", "has not been made anew by then"),
    ('issuer = "CAPF of old"', 'issuer = "old CAPF of nowhere"', "steps[2].issuer", 'no cluster "nowhere"'),
    (
        'do = "boot"\nphones = ["lobby"]',
        'do = "default-ca-list"\ncluster = "new"\nchange = "disable"\ncertificate = "Cisco"',
        "steps[1].certificate",
        "no certificate is called",
    ),
    (
        'do = "boot"\nphones = ["lobby"]',
        'expect = "phone-page"\nphone = "lobby"\npage = "Security"\ncontains = "LSC"',
        "steps[1].page",
        "a phone has no page",
    ),
    # unknown keys, at each level
    ('title = "A story"', 'titel = "A story"', "titel", 'no key "titel" here (did you mean "title"?)'),
    ("[clusters.old]", '[clusters.old]\nmod = "mixed"', "clusters.old.mod", '(did you mean "mode"?)'),
    ('model = "7965"', 'modle = "7965"', "phones.lobby.modle", '(did you mean "model"?)'),
    ('phones = ["lobby"]', 'phone = ["lobby"]', "steps[1].phone", '(did you mean "phones"?)'),
    ("verify-code = 20", "verify_code = 20", "steps[2].verify_code", '(did you mean "verify-code"?)'),
    # names of nothing
    ('model = "7965"', 'model = "7956"', "phones.lobby.model", "did you mean"),
    ('cluster = "new"\nprofile', 'cluster = "nwe"\nprofile', "phones.lobby.cluster", '(did you mean "new"?)'),
    ('lsc = "old"', 'lsc = "odl"', "phones.lobby.lsc", '(did you mean "old"?)'),
    ('trusts = "new"', 'trusts = "x"', "phones.lobby.trusts", "(there is old, new)"),
    ('CA SHA2"', 'CA SHA1"', "phones.attic.mic-authority", '(did you mean "Cisco Manufacturing CA SHA2"?)'),
    ('phones = ["lobby"]', 'phones = ["attic", "loby"]', "steps[1].phones[2]", '(did you mean "lobby"?)'),
    ('phone = "attic"', 'phone = "atic"', "steps[5].phone", '(did you mean "attic"?)'),
    ('phone = "attic"', 'phone = ""', "steps[5].phone", "(there is lobby, attic)"),
    ('cluster = "new"\nstore', 'cluster = "now"\nstore', "steps[6].cluster", '(did you mean "new"?)'),
    ('issuer = "CAPF of old"', 'issuer = "CAPF of odl"', "steps[2].issuer", '(did you mean "old"?)'),
    ('issuer = "CAPF of old"', 'issuer = "capf of old"', "steps[2].issuer", '(did you mean "CAPF of old"?)'),
    ('issuer = "CAPF of old"', 'issuer = "none"', "steps[2].issuer", 'no certificate is called "none"'),
    ('issuer = "none"', 'issuer = "non"', "steps[8].issuer", '(did you mean "none"?)'),
    ('certificate = "Cisco Manufacturing CA"', 'certificate = "LSC"', "steps[6].certificate", "no certificate"),
    ('status = "Upgrade Success"', 'status = "Upgrade Sucess"', "steps[4].status", '(did you mean "Upgrade Success"?)'),
    ('alert = "unknown CA"', 'alert = "unknown ca"', "steps[2].alert", '(did you mean "unknown CA"?)'),
    (
        'cause = "securityMismatch"',
        'cause = "securityMissmatch"',
        "steps[5].cause",
        '(did you mean "securityMismatch"?)',
    ),
    ('mode = "mixed"', 'mode = "Mixed"', "clusters.new.mode", '(did you mean "mixed"?)'),
    ('minimum-tls = "TLSv1"', 'minimum-tls = "1.2"', "clusters.new.minimum-tls", '(did you mean "TLSv1.2"?)'),
    ('profile = "Encrypted"', 'profile = "Encripted"', "phones.lobby.profile", '(did you mean "Encrypted"?)'),
    ('tls = "1.3"', 'tls = "1.4"', "phones.attic.tls", "not possible here"),
    ('store = "CallManager-trust"', 'store = "Callmanager-trust"', "steps[6].store", '"CallManager-trust"?)'),
    ('operation = "Install/Upgrade"', 'operation = "Install"', "steps[3].operation", "not possible here"),
    ("rsa-key-size = 1024", "rsa-key-size = 1023", "steps[3].rsa-key-size", "(there is 512, 1024, 2048, 3072, 4096)"),
    ('do = "boot"', 'do = "bot"', "steps[1].do", '(did you mean "boot"?)'),
    ('expect = "rejected"', 'expect = "regected"', "steps[5].expect", '(did you mean "rejected"?)'),
    # kinds
    ('title = "A story"', "title = 5", "title", "must be text in quotes, not a whole number"),
    ("faq = [2, 4]", "faq = 2", "faq", "must be a list, not a whole number"),
    ("faq = [2, 4]", 'faq = [2, "4"]', "faq[2]", "must be a whole number, not text in quotes"),
    ("mic = true", 'mic = "yes"', "phones.lobby.mic", "must be true or false, not text in quotes"),
    ('model = "7965"', "model = 7965", "phones.lobby.model", "must be text in quotes, not a whole number"),
    ("within = 5", 'within = "5"', "steps[2].within", "must be a number, not text in quotes"),
    ("verify-code = 20", "verify-code = 20.5", "steps[2].verify-code", "must be a whole number"),
    ("verify-code = 20", "verify-code = []", "steps[2].verify-code", "must be a whole number, not a list"),
    ('phones = ["lobby"]', 'phones = "lobby"', "steps[1].phones", "must be a list, not text in quotes"),
    ('say = "It is refused."', "say = {}", "steps[2].say", "must be text in quotes, not a table"),
    ('say = "It is refused."', "say = 2026-01-01", "steps[2].say", "must be text in quotes"),
    ('do = "boot"', "do = 5", "steps[1].do", "must be text in quotes (there is boot, "),
    ('do = "boot"', "do = [1]", "steps[1].do", "must be text in quotes"),
    ("[clusters.old]", "[clusters]\nold = 3", "clusters.old", "must be a table"),
    ('expect = "rejected"', 'expect = {x = "y"}', "steps[5].expect", "must be text in quotes"),
    # what is missing
    ('title = "A story"', "", "", 'the key "title" is missing'),
    ('model = "7965"', "", "phones.lobby", 'the key "model" is missing'),
    ("verify-code = 20", "", "steps[2]", 'the key "verify-code" is missing'),
    ('do = "boot"', "", "steps[1]", "a step has either `do` or `expect`"),
    ('do = "boot"', 'do = "boot"\nexpect = "rejected"', "steps[1]", "either `do` or `expect`, not both"),
    # bounds
    ("starts = 2026-11-23T08:00:00Z", "starts = 2026-11-23T08:00:00", "starts", "date and time with its zone"),
    ("starts = 2026-11-23T08:00:00Z", "starts = 2026-11-23", "starts", "date and time with its zone"),
    ("starts = 2026-11-23T08:00:00Z", 'starts = "2026-11-23T08:00:00Z"', "starts", "date and time with its zone"),
    ("starts = 2026-11-23T08:00:00Z", "starts = 0001-01-01T00:00:00+14:00", "starts", "between 2004 and 2090"),
    ("starts = 2026-11-23T08:00:00Z", "starts = 9999-12-31T23:59:59-14:00", "starts", "between 2004 and 2090"),
    ("within = 5", "within = -1", "steps[2].within", "between 0 and 2678400"),
    ("within = 5", "within = nan", "steps[2].within", "between 0 and"),
    ("seconds = 1.5", "seconds = inf", "steps[7].seconds", "between 0 and"),
    ("seconds = 1.5", "seconds = -0.1", "steps[7].seconds", "between 0 and"),
    ("days = 2", "days = -2", "steps[7].days", "between 0 and 36500"),
    ("days = 2", f"days = {10**30}", "steps[7].days", "between 0 and 36500"),
    ('"SEP001122334455"', '"SEP00112233445"', "phones.lobby.device", "SEP and twelve upper-case hex digits"),
    ('"SEP001122334455"', '"sep00112233445a"', "phones.lobby.device", "SEP and twelve upper-case hex digits"),
    ("[clusters.old]", '[clusters."o/d"]', "clusters", '"o/d" is no name'),
    ("[clusters.old]", '[clusters."o\\u001b[31md"]', "clusters", '"o?[31md" is no name'),
    ("[clusters.old]", f"[clusters.{'x' * 33}]", "clusters", "is no name"),
    ("rsa-key-size = 1024", 'mode = "By Authentication String"', "steps[3].string", "4 to 10 digits"),
    ("rsa-key-size = 1024", 'mode = "By Authentication String"\nstring = "12a4"', "steps[3].string", "4 to 10 digits"),
    ('"8861"\n', '"8861"\ndevice = "SEP001122334455"\n', "phones.attic.device", "is phones.lobby already"),
]


@pytest.mark.parametrize(("old", "new", "path", "says"), MISTAKES, ids=lambda value: str(value)[:24].replace("\n", " "))
def test_a_mistake_is_one_sentence_with_file_and_place(old: str, new: str, path: str, says: str) -> None:
    assert old in GOOD
    message = wrong(GOOD.replace(old, new, 1))
    assert message.startswith(f"story.toml: {path}: " if path else "story.toml: ")
    assert says in message
    assert "\n" not in message
    assert message.isprintable()


@pytest.mark.parametrize("jargon", ["`str`", "`int`", "`array`", "Expected", "expected", "Object", "object", "enum"])
def test_no_message_speaks_of_python(jargon: str) -> None:
    for old, new, _, _ in MISTAKES:
        assert jargon not in wrong(GOOD.replace(old, new, 1))


@pytest.mark.parametrize(
    ("section", "path", "says"),
    [
        ("clusters = 3", "clusters", "at least one table, like [clusters.NAME]"),
        ("[clusters]", "clusters", "at least one table, like [clusters.NAME]"),
        ("[[clusters]]", "clusters", "at least one table, like [clusters.NAME]"),
        ("phones = []\n[clusters.a]", "phones", "at least one table, like [phones.NAME]"),
        ('steps = []\n[clusters.a]\n[phones.p]\nmodel = "7965"\ncluster = "a"', "steps", "at least one step"),
        ('steps = 1\n[clusters.a]\n[phones.p]\nmodel = "7965"\ncluster = "a"', "steps", "at least one step"),
        ('[steps]\n[clusters.a]\n[phones.p]\nmodel = "7965"\ncluster = "a"', "steps", "at least one step"),
        ('steps = [1]\n[clusters.a]\n[phones.p]\nmodel = "7965"\ncluster = "a"', "steps[1]", "must be a table"),
    ],
)
def test_an_empty_or_misshapen_section_is_named(section: str, path: str, says: str) -> None:
    rest = "".join(f"\n[{name}.p]" for name in ("phones",) if f"{name}" not in section)
    text = f'title = "t"\n{section}{rest}'
    if "steps" not in section:
        text += '\n[[steps]]\ndo = "boot"\n'
    message = wrong(text)
    assert message.startswith(f"story.toml: {path}: ")
    assert says in message


@pytest.mark.parametrize("missing", ["clusters", "phones", "steps"])
def test_a_missing_section_is_named(missing: str) -> None:
    parts = {
        "clusters": "[clusters.a]\n",
        "phones": '[phones.p]\nmodel = "7965"\ncluster = "a"\n',
        "steps": '[[steps]]\ndo = "boot"\n',
    }
    text = 'title = "t"\n' + "".join(part for name, part in parts.items() if name != missing)
    assert wrong(text) == f'story.toml: the key "{missing}" is missing'


def test_a_long_name_is_repeated_in_short() -> None:
    assert len(wrong(GOOD.replace('"7965"', f'"{"9" * 5000}"'))) < 400
    assert len(wrong(GOOD.replace("title =", f"{'t' * 5000} ="))) < 400


def test_days_are_counted_over_the_whole_story() -> None:
    step = '\n[[steps]]\ndo = "wait"\ndays = 20000\n'
    parse(GOOD + step, "story.toml", "story")
    assert "skip 40002 days in all" in wrong(GOOD + 2 * step)


def test_a_lab_has_room_for_so_many_clusters() -> None:
    many = "".join(f"[clusters.c{number}]\n" for number in range(98))
    assert "room for 99" in wrong(GOOD.replace("[clusters.old]", many + "[clusters.old]"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("title = ", "this is not TOML: "),
        ("just words", "this is not TOML"),
        ('title = "\x00"', "this is not TOML"),
        ('a = 1\na = "\x1b[2J"', "this is not TOML"),
        (f"faq = [{'9' * 5000}]", "a number in this file is too long"),
        ("x = " + "[" * 5000, "this nests too deep"),
        ("x = " + "{x = " * 5000, "this nests too deep"),
        ("starts = 2026-13-41T00:00:00Z", "this is not TOML"),
    ],
)
def test_what_is_no_toml_says_so(text: str, says: str) -> None:
    message = wrong(text)
    assert message.startswith("story.toml: ")
    assert says in message
    assert message.isprintable()


@pytest.mark.parametrize("key", [".".join("a" * 900), "x = " + "[" * 90 + "]" * 90 + "\n#"])
def test_deep_nesting_that_is_read_is_an_unknown_key(key: str) -> None:
    assert "there is no key" in wrong(f"{key} = 1\n" if "=" not in key else key)


def test_a_path_that_is_no_readable_file_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def of(path: Path) -> str:
        with pytest.raises(ScenarioError) as caught:
            load(path)
        return str(caught.value)

    assert of(tmp_path / "none.toml") == f"{tmp_path}/none.toml does not exist"
    assert of(tmp_path) == f"{tmp_path} cannot be read: Is a directory"
    (tmp_path / "a-file").touch()
    assert of(tmp_path / "a-file" / "x.toml") == f"{tmp_path}/a-file/x.toml cannot be read: Not a directory"
    odd = tmp_path / "odd.toml"
    odd.write_bytes(b'title = "\xff"')
    assert of(odd) == f"{odd}, octet 10: this is not UTF-8 text"
    odd.write_bytes(b"#" * (toml_tables.MOST + 1))
    assert of(odd) == f"{odd} is larger than 1048576 octets: that is not a scenario"
    odd.write_bytes(GOOD.encode("utf-16"))
    assert "this is not UTF-8 text" in of(odd)


def test_a_device_that_never_ends_is_too_large() -> None:
    with pytest.raises(ScenarioError, match="larger than"):
        load(Path("/dev/zero"))


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    file = tmp_path / "good.toml"
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert load(file).name == "good"


@pytest.mark.parametrize("name", gallery.names())
def test_the_gallery_reads(name: str) -> None:
    assert gallery.find(name) == gallery.find(str(gallery.FOLDER / f"{name}.toml")) == gallery.story(name)


def test_an_unknown_story_has_a_suggestion() -> None:
    with pytest.raises(ScenarioError, match=r'no story "invalid-lcs" \(did you mean "invalid-lsc"\?\)'):
        gallery.find("invalid-lcs")
    with pytest.raises(ScenarioError, match=r'no story "zzz"; cucm-lab gallery lists them'):
        gallery.find("zzz")


# Whatever an author writes


@given(st.text(max_size=300))
def test_any_text_gives_a_scenario_or_a_scenario_error(text: str) -> None:
    one_of_two(text)


@given(data=st.data())
@settings(max_examples=300)
def test_a_good_file_with_anything_in_it_gives_a_scenario_or_a_scenario_error(data: st.DataObject) -> None:
    lines = GOOD.splitlines()
    place = data.draw(st.integers(0, len(lines)))
    inserted = data.draw(st.one_of(st.sampled_from(lines), st.text(max_size=40)))
    cut = data.draw(st.integers(0, 2))
    one_of_two("\n".join([*lines[:place], inserted, *lines[place + cut :]]))


scalars = st.one_of(
    st.text(max_size=12),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.datetimes(),
    st.datetimes(timezones=st.just(timezone(timedelta(hours=-11)))),
    st.dates(),
    st.times(),
    st.sampled_from(["7965", "a", "p", "boot", "wait", "registered", "LSC", "none", "CAPF of a", "Encrypted", ""]),
)
KEYS = st.one_of(
    st.text(max_size=6),
    st.sampled_from(
        [
            "title",
            "starts",
            "faq",
            "clusters",
            "phones",
            "steps",
            "model",
            "cluster",
            "do",
            "expect",
            "phone",
            "say",
            "a",
            "p",
            "certificate",
            "issuer",
            "within",
            "seconds",
            "days",
            "device",
            "mode",
            "profile",
        ]
    ),
)
toml_shaped = st.dictionaries(
    KEYS,
    st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4)),
    max_size=6,
)
phones = st.dictionaries(
    st.sampled_from(["p", "q"]),
    st.fixed_dictionaries(
        {"model": st.sampled_from(["7965", "8861", "x"]) | scalars, "cluster": st.just("a") | scalars},
        optional={"device": scalars, "lsc": scalars, "mic": scalars, "profile": scalars},
    ),
)
steps = st.lists(
    st.dictionaries(KEYS, scalars, max_size=3)
    | st.fixed_dictionaries(
        {"do": st.sampled_from(["boot", "wait", "move"])}, optional={"days": scalars, "phone": scalars}
    )
    | st.fixed_dictionaries({"expect": st.just("registered"), "phone": st.just("p"), "certificate": scalars}),
    max_size=4,
)
nearly_right = st.fixed_dictionaries(
    {"title": scalars, "clusters": st.just({"a": {}}) | toml_shaped, "phones": phones, "steps": steps},
    optional={"starts": scalars, "faq": scalars},
)


@given(toml_shaped | nearly_right)
@settings(max_examples=500, suppress_health_check=[HealthCheck.too_slow])
def test_any_toml_gives_a_scenario_or_a_scenario_error(raw: dict[str, object]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tomllib, "loads", lambda _: raw)
        one_of_two("")


def one_of_two(text: str) -> None:
    try:
        assert isinstance(parse(text, "x.toml", "x"), Scenario)
        return
    except ScenarioError as error:
        message = str(error)
    assert message.startswith("x.toml: ")
    assert message.isprintable()
