"""What a wake word makes of the turns: the word itself is none of it, and what follows is."""

import pytest

from appliance.conversation.vocabulary import (
    HeardUpTo,
    SpeechPossible,
    SpeechReal,
    TurnEnd,
    TurnEnded,
    TurnTooShort,
    WakeWordHeard,
)
from appliance.hearing.speech.recent_windows import LINGERS
from appliance.hearing.turns.turn_detector import TurnOptions
from tests.hearing.scripted import WINDOW
from tests.hearing.turns.test_turn_wishes import QUIET, SPEECH, Listener, ends

NO_SPEECH_WINDOWS = 250  # 8 s


def word(end: int, over: int) -> WakeWordHeard:
    return WakeWordHeard(0, "okay_test", 0.9, end * WINDOW, over * WINDOW)


def test_what_was_said_since_its_end_is_heard_once_more() -> None:
    ear = Listener()
    ear.hear(SPEECH, 30)
    events = ear.turns.call(word(20, 22))
    assert [event for event in events if isinstance(event, SpeechPossible)] != []
    assert SpeechReal(26 * WINDOW) in events or SpeechReal(25 * WINDOW) in events
    assert HeardUpTo(30 * WINDOW) in events
    (ended,) = ends(ear.hear(QUIET, 30))
    assert isinstance(ended, TurnEnded)
    assert ended.cause is TurnEnd.SILENCE


def test_the_rest_of_the_word_is_no_speech() -> None:
    ear = Listener(TurnOptions(no_speech_s=3))
    ear.hear(SPEECH, 30)
    told = [event for event in ear.turns.call(word(20, 30)) if not isinstance(event, HeardUpTo)]
    assert told == []
    lingers = LINGERS // WINDOW
    assert ear.hear(SPEECH, lingers) == []
    (ended,) = ends(ear.hear(QUIET, 100))
    assert isinstance(ended, TurnTooShort)
    assert ended.speech_ms == 0


def test_a_short_word_right_after_it_counts_from_its_beginning() -> None:
    ear = Listener()
    ear.hear(SPEECH, 30)
    ear.turns.call(word(26, 30))
    assert any(isinstance(event, SpeechReal) for event in ear.hear(SPEECH, 4))


def test_it_waits_for_the_first_word_as_after_the_button() -> None:
    ear = Listener()
    ear.hear(SPEECH, 10)
    ear.hear(QUIET, 5)
    ear.turns.call(word(10, 12))
    assert ends(ear.hear(QUIET, NO_SPEECH_WINDOWS - 20)) == []
    assert len(ends(ear.hear(QUIET, 40))) == 1


@pytest.mark.parametrize("late_windows", [0, 10, 40])
def test_it_may_be_acted_upon_late(late_windows: int) -> None:
    ear = Listener()
    ear.hear(SPEECH, 20)
    ear.hear(SPEECH, late_windows + 12)
    events = ear.turns.call(word(20, 20))
    assert any(isinstance(event, SpeechReal) for event in [*events, *ear.hear(SPEECH, 1)])


def test_what_is_ignored_is_ignored_when_it_is_heard_once_more() -> None:
    ear = Listener()
    ear.hear(SPEECH, 30)
    ear.turns.ignore_before(30 * WINDOW)
    told = [event for event in ear.turns.call(word(20, 20)) if not isinstance(event, HeardUpTo)]
    assert told == []


def test_a_button_that_held_the_turn_before_holds_it_no_more() -> None:
    ear = Listener()
    ear.turns.hold(0)
    ear.hear(SPEECH, 30)
    ear.turns.call(word(20, 20))
    assert ear.turns.release(ear.now, held=True) == []
