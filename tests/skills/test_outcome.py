"""What a model reads is JSON, and no longer than it should be."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.skills.outcome import MAX_ERROR_CHARS, MAX_OUTPUT_CHARS, failed, gave


@given(st.text(max_size=50), st.integers(0, 2000))
def test_whatever_text_came_is_short_and_encodable_json(text: str, times: int) -> None:
    for outcome, bound in ((gave(text * times), MAX_OUTPUT_CHARS), (failed(text * times), MAX_ERROR_CHARS)):
        assert len(outcome.output) <= bound
        json.loads(outcome.output.encode())


def test_a_result_that_is_too_long_says_that_it_was_cut() -> None:
    found = json.loads(gave({"lines": ["x" * 100] * 200}).output)
    assert found["cut_after"] == MAX_OUTPUT_CHARS
    assert found["text"].startswith('{"lines": ["xxx')


def test_half_a_surrogate_pair_does_not_reach_the_wire() -> None:
    assert gave("a\ud800b").output == '"a?b"'


@pytest.mark.parametrize("value", [float("nan"), object()])
def test_what_has_no_json_form_is_a_fault_of_the_tool(value: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        gave(value)
