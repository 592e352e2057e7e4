"""The cable's numbers in docs/decisions/0002 and 0010: `python -m tests.cable.measurements`, one minute."""

import os
import queue
import signal
import statistics
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np

from appliance.audio.capture import CaptureThread
from appliance.audio.devices import open_loudspeaker, open_microphone
from appliance.audio.outlet import Outlet
from appliance.audio.pacing import Pacer
from appliance.audio.playout import Playout, PlayoutOptions
from appliance.audio.seam import CaptureOptions, SpeakerOptions
from appliance.audio.speaker import Speaker
from appliance.pcm.ring import SampleRing
from tests.rig.cable import MIC_RATE_HZ, SPEAKER_RATE_HZ, VirtualCable

_ALL_PLUGINS = "/usr/share/alsa/alsa.conf"


def _memory(pid: int | str = "self") -> str:
    sizes = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        key, value, *_ = line.split()
        sizes[key] = int(value) / 1024
    private = sizes["Private_Dirty:"] + sizes["Private_Clean:"]
    return f"{sizes['Rss:']:.1f} MB resident, {sizes['Pss:']:.1f} proportional, {private:.1f} of its own"


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _children() -> list[int]:
    listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [int(pid) for pid in listed if "device_process" in Path(f"/proc/{pid}/cmdline").read_text()]


def measure_opening(cable: VirtualCable) -> None:
    """How long opening takes, and what a device process costs, by the ALSA configuration."""
    ours = cable.settings["ALSA_CONFIG_PATH"]
    for name, configuration in (
        ("the cable's ALSA only", ours),
        ("all ALSA plugins", f"{_ALL_PLUGINS}:{ours}"),
    ):
        os.environ["ALSA_CONFIG_PATH"] = configuration
        began_s = time.monotonic()
        microphone = open_microphone(CaptureOptions("mic"))
        opened_ms = (time.monotonic() - began_s) * 1000
        microphone.read()
        (child,) = _children()
        print(f"open in {opened_ms:.0f} ms, {_cpu_s(child):.2f} s of a core, {name}: {_memory(child)}")
        microphone.close()
    os.environ["ALSA_CONFIG_PATH"] = ours


def measure_both() -> None:
    """What both directions cost while they run, here and in their processes."""
    print(f"this process before: {_memory()}")
    said: queue.SimpleQueue[object] = queue.SimpleQueue()
    heard, spoken = CaptureOptions("mic"), SpeakerOptions("spk")
    microphone, loudspeaker = open_microphone(heard), open_loudspeaker(spoken)
    ring, wake = SampleRing.allocate(10 * MIC_RATE_HZ), threading.Event()
    capture = CaptureThread(
        microphone,
        lambda name, keep_on: open_microphone(heard, keep_on),
        ring,
        microphone.rate_hz,
        wake,
        said.put,
        said.put,
        lambda: None,
        lambda warning: None,
    )
    speaker = Speaker(
        Playout(PlayoutOptions(loudspeaker.rate_hz)),
        loudspeaker.rate_hz,
        loudspeaker,
        lambda name, keep_on: open_loudspeaker(spoken, keep_on),
        SampleRing.allocate(MIC_RATE_HZ),
        said.put,
        said.put,
        said.put,
    )
    capture.start()
    speaker.start()
    time.sleep(1)
    children = _children()
    print(f"this process with both threads: {_memory()}")
    print("".join(f"a device's process: {_memory(child)}\n" for child in children), end="")
    began_s, began_cpu_s = time.monotonic(), time.process_time()
    began_children_s = [_cpu_s(child) for child in children]
    arrivals = []
    while time.monotonic() < began_s + 10:
        wake.wait()
        wake.clear()
        arrivals.append(time.monotonic())
    lasted_s = time.monotonic() - began_s
    used = (time.process_time() - began_cpu_s) / lasted_s
    theirs = [
        (_cpu_s(child) - before) / lasted_s for child, before in zip(children, began_children_s, strict=True)
    ]
    gaps_ms = np.diff(arrivals) * 1000
    print(
        f"both threads: {used:.1%} of a core; the processes: {', '.join(f'{share:.1%}' for share in theirs)}"
    )
    print(f"a block every {np.median(gaps_ms):.1f} ms, {gaps_ms.max():.1f} at most")
    print(f"overruns {capture.overruns}, underruns {speaker.underruns}, beyond limit {speaker.beyond_limit}")
    began_s = time.monotonic()
    closed = speaker.close()
    print(f"speaker closed: {closed}, in {(time.monotonic() - began_s) * 1000:.0f} ms")
    print(f"capture stopped: {capture.stop()}; nothing was said: {said.empty()}")


def measure_delay(cable: VirtualCable) -> None:
    """The delay that the device tells, against the one that the cable's ear hears."""
    command = ["parec", "--device=cable_spk.monitor", "--raw", "--format=s16le", "--channels=1"]
    command += [f"--rate={SPEAKER_RATE_HZ}", "--latency-msec=5"]
    environment = cable.environment | cable.loudspeaker.settings
    ear = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
    assert ear.stdout is not None
    output = ear.stdout.fileno()
    clicks_s: list[float] = []

    def listen() -> None:
        while data := os.read(output, 4800):
            loud = np.flatnonzero(np.frombuffer(data[: len(data) // 2 * 2], np.int16) > 8000)
            if len(loud):
                clicks_s.append(time.monotonic() - (len(data) // 2 - loud[0]) / SPEAKER_RATE_HZ)

    threading.Thread(target=listen, daemon=True).start()
    for playout_hz in (SPEAKER_RATE_HZ, 16_000):
        loudspeaker = open_loudspeaker(SpeakerOptions("spk", SPEAKER_RATE_HZ))
        outlet = Outlet(loudspeaker, playout_hz)
        pacer = Pacer(outlet)
        click = np.zeros(outlet.block_samples, np.int16)
        click[:40] = 20_000
        clicks_s.clear()
        expected_s, told_ms = [], []
        for number in range(410):
            delay_samples = pacer.wait_for_room(outlet.block_samples)
            if number % 25 != 24:
                outlet.write(np.zeros(outlet.block_samples, np.int16))
                continue
            expected_s.append(time.monotonic() + delay_samples / playout_hz)
            outlet.write(click)
            told_ms.append(delay_samples * 1000 / playout_hz)
        time.sleep(0.3)
        off_ms = [1000 * min((at - due for at in clicks_s), key=abs) for due in expected_s]
        print(
            f"playout at {playout_hz} Hz: delay told {statistics.median(told_ms):.1f} ms; heard later by "
            f"{statistics.median(off_ms):.1f} ms ({min(off_ms):.1f} … {max(off_ms):.1f}), with 5 of the ear"
        )
        loudspeaker.close()
    ear.kill()
    ear.communicate()


def open_blocking(name: str, rate_hz: int) -> Any:
    """A microphone as PyAudio itself opens it, in this process."""
    import pyaudio

    portaudio = pyaudio.PyAudio()
    devices = [portaudio.get_device_info_by_index(index) for index in range(portaudio.get_device_count())]
    (index,) = [device["index"] for device in devices if device["name"].startswith(name)]
    return portaudio.open(
        rate=rate_hz,
        channels=1,
        format=pyaudio.paInt16,
        frames_per_buffer=512,
        input=True,
        input_device_index=index,
    )


def measure_blocking_read(cable: VirtualCable, stop: signal.Signals) -> None:
    """How long PortAudio's own `read` takes when the sound server hangs or dies for 5 s."""
    stream = open_blocking("mic", MIC_RATE_HZ)
    took_s: list[float] = []

    def read_two_seconds() -> None:
        began_s = time.monotonic()
        try:
            stream.read(2 * MIC_RATE_HZ, exception_on_overflow=False)
        except OSError as error:
            print(f"  {error}")
        took_s.append(time.monotonic() - began_s)

    reader = threading.Thread(target=read_two_seconds, daemon=True)
    reader.start()
    time.sleep(0.5)
    cable.microphone.signal(stop)
    reader.join(5)
    print(
        f"PortAudio's read of 2 s, {stop.name} after 0.5 s: " + (f"{took_s[0]:.1f} s" if took_s else "hangs")
    )
    if stop is signal.SIGSTOP:
        cable.microphone.signal(signal.SIGCONT)
        reader.join(5)


def main() -> None:
    """Everything, one line each."""
    with tempfile.TemporaryDirectory() as folder, VirtualCable(Path(folder)) as cable:
        os.environ.update(cable.settings)
        measure_opening(cable)
        measure_both()
        measure_delay(cable)
        measure_blocking_read(cable, signal.SIGSTOP)
        measure_blocking_read(cable, signal.SIGKILL)


if __name__ == "__main__":
    main()
