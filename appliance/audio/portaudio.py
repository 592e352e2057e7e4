"""PyAudio on PortAudio's ALSA host API: enumerating, opening, and its errors in words."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from appliance.audio.catalog import DeviceInfo, Direction, choose, describe, number_twins
from appliance.audio.quiet import quiet_stderr
from appliance.errors import DeviceError

# PortAudio's functions that change its list of devices or of streams are not thread-safe.
_lock: Final = threading.Lock()

Format = tuple[int, int]  # rate in Hz, channels


def _pyaudio() -> Any:
    try:
        import pyaudio  # here, so that what needs no device needs no PyAudio either
    except ImportError as error:
        raise DeviceError("PyAudio is not installed (Debian: python3-pyaudio)") from error
    return pyaudio


@contextmanager
def _portaudio() -> Iterator[Any]:
    """A PortAudio of one's own, quiet and alone. Whoever keeps it terminates it."""
    pyaudio = _pyaudio()
    with _lock, quiet_stderr():
        try:
            portaudio = pyaudio.PyAudio()
        except OSError as error:
            raise DeviceError(f"PortAudio cannot start: {_words(error)}") from error
        yield portaudio


def list_devices() -> list[DeviceInfo]:
    """All microphones and loudspeakers, each once.

    While this process has a device open, it is the list of when the first one was opened: PortAudio
    looks anew only after the last one was closed. Takes 10 to 100 ms. Raises DeviceError where PyAudio
    is missing.
    """
    with _portaudio() as portaudio:
        try:
            return _devices(portaudio)
        finally:
            portaudio.terminate()


class Stream:
    """One open stream in one direction, with the PortAudio that it belongs to."""

    def __init__(self, wanted: str, direction: Direction, rate_hz: int, block_ms: int) -> None:
        """Open the device that `wanted` means (see `choose`), in the first format that it takes.

        Raises DeviceError with one sentence.
        """
        with _portaudio() as self._portaudio:
            try:
                device = choose(_devices(self._portaudio), wanted, direction)
                self.name = device.name
                self._kind = direction.value
                formats = formats_to_try(device, direction, rate_hz)
                self.stream, (self.rate_hz, self.channels) = self._open(device, direction, formats, block_ms)
            except DeviceError:
                self._portaudio.terminate()
                raise
        self.block_samples = self.rate_hz * block_ms // 1000

    def _open(
        self, device: DeviceInfo, direction: Direction, formats: Iterable[Format], block_ms: int
    ) -> tuple[Any, Format]:
        pyaudio = _pyaudio()
        end = "input" if direction is Direction.CAPTURE else "output"
        refusal: OSError | None = None
        for rate_hz, channels in formats:
            try:
                stream = self._portaudio.open(
                    rate=rate_hz,
                    channels=channels,
                    format=pyaudio.paInt16,
                    frames_per_buffer=rate_hz * block_ms // 1000,
                    **{end: True, f"{end}_device_index": device.index},
                )
            except OSError as error:
                refusal = error
                if error.args[0] == pyaudio.paDeviceUnavailable:
                    raise DeviceError(
                        f"the {self._kind} {self.name!r} is in use by another program"
                    ) from error
            else:
                return stream, (rate_hz, channels)
        raise DeviceError(f"the {self._kind} {self.name!r} cannot be opened: {_words(refusal)}") from refusal

    def lost(self, error: OSError | int) -> DeviceError:
        """The error that says that this device is gone."""
        return DeviceError(f"the {self._kind} {self.name!r} was lost: {_words(error)}")

    def frames(self, available: int) -> int:
        """`available` as PyAudio returned it. Raises DeviceError: PyAudio 0.2.13 *returns* error codes."""
        if available < 0:
            raise self.lost(available)
        return available

    def close(self) -> None:
        """Close the stream; only in the thread that reads or writes it."""
        with _lock:
            self._portaudio.terminate()


def _devices(portaudio: Any) -> list[DeviceInfo]:
    try:
        alsa = portaudio.get_host_api_info_by_type(_pyaudio().paALSA)
    except OSError as error:
        raise DeviceError("this PortAudio was built without ALSA") from error
    found = []
    for number in range(alsa["deviceCount"]):
        info = portaudio.get_device_info_by_host_api_device_index(alsa["index"], number)
        found.append(
            describe(
                info["name"],
                info["index"],
                info["maxInputChannels"],
                info["maxOutputChannels"],
                info["defaultSampleRate"],
            )
        )
    return number_twins(device for device in found if device is not None)


def formats_to_try(device: DeviceInfo, direction: Direction, rate_hz: int) -> list[Format]:
    """What is worth trying, best first: the wanted rate, the device's own one, then what nearly all take."""
    most = device.channels(direction)
    channels = [count for count in dict.fromkeys((1, 2, most)) if count <= most]
    wanted = [(rate_hz, 1)]
    return wanted + [
        (rate, count)
        for rate in dict.fromkeys((device.default_rate_hz, 48_000, 44_100, rate_hz))
        for count in channels
        if (rate, count) not in wanted
    ]


def _words(error: OSError | int | None) -> str:
    if isinstance(error, OSError) and len(error.args) > 1:
        return str(error.args[1])
    return f"PortAudio says {error}"
