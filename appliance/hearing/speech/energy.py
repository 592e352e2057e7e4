"""A speech detector without a model: what stands above the noise and has a pitch."""

import math

import numpy as np

from appliance.hearing.speech.noise_floor import ADAPTS_WINDOWS, Floats, NoiseFloor
from appliance.pcm.formats import FULL_SCALE, NEAR_RATE_HZ, Pcm, ms_of_samples

WINDOW_SAMPLES = 512  # as Silero's
SPAN_SAMPLES = 1024  # looked at with every window: the tapered middle holds three periods of a low voice

# Critical bands (E. Zwicker, "Subdivision of the audible frequency range into critical bands", 1961)
# where speech has its power; below them there are hum and rumble. A band each: what hums or hisses
# raises the floor only where it is itself.
BAND_EDGES_HZ = (100, 200, 300, 400, 510, 630, 770, 920, 1080, 1270, 1480, 1720, 2000, 2320, 2700, 3150, 4000)
LEAST_FLOOR_DBFS = -75.0  # of white noise: quieter than any room, so that digital silence is no floor
MOST_ABOVE_FLOOR_DB = 25.0  # that a single band counts for: one whistle is not speech

# From a man's low voice to a child's high one, in the harmonics that are strong in every vowel.
LOWEST_PITCH_HZ = 75
HIGHEST_PITCH_HZ = 400
HARMONICS_UP_TO_HZ = 2000
# Per window. Consonants, whispers and creaky ends of sentences have none: a clear vowel vouches for
# what is as loud as speech in the second after it.
VOICING_KEPT = 0.985

# Where the probability is one half, and how steep it is there. Found with 37 utterances of other
# voices than those of the tests, clean and 25 to 10 dB above white and fan noise, and with steps of
# noise, clicks and slams: by level alone 38 of those were turns, with the voicing one.
SPEECH_ABOVE_FLOOR_DB = 2.8
PER_DB = 1.2
SPEECH_VOICING = 0.26
PER_VOICING = 20.0

# A lasting jump of the noise is the new floor after this long.
ADAPTS_MS = ms_of_samples(ADAPTS_WINDOWS * WINDOW_SAMPLES, NEAR_RATE_HZ)


class EnergyDetector:
    """Speech is what stands above an adaptive noise floor and has the pitch of a voice.

    For where Silero cannot be loaded: it needs no model, and finds speech 10 dB above steady noise;
    but it takes music, and whatever else has a pitch, for speech. The probability is a half at 2.8 dB
    above the floor (in the mean of the bands) where there was a clear pitch a moment ago, and the
    weaker of the two cues decides; so thresholds that are made for Silero fit. One stream, one thread;
    a window costs 0.05 ms in a hot loop.
    """

    window_samples = WINDOW_SAMPLES

    def __init__(self) -> None:
        self._spectrum = _Spectrum()
        self._noise = NoiseFloor(len(BAND_EDGES_HZ) - 1)
        self._voicing = 0.0

    def probability(self, window: Pcm) -> float:
        """How likely this window of exactly `window_samples` holds speech, 0…1."""
        powers = self._spectrum.analyse(window)
        floor = self._noise.update(powers)
        above_db = self._spectrum.above_db(floor)
        self._voicing = max(self._spectrum.voicing(floor), VOICING_KEPT * self._voicing)
        loud = PER_DB * (above_db - SPEECH_ABOVE_FLOOR_DB)
        voiced = PER_VOICING * (self._voicing - SPEECH_VOICING)
        return 1 / (1 + math.exp(-min(loud, voiced)))

    def reset(self) -> None:
        """Forget the stream so far: the next window is the first of a new one."""
        self._spectrum.begin()
        self._noise.reset()
        self._voicing = 0.0


class _Spectrum:
    """The spectrum of the newest `SPAN_SAMPLES`, window by window, in buffers of its own."""

    def __init__(self) -> None:
        size = 2 * SPAN_SAMPLES  # padded: or the beginning of a span would continue its end
        self._span = np.zeros(SPAN_SAMPLES)
        self._taper = np.hanning(SPAN_SAMPLES) / FULL_SCALE
        self._padded = np.zeros(size)
        self._bins = np.zeros(size // 2 + 1, dtype=np.complex128)
        edges = np.searchsorted(np.fft.rfftfreq(size, 1 / NEAR_RATE_HZ), (*BAND_EDGES_HZ, HARMONICS_UP_TO_HZ))
        first, last = int(edges[0]), int(edges[-2])
        widths = np.diff(edges[:-1])
        self._speech_bins = slice(first, last)
        self._first_of_band = edges[:-2] - first
        self._magnitudes = np.zeros(last - first)
        self._squares = np.zeros(last - first)
        # So that white noise has its mean square, full scale 1, in every band.
        self._per_sum = 1 / (widths * np.sum(np.hanning(SPAN_SAMPLES) ** 2))
        self._powers = np.zeros(len(widths))
        self._ratios = np.zeros(len(widths))
        self._harmonics = slice(first, int(edges[-1]))
        self._band_of_harmonic = np.repeat(np.arange(len(widths)), widths)[: edges[-1] - first]
        self._gains = np.zeros(len(self._band_of_harmonic))
        self._flat = np.zeros_like(self._bins)
        self._correlation = np.zeros(size)
        self._periods = slice(NEAR_RATE_HZ // HIGHEST_PITCH_HZ, NEAR_RATE_HZ // LOWEST_PITCH_HZ + 1)
        own = np.fft.irfft(np.abs(np.fft.rfft(self._taper, size)) ** 2, size)
        # The taper alone makes distant samples less alike (P. Boersma, IFA Proceedings 17, 1993).
        self._taper_loss = own[0] / own[self._periods]
        self._begun = False

    def begin(self) -> None:
        """The next window is the first of a stream."""
        self._begun = False

    def analyse(self, window: Pcm) -> Floats:
        """Take in the next window; the power in each band."""
        newest = self._span[-WINDOW_SAMPLES:]
        self._span[:WINDOW_SAMPLES] = newest if self._begun else window
        newest[:] = window
        self._begun = True
        np.multiply(self._span, self._taper, out=self._padded[:SPAN_SAMPLES])
        np.fft.rfft(self._padded, out=self._bins)
        np.abs(self._bins[self._speech_bins], out=self._magnitudes)
        np.square(self._magnitudes, out=self._squares)
        np.add.reduceat(self._squares, self._first_of_band, out=self._powers)
        self._powers *= self._per_sum
        np.maximum(self._powers, 10 ** (LEAST_FLOOR_DBFS / 10), out=self._powers)
        return self._powers

    def above_db(self, floor: Floats) -> float:
        """How far the span stands above `floor`, in the mean of the bands; 0 is not at all."""
        np.divide(self._powers, floor, out=self._ratios)
        np.clip(self._ratios, 1, 10 ** (MOST_ABOVE_FLOOR_DB / 10), out=self._ratios)
        np.log10(self._ratios, out=self._ratios)
        return 10 * float(self._ratios.mean())

    def voicing(self, floor: Floats) -> float:
        """How alike the span is to itself one period of a voice later: about 0.1 noise, 0.5 a vowel.

        That is the autocorrelation, with the noise whitened by its floor and the magnitudes of the
        spectrum in place of its squares: rumble, whose few low bins would dominate the squares and
        look like a period, does not (T. Tolonen and M. Karjalainen, "A computationally efficient
        multipitch analysis model", IEEE Trans. Speech Audio Proc. 8(6), 2000, compress for that too).
        """
        np.sqrt(floor, out=self._ratios)
        np.take(self._ratios, self._band_of_harmonic, out=self._gains, mode="clip")
        np.divide(self._magnitudes[: len(self._gains)], self._gains, out=self._gains)
        self._flat.real[self._harmonics] = self._gains
        np.fft.irfft(self._flat, out=self._correlation)
        itself = float(self._correlation[0])
        if itself <= 0:
            return 0.0
        likeness = self._correlation[self._periods]
        likeness *= self._taper_loss
        return float(likeness.max()) / itself
