"""An audio cable from a loudspeaker back to a microphone, as one PulseAudio: what is played is recorded."""

import os
from pathlib import Path
from typing import Self

from tests.rig.cable import SPEAKER_RATE_HZ, SoundServer

_ASOUND = """\
pcm.mic {{ type pulse; server "unix:{socket}"; device "cable_loop.monitor" }}
pcm.spk {{ type pulse; server "unix:{socket}"; device "cable_loop" }}
pcm.!default {{ type asym; playback.pcm "spk"; capture.pcm "mic" }}
"""


class LoopbackCable:
    """`with LoopbackCable(tmp_path) as cable:` processes with `cable.environment` hear what they play.

    The microphone is the monitor of the loudspeaker's own sink: nothing between the two can lose a sample,
    however busy the machine is.
    """

    def __init__(self, folder: Path) -> None:
        self.server = SoundServer(folder / "loop", "cable_loop", SPEAKER_RATE_HZ)
        asound = folder / "asound.conf"
        asound.write_text(_ASOUND.format(socket=self.server.socket))
        self.settings = {
            "ALSA_CONFIG_PATH": str(asound),
            "PULSE_RUNTIME_PATH": str(folder / "run"),
            "PULSE_STATE_PATH": str(folder / "state"),
            "PULSE_COOKIE": str(folder / "cookie"),
            "JACK_NO_START_SERVER": "1",
        }

    @property
    def environment(self) -> dict[str, str]:
        """This process's environment, with the cable in it."""
        return os.environ | self.settings

    def __enter__(self) -> Self:
        self.server.plug()
        return self

    def __exit__(self, *failure: object) -> None:
        self.server.unplug()
