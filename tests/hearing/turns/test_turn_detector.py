"""What the turn detector says, and when, in windows of 32 ms."""

import pytest

from appliance.conversation.vocabulary import (
    HeardUpTo,
    SpeechConfirmed,
    SpeechEnded,
    SpeechEvent,
    SpeechPaused,
    SpeechPossible,
    SpeechReadable,
    SpeechReal,
    SpeechSustained,
    TurnEnd,
    TurnEnded,
    TurnTooShort,
)
from appliance.hearing.turns.turn_detector import TurnDetector, TurnOptions
from tests.hearing.scripted import WINDOW, WINDOW_MS, WindowEdges, turn_events

QUIET, DOUBT, SPEECH = 0.0, 0.4, 0.9


def only(kind: type[SpeechEvent], events: list[SpeechEvent]) -> list[SpeechEvent]:
    return [event for event in events if isinstance(event, kind)]


def at_window(kind: type[SpeechEvent], events: list[SpeechEvent]) -> list[int]:
    """After which windows, counted from 1, events of a kind came."""
    return [event.at // WINDOW for event in only(kind, events)]


def test_silence_says_nothing() -> None:
    assert turn_events([QUIET, DOUBT] * 100) == []


def test_speech_is_possible_from_its_first_window() -> None:
    events = turn_events([QUIET, QUIET, SPEECH])
    assert events[0] == SpeechPossible(at=3 * WINDOW, onset=2 * WINDOW)


def test_every_window_of_an_open_turn_is_heard_before_what_it_means() -> None:
    events = turn_events([QUIET] + [SPEECH] * 10 + [QUIET] * 30)
    heard = at_window(HeardUpTo, events)
    end = at_window(TurnEnded, events)[0]
    assert heard == list(range(2, end + 1))
    for event in events:
        if not isinstance(event, SpeechPossible | HeardUpTo):
            assert events.index(HeardUpTo(event.at)) < events.index(event)


def test_marks_are_passed_at_the_window_nearest_to_them() -> None:
    events = turn_events([SPEECH] * 30)
    assert at_window(SpeechSustained, events) == [round(150 / WINDOW_MS)]
    assert at_window(SpeechReal, events) == [round(200 / WINDOW_MS)]
    assert at_window(SpeechConfirmed, events) == [round(500 / WINDOW_MS)]


def test_words_can_be_read_before_the_pause_after_them_is_one() -> None:
    events = turn_events([SPEECH] * 5 + [QUIET] * 3)
    assert at_window(SpeechReadable, events) == [6]
    assert at_window(SpeechPaused, events) == [7]


def test_doubt_carries_a_run_that_has_begun() -> None:
    assert at_window(SpeechEnded, turn_events([SPEECH] + [DOUBT] * 20)) == []


def test_a_short_dip_does_not_interrupt_speech_in_a_row() -> None:
    events = turn_events([SPEECH] * 8 + [QUIET] + [SPEECH] * 8)
    assert at_window(SpeechConfirmed, events) == [16]


def test_a_longer_dip_starts_the_row_again() -> None:
    events = turn_events([SPEECH] * 8 + [QUIET] * 2 + [SPEECH] * 8)
    assert at_window(SpeechConfirmed, events) == []


def test_a_run_with_enough_speech_is_confirmed_when_the_time_is_up() -> None:
    events = turn_events(([SPEECH] * 4 + [QUIET] * 3) * 4)
    assert at_window(SpeechConfirmed, events) == [round(700 / WINDOW_MS)]


def test_a_run_with_too_little_speech_ends_when_the_time_is_up() -> None:
    events = turn_events(([SPEECH] + [QUIET] * 5) * 4)
    assert at_window(SpeechConfirmed, events) == []
    assert at_window(SpeechEnded, events)[0] == round(700 / WINDOW_MS)


def test_a_run_ends_when_nothing_was_said_for_a_while() -> None:
    events = turn_events([SPEECH] * 10 + [QUIET] * 10)
    assert only(SpeechEnded, events) == [SpeechEnded(at=16 * WINDOW, last_speech=10 * WINDOW)]


def test_a_turn_ends_after_silence_and_never_before() -> None:
    ended = only(TurnEnded, turn_events([SPEECH] * 10 + [QUIET] * 40))
    assert ended == [TurnEnded(at=35 * WINDOW, last_speech=10 * WINDOW, cause=TurnEnd.SILENCE)]


def test_two_runs_make_one_turn() -> None:
    events = turn_events([SPEECH] * 10 + [QUIET] * 20 + [SPEECH] * 10 + [QUIET] * 40)
    assert len(only(SpeechPossible, events)) == 2
    assert at_window(SpeechReal, events) == [6]
    assert len(only(TurnEnded, events)) == 1


def test_runs_that_are_too_short_add_up_to_a_turn() -> None:
    events = turn_events([SPEECH] * 3 + [QUIET] * 10 + [SPEECH] * 3 + [QUIET] * 40)
    assert at_window(SpeechReal, events) == [16]
    assert len(only(TurnEnded, events)) == 1


def test_too_little_speech_is_no_turn() -> None:
    events = turn_events([SPEECH] * 3 + [QUIET] * 40)
    assert only(TurnEnded, events) == []
    assert only(TurnTooShort, events) == [
        TurnTooShort(28 * WINDOW, 3 * WINDOW, TurnEnd.SILENCE, speech_ms=96)
    ]


def test_the_longest_turn_is_cut_and_what_follows_is_kept_without_a_word() -> None:
    events = turn_events([SPEECH] * 70, TurnOptions(max_turn_s=1))
    ended = only(TurnEnded, events)
    assert ended == [TurnEnded(31 * WINDOW, 31 * WINDOW, TurnEnd.MAX_TURN)]
    assert events[-1] == ended[0]


def test_what_is_forgotten_is_never_spoken_of_again() -> None:
    turns = TurnDetector(TurnOptions(), WindowEdges(), WINDOW)
    for n in range(1, 11):
        turns.hear(n * WINDOW, SPEECH)
    turns.forget()
    assert [turns.hear(n * WINDOW, QUIET) for n in range(11, 60)] == [[]] * 49


def test_speech_that_goes_on_after_forgetting_is_a_new_run() -> None:
    turns = TurnDetector(TurnOptions(), WindowEdges(), WINDOW)
    for n in range(1, 11):
        turns.hear(n * WINDOW, SPEECH)
    turns.forget()
    assert turns.hear(11 * WINDOW, SPEECH)[0] == SpeechPossible(at=11 * WINDOW, onset=10 * WINDOW)


def test_what_is_ignored_opens_nothing() -> None:
    turns = TurnDetector(TurnOptions(), WindowEdges(), WINDOW)
    turns.ignore_before(4 * WINDOW + 1)
    events = [event for n in range(1, 7) for event in turns.hear(n * WINDOW, SPEECH)]
    assert events[0] == SpeechPossible(at=6 * WINDOW, onset=5 * WINDOW)


class WildEdges:
    """Edges that are off by more than a run and the pause after it."""

    def __init__(self, onset_error: int, end_error: int) -> None:
        self._onset_error = onset_error
        self._end_error = end_error

    def onset_near(self, window_start: int) -> int:
        return window_start + self._onset_error

    def end_near(self, window_end: int) -> int:
        return window_end + self._end_error


def events_by(edges: WildEdges, probabilities: list[float]) -> list[SpeechEvent]:
    turns = TurnDetector(TurnOptions(), edges, WINDOW)
    return [event for n, p in enumerate(probabilities, start=1) for event in turns.hear(n * WINDOW, p)]


@pytest.mark.parametrize("onset_error", [-4000, 0, 4000])
@pytest.mark.parametrize("end_error", [-4000, 0, 4000])
def test_an_edge_reaches_neither_into_another_run_nor_into_the_future(
    onset_error: int, end_error: int
) -> None:
    edges: list[int] = []
    for event in events_by(WildEdges(onset_error, end_error), ([SPEECH] * 5 + [QUIET] * 7) * 3):
        if isinstance(event, SpeechPossible):
            edges.append(event.onset)
        if isinstance(event, SpeechEnded):
            edges.append(event.last_speech)
        assert all(0 <= edge <= event.at for edge in edges)
    assert len(edges) == 6
    assert edges == sorted(edges)


def test_an_onset_reaches_back_to_the_last_turn_and_no_further() -> None:
    events = events_by(WildEdges(-4000, 0), [SPEECH] * 6 + [QUIET] * 26 + [SPEECH])
    ended, opened = only(TurnEnded, events)[0], events[-2]
    assert isinstance(opened, SpeechPossible)
    assert opened.onset == ended.at


def test_an_onset_reaches_back_to_what_was_forgotten_and_no_further() -> None:
    turns = TurnDetector(TurnOptions(), WildEdges(-4000, 0), WINDOW)
    turns.hear(10 * WINDOW, QUIET)
    turns.forget()
    assert turns.hear(11 * WINDOW, SPEECH)[0] == SpeechPossible(11 * WINDOW, onset=10 * WINDOW)


def test_an_onset_reaches_back_to_what_is_ignored_and_no_further() -> None:
    turns = TurnDetector(TurnOptions(), WildEdges(-4000, 0), WINDOW)
    turns.hear(10 * WINDOW, QUIET)
    turns.ignore_before(10 * WINDOW - 100)
    assert turns.hear(11 * WINDOW, SPEECH)[0] == SpeechPossible(11 * WINDOW, onset=10 * WINDOW - 100)


def test_a_turn_that_ends_after_a_short_silence_does_not_wait_for_its_run() -> None:
    events = turn_events([SPEECH] * 10 + [QUIET] * 10, TurnOptions(end_silence_ms=96, run_gap_ms=300))
    assert at_window(TurnEnded, events) == [13]
