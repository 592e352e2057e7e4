"""One sound device in a process of its own, so that what hangs in a driver can be killed.

`process_link` starts it and speaks to it. It imports next to nothing, which keeps it at 5 MB of its own
(docs/decisions/0010).

To the parent go frames: a letter, four bytes of length, a payload. Told to by an empty line on the standard
input it looks around, for which PortAudio opens every device that is free, and sends `L`, the devices as
PortAudio lists them; then it takes one order, a line of JSON:

    {"probe": [[index, "input" or "output", [[rate, channels], …]], …]}   answered by `P`: what each one takes
    {"open": "input" or "output", "index": …, "block_ms": …, "formats": [[rate, channels], …]}   by `O` or `X`

An open microphone sends `B`, its overruns so far (four bytes) and a block, or `N` where there was none for
0.1 s. An open loudspeaker is told: `d` is answered by `D`, what it has queued (four bytes); `w`, four bytes
of length and so many bytes of sound has no answer. `X` says why it ended: PortAudio's error code, its words.

It ends with its standard input, whatever it hangs in, or when nobody reads what it sends; the parent need not
wait for that, and kills it.
"""

from __future__ import annotations

import _thread  # built in, which `threading` is not
import json
import os
import select
import signal
import struct
import sys

from appliance.audio.alsa import Lost, Loudspeaker, Microphone, lost
from appliance.audio.realtime import DEVICE_PRIORITY, ask_for_realtime

TYPE_CHECKING = False  # `typing` alone costs this process 2 MB
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, BinaryIO

    Send = Callable[[bytes, bytes], None]

FRAME = struct.Struct("=cI")  # kind, length of the payload
COUNT = struct.Struct("=I")


def serve(pyaudio: Any, portaudio: Any, requests: BinaryIO, send: Send) -> None:
    """Take one order and carry it out until nobody wants that any more. Raises Lost."""
    send(b"L", json.dumps(_listing(pyaudio, portaudio)).encode())
    order = json.loads(requests.readline() or "{}")
    if "probe" in order:
        taken = [_probe(pyaudio, portaudio, *device) for device in order["probe"]]
        send(b"P", json.dumps(taken).encode())
    elif "open" in order:
        stream, rate_hz, channels = open_stream(pyaudio, portaudio, order)
        ask_for_realtime(DEVICE_PRIORITY)
        if order["open"] == "input":
            microphone = Microphone(stream, rate_hz, channels, order["block_ms"])
            send(b"O", json.dumps([rate_hz, channels, 0]).encode())
            _deliver(microphone, send)
        else:
            loudspeaker = Loudspeaker(stream)
            send(b"O", json.dumps([rate_hz, channels, loudspeaker.capacity_samples]).encode())
            _obey(loudspeaker, requests, send)


def open_stream(pyaudio: Any, portaudio: Any, order: dict[str, Any]) -> tuple[Any, int, int]:
    """The stream in the first format that the device takes, its rate and its channels. Raises Lost."""
    end, refusal = order["open"], Lost(0, "it takes none of the formats that were tried")
    for rate_hz, channels in order["formats"]:
        try:
            stream = portaudio.open(
                rate=rate_hz,
                channels=channels,
                format=pyaudio.paInt16,
                frames_per_buffer=rate_hz * order["block_ms"] // 1000,
                **{end: True, f"{end}_device_index": order["index"]},
            )
        except OSError as error:
            refusal = lost(error)
            if refusal.args[0] == pyaudio.paDeviceUnavailable:
                break  # it is in use, whatever the format
        else:
            return stream, rate_hz, channels
    raise refusal


def _listing(pyaudio: Any, portaudio: Any) -> list[list[object]]:
    """`[name, index, inputs, outputs, rate]` of each device of the host API ALSA."""
    try:
        alsa = portaudio.get_host_api_info_by_type(pyaudio.paALSA)
    except OSError:
        raise Lost(0, "this PortAudio was built without ALSA") from None
    keys = ("name", "index", "maxInputChannels", "maxOutputChannels", "defaultSampleRate")
    found = (
        portaudio.get_device_info_by_host_api_device_index(alsa["index"], number)
        for number in range(alsa["deviceCount"])
    )
    return [[info[key] for key in keys] for info in found]


def _probe(
    pyaudio: Any, portaudio: Any, index: int, end: str, formats: Sequence[list[int]]
) -> list[list[int]]:
    """Those of `formats` that the device says it takes."""

    def takes(rate_hz: int, channels: int) -> bool:
        asked = {f"{end}_device": index, f"{end}_channels": channels, f"{end}_format": pyaudio.paInt16}
        try:
            return bool(portaudio.is_format_supported(rate_hz, **asked))
        except (ValueError, OSError):  # PyAudio's way to say no
            return False

    return [[rate_hz, channels] for rate_hz, channels in formats if takes(rate_hz, channels)]


def _deliver(microphone: Microphone, send: Send) -> None:
    """Send block after block, or that there is none."""
    while True:
        block = microphone.read()
        if block is None:
            send(b"N", b"")
        else:
            send(b"B", COUNT.pack(microphone.overruns & 0xFFFFFFFF) + block)


def _obey(loudspeaker: Loudspeaker, requests: BinaryIO, send: Send) -> None:
    """Do what is asked, until nobody asks any more."""
    while request := requests.read(1):
        if request == b"d":
            send(b"D", COUNT.pack(loudspeaker.delay_samples()))
        else:
            (count,) = COUNT.unpack(requests.read(COUNT.size))
            loudspeaker.write(requests.read(count))


def _sender(descriptor: int) -> Send:
    """A `send` into a pipe; it waits for a parent that is slow, and ends the process with it."""

    def send(kind: bytes, payload: bytes) -> None:
        rest = memoryview(FRAME.pack(kind, len(payload)) + payload)
        try:
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        except BrokenPipeError:
            os._exit(0)

    return send


def _end_with_parent() -> None:
    """Wait for the other end of the standard input to close; a killed parent closes it too."""
    hangup = select.poll()
    hangup.register(0, 0)  # no bits: a hangup is told anyway, and what is there to read is not for us
    hangup.poll()
    os._exit(0)


def main() -> None:
    """Serve one device to whoever started this process."""
    _thread.start_new_thread(_end_with_parent, ())
    # What a terminal or a service manager sends to all processes is for the parent, who ends us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    send = _sender(os.dup(1))
    os.dup2(2, 1)  # native code prints as it likes: that is no frame
    try:
        import pyaudio

        sys.stdin.buffer.readline()
        serve(pyaudio, pyaudio.PyAudio(), sys.stdin.buffer, send)
    except Lost as gone:
        send(b"X", json.dumps(gone.args).encode())
    except Exception as fault:  # noqa: BLE001  the outermost frame: there is nobody else to tell
        send(b"X", json.dumps([0, repr(fault)]).encode())
    os._exit(0)  # without closing: PortAudio may hang there, and the kernel does it for us
