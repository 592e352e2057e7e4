"""A microphone that is muted, unplugged or just back: nothing leaks, nobody waits, nothing stays deaf."""

import numpy as np

from appliance.conversation.machine import Happening, State
from appliance.conversation.vocabulary import (
    AppendAudio,
    DeviceChanged,
    DeviceState,
    DiscardTurn,
    MuteWanted,
    StopWanted,
)
from appliance.service.live.live_controls import LiveControls
from tests.service.event_schema import problems
from tests.service.live_stage import Live, at, play_live, post
from tests.service.stage import Played, ScriptedProvider, sample, silence, speech, tone

MUTE, UNMUTE = post(MuteWanted(True)), post(MuteWanted(False))
SILENT = post(DeviceChanged("microphone", DeviceState.SILENT, "a device", "nothing but zeros"))
ALIVE = post(DeviceChanged("microphone", DeviceState.READY, "a device"))


def told_samples(played: Played) -> int:
    return sum(len(turn) for turn in played.provider.turns)


def test_mute_over_speech_lets_nothing_more_out_and_leaves_nothing_open() -> None:
    played = play_live(
        silence(500), speech(6000), silence(4000), close_ms=280, acts=at((1500, MUTE)), tail_ms=30_000
    )
    assert played.state is State.IDLE
    assert problems(played.events) == []
    told = played.provider.told
    taken_back = next(n for n, command in enumerate(told) if isinstance(command, DiscardTurn))
    assert not any(isinstance(command, AppendAudio) for command in told[taken_back:])


def test_who_presses_right_after_unmuting_is_heard_at_once() -> None:
    played = play_live(
        silence(21_000),
        speech(1500),
        silence(8000),
        speech(1500, seed=2),
        silence(4000),
        acts=at((1000, MUTE), (20_000, UNMUTE), (20_100, Live.press), (20_200, Live.let_go)),
    )
    assert problems(played.events) == []
    assert told_samples(played) > sample(3000)


def test_who_pressed_without_a_microphone_is_heard_when_it_is_back() -> None:
    played = play_live(
        silence(32_000),
        speech(1500),
        silence(4000),
        speech(1500, seed=2),
        silence(4000),
        acts=at(
            (1000, Live.unplug_microphone),
            (20_000, Live.press),
            (20_200, Live.let_go),
            (30_000, Live.plug_in_microphone),
        ),
    )
    assert problems(played.events) == []
    assert told_samples(played) > sample(3000)


def test_the_button_without_a_microphone_ends_the_answer_and_waits_for_nothing() -> None:
    played = play_live(
        silence(500),
        speech(1000),
        silence(4000),
        provider=ScriptedProvider([tone(1000)], delay_ms=3000),
        acts=at((3000, Live.unplug_microphone), (3500, Live.press), (4200, Live.let_go)),
        tail_ms=60_000,
    )
    assert played.state is State.IDLE
    assert problems(played.events) == []
    assert [command.answer for command in played.provider.cancelled] == [1]
    assert np.abs(played.out).max() > 100  # the person is told why


def test_who_mutes_and_unmutes_over_an_answer_can_interrupt_it_soon_after() -> None:
    played = play_live(
        silence(500),
        speech(1000),
        silence(1900),
        speech(600, seed=2),
        silence(6000),
        answers=[tone(9000), tone(300)],
        acts=at((2900, MUTE), (3000, UNMUTE)),
    )
    (interruption,) = played.of("interruption")
    assert interruption["decision"] == "confirmed"
    assert problems(played.events) == []


def test_a_turn_that_was_stopped_is_written_down_with_what_was_said() -> None:
    played = play_live(silence(500), speech(4000), silence(3000), acts=at((3500, post(StopWanted()))))
    assert abs(played.of("turn_discarded")[0]["speech_ms"] - 3000) <= 60
    assert problems(played.events) == []


def test_a_silent_microphone_ends_no_turn_and_makes_no_sound() -> None:
    played = play_live(
        silence(500), speech(2000), silence(3000), answers=[], acts=at((1500, SILENT), (2000, ALIVE))
    )
    (turn,) = played.of("turn_committed")
    assert turn["cause"] == "silence"
    assert not played.out[: sample(2600) * 3 // 2].any()  # at 24 kHz: neither a sentence nor an earcon
    assert [event["state"] for event in played.of("device")] == ["silent", "ready"]
    assert problems(played.events) == []


def test_who_presses_beside_a_silent_microphone_is_listened_to() -> None:
    played = play_live(
        silence(2000),
        speech(1500),
        silence(4000),
        acts=at((500, SILENT), (1800, Live.press), (2000, Live.let_go)),
    )
    assert played.of("phase")[0]["cause"] == Happening.PRESSED
    assert told_samples(played) > sample(1400)
    assert problems(played.events) == []


def test_the_status_says_that_the_microphone_is_silent_until_it_is_alive() -> None:
    controls: list[LiveControls] = []
    deaf: list[str] = []

    def connect(live: Live) -> None:
        index_now, log = live.time.index_now, live.log
        controls.append(LiveControls(live.assembly, log, index_now, dict, []))

    def look(live: Live) -> None:
        deaf.append(controls[0].status().deaf)

    # What happened is written down within 3 s of it.
    play_live(
        silence(10_000),
        acts=at((100, connect), (200, look), (500, SILENT), (4500, look), (5000, ALIVE), (9000, look)),
    )
    assert deaf == ["", "nothing but zeros", ""]
