"""From the loudspeaker's samples to the microphone's: distortion, room, delay, and a clock of its own.

Block by block, because what comes back may stop the answer that it comes from.
"""

from dataclasses import dataclass

import numpy as np

from appliance.pcm.formats import FULL_SCALE, NEAR_RATE_HZ, Pcm
from tests.listening.rooms import Sound

# Half of the window of a sinc around each sample that lies between two, in samples of the loudspeaker.
REACH = 16
# Share of half the microphone's rate that comes through.
PASSES = 0.95
# Of full scale: where the peaks of speech at the answers' level (rms -24 dBFS) begin to be.
PEAK = 0.25


@dataclass(frozen=True)
class EchoSpec:
    """How the loudspeaker is heard.

    `gain_db` is that of the level, over the whole path. `drift_ppm` > 0: the loudspeaker's clock is slow,
    so that the echo comes later and later. `drive` 0 is a linear loudspeaker, 1 one whose peaks (of
    speech at -24 dBFS) come out 3 dB lower than they should.
    """

    gain_db: float
    delay_ms: float
    drift_ppm: float = 0.0
    drive: float = 0.0


def saturate(sound: Sound, drive: float) -> Sound:
    """A loudspeaker that is driven too far (tanh); what is quiet stays as it is."""
    if drive <= 0:
        return sound
    # tanh is 3 dB below its line where the line is at 1.15.
    knee = PEAK * FULL_SCALE / (1.15 * drive)
    return knee * np.tanh(sound / knee)


class EchoPath:
    """Takes what left the loudspeaker (`play`) and gives what the microphone hears of it (`hear`).

    For what was not played yet `hear` takes silence: the delay must be longer than one block by 1 ms.
    `heard_as` is the room, at 16 kHz.
    """

    def __init__(self, spec: EchoSpec, out_rate_hz: int, heard_as: Sound, already_ms: float = 0.0) -> None:
        """`already_ms` of the delay are made elsewhere (a modelled device)."""
        self._drive = spec.drive
        self._step = out_rate_hz / NEAR_RATE_HZ / (1 + spec.drift_ppm * 1e-6)
        self._delay = (spec.delay_ms - already_ms) * out_rate_hz / 1000
        # A room adds its reverberation to the direct sound; the gain is that of the sum.
        self._heard_as = heard_as * 10 ** (spec.gain_db / 20) / np.sqrt(np.sum(heard_as**2))
        self._cutoff = PASSES * NEAR_RATE_HZ / out_rate_hz
        self._played: Sound = np.zeros(0)
        self._first = 0  # index of the first sample that is kept
        self._heard = 0
        self._tail: Sound = np.zeros(len(heard_as) - 1)

    def play(self, pcm: Pcm) -> None:
        """The next samples of the loudspeaker."""
        self._played = np.concatenate((self._played, saturate(pcm.astype(np.float64), self._drive)))

    def hear(self, count: int) -> Sound:
        """What the microphone hears of it, the next `count` samples."""
        times: Sound = (self._heard + np.arange(count, dtype=np.float64)) * self._step - self._delay
        self._heard += count
        reverberant = _full(self._at(times), self._heard_as)
        whole = np.zeros(len(self._tail) + count)
        whole[: len(self._tail)] = self._tail
        whole += reverberant[: len(whole)]
        self._tail = whole[count:]
        self._forget(float(times[-1]))
        return whole[:count]

    def _at(self, times: Sound) -> Sound:
        """The loudspeaker's sound between its samples, without what the microphone's rate cannot hold."""
        whole = np.floor(times).astype(np.int64)
        if whole[-1] + REACH < self._first or whole[0] - REACH >= self._first + len(self._played):
            return np.zeros(len(times))
        offsets = np.arange(1 - REACH, REACH + 1)
        index = whole[:, None] + offsets[None, :] - self._first
        there = (index >= 0) & (index < len(self._played))
        taken = np.where(there, self._played[np.clip(index, 0, len(self._played) - 1)], 0.0)
        away = (times - whole)[:, None] - offsets[None, :]
        window = 0.5 + 0.5 * np.cos(np.pi * np.clip(away / REACH, -1, 1))
        weights = self._cutoff * np.sinc(self._cutoff * away) * window
        return np.asarray((taken * weights).sum(axis=1), dtype=np.float64)

    def _forget(self, heard: float) -> None:
        """What nobody asks for again, now and then."""
        spare = int(heard) - REACH - self._first
        if spare > NEAR_RATE_HZ:
            self._played = self._played[spare:]
            self._first += spare


def whole_echo(spec: EchoSpec, out_rate_hz: int, heard_as: Sound, played: Pcm) -> Sound:
    """The echo of `played` from its first sample on, as long as it is, at 16 kHz."""
    path = EchoPath(spec, out_rate_hz, heard_as)
    path.play(played)
    blocks = [path.hear(NEAR_RATE_HZ // 10) for _ in range(-(-len(played) * 10 // out_rate_hz))]
    return np.concatenate(blocks)[: len(played) * NEAR_RATE_HZ // out_rate_hz]


def _full(a: Sound, b: Sound) -> Sound:
    size = 1 << (len(a) + len(b)).bit_length()
    return np.fft.irfft(np.fft.rfft(a, size) * np.fft.rfft(b, size), size)


def to_pcm(sound: Sound) -> Pcm:
    """As a converter does: rounded, and clipped at full scale."""
    return np.clip(np.rint(sound), -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)
