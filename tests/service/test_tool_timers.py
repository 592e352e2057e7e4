"""A timer that was asked for rings, in whole conversations and in virtual time."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from appliance.audio.ringtone import ringtone
from appliance.conversation.vocabulary import (
    AnswerAudio,
    AnswerDone,
    AnswerStarted,
    Capabilities,
    Command,
    Pcm,
    Pressed,
    Released,
    Ring,
    StopWanted,
    ToolCall,
    ToolResult,
)
from appliance.pcm.formats import NEAR_RATE_HZ, samples_of_ms
from appliance.service.assembly import Assembly
from appliance.service.memory.state import StateDirectory
from appliance.service.memory.store import Row, Store
from appliance.skills.bell import LISTEN_S, STROKE_S, STROKES
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

RING_S = STROKES * (STROKE_S + LISTEN_S)
QUESTION = (silence(500), speech(1000))


@dataclass
class Calling(ScriptedProvider):
    """Calls the tools of `calls` (name, arguments) with its first answer; goes on with the results."""

    calls: tuple[tuple[str, dict[str, object]], ...] = ()
    results: dict[str, str] = field(default_factory=dict)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(NEAR_RATE_HZ, OUT_RATE_HZ, tools=True, text_in=True)

    def send(self, command: Command) -> None:
        super().send(command)
        if isinstance(command, ToolResult):
            self.results[command.call] = command.output
            if len(self.results) == len(self.calls):
                self._speak(command.answer)

    def _answer(self, number: int) -> None:
        if number > 1:
            self._emit(AnswerStarted(number))
            self._speak(number)
            return
        self._emit(AnswerStarted(number))
        for index, (name, arguments) in enumerate(self.calls):
            self._emit(ToolCall(number, f"call-{index}", name, json.dumps(arguments)))

    def _speak(self, number: int) -> None:
        self._emit(AnswerAudio(number, self.answers[min(number, len(self.answers)) - 1]))
        self._emit(AnswerDone(number, complete=True))


def setting(*seconds: float, answers_ms: float = 300) -> Calling:
    """Sets timers of these lengths."""
    return Calling([tone(answers_ms)], calls=tuple(("set_timer", {"seconds": length}) for length in seconds))


def with_state(
    folder: Path, *near: Pcm, provider: ScriptedProvider | None = None, warnings: list[str] | None = None
) -> Played:
    """A run of the device that finds and leaves its state in `folder`."""
    state = StateDirectory(folder, (warnings if warnings is not None else []).append)
    played = play(*near, provider=provider, state=state)
    state.close()
    return played


def kept_timers(folder: Path) -> Sequence[Row]:
    """What the next run of the device will find."""
    store = Store(StateDirectory(folder, print))
    found = store.load().result(5)["timers"]
    store.close()
    return found


def ring_once(at_ms: float) -> Callable[[Assembly], None]:
    """For `each_tick`: an alarm begins at this stream time."""
    return wishes((at_ms, Ring(ringtone(RING_S * 1000, OUT_RATE_HZ))))


def ended_ms(played: Played) -> list[float]:
    return [event["t_ms"] for event in played.of("timer") if event["state"] == "ended"]


def sounds(played: Played, from_ms: float, to_ms: float) -> bool:
    """Whether anything is heard in this stretch."""
    stretch = played.out[samples_of_ms(from_ms, OUT_RATE_HZ) : samples_of_ms(to_ms, OUT_RATE_HZ)]
    return bool(np.abs(stretch.astype(np.int32)).max(initial=0) > 100)


def test_a_timer_rings_when_its_time_is_over_and_then_stops() -> None:
    provider = setting(10)
    played = play(*QUESTION, silence(90_000), provider=provider)
    (call,) = played.of("tool_call")
    assert (call["name"], call["ok"]) == ("set_timer", True)
    assert json.loads(provider.results["call-0"])["length"] == "10 seconds"
    (rang_ms,) = ended_ms(played)
    assert rang_ms - call["t_ms"] == pytest.approx(10_000, abs=20)
    assert not sounds(played, call["t_ms"] + 1000, rang_ms)
    assert sounds(played, rang_ms, rang_ms + 500)
    assert sounds(played, rang_ms + RING_S * 1000 - 5000, rang_ms + RING_S * 1000)
    assert not sounds(played, rang_ms + RING_S * 1000 + 500, rang_ms + RING_S * 1000 + 10_000)
    assert problems(played.events) == []


def test_tools_that_are_called_together_all_run_and_are_all_told() -> None:
    provider = Calling(
        [tone(300)],
        calls=(
            ("set_timer", {"minutes": 5}),
            ("get_time", {}),
            ("set_timer", {"minutes": 9}),
            ("fly", {}),
            ("set_volume", {"percent": "loud"}),
        ),
    )
    played = play(*QUESTION, silence(5000), provider=provider)
    assert [(call["name"], call["ok"]) for call in played.of("tool_call")] == [
        ("set_timer", True),
        ("get_time", True),
        ("set_timer", True),
        ("fly", False),
        ("set_volume", False),
    ]
    assert "no tool" in provider.results["call-3"]
    assert len(played.assembly.toolbox.timers()) == 2
    assert [done["complete"] for done in played.of("answer_done")] == [True]
    assert problems(played.events) == []


def test_the_model_turns_the_same_volume_as_the_owner() -> None:
    provider = Calling([tone(300)], calls=(("set_volume", {"change": -60}),))
    played = play(*QUESTION, silence(5000), provider=provider)
    assert played.assembly.volume.percent == 40
    assert provider.results["call-0"] == '{"percent": 40}'


def test_a_second_timer_that_ends_under_the_alarm_has_its_whole_minute() -> None:
    played = play(*QUESTION, silence(150_000), provider=setting(5, 60))
    _, second_ms = ended_ms(played)
    assert sounds(played, second_ms + RING_S * 1000 - 10_000, second_ms + RING_S * 1000 - 5000)
    assert not sounds(played, second_ms + RING_S * 1000 + 8000, second_ms + RING_S * 1000 + 15_000)
    assert problems(played.events) == []


@pytest.mark.parametrize("how", ["stop", "press"])
def test_who_stops_the_alarm_has_silence(how: str) -> None:
    stop = [(20_000.0, StopWanted())]
    press = [(20_000.0, Pressed(sample(20_000))), (20_200.0, Released(sample(20_200), held=False))]
    played = play(
        *QUESTION,
        silence(40_000),
        provider=setting(10, 12),
        each_tick=wishes(*(stop if how == "stop" else press)),
    )
    assert sounds(played, ended_ms(played)[1], 20_000)
    assert not sounds(played, 20_100, 40_000)
    assert problems(played.events) == []


def test_an_alarm_takes_the_loudspeaker_from_an_answer() -> None:
    played = play(*QUESTION, silence(20_000), provider=setting(5, answers_ms=15_000))
    (rang_ms,) = ended_ms(played)
    (done,) = played.of("answer_done")
    assert not done["complete"]
    assert done["t_ms"] == pytest.approx(rang_ms, abs=200)
    assert sounds(played, rang_ms + 1000, rang_ms + 2000)
    assert problems(played.events) == []


def test_the_model_stops_the_alarm_and_its_answer_is_heard() -> None:
    """Asked while it rings: the tool silences the bell, and the answer has the loudspeaker."""
    provider = Calling([tone(1000)], calls=(("cancel_timer", {}),))
    played = play(
        silence(2000),
        speech(1000),
        silence(8000),
        provider=provider,
        each_tick=ring_once(500),
    )
    assert provider.results["call-0"] == '{"stopped": "alarm"}'
    (audible,) = played.of("answer_audible")
    (done,) = played.of("answer_done")
    assert done["complete"]
    assert sounds(played, 600, 2000)
    assert not sounds(played, done["t_ms"] + 500, done["t_ms"] + 3000)
    assert audible["t_ms"] < 5500
    assert problems(played.events) == []


class OneByOne(Calling):
    """Calls the first tool with the first answer, the second with the second."""

    def send(self, command: Command) -> None:
        ScriptedProvider.send(self, command)
        if isinstance(command, ToolResult):
            self.results[command.call] = command.output
            self._speak(command.answer)

    def _answer(self, number: int) -> None:
        name, arguments = self.calls[number - 1]
        self._emit(AnswerStarted(number))
        self._emit(ToolCall(number, f"call-{number}", name, json.dumps(arguments)))


SET_AND_CANCEL: tuple[tuple[str, dict[str, object]], ...] = (
    ("set_timer", {"seconds": 10}),
    ("cancel_timer", {}),
)


def test_who_is_not_heard_while_it_rings_is_heard_between_two_strokes() -> None:
    """A loudspeaker without an echo canceller: the alarm listens now and then, and a word stops it."""
    provider = OneByOne([tone(300)], calls=SET_AND_CANCEL)
    played = play(
        *QUESTION,
        silence(14_700),
        speech(600, seed=2),  # from 16.2 s on, the alarm having rung since 12.3 s
        silence(40_000),
        provider=provider,
        settings=["interruption.strategy=ignore"],
    )
    (rang_ms,) = ended_ms(played)
    assert rang_ms + STROKE_S * 1000 < 16_200 < rang_ms + (STROKE_S + LISTEN_S) * 1000
    assert provider.results["call-2"] == '{"stopped": "alarm"}'
    second = played.of("answer_done")[1]
    assert second["complete"]
    assert not sounds(played, second["t_ms"] + 500, second["t_ms"] + 30_000)
    assert problems(played.events) == []


def test_what_is_said_between_two_strokes_and_stops_nothing_lets_it_ring_on_afterwards() -> None:
    provider = OneByOne([tone(300)], calls=(*SET_AND_CANCEL[:1], ("get_time", {})))
    played = play(
        *QUESTION,
        silence(14_700),
        speech(600, seed=2),
        silence(40_000),
        provider=provider,
        settings=["interruption.strategy=ignore"],
    )
    second = played.of("answer_done")[1]
    assert second["complete"]
    assert not sounds(played, second["t_ms"] + 200, second["t_ms"] + LISTEN_S * 1000 - 200)
    assert sounds(played, second["t_ms"] + LISTEN_S * 1000, second["t_ms"] + LISTEN_S * 1000 + 3000)
    assert problems(played.events) == []


@pytest.mark.parametrize("how", ["stop", "press"])
def test_who_stops_the_alarm_while_it_listens_has_silence(how: str) -> None:
    stop = [(16_200.0, StopWanted())]
    press = [(16_200.0, Pressed(sample(16_200))), (16_300.0, Released(sample(16_300), held=False))]
    played = play(
        *QUESTION,
        silence(40_000),
        provider=setting(10),
        each_tick=wishes(*(stop if how == "stop" else press)),
    )
    assert not sounds(played, ended_ms(played)[0] + STROKE_S * 1000, 40_000)
    assert problems(played.events) == []


class Pondering(Calling):
    """Says nothing with its first answer, whatever the tools gave."""

    def _speak(self, number: int) -> None:
        if number > 1:
            super()._speak(number)


def test_who_goes_on_talking_after_a_call_has_its_effect_once() -> None:
    provider = Pondering([tone(300)], calls=(("set_timer", {"minutes": 10}),))
    played = play(*QUESTION, silence(1500), speech(900, seed=2), silence(8000), provider=provider)
    assert len(played.of("turn_opened")) == 1
    assert len(played.of("turn_committed")) == 2
    assert [call["turn"] for call in played.of("tool_call")] == [1]
    assert len(played.assembly.toolbox.timers()) == 1
    assert problems(played.events) == []


class TestAfterARestart:
    """The device was off while a timer ran."""

    def test_a_timer_goes_on_and_rings_its_minute(self, tmp_path: Path) -> None:
        with_state(tmp_path, *QUESTION, silence(3000), provider=setting(10))
        played = with_state(tmp_path, silence(75_000))
        (rang_ms,) = ended_ms(played)
        assert 3000 < rang_ms < 10_000
        assert sounds(played, rang_ms, rang_ms + 500)
        assert kept_timers(tmp_path) == []

    def test_a_cancelled_timer_stays_cancelled(self, tmp_path: Path) -> None:
        cancel = Calling([tone(300)], calls=(("set_timer", {"seconds": 5}), ("cancel_timer", {})))
        with_state(tmp_path, *QUESTION, silence(3000), provider=cancel)
        assert ended_ms(with_state(tmp_path, silence(20_000))) == []

    def test_what_ended_an_hour_ago_is_said_and_does_not_ring(self, tmp_path: Path) -> None:
        an_hour_ago = datetime.now(UTC).timestamp() - 3600
        timers = [{"name": "tea", "length_s": 60, "due_unix_s": an_hour_ago}]
        (tmp_path / "timers.json").write_text(json.dumps(timers))
        played = with_state(tmp_path, silence(5000))
        assert [event["state"] for event in played.of("timer")] == ["missed"]
        assert sounds(played, 0, 1000)
        assert not sounds(played, 1500, 5000)

    def test_a_spoilt_file_costs_the_timers_and_not_the_start(self, tmp_path: Path) -> None:
        (tmp_path / "timers.json").write_text('[{"name": "tea"}]')
        warnings: list[str] = []
        with_state(tmp_path, *QUESTION, silence(3000), provider=setting(600), warnings=warnings)
        assert len(warnings) == 1
        assert (tmp_path / "timers.json.spoilt").exists()
        assert len(kept_timers(tmp_path)) == 1

    def test_timers_of_a_version_without_a_database_are_taken_over(self, tmp_path: Path) -> None:
        due_unix_s = datetime.now(UTC).timestamp() + 600
        tea = {"name": "tea", "length_s": 3600, "due_unix_s": due_unix_s}
        (tmp_path / "timers.json").write_text(json.dumps([tea]))
        played = with_state(tmp_path, silence(1000))
        assert [timer.name for timer, _ in played.assembly.toolbox.timers()] == ["tea"]
        assert not (tmp_path / "timers.json").exists()
        assert [row["name"] for row in kept_timers(tmp_path)] == ["tea"]
