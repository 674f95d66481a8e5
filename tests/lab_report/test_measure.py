"""Text in a drawing is wrapped so that it fits, that nothing is lost, and as Chinese is set."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lab.report.measure import width, wrapped

LETTERS = st.text(st.sampled_from("ab WiMx-.,()：，。、（）「」信任库证书 "), max_size=60)


@given(LETTERS, st.integers(min_value=3, max_value=30))
def test_lines_fit_and_nothing_is_lost(text: str, room: int) -> None:
    lines = wrapped(text, room)
    assert lines
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width(line) <= room for line in lines)


@given(st.text(max_size=80))
def test_any_text_can_be_wrapped(text: str) -> None:
    assert "".join("".join(wrapped(text, 10)).split()) == "".join(text.split())


def test_a_chinese_line_does_not_begin_with_a_full_stop_or_a_comma() -> None:
    for room in range(4, 20):
        lines = wrapped("重新生成证书，删除旧的证书。然后重启服务（必须）。", room)
        assert not [line for line in lines if line[0] in "，。）"]
        assert not [line for line in lines if line[-1] == "（"]


def test_words_are_not_cut_where_they_fit() -> None:
    assert wrapped("one two three four", width("one two ")) == ["one two", "three", "four"]


def test_a_word_that_fits_nowhere_is_cut() -> None:
    assert len(wrapped("x" * 40, 5)) > 1
