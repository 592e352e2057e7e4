"""A person reads what goes on, who answers and what is wrong; nothing said steers his terminal."""

import io
import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from appliance.conversation.counters import Counters
from appliance.conversation.vocabulary import HistoryItem
from appliance.errors import FailureCategory
from appliance.service.control.controls import AlarmStatus, ProviderStatus, Status
from appliance.service.control.counter_words import counter_words
from appliance.service.control.display import (
    GrowingText,
    duration_words,
    show_status,
    transcript_lines,
)
from appliance.service.control.link_words import reason_words
from appliance.service.control.money_rows import amount
from appliance.service.money.money_status import MoneyStatus, ProviderMoney
from tests.service.control.fake_controls import STATUS

TWO_TURNS = Path(__file__).parents[2] / "conversation" / "two_turns.jsonl"


def shown(status: Status) -> list[str]:
    out = io.StringIO()
    show_status(status, Console(file=out, width=120))
    return [" ".join(line.split()) for line in out.getvalue().splitlines()]


def counted() -> dict[str, int | float]:
    counters = Counters()
    for line in TWO_TURNS.read_text().splitlines():
        counters.take(json.loads(line))
    return counters.snapshot()


def test_a_status_says_what_goes_on_who_answers_and_what_is_wrong() -> None:
    lines = shown(STATUS)
    assert lines[0] == "It waits for somebody to speak."
    assert "It cannot be heard: The loudspeaker hw:0 was unplugged." in lines
    assert "version 0.1.0, running for 1 d 2 h, volume 40 %, c-5d1e07" in lines
    assert "openai down it cannot be reached" in lines
    assert "offline ready answers now" in lines
    assert "loudspeaker lost hw:0 It was unplugged." in lines
    assert "a timer rings in 59 s" in lines
    assert "tea rings in 2 min 51 s" in lines


@pytest.mark.parametrize("category", FailureCategory)
def test_every_reason_has_words(category: FailureCategory) -> None:
    one = ProviderStatus("openai", "backing_off", category)
    (line,) = [line for line in shown(replace(STATUS, providers=(one,))) if line.startswith("openai waits")]
    assert category.value not in line
    assert "_" not in line


def test_a_reason_that_is_a_sentence_stays_one() -> None:
    assert reason_words("It sleeps.") == "It sleeps."


def test_the_money_is_told_with_its_limits_and_what_is_not_known() -> None:
    lines = shown(STATUS)
    assert "today 1.00 EUR of 1.00" in lines
    assert "this month 1.25 EUR no limit" in lines
    assert (
        "openai 0.90 EUR prices of 2026-11-01 output audio 60000 ms, input text tokens 5 (no price)" in lines
    )
    assert "dear 0.10 EUR not asked: the limit is reached output characters 5" in lines
    assert "gemini cost not known it has no prices output audio tokens 40" in lines
    assert "offline 0.00 EUR" in lines


@pytest.mark.parametrize(
    ("value", "words"),
    [(0, "0.00"), (12.345, "12.35"), (0.5, "0.50"), (0.0123, "0.012"), (0.00012, "0.00012")],
)
def test_an_amount_is_readable_however_small(value: float, words: str) -> None:
    assert amount(value) == words


def test_counters_have_words_units_and_shares() -> None:
    lines = shown(replace(STATUS, counters={**counted(), "overrun_samples": 7, "x_ms": 2.0}))
    assert "turns opened 3" in lines
    assert "speech sent 10.5 s openai 7.2, gemini 3.3" in lines
    assert "interruptions confirmed 1 speech confirmed 1" in lines
    assert "overrun 7 samples" in lines
    assert "x 2.0 ms" in lines


def test_the_wait_is_a_table_of_its_parts() -> None:
    lines = shown(replace(STATUS, counters=counted()))
    assert "last p50 p95 max" in lines
    assert "from your last word to the first sound 2370 1262 2370 2370" in lines


def test_without_an_answer_nothing_is_said_about_waiting() -> None:
    assert not any("You waited" in line for line in shown(replace(STATUS, counters=Counters().snapshot())))


def test_one_that_is_muted_says_so_once() -> None:
    lines = shown(replace(STATUS, muted=True, deaf="it is muted"))
    assert [line for line in lines if "muted" in line] == ["It is muted: it hears nothing and sends nothing."]


def test_one_that_is_deaf_says_so() -> None:
    lines = shown(replace(STATUS, deaf="It was unplugged.", providers=(), devices=()))
    assert lines[1] == "It cannot hear: It was unplugged."
    assert lines.count("none") == 2


def test_who_costs_nothing_takes_no_line() -> None:
    free = MoneyStatus("EUR", 0, 0, 0, 0, [ProviderMoney("offline", {"output_characters": 5}, 0.0)])
    assert "Money" not in shown(replace(STATUS, money=free))
    assert "Money" in shown(replace(STATUS, money=replace(free, daily_limit=1.0)))
    unknown = replace(free, providers=[ProviderMoney("openai")])
    assert "Money" in shown(replace(STATUS, money=unknown))


def test_alarms_are_told_with_when_they_ring() -> None:
    alarms = [
        AlarmStatus(1, "school", "06:45", ["mon", "fri"], "2026-11-23T06:45+01:00"),
        AlarmStatus(2, "", "09:00"),
    ]
    lines = shown(replace(STATUS, alarms=alarms))
    assert "06:45 school mon fri rings 2026-11-23 06:45" in lines
    assert "09:00 once waits: the clock is not set" in lines


def test_an_alarm_says_how_to_end_it() -> None:
    assert "An alarm rings: `appliance stop` ends it." in shown(replace(STATUS, alarm_rings=True))


def test_what_never_happened_takes_no_line() -> None:
    lines = shown(replace(STATUS, counters=counted()))
    assert not any(line.startswith(("hedges", "device losses", "latencies")) for line in lines)


def test_a_phase_of_another_version_is_named() -> None:
    assert shown(replace(STATUS, phase="dreaming"))[0] == "It is dreaming."


def test_nothing_that_was_said_steers_the_terminal() -> None:
    said = HistoryItem("assistant", "one\x1b[2J\n  two")
    assert list(transcript_lines([said])) == ["It:  one\N{REPLACEMENT CHARACTER}[2J two"]
    assert not any("\x1b" in line for line in shown(replace(STATUS, deaf="\x1b[2J", phase="\x1b")))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.4, "0 s"),
        (59.9, "59 s"),
        (200, "3 min 20 s"),
        (3600, "1 h"),
        (7265, "2 h 1 min"),
        (93784, "1 d 2 h"),
    ],
)
def test_durations_are_told_in_two_units(seconds: float, words: str) -> None:
    assert duration_words(seconds) == words


@pytest.mark.parametrize(
    ("name", "words"), [("speech_sent_s", ("speech sent", "s")), ("errors", ("errors", ""))]
)
def test_a_counter_tells_its_unit(name: str, words: tuple[str, str]) -> None:
    assert counter_words(name) == words


class Terminal(io.StringIO):
    """An output that a person looks at."""

    def isatty(self) -> bool:
        return True


def growing(out: io.StringIO, *texts: str) -> str:
    with GrowingText(out) as answer:
        for text in texts[:-1]:
            answer.show(text, final=False)
        answer.show(texts[-1], final=True)
    return out.getvalue()


def test_an_answer_grows_on_a_terminal_and_is_whole_elsewhere() -> None:
    assert growing(Terminal(), "It", "It is", "It is noon.") == "It is noon.\n"
    assert growing(Terminal(), "It is", "At noon.") == "It is\nAt noon.\n"
    assert growing(io.StringIO(), "It is", "At noon.") == "At noon.\n"


def test_what_follows_an_answer_that_broke_off_has_its_own_line() -> None:
    out = Terminal()
    with suppress(RuntimeError), GrowingText(out) as answer:
        answer.show("It is", final=False)
        raise RuntimeError
    assert out.getvalue() == "It is\n"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "It waits for somebody to speak."),
        ({"trigger": "button"}, "It waits for the button."),
        ({"trigger": "wake_word", "wake_word": "Alexa"}, "It waits for “Alexa”, or for the button."),
        ({"trigger": "button", "state": "following"}, "It listens on after its answer: just speak."),
        ({"trigger": "button", "phase": "listening", "state": "listening"}, "It listens to somebody."),
    ],
)
def test_it_is_told_what_it_waits_for(changes: dict[str, str], told: str) -> None:
    idle = replace(STATUS, phase="idle", state="idle", muted=False)
    assert told in shown(replace(idle, **changes))  # type: ignore[arg-type]


def test_a_wake_word_that_cannot_be_heard_is_told() -> None:
    (line,) = [line for line in shown(replace(STATUS, light="wordless")) if "wake word" in line]
    assert "press the button" in line
