"""A virtual audio cable: two private PulseAudios whose null sinks stand for a microphone and a loudspeaker.

The process under test sees the ALSA devices `mic`, `spk` and `default`; the test speaks into the one
and listens at the other. Works as any user, root too, and without a sound card.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from appliance.pcm.formats import Pcm, pcm_from_bytes

MIC_RATE_HZ = 16_000
SPEAKER_RATE_HZ = 24_000

# PulseAudio starts in 0.1 s here; a busy machine may take its time.
START_TIMEOUT_S = 10.0
STOP_TIMEOUT_S = 5.0

# `norewinds`: otherwise a null sink renders up to 2 s ahead and a new stream waits as long for its turn.
_SCRIPT = """\
load-module module-native-protocol-unix auth-anonymous=1 socket={socket}
load-module module-null-sink sink_name={sink} rate={rate_hz} channels={channels} format=s16le norewinds=1
"""
_SERVER_OPTIONS = ("--exit-idle-time=-1", "--daemonize=no", "--use-pid-file=no")
_ASOUND = """\
pcm.mic {{ type pulse; server "unix:{mic}"; device "cable_mic.monitor" }}
pcm.spk {{ type pulse; server "unix:{spk}"; device "cable_spk" }}
pcm.!default {{ type asym; playback.pcm "spk"; capture.pcm "mic" }}
"""


class SoundServer:
    """A PulseAudio with one null sink: one end of the cable, plugged in while it runs."""

    def __init__(self, folder: Path, sink: str, rate_hz: int, channels: int = 1) -> None:
        folder.mkdir(exist_ok=True)
        self.sink = sink
        self.socket = folder / "native"
        self._log = folder / "log"
        self._script = folder / "server.pa"
        self._script.write_text(
            _SCRIPT.format(socket=self.socket, sink=sink, rate_hz=rate_hz, channels=channels)
        )
        self.settings = {
            "PULSE_SERVER": f"unix:{self.socket}",
            "PULSE_RUNTIME_PATH": str(folder / "run"),
            "PULSE_STATE_PATH": str(folder / "state"),
            "PULSE_COOKIE": str(folder / "cookie"),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def plug(self) -> None:
        """Start it; returns when the sink exists."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                ["pulseaudio", "-n", "-F", str(self._script), *_SERVER_OPTIONS],
                env=os.environ | self.settings,
                stderr=log,
            )
        deadline_s = time.monotonic() + START_TIMEOUT_S
        while self.sink not in self._list("sinks"):
            if time.monotonic() > deadline_s or self._process.poll() is not None:
                raise AssertionError(f"PulseAudio does not start: {self._log.read_text()}")
            time.sleep(0.02)

    def unplug(self) -> None:
        """Kill it: the device is gone at once, as when its plug is pulled."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(STOP_TIMEOUT_S)

    def signal(self, number: signal.Signals) -> None:
        """Freeze, thaw or kill it."""
        assert self._process is not None
        self._process.send_signal(number)

    def load(self, module: str, *arguments: str) -> None:
        """Load one more module."""
        self._control("load-module", module, *arguments)

    def set_inputs(self, db: float) -> None:
        """Everything that is played into the sink from here on is so loud; it was at 0 dB."""
        for line in self._list("sink-inputs").splitlines():
            self._control("set-sink-input-volume", line.split()[0], f"{db:g}dB")

    def _control(self, *command: str) -> None:
        subprocess.run(
            ["pactl", *command],
            env=os.environ | self.settings,
            check=True,
            timeout=START_TIMEOUT_S,
            stdout=subprocess.DEVNULL,
        )

    def recorded(self) -> str:
        """Who records from it, a line each."""
        return self._list("source-outputs")

    def _list(self, what: str) -> str:
        listing = subprocess.run(
            ["pactl", "list", "short", what],
            env=os.environ | self.settings,
            capture_output=True,
            text=True,
            check=False,
        )
        return listing.stdout


class VirtualCable:
    """`with VirtualCable(tmp_path) as cable:` the devices exist for processes with `cable.environment`.

    Each direction has a sound server of its own: on a shared one a stream whose device is unplugged
    moves to the other device, without a word. `channels` are the microphone's.
    """

    def __init__(self, folder: Path, *, channels: int = 1) -> None:
        self._folder = folder
        self._speaking: list[subprocess.Popen[bytes]] = []
        self.microphone = SoundServer(folder / "mic", "cable_mic", MIC_RATE_HZ, channels)
        self.loudspeaker = SoundServer(folder / "spk", "cable_spk", SPEAKER_RATE_HZ)
        asound = folder / "asound.conf"
        asound.write_text(_ASOUND.format(mic=self.microphone.socket, spk=self.loudspeaker.socket))
        self.settings = {
            "ALSA_CONFIG_PATH": str(asound),
            "PULSE_RUNTIME_PATH": str(folder / "run"),
            "PULSE_STATE_PATH": str(folder / "state"),
            "PULSE_COOKIE": str(folder / "cookie"),
            "JACK_NO_START_SERVER": "1",
        }
        # What is kept, such as the volume, is no other test's; who needs another place may name it.
        self._places = {
            "STATE_DIRECTORY": str(folder / "kept"),
            "APPLIANCE_SOCKET": str(folder / "control.sock"),
        }

    @property
    def environment(self) -> dict[str, str]:
        """This process's environment, with the cable in it."""
        return self._places | os.environ | self.settings

    def __enter__(self) -> Self:
        self.plug()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.unplug()

    def plug(self) -> None:
        """Start both servers; returns when both devices exist."""
        for program in ("pulseaudio", "pactl", "paplay", "parec"):
            if shutil.which(program) is None:
                raise AssertionError(
                    f"{program} is missing: install pulseaudio, pulseaudio-utils, libasound2-plugins"
                )
        self.microphone.plug()
        self.loudspeaker.plug()

    def unplug(self) -> None:
        """Both devices are gone at once, as when a USB hub is pulled; nobody speaks any more."""
        self.microphone.unplug()
        self.loudspeaker.unplug()
        for speaking in self._speaking:
            speaking.kill()
            speaking.wait(STOP_TIMEOUT_S)
        self._speaking.clear()

    def hear_loudspeaker(self, db: float, latency_ms: int) -> None:
        """From here on the microphone hears the loudspeaker, so loud and so late; nobody speaks yet."""
        self.microphone.load(
            "module-tunnel-source",
            f"server=unix:{self.loudspeaker.socket}",
            "source=cable_spk.monitor",
            "source_name=room",
        )
        # Air does not stretch: a loopback that may plays up to a hundredth faster or slower.
        steady = "adjust_time=0"
        self.microphone.load(
            "module-loopback", "source=room", "sink=cable_mic", f"latency_msec={latency_ms}", steady
        )
        self.microphone.set_inputs(db)

    def speak(self, wav: Path) -> None:
        """Play `wav` into the microphone; returns at its end."""
        self.start_speaking(wav)
        assert self._speaking[-1].wait() == 0

    def start_speaking(self, wav: Path) -> None:
        """Play `wav` into the microphone; returns at once. It ends with the wav, or with the microphone."""
        self._speaking.append(
            subprocess.Popen(
                ["paplay", "--device=cable_mic", "--latency-msec=50", str(wav)],
                env=self.environment | self.microphone.settings,
                stderr=subprocess.DEVNULL,
            )
        )

    @contextmanager
    def listening(self) -> Iterator["Ear"]:
        """An ear at the loudspeaker, which hears from the moment the block is entered until it is left."""
        command = ["parec", "--device=cable_spk.monitor", "--raw", "--format=s16le", "--channels=1"]
        command += [f"--rate={SPEAKER_RATE_HZ}", "--latency-msec=20"]
        heard = self._folder / "heard.raw"
        with heard.open("wb") as file:
            recorder = subprocess.Popen(
                command, env=self.environment | self.loudspeaker.settings, stdout=file
            )
        try:
            ear = Ear(heard)
            ear.wait_for(1)
            yield ear
        finally:
            recorder.kill()
            recorder.wait(STOP_TIMEOUT_S)


class Ear:
    """What was heard at the loudspeaker so far, at SPEAKER_RATE_HZ."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @property
    def heard(self) -> Pcm:
        """Everything since the ear was opened."""
        data = self._file.read_bytes()
        return pcm_from_bytes(data[: len(data) // 2 * 2])

    def wait_for(self, samples: int, timeout_s: float = START_TIMEOUT_S) -> None:
        """Return when `samples` more were heard."""
        wanted_bytes = self._file.stat().st_size + 2 * samples
        deadline_s = time.monotonic() + timeout_s
        while self._file.stat().st_size < wanted_bytes:
            assert time.monotonic() < deadline_s, f"the ear heard nothing for {timeout_s} s"
            time.sleep(0.01)


def lag_of(part: Pcm, whole: Pcm) -> tuple[int, float]:
    """Where in `whole` the samples of `part` are, and how alike they are there (correlation, 1: the same)."""
    size = 1 << (len(part) + len(whole)).bit_length()
    x, y = whole.astype(np.float64), part.astype(np.float64)
    product = np.fft.irfft(np.fft.rfft(x, size) * np.conj(np.fft.rfft(y, size)), size)
    lag = int(product[: len(whole) - len(part) + 1].argmax())
    there = x[lag : lag + len(part)]
    return lag, float(there @ y / (np.linalg.norm(there) * np.linalg.norm(y) + 1e-9))
