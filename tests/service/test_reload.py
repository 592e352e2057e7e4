"""A changed configuration is applied when nothing goes on; a wrong one is told, and changes nothing."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from appliance.conversation.announcements import Sound
from appliance.errors import ConfigurationError
from appliance.service import reload
from appliance.service.notify import Notifier
from appliance.service.reload import GIVE_UP_S, LONGER_S, QUIET_S, TOO_BUSY, Moment, QuietMoment, Reload
from tests.service.live_stage import Live, announce, at, play_live
from tests.service.stage import silence, tone

PATIENCE_S = 5.0


def test_it_is_the_moment_when_nothing_went_on_for_long_enough() -> None:
    search = QuietMoment(10.0)
    assert search.look(10.0, resting=True) is Moment.NOT_YET
    assert search.look(9.9 + QUIET_S, resting=True) is Moment.NOT_YET
    assert search.look(10.0 + QUIET_S, resting=True) is Moment.NOW


def test_whatever_goes_on_puts_it_off() -> None:
    search = QuietMoment(0.0)
    assert search.look(QUIET_S - 0.1, resting=False) is Moment.NOT_YET
    assert search.look(QUIET_S + 0.1, resting=True) is Moment.NOT_YET
    assert search.look(2 * QUIET_S - 0.1, resting=True) is Moment.NOW


def test_where_it_is_never_quiet_it_is_given_up() -> None:
    search = QuietMoment(0.0)
    seconds = range(1, round(GIVE_UP_S) + 1)
    told = [search.look(float(second), resting=False) for second in seconds]
    assert told[-1] is Moment.NEVER
    assert set(told[:-1]) == {Moment.NOT_YET}


def test_what_waits_for_a_loudspeaker_that_is_gone_does_not_put_it_off() -> None:
    stood: list[tuple[bool, bool]] = []
    play_live(
        silence(2000),
        acts=at(
            (500, Live.unplug_loudspeaker),
            (600, announce(Sound.SAID, tone(300))),
            (1500, lambda live: stood.append((live.assembly.loudspeaker.busy, live.assembly.resting))),
        ),
    )
    assert stood == [(True, True)]


class Room:
    """A reload before a service manager; `mistakes` are in the configuration."""

    def __init__(self, folder: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(folder / "notify"))
        self.notifier = Notifier(str(folder / "notify"))
        self.mistakes: list[str] = []
        self.checked = 0
        self.sentences: list[str] = []
        self.refusals: list[str] = []
        self.refused = asyncio.Event()
        self.resting: Callable[[], bool] = lambda: True
        self.reload = Reload(self._check, self.notifier, self.sentences.append)

    def _check(self) -> None:
        self.checked += 1
        if self.mistakes:
            raise ConfigurationError(self.mistakes)

    def moment(self) -> "asyncio.Task[None]":
        return asyncio.create_task(self.reload.moment(lambda: self.resting(), self._refuse))

    def _refuse(self, why: str) -> None:
        self.refusals.append(why)
        self.refused.set()

    def told(self) -> list[str]:
        told = []
        while True:
            try:
                told.append(self._socket.recv(4096, socket.MSG_DONTWAIT).decode().partition("\n")[0])
            except BlockingIOError:
                return told

    def close(self) -> None:
        self._socket.close()
        self.notifier.close()


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    monkeypatch.setattr(reload, "QUIET_S", 0.0)
    monkeypatch.setattr(reload, "_LOOK_EVERY_S", 0.001)
    room = Room(tmp_path)
    yield room
    room.close()


async def test_nothing_happens_before_somebody_wishes_it(room: Room) -> None:
    moment = room.moment()
    await asyncio.sleep(0.01)
    assert not moment.done()
    assert (room.checked, room.told()) == (0, [])
    moment.cancel()


async def test_a_wish_is_told_and_its_moment_comes(room: Room) -> None:
    moment = room.moment()
    room.reload.wish()
    await asyncio.wait_for(moment, PATIENCE_S)
    assert (room.checked, room.told(), room.sentences) == (1, ["RELOADING=1"], [])


async def test_a_wish_that_was_there_before_anybody_listened_counts(room: Room) -> None:
    room.reload.wish()
    await asyncio.wait_for(room.moment(), PATIENCE_S)


async def test_mistakes_are_told_and_the_reload_is_over(room: Room) -> None:
    room.mistakes = ["hearing.prefix_padding_ms = -1: allowed is 0…1000", "audio.x is no setting"]
    room.notifier.ready()
    assert room.told() == ["READY=1"]
    moment = room.moment()
    room.reload.wish()
    await asyncio.wait_for(room.refused.wait(), PATIENCE_S)
    assert room.told() == ["RELOADING=1", "READY=1"]
    assert room.sentences == [*room.mistakes, "the configuration was not applied: the old settings stay"]
    assert room.refusals == ["; ".join(room.mistakes)]
    assert not moment.done()
    room.mistakes = []
    room.reload.wish()
    await asyncio.wait_for(moment, PATIENCE_S)


async def test_what_is_refused_before_it_hears_does_not_make_it_ready(room: Room) -> None:
    room.mistakes = ["audio.x is no setting"]
    moment = room.moment()
    room.reload.wish()
    await asyncio.wait_for(room.refused.wait(), PATIENCE_S)
    assert room.told() == ["RELOADING=1"]
    moment.cancel()


async def test_it_waits_for_whatever_goes_on(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = 0

    def resting() -> bool:
        nonlocal looks
        looks += 1
        return looks > 5

    room.resting = resting
    monkeypatch.setattr(reload, "QUIET_S", 0.001)
    room.reload.wish()
    await asyncio.wait_for(room.moment(), PATIENCE_S)
    assert looks > 5


async def test_while_it_waits_the_service_manager_is_asked_for_more_time(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reload, "QUIET_S", 1000.0)
    monkeypatch.setattr(reload, "_ASK_EVERY_S", 0.0)
    looks = 0
    enough = asyncio.Event()

    def resting() -> bool:
        nonlocal looks
        looks += 1
        if looks > 3:
            enough.set()
        return False

    room.resting = resting
    moment = room.moment()
    room.reload.wish()
    await asyncio.wait_for(enough.wait(), PATIENCE_S)
    moment.cancel()
    told = room.told()
    assert told[:3] == ["RELOADING=1", *[f"EXTEND_TIMEOUT_USEC={LONGER_S * 1_000_000:.0f}"] * 2]


async def test_a_second_wish_meanwhile_is_checked_as_well(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reload, "QUIET_S", 1000.0)
    looked = asyncio.Event()

    def resting() -> bool:
        looked.set()
        return False

    room.resting = resting
    moment = room.moment()
    room.reload.wish()
    await asyncio.wait_for(looked.wait(), PATIENCE_S)
    room.mistakes = ["it is wrong by now"]
    room.reload.wish()
    await asyncio.wait_for(room.refused.wait(), PATIENCE_S)
    assert not moment.done()
    moment.cancel()


async def test_a_room_that_is_never_quiet_is_told_so(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reload, "QUIET_S", 1000.0)
    monkeypatch.setattr(reload, "GIVE_UP_S", 0.0)
    room.resting = lambda: False
    room.notifier.ready()
    moment = room.moment()
    room.reload.wish()
    await asyncio.wait_for(room.refused.wait(), PATIENCE_S)
    assert room.refusals == [TOO_BUSY]
    assert room.told() == ["READY=1", "RELOADING=1", "READY=1"]
    moment.cancel()


async def test_who_asks_knows_that_it_is_right_before_its_moment_comes(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reload, "QUIET_S", 1000.0)
    room.resting = lambda: False
    moment = room.moment()
    await asyncio.wait_for(room.reload.ask(), PATIENCE_S)
    assert not moment.done()
    assert room.told()[0] == "RELOADING=1"
    moment.cancel()


async def test_who_asks_hears_what_is_wrong_and_the_reload_is_over(room: Room) -> None:
    room.mistakes = ["config.toml: audio.x is no setting"]
    room.notifier.ready()
    moment = room.moment()
    with pytest.raises(ConfigurationError, match=r"config\.toml: audio\.x is no setting"):
        await asyncio.wait_for(room.reload.ask(), PATIENCE_S)
    assert room.told() == ["READY=1", "RELOADING=1", "READY=1"]
    assert room.refusals == room.mistakes
    moment.cancel()


async def test_two_who_ask_at_once_hear_the_same(room: Room) -> None:
    room.mistakes = ["config.toml: audio.x is no setting"]
    moment = room.moment()
    heard = await asyncio.wait_for(
        asyncio.gather(room.reload.ask(), room.reload.ask(), return_exceptions=True), PATIENCE_S
    )
    assert [str(one) for one in heard] == room.mistakes * 2
    moment.cancel()


async def test_who_went_away_is_told_nothing(room: Room) -> None:
    asking = asyncio.create_task(room.reload.ask())
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.wait_for(room.moment(), PATIENCE_S)
    assert asking.cancelled()
