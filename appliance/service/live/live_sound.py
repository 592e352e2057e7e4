"""The microphone and the loudspeaker of a running daemon, as they are wanted and as they come back."""

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from appliance.audio.absent import AbsentLoudspeaker, AbsentMicrophone
from appliance.audio.capture import CaptureThread
from appliance.audio.cards import Direction, Places, list_cards
from appliance.audio.devices import KeepOn, open_loudspeaker, open_microphone
from appliance.audio.playout import Playout, PlayoutOptions
from appliance.audio.playout_events import PlayoutEvent
from appliance.audio.process_link import NotWanted
from appliance.audio.remote import Loudspeaker, Microphone
from appliance.audio.seam import CaptureDevice, CaptureOptions, SpeakerDevice, SpeakerOptions
from appliance.audio.search import Previous, Search
from appliance.audio.speaker import Speaker
from appliance.conversation.vocabulary import DeviceChanged, DeviceState
from appliance.errors import DeviceError
from appliance.pcm.formats import NEAR_RATE_HZ, samples_of_ms
from appliance.pcm.ring import SampleRing
from appliance.service.doctor.learnt import LearntEcho
from appliance.service.live.live_far_end import LiveFarEnd
from appliance.service.microphone_time import MicrophoneTime
from appliance.service.network.clock import LiveClock
from appliance.settings import Settings

# Of the capture ring: hearing may be late by this much before a sample is lost. After a reload it begins with
# what was said while the program started anew, which takes a small machine some seconds.
CAPTURE_MS = 8000.0
# Of what was played: a hearing that is late asks for what sounded then, or takes it for somebody. As far
# back as the microphone is kept, and the canceller's preroll and the longest queue of a loudspeaker more.
FAR_MS = CAPTURE_MS + 1000.0


@dataclass(frozen=True, slots=True)
class Devices:
    """Both devices as they were opened at the start, and how to open them again. One that could not be
    opened, and is waited for, is an absent one."""

    microphone: CaptureDevice
    loudspeaker: SpeakerDevice
    microphone_options: CaptureOptions
    loudspeaker_options: SpeakerOptions
    _ears: Search = field(default_factory=Search, init=False)
    _mouth: Search = field(default_factory=Search, init=False)

    def __post_init__(self) -> None:
        if isinstance(self.microphone, Microphone):
            self._ears.found(self.microphone.identity)
        if isinstance(self.loudspeaker, Loudspeaker):
            self._mouth.found(self.loudspeaker.identity)

    @property
    def names(self) -> tuple[str, str]:
        """Of the microphone and of the loudspeaker."""
        return self.microphone.name, self.loudspeaker.name

    @property
    def deaf(self) -> str:
        """Why there is no microphone; "": there is one."""
        return str(self.microphone.reason) if isinstance(self.microphone, AbsentMicrophone) else ""

    @property
    def mouthless(self) -> str:
        """Why there is no loudspeaker; "": there is one."""
        return str(self.loudspeaker.reason) if isinstance(self.loudspeaker, AbsentLoudspeaker) else ""

    def reopen_microphone(self, previous: str, keep_on: KeepOn) -> CaptureDevice:
        """As Reopen: at the rate of the first one, where it takes that."""
        options = replace(
            self.microphone_options,
            rate_hz=self.microphone.rate_hz,
            previous=_look_for(self._ears, Direction.CAPTURE, previous),
        )
        microphone = open_microphone(options, keep_on)
        self._ears.found(microphone.identity)
        return microphone

    def reopen_loudspeaker(self, previous: str, keep_on: KeepOn) -> SpeakerDevice:
        """As Reopen: at the rate of the first one, where it takes that."""
        options = replace(
            self.loudspeaker_options,
            rate_hz=self.loudspeaker.rate_hz,
            previous=_look_for(self._mouth, Direction.PLAYBACK, previous),
        )
        loudspeaker = open_loudspeaker(options, keep_on)
        self._mouth.found(loudspeaker.identity)
        return loudspeaker


def _names_of(devices: Devices) -> dict[str, str]:
    """Of those that are there."""
    return {
        "microphone": "" if devices.deaf else devices.microphone.name,
        "loudspeaker": "" if devices.mouthless else devices.loudspeaker.name,
    }


def _look_for(search: Search, direction: Direction, name: str) -> Previous:
    """What is looked for now. Raises DeviceError where a try would be in vain."""
    cards, now_s = list_cards(Places()).values(), time.monotonic()
    if not search.is_worth_a_try(cards, now_s):
        raise DeviceError(f"the {direction.value} {name!r} is still not there")
    return search.previous(name, cards, now_s)


# An echo louder than this is a measurement at another volume.
MOST_COUPLING_DB = 10.0


class LiveSound:
    """Both directions at work: what the microphone delivers, and what the loudspeaker is given.

    Rates are those of the first devices, for the life of the daemon.
    """

    def __init__(
        self,
        settings: Settings,
        devices: Devices,
        clock: LiveClock,
        near_written: Callable[[], int],
        post: Callable[[PlayoutEvent | DeviceChanged], None],
        fatal: Callable[[Exception], None],
        warn: Callable[[str], None],
        learnt: LearntEcho | None = None,
    ) -> None:
        """`post` gets what happens, `fatal` faults of ours and `warn` sentences, from their threads;
        `near_written()` is the 16 kHz index of the next sample heard; `learnt` is what doctor measured of
        these devices."""
        microphone, loudspeaker = devices.microphone, devices.loudspeaker
        self._post = post
        self._there = _names_of(devices)
        self.capture_hz = microphone.rate_hz
        self.playout_hz = loudspeaker.rate_hz
        self.captured = SampleRing.allocate(samples_of_ms(CAPTURE_MS, self.capture_hz))
        self.wake = threading.Event()  # set with everything captured
        self.time = MicrophoneTime(clock, near_written)
        self.coupling_db = 0.0 if learnt is None else min(learnt.level_db, MOST_COUPLING_DB)
        far_ring = SampleRing.allocate(samples_of_ms(FAR_MS, NEAR_RATE_HZ))
        known = (0.0, 0.0) if learnt is None else (learnt.delay_ms, learnt.drift_ppm)
        self.far_end = LiveFarEnd(far_ring, self.capture_hz, *known)
        self.speaker = Speaker(
            Playout(PlayoutOptions(self.playout_hz, duck_db=settings.interruption.duck_db)),
            self.playout_hz,
            loudspeaker,
            devices.reopen_loudspeaker,
            far_ring,
            on_event=post,
            tell=self._tell,
            fatal=fatal,
            keep_awake=settings.audio.output.keep_awake == "noise",
            on_rendered=self.far_end.rendered,
        )
        self.capture = CaptureThread(
            microphone,
            devices.reopen_microphone,
            self.captured,
            self.capture_hz,
            self.wake,
            tell=self._tell,
            fatal=fatal,
            resumed=self._resumed,
            warn=warn,
            captured=self.far_end.captured,
        )

    def start(self) -> None:
        """Begin to listen and to speak; called once."""
        self.capture.start()
        self.speaker.start()

    @property
    def ends(self) -> str:
        """What it hears and what it speaks through, in words."""
        microphone, loudspeaker = self._there["microphone"], self._there["loudspeaker"]
        hears = f"it hears {microphone!r}" if microphone else "it waits for its microphone"
        speaks = f"speaks through {loudspeaker!r}" if loudspeaker else "waits for its loudspeaker"
        return f"{hears} and {speaks}"

    def _resumed(self) -> None:
        """In the microphone's thread."""
        self.time.resume()
        self.far_end.resumed()

    def _tell(self, change: DeviceChanged) -> None:
        """In the device's thread."""
        self._there[change.device] = "" if change.state is DeviceState.LOST else change.name
        self._post(change)

    def gauges(self) -> dict[str, int]:
        """What is counted where no event tells of it."""
        return {
            "microphone_overruns": self.capture.overruns,
            "loudspeaker_underruns": self.speaker.underruns,
            "answer_underruns": self.speaker.answer_underruns,
            "concealed_ms": round(1000 * self.speaker.concealed_samples / self.playout_hz),
            "loudspeaker_blocks_beyond_limit": self.speaker.beyond_limit,
            "far_end_breaks": self.far_end.breaks,
        }


async def open_devices(
    settings: Settings, keep_on: KeepOn, *, wait: bool = False, open_already: CaptureDevice | None = None
) -> Devices:
    """Both at once, as the settings want them, without a microphone that is `open_already`. With `wait`, one
    that cannot be opened is an absent one.

    Raises DeviceError with one sentence; NotWanted within 0.1 s when `keep_on` is false.
    """
    heard = CaptureOptions(settings.audio.input.device)
    spoken = SpeakerOptions(settings.audio.output.device)

    def microphone() -> CaptureDevice:
        if open_already is not None:
            return open_already
        try:
            return open_microphone(heard, keep_on)
        except DeviceError as error:
            if isinstance(error, NotWanted) or not wait:
                raise
            return AbsentMicrophone(heard, error)

    def loudspeaker() -> SpeakerDevice:
        try:
            return open_loudspeaker(spoken, keep_on)
        except DeviceError as error:
            if isinstance(error, NotWanted) or not wait:
                raise
            return AbsentLoudspeaker(spoken, error)

    opened = await asyncio.gather(asyncio.to_thread(microphone), asyncio.to_thread(loudspeaker))
    return Devices(*opened, heard, spoken)
