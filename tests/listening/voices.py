"""Who speaks: recorded voices of two Debian and Python packages, and espeak-ng's; each in one half only."""

import wave
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files

import numpy as np

from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.pcm.resample import Resampler
from appliance.providers.offline.voice import synthesize
from tests.listening.cases import ANSWER_RATE_HZ, Half
from tests.recordings import AUSTEN, Recording, recordings, speech_span

# Names begin with one of these. One woman who reads sentences and a man who commands; one man who calls
# cards, and two who say numbers.
REAL: dict[Half, tuple[str, ...]] = {
    "development": (AUSTEN, "goforward", "something"),
    "held-out": ("cards/", "numbers", "tidigits"),
}
# Assets of moonshine-voice. That two_cities and beckett are people was not verified: they count as made.
ASSETS: dict[Half, str] = {"development": "two_cities.wav", "held-out": "beckett.wav"}
FAR_ASSETS: dict[Half, str] = {"development": "two_cities.wav", "held-out": "endgame_nagg_nell.wav"}
# espeak-ng's voices for the short words, and for the device's own.
ESPEAK: dict[Half, tuple[str, ...]] = {
    "development": ("en-us", "en-us+f3", "en-us+klatt2"),
    "held-out": ("en-gb-scotland+m3", "en-gb+f5", "en-gb+klatt4"),
}
OWN: dict[Half, tuple[str, ...]] = {
    "development": ("en-gb", "en-us+f2"),
    "held-out": ("en-us+m2", "en-gb-x-rp+f4"),
}
HUMMED_HZ: dict[Half, tuple[float, ...]] = {"development": (105.0, 165.0), "held-out": (130.0, 215.0)}
TEXTS = (
    "It will be cloudy this morning, with a little rain before noon, and the sun comes out in the"
    " afternoon. Tomorrow stays dry, but a cold wind blows from the north, so take a warm coat with you.",
    "First you boil the water. While it heats, cut the onions and two cloves of garlic, and let them turn"
    " golden in a pan with some oil. Then add the tomatoes, a pinch of salt, and wait for ten minutes.",
    "The lighthouse was built more than two hundred years ago, after three ships had been lost in one"
    " night. Its keeper climbed the stairs every evening, all hundred and twelve of them, to light the lamp.",
    "Of course. There are three appointments today: the dentist at nine, lunch with Maria at half past"
    " twelve, and the meeting of the choir at seven in the evening. Nothing is planned for tomorrow.",
    "Whales breathe air, as we do, and they have to come up for it. A sperm whale stays below for up to"
    " ninety minutes, and dives deeper than a thousand metres, where it hunts for squid in the dark.",
)


@dataclass(frozen=True, eq=False)
class Utterance:
    """Something said, 16 kHz; speech is in [start, end)."""

    name: str
    voice: str
    text: str
    pcm: Pcm
    start: int
    end: int
    real: bool


def spoken(half: Half) -> list[Utterance]:
    """The recorded utterances of this half, in the package's order."""
    mine = [r for r in recordings() if r.name.startswith(REAL[half])]
    return [_of(recording) for recording in mine]


def _of(r: Recording) -> Utterance:
    name = r.name.split("/")[-1].removesuffix(".wav").removesuffix(".raw")
    short = name.removeprefix("sense_and_sensibility_01_austen_64kb-")
    voice = "austen" if r.name.startswith(AUSTEN) else r.name.split("/")[0].removesuffix(".raw")
    return Utterance(short, voice, r.text, r.pcm, r.speech_start, r.speech_end, real=True)


@cache
def asset(name: str) -> Pcm:
    """A recording of the package moonshine-voice at 16 kHz, first channel."""
    with as_file(files("moonshine_voice") / "assets" / name) as path, wave.open(str(path), "rb") as file:
        pcm = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int16)
        pcm, rate_hz = pcm[:: file.getnchannels()], file.getframerate()
    resampler = Resampler(rate_hz, NEAR_RATE_HZ)
    return np.concatenate((resampler.process(pcm), resampler.flush()))


@cache
def word(text: str, voice: str, words_per_minute: int = 165) -> Utterance:
    """Said by espeak-ng."""
    pcm = synthesize(text, voice, words_per_minute, NEAR_RATE_HZ)
    quiet = np.zeros(NEAR_RATE_HZ // 20, np.int16)
    padded = np.concatenate((quiet, pcm, quiet))
    start, end = speech_span(padded + np.random.default_rng(5).integers(-2, 3, len(padded), np.int16))
    return Utterance(text, voice, text, padded, start, end, real=False)


def own_speech(half: Half, number: int, seconds: float) -> Pcm:
    """What the device says, at 24 kHz: its own voices, and one answer in three in a recorded one."""
    count = round(seconds * ANSWER_RATE_HZ)
    if number % 3 == 2:
        resampler = Resampler(NEAR_RATE_HZ, ANSWER_RATE_HZ)
        read = np.roll(asset(FAR_ASSETS[half]), -number * 5 * NEAR_RATE_HZ)
        said = np.concatenate((resampler.process(read), resampler.flush()))
    else:
        voice = OWN[half][number % len(OWN[half])]
        said = np.concatenate([_sentence(TEXTS[(number + n) % len(TEXTS)], voice) for n in range(len(TEXTS))])
    return np.resize(said, count)


@cache
def _sentence(text: str, voice: str) -> Pcm:
    pause = np.zeros(round(0.4 * ANSWER_RATE_HZ), np.int16)
    return np.concatenate((synthesize(text, voice, 165, ANSWER_RATE_HZ), pause))
