"""Dates in every spelling that exports have; what may be two days is refused by name."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.exports.dates import NoDate, moment_told


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


LAST = (23, 59, 59)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2027-01-31", utc(2027, 1, 31, *LAST)),
        ("2027-01-31T08:00:00Z", utc(2027, 1, 31, 8)),
        ("2027-01-31T08:00:00+10:00", utc(2027, 1, 30, 22)),
        ("2027-01-31 08:00", utc(2027, 1, 31, 8)),
        ("2023-07-07 13:05:18.0", utc(2023, 7, 7, 13, 5, 18)),
        ("2027/1/31", utc(2027, 1, 31, *LAST)),
        ("31/01/2027", utc(2027, 1, 31, *LAST)),
        ("01/31/2027", utc(2027, 1, 31, *LAST)),
        ("1/31/2027 12:04 AM", utc(2027, 1, 31, 0, 4)),
        ("1/31/2027 5:04:03 pm", utc(2027, 1, 31, 17, 4, 3)),
        ("2/2/2027", utc(2027, 2, 2, *LAST)),
        ("1.2.2027", utc(2027, 2, 1, *LAST)),
        ("07-Jul-2023", utc(2023, 7, 7, *LAST)),
        ("7 July 2023", utc(2023, 7, 7, *LAST)),
        ("July 7, 2023", utc(2023, 7, 7, *LAST)),
        ("Fri Jul 07 13:05:18 BST 2023", utc(2023, 7, 7, 13, 5, 18)),  # show cert
        ("Jul  7 13:05:18 2023 GMT", utc(2023, 7, 7, 13, 5, 18)),  # openssl
        ("Sun Mar 26 12:30:59:000 CEST 2027", utc(2027, 3, 26, 12, 30, 59)),  # the expiry alarm, with a year
        ("2024:08:22:12:00", utc(2024, 8, 22, 12)),  # UpgradeFinishTime
        ("1873484742", utc(2029, 5, 14, 20, 25, 42)),  # lscvaliduntil
        ("1873484742.0", utc(2029, 5, 14, 20, 25, 42)),
        ("1873484742000", utc(2029, 5, 14, 20, 25, 42)),
        ("20290514", utc(2029, 5, 14, *LAST)),
        ("20290514202542", utc(2029, 5, 14, 20, 25, 42)),
        ("20290514T202542", utc(2029, 5, 14, 20, 25, 42)),
        ("20290514202542Z", utc(2029, 5, 14, 20, 25, 42)),
        ("20290514202542.5Z", utc(2029, 5, 14, 20, 25, 42)),
        ("290514202542Z", utc(2029, 5, 14, 20, 25, 42)),
        ("2905142025Z", utc(2029, 5, 14, 20, 25)),
        ("290514202542+0200", utc(2029, 5, 14, 18, 25, 42)),
        ("990514202542Z", utc(1999, 5, 14, 20, 25, 42)),
        ("14-May-29", utc(2029, 5, 14, *LAST)),
        ("14-May-29 20:25:42", utc(2029, 5, 14, 20, 25, 42)),
        ("14/May/2029", utc(2029, 5, 14, *LAST)),
        ("2029年5月14日", utc(2029, 5, 14, *LAST)),
        ("2029 年 05 月 14 日", utc(2029, 5, 14, *LAST)),
        ("2029年5月14日 星期一 20:25:42", utc(2029, 5, 14, 20, 25, 42)),
        ("2029年5月14日20时25分42秒", utc(2029, 5, 14, 20, 25, 42)),
        ("2029年5月14日 下午8:25", utc(2029, 5, 14, 20, 25)),
        ("２０２９年５月１４日", utc(2029, 5, 14, *LAST)),
        ("47252", utc(2029, 5, 14, *LAST)),  # Excel
        ("47252.5", utc(2029, 5, 14, 12)),
        ("47252,85118", utc(2029, 5, 14, 20, 25, 42)),
        ("2958465", utc(9999, 12, 31, *LAST)),
        ("9999-12-31", utc(9999, 12, 31, *LAST)),
        ("99991231235959Z", utc(9999, 12, 31, *LAST)),
        ("31/12/9999", utc(9999, 12, 31, *LAST)),
        ("Dec 31 23:59:59 9999 GMT", utc(9999, 12, 31, *LAST)),
        ("253402300799", utc(9999, 12, 31, *LAST)),
        ("9999-01-01T00:00:00-05:00", utc(9999, 12, 31, *LAST)),
    ],
)
def test_a_date_is_understood_in_the_spelling_of(written: str, meant: datetime) -> None:
    assert moment_told(written) == meant
    assert moment_told(f"  {written} ") == meant


@pytest.mark.parametrize("written", ["01/02/2027", "1-2-2027", "12/11/2027 08:00"])
def test_what_may_be_two_days_is_refused_and_both_are_named(written: str) -> None:
    with pytest.raises(NoDate, match=r"may be 2027-(\d\d)-(\d\d) or 2027-\2-\1: write 2027-01-31"):
        moment_told(written)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "soon",
        "4641",
        "290514",
        "01/02/27",
        "14/05/29",
        "20291301",
        "20290230",
        "20290514256042Z",
        "991332000000Z",
        "2029年13月14日",
        "2029年5月14日 下午13:25",
        "9999999999999999",
        "1",
        "-1",
        "1e9",
        "2027-13-01",
        "2027-02-30",
        "30/30/2027",
        "0001-01-01",
        "1/31/2027 13:04 PM",
    ],
)
def test_what_is_no_date_is_refused(written: str) -> None:
    with pytest.raises(NoDate, match="cannot be read as a date: write 2027-01-31"):
        moment_told(written)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10**16))
def test_figures_in_every_number_are_a_moment_or_no_date(number: int) -> None:
    try:
        found = moment_told(str(number))
    except NoDate:
        return
    assert 1990 <= found.year <= 9999


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.text(max_size=70), st.from_regex(r"[0-9/.:\- TZ+JanAPM年月日]{1,30}", fullmatch=True)))
def test_any_text_is_a_moment_with_a_zone_or_no_date(written: str) -> None:
    try:
        found = moment_told(written)
    except NoDate as problem:
        said = str(problem)
    else:
        said = f"{found:%Y}"
        assert found.tzinfo is UTC
    assert said.isprintable()


@settings(max_examples=30, deadline=None)
@given(st.integers(631152000, 200_000_000_000).map(lambda second: datetime.fromtimestamp(second, UTC)))
def test_what_python_writes_is_read_back(moment: datetime) -> None:
    assert moment_told(moment.isoformat()) == moment
    assert moment_told(f"{moment:%Y-%m-%d %H:%M:%S}") == moment
    assert moment_told(f"{moment:%b %d %H:%M:%S %Y GMT}") == moment
