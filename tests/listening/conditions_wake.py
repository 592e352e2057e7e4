"""Wake words in made voices, alone and with a question right after them; and hours of other words."""

import zlib
from collections.abc import Iterator

import numpy as np

from appliance.pcm.formats import NEAR_RATE_HZ, samples_of_ms
from tests.listening.cases import Case, Half, Label, Made
from tests.listening.echo_path import to_pcm
from tests.listening.mixing import SPEECH_DBFS, at_dbfs, floor, ms, with_noise
from tests.listening.rooms import any_room, convolve, response
from tests.listening.sounds import noise_of
from tests.listening.voices import ESPEAK, OWN, TEXTS, Utterance, spoken, word

# The models' phrases, as espeak-ng has to be told them.
WAKE_WORDS = {"okay_nabu": "okay nah boo", "hey_jarvis": "hey jarvis", "alexa": "alexa"}
LEAD_MS = 2000.0
TAIL_MS = 4500.0
PIECE_S = 60.0


def wake_words(half: Half, hours: float) -> Iterator[Made]:
    """Each phrase in every voice: near, across a room, in noise; the question follows without a pause."""
    number = 0
    for model, phrase in WAKE_WORDS.items():
        for voice in (*ESPEAK[half], *OWN[half]):
            for level in ("near", "RT 0.5 s", "white 10 dB", "music 10 dB"):
                chance = np.random.default_rng((zlib.crc32(b"wake word"), half == "held-out", number))
                wake = word(phrase, voice, 150)
                follows = spoken(half)[number % len(spoken(half))]
                yield _wake(model, wake, follows, level, half, number, chance)
                number += 1


def _wake(
    model: str,
    wake: Utterance,
    follows: Utterance,
    level: str,
    half: Half,
    number: int,
    chance: np.random.Generator,
) -> Made:
    called = wake.pcm[wake.start : wake.end].astype(np.float64)
    asked = follows.pcm[follows.start : follows.end].astype(np.float64)
    called, asked = at_dbfs(called, SPEECH_DBFS), at_dbfs(asked, SPEECH_DBFS)
    start = samples_of_ms(LEAD_MS, NEAR_RATE_HZ)
    between, end = start + len(called), start + len(called) + len(asked)
    tail = np.zeros(samples_of_ms(TAIL_MS, NEAR_RATE_HZ))
    sound = np.concatenate((np.zeros(start), called, asked, tail))
    if level == "RT 0.5 s":
        room = any_room(chance, 0.5)
        sound = at_dbfs(convolve(sound, response(room, room.person, chance)), SPEECH_DBFS, slice(start, end))
    elif level.endswith("dB"):
        sound = with_noise(sound, noise_of(level.split()[0], len(sound), half, chance), 10)
    labels = (
        Label("wake", ms(start), ms(between), model),
        Label("sentence", ms(between), ms(end), follows.text),
    )
    name = f"wake-word-{number:03}-{model}"
    near = to_pcm(sound + floor(len(sound), chance))
    case = Case(name, "wake word", level, half, "wake", wake.voice, False, ms(len(near)), labels)
    return Made(case, near)


def words_without_wake_word(half: Half, hours: float) -> Iterator[Made]:
    """Talk that calls nobody, with the models' phrases nowhere in it."""
    samples = round(PIECE_S * NEAR_RATE_HZ)
    for number in range(max(1, round(hours * 3600 / PIECE_S))):
        chance = np.random.default_rng((zlib.crc32(b"no wake word"), half == "held-out", number))
        voices = [word(text, voice) for text in TEXTS for voice in ESPEAK[half][:2]] + spoken(half)
        row, length = [], 0
        while length < samples:
            one = voices[int(chance.integers(len(voices)))]
            speech = at_dbfs(one.pcm[one.start : one.end].astype(np.float64), SPEECH_DBFS)
            row += [speech, np.zeros(round(chance.uniform(0.3, 1.5) * NEAR_RATE_HZ))]
            length += len(row[-2]) + len(row[-1])
        near = to_pcm(np.concatenate(row)[:samples] + floor(samples, chance))
        name = f"no-wake-word-{number:03}"
        yield Made(Case(name, "no wake word", "talk", half, "wake", "", False, ms(samples)), near)
