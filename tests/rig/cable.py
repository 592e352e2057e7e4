"""A virtual audio cable: a private PulseAudio whose two null sinks stand for a microphone and a loudspeaker.

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
_SINK = "load-module module-null-sink sink_name={name} rate={rate} channels=1 format=s16le norewinds=1\n"
_SERVER_OPTIONS = ("--exit-idle-time=-1", "--daemonize=no", "--use-pid-file=no")
_SERVER = "load-module module-native-protocol-unix auth-anonymous=1 socket={socket}\n"
_LOOPBACK = "load-module module-loopback source=cable_spk.monitor sink=cable_mic latency_msec=20\n"
_ASOUND = """\
pcm.mic {{ type pulse; server "unix:{socket}"; device "cable_mic.monitor" }}
pcm.spk {{ type pulse; server "unix:{socket}"; device "cable_spk" }}
pcm.!default {{ type asym; playback.pcm "spk"; capture.pcm "mic" }}
"""


class VirtualCable:
    """`with VirtualCable(tmp_path) as cable:` the devices exist for processes with `cable.environment`.

    `loopback`: what the loudspeaker plays reaches the microphone.
    """

    def __init__(self, folder: Path, *, loopback: bool = False) -> None:
        self._folder = folder
        self._socket = folder / "native"
        script = _SERVER.format(socket=self._socket)
        script += _SINK.format(name="cable_mic", rate=MIC_RATE_HZ)
        script += _SINK.format(name="cable_spk", rate=SPEAKER_RATE_HZ)
        (folder / "cable.pa").write_text(script + (_LOOPBACK if loopback else ""))
        (folder / "asound.conf").write_text(_ASOUND.format(socket=self._socket))
        self.settings = {
            "ALSA_CONFIG_PATH": str(folder / "asound.conf"),
            "PULSE_SERVER": f"unix:{self._socket}",
            "PULSE_RUNTIME_PATH": str(folder / "run"),
            "PULSE_STATE_PATH": str(folder / "state"),
            "PULSE_COOKIE": str(folder / "cookie"),
            "JACK_NO_START_SERVER": "1",
        }
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """This process's environment, with the cable in it."""
        return os.environ | self.settings

    def __enter__(self) -> Self:
        self.plug()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.unplug()

    def plug(self) -> None:
        """Start the server; returns when both devices exist."""
        for program in ("pulseaudio", "pactl", "paplay", "parec"):
            if shutil.which(program) is None:
                raise AssertionError(
                    f"{program} is missing: install pulseaudio, pulseaudio-utils, libasound2-plugins"
                )
        log = (self._folder / "log").open("ab")
        with log:
            self._server = subprocess.Popen(
                ["pulseaudio", "-n", "-F", str(self._folder / "cable.pa"), *_SERVER_OPTIONS],
                env=self.environment,
                stderr=log,
            )
        deadline_s = time.monotonic() + START_TIMEOUT_S
        while "cable_spk" not in self._sinks():
            if time.monotonic() > deadline_s or self._server.poll() is not None:
                raise AssertionError(f"PulseAudio does not start: {(self._folder / 'log').read_text()}")
            time.sleep(0.02)

    def unplug(self) -> None:
        """Kill the server: both devices are gone at once, as when a USB hub is pulled."""
        if self._server is not None:
            self._server.kill()
            self._server.wait(STOP_TIMEOUT_S)

    def signal(self, number: signal.Signals) -> None:
        """Freeze, thaw or kill the sound server."""
        assert self._server is not None
        self._server.send_signal(number)

    def speak(self, wav: Path) -> None:
        """Play `wav` into the microphone; returns at its end."""
        subprocess.run(
            ["paplay", "--device=cable_mic", "--latency-msec=50", str(wav)], env=self.environment, check=True
        )

    @contextmanager
    def listening(self) -> Iterator["Ear"]:
        """An ear at the loudspeaker, which hears from the moment the block is entered until it is left."""
        command = ["parec", "--device=cable_spk.monitor", "--raw", "--format=s16le", "--channels=1"]
        command += [f"--rate={SPEAKER_RATE_HZ}", "--latency-msec=20"]
        heard = self._folder / "heard.raw"
        with heard.open("wb") as file:
            recorder = subprocess.Popen(command, env=self.environment, stdout=file)
        try:
            ear = Ear(heard)
            ear.wait_for(1)
            yield ear
        finally:
            recorder.kill()
            recorder.wait(STOP_TIMEOUT_S)

    def _sinks(self) -> str:
        listing = subprocess.run(
            ["pactl", "list", "short", "sinks"],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return listing.stdout


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
