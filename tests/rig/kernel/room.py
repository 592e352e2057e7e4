"""Runs in the machine: the room around the appliance, at the far ends of the two cables in the kernel.

There is always some noise in it, as in every room. Somebody speaks when a file `say.raw` is put into
the folder: it is taken away and played. What is heard is added to `heard.raw`. A card that is unplugged
ends one of the two programs that this is made of; it is started again until the card is back. Usage:
room.py FOLDER MIC_HZ SPK_HZ
"""

import random
import subprocess
import sys
import threading
import time
from array import array
from pathlib import Path

BLOCK_MS = 20
# About -50 dB below full scale: a quiet room, and never the digital silence of a dead microphone.
NOISE = 60
RETRY_S = 0.2
_FORMAT = ("-q", "-t", "raw", "-f", "S16_LE", "-c", "1")


class Person:
    """What reaches the microphone, block by block."""

    def __init__(self, folder: Path, rate_hz: int) -> None:
        self._wish = folder / "say.raw"
        self._samples = rate_hz * BLOCK_MS // 1000
        noise = array("h", (random.randint(-NOISE, NOISE) for _ in range(rate_hz)))
        self._noise = [noise[at : at + self._samples] for at in range(0, rate_hz, self._samples)]
        self._turn = 0
        self._says = array("h")

    def block(self) -> bytes:
        """The next one: what is said, or noise."""
        if not self._says and self._wish.exists():
            self._says.frombytes(self._wish.read_bytes())
            self._wish.unlink()
        said, self._says = self._says[: self._samples], self._says[self._samples :]
        self._turn = (self._turn + 1) % len(self._noise)
        block = array("h", self._noise[self._turn])
        block[: len(said)] = said
        return block.tobytes()


def speak(folder: Path, rate_hz: int) -> None:
    """Be what the microphone hears, for good."""
    person = Person(folder, rate_hz)
    command = ["aplay", *_FORMAT, "-r", str(rate_hz), "-D", "plughw:Mic,0", "--buffer-time=200000", "-"]
    while True:
        with subprocess.Popen(command, stdin=subprocess.PIPE, bufsize=0, pipesize=4096) as player:
            assert player.stdin is not None
            try:
                while True:
                    player.stdin.write(person.block())
            except BrokenPipeError:
                player.kill()
        time.sleep(RETRY_S)


def listen(folder: Path, rate_hz: int) -> None:
    """Write down what the loudspeaker plays, for good."""
    command = ["arecord", *_FORMAT, "-r", str(rate_hz), "-D", "plughw:Spk,1"]
    while True:
        with (folder / "heard.raw").open("ab") as heard:
            subprocess.run(command, stdout=heard, check=False)
        time.sleep(RETRY_S)


def main() -> None:
    """Both ends, until the machine is switched off."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    threading.Thread(target=listen, args=(folder, int(sys.argv[3])), daemon=True).start()
    speak(folder, int(sys.argv[2]))


if __name__ == "__main__":
    main()
