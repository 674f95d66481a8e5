"""A table of TOML becomes a struct, or one sentence with the key, what must stand there and what does."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any, Literal, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.base.toml_tables import Mistake, Part, convert, keys_of
from lab.operations.table import OPERATIONS
from lab.scenario.expect import Expect
from lab.scenario.model import ClusterPart, Head, PhonePart, RadiusPart, VpnPart
from lab.testing import NOW


class Sample(Part, frozen=True, kw_only=True):
    name: str
    share: float = 0.5
    on: bool = True
    level: Literal[0, 1, 2] = 0
    kind: Literal["", "reset", "restart"] = ""
    version: Literal["1.2", "1.3"] | None = None
    names: tuple[str, ...] | None = None
    pairs: tuple[tuple[int, ...], ...] = ()
    built: date | None = None
    at: datetime | None = None


def test_a_good_table_is_a_struct() -> None:
    good = {
        "name": "x",
        "share": 1,
        "names": ["a"],
        "pairs": [[1]],
        "built": date(2026, 1, 1),
        "at": NOW,
        "version": "1.2",
    }
    assert convert(good, Sample, "x") == Sample(
        name="x", share=1.0, names=("a",), pairs=((1,),), built=date(2026, 1, 1), at=NOW, version="1.2"
    )


@pytest.mark.parametrize(
    ("raw", "where", "says"),
    [
        ({}, "a.b", 'the key "name" is missing'),
        ({"share": "x"}, "a.b.share", "this must be a number, not text in quotes"),
        ({"name": 1}, "a.b.name", "this must be text in quotes, not a whole number"),
        ({"name": ["x"]}, "a.b.name", "this must be text in quotes, not a list"),
        ({"name": time(8)}, "a.b.name", "this must be text in quotes, not a time"),
        ({"on": 1}, "a.b.on", "this must be true or false, not a whole number"),
        ({"level": True}, "a.b.level", "this must be a whole number, not true or false (there is 0, 1, 2)"),
        ({"level": 3}, "a.b.level", "this value is not possible here (there is 0, 1, 2)"),
        ({"kind": "rest"}, "a.b.kind", '"rest" is not possible here (did you mean "reset"?)'),
        ({"kind": {}}, "a.b.kind", "this must be text in quotes, not a table (there is reset, restart)"),
        ({"version": 1.2}, "a.b.version", 'this must be text in quotes, not a number (did you mean "1.2"?)'),
        ({"version": 16**5000}, "a.b.version", "this must be text in quotes, not a whole number (there is 1.2, 1.3)"),
        ({"names": "x"}, "a.b.names", "this must be a list, not text in quotes"),
        ({"names": ["x", 2]}, "a.b.names[2]", "this must be text in quotes, not a whole number"),
        ({"pairs": [[1], [1, "2"]]}, "a.b.pairs[2][2]", "this must be a whole number, not text in quotes"),
        ({"built": "2019"}, "a.b.built", "this must be a date, not text in quotes"),
        ({"built": NOW}, "a.b.built", "this must be a date, not a date and time"),
        ({"at": date(2026, 1, 1)}, "a.b.at", "this must be a date and time, not a date"),
        ({"pairs": [[2**70, 2**90]], "names": 1}, "a.b.names", "this must be a list, not a whole number"),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, str) else "",
)
def test_a_mistake_says_the_key_what_must_stand_there_and_what_does(raw: dict[str, Any], where: str, says: str) -> None:
    name = {} if where == "a.b" else {"name": "x"}
    with pytest.raises(Mistake) as caught:
        convert({**name, **raw}, Sample, "a.b")
    assert (caught.value.path, caught.value.text) == (where, says)


VALUES = st.recursive(
    st.none() | st.text() | st.integers() | st.floats() | st.booleans() | st.dates() | st.datetimes() | st.times(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=5,
)
PARTS = (Sample, Head, ClusterPart, PhonePart, RadiusPart, VpnPart, *OPERATIONS.values(), *get_args(Expect))


@given(st.sampled_from(PARTS), st.data())
def test_any_value_at_any_key_is_taken_or_is_a_mistake_below_the_table(part: type[Part], data: st.DataObject) -> None:
    keys = data.draw(st.lists(st.sampled_from(keys_of(part)), max_size=4))
    raw = {key: data.draw(VALUES) for key in keys}
    try:
        taken = msgspec.convert(raw, part)
    except msgspec.ValidationError:
        with pytest.raises(Mistake) as caught:
            convert(raw, part, "here")
        assert caught.value.path.startswith("here")
        assert caught.value.text.isprintable()
    else:
        assert convert(raw, part, "here") == taken or "nan" in repr(raw)
