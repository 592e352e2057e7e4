"""Recordings of loopback tests that never ran: a person, an answer's tone, and what may go wrong with it."""

import numpy as np

from appliance.pcm.formats import Pcm
from appliance.service.bench.results import Mark, Run
from appliance.service.bench.sounds import ANSWER_S, TONE_DBFS, TONE_HZ, Utterance

RATE_HZ = 16_000
WITHOUT_GAPS = {"loudspeaker_underruns": 0, "microphone_overruns": 0}


def speech(seconds: float, seed: int) -> Utterance:
    """Noise below 4 kHz that swells and falls like syllables, loud to its very ends."""
    count = round(seconds * RATE_HZ)
    noise = np.fft.rfft(np.random.default_rng(seed).normal(0, 3000, count))
    noise[np.fft.rfftfreq(count, 1 / RATE_HZ) > 3900] = 0
    swell = 0.6 + 0.4 * np.cos(2 * np.pi * 4 * np.arange(count) / RATE_HZ)
    return Utterance((np.fft.irfft(noise, count) * swell).astype(np.int16), 0, count)


QUESTION = speech(1.0, 1)
INTERRUPTION = speech(3.0, 2)


class Tape:
    """A recording that is put together piece by piece; instants in ms."""

    def __init__(self, seconds: float, noise_dbfs: float = -70.0) -> None:
        count = round(seconds * RATE_HZ)
        noise = np.random.default_rng(3).normal(0, 32768 * 10 ** (noise_dbfs / 20), count)
        self._sound = noise
        self.marks: list[Mark] = []

    def say(self, kind: str, at_ms: float, *, late_ms: float = 50.0) -> None:
        """The person says it at `at_ms`, and the mark is `late_ms` before that."""
        said = QUESTION if kind == "question" else INTERRUPTION
        self.marks.append({"mark": kind, "sample": self._at(at_ms - late_ms)})
        self._sound[self._at(at_ms) : self._at(at_ms) + len(said.pcm)] += said.pcm

    def answer(self, from_ms: float, to_ms: float | None = None) -> None:
        """The tone sounds."""
        end = self._at(from_ms + ANSWER_S * 1000 if to_ms is None else to_ms)
        time_s = np.arange(self._at(from_ms), end) / RATE_HZ
        amplitude = 32768 * 10 ** (TONE_DBFS / 20) * np.sqrt(2)
        self._sound[self._at(from_ms) : end] += amplitude * np.cos(2 * np.pi * TONE_HZ * time_s)

    def lose(self, from_ms: float, to_ms: float) -> None:
        """Silence in place of what was there."""
        self._sound[self._at(from_ms) : self._at(to_ms)] = 0

    @property
    def pcm(self) -> Pcm:
        return self._sound.clip(-32768, 32767).astype(np.int16)

    def run(self, counters: dict[str, int] | None = None) -> Run:
        """As it was left behind."""
        return Run(self.pcm, RATE_HZ, self.marks, counters or WITHOUT_GAPS, QUESTION, INTERRUPTION, 800)

    @staticmethod
    def _at(ms: float) -> int:
        return round(ms * RATE_HZ / 1000)
