"""The cable's numbers in docs/decisions/0001 and 0002: `python -m tests.cable.measurements`, one minute."""

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

from appliance.audio.alsa import AlsaCapture, AlsaSpeaker
from appliance.audio.capture import CaptureThread
from appliance.audio.pacing import Pacer
from appliance.audio.playout import Playout, PlayoutOptions
from appliance.audio.seam import CaptureOptions, SpeakerOptions
from appliance.audio.speaker import Speaker
from appliance.pcm.ring import SampleRing
from tests.rig.cable import MIC_RATE_HZ, SPEAKER_RATE_HZ, VirtualCable

# A process that only holds PyAudio with one open stream and moves its blocks, as a device's child would.
_CHILD = """
import sys
sys.path.append(sys.argv[1])
{imports}
import pyaudio
portaudio = pyaudio.PyAudio()
index = next(i for i in range(portaudio.get_device_count())
             if portaudio.get_device_info_by_index(i)["name"] == "mic")
stream = portaudio.open(rate=16000, channels=1, format=pyaudio.paInt16, frames_per_buffer=512,
                        input=True, input_device_index=index)
for _ in range(10):
    stream.read(512)
print("up", flush=True)
stream.read(16000 * 60)
"""
_ALL_PLUGINS = "/usr/share/alsa/alsa.conf"


def _resident_mb(pid: int | str = "self") -> str:
    sizes = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        key, value, *_ = line.split()
        sizes[key] = int(value) / 1024
    return f"{sizes['Rss:']:.1f} MB resident, {sizes['Pss:']:.1f} proportional"


def measure_children(cable: VirtualCable) -> None:
    """What a process of its own costs, by what it imports, and with which ALSA configuration."""
    import pyaudio

    where = str(Path(pyaudio.__file__).parent.parent)
    every_plugin = f"{_ALL_PLUGINS}:{cable.settings['ALSA_CONFIG_PATH']}"
    for imports in ("", "import numpy"):
        for configuration in (cable.settings["ALSA_CONFIG_PATH"], every_plugin):
            began_s = time.monotonic()
            options = [] if imports else ["-I", "-S"]
            child = subprocess.Popen(
                [sys.executable, *options, "-c", _CHILD.format(imports=imports), where],
                env=cable.environment | {"ALSA_CONFIG_PATH": configuration},
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            assert child.stdout is not None
            child.stdout.readline()
            up_ms = (time.monotonic() - began_s - 10 * 0.032) * 1000
            which = "all ALSA plugins" if configuration == every_plugin else "the cable's ALSA only"
            print(f"child, {imports or 'no numpy'}, {which}: {_resident_mb(child.pid)}, up in {up_ms:.0f} ms")
            child.kill()
            child.communicate()


def measure_threads() -> None:
    """What both directions cost as threads of this process, in memory and processor time."""
    print(f"this process before: {_resident_mb()}")
    ended: list[Exception] = []
    microphone, loudspeaker = AlsaCapture(CaptureOptions()), AlsaSpeaker(SpeakerOptions())
    ring, wake = SampleRing.allocate(10 * MIC_RATE_HZ), threading.Event()
    capture = CaptureThread(microphone, ring, wake, ended.append, ended.append)
    playout = Playout(PlayoutOptions(loudspeaker.rate_hz))
    far = SampleRing.allocate(MIC_RATE_HZ)
    speaker = Speaker(playout, loudspeaker, far, lambda _: None, ended.append, ended.append)
    capture.start()
    speaker.start()
    time.sleep(1)
    print(f"this process with both threads: {_resident_mb()}")
    began_s, began_cpu_s = time.monotonic(), time.process_time()
    arrivals = []
    while time.monotonic() < began_s + 10:
        wake.wait()
        wake.clear()
        arrivals.append(time.monotonic())
    used = (time.process_time() - began_cpu_s) / (time.monotonic() - began_s)
    gaps_ms = np.diff(arrivals) * 1000
    print(f"both threads: {used:.1%} of a core")
    print(f"a block every {np.median(gaps_ms):.1f} ms, {gaps_ms.max():.1f} at most")
    print(f"overruns {capture.overruns}, underruns {speaker.underruns}, beyond limit {speaker.beyond_limit}")
    began_s = time.monotonic()
    closed = speaker.close()
    print(f"speaker closed: {closed}, in {(time.monotonic() - began_s) * 1000:.0f} ms")
    print(f"capture stopped: {capture.stop()}; failures: {ended}")


def measure_delay(cable: VirtualCable) -> None:
    """The delay that the device tells, against the one that the cable's ear hears."""
    command = ["parec", "--device=cable_spk.monitor", "--raw", "--format=s16le", "--channels=1"]
    command += [f"--rate={SPEAKER_RATE_HZ}", "--latency-msec=5"]
    ear = subprocess.Popen(command, env=cable.environment, stdout=subprocess.PIPE)
    assert ear.stdout is not None
    output = ear.stdout.fileno()
    clicks_s: list[float] = []

    def listen() -> None:
        while data := os.read(output, 4800):
            loud = np.flatnonzero(np.frombuffer(data[: len(data) // 2 * 2], np.int16) > 8000)
            if len(loud):
                clicks_s.append(time.monotonic() - (len(data) // 2 - loud[0]) / SPEAKER_RATE_HZ)

    threading.Thread(target=listen, daemon=True).start()
    device = AlsaSpeaker(SpeakerOptions())
    pacer = Pacer(device)
    silence = bytes(2 * device.block_samples)
    click = np.full(40, 20_000, np.int16).tobytes() + silence[80:]
    expected_s, told_ms = [], []
    for number in range(400):
        delay_samples = pacer.wait_for_room(device.block_samples)
        if number % 25 != 24:
            device.write(silence)
            continue
        expected_s.append(time.monotonic() + delay_samples / device.rate_hz)
        device.write(click)
        told_ms.append(delay_samples * 1000 / device.rate_hz)
    time.sleep(0.3)
    ear.kill()
    off_ms = [1000 * min((at - due for at in clicks_s), key=abs) for due in expected_s]
    print(
        f"delay told {statistics.median(told_ms):.1f} ms; heard later by {statistics.median(off_ms):.1f} ms "
        f"({min(off_ms):.1f} … {max(off_ms):.1f}), the ear's own 5 ms included"
    )
    device.close()


def measure_blocking_read(cable: VirtualCable, stop: signal.Signals) -> None:
    """How long PortAudio's own `read` takes when the sound server hangs or dies for 5 s."""
    device = AlsaCapture(CaptureOptions())
    took_s: list[float] = []

    def read_two_seconds() -> None:
        began_s = time.monotonic()
        try:
            device._stream.stream.read(2 * MIC_RATE_HZ, exception_on_overflow=False)
        except OSError as error:
            print(f"  {error}")
        took_s.append(time.monotonic() - began_s)

    reader = threading.Thread(target=read_two_seconds, daemon=True)
    reader.start()
    time.sleep(0.5)
    cable.signal(stop)
    reader.join(5)
    print(
        f"PortAudio's read of 2 s, {stop.name} after 0.5 s: " + (f"{took_s[0]:.1f} s" if took_s else "hangs")
    )
    if stop is signal.SIGSTOP:
        cable.signal(signal.SIGCONT)
        reader.join(5)
    device.close()


def main() -> None:
    """Everything, one line each."""
    with tempfile.TemporaryDirectory() as folder, VirtualCable(Path(folder)) as cable:
        os.environ.update(cable.settings)
        measure_children(cable)
        measure_threads()
        measure_delay(cable)
        measure_blocking_read(cable, signal.SIGSTOP)
        measure_blocking_read(cable, signal.SIGKILL)


if __name__ == "__main__":
    main()
