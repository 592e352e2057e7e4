"""What the recording of a loopback test shows: when the person spoke, and when the answer sounded. Pure."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from appliance.pcm.formats import Pcm

Levels = npt.NDArray[np.float64]

# An utterance is found where the recording is so much like it; a cable gives 0.9 and more, a room less.
_ALIKE: Final = 0.5
# Within so many seconds of when it was given to the loudspeaker it must be heard.
_FOUND_WITHIN_S: Final = 2.0

# The level of the tone: within how many milliseconds, and in what steps. A window in the shape of a bell:
# speech beside the tone disappears, and its middle is at the edge when half of the tone is in it.
_WINDOW_MS: Final = 8.0
_STEP_MS: Final = 0.5

# A cable does not carry all frequencies alike.
_EXPECTED_DB: Final = 12.0

_SOUNDS_DB: Final = -6.0  # at the edge half of the window is filled
_QUIET_DB: Final = -20.0
_GAP_DB: Final = -12.0
_GAP_MS: Final = 4.0


@dataclass(frozen=True, slots=True)
class Tone:
    """The level of the answer's tone in dB over its usual level, one value each `_STEP_MS`."""

    level_db: Levels

    def starts_after(self, at_ms: float) -> float | None:
        """When it begins to sound; None where it never does."""
        return self._first(self.level_db >= _SOUNDS_DB, at_ms)

    def quiet_after(self, at_ms: float) -> float | None:
        """When it is 20 dB down, and stays so for 4 ms."""
        quiet = self.level_db <= _QUIET_DB
        return self._first(_lasting(quiet), at_ms)

    def gaps(self, from_ms: float, to_ms: float) -> int:
        """How often between two instants it is missing for 4 ms or more: an answer has no pauses."""
        low = _lasting(self.level_db[_step(from_ms) : _step(to_ms)] <= _GAP_DB)
        return int(np.count_nonzero(np.diff(np.concatenate(([False], low)).astype(np.int8)) == 1))

    def _first(self, found: npt.NDArray[np.bool_], from_ms: float) -> float | None:
        places = np.flatnonzero(found[_step(from_ms) :])
        return (int(places[0]) + _step(from_ms)) * _STEP_MS if len(places) else None


def tone_in(recording: Pcm, rate_hz: int, tone_hz: float, expected_dbfs: float) -> Tone:
    """The tone of `tone_hz` in the recording; what is far from the level expected there is none."""
    count = round(_WINDOW_MS * rate_hz / 1000) | 1
    window = np.hanning(count + 2)[1:-1]
    phase = np.exp(-2j * np.pi * tone_hz / rate_hz * np.arange(len(recording)))
    mixed = recording.astype(np.float64) * phase
    size = 1 << (len(mixed) + count - 1).bit_length()
    smooth = np.fft.ifft(np.fft.fft(mixed, size) * np.fft.fft(window / window.sum(), size))
    middle = np.abs(smooth[count // 2 : count // 2 + len(mixed)])
    steps = np.arange(0, len(mixed) * 1000 / rate_hz, _STEP_MS) * rate_hz / 1000
    level = 20 * np.log10(np.maximum(middle[steps.astype(np.int64)], 1e-3))
    level -= 20 * float(np.log10(32768 / 2)) + 3.01  # the window holds half of a tone's amplitude
    around = level[np.abs(level - expected_dbfs) <= _EXPECTED_DB]
    usual_dbfs = float(np.median(around[around >= around.max() - 6])) if len(around) else expected_dbfs
    return Tone(level - usual_dbfs)


def find(part: Pcm, recording: Pcm, rate_hz: int, from_sample: int) -> int | None:
    """Where `part` begins in the recording, from `from_sample` on; None where it is not heard."""
    whole = recording[from_sample : from_sample + round(_FOUND_WITHIN_S * rate_hz) + len(part)]
    if len(whole) < len(part):
        return None
    x, y = whole.astype(np.float64), part.astype(np.float64)
    size = 1 << (len(x) + len(y) - 1).bit_length()
    product = np.fft.irfft(np.fft.rfft(x, size) * np.conj(np.fft.rfft(y, size)), size)
    at = int(product[: len(x) - len(y) + 1].argmax())
    there = x[at : at + len(y)]
    alike = float(there @ y) / (float(np.linalg.norm(there) * np.linalg.norm(y)) + 1e-9)
    return from_sample + at if alike >= _ALIKE else None


def _step(at_ms: float) -> int:
    return max(int(at_ms / _STEP_MS), 0)


def _lasting(low: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Where it is low from here on for `_GAP_MS`."""
    count = round(_GAP_MS / _STEP_MS)
    if len(low) < count:
        return np.zeros(len(low), np.bool_)
    held = np.convolve(low, np.ones(count), "valid") >= count
    return np.concatenate((held, np.zeros(count - 1, np.bool_)))
