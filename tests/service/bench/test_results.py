"""What a loopback test is said to have measured is what is on the recording."""

import re
from datetime import UTC, datetime

import pytest

from appliance.service.bench.recording import find, tone_in
from appliance.service.bench.results import Row, replug_row, rows_of, spread
from appliance.service.bench.sounds import TONE_DBFS, TONE_HZ
from appliance.service.doctor.learnt import Learnt, LearntEcho
from tests.service.bench.recordings import QUESTION, RATE_HZ, WITHOUT_GAPS, Tape

LEARNT = Learnt(
    measured_at=datetime(2026, 11, 21, tzinfo=UTC),
    microphone="mic",
    loudspeaker="spk",
    capture_hz=16_000,
    playout_hz=48_000,
    noise_dbfs=-61,
    clipped_share=0,
    echo=LearntEcho(delay_ms=4.6, level_db=-0.2, distortion_db=-62, drift_ppm=3.2, slip_ms=0),
)


def rows(tape: Tape, counters: dict[str, int] | None = None) -> dict[str, Row]:
    return {re.sub(r"\d+ (answers|s)$", r"\1", row.name): row for row in rows_of(tape.run(counters), LEARNT)}


def conversation(answer_ms: float = 900.0, silent_ms: float = 240.0) -> Tape:
    """Two questions, and a third whose answer is talked over."""
    tape = Tape(30)
    for at_ms in (1000.0, 8000.0):
        tape.say("question", at_ms)
        tape.answer(at_ms + 1000 + answer_ms)
    tape.say("question", 15_000)
    tape.answer(16_000 + answer_ms, 18_000 + silent_ms)
    tape.say("interruption", 18_000)
    tape.answer(22_000)
    return tape


def test_the_wait_for_an_answer_is_from_the_last_word_to_the_first_sound() -> None:
    row = rows(conversation(answer_ms=913))["last word → first sound of the answer"]
    numbers = [float(number) for number in re.findall(r"\d+", row.measured)[1::2]]
    assert numbers[0] == pytest.approx(913, abs=2)
    assert (row.kept, row.promised) == (True, "p95 ≤ 1050 ms, 3 of 3")


def test_an_answer_that_comes_late_or_never_breaks_the_promise() -> None:
    assert rows(conversation(answer_ms=1200))["last word → first sound of the answer"].kept is False
    silent = Tape(12)
    silent.say("question", 1000)
    assert rows(silent)["last word → first sound of the answer"].measured == "nothing was measured"
    assert rows(silent)["last word → first sound of the answer"].kept is False


@pytest.mark.parametrize(("silent_ms", "kept"), [(240.0, True), (420.0, False)])
def test_who_talks_over_an_answer_has_silence_within_300_ms(silent_ms: float, kept: bool) -> None:
    row = rows(conversation(silent_ms=silent_ms))["talked over → answer silent"]
    assert row.kept is kept
    assert float(re.findall(r"p50 (\d+)", row.measured)[0]) == pytest.approx(silent_ms, abs=6)


def test_an_answer_that_is_not_silenced_breaks_the_promise() -> None:
    assert rows(conversation(silent_ms=3900))["talked over → answer silent"].kept is False


def test_gaps_in_an_answer_are_heard_and_an_interruption_is_none() -> None:
    assert rows(conversation())["gaps in answers"].measured == "0"
    tape = conversation()
    tape.lose(4000, 4020)
    tape.lose(5000, 5010)
    assert (rows(tape)["gaps in answers"].measured, rows(tape)["gaps in answers"].kept) == ("2", False)


def test_what_the_daemon_counted_is_told() -> None:
    counters = WITHOUT_GAPS | {"loudspeaker_underruns": 2}
    row = rows(conversation(), counters)["underruns and overruns in s"]
    assert (row.measured, row.kept) == ("2 and 0", False)


def test_the_cable_itself_is_told_and_nothing_is_promised_of_it() -> None:
    told = rows(conversation())
    assert told["sound comes back"].measured == "4.6 ms after it is said to play, at -0.2 dB"
    assert told["clocks differ by"].kept is None
    lost = LEARNT.model_copy(update={"overruns": 1})
    assert any("sound was lost" in row.measured for row in rows_of(conversation().run(), lost))


@pytest.mark.parametrize(
    ("lost_s", "armed_s", "kept"), [(0.7, 2.0, True), (2.5, 2.0, False), (0.7, 6.0, False), (0.7, None, True)]
)
def test_a_replugged_device_has_its_deadlines(lost_s: float, armed_s: float | None, kept: bool) -> None:
    assert replug_row("microphone", lost_s, armed_s).kept is kept


def test_an_utterance_that_was_not_heard_is_not_found() -> None:
    tape = Tape(5)
    assert find(QUESTION.pcm, tape.pcm, RATE_HZ, 0) is None
    tape.say("question", 1500)
    assert find(QUESTION.pcm, tape.pcm, RATE_HZ, 16_000) == 24_000


def test_a_recording_in_which_nothing_sounds_has_no_tone() -> None:
    tone = tone_in(Tape(1).pcm[:0], RATE_HZ, TONE_HZ, TONE_DBFS)
    assert (tone.starts_after(0), tone.quiet_after(0)) == (None, None)


def test_a_spread_says_how_many_there_were() -> None:
    assert spread([100.0, 200.0]) == "p50 150, p95 195 ms (100…200, n = 2)"
