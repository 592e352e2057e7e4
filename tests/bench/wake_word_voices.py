"""Who says wake words, and what is said where nobody does."""

import io
import wave
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.pcm.resample import Resampler
from appliance.providers.offline.voice import synthesize
from appliance.settings.offline_voice import PIPER_MODEL
from tests.listening.voices import TEXTS
from tests.recordings import recordings, speech_span

QUESTION, SHORT = "what time is it now", "stop"
# espeak-ng: voice and words per minute.
ESPEAK = (
    ("en-us", 150),
    ("en-us+f3", 160),
    ("en-gb", 140),
    ("en-us+m3", 175),
    ("en-gb+f2", 150),
    ("en-gb-scotland+m3", 165),
    ("en-us+f5", 130),
    ("en-gb-x-rp+m7", 155),
)
# Piper's joe: how slowly, and how varied.
PIPER = ((1.0, 0.667), (0.85, 0.667), (1.2, 0.667), (1.0, 0.3), (1.4, 0.8))
# What Piper is to be told, where espeak-ng is told a spelling.
SPELT = {"okay nah boo": "Okay Nabu."}


@dataclass(frozen=True, eq=False)
class Said:
    """Words without the silence around them, 16 kHz, by the voice `voice` of the maker `number`."""

    voice: str
    pcm: Pcm
    number: int

    def by_the_same(self, text: str) -> "Said":
        """Other words in the same voice."""
        return said_by_all(text)[self.number]


@cache
def said_by_all(text: str) -> tuple[Said, ...]:
    """`text` in every voice that is here."""
    made = [(f"espeak-ng {voice}", synthesize(text, voice, wpm, NEAR_RATE_HZ)) for voice, wpm in ESPEAK]
    made += [(f"joe {slow:g}", _piper(SPELT.get(text, text), slow, varied)) for slow, varied in _piper_ways()]
    return tuple(Said(voice, _trimmed(pcm), number) for number, (voice, pcm) in enumerate(made))


@cache
def talk(number: int) -> Pcm:
    """Two minutes in which no wake word is said: read by espeak-ng, or by people."""
    if number % 4 == 1:
        said = [each.pcm for each in recordings()]
    else:
        said = [synthesize(text, ESPEAK[number % len(ESPEAK)][0], 165, NEAR_RATE_HZ) for text in TEXTS]
    pause = np.zeros(NEAR_RATE_HZ // 2, np.int16)
    whole = np.concatenate([piece for each in said for piece in (each, pause)])
    return np.resize(np.roll(whole, -number * NEAR_RATE_HZ), 120 * NEAR_RATE_HZ)


def _trimmed(pcm: Pcm) -> Pcm:
    quiet = np.zeros(NEAR_RATE_HZ // 10, np.int16)
    padded = np.concatenate((quiet, pcm, quiet))
    start, end = speech_span(padded + np.random.default_rng(5).integers(-2, 3, len(padded), np.int16))
    return padded[start:end]


def _piper_ways() -> tuple[tuple[float, float], ...]:
    return PIPER if _joe() is not None else ()


@cache
def _joe() -> Any:
    model = Path(PIPER_MODEL)
    try:
        from piper import PiperVoice
    except ImportError:
        return None
    return PiperVoice.load(str(model)) if model.exists() else None


def _piper(text: str, slow: float, varied: float) -> Pcm:
    from piper.config import SynthesisConfig

    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        _joe().synthesize_wav(text, out, syn_config=SynthesisConfig(length_scale=slow, noise_scale=varied))
    file.seek(0)
    with wave.open(file, "rb") as said:
        pcm = np.frombuffer(said.readframes(said.getnframes()), "<i2").astype(np.int16)
        resampler = Resampler(said.getframerate(), NEAR_RATE_HZ)
    return np.concatenate((resampler.process(pcm), resampler.flush()))
