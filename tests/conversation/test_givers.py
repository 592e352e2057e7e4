"""What was heard of an answer belongs to who gave it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.conversation.givers import Givers


def givers(*parts: tuple[str, float]) -> Givers:
    found = Givers()
    for name, ms in parts:
        found.began(name)
        found.gave(ms)
    return found


@pytest.mark.parametrize(
    ("parts", "heard_ms", "shares"),
    [
        ([("a", 1000.0)], 700, {"a": 700}),
        ([("a", 1000.0), ("b", 2000.0)], 3000, {"a": 1000, "b": 2000}),
        ([("a", 1000.0), ("b", 2000.0)], 1500, {"a": 1000, "b": 500}),
        ([("a", 1000.0), ("b", 2000.0)], 1000, {"a": 1000}),
        ([("a", 0.0), ("b", 2000.0)], 2000, {"b": 2000}),
        ([("a", 500.0), ("b", 0.0), ("a", 500.0)], 1000, {"a": 1000}),
        ([("a", 1000.0), ("b", 2000.0)], 3003, {"a": 1000, "b": 2003}),
        ([("a", 1000.0), ("b", 1000.0), ("a", 1000.0)], 3001, {"a": 2001, "b": 1000}),
        ([("a", 1000.0), ("b", 1000.0), ("a", 1000.0)], 1500, {"a": 1000, "b": 500}),
        ([("a", 1000.0)], 0, {}),
        ([], 0, {}),
    ],
)
def test_it_is_heard_in_the_order_in_which_it_came(
    parts: list[tuple[str, float]], heard_ms: int, shares: dict[str, int]
) -> None:
    assert givers(*parts).shares_ms(heard_ms) == shares


def test_the_last_one_is_who_began_last() -> None:
    found = givers(("a", 1000.0), ("b", 0.0))
    assert (found.is_last("a"), found.is_last("b")) == (False, True)
    assert not Givers().is_last("")


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.floats(1, 5000)), min_size=1, max_size=5),
    st.integers(0, 20_000),
)
def test_the_shares_are_all_that_was_heard(parts: list[tuple[str, float]], heard_ms: int) -> None:
    assert sum(givers(*parts).shares_ms(heard_ms).values()) == heard_ms
