"""Who has a sentence said is told whether it will be heard, and why not."""

import asyncio
import io
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from appliance.audio.playout import Playout, PlayoutOptions
from appliance.conversation.announcements import MAX_WAITING
from appliance.conversation.machine import State
from appliance.conversation.vocabulary import DeviceState
from appliance.errors import FailureCategory, ProviderError
from appliance.pcm.formats import Pcm
from appliance.service.announcer import Announcer
from appliance.service.control.controls import DeviceStatus, Refused
from appliance.service.event_log import EventLog
from appliance.service.live.live_controls import LiveControls
from appliance.service.loudspeaker import Loudspeaker

RATE_HZ = 24_000


class Deaf:
    """Ears that nobody tests here."""

    def ignore_before(self, index: int) -> None:
        pass


class Device:
    """What `say` needs of a running appliance. `while_voiced` happens while the voice is at work."""

    def __init__(self) -> None:
        self.conductor = SimpleNamespace(state=State.IDLE)
        self.voice = np.full(2400, 1000, np.int16)
        self.no_voice = False
        self.while_voiced: Callable[[], None] = lambda: None
        self.loudspeaker = Loudspeaker(Playout(PlayoutOptions(RATE_HZ)), lambda: None)
        self.noted: list[tuple[str, int]] = []
        self.announcer = Announcer(
            self.loudspeaker,
            Deaf(),
            lambda: 0,
            self._voice,
            RATE_HZ,
            lambda: self.somebody_speaks,
            note=lambda sentence, duration_ms: self.noted.append((sentence, duration_ms)),
        )
        self.log = EventLog(io.StringIO())
        self.controls = LiveControls(
            cast(Any, self),
            self.log,
            lambda: 0,
            dict,
            [DeviceStatus("loudspeaker", DeviceState.READY, "USB Audio")],
        )

    @property
    def somebody_speaks(self) -> bool:
        return self.conductor.state is State.LISTENING

    async def _voice(self, text: str, rate_hz: int) -> Pcm:
        self.while_voiced()
        if self.no_voice:
            raise ProviderError(FailureCategory.MODEL_UNAVAILABLE, "espeak-ng is not installed")
        return self.voice

    def hear_somebody(self) -> None:
        self.conductor.state = State.LISTENING

    def lose_loudspeaker(self) -> None:
        self.log.write(
            0, "device", device="loudspeaker", state="lost", name="USB Audio", reason="It is gone."
        )

    def say(self) -> None:
        asyncio.run(self.controls.say("Dinner is ready."))


def test_who_has_no_greeting_hears_an_earcon() -> None:
    device = Device()

    async def begin() -> None:
        device.announcer.say_ready("")
        assert not device.announcer.pending

    asyncio.run(begin())
    assert device.loudspeaker.busy


def test_a_greeting_is_said_in_place_of_the_earcon() -> None:
    device, said = Device(), []
    device.while_voiced = lambda: said.append(device.loudspeaker.busy)

    async def begin() -> None:
        device.announcer.say_ready("Hello, Alice.")
        await asyncio.gather(*device.announcer.pending)

    asyncio.run(begin())
    assert said == [False]
    assert device.loudspeaker.busy
    assert device.noted == [("Hello, Alice.", 100)]


@pytest.mark.parametrize("greeting", ["", "Hello."])
def test_who_speaks_already_is_not_greeted(greeting: str) -> None:
    device = Device()
    device.hear_somebody()
    device.announcer.say_ready(greeting)
    assert not device.announcer.pending
    assert not device.loudspeaker.busy


@pytest.fixture
def device() -> Device:
    return Device()


def test_what_can_be_said_is_on_its_way(device: Device) -> None:
    device.say()
    assert device.loudspeaker.busy
    assert device.noted == [("Dinner is ready.", 100)]


def test_as_many_as_can_wait_are_accepted_and_no_more(device: Device) -> None:
    for _ in range(1 + MAX_WAITING):
        device.say()
    with pytest.raises(Refused, match="too much waits to be said already"):
        device.say()
    assert len(device.noted) == 1 + MAX_WAITING


def test_a_text_without_a_sound_is_not_said(device: Device) -> None:
    device.voice = np.empty(0, np.int16)
    with pytest.raises(Refused, match="nothing in it that can be spoken"):
        device.say()
    assert not device.loudspeaker.busy


def test_without_a_voice_it_is_not_said(device: Device) -> None:
    device.no_voice = True
    with pytest.raises(Refused, match="there is no voice to say it with: espeak-ng is not installed"):
        device.say()
    assert device.noted == []


def test_over_somebody_who_speaks_it_is_not_said(device: Device) -> None:
    device.hear_somebody()
    with pytest.raises(Refused, match="somebody is speaking"):
        device.say()


def test_somebody_who_begins_while_it_is_made_ready_is_not_spoken_over(device: Device) -> None:
    device.while_voiced = device.hear_somebody
    with pytest.raises(Refused, match="somebody is speaking"):
        device.say()
    assert not device.loudspeaker.busy


def test_into_a_lost_loudspeaker_it_is_not_said(device: Device) -> None:
    device.lose_loudspeaker()
    with pytest.raises(Refused, match=r"no loudspeaker to say it with: It is gone\."):
        device.say()


def test_into_a_loudspeaker_that_goes_while_it_is_made_ready_it_is_not_said(device: Device) -> None:
    device.while_voiced = device.lose_loudspeaker
    with pytest.raises(Refused, match="no loudspeaker"):
        device.say()
    assert not device.loudspeaker.busy
