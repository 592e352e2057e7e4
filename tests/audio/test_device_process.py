"""What a device process tells its parent, on a PortAudio made of dictionaries."""

import io
import json
import struct
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from appliance.audio.alsa import Lost
from appliance.audio.device_process import COUNT, open_stream, serve
from appliance.audio.process_link import command

UNAVAILABLE = -9985


class FakePyAudio:
    """The module and its PyAudio in one: devices take the formats in `takes`."""

    paALSA = 8  # noqa: N815
    paInt16 = 8  # noqa: N815
    paDeviceUnavailable = UNAVAILABLE  # noqa: N815

    def __init__(self, takes: set[tuple[int, int]] | None = None, refusal: int = -9997) -> None:
        self.takes = takes if takes is not None else {(16_000, 1)}
        self.refusal = refusal
        self.tried: list[tuple[int, int]] = []

    def get_host_api_info_by_type(self, kind: int) -> dict[str, int]:
        assert kind == self.paALSA
        return {"index": 0, "deviceCount": 1}

    def get_device_info_by_host_api_device_index(self, api: int, number: int) -> dict[str, object]:
        return {
            "name": "Mic: Audio (hw:1,0)",
            "index": 5,
            "maxInputChannels": 2,
            "maxOutputChannels": 0,
            "defaultSampleRate": 44_100.0,
            "hostApi": api,
        }

    def is_format_supported(self, rate_hz: int, **asked: int) -> bool:
        if (rate_hz, asked["input_channels"]) not in self.takes:
            raise ValueError("Invalid sample rate", -9997)
        return True

    def open(self, rate: int, channels: int, **_: Any) -> "FakeStream":
        self.tried.append((rate, channels))
        if (rate, channels) not in self.takes:
            raise OSError(self.refusal, "no")
        return FakeStream()


class FakeStream:
    """Delivers two blocks and is gone then; takes everything."""

    def __init__(self) -> None:
        self.blocks = 2
        self.written = b""

    def get_input_latency(self) -> float:
        return 10.0

    def get_read_available(self) -> int:
        self.blocks -= 1
        return 512 if self.blocks >= 0 else -9999

    def read(self, samples: int, exception_on_overflow: bool) -> bytes:
        return bytes(2 * samples)

    def get_write_available(self) -> int:
        return 1440 - len(self.written) // 2

    def write(self, sound: bytes) -> None:
        self.written += sound


class Sent(list[tuple[bytes, bytes]]):
    def __call__(self, kind: bytes, payload: bytes) -> None:
        self.append((kind, payload))


def order(**fields: object) -> bytes:
    return json.dumps({"index": 5, "block_ms": 32, **fields}).encode() + b"\n"


def told_by(fake: FakePyAudio, requests: io.BytesIO, sent: Sent) -> None:
    """Serve in a thread that ends with it: one that moves sound runs before all others from then on."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(serve, fake, fake, requests, sent).result()


def test_it_lists_the_devices_first_and_ends_when_nobody_wants_more() -> None:
    sent = Sent()
    fake = FakePyAudio()
    told_by(fake, io.BytesIO(), sent)
    assert sent == [(b"L", b'[["Mic: Audio (hw:1,0)", 5, 2, 0, 44100.0]]')]


def test_it_tells_which_formats_a_device_takes() -> None:
    sent = Sent()
    fake = FakePyAudio({(48_000, 2)})
    question = json.dumps({"probe": [[5, "input", [[16_000, 1], [48_000, 2]]]]}).encode() + b"\n"
    told_by(fake, io.BytesIO(question), sent)
    assert sent[-1] == (b"P", b"[[[48000, 2]]]")


def test_a_microphone_is_opened_in_the_first_format_that_it_takes_and_sends_its_blocks() -> None:
    sent = Sent()
    fake = FakePyAudio({(16_000, 1)})
    request = order(open="input", formats=[[8_000, 1], [16_000, 1]])
    with pytest.raises(Lost):
        told_by(fake, io.BytesIO(request), sent)
    assert sent[1] == (b"O", b"[16000, 1, 0]")
    assert sent[2:] == [(b"B", COUNT.pack(0) + bytes(1024))] * 2


def test_a_loudspeaker_takes_sound_and_tells_what_is_queued() -> None:
    sent = Sent()
    fake = FakePyAudio({(24_000, 1)})
    request = order(open="output", formats=[[24_000, 1]])
    requests = request + b"d" + b"w" + COUNT.pack(960) + bytes(960) + b"d"
    told_by(fake, io.BytesIO(requests), sent)
    assert sent[1:] == [
        (b"O", b"[24000, 1, 1440]"),
        (b"D", struct.pack("=I", 0)),
        (b"D", struct.pack("=I", 480)),
    ]


def test_every_format_is_tried_before_a_device_is_given_up() -> None:
    fake = FakePyAudio(set())
    formats = [[16_000, 1], [48_000, 1], [48_000, 2]]
    with pytest.raises(Lost) as raised:
        open_stream(fake, fake, {"open": "input", "index": 5, "block_ms": 32, "formats": formats})
    assert raised.value.args[0] == -9997
    assert fake.tried == [(16_000, 1), (48_000, 1), (48_000, 2)]


def test_a_device_in_use_is_not_tried_in_another_format() -> None:
    fake = FakePyAudio(set(), refusal=UNAVAILABLE)
    formats = [[16_000, 1], [48_000, 1]]
    with pytest.raises(Lost) as raised:
        open_stream(fake, fake, {"open": "input", "index": 5, "block_ms": 32, "formats": formats})
    assert raised.value.args[0] == UNAVAILABLE
    assert fake.tried == [(16_000, 1)]


def test_it_ends_with_its_parent_though_it_hangs_in_a_driver_with_an_order_unread(tmp_path: Path) -> None:
    (tmp_path / "pyaudio.py").write_text(
        "import os, time\ndef PyAudio():\n    os.write(2, b'it hangs')\n    time.sleep(60)\n"
    )
    pipe = subprocess.PIPE
    process = subprocess.Popen([*command()[:-1], str(tmp_path)], stdin=pipe, stdout=pipe, stderr=pipe)
    with process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(b"\n")
        process.stdin.flush()
        assert process.stderr.read(8) == b"it hangs"
        process.stdin.write(order(open="input", formats=[[16_000, 1]]))
        began_s = time.monotonic()
        process.stdin.close()  # as the kernel does for a parent that was killed
        try:
            assert process.wait(10) == 0
        finally:
            process.kill()
    assert time.monotonic() - began_s < 0.3
