"""What holds for every sequence of probabilities."""

from hypothesis import given
from hypothesis import strategies as st

from appliance.conversation.vocabulary import (
    HeardUpTo,
    SpeechConfirmed,
    SpeechEnded,
    SpeechPossible,
    SpeechReal,
    SpeechSustained,
    TurnEnded,
    TurnTooShort,
)
from appliance.hearing.turns.turn_detector import TurnOptions
from tests.hearing.scripted import WINDOW, turn_events

# Stretches rather than single windows: otherwise hypothesis seldom finds a turn that ends.
STRETCH = st.tuples(st.sampled_from([0.0, 0.36, 0.6, 1.0]), st.integers(1, 40))
PROBABILITIES = st.lists(STRETCH, max_size=40).map(
    lambda stretches: [p for p, n in stretches for _ in range(n)]
)
OPTIONS = st.builds(
    TurnOptions,
    min_speech_ms=st.integers(0, 600),
    hush_ms=st.integers(0, 400),
    confirmed_ms=st.integers(100, 900),
    confirm_ms=st.integers(100, 1500),
    end_silence_ms=st.integers(100, 1500),
    run_gap_ms=st.integers(32, 400),
    max_turn_s=st.floats(0.5, 5),
)


@given(PROBABILITIES, OPTIONS)
def test_events_never_go_back_in_time(probabilities: list[float], options: TurnOptions) -> None:
    instants = [event.at for event in turn_events(probabilities, options)]
    assert instants == sorted(instants)


@given(PROBABILITIES, OPTIONS)
def test_runs_open_and_close_in_turn(probabilities: list[float], options: TurnOptions) -> None:
    passed: set[type] | None = None  # the marks of the run that is open
    for event in turn_events(probabilities, options):
        match event:
            case SpeechPossible(at=at, onset=onset):
                assert passed is None
                assert 0 <= onset < at
                passed = set()
            case SpeechSustained() | SpeechConfirmed():
                assert passed is not None
                assert type(event) not in passed
                passed.add(type(event))
            case SpeechEnded(at=at, last_speech=last_speech):
                assert passed is not None
                assert last_speech <= at
                passed = None
            case TurnEnded() | TurnTooShort():
                assert passed is None


@given(PROBABILITIES, OPTIONS)
def test_every_turn_opens_is_heard_window_by_window_and_ends_once(
    probabilities: list[float], options: TurnOptions
) -> None:
    heard = None  # up to where the open turn was heard
    real = False
    for event in turn_events(probabilities, options):
        match event:
            case SpeechPossible(at=at) if heard is None:
                heard, real = at - WINDOW, False
            case HeardUpTo(at=at):
                assert heard is not None
                assert at == heard + WINDOW
                heard = at
            case SpeechReal(at=at):
                assert heard == at
                assert not real
                real = True
            case TurnEnded(at=at) | TurnTooShort(at=at):
                assert heard == at
                assert real == isinstance(event, TurnEnded)
                heard = None


@given(PROBABILITIES, OPTIONS)
def test_silence_ends_a_turn_and_is_never_cut_short(probabilities: list[float], options: TurnOptions) -> None:
    for event in turn_events(probabilities, options):
        if isinstance(event, TurnEnded) and event.cause == "silence":
            silence = probabilities[event.last_speech // WINDOW : event.at // WINDOW]
            assert len(silence) * WINDOW >= options.end_silence_ms * 16
            assert max(silence) < options.speech_threshold
    after = [*probabilities, *[0.0] * (int(options.max_turn_s * 40) + 60)]
    ends = [event for event in turn_events(after, options) if not isinstance(event, HeardUpTo)]
    assert not ends or isinstance(ends[-1], TurnEnded | TurnTooShort)
