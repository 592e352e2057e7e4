"""The microphone and the loudspeaker of a running daemon, as they are wanted and as they come back."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from appliance.audio.capture import CaptureThread
from appliance.audio.devices import KeepOn, open_loudspeaker, open_microphone
from appliance.audio.playout import Playout, PlayoutOptions
from appliance.audio.playout_events import PlayoutEvent
from appliance.audio.seam import CaptureDevice, CaptureOptions, SpeakerDevice, SpeakerOptions
from appliance.audio.speaker import Speaker
from appliance.conversation.vocabulary import DeviceChanged
from appliance.pcm.formats import NEAR_RATE_HZ, samples_of_ms
from appliance.pcm.ring import SampleRing
from appliance.service.clock import LiveClock
from appliance.service.microphone_time import MicrophoneTime
from appliance.settings import Settings

# Of the capture ring: hearing may be late by this much before a sample is lost.
CAPTURE_MS = 2000.0


@dataclass(frozen=True, slots=True)
class Devices:
    """Both devices as they were opened at the start, and how to open them again."""

    microphone: CaptureDevice
    loudspeaker: SpeakerDevice
    microphone_options: CaptureOptions
    loudspeaker_options: SpeakerOptions

    def reopen_microphone(self, previous: str, keep_on: KeepOn) -> CaptureDevice:
        """As Reopen: at the rate of the first one, where it takes that."""
        options = replace(self.microphone_options, rate_hz=self.microphone.rate_hz, previous=previous)
        return open_microphone(options, keep_on)

    def reopen_loudspeaker(self, previous: str, keep_on: KeepOn) -> SpeakerDevice:
        """As Reopen: at the rate of the first one, where it takes that."""
        options = replace(self.loudspeaker_options, rate_hz=self.loudspeaker.rate_hz, previous=previous)
        return open_loudspeaker(options, keep_on)


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
    ) -> None:
        """`post` gets what happens, `fatal` faults of ours and `warn` sentences, from their threads;
        `near_written()` is the 16 kHz index of the next sample heard."""
        microphone, loudspeaker = devices.microphone, devices.loudspeaker
        self.ends = f"it hears {microphone.name!r} and speaks through {loudspeaker.name!r}"
        self.capture_hz = microphone.rate_hz
        self.playout_hz = loudspeaker.rate_hz
        self.captured = SampleRing.allocate(samples_of_ms(CAPTURE_MS, self.capture_hz))
        self.wake = threading.Event()  # set with everything captured
        self.time = MicrophoneTime(clock, near_written)
        self.speaker = Speaker(
            Playout(PlayoutOptions(self.playout_hz, duck_db=settings.interruption.duck_db)),
            self.playout_hz,
            loudspeaker,
            devices.reopen_loudspeaker,
            SampleRing.allocate(NEAR_RATE_HZ),
            on_event=post,
            tell=post,
            fatal=fatal,
        )
        self.capture = CaptureThread(
            microphone,
            devices.reopen_microphone,
            self.captured,
            self.capture_hz,
            self.wake,
            tell=post,
            fatal=fatal,
            resumed=self.time.resume,
            warn=warn,
        )

    def start(self) -> None:
        """Begin to listen and to speak; called once."""
        self.capture.start()
        self.speaker.start()

    def gauges(self) -> dict[str, int]:
        """What is counted where no event tells of it."""
        return {
            "microphone_overruns": self.capture.overruns,
            "loudspeaker_underruns": self.speaker.underruns,
            "loudspeaker_blocks_beyond_limit": self.speaker.beyond_limit,
        }


async def open_devices(settings: Settings, keep_on: Callable[[], bool]) -> Devices:
    """Both at once, as the settings want them.

    Raises DeviceError with one sentence; NotWanted within 0.1 s when `keep_on` is false.
    """
    heard = CaptureOptions(settings.audio.input.device)
    spoken = SpeakerOptions(settings.audio.output.device)
    microphone, loudspeaker = await asyncio.gather(
        asyncio.to_thread(open_microphone, heard, keep_on),
        asyncio.to_thread(open_loudspeaker, spoken, keep_on),
    )
    return Devices(microphone, loudspeaker, heard, spoken)
