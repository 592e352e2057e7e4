"""A person who speaks through the loudspeaker's own device, and an ear at the microphone's."""

import threading
import time
from dataclasses import dataclass
from io import RawIOBase

import numpy as np

from appliance.audio.devices import KeepOn
from appliance.audio.seam import CaptureDevice, SpeakerDevice
from appliance.pcm.formats import Pcm
from appliance.service.live.live_sound import Devices


class Person:
    """What a person says, mixed into what the loudspeaker is given: the cable carries both to the microphone.

    Bound: one utterance; a new one takes the place of what is left of the old one. For any thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left: Pcm = np.zeros(0, np.int16)

    def say(self, pcm: Pcm) -> None:
        """Begin to say it, at the rate of the loudspeaker's device."""
        with self._lock:
            self._left = pcm

    def add_to(self, block: bytes, channels: int) -> bytes:
        """`block`, interleaved, with as much of what is being said, the same on all channels."""
        sound: Pcm = np.frombuffer(block, np.int16)
        with self._lock:
            said, self._left = self._left[: len(sound) // channels], self._left[len(sound) // channels :]
        if not len(said):
            return block
        mixed = sound.astype(np.int32)
        mixed[: len(said) * channels] += np.repeat(said, channels)
        return np.clip(mixed, -32768, 32767).astype(np.int16).tobytes()


class SharedLoudspeaker:
    """As SpeakerDevice; `person` speaks through it as well."""

    def __init__(self, device: SpeakerDevice, person: Person) -> None:
        self._device = device
        self._person = person
        self.name = device.name
        self.rate_hz = device.rate_hz
        self.channels = device.channels
        self.capacity_samples = device.capacity_samples

    def delay_samples(self) -> int:
        """As SpeakerDevice."""
        return self._device.delay_samples()

    def write(self, block: bytes) -> None:
        """As SpeakerDevice."""
        self._device.write(self._person.add_to(block, self.channels))

    def close(self) -> None:
        """As SpeakerDevice."""
        self._device.close()


class Recorder:
    """Keeps the first channel of all that the microphone delivers, in a file. `samples` are in it so far,
    and the last block came at `last_s` (monotonic)."""

    def __init__(self, file: RawIOBase) -> None:
        self._file = file
        self.samples = 0
        self.last_s = 0.0

    def keep(self, block: bytes, channels: int) -> None:
        """In the capture thread; a write into the page cache takes some ten microseconds."""
        first = np.frombuffer(block, np.int16)[::channels]
        self._file.write(first.tobytes())
        self.samples += len(first)
        self.last_s = time.monotonic()


class RecordedMicrophone:
    """As CaptureDevice; what it delivers goes to `recorder` as well."""

    def __init__(self, device: CaptureDevice, recorder: Recorder) -> None:
        self._device = device
        self._recorder = recorder
        self.name = device.name
        self.rate_hz = device.rate_hz
        self.channels = device.channels
        self.process = getattr(device, "process", None)

    @property
    def overruns(self) -> int:
        """As CaptureDevice."""
        return self._device.overruns

    def read(self) -> bytes | None:
        """As CaptureDevice."""
        block = self._device.read()
        if block is not None:
            self._recorder.keep(block, self.channels)
        return block

    def close(self) -> None:
        """As CaptureDevice."""
        self._device.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class WiredDevices(Devices):
    """Both devices with the person and the recorder between them and the daemon, whenever they are opened."""

    inner: Devices
    person: Person
    recorder: Recorder

    @staticmethod
    def around(devices: Devices, person: Person, recorder: Recorder) -> "WiredDevices":
        """`devices` as they were opened at the start."""
        return WiredDevices(
            RecordedMicrophone(devices.microphone, recorder),
            SharedLoudspeaker(devices.loudspeaker, person),
            devices.microphone_options,
            devices.loudspeaker_options,
            inner=devices,
            person=person,
            recorder=recorder,
        )

    def reopen_microphone(self, previous: str, keep_on: KeepOn) -> CaptureDevice:
        """As Devices."""
        return RecordedMicrophone(self.inner.reopen_microphone(previous, keep_on), self.recorder)

    def reopen_loudspeaker(self, previous: str, keep_on: KeepOn) -> SpeakerDevice:
        """As Devices."""
        return SharedLoudspeaker(self.inner.reopen_loudspeaker(previous, keep_on), self.person)
