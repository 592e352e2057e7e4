"""What the appliance says of itself is the truth, as far as it is known."""

import asyncio
from typing import Any

import numpy as np
import pytest

from appliance.conversation.vocabulary import DeviceChanged, DeviceState
from appliance.errors import Cause, FailureCategory
from appliance.pcm.formats import Pcm
from appliance.service.announcer import Announcer
from appliance.service.loudspeaker import Loudspeaker
from appliance.service.sentences import BUSY_SENTENCE, CAUSE_SENTENCES, DEAF_SENTENCE, HONEST_SENTENCES

RATE_HZ = 24_000
LOST = DeviceChanged("microphone", DeviceState.LOST, "USB", "it was pulled")
BUSY = DeviceChanged("microphone", DeviceState.LOST, "USB", "in use by arecord", busy=True)
READY = DeviceChanged("microphone", DeviceState.READY, "USB")


class Ears:
    def ignore_before(self, index: int) -> None:
        """Nobody listens."""


class Mouth:
    """A loudspeaker that never ends what it plays."""

    def say(self, clip: int, pcm: Pcm) -> None:
        """Begin."""

    def stop_clip(self) -> None:
        """Make room for what ranks higher."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} is not what an announcement needs")


class Stage:
    """An announcer, and what it said."""

    def __init__(self) -> None:
        self.said: list[str] = []
        loudspeaker = Loudspeaker(Mouth(), lambda: None)
        self.announcer = Announcer(loudspeaker, Ears(), lambda: 0, self._say, RATE_HZ, lambda: False)

    async def _say(self, text: str, rate_hz: int) -> Pcm:
        self.said.append(text)
        return np.ones(rate_hz // 10, np.int16)

    async def settle(self) -> list[str]:
        await asyncio.gather(*self.announcer.pending)
        return self.said


@pytest.mark.parametrize("cause", CAUSE_SENTENCES)
async def test_who_has_no_network_says_that_and_not_that_nobody_answers(cause: Cause) -> None:
    stage = Stage()
    stage.announcer.announce_failure(FailureCategory.CONNECTION_FAILED, cause)
    assert await stage.settle() == [CAUSE_SENTENCES[cause]]


@pytest.mark.parametrize("cause", [None, *(cause for cause in Cause if cause not in CAUSE_SENTENCES)])
async def test_where_no_more_is_known_the_category_is_said(cause: Cause | None) -> None:
    stage = Stage()
    stage.announcer.announce_failure(FailureCategory.CONNECTION_FAILED, cause)
    assert await stage.settle() == [HONEST_SENTENCES[FailureCategory.CONNECTION_FAILED]]


async def test_a_microphone_that_another_program_has_is_not_said_to_be_gone() -> None:
    stage = Stage()
    stage.announcer.announce_device(BUSY)
    assert await stage.settle() == [BUSY_SENTENCE]


async def test_that_another_program_has_it_is_not_said_once_more_unless_somebody_asks() -> None:
    stage = Stage()
    stage.announcer.announce_device(LOST)
    stage.announcer.announce_device(BUSY)
    assert await stage.settle() == [DEAF_SENTENCE]
    stage.announcer.announce_deaf()  # the button was pressed
    assert await stage.settle() == [DEAF_SENTENCE, BUSY_SENTENCE]


async def test_a_microphone_that_is_back_is_heard_and_the_next_loss_is_said_anew() -> None:
    stage = Stage()
    for change in (BUSY, READY, LOST):
        stage.announcer.announce_device(change)
    assert await stage.settle() == [BUSY_SENTENCE, DEAF_SENTENCE]


async def test_where_nothing_is_to_be_said_of_a_failure_nothing_is() -> None:
    said: list[str] = []

    async def say(text: str, rate_hz: int) -> Pcm:
        said.append(text)
        return np.ones(1, np.int16)

    loudspeaker = Loudspeaker(Mouth(), lambda: None)
    announcer = Announcer(loudspeaker, Ears(), lambda: 0, say, RATE_HZ, lambda: False, lambda category: "")
    announcer.announce_failure(FailureCategory.TIMED_OUT)
    await asyncio.gather(*announcer.pending)
    assert said == []


async def test_in_quiet_hours_it_says_nothing_of_its_own_accord() -> None:
    stage = Stage()
    loudspeaker = Loudspeaker(Mouth(), lambda: None)
    announcer = Announcer(
        loudspeaker, Ears(), lambda: 0, stage._say, RATE_HZ, lambda: False, quiet=lambda: True
    )
    announcer.say_ready("Good morning")
    announcer.sound_trouble()
    assert not announcer.pending
    assert not loudspeaker.busy
