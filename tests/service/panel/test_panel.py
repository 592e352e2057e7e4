"""What a hand does at the panel is done, and the light shows how it stands."""

import numpy as np
import pytest

from appliance.conversation.vocabulary import DeviceChanged, DeviceState, Ring
from appliance.panel.joint_state import Shown
from appliance.panel.patterns import PATTERNS
from appliance.pcm.formats import Pcm, ms_of_samples, samples_of_ms
from appliance.service.panel import panel_light
from appliance.service.panel.panel import ASK_S, FORGOTTEN, KEPT
from tests.service.panel_stage import (
    Act,
    PanelStage,
    WatchedProvider,
    held,
    let_go,
    play_with_panel,
    press,
    taps,
)
from tests.service.stage import OUT_RATE_HZ, Played, silence, speech, tone

MUTE = taps(500, 3)
MUTED_MS = 2000.0  # by then it is, and the taps' burst is over


def played(stage: PanelStage, *near: Pcm, answers: list[Pcm] | None = None) -> Played:
    return play_with_panel(stage, *(near or (silence(30_000),)), answers=answers)


def loud_ms(result: Played, from_ms: float) -> float:
    """How long it is loud from there on."""
    loud = np.abs(result.out[samples_of_ms(from_ms, OUT_RATE_HZ) :].astype(np.int32)) > 100
    quiet = np.flatnonzero(np.convolve(loud, np.ones(240), "valid") == 0)
    return ms_of_samples(int(quiet[0]), OUT_RATE_HZ)


def test_a_question_is_seen_from_its_first_sample_to_the_end_of_its_answer() -> None:
    stage = PanelStage()
    result = played(stage, silence(500), speech(1000), silence(4000))
    assert stage.shown == [
        Shown.STARTING,
        Shown.IDLE,
        Shown.LISTENING,
        Shown.THINKING,
        Shown.SPEAKING,
        Shown.IDLE,
    ]
    assert len(result.of("answer_done")) == 1


def test_the_light_is_on_before_a_sample_leaves_the_box() -> None:
    stage = PanelStage(held(6000, 2000))
    result = played(stage, silence(500), speech(1000), silence(4700), speech(1500, seed=2), silence(5000))
    assert isinstance(result.provider, WatchedProvider)
    assert len(result.provider.turns) == 2
    assert result.provider.lit_when_sent
    assert all(result.provider.lit_when_sent)


def test_it_is_on_before_a_sample_leaves_also_where_the_light_was_dark_until_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """While it is not decided who has the floor the light blinks; here it is never lit then."""
    monkeypatch.setattr(panel_light, "PATTERNS", {**PATTERNS, Shown.INTERRUPTED: PATTERNS[Shown.IDLE]})
    result = played(
        PanelStage(),
        silence(500),
        speech(1000),
        silence(2500),
        speech(1500, seed=2),
        silence(3000),
        answers=[tone(6000), tone(500)],
    )
    assert isinstance(result.provider, WatchedProvider)
    assert [event["decision"] for event in result.of("interruption")] == ["confirmed"]
    assert all(result.provider.lit_when_sent)


def test_a_press_lights_it_and_a_tap_opens_a_turn_that_silence_ends() -> None:
    stage = PanelStage(held(1000, 150))
    result = played(stage, silence(1500), speech(1000), silence(3000))
    pressed = [event["t_ms"] for event in result.of("button") if event["down"]]
    assert len(pressed) == 1
    assert pressed[0] <= 1020
    assert next(ms for ms, shown in stage.seen if shown is Shown.LISTENING) <= 1020
    assert len(result.of("turn_committed")) == 1


def test_held_it_ends_the_turn_where_it_is_let_go() -> None:
    stage = PanelStage(held(1000, 2000))
    result = played(stage, silence(1200), speech(1500), silence(3000))
    assert [event["cause"] for event in result.of("turn_committed")] == ["button"]


def test_two_taps_say_the_last_answer_again() -> None:
    stage = PanelStage(taps(6000, 2))
    answer = tone(1000)
    result = played(stage, silence(500), speech(1000), silence(9000), answers=[answer])
    first, again = result.audible_ms(), result.audible_ms(5000)
    assert again > 6300
    assert first < 5000
    assert len(result.of("answer_done")) == 1  # nobody was asked for it
    assert abs(loud_ms(result, again) - loud_ms(result, first)) < 50


def test_two_taps_before_anything_was_answered_say_so() -> None:
    stage = PanelStage(taps(1000, 2))
    assert [event["text"] for event in played(stage).of("say")] == ["I have not said anything yet."]


def test_three_taps_mute_and_three_more_end_that() -> None:
    stage = PanelStage([*MUTE, *taps(4000, 3)])
    result = played(stage)
    assert [event["muted"] for event in result.of("mute")] == [True, False]
    assert Shown.MUTED in stage.shown
    assert stage.shown[-1] is Shown.IDLE


def test_four_taps_mean_nothing() -> None:
    assert played(PanelStage(taps(500, 4))).of("mute") == []


def test_while_the_kernel_has_the_microphone_open_it_is_not_shown_as_muted() -> None:
    stage = PanelStage(MUTE)
    stage.ear.sticks = True
    played(stage, silence(5000))
    assert Shown.MUTED not in stage.shown
    assert stage.shown[-1] is Shown.MUTING


def test_who_presses_in_vain_sees_it_blink() -> None:
    stage = PanelStage([*MUTE, *held(4000, 100)])
    played(stage, silence(7000))
    began = next(ms for ms, shown in stage.seen if shown is Shown.PRESSED_MUTED and ms >= 4000)
    ended = next(ms for ms, shown in stage.seen if shown is Shown.MUTED and ms > began)
    assert began <= 4020
    assert ended - began >= 1100


def ring(stage: PanelStage) -> None:
    stage.assembly.conductor.post(Ring(tone(8000)))


def test_a_press_stops_the_ring_and_opens_no_turn() -> None:
    stage = PanelStage([(1000, ring), *held(3000, 150)])
    result = played(stage, silence(8000))
    assert Shown.RINGING in stage.shown
    assert stage.shown[-1] is Shown.IDLE
    assert result.of("turn_opened") == []


def start_a_timer(stage: PanelStage) -> None:
    reminders = stage.assembly.toolbox.reminders
    reminders.timers.start(1.0, "", stage.assembly.record.now_ms() / 1000)
    reminders.changed()


@pytest.mark.parametrize("before", [[], MUTE], ids=["free", "muted"])
def test_a_press_between_two_strokes_stops_the_ring_as_well(before: list[tuple[float, Act]]) -> None:
    rang: list[bool] = []
    stage = PanelStage(
        [
            *before,
            (3000, start_a_timer),
            (8000, lambda stage: rang.append(stage.assembly.toolbox.rings)),  # it listens by now
            *held(8010, 150),
            (8600, lambda stage: rang.append(stage.assembly.toolbox.rings)),
        ]
    )
    result = played(stage, silence(9000))
    assert rang == [True, False]
    assert [opened for opened in result.of("turn_opened") if opened["t_ms"] >= 8000] == []


ASK = held(MUTED_MS, 10_500)
ASKED_MS = MUTED_MS + 10_500


def test_ten_seconds_while_muted_it_asks_and_two_seconds_of_yes_forget() -> None:
    stage = PanelStage([*MUTE, *ASK, *held(ASKED_MS + 3000, 2500)])
    result = played(stage)
    assert stage.forgotten == 1
    assert Shown.FORGETTING in stage.shown
    assert result.of("say")[-1]["text"] == FORGOTTEN


@pytest.mark.parametrize(
    "then",
    [
        [],
        held(ASKED_MS + 3000, 150),
        taps(ASKED_MS + 3000, 9),
        held(ASKED_MS + ASK_S * 1000, 2500),
        [(ASKED_MS + 3000, press), *held(ASKED_MS + 3005, 50)],
    ],
    ids=["nothing", "a tap", "a child", "too late", "a bounce"],
)
def test_whatever_else_is_done_keeps_everything(then: list[tuple[float, Act]]) -> None:
    stage = PanelStage([*MUTE, *ASK, *then])
    result = played(stage, silence(50_000))
    assert stage.forgotten == 0
    assert Shown.FORGETTING in stage.shown
    assert stage.shown[-1] is Shown.MUTED
    assert [event["text"] for event in result.of("say")][1:] in ([], [KEPT])


def test_ten_seconds_while_it_hears_is_a_long_turn_and_nothing_else() -> None:
    stage = PanelStage(held(1000, 12_000))
    played(stage)
    assert Shown.FORGETTING not in stage.shown
    assert stage.forgotten == 0


def test_a_button_that_is_stuck_is_told_and_asks_and_forgets_nothing() -> None:
    stage = PanelStage([*MUTE, (MUTED_MS, press)])
    played(stage, silence(70_000))
    assert stage.forgotten == 0
    assert [sentence for sentence in stage.told if "down all the time" in sentence] == stage.told


def test_a_button_that_is_down_when_it_starts_opens_nothing() -> None:
    stage = PanelStage([(2000, let_go)], down=True)
    result = played(stage, silence(5000))
    assert result.of("button") == []
    assert len(stage.told) == 2


def test_ten_presses_a_second_do_no_harm() -> None:
    storm = [(1000 + 100 * n + 50 * up, let_go if up else press) for n in range(100) for up in (0, 1)]
    stage = PanelStage(storm)
    result = played(stage, silence(14_000), speech(1000), silence(4000))
    assert len([event for event in result.of("button") if event["down"]]) <= 6
    assert len(stage.told) == 1
    assert len(result.of("answer_done")) == 1


def device(name: str, state: DeviceState) -> Act:
    def change(stage: PanelStage) -> None:
        told = DeviceChanged(name, state, "a device", "it was unplugged")  # type: ignore[arg-type]
        stage.assembly.conductor.post(told)

    return change


@pytest.mark.parametrize(("kind", "expected"), [("microphone", Shown.DEAF), ("loudspeaker", Shown.MOUTHLESS)])
def test_a_device_that_is_lost_is_seen_until_it_is_back(kind: str, expected: Shown) -> None:
    stage = PanelStage([(1000, device(kind, DeviceState.LOST)), (4000, device(kind, DeviceState.READY))])
    played(stage, silence(8000))
    assert next(ms for ms, shown in stage.seen if shown is expected) <= 1020
    assert stage.shown[-1] is Shown.IDLE
