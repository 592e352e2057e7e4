"""Clips of "stop", "wait" and of what is neither, as they are read over an answer: made voices in rooms.

Of voices that the evaluation (`tests/listening`) has, there is none.
"""

import io
import subprocess
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

import numpy as np

from appliance.pcm.formats import NEAR_RATE_HZ, Pcm
from appliance.pcm.gain import TurnGain
from appliance.pcm.resample import Resampler
from appliance.providers.offline.command_words import WORDS
from tests.bench.disturbances import Stimulus
from tests.bench.floor_words import mhm
from tests.bench.wake_word_voices import said_by_all
from tests.listening.echo_path import to_pcm
from tests.listening.mixing import at_dbfs, floor
from tests.listening.rooms import Chance, Sound, any_room, convolve, response
from tests.listening.sounds import of_pcm, transients
from tests.listening.voices import asset, spoken

T = TypeVar("T")
# espeak-ng's variants; those of the evaluation are left out.
VARIANT_NAMES = """
Alex Alicia Andrea Andy Annie Denis Diogo Gene Gene2 Henrique Hugo Jacky Lee Marco Mario Michael
Mike Nguyen adam anika antonio aunty belinda benjamin boris caleb david ed edward edward2 f1
grandma grandpa gustave iven iven2 iven3 iven4 john kaukovalta klatt klatt3 klatt5 klatt6 linda m1
m4 m5 m6 m7 m8 marcelo max michel miguel norbert pablo paul pedro quincy rob robert sandro shelby
steph steph2 steph3 travis victor zac
"""
VARIANTS = tuple(VARIANT_NAMES.split())
# Every sixth is not learnt from, to tell what is worth in a voice that is not known.
UNKNOWN = frozenset(VARIANTS[::6])
ACCENTS = ("en-us", "en-gb", "en-029", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-us-nyc")
OTHERS = """
yes, yeah, yep, okay, ok, uh-huh, mm-hmm, mhm, hmm, oh, ah, aha, right, sure, good, great, nice,
cool, wow, really, exactly, true, I see, go on, so, well, um, uh, huh, no way, thanks, thank you,
fine, alright, of course, I know, interesting, oh yes, oh no, yes yes, so, so what, what, who,
when, why, where, how, he, she, they, the, this, that, and, but, because, maybe, please, hello, hi,
hey, bye, one, two, three, four, five, six, seven, eight, nine, ten, left, up, down, on, off,
music, light, lamp, kitchen, timer, today, tomorrow, water, time, door, house, dog, cat, bird,
tree, top, shop, step, start, store, state, stay, weight lifting, way, wet, white, late, rate,
hold, home, phone, old, gold, all done, not, nut, god, job, drop, pop, hot, what is, tell me,
can you, I think, it is, we were, there was, two hundred, and then, in the, some of, she had,
the sun comes, first you, after, before, choir
"""
# Of all clips: each of the words, something else that is said, sounds of the mouth and of the house, noise.
SHARES = {"word": 0.2, "other": 0.4, "cut": 0.08, "sound": 0.06, "hummed": 0.06, "nothing": 0.04}
DBFS = (-34.0, -16.0)
NOISE_DBFS = (-55.0, -42.0)
NOISY, IN_A_ROOM = 0.3, 0.85
ROOMS = 40
LEAD = (800, 2600)
# A clip ends while the word is still said, or a little after it.
ENDS = (-1600, -1000, -500, 0, 512, 1024, 1600, 2500, 4000)
LONGEST = (5000, 9000)  # of something else: it goes on, and is read all the same


@dataclass(frozen=True, eq=False)
class Clip:
    """`word` is one of `WORDS` or ""; `voice` is "" where nobody speaks."""

    word: str
    said: str
    voice: str
    pcm: Pcm

    @property
    def known(self) -> bool:
        """Whether it may be learnt from."""
        return self.voice.split("+")[-1] not in UNKNOWN


def clips(count: int, seed: int) -> Iterator[Clip]:
    """So many, the same for a seed."""
    chance = np.random.default_rng((9, seed))
    rooms = [response(room, room.person, chance) for room in (any_room(chance) for _ in range(ROOMS))]
    kinds = [*WORDS, "other", "cut", "sound", "hummed", "nothing"]
    shares = np.array([SHARES.get(kind, SHARES["word"]) for kind in kinds])
    gain = TurnGain()
    for _ in range(count):
        kind = kinds[int(chance.choice(len(kinds), p=shares / shares.sum()))]
        said, voice, sound = _sound(kind, chance)
        if len(sound) >= NEAR_RATE_HZ // 10:
            word = kind if kind in WORDS else ""
            yield Clip(word, said, voice, gain.lift(_heard(sound, rooms, chance, cut=len(said) > 9)))


def of_piper(texts: Sequence[str]) -> Iterator[Clip]:
    """Each in the ways of Piper's joe, where it is installed, close by and in rooms: the one voice here that
    was learnt from a person."""
    chance = np.random.default_rng(10)
    rooms = [response(room, room.person, chance) for room in (any_room(chance) for _ in range(3))]
    for text in texts:
        for said in said_by_all(text):
            if said.voice.startswith("joe"):
                for heard_as in (None, *rooms):
                    sound = said.pcm.astype(np.float64)
                    laid = np.concatenate((np.zeros(LEAD[0]), sound, np.zeros(1024)))
                    laid = at_dbfs(laid if heard_as is None else convolve(laid, heard_as), -23.0)
                    yield Clip(
                        text if text in WORDS else "",
                        text,
                        said.voice,
                        to_pcm(laid + floor(len(laid), chance)),
                    )


def _sound(kind: str, chance: Chance) -> tuple[str, str, Sound]:
    if kind == "sound":
        one = _any(_transients(), chance)
        return one.name, "", _trimmed(of_pcm(one))
    if kind == "hummed":
        return "mhm", "", mhm(chance.uniform(90, 260), chance).astype(np.float64)
    if kind == "nothing":
        return "nothing", "", chance.standard_normal(NEAR_RATE_HZ // 2) * chance.choice((0.0, 1.0))
    if kind == "cut":
        return "a piece of a sentence", "", _piece(chance)
    text = _any(_others(), chance) if kind == "other" else _any((kind, f"{kind}!"), chance)
    voice = f"{_any(ACCENTS, chance)}+{_any(VARIANTS, chance)}"
    return text, voice, _say(text, voice, chance)


def _any(things: Sequence[T], chance: Chance) -> T:
    return things[int(chance.integers(len(things)))]


def _say(text: str, voice: str, chance: Chance) -> Sound:
    pace, pitch = str(int(chance.integers(130, 200))), str(int(chance.integers(25, 76)))
    command = ["espeak-ng", "--stdout", "-v", voice, "-s", pace, "-p", pitch, text]
    done = subprocess.run(command, capture_output=True, check=True)
    with wave.open(io.BytesIO(done.stdout)) as file:
        # espeak-ng does not know how long a stream will be; all of it is asked for.
        pcm, rate_hz = np.frombuffer(file.readframes(1 << 24), "<i2").astype(np.int16), file.getframerate()
    resampler = Resampler(rate_hz, NEAR_RATE_HZ)
    return _trimmed(np.concatenate((resampler.process(pcm), resampler.flush())).astype(np.float64))


@cache
def _others() -> list[str]:
    return OTHERS.replace("\n", " ").strip().split(", ")


@cache
def _transients() -> list[Stimulus]:
    return transients("development")


@cache
def _read() -> Pcm:
    """Real voices and a recording that may be one, of the half that is developed on."""
    return np.concatenate([*(u.pcm[u.start : u.end] for u in spoken("development")), asset("two_cities.wav")])


def _piece(chance: Chance) -> Sound:
    at, length = int(chance.integers(len(_read()) - LONGEST[1])), int(chance.integers(*LONGEST))
    return _read()[at : at + length].astype(np.float64)


def _trimmed(sound: Sound) -> Sound:
    loud = np.flatnonzero(np.abs(sound) > np.abs(sound).max(initial=0) * 0.03)
    return sound[loud[0] : loud[-1] + 1] if len(loud) else sound[:0]


def _heard(sound: Sound, rooms: list[Sound], chance: Chance, *, cut: bool) -> Pcm:
    """In a room or close by, at any level, from a little before it until a little before or after its end."""
    length = len(sound)
    laid = np.concatenate((sound, np.zeros(NEAR_RATE_HZ)))
    if chance.random() < IN_A_ROOM:
        laid = convolve(laid, _any(rooms, chance))
    lead = int(chance.integers(*LEAD))
    laid = np.concatenate((np.zeros(lead), at_dbfs(laid, chance.uniform(*DBFS), slice(0, length))))
    laid += floor(len(laid), chance)
    if chance.random() < NOISY:
        laid += chance.normal(0, 32768 * 10 ** (chance.uniform(*NOISE_DBFS) / 20), len(laid))
    end = min(length, int(chance.integers(*LONGEST))) if cut else length + _any(ENDS, chance)
    return to_pcm(laid[: lead + end])
