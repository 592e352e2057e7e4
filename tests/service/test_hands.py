"""The button, and what the control socket can wish, in whole conversations."""

import numpy as np
import pytest

from appliance.conversation.vocabulary import (
    AppendAudio,
    Asked,
    AskText,
    CommitWanted,
    DiscardTurn,
    MuteWanted,
    Pressed,
    Released,
    Ring,
    StopWanted,
)
from appliance.pcm.formats import samples_of_ms
from appliance.service.happenings import Event
from tests.service.event_schema import problems
from tests.service.stage import (
    OUT_RATE_HZ,
    Played,
    ScriptedProvider,
    play,
    sample,
    silence,
    speech,
    tone,
    wishes,
)


def press(down_ms: float, up_ms: float, held: bool = True) -> list[tuple[float, Event]]:
    return [(down_ms, Pressed(sample(down_ms))), (up_ms, Released(sample(up_ms), held))]


def is_quiet(played: Played, from_ms: float, to_ms: float) -> bool:
    stretch = played.out[samples_of_ms(from_ms, OUT_RATE_HZ) : samples_of_ms(to_ms, OUT_RATE_HZ)]
    return not np.abs(stretch.astype(np.int32)).max() > 100


# --------------------------------------------------------------------- the button


def test_a_held_turn_ends_with_the_sample_at_which_the_button_comes_up() -> None:
    words = speech(3000)
    played = play(silence(1000), words, silence(3000), each_tick=wishes(*press(900, 2345)))
    assert problems(played.events) == []
    (committed,) = played.of("turn_committed")[:1]
    assert committed["cause"] == "button"
    turn = played.provider.turns[0]
    first = int(np.flatnonzero(turn)[0])
    assert len(turn) - first == sample(2345) - sample(1000)
    assert np.array_equal(turn[first:], words[: sample(1345)])


def test_who_holds_the_button_may_pause_for_as_long_as_he_likes() -> None:
    near = (silence(1000), speech(800), silence(2500), speech(800, seed=2), silence(3000))
    played = play(*near, each_tick=wishes(*press(900, 5300)))
    assert len(played.of("turn_opened")) == len(played.of("turn_committed")) == 1
    assert problems(played.events) == []


def test_a_held_turn_is_cut_at_the_longest_turn() -> None:
    played = play(
        silence(500),
        speech(4000),
        silence(3000),
        settings=["hearing.max_turn_s=2"],
        each_tick=wishes(*press(500, 4400)),
    )
    assert played.of("turn_committed")[0]["cause"] == "max_turn"
    assert problems(played.events) == []


def test_a_tap_over_an_answer_silences_it_and_listens() -> None:
    played = play(
        silence(500),
        speech(1000),
        silence(2500),
        speech(800, seed=2),
        silence(3000),
        answers=[tone(5000), tone(300)],
        each_tick=wishes(*press(3000, 3100, held=False)),
    )
    assert problems(played.events) == []
    (interruption,) = played.of("interruption")
    assert (interruption["decision"], interruption["cause"]) == ("confirmed", "button")
    assert interruption["onset_ms"] == 3000
    assert is_quiet(played, 3100, 5500)
    assert [done["complete"] for done in played.of("answer_done")] == [False, True]


def test_a_tap_without_a_word_closes_the_turn_after_its_time() -> None:
    played = play(
        silence(9000),
        settings=["hearing.no_speech_s=4"],
        each_tick=wishes(*press(1000, 1100, held=False)),
    )
    (discarded,) = played.of("turn_discarded")
    assert 5000 <= discarded["t_ms"] <= 5100
    assert [command for command in played.provider.told if isinstance(command, DiscardTurn)] == []
    assert problems(played.events) == []


def test_the_button_while_it_thinks_goes_on_with_the_same_turn() -> None:
    provider = ScriptedProvider([tone(500)], delay_ms=2000)
    played = play(
        silence(500),
        speech(1000),
        silence(1500),
        speech(800, seed=2),
        silence(4000),
        provider=provider,
        each_tick=wishes(*press(2700, 3900)),
    )
    assert problems(played.events) == []
    assert len(played.of("turn_opened")) == 1
    assert len(played.of("turn_committed")) == 2


def test_the_button_while_it_thinks_without_a_word_asks_the_same_again() -> None:
    provider = ScriptedProvider([tone(500)], delay_ms=2000)
    played = play(
        silence(500),
        speech(1000),
        silence(6000),
        provider=provider,
        each_tick=wishes(*press(2700, 3300)),
    )
    assert problems(played.events) == []
    assert [event["turn"] for event in played.of("turn_committed")] == [1, 1]
    assert [done["complete"] for done in played.of("answer_done")] == [True]


def test_without_auto_complete_a_turn_ends_by_button_or_wish_alone() -> None:
    near = (silence(500), speech(1000), silence(5000))
    settings = ["conversation.auto_complete=false"]
    by_wish = play(*near, settings=settings, each_tick=wishes((4000, CommitWanted(sample(4000)))))
    by_tap = play(*near, settings=settings, each_tick=wishes(*press(4000, 4100, held=False)))
    for played in (by_wish, by_tap):
        (committed,) = played.of("turn_committed")
        assert committed["cause"] == "button"
        assert 3990 <= committed["t_ms"] <= 4140
        assert problems(played.events) == []


# --------------------------------------------------------------------- mute


def test_mute_takes_back_what_was_said_and_lets_nothing_out() -> None:
    played = play(
        silence(500),
        speech(2000),
        speech(3000, seed=2),
        silence(2000),
        each_tick=wishes((1500, MuteWanted(True))),
    )
    assert played.provider.turns == []
    assert isinstance(played.provider.told[-2], DiscardTurn)
    (discarded,) = played.of("turn_discarded")
    assert discarded["cause"] == "muted"
    assert not played.assembly.near.read(sample(2000), sample(3000))[1].any()
    assert problems(played.events) == []


def over_an_answer(*timed: tuple[float, Event]) -> Played:
    """Somebody speaks over the answer, which begins at 2.3 s, and wishes things."""
    return play(
        silence(500),
        speech(1000),
        silence(1500),
        speech(3000, seed=2),
        silence(1000),
        answers=[tone(3000)],
        each_tick=wishes(*timed),
    )


def test_mute_leaves_the_answer_alone() -> None:
    played = over_an_answer((2600, MuteWanted(True)))
    (done,) = played.of("answer_done")
    assert done["complete"]
    assert len(played.of("turn_opened")) == 1
    assert problems(played.events) == []


def test_the_button_of_a_muted_device_gives_silence_and_opens_nothing() -> None:
    played = over_an_answer((2600, MuteWanted(True)), *press(3500, 4500))
    (done,) = played.of("answer_done")
    assert abs(done["heard_ms"] - 1160) <= 60
    assert len(played.of("turn_opened")) == 1
    assert problems(played.events) == []


def test_who_unmutes_is_heard_again() -> None:
    played = play(
        silence(3000),
        speech(1000),
        silence(3000),
        each_tick=wishes((500, MuteWanted(True)), (2000, MuteWanted(False))),
    )
    assert [event["muted"] for event in played.of("mute")] == [True, False]
    assert len(played.provider.turns) == 1
    assert problems(played.events) == []


# --------------------------------------------------------------------- stop, ask, ring


@pytest.mark.parametrize(
    ("at_ms", "delay_ms"),
    [(1450, 0), (2000, 3000), (3500, 0)],
    ids=["listening", "thinking", "speaking"],
)
def test_stop_ends_whatever_goes_on_and_leaves_it_ready_for_more(at_ms: float, delay_ms: float) -> None:
    played = play(
        silence(500),
        speech(1000),
        silence(4000),
        speech(1000, seed=2),
        silence(3000),
        provider=ScriptedProvider([tone(3000), tone(500)], delay_ms),
        each_tick=wishes((at_ms, StopWanted())),
    )
    assert problems(played.events) == []
    assert is_quiet(played, at_ms + 100, 6500)
    assert played.of("answer_done")[-1]["complete"]


def test_what_was_stopped_is_not_told_as_the_beginning_of_the_next_turn() -> None:
    words = speech(1000, seed=2)
    played = play(
        silence(500),
        speech(950),
        words,
        silence(3000),
        each_tick=wishes((1450, StopWanted())),
        settings=["hearing.prefix_padding_ms=500"],
    )
    taken_back = next(n for n, c in enumerate(played.provider.told) if isinstance(c, DiscardTurn))
    told = [c.pcm for c in played.provider.told[taken_back:] if isinstance(c, AppendAudio)]
    assert np.array_equal(np.concatenate(told)[: sample(900)], words[: sample(900)])


def test_a_question_in_writing_is_answered_aloud() -> None:
    played = play(silence(4000), each_tick=wishes((500, Asked("What time is it?", spoken=True))))
    (command,) = (command for command in played.provider.told if isinstance(command, AskText))
    assert command.text == "What time is it?"
    assert played.of("turn_committed")[0]["cause"] == "written"
    assert played.of("answer_done")[0]["complete"]
    assert problems(played.events) == []


def test_an_alarm_cuts_an_answer_and_is_heard_to_its_end() -> None:
    alarm = tone(1000) // 2
    played = play(
        silence(500), speech(1000), silence(6000), answers=[tone(4000)], each_tick=wishes((3000, Ring(alarm)))
    )
    assert problems(played.events) == []
    (done,) = played.of("answer_done")
    assert not done["complete"]
    heard = played.out[samples_of_ms(3040, OUT_RATE_HZ) :]
    assert np.abs(heard).max() <= 8000
    assert is_quiet(played, 4100, 6000)
    assert played.phases[-1] == "idle"


# --------------------------------------------------------------------- beyond the longest turn


def test_what_is_said_beyond_the_longest_turn_is_asked_after_the_answer() -> None:
    words = speech(3000)
    played = play(
        silence(500),
        words,
        silence(6000),
        answers=[tone(2000), tone(500)],
        settings=["hearing.max_turn_s=2", "hearing.prefix_padding_ms=0"],
    )
    assert problems(played.events) == []
    assert [event["cause"] for event in played.of("turn_committed")] == ["max_turn", "silence"]
    assert [done["complete"] for done in played.of("answer_done")] == [True, True]
    told = np.concatenate(played.provider.turns)
    first = int(np.flatnonzero(told)[0])
    assert np.array_equal(told[first : first + len(words)], words)


def test_the_prefix_never_repeats_a_sample_of_the_turn_before() -> None:
    words = speech(3000)
    played = play(silence(500), words, silence(6000), answers=[tone(1000)], settings=["hearing.max_turn_s=2"])
    told = np.concatenate(played.provider.turns)
    first = int(np.flatnonzero(told)[0])
    assert 0 <= first - sample(300) <= sample(32)  # the onset is known to a window
    assert np.array_equal(told[first : first + len(words)], words)
