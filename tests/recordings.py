"""Real recorded speech with known text: what the Debian package `pocketsphinx-testdata` holds.

The labels of where speech begins and ends come from the level of the whole recording, with its
own noise floor known: whoever judges hearing by them does not ask hearing.
"""

import wave
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from appliance.pcm.formats import NEAR_RATE_HZ, Pcm

FOLDER = Path("/usr/share/pocketsphinx/test/data")
AUSTEN = "librivox/sense_and_sensibility_01_austen_64kb-"

TEXTS = {
    "cards/001.wav": "ten of clubs",
    "cards/002.wav": "four queen of clubs",
    "cards/003.wav": "seven of clubs",
    "cards/004.wav": "five five",
    "cards/005.wav": "eight of spades four of clubs seven of hearts",
    AUSTEN
    + "0870.wav": "and mister john dashwood had then leisure to consider how much there might be prudently"
    " in his power to do for them",
    AUSTEN + "0880.wav": "he was not an ill disposed young man",
    AUSTEN + "0890.wav": "unless to be rather cold hearted and rather selfish is to be ill disposed",
    AUSTEN + "0920.wav": "had he married a more amiable woman he might have been made still more respectable"
    " than he was",
    AUSTEN + "0930.wav": "he might even have been made amiable himself",
    "goforward.raw": "go forward ten meters",
    "something.raw": "go somewhere and do something",
    "numbers.raw": "thirty three four six ninety two",
    "tidigits/dhd.2934z.raw": "two nine three four zero",
}

RUMBLE_HZ = 80  # some recordings end in 200 ms of it, 15 dB above the room: breath and handling
FRAME_SAMPLES = NEAR_RATE_HZ // 100
FLOOR_FRAMES = 10  # the quietest 100 ms are the noise of the room
ABOVE_FLOOR_DB = 10
BELOW_PEAK_DB = 25
PAUSE_FRAMES = 9  # sounds closer together than this belong to one word
WORD_FRAMES = 8  # fewer loud frames than this between two pauses are a click or a breath


@dataclass(frozen=True, eq=False)
class Recording:
    """One utterance, 16 kHz, with the samples [speech_start, speech_end) in which somebody speaks."""

    name: str
    path: Path
    text: str
    pcm: Pcm
    speech_start: int
    speech_end: int

    def __repr__(self) -> str:
        return f"<{self.name}: {self.text!r}>"


@cache
def recordings() -> tuple[Recording, ...]:
    """All recordings, shortest names as in the package; RuntimeError when it is not installed."""
    return tuple(_read(name, text) for name, text in TEXTS.items())


def speech_span(pcm: Pcm) -> tuple[int, int]:
    """The samples between which somebody speaks, to 10 ms.

    A frame is loud when it and its neighbourhood stand 10 dB above the quietest 100 ms of the
    recording and not more than 25 dB below its loud frames, without what is lower than a voice.
    """
    spectrum = np.fft.rfft(pcm / 32768)
    spectrum[np.fft.rfftfreq(len(pcm), 1 / NEAR_RATE_HZ) < RUMBLE_HZ] = 0
    voice = np.fft.irfft(spectrum, len(pcm))
    frames = voice[: len(pcm) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    power = np.maximum(np.mean(frames**2, axis=1), 1e-12)
    around = np.convolve(np.pad(power, 1, mode="edge"), np.full(3, 1 / 3), "valid")
    floor = np.convolve(power, np.full(FLOOR_FRAMES, 1 / FLOOR_FRAMES), "valid").min()
    threshold = max(
        floor * 10 ** (ABOVE_FLOOR_DB / 10), np.percentile(power, 95) * 10 ** (-BELOW_PEAK_DB / 10)
    )
    loud = np.flatnonzero((power >= threshold) & (around >= threshold))
    groups = np.split(loud, np.flatnonzero(np.diff(loud) > PAUSE_FRAMES) + 1)
    words = [group for group in groups if len(group) >= WORD_FRAMES]
    return int(words[0][0]) * FRAME_SAMPLES, (int(words[-1][-1]) + 1) * FRAME_SAMPLES


def _read(name: str, text: str) -> Recording:
    path = FOLDER / name
    if not path.is_file():
        raise RuntimeError(f"{path} is missing: install the Debian package pocketsphinx-testdata")
    pcm = _read_wav(path) if path.suffix == ".wav" else np.fromfile(path, dtype="<i2").astype(np.int16)
    start, end = speech_span(pcm)
    return Recording(name, path, text, pcm, start, end)


def _read_wav(path: Path) -> Pcm:
    with wave.open(str(path), "rb") as file:
        if (file.getframerate(), file.getnchannels(), file.getsampwidth()) != (NEAR_RATE_HZ, 1, 2):
            raise RuntimeError(f"{path} is not 16 kHz, mono, 16 bit")
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.int16)
