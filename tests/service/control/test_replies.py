"""Every reply fits into its line and comes out as it went in; what is none of ours is said so."""

import json
from contextlib import suppress
from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.conversation.counters import Counters
from appliance.conversation.history import MAX_CHARACTERS
from appliance.conversation.vocabulary import HistoryItem
from appliance.service.control.controls import AnswerText, DeviceStatus, ProviderStatus, Refused, Status
from appliance.service.control.failures import Unanswered
from appliance.service.control.replies import (
    MAX_SENTENCE_CHARACTERS,
    answer_line,
    decode_reply,
    encode_reply,
    failed,
    read,
    status_line,
    utterance_line,
)
from appliance.service.control.requests import MAX_LINE_BYTES
from appliance.settings.options import MAX_PROVIDERS
from tests.service.control.fake_controls import STATUS

# The character that needs most of a line: six bytes of escape.
WORST = "\x01"


def test_a_status_survives_the_wire() -> None:
    members = decode_reply(encode_reply(status_line(STATUS)))
    assert read(Status, members["status"]) == STATUS


def test_the_longest_status_fits_into_a_line() -> None:
    counters = Counters()
    for number in range(40):
        for name in ("error", "device", "answer_started", "interruption"):
            label = f"{number}" + "x" * 30
            counters.take({"event": name, "category": label, "device": label, "provider": label})
    longest = replace(
        STATUS,
        providers=[ProviderStatus("x" * 32, "backing_off", WORST * 9000)] * MAX_PROVIDERS,
        devices=[DeviceStatus("microphone", "lost", "x" * 200, WORST * 9000)] * 2,
        deaf=WORST * 9000,
        mouthless=WORST * 9000,
        counters=counters.snapshot(),
    )
    assert len(encode_reply(status_line(longest))) <= MAX_LINE_BYTES


def test_the_longest_utterance_fits_into_a_line_and_more_is_cut() -> None:
    long = WORST * (MAX_CHARACTERS + 1)
    for members in (answer_line(AnswerText(long, final=True)), utterance_line(HistoryItem("user", long))):
        line = encode_reply(members)
        assert len(line) <= MAX_LINE_BYTES
        assert json.loads(line)["text"] == WORST * MAX_CHARACTERS


def test_what_exceeds_a_line_is_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="reply of 70014 bytes"):
        encode_reply({"text": "x" * 70_002})


def test_a_number_that_json_does_not_have_is_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="JSON"):
        encode_reply(status_line(replace(STATUS, uptime_s=float("nan"))))


def test_a_refusal_is_raised_with_its_own_sentence() -> None:
    with pytest.raises(Refused, match=r"^Somebody is speaking\.$"):
        decode_reply(encode_reply(failed("Somebody is speaking.")))


def test_a_long_refusal_is_cut() -> None:
    assert len(str(failed("x" * 1000)["error"])) == MAX_SENTENCE_CHARACTERS


@given(st.text())
def test_text_comes_back_as_it_went(text: str) -> None:
    assert decode_reply(encode_reply(answer_line(AnswerText(text, final=False))))["text"] == text


@pytest.mark.parametrize(
    "line", [b"", b"[]", b"hello", b'{"ok":false}', b'{"ok":1}', b'{"ok":"yes"}', b"\xff"]
)
def test_a_line_that_is_none_of_ours_is_said_so(line: bytes) -> None:
    with pytest.raises(Unanswered, match="does not understand"):
        decode_reply(line)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_reply_or_a_sentence(line: bytes) -> None:
    with suppress(Refused, Unanswered):
        assert isinstance(decode_reply(line), dict)


def test_a_status_of_another_version_is_understood_as_far_as_it_goes() -> None:
    members = {**asdict(STATUS), "colour": "green"}
    assert read(Status, members) == STATUS
    del members["phase"]
    with pytest.raises(Unanswered, match="does not understand"):
        read(Status, members)
