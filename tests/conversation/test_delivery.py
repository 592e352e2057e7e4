"""What a stream of words and sound shows of the voice, and what whole answers teach."""

import pytest

from appliance.conversation.delivery import (
    CAUTIOUS_PACE_MS,
    MIN_LENGTH,
    UNKNOWN,
    Mark,
    Whole,
    learned_from,
    runs_away,
    shown_by,
    steady_lead_ms,
)

PACE_MS = 60.0


def marks(lead_ms: float = 0.0, times: float = 1.0, until: int = 160) -> list[Mark]:
    """A word of 6 at a time, so far ahead of its sound, or so many times as fast."""
    told = [(length * PACE_MS / times - lead_ms, float(length)) for length in range(0, until, 6)]
    return [(ms, length) for ms, length in told if ms >= 0.0]


def whole(lead_ms: float = 0.0, times: float = 1.0, length: float = 160.0, pace_ms: float = PACE_MS) -> Whole:
    return Whole(length, length * pace_ms, marks(lead_ms, times))


def test_text_in_step_with_its_sound_shows_the_pace() -> None:
    shown = shown_by(marks())
    assert shown is not None
    assert shown.pace_ms == pytest.approx(PACE_MS)
    assert shown.lead_ms == 0.0


def test_text_that_is_always_as_far_ahead_shows_the_pace_and_the_lead() -> None:
    shown = shown_by(marks(1000.0))
    assert shown is not None
    assert shown.pace_ms == pytest.approx(PACE_MS)
    assert shown.lead_ms == pytest.approx(1000.0)


def test_of_few_marks_a_slower_pace_is_believed_than_they_show() -> None:
    shown = shown_by([(3000.0, 50.0), (6000.0, 100.0)])
    assert shown is not None
    assert 60.0 < shown.pace_ms < 80.0


@pytest.mark.parametrize("few", [[], [(0.0, 0.0)], marks(until=20), [(0.0, 0.0), (1000.0, 200.0)]])
def test_marks_that_span_too_little_show_nothing(few: list[Mark]) -> None:
    assert shown_by(few) is None


def test_text_that_runs_away_from_its_sound_shows_nothing() -> None:
    assert shown_by(marks(times=3.0)) is None
    assert runs_away(marks(times=3.0), PACE_MS)
    assert not runs_away(marks(1000.0), PACE_MS)


def test_a_lead_that_grows_is_none() -> None:
    assert steady_lead_ms(marks(times=2.0), PACE_MS) is None
    assert steady_lead_ms(marks(1000.0), PACE_MS) == pytest.approx(1000.0)
    assert steady_lead_ms(marks(-1000.0), PACE_MS) == pytest.approx(-1000.0)
    assert steady_lead_ms(marks(100.0), PACE_MS) == 0.0


def test_whole_answers_teach_pace_and_lead() -> None:
    learned = learned_from([whole(1000.0), whole(1000.0)])
    assert learned.learned
    assert learned.pace_ms == pytest.approx(PACE_MS)
    assert learned.lead_ms == pytest.approx(1000.0)


def test_of_answers_whose_text_came_as_it_liked_only_the_pace_is_learned() -> None:
    learned = learned_from([whole(times=2.0), whole(times=3.0), whole(1000.0)])
    assert learned.pace_ms == pytest.approx(PACE_MS)
    assert learned.lead_ms is None


def test_a_word_or_two_teach_nothing() -> None:
    assert learned_from([]) is UNKNOWN
    assert learned_from([whole(length=MIN_LENGTH - 1)]) is UNKNOWN
    assert UNKNOWN.pace_ms == CAUTIOUS_PACE_MS


def test_the_newest_answers_teach_and_not_all_that_there_ever_were() -> None:
    newest_first = [whole(length=1000.0)] + [whole(length=1000.0, pace_ms=90.0)] * 9
    assert learned_from(newest_first).pace_ms == pytest.approx(PACE_MS)


@pytest.mark.parametrize("pace_ms", [0.001, 10_000.0])
def test_a_pace_that_nobody_has_is_not_believed(pace_ms: float) -> None:
    assert 20.0 < learned_from([whole(pace_ms=pace_ms)]).pace_ms < 200.0
