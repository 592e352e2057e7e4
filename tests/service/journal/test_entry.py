"""Every event is a sentence, a priority and a field for each member, whatever peers put into it."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.service.journal.entry import KINDS, MAX_TEXT_BYTES, entry_of, kind_of, safe
from appliance.service.journal.native import datagram_of
from tests.service.event_schema import MEMBERS

PAGE = (Path(__file__).parents[3] / "docs" / "events.md").read_text(encoding="utf-8")
EXAMPLES = [json.loads(line) for line in PAGE.splitlines() if line.startswith('{"t_ms"')]

ANY_EVENT = st.fixed_dictionaries({"t_ms": st.integers(), "event": st.sampled_from(sorted(MEMBERS))}).flatmap(
    lambda event: st.dictionaries(
        st.sampled_from(sorted({name for members in MEMBERS.values() for name in members})),
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    ).map(lambda members: {**members, **event})
)


def example(event: str, **members: object) -> dict[str, Any]:
    found = next(one for one in EXAMPLES if one["event"] == event)
    return {**found, **members}


def message(event: str, **members: object) -> str:
    return entry_of(example(event, **members))[1]["MESSAGE"]


@pytest.mark.parametrize("event", MEMBERS)
def test_every_event_of_the_log_has_words_that_use_what_is_in_it(event: str) -> None:
    kind, entry = entry_of(example(event))
    assert kind.name in KINDS
    assert "?" not in entry["MESSAGE"].replace(str(example(event).get("text")), "")


def test_a_sentence_says_what_happened() -> None:
    assert message("turn_committed") == "Turn 1 is said, 2.31 s of sound: then it was silent."
    assert message("error") == "openai: api.openai.com cannot be reached: no name server answers (6 times)"
    assert message("device") == "The microphone does not work: it was unplugged."
    assert message("failover", turn=None) == "gemini answers in place of openai: it cannot be reached."
    assert message("usage") == "openai used 512 output audio tokens in turn 1: 0.037 EUR."
    assert message("usage", cost=None) == (
        "openai used 512 output audio tokens in turn 1: its price is not known."
    )
    assert message("answer_done", complete=True) == "Turn 1 is answered to the end, 1.10 s were heard."


def test_a_sentence_claims_nothing_that_the_event_does_not_know() -> None:
    """A start without a microphone, on a machine whose network was never away."""
    assert message("session", state="started", provider="offline") == (
        "It has started; answers come from offline."
    )
    assert message("network", state="up", reach="machine") == (
        "The network goes as far as this machine, and that is far enough."
    )


def test_a_duration_has_one_unit() -> None:
    assert message("liveness", part="hearing", state="stuck", still_ms=1600) == (
        "A part of the appliance is stuck: hearing has not moved for 1.60 s."
    )
    assert message("liveness", part="hearing", state="moving", still_ms=1600) == (
        "hearing moves again, after 1.60 s."
    )


@pytest.mark.parametrize("unit", ["a\nMESSAGE_ID=0", "\ud800", "x" * 300])
def test_what_a_table_calls_its_members_is_no_line_of_its_own(unit: str) -> None:
    entry = entry_of(example("usage", counts={unit: 1}))[1]
    assert datagram_of(entry).count(b"\n") == len(entry)
    assert len(entry["MESSAGE"].encode()) < MAX_TEXT_BYTES + 100


def test_every_member_is_a_field() -> None:
    entry = entry_of(example("turn_committed"))[1]
    assert entry["APPLIANCE_EVENT"] == "turn_committed"
    assert entry["APPLIANCE_TURN"] == "1"
    assert entry["APPLIANCE_CONVERSATION"] == "c-5d1e07"
    assert entry["APPLIANCE_AUDIO_MS"] == "2310"
    assert entry["APPLIANCE_T_MS"] == "6400"
    assert entry["PRIORITY"] == "6"


def test_a_member_that_is_null_has_no_field_and_a_table_has_its_json() -> None:
    assert "APPLIANCE_TURN" not in entry_of(example("failover", turn=None))[1]
    assert entry_of(example("usage"))[1]["APPLIANCE_COUNTS"] == '{"output_audio_tokens":512}'
    assert entry_of(example("answer_done"))[1]["APPLIANCE_COMPLETE"] == "false"


@pytest.mark.parametrize(
    ("event", "members", "name"),
    [
        ("tool_call", {"ok": False}, "tool_call.failed"),
        ("failover", {"reason": "failback"}, "failover.failback"),
        ("provider", {"reason": ""}, "provider.released"),
        ("provider", {"reason": None}, "provider.released"),
        ("device", {"state": "ready"}, "device.ready"),
        ("error", {"category": "auth_failed"}, "error.auth_failed"),
    ],
)
def test_what_an_owner_does_about_differently_is_another_kind(
    event: str, members: dict[str, object], name: str
) -> None:
    assert kind_of(example(event, **members)).name == name


def test_what_a_peer_says_is_one_line_of_255_bytes_at_most_that_steers_no_terminal() -> None:
    evil = "\x1b[2J\r\nPRIORITY=0\u202e" + "ä" * 300
    entry = entry_of(example("error", message=evil))[1]
    said = entry["APPLIANCE_MESSAGE"]
    assert said.startswith("\\x1b[2J\\r\\nPRIORITY=0\\u202eää")
    assert said.endswith("…")
    assert len(said.encode()) <= MAX_TEXT_BYTES
    assert said in entry["MESSAGE"]


def test_what_looks_like_a_key_is_not_written_whoever_says_it() -> None:
    entry = entry_of(example("error", message="Incorrect key sk-proj-abcdefgh12345678, see http://u:p@host"))[
        1
    ]
    assert entry["APPLIANCE_MESSAGE"] == "Incorrect key ***, see http://***@host"
    assert "abcdefgh" not in entry["MESSAGE"]


def test_a_text_that_fits_is_left_as_it_is() -> None:
    assert safe("x" * MAX_TEXT_BYTES) == "x" * MAX_TEXT_BYTES
    assert safe("Küche") == "Küche"
    assert len(safe("x" * (MAX_TEXT_BYTES + 1)).encode()) == MAX_TEXT_BYTES


def test_an_event_of_another_version_is_told_by_its_name() -> None:
    kind, entry = entry_of({"t_ms": 1, "event": "earth{quake}", "size": 7})
    assert entry["MESSAGE"] == "earth{quake}."
    assert entry["APPLIANCE_SIZE"] == "7"
    assert len(kind.message_id) == 32


@given(ANY_EVENT)
def test_whatever_stands_in_an_event_its_entry_is_lines_of_fields(event: dict[str, object]) -> None:
    entry = entry_of(event)[1]
    lines = datagram_of(entry).decode().split("\n")
    assert lines.pop() == ""
    assert {line.partition("=")[0] for line in lines} == entry.keys()
    assert len(lines) == len(entry)
