"""What was heard last can be heard once more."""

from appliance.hearing.speech.recent_windows import RECENT_MS, RecentWindows
from appliance.pcm.formats import NEAR_RATE_HZ, samples_of_ms

WINDOW = 512


def filled(*probabilities: float) -> RecentWindows:
    recent = RecentWindows(WINDOW)
    for number, probability in enumerate(probabilities, start=1):
        recent.hear(number * WINDOW, probability)
    return recent


def test_windows_that_begin_later_are_taken_once() -> None:
    recent = filled(0.1, 0.2, 0.3)
    assert recent.take_since(WINDOW) == [(2 * WINDOW, 0.2), (3 * WINDOW, 0.3)]
    assert recent.take_since(0) == []


def test_a_window_that_begins_before_is_none_of_them() -> None:
    assert filled(0.1, 0.2).take_since(1) == [(2 * WINDOW, 0.2)]


def test_speech_is_counted_back_to_its_first_pause_and_without_the_last_window() -> None:
    assert filled(0.9, 0.1, 0.9, 0.9, 0.9).said_since(0, 0.35) == 2 * WINDOW


def test_speech_is_not_counted_beyond_the_instant_that_is_asked_for() -> None:
    assert filled(0.9, 0.9, 0.9, 0.9).said_since(WINDOW, 0.35) == 2 * WINDOW


def test_two_seconds_are_kept() -> None:
    recent = filled(*[0.5] * 200)
    kept = recent.take_since(0)
    assert len(kept) * WINDOW >= samples_of_ms(RECENT_MS, NEAR_RATE_HZ) > (len(kept) - 1) * WINDOW
