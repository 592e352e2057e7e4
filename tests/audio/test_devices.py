"""Opening devices whose process does what the test wants: fails, hangs, dies, talks nonsense."""

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from appliance.audio import devices
from appliance.audio.cards import Places
from appliance.audio.devices import list_devices, open_loudspeaker, open_microphone
from appliance.audio.process_link import NotWanted, command
from appliance.audio.seam import CaptureOptions, SpeakerDevice, SpeakerOptions
from appliance.errors import DeviceError
from tests.audio.fake_cards import Tree

NOWHERE = Places(*[Path("/nonexistent")] * 4)

_PRELUDE = """
import json, os, struct, sys, time
def send(kind, payload):
    os.write(1, struct.pack("=cI", kind, len(payload)) + payload)
def listing(*devices):
    sys.stdin.buffer.readline()
    send(b"L", json.dumps(devices).encode())
    return json.loads(sys.stdin.buffer.readline() or "{}")
"""
_MICROPHONE = 'order = listing(["Mic: Audio (hw:1,0)", 5, 1, 0, 48000.0])\n'
_LOUDSPEAKER = 'order = listing(["Box: Audio (hw:1,0)", 5, 0, 2, 48000.0])\n'


def process(script: str) -> list[str]:
    """The command line of a device process that runs `script`."""
    return [sys.executable, "-I", "-S", "-c", _PRELUDE + script]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "OPEN_TIMEOUT_S", 0.3)


def test_an_open_microphone_delivers_blocks_and_its_overruns() -> None:
    script = _MICROPHONE + (
        'send(b"O", b"[48000, 2, 0]")\n'
        'send(b"N", b"")\n'
        'send(b"B", struct.pack("=I", 3) + b"sound")\n'
        'send(b"X", b\'[-9999, "Unanticipated host error"]\')\n'
    )
    microphone = open_microphone(CaptureOptions(), argv=process(script), places=NOWHERE)
    assert (microphone.name, microphone.rate_hz, microphone.channels) == ("Mic: Audio", 48_000, 2)
    blocks = [microphone.read(), microphone.read()]
    assert [block for block in blocks if block is not None] == [b"sound"]
    assert microphone.overruns == 3
    with pytest.raises(
        DeviceError, match=r"^the microphone 'Mic: Audio' was lost: Unanticipated host error$"
    ):
        microphone.read()
    microphone.close()


def test_an_open_loudspeaker_is_asked_and_told() -> None:
    script = _LOUDSPEAKER + (
        'send(b"O", b"[44100, 2, 2646]")\n'
        'assert sys.stdin.buffer.read(9) == b"w" + struct.pack("=I", 4) + b"aabb"\n'
        'assert sys.stdin.buffer.read(1) == b"d"\n'
        'send(b"D", struct.pack("=I", 77))\n'
        "time.sleep(60)\n"
    )
    loudspeaker = open_loudspeaker(SpeakerOptions(), argv=process(script), places=NOWHERE)
    assert (loudspeaker.rate_hz, loudspeaker.channels, loudspeaker.capacity_samples) == (44_100, 2, 2646)
    loudspeaker.write(b"aabb")
    assert loudspeaker.delay_samples() == 77
    with pytest.raises(DeviceError, match=r"^the loudspeaker 'Box: Audio' does not answer$"):
        loudspeaker.delay_samples()
    loudspeaker.close()


def test_a_process_is_told_formats_in_a_sensible_order() -> None:
    script = _MICROPHONE + 'send(b"X", json.dumps([0, str(order["formats"][:3])]).encode())\n'
    with pytest.raises(DeviceError) as raised:
        open_microphone(CaptureOptions(), argv=process(script), places=NOWHERE)
    assert "[[16000, 1], [48000, 1], [44100, 1]]" in str(raised.value)


def test_a_device_that_vanishes_while_it_is_opened_is_one_sentence() -> None:
    script = _MICROPHONE + 'send(b"X", b\'[-9996, "Invalid input device"]\')\n'
    with pytest.raises(
        DeviceError, match=r"^the microphone 'Mic: Audio' cannot be opened: Invalid input device$"
    ):
        open_microphone(CaptureOptions(), argv=process(script), places=NOWHERE)


def test_a_device_that_somebody_took_meanwhile_is_named_with_that_program(tmp_path: Path) -> None:
    tree = Tree(tmp_path)
    tree.card(1, "Mic", "Mic")
    tree.pcm(1, 0, "c", "Audio", owner=4321)
    tree.process(4321, "arecord")
    script = _MICROPHONE + 'send(b"X", b\'[-9985, "Device unavailable"]\')\n'
    with pytest.raises(
        DeviceError, match=r"^the microphone 'Mic: Audio' is in use by arecord \(process 4321\)$"
    ):
        open_microphone(CaptureOptions(), argv=process(script), places=tree.places)


def test_two_devices_that_are_opened_at_once_do_not_get_into_each_others_way(tmp_path: Path) -> None:
    # as PortAudio does: to look around it has every device for itself
    alone = f"""
sys.stdin.buffer.readline()
os.mkdir({str(tmp_path / "looking")!r})
time.sleep(0.2)
send(b"L", json.dumps([["Headset: Audio (hw:1,0)", 5, 1, 1, 48000.0]]).encode())
sys.stdin.buffer.readline()
os.rmdir({str(tmp_path / "looking")!r})
send(b"O", b"[24000, 1, 1440]")
time.sleep(60)
"""
    with ThreadPoolExecutor() as pool:
        ears = pool.submit(open_microphone, CaptureOptions(), argv=process(alone), places=NOWHERE)
        mouth = pool.submit(open_loudspeaker, SpeakerOptions(), argv=process(alone), places=NOWHERE)
        ears.result().close()
        mouth.result().close()


def test_a_device_that_hangs_does_not_hold_up_the_other_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "TURN_WAIT_S", 0.1)
    wanted = threading.Event()
    wanted.set()
    with ThreadPoolExecutor() as pool:
        hanging = pool.submit(
            open_microphone, CaptureOptions(), wanted.is_set, process("time.sleep(60)\n"), NOWHERE
        )
        script = _LOUDSPEAKER + 'send(b"O", b"[24000, 1, 1440]")\ntime.sleep(60)\n'
        open_loudspeaker(SpeakerOptions(), argv=process(script), places=NOWHERE).close()
        wanted.clear()
        with pytest.raises(NotWanted):
            hanging.result()


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("script", ["time.sleep(60)\n", _MICROPHONE + "time.sleep(60)\n"])
def test_a_device_that_hangs_while_it_is_opened_is_given_up(script: str) -> None:
    began_s = time.monotonic()
    with pytest.raises(DeviceError, match="does not answer: its driver or sound server hangs"):
        open_microphone(CaptureOptions(), argv=process(script), places=NOWHERE)
    assert time.monotonic() - began_s < 2.0


def test_a_device_that_hangs_does_not_hold_up_whoever_wants_to_stop() -> None:
    began_s = time.monotonic()
    looks = iter((True, True, False))
    with pytest.raises(NotWanted):
        open_microphone(CaptureOptions(), lambda: next(looks), process("time.sleep(60)\n"), NOWHERE)
    assert time.monotonic() - began_s < 1.0


@pytest.mark.parametrize("script", ["", _MICROPHONE, "os.kill(os.getpid(), 11)\n"])
def test_a_process_that_dies_is_one_sentence(script: str) -> None:
    with pytest.raises(DeviceError, match=r"has ended: its driver or sound server failed$"):
        open_microphone(CaptureOptions(), argv=process(script), places=NOWHERE)


@pytest.mark.parametrize("script", ['os.write(1, b"x" * 100)\n', 'send(b"O", b"1")\n'])
def test_nonsense_is_one_sentence(script: str) -> None:
    with pytest.raises(DeviceError, match=r"sends garbage$"):
        open_microphone(CaptureOptions(), argv=process(script + "time.sleep(60)\n"), places=NOWHERE)


def test_a_process_that_takes_no_more_sound_is_lost_and_not_waited_for() -> None:
    script = _LOUDSPEAKER + 'send(b"O", b"[24000, 1, 1440]")\ntime.sleep(60)\n'
    loudspeaker = open_loudspeaker(SpeakerOptions(), argv=process(script), places=NOWHERE)
    with pytest.raises(DeviceError, match=r"takes no more sound$"):
        _write_for_ever(loudspeaker)
    loudspeaker.close()


def _write_for_ever(loudspeaker: SpeakerDevice) -> None:
    while True:
        loudspeaker.write(bytes(960))


def test_devices_are_listed_with_what_they_take() -> None:
    script = _LOUDSPEAKER + (
        'send(b"P", json.dumps([[f for f in formats if f[0] == 48000] '
        'for index, end, formats in order["probe"]]).encode())\n'
    )
    (device,), formats = list_devices(process(script), NOWHERE)
    assert list(formats.values()) == [[(48_000, 1), (48_000, 2)]]
    assert device.name == "Box: Audio"


def test_no_key_reaches_a_device_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("PULSE_SERVER", "unix:/somewhere")
    script = 'send(b"X", json.dumps([0, " ".join(sorted(os.environ))]).encode())\n'
    with pytest.raises(DeviceError) as raised:
        open_microphone(CaptureOptions(), argv=process(script), places=NOWHERE)
    assert "PULSE_SERVER" in str(raised.value)
    assert "KEY" not in str(raised.value)


def test_the_real_process_imports_nothing_that_is_big() -> None:
    code = "import sys; sys.path += sys.argv[1:]; import appliance.audio.device_process, pyaudio"
    code += "; big = {'numpy', 'typing', 'dataclasses', 'asyncio', 'inspect'} & set(sys.modules)"
    code += (
        "; import json; payload = json.dumps([0, 'it imports ' + (str(big) if big else 'little')]).encode()"
    )
    code += "; import os, struct; os.write(1, struct.pack('=cI', b'X', len(payload)) + payload)"
    real = command()
    argv = [*real[: real.index("-c") + 1], code, *real[real.index("-c") + 2 :]]
    with pytest.raises(DeviceError, match=r"it imports little$"):
        open_microphone(CaptureOptions(), argv=argv, places=NOWHERE)
