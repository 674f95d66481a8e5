"""What is a host name and what a DNS domain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cisco_data.dns_names import MAX_DOMAIN, MAX_LABEL, wrong_domain, wrong_host_name

_ENDS = "abcXYZ019"
_LABELS = st.builds(
    lambda a, b, c: f"{a}{b}{c}",
    *(
        st.text(chars, max_size=n, min_size=m)
        for chars, m, n in ((_ENDS, 1, 1), (_ENDS + "-", 0, MAX_LABEL - 2), (_ENDS, 1, 1))
    ),
)


@given(_LABELS)
def test_letters_digits_and_hyphens_between_them_are_a_host_name(label: str) -> None:
    assert not wrong_host_name(label)


@pytest.mark.parametrize("name", ["", "-a", "a-", "a_b", "a.b", "a b", "ä", "a\n", "a" * (MAX_LABEL + 1)])
def test_other_texts_are_not(name: str) -> None:
    assert wrong_host_name(name)


@given(st.lists(_LABELS.filter(lambda label: len(label) < 40), min_size=1, max_size=5))
def test_labels_with_dots_between_them_are_a_domain(labels: list[str]) -> None:
    assert not wrong_domain(".".join(labels))


@pytest.mark.parametrize("domain", ["", ".", "a..b", ".a", "a.", "a.-b", "a b.c", "a." * (MAX_DOMAIN // 2) + "ab"])
def test_other_texts_are_none(domain: str) -> None:
    assert wrong_domain(domain)
