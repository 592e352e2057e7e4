"""An alarm that was asked for rings, in whole conversations and in virtual time."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from appliance.conversation.vocabulary import Pcm, StopWanted
from appliance.service.assembly import Assembly
from appliance.service.memory.state import StateDirectory
from tests.service.event_schema import problems
from tests.service.stage import Played, play, silence, speech, tone, wishes
from tests.service.test_tool_timers import Calling, OneByOne, sounds

QUESTION = (silence(500), speech(1000))
BEFORE_SEVEN = datetime(2026, 11, 21, 6, 59, 50, tzinfo=UTC)


class Wall:
    """A clock that goes on with the stream."""

    def __init__(self, began: datetime, then: Callable[[Assembly], None] = lambda assembly: None) -> None:
        self._began = began
        self._passed_ms = 0.0
        self._then = then

    def now(self) -> datetime:
        return self._began + timedelta(milliseconds=self._passed_ms)

    def each_tick(self, assembly: Assembly) -> None:
        self._passed_ms = assembly.record.now_ms()
        self._then(assembly)


def run(
    *near: Pcm,
    began: datetime,
    provider: Calling | None = None,
    folder: Path | None = None,
    stop_ms: float = 0,
) -> Played:
    """A run of the device that begins at `began`; somebody stops it at `stop_ms`."""
    wall = Wall(began, wishes((stop_ms, StopWanted())) if stop_ms else lambda assembly: None)
    state = None if folder is None else StateDirectory(folder, print)
    return play(*near, provider=provider, now=wall.now, each_tick=wall.each_tick, state=state)


def waking(**arguments: object) -> Calling:
    return Calling([tone(500)], calls=(("set_alarm", {"at": "07:00", **arguments}),))


def states(played: Played) -> list[str]:
    return [event["state"] for event in played.of("alarm")]


def test_it_rings_at_its_time_until_somebody_stops_it() -> None:
    played = run(*QUESTION, silence(20_000), began=BEFORE_SEVEN, provider=waking(), stop_ms=14_000)
    assert states(played) == ["set", "rings"]
    rings_ms = played.of("alarm")[1]["t_ms"]
    assert rings_ms == pytest.approx(10_000, abs=20)
    assert not sounds(played, 6000, rings_ms)
    assert sounds(played, rings_ms, rings_ms + 500)
    assert not sounds(played, 14_200, 20_000)
    assert played.assembly.toolbox.alarms() == []
    assert problems(played.events) == []


def test_it_is_snoozed_in_words_and_rings_again() -> None:
    provider = OneByOne([tone(300)], calls=(*waking().calls, ("snooze_alarm", {"minutes": 1})))
    # Between the strokes from 10 s on, of which one takes 3 s.
    near = (*QUESTION, silence(12_100), speech(600, seed=2), silence(65_000))
    played = run(*near, began=BEFORE_SEVEN, provider=provider)
    assert states(played) == ["set", "rings", "snoozed", "rings"]
    assert json.loads(provider.results["call-2"])["snoozed"] == ["7 o'clock alarm"]
    _, first, _, second = (event["t_ms"] for event in played.of("alarm"))
    assert second - first == pytest.approx(60_000 + 4500, abs=2500)
    assert not sounds(played, second - 30_000, second)
    assert problems(played.events) == []


def test_it_is_heard_with_the_volume_at_nothing() -> None:
    provider = Calling([tone(500)], calls=(*waking().calls, ("set_volume", {"percent": 0})))
    played = run(*QUESTION, silence(12_000), began=BEFORE_SEVEN, provider=provider)
    rings_ms = played.of("alarm")[1]["t_ms"]
    assert played.assembly.volume.percent == 0
    assert not sounds(played, 6000, rings_ms)
    assert sounds(played, rings_ms, rings_ms + 500)


def test_after_a_power_cut_it_rings_all_the_same(tmp_path: Path) -> None:
    run(*QUESTION, silence(3000), began=BEFORE_SEVEN - timedelta(hours=9), provider=waking(), folder=tmp_path)
    played = run(silence(15_000), began=BEFORE_SEVEN, folder=tmp_path)
    assert states(played) == ["rings"]


def test_what_was_missed_this_morning_is_said_at_once(tmp_path: Path) -> None:
    run(*QUESTION, silence(3000), began=BEFORE_SEVEN - timedelta(hours=9), provider=waking(), folder=tmp_path)
    played = run(silence(5000), began=BEFORE_SEVEN + timedelta(hours=1), folder=tmp_path)
    assert states(played) == ["missed"]
    (said,) = played.of("say")
    assert (said["text"], said["t_ms"] < 500) == ("I missed your 7 o'clock alarm, because I was off.", True)
    assert run(silence(5000), began=BEFORE_SEVEN + timedelta(hours=1), folder=tmp_path).of("say") == []


def test_who_wants_silence_in_the_middle_of_it_is_not_told_again(tmp_path: Path) -> None:
    run(*QUESTION, silence(3000), began=BEFORE_SEVEN - timedelta(hours=9), provider=waking(), folder=tmp_path)
    later = BEFORE_SEVEN + timedelta(hours=1)
    assert len(run(silence(5000), began=later, folder=tmp_path, stop_ms=500).of("say")) == 1
    assert run(silence(5000), began=later, folder=tmp_path).of("say") == []


def test_what_was_missed_long_ago_is_said_to_the_first_who_asks_something(tmp_path: Path) -> None:
    run(*QUESTION, silence(3000), began=BEFORE_SEVEN - timedelta(hours=9), provider=waking(), folder=tmp_path)
    night = BEFORE_SEVEN + timedelta(hours=20)
    assert run(silence(5000), began=night, folder=tmp_path).of("say") == []
    played = run(*QUESTION, silence(5000), began=night, folder=tmp_path)
    (said,) = played.of("say")
    (done,) = played.of("answer_done")
    assert said["t_ms"] >= done["t_ms"]
    assert run(*QUESTION, silence(5000), began=night, folder=tmp_path).of("say") == []


def test_the_volume_is_the_same_after_a_restart(tmp_path: Path) -> None:
    quiet = Calling([tone(300)], calls=(("set_volume", {"percent": 30}),))
    run(*QUESTION, silence(3000), began=BEFORE_SEVEN, provider=quiet, folder=tmp_path)
    played = run(silence(500), began=BEFORE_SEVEN, folder=tmp_path)
    assert played.assembly.volume.percent == 30
