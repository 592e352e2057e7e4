"""What button, conversation and the greatest length of a turn make of it."""

from appliance.conversation.vocabulary import (
    HeardUpTo,
    SpeechEnded,
    SpeechEvent,
    SpeechPossible,
    SpeechReal,
    TurnEnd,
    TurnEnded,
    TurnOverheard,
    TurnTooShort,
)
from appliance.hearing.turns.turn_detector import TurnDetector, TurnOptions
from tests.hearing.scripted import WINDOW, WindowEdges

QUIET, SPEECH = 0.0, 0.9
END_SILENCE_WINDOWS = 25  # 800 ms


class Listener:
    """Windows in, events out, with wishes in between."""

    def __init__(self, options: TurnOptions | None = None) -> None:
        self.turns = TurnDetector(options or TurnOptions(), WindowEdges(), WINDOW)
        self._windows = 0

    def hear(self, probability: float, windows: int) -> list[SpeechEvent]:
        """What these windows say, besides that they were heard."""
        events: list[SpeechEvent] = []
        for _ in range(windows):
            self._windows += 1
            events += self.turns.hear(self._windows * WINDOW, probability)
        return [event for event in events if not isinstance(event, HeardUpTo)]

    @property
    def now(self) -> int:
        return self._windows * WINDOW


def ends(events: list[SpeechEvent]) -> list[SpeechEvent]:
    return [event for event in events if isinstance(event, TurnEnded | TurnTooShort)]


# --------------------------------------------------------------------- the button


def test_a_held_turn_ends_with_the_sample_at_which_the_button_came_up() -> None:
    ear = Listener()
    ear.turns.hold(0)
    ear.hear(SPEECH, 20)
    release = ear.now + 700  # inside a window that was not heard yet
    assert ear.turns.release(release, held=True) == []
    assert ends(ear.hear(SPEECH, 1)) == []
    assert ends(ear.hear(SPEECH, 1)) == [TurnEnded(release, release, TurnEnd.BUTTON)]


def test_a_button_that_comes_up_too_late_ends_nothing_that_was_said_since() -> None:
    ear = Listener(TurnOptions(max_turn_s=1))
    ear.turns.hold(0)
    assert len(ends(ear.hear(SPEECH, 31))) == 1
    ear.hear(QUIET, 60)
    ear.hear(SPEECH, 10)
    assert ear.turns.release(ear.now, held=True) == []
    assert len(ends(ear.hear(QUIET, END_SILENCE_WINDOWS))) == 1


def test_silence_does_not_end_a_held_turn() -> None:
    ear = Listener()
    ear.turns.hold(0)
    assert ends(ear.hear(SPEECH, 20) + ear.hear(QUIET, 200)) == []


def test_a_held_turn_ends_at_its_greatest_length() -> None:
    ear = Listener(TurnOptions(max_turn_s=2))
    ear.turns.hold(0)
    ended = ends(ear.hear(SPEECH, 80))
    assert [event.cause for event in ended if isinstance(event, TurnEnded)] == [TurnEnd.MAX_TURN]


def test_holding_without_a_word_asks_nothing() -> None:
    ear = Listener()
    ear.turns.hold(0)
    ear.hear(QUIET, 50)
    assert ear.turns.release(ear.now, held=True) == [TurnTooShort(ear.now, 0, TurnEnd.BUTTON, 0)]


def test_a_tap_opens_a_turn_that_silence_ends() -> None:
    ear = Listener()
    ear.turns.hold(0)
    ear.hear(QUIET, 3)
    assert ear.turns.release(ear.now, held=False) == []
    assert ends(ear.hear(QUIET, 60) + ear.hear(SPEECH, 20)) == []
    assert [type(event) for event in ends(ear.hear(QUIET, END_SILENCE_WINDOWS))] == [TurnEnded]


def test_a_tapped_turn_without_a_word_closes_after_its_time() -> None:
    ear = Listener(TurnOptions(no_speech_s=4))
    ear.turns.hold(0)
    ear.turns.release(0, held=False)
    assert ends(ear.hear(QUIET, 124)) == []
    assert ends(ear.hear(QUIET, 1)) == [TurnTooShort(ear.now, 0, TurnEnd.SILENCE, 0)]


def test_a_tap_ends_a_turn_in_which_something_was_said() -> None:
    ear = Listener()
    ear.hear(SPEECH, 20)
    ear.turns.hold(ear.now)
    assert ends(ear.turns.release(ear.now, held=False)) == [TurnEnded(ear.now, ear.now, TurnEnd.BUTTON)]


def test_who_presses_in_mid_sentence_is_known_to_have_spoken() -> None:
    ear = Listener()
    ear.hear(SPEECH, 20)
    assert ear.turns.hold(ear.now) == [SpeechPossible(ear.now, 0), SpeechReal(ear.now)]


def test_a_turn_of_the_button_holds_nothing_that_was_forgotten_before_it() -> None:
    ear = Listener()
    ear.hear(SPEECH, 20)
    ear.turns.forget()
    assert ear.turns.hold(ear.now) == [SpeechPossible(ear.now, ear.now)]
    assert ear.turns.release(ear.now, held=True) == [TurnTooShort(ear.now, ear.now, TurnEnd.BUTTON, 0)]


# --------------------------------------------------------------------- ends by wish


def test_who_asks_for_an_end_gets_one_even_where_no_turn_is_open() -> None:
    ear = Listener()
    ear.hear(QUIET, 2)
    assert ear.turns.end(ear.now + 9999, TurnEnd.BUTTON) == [
        TurnTooShort(ear.now, ear.now, TurnEnd.BUTTON, 0)
    ]
    assert ends(ear.hear(QUIET, 100)) == []


def test_an_end_in_the_past_comes_at_once() -> None:
    ear = Listener()
    ear.hear(SPEECH, 20)
    ended = ends(ear.turns.end(10 * WINDOW, TurnEnd.DEVICE_LOST))
    assert ended == [TurnEnded(10 * WINDOW, 10 * WINDOW, TurnEnd.DEVICE_LOST)]


def test_without_auto_complete_only_a_wish_ends_what_was_said() -> None:
    ear = Listener(TurnOptions(auto_complete=False))
    assert ends(ear.hear(SPEECH, 20) + ear.hear(QUIET, 300)) == []
    assert [type(event) for event in ends(ear.turns.end(ear.now, TurnEnd.BUTTON))] == [TurnEnded]


def test_without_auto_complete_a_cough_is_nobodys_question_all_the_same() -> None:
    ear = Listener(TurnOptions(auto_complete=False))
    assert ends(ear.hear(SPEECH, 2) + ear.hear(QUIET, 60)) == [
        TurnTooShort(27 * WINDOW, 2 * WINDOW, TurnEnd.SILENCE, 64)
    ]


# --------------------------------------------------------------------- ends by a provider's word


def test_a_providers_word_ends_what_was_said() -> None:
    ear = Listener()
    ear.hear(SPEECH, 20)
    (ended,) = ends(ear.turns.end(ear.now, TurnEnd.PROVIDER))
    assert ended == TurnEnded(ear.now, ear.now, TurnEnd.PROVIDER)


def test_a_providers_word_about_a_turn_that_is_over_ends_nothing() -> None:
    ear = Listener()
    ear.hear(SPEECH, 20)
    ear.hear(QUIET, 100)
    assert ear.turns.end(ear.now, TurnEnd.PROVIDER) == []
    ear.hear(SPEECH, 1)  # the next turn, in which nothing is certain yet
    assert ear.turns.end(ear.now, TurnEnd.PROVIDER) == []
    assert ends(ear.hear(SPEECH, 20)) == []


def test_a_providers_word_counts_for_nothing_while_the_button_is_down() -> None:
    ear = Listener()
    ear.hear(SPEECH, 20)
    ear.turns.hold(ear.now)
    assert ear.turns.end(ear.now, TurnEnd.PROVIDER) == []


def test_a_providers_word_counts_for_nothing_without_auto_complete() -> None:
    ear = Listener(TurnOptions(auto_complete=False))
    ear.hear(SPEECH, 20)
    assert ear.turns.end(ear.now, TurnEnd.PROVIDER) == []


# --------------------------------------------------------------------- beyond the greatest length


def too_long(said_after: int, quiet_after: int = 0) -> Listener:
    """Somebody who was cut at one second, and spoke on for so many windows."""
    ear = Listener(TurnOptions(max_turn_s=1))
    assert len(ends(ear.hear(SPEECH, 31))) == 1
    assert ear.hear(SPEECH, said_after) == []
    assert ear.hear(QUIET, quiet_after) == []
    return ear


def test_what_is_said_beyond_the_cut_is_told_when_it_is_wanted() -> None:
    ear = too_long(said_after=40, quiet_after=100)
    cut, over = 31 * WINDOW, (31 + 40) * WINDOW
    known = over + END_SILENCE_WINDOWS * WINDOW
    assert ear.turns.want_kept() == [
        SpeechPossible(known, cut),
        SpeechReal(known),
        TurnEnded(known, over, TurnEnd.SILENCE),
    ]
    ear.turns.forget_kept_before(known)
    assert ear.turns.want_kept() == []


def test_who_still_speaks_when_it_is_wanted_is_heard_to_his_end() -> None:
    ear = too_long(said_after=10)
    assert ear.turns.want_kept() == [SpeechPossible(ear.now, 31 * WINDOW), SpeechReal(ear.now)]
    assert [type(event) for event in ends(ear.hear(QUIET, END_SILENCE_WINDOWS))] == [TurnEnded]


def test_silence_beyond_the_cut_leaves_nothing() -> None:
    assert too_long(said_after=0, quiet_after=100).turns.want_kept() == []


def test_forgetting_a_cough_does_not_forget_what_was_kept() -> None:
    ear = too_long(said_after=40, quiet_after=100)
    ear.hear(SPEECH, 2)
    ear.turns.forget()
    assert len(ear.turns.want_kept()) == 3


def test_nothing_is_kept_after_everything_was_forgotten() -> None:
    ear = too_long(said_after=40, quiet_after=100)
    ear.turns.forget_all()
    assert ear.turns.want_kept() == []


def test_new_words_take_up_what_was_kept() -> None:
    ear = too_long(said_after=20, quiet_after=100)
    began = ear.hear(SPEECH, 1)
    assert began[0] == SpeechPossible(ear.now, 31 * WINDOW)
    assert ear.turns.want_kept() == []


def test_what_was_taken_up_and_asked_is_not_kept_any_longer() -> None:
    ear = too_long(said_after=20, quiet_after=100)
    assert len(ends(ear.hear(SPEECH, 1) + ear.hear(QUIET, 30))) == 1
    ear.turns.forget_kept_before(ear.now)
    assert ear.turns.want_kept() == []


def test_what_was_kept_stays_until_it_is_known_to_be_asked() -> None:
    ear = too_long(said_after=20, quiet_after=100)
    told = ear.turns.want_kept()
    ear.turns.forget()  # the button: what was told a moment ago is not listened to
    assert ear.turns.hold(ear.now)[0] == SpeechPossible(ear.now, 31 * WINDOW)
    assert len(told) == 3


def test_the_button_takes_up_words_that_are_being_kept() -> None:
    ear = too_long(said_after=20)
    assert ear.turns.hold(ear.now) == [SpeechPossible(ear.now, 31 * WINDOW), SpeechReal(ear.now)]
    ear.hear(SPEECH, 5)
    assert ends(ear.turns.release(ear.now, held=True)) == [TurnEnded(ear.now, ear.now, TurnEnd.BUTTON)]


def test_a_held_turn_without_a_word_that_is_cut_keeps_nothing_back() -> None:
    ear = Listener(TurnOptions(max_turn_s=1))
    ear.turns.hold(0)
    assert [type(event) for event in ends(ear.hear(QUIET, 40))] == [TurnTooShort]
    assert isinstance(ear.hear(SPEECH, 1)[0], SpeechPossible)


def test_what_is_not_listened_to_does_not_end_a_turn() -> None:
    ear = Listener()
    ear.hear(SPEECH, 20)
    ear.turns.ignore_before(ear.now + 100 * WINDOW)
    assert ends(ear.hear(SPEECH, 100)) == []
    assert len(ends(ear.hear(QUIET, END_SILENCE_WINDOWS))) == 1


# --------------------------------------------------------------------- the talk of the room


def test_a_turn_that_was_the_rooms_talk_from_its_onset_is_nobodys() -> None:
    ear = Listener()
    ear.hear(QUIET, 10)
    ear.hear(SPEECH, 250)
    assert ear.turns.overhear(10 * WINDOW, 0) == [
        SpeechEnded(ear.now, ear.now),
        TurnOverheard(ear.now, ear.now),
    ]
    assert ear.hear(QUIET, 60) == []


def test_the_words_before_the_rooms_talk_are_asked_and_end_where_they_ended() -> None:
    ear = Listener()
    ear.hear(SPEECH, 250)
    until = 90 * WINDOW
    assert ends(ear.turns.overhear(0, until)) == [TurnEnded(ear.now, until, TurnEnd.SILENCE)]


def test_words_with_a_breath_after_them_were_somebodys_though_the_room_is_as_loud() -> None:
    ear = Listener()
    ear.hear(SPEECH, 60)
    ear.hear(QUIET, 3)
    began = ear.now
    ear.hear(SPEECH, 250)
    assert ends(ear.turns.overhear(began, 0)) == [TurnEnded(ear.now, began, TurnEnd.SILENCE)]


def test_the_rooms_talk_ends_no_turn_that_only_a_hand_ends() -> None:
    held, written = Listener(), Listener(TurnOptions(auto_complete=False))
    held.turns.hold(0)
    for ear in (held, written):
        ear.hear(SPEECH, 250)
        assert ear.turns.overhear(0, 0) == []


def test_the_rooms_talk_is_not_kept_for_after_the_answer() -> None:
    ear = Listener(TurnOptions(max_turn_s=1))
    assert len(ends(ear.hear(SPEECH, 31))) == 1
    ear.hear(SPEECH, 250)
    assert ear.turns.overhear(0, 0) == []
    assert ear.turns.want_kept() == []
